package schemas

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var rewrite = flag.Bool("rewrite", false, "write the golden files anew; read the diff")

func at(text string) Instant {
	i, err := ParseInstant(text)
	if err != nil {
		panic(err)
	}
	return i
}

func aChange() *SegmentChange {
	return &SegmentChange{
		Profile: "u1", Segment: "recent_buyers", Entered: true, Time: at("2026-01-05T10:00:00Z"), Epoch: 0, Seq: 1, Definition: "9f2c",
		Cause: CauseEvent, CausedBy: &Cause{ID: "e7", Source: "orders", Origin: Origin{Topic: "orders", Partition: 3, Offset: 1201}},
		Evidence: []Evidence{
			{Expr: `count("purchase", "90d")`, Op: ">=", Threshold: IntValue(1), Value: IntValue(1)},
			{Expr: `ever("purchase")`, Value: BoolValue(true)},
		},
		EnteredAt: at("2026-01-05T10:00:00Z"), ExpiresAt: at("2026-04-05T10:00:00Z"),
	}
}

func aSession() *SessionEnded {
	return &SessionEnded{
		Profile: "u1", Epoch: 2, Start: at("2026-01-05T10:00:00Z"), End: at("2026-01-05T10:35:00.5Z"), Events: 3,
		Counts: []TypeCount{{"v", 2}, {"w \"x\"", 1}},
		Entry:  SessionEvent{ID: "a", Type: "v", Time: at("2026-01-05T10:00:00Z"), Data: MapValue([]string{"campaign"}, []Value{StringValue("spring")})},
		Exit:   SessionEvent{ID: "c", Type: "v", Time: at("2026-01-05T10:35:00.5Z")},
	}
}

func messages() map[string]Message {
	exit := aChange()
	exit.Entered, exit.Seq, exit.Time, exit.Cause, exit.CausedBy, exit.ExpiresAt, exit.Evidence = false, 2, at("2026-04-05T10:00:00Z"), CauseTimer, nil, Never, nil
	fromFile := aChange()
	fromFile.CausedBy = &Cause{ID: "e7", Source: "file"}
	fromFile.Segment, fromFile.Profile = "a\x00b", "Zoë\n"
	profile := &Profile{
		Profile: "u1", AsOf: at("2026-01-06T00:00:00Z"),
		Features:    []NamedValue{{"avg", NullValue}, {"since", SpanValue(90 * Minute)}, {"spend", DoubleValue(19.5)}, {"top", ListValue([]Value{StringValue("shoes")})}},
		Memberships: []Membership{{"recent_buyers", at("2026-01-05T10:00:00Z")}, {"visitors", at("2026-01-05T10:00:00.001Z")}},
		Traits:      []NamedValue{{"age", IntValue(30)}},
		Consents:    []NamedValue{{"marketing", StringValue("granted")}},
		Session:     aSession(), FirstSeen: at("2026-01-05T10:00:00Z"), LastSeen: at("2026-01-05T11:00:00Z"), Limited: true,
	}
	decision := &Decision{
		Profile: "u1", Epoch: 1, Time: at("2026-01-06T07:00:00Z"), Action: "cart_reminder", Channel: "email", Score: 0.45, Propensity: 1, Policy: PolicyScore,
		Trigger:    Trigger{On: `enters("cart_abandoners")`, At: at("2026-01-05T22:00:00Z"), Seq: 3},
		Payload:    MapValue([]string{"items", "plan"}, []Value{ListValue([]Value{StringValue("hat")}), NullValue}),
		Candidates: []Candidate{{"cart_reminder", 0.45}, {"news", 0}}, Suppressed: []Suppression{{"sale", RuleCap}},
		Experiment: "reminders", Arm: ArmControl, ExpiresAt: at("2026-01-07T22:00:00Z"),
	}
	late := &Late{ID: "e9", Source: "web", Type: "v", Subject: "u1", Time: at("2026-01-05T09:00:00Z"), Data: []byte("{\"a\":\n 1.0}"), Reason: ReasonLate}
	erased := &Late{ID: "e9", Source: "web", Type: "v", Subject: "u1", Time: at("2026-01-05T09:00:00Z"), Reason: ReasonErased}
	return map[string]Message{
		"entered": aChange(), "exited": exit, "entered-from-file": fromFile, "session": aSession(), "profile": profile,
		"profile-empty":  &Profile{Profile: "u2", AsOf: profile.AsOf, FirstSeen: profile.FirstSeen, LastSeen: profile.LastSeen},
		"decision":       decision,
		"decision-plain": &Decision{Profile: "u2", Time: profile.AsOf, Action: "a", Channel: "m", Propensity: 1, Policy: PolicyScore, Candidates: []Candidate{{"a", 0}}, ExpiresAt: Never},
		"late":           late, "late-erased": erased,
		"dead-letter":       &DeadLetter{Reason: NotMappable, Detail: `id is missing`, Topic: "in.jsonl", Offset: 12, Bytes: []byte(`{"type":"v"}`)},
		"dead-letter-bytes": &DeadLetter{Reason: NotDecodable, Detail: "bad", Topic: "clicks", Part: 4, Offset: 99, Bytes: []byte{0xff, 0x00}},
	}
}

