package config

import (
	"fmt"
	"net"
)

// State is where profiles are kept.
type State struct {
	Dir   string `yaml:"dir" doc:"folder of the local state"`
	Cache Size   `yaml:"cache" min:"1MiB" doc:"memory for what was read or written lately"`
}

// Time says how far events may be out of order (SPEC section 5).
type Time struct {
	Lateness  Duration        `yaml:"lateness" doc:"how far out of order events may be: sessions stay open to changes this long"`
	Accept    Duration        `yaml:"accept" doc:"events older than this, by the profile's clock, are not applied; at least lateness"`
	MaxAhead  Duration        `yaml:"max_ahead" doc:"events further ahead of the wall clock than this are dead letters"`
	IdleAfter DurationOrNever `yaml:"idle_after" doc:"how long a partition is read to its end before it holds up nobody, or never"`
	MergeWait Duration        `yaml:"merge_wait" doc:"how long a co-partitioned source that is behind is waited for"`
}

// Limits are what an aggregate of a profile remembers exactly.
type Limits struct {
	Events int `yaml:"events" min:"1" doc:"events an aggregate of a profile remembers; the oldest is forgotten"`
	Values int `yaml:"values" min:"1" doc:"distinct values an aggregate of a profile remembers; the weakest is forgotten"`
}

// Outputs are what is published, and how.
type Outputs struct {
	Format      string          `yaml:"format" enum:"json,avro,segment" doc:"how values are written: JSON; Avro, by kafka.schema_registry; or segment changes as the audience calls of Segment, and the rest as JSON"`
	Sessions    bool            `yaml:"sessions" doc:"publish finished sessions"`
	Profiles    DurationOrFalse `yaml:"profiles" doc:"publish a profile at most this often, or false"`
	Memberships bool            `yaml:"memberships" doc:"publish who is in which segment, compacted"`
	MuteBefore  Instant         `yaml:"mute_before" doc:"changes and decisions before this event time are not published"`
}

// HTTP is the listener of API, metrics and console.
type HTTP struct {
	Listen string `yaml:"listen" doc:"address to listen at"`
	Token  string `yaml:"token" doc:"what callers must show; needed when others than this machine can call"`
}

// Log is what is logged, and how.
type Log struct {
	Level  string `yaml:"level" enum:"debug,info,warn,error" doc:"the least important that is logged"`
	Format string `yaml:"format" enum:"console,json" doc:"for people, or for machines"`
}

// Check wants a place.
func (s *State) Check(report func(path, message string)) {
	if s.Dir == "" {
		report("dir", `expected a folder, found the text ""; write it like dir: ./data`)
	}
}

// Check keeps the memory of applied events as long as events may still be out of order.
func (t *Time) Check(report func(path, message string)) {
	if t.Accept < t.Lateness {
		report("accept", fmt.Sprintf("expected at least lateness (%v), found %v; raise accept or lower lateness", t.Lateness, t.Accept))
	}
}

// Check wants a token where others than this machine can call (SPEC section 8).
func (h *HTTP) Check(report func(path, message string)) {
	host, _, err := net.SplitHostPort(h.Listen)
	if err != nil {
		report("listen", fmt.Sprintf("expected host:port, found %q; write it like \"127.0.0.1:8080\"", h.Listen))
		return
	}
	ip := net.ParseIP(host)
	if local := host == "localhost" || ip != nil && ip.IsLoopback(); !local && h.Token == "" {
		report("listen", fmt.Sprintf("expected a token beside an address others can call, found %q and no token; add http.token, or listen at 127.0.0.1", h.Listen))
	}
}
