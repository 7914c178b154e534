package schemas

import (
	"bytes"
	"cmp"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// TestOrderKey lists messages of one kind in the order of SPEC section 8.
func TestOrderKey(t *testing.T) {
	change := func(at Instant, profile, segment string, seq int64) Message {
		return &SegmentChange{Time: at, Profile: profile, Segment: segment, Seq: seq}
	}
	late := func(at Instant, profile, id string) Message { return &Late{Time: at, Subject: profile, ID: id} }
	dead := func(topic string, part int32, offset int64) Message {
		return &DeadLetter{Topic: topic, Part: part, Offset: offset}
	}
	for kind, ordered := range map[string][]Message{
		"changes": {
			change(Earliest, "z", "z", 9), change(-1, "z", "z", 9), change(0, "", "z", 9), change(0, "a", "", 9), change(0, "a", "s", -1),
			change(0, "a", "s", 2), change(0, "a", "s", 10), change(0, "a", "s\x00", 1), change(0, "a", "s\x00\x00", 1), change(0, "a", "s\x01", 1),
			change(0, "a", "sa", 1), change(0, "a\x00", "a", 1), change(0, "a\x01", "a", 1), change(0, "ab", "a", 1), change(0, "é", "a", 1), change(1, "a", "a", 1),
		},
		"sessions": {&SessionEnded{End: 5, Profile: "a", Start: 9}, &SessionEnded{End: 6, Profile: "a", Start: 1}, &SessionEnded{End: 6, Profile: "b", Start: 1}},
		"profiles": {&Profile{AsOf: 5, Profile: "a"}, &Profile{AsOf: 5, Profile: "ab"}, &Profile{AsOf: 5, Profile: "b"}},
		"late":     {late(1, "a", "x"), late(2, "a", "1"), late(2, "a", "10"), late(2, "a", "2"), late(2, "b", "0")},
		"dead":     {dead("a", 0, 9), dead("a", 0, 10), dead("a", 1, 0), dead("b", 0, 0)},
	} {
		for i := 1; i < len(ordered); i++ {
			a, b := AppendOrderKey(nil, ordered[i-1]), AppendOrderKey(nil, ordered[i])
			if bytes.Compare(a, b) >= 0 {
				t.Errorf("%s: %+v does not come before %+v", kind, ordered[i-1], ordered[i])
			}
		}
	}
}

func TestOrderKeyRandom(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	text := func() string {
		b := make([]byte, r.IntN(4))
		for i := range b {
			b[i] = "\x00\x01a\xff"[r.IntN(4)]
		}
		return string(b)
	}
	some := func() *SegmentChange {
		return &SegmentChange{Time: Instant(r.IntN(3) - 1), Profile: text(), Segment: text(), Seq: int64(r.IntN(3) - 1), Epoch: int64(r.IntN(2))}
	}
	for range 20_000 {
		a, b := some(), some()
		want := cmp.Or(cmp.Compare(a.Time, b.Time), cmp.Compare(a.Profile, b.Profile), cmp.Compare(a.Segment, b.Segment), cmp.Compare(a.Seq, b.Seq), cmp.Compare(a.Epoch, b.Epoch))
		if got := slices.Compare(AppendOrderKey(nil, a), AppendOrderKey(nil, b)); got != want {
			t.Fatalf("%+v and %+v: the keys compare as %d, want %d", a, b, got, want)
		}
	}
}
