package state_test

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/ebbstream/ebb/schemas"
	"github.com/ebbstream/ebb/state"
)

// remember tells a profile of an event, as the fold does.
func remember(l *state.Layout, p *state.Profile, e *schemas.Event, late bool, fields []string) (limited bool) {
	if !p.Alive {
		p.Alive, p.First, p.Clock, p.Now = true, e.Time, e.Time, e.Time
	}
	p.First, p.Clock, p.Now = min(p.First, e.Time), max(p.Clock, e.Time), max(p.Now, e.Time)
	var numbers []int
	for _, f := range fields {
		numbers = append(numbers, l.Names.Number(f))
	}
	edge := state.Edge{Now: p.Now, Horizon: p.Clock.Add(-accept), Names: l.Names}
	return p.Recent.Add(coded(e, l.Names), late, numbers, edge)
}

func coded(e *schemas.Event, names *state.Names) *state.Coded {
	c := &state.Coded{}
	c.Code(e, names.Number(e.Type), names)
	return c
}

// TestRecent: an event is recognised exactly while it is not older than the horizon, however many there are and however
// often the profile goes through its bytes; and those later than an erasure are all there, in order and whole.
func TestRecent(t *testing.T) {
	fields := []string{"cat", "amount"}
	l := state.NewLayout(nil, state.NewNames("file", "v", "cat", "amount"), plenty)
	rapid.Check(t, func(t *rapid.T) {
		p := l.New("u1")
		applied := map[string]*schemas.Event{}
		for i := range rapid.IntRange(1, 150).Draw(t, "events") {
			e := &schemas.Event{ID: fmt.Sprint(i / 2), Source: rapid.SampledFrom([]string{"file", "s1"}).Draw(t, "source"),
				Type: rapid.SampledFrom([]string{"v", "other"}).Draw(t, "type"), Time: p.Clock + schemas.Instant(rapid.Int64Range(-int64(accept), 2).Draw(t, "time"))}
			e.Fields = []schemas.Value{rapid.SampledFrom(values).Draw(t, "cat"), {}}
			key := e.Source + " " + e.ID
			old := applied[key]
			horizon := p.Clock.Add(-accept)
			if has, want := p.Recent.Has(coded(e, l.Names), horizon), old != nil && old.Time >= horizon; has != want {
				t.Fatalf("%s is remembered: %v, not %v", key, has, want)
			}
			if old != nil {
				continue
			}
			if remember(l, p, e, i%3 == 0, fields) {
				t.Fatal("limited")
			}
			applied[key] = e
			if rapid.IntRange(0, 9).Draw(t, "restart") == 0 {
				p = throughBytes(t, l, p)
			}
		}
		erased := p.Clock - schemas.Instant(rapid.Int64Range(0, int64(accept)).Draw(t, "erased"))
		var want, got []string
		for _, e := range applied {
			if e.Time > erased {
				want = append(want, text(int64(e.Time)+1000, e.Source, e.ID, e.Type, json(e.Fields[0])))
			}
		}
		err := p.Recent.After(erased, len(fields), func(path string) int { return slices.Index(fields, path) }, l.Names, func(e *schemas.Event, _ bool) {
			got = append(got, text(int64(e.Time)+1000, e.Source, e.ID, e.Type, json(e.Fields[0])))
		})
		if slices.Sort(want); err != nil || !sameSorted(got, want) {
			t.Fatalf("%v\nwant %v\ngot  %v", err, want, got)
		}
	})
}

func sameSorted(got, want []string) bool {
	got = slices.Clone(got)
	slices.Sort(got)
	return slices.Equal(got, want)
}

func throughBytes(t *rapid.T, l *state.Layout, p *state.Profile) *state.Profile {
	q, err := l.Decode(p.ID, l.Encode(nil, p, p.Clock.Add(-accept)), nil)
	if err != nil {
		t.Fatal(err)
	}
	return q
}

// TestRecentBounded: who sends more than the limit within `accept` takes no more memory for it.
func TestRecentBounded(t *testing.T) {
	l := state.NewLayout(nil, state.NewNames(), 100)
	p := l.New("bot")
	size := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := size()
	for i := range 50_000 {
		e := &schemas.Event{ID: fmt.Sprint(i, strings.Repeat("x", 1000)), Source: "file", Type: "v", Time: schemas.Instant(i / 50_000)}
		if limited := remember(l, p, e, false, nil); limited != (i >= 100) {
			t.Fatalf("event %d: limited is %v", i+1, limited)
		}
	}
	if after := size(); after > before+8<<20 {
		t.Errorf("100 events of 1 kB take %d MB after 50,000 came", (after-before)>>20)
	}
	runtime.KeepAlive(p)
}