func TestAppendMessageGolden(t *testing.T) {
	for name, m := range messages() {
		path := filepath.Join("testdata", "message", name+".json")
		got := string(AppendMessage(nil, "shop", m)) + "\n"
		if *rewrite {
			if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if got != string(want) {
			t.Errorf("%s: got\n%swant\n%s", name, got, want)
		}
		if !json.Valid([]byte(got)) || strings.Count(got, "\n") != 1 {
			t.Errorf("%s is not one line of JSON: %s", name, got)
		}
	}
}

func TestMessageIDs(t *testing.T) {
	change := func(f func(c *SegmentChange)) Message {
		c := aChange()
		f(c)
		return c
	}
	id := func(name string, m Message) string { return string(AppendMessageID(nil, name, m)) }
	base := id("shop", aChange())
	if len(base) != 32 {
		t.Errorf("the id %q has not 16 bytes", base)
	}
	same := change(func(c *SegmentChange) {
		c.Entered, c.Time, c.Cause, c.CausedBy, c.Definition = false, Never, CauseTimer, nil, ""
	})
	if id("shop", same) != base {
		t.Error("the id hangs on more than profile, epoch, segment and seq")
	}
	seen := map[string]string{base: "the change itself"}
	for what, other := range map[string]string{
		"another name":                   id("shop2", aChange()),
		"another profile":                id("shop", change(func(c *SegmentChange) { c.Profile = "u2" })),
		"another epoch":                  id("shop", change(func(c *SegmentChange) { c.Epoch++ })),
		"another segment":                id("shop", change(func(c *SegmentChange) { c.Segment = "x" })),
		"another seq":                    id("shop", change(func(c *SegmentChange) { c.Seq++ })),
		"a letter moved between members": id("shopu", change(func(c *SegmentChange) { c.Profile = "1" })),
		"the session's message":          id("shop", aSession()),
		"the session":                    string(AppendSessionID(nil, "shop", aSession())),
	} {
		if before, clash := seen[other]; clash {
			t.Errorf("%s has the id of %s", what, before)
		}
		seen[other] = what
	}
}

// TestDecisionID: the id of a decision hangs on what triggered it where, and on nothing of what was decided.
func TestDecisionID(t *testing.T) {
	id := func(name string, change func(d *Decision)) string {
		d := *messages()["decision"].(*Decision)
		change(&d)
		return string(AppendMessageID(nil, name, &d))
	}
	base := id("shop", func(*Decision) {})
	if id("shop", func(d *Decision) { d.Action, d.Time, d.Score, d.Arm, d.ExpiresAt = "b", Never, 7, "", Never }) != base {
		t.Error("the id hangs on what was decided")
	}
	seen := map[string]string{base: "the decision itself"}
	for what, other := range map[string]string{
		"another name":    id("shop2", func(*Decision) {}),
		"another profile": id("shop", func(d *Decision) { d.Profile = "u2" }),
		"another epoch":   id("shop", func(d *Decision) { d.Epoch++ }),
		"another channel": id("shop", func(d *Decision) { d.Channel = "push" }),
		"another trigger": id("shop", func(d *Decision) { d.Trigger.On = "v" }),
		"another instant": id("shop", func(d *Decision) { d.Trigger.At++ }),
		"another seq":     id("shop", func(d *Decision) { d.Trigger.Seq++ }),
		"another event":   id("shop", func(d *Decision) { d.Trigger.ID = "e1" }),
		"another source":  id("shop", func(d *Decision) { d.Trigger.Source = "e1" }),
	} {
		if before, clash := seen[other]; clash {
			t.Errorf("%s has the id of %s", what, before)
		}
		seen[other] = what
	}
}

func BenchmarkAppendMessage(b *testing.B) {
	for _, name := range []string{"entered", "session", "profile"} {
		m := messages()[name]
		b.Run(name, func(b *testing.B) {
			var line []byte
			b.ReportAllocs()
			for b.Loop() {
				line = AppendMessage(line[:0], "shop", m)
			}
			b.SetBytes(int64(len(line)))
		})
	}
}
