package model

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strings"
)

// ParseResult reads segment-changes.jsonl, sessions.jsonl, actions.jsonl, profiles.jsonl and late.jsonl of a folder. A
// file that is not there is empty.
func ParseResult(folder string) (Result, error) {
	var r Result
	errs := []error{
		eachLine(folder, "segment-changes", func(m object) { r.Changes = append(r.Changes, m.change()) }),
		eachLine(folder, "sessions", func(m object) { r.Sessions = append(r.Sessions, m.ended()) }),
		eachLine(folder, "actions", func(m object) { r.Decisions = append(r.Decisions, m.decision()) }),
		eachLine(folder, "profiles", func(m object) { r.Profiles = append(r.Profiles, m.profile()) }),
		eachLine(folder, "late", func(m object) {
			r.Late = append(r.Late, Late{m.text("id"), m.text("subject"), m.time("time"), m.text("ebbreason")})
		}),
	}
	return r, errors.Join(errs...)
}

// ParseEvents reads a file of events of SPEC section 2.
func ParseEvents(path string) ([]Event, error) {
	var list []Event
	err := eachLine(filepath.Dir(path), strings.TrimSuffix(filepath.Base(path), ".jsonl"), func(m object) {
		data, _ := m["data"].(map[string]any)
		e := Event{ID: m.text("id"), Type: m.text("type"), Subject: m.text("subject"), Time: m.time("time"), Data: data}
		if m["source"] != nil {
			e.Source = m.text("source")
		}
		list = append(list, e)
	})
	return list, err
}

// WriteFiles writes the configuration and the files of a case into a folder and names them.
func (c Case) WriteFiles(folder string) (config string, inputs []string, err error) {
	config = filepath.Join(folder, "config.yaml")
	if err = os.WriteFile(config, []byte(c.Config.YAML()), 0o644); err != nil {
		return "", nil, err
	}
	for i, events := range c.Files {
		var b strings.Builder
		for _, e := range events {
			b.WriteString(e.JSON() + "\n")
		}
		path := filepath.Join(folder, fmt.Sprintf("in%d.jsonl", i+1))
		if err = os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
			return "", nil, err
		}
		inputs = append(inputs, path)
	}
	return config, inputs, nil
}

// AsOfText is the instant for --as-of, or empty.
func (c Case) AsOfText() string {
	if c.AsOf == nil {
		return ""
	}
	return formatTime(*c.AsOf)
}

// object is a decoded record; reading a field of another kind panics, which eachLine turns into an error.
type object map[string]any

func eachLine(folder, name string, each func(object)) (err error) {
	path := filepath.Join(folder, name+".jsonl")
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<24)
	for n := 1; lines.Scan(); n++ {
		if strings.TrimSpace(lines.Text()) == "" {
			continue
		}
		if err := parseLine(lines.Text(), each); err != nil {
			return fmt.Errorf("%s, line %d: %w", path, n, err)
		}
	}
	return lines.Err()
}

func parseLine(line string, each func(object)) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%v in %s", r, line)
		}
	}()
	dec := json.NewDecoder(strings.NewReader(line))
	dec.UseNumber()
	var m map[string]any
	if err := dec.Decode(&m); err != nil {
		return err
	}
	each(decoded(m).(map[string]any))
	return nil
}

// decoded turns numbers into int64 where they are integers that fit, else float64.
func decoded(v any) any {
	switch v := v.(type) {
	case json.Number:
		if i, err := v.Int64(); err == nil {
			return i
		}
		f, _ := v.Float64()
		return f
	case map[string]any:
		for k := range v {
			v[k] = decoded(v[k])
		}
	case []any:
		for i := range v {
			v[i] = decoded(v[i])
		}
	}
	return v
}

func (m object) text(k string) string { return m[k].(string) }
func (m object) int(k string) int     { return int(m[k].(int64)) }

func (m object) data() object { return object(m["data"].(map[string]any)) }

func (m object) time(k string) int64 {
	t, err := parseTime(m[k])
	if err != nil {
		panic(fmt.Sprintf("%s is no time: %v", k, m[k]))
	}
	return t
}

func (m object) change() Change {
	d := m.data()
	c := Change{Time: m.time("time"), Profile: d.text("profile"), Segment: d.text("segment"), Entered: d.text("status") == "entered",
		Seq: d.int("seq"), Cause: d.text("cause"), EnteredAt: d.time("entered_at")}
	if d["epoch"] != nil {
		c.Epoch = d.int("epoch")
	}
	if by, ok := d["caused_by"].(map[string]any); ok {
		c.CausedBy = object(by).text("id")
	}
	if d["expires_at"] != nil {
		t := d.time("expires_at")
		c.ExpiresAt = &t
	}
	loose, _ := m["loose"].([]any)
	for _, name := range loose {
		c.Loose.Time = c.Loose.Time || name == "time"
		c.Loose.EnteredAt = c.Loose.EnteredAt || name == "entered_at"
		c.Loose.ExpiresAt = c.Loose.ExpiresAt || name == "expires_at"
	}
	return c
}

func (m object) counts() map[string]int {
	counts := map[string]int{}
	list, _ := m["counts"].(map[string]any)
	for k := range list {
		counts[k] = object(list).int(k)
	}
	return counts
}

func (m object) ended() Ended {
	d := m.data()
	s := Ended{Profile: d.text("profile"), Start: d.time("start"), End: d.time("end"), Events: d.int("events"), Counts: d.counts()}
	if e, ok := d["entry"].(map[string]any); ok {
		s.EntryID = object(e).text("id")
	}
	if e, ok := d["exit"].(map[string]any); ok {
		s.ExitID = object(e).text("id")
	}
	return s
}

func (m object) profile() Profile {
	d := m.data()
	p := Profile{ID: d.text("profile"), Time: m.time("time"), Consents: map[string]string{}}
	p.Features, _ = d["features"].(map[string]any)
	p.Traits, _ = d["traits"].(map[string]any)
	switch list := d["memberships"].(type) {
	case map[string]any:
		for name := range list {
			p.Memberships = append(p.Memberships, name)
		}
	case []any:
		for _, name := range list {
			p.Memberships = append(p.Memberships, name.(string))
		}
	}
	sort.Strings(p.Memberships)
	consents, _ := d["consents"].(map[string]any)
	for purpose := range consents {
		p.Consents[purpose] = object(consents).text(purpose)
	}
	if d["first_seen"] != nil {
		p.FirstSeen, p.LastSeen = d.time("first_seen"), d.time("last_seen")
	}
	if s, ok := d["session"].(map[string]any); ok {
		o := object(s)
		p.Session = &Open{Start: o.time("start"), Events: o.int("events"), Counts: o.counts()}
		if o["end"] != nil {
			p.Session.End = o.time("end")
		}
	}
	return p
}
