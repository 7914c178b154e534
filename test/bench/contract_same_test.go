package bench

import (
	"cmp"
	"flag"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ebbstream/ebb/operators/catalog"
	"github.com/ebbstream/ebb/schemas"
	"github.com/ebbstream/ebb/state"
)

var seed = flag.Int64("seed", 0, "the seed of one more history of TestContract; 0: by the clock")

// TestContract: the fold written by hand tells, event by event, exactly what the compiled plan tells, in every field.
func TestContract(t *testing.T) {
	compiled := compile(t, read(t, "profile-job.yaml"))
	seen := map[string]int{}
	for _, h := range []history{
		{seed: 1, events: 20_000, users: 200}, {seed: 2, events: 20_000, users: 3000}, {seed: 3, events: 20_000, users: 5},
		{seed: 4, events: 20_000, users: 100, grain: schemas.Minute}, {seed: 5, events: 20_000, users: 10, grain: 10 * schemas.Minute},
		{seed: 6, events: 10_000, users: 20, categories: 200, calm: true}, {seed: 7, events: 20_000, users: 300, watermarks: true},
		{seed: 8, events: 20_000, users: 20, watermarks: true, grain: schemas.Minute}, {seed: 9, events: 25_000, users: 2, within: 26 * schemas.Hour, calm: true},
		{seed: 10, events: 10_000, users: 2, grain: schemas.Hour, categories: 150},
		{seed: cmp.Or(*seed, time.Now().UnixNano()), events: 20_000, users: 100},
	} {
		t.Run(fmt.Sprintf("%+v", h), func(t *testing.T) { same(t, compiled, h, seen) })
	}
	for _, segment := range segmentNames {
		for _, want := range []string{"true event", "true late_event", "false erasure"} {
			if seen[segment+" "+want] == 0 {
				t.Errorf("%s never changed with %s: the histories show too little", segment, want)
			}
		}
	}
	for _, want := range []string{"cart_abandoner false timer", "cart_abandoner false event", "category_fan false timer", "recent_buyer false timer",
		"engaged false late_event", "high_value false event", "session", "late", "too_late", "erased",
		"profile at the limit of events", "profile with as many interests as are kept"} {
		if seen[want] == 0 {
			t.Errorf("there was no %s: the histories show too little", want)
		}
	}
	t.Log(seen)
}

// same folds a history twice, and brings all profiles to instants so far after it that every timer has fired.
func same(t *testing.T, compiled *catalog.Catalog, h history, seen map[string]int) {
	chain, hand := compiled.Chain(), newContract(compiled.Plan)
	profiles, shoppers := map[string]*state.Profile{}, map[string]*shopper{}
	var want, got []schemas.Message
	emit := func(m schemas.Message) { want = append(want, schemas.Keep(m)) }
	emitByHand := func(m schemas.Message) { got = append(got, m) }
	compare := func(after string) {
		for i := range max(len(want), len(got)) {
			if i >= len(want) || i >= len(got) || !reflect.DeepEqual(want[i], got[i]) {
				t.Fatalf("after %s:\nplan    %s\nby hand %s", after, texts(want), texts(got))
			}
			seen[sort(want[i])]++
		}
		want, got = want[:0], got[:0]
	}
	d := schemas.NewJSONDecoder(compiled.Plan.Fields)
	var e schemas.Event
	watermark, last := schemas.Earliest, schemas.Earliest
	for _, line := range h.lines() {
		if err := d.Decode([]byte(line), &e); err != nil {
			t.Fatal(err)
		}
		if profiles[e.Subject] == nil {
			profiles[e.Subject], shoppers[e.Subject] = chain.Layout().New(e.Subject), newShopper(e.Subject)
		}
		chain.Fold(profiles[e.Subject], &e, watermark, emit)
		hand.fold(shoppers[e.Subject], &e, watermark, emitByHand)
		compare(line)
		if p := shoppers[e.Subject]; len(p.recent.all) == limit {
			seen["profile at the limit of events"]++
		} else if len(p.interests) == interests {
			seen["profile with as many interests as are kept"]++
		}
		if last = max(last, e.Time); h.watermarks {
			watermark = last - lateness
		}
	}
	for _, id := range slices.Sorted(maps.Keys(profiles)) {
		p := shoppers[id]
		ends := []schemas.Instant{last, last + gap, last + accept, last + 365*accept}
		if p.member&fan != 0 && p.fanUntil > last { // the very instant of a timer
			ends = []schemas.Instant{last, p.fanUntil - 1, p.fanUntil, p.fanUntil + accept, last + 365*accept}
		}
		for _, n := range ends {
			chain.Pass(profiles[id], n, emit)
			hand.pass(p, n, emitByHand)
			compare(fmt.Sprint("passing ", id, " to ", n))
		}
	}
}

// sort is what kind of message it is, as far as the histories must hold one.
func sort(m schemas.Message) string {
	switch m := m.(type) {
	case *schemas.SegmentChange:
		return fmt.Sprint(m.Segment, " ", m.Entered, " ", m.Cause)
	case *schemas.Late:
		return m.Reason
	}
	return "session"
}

func texts(all []schemas.Message) string {
	var lines []string
	for _, m := range all {
		line := fmt.Sprintf("%+v", m)
		if c, ok := m.(*schemas.SegmentChange); ok {
			line += fmt.Sprintf(" %+v", c.CausedBy)
		}
		lines = append(lines, line)
	}
	return cmp.Or(strings.Join(lines, "\n"), "nothing")
}
