package partition_test

import (
	"flag"
	"fmt"
	"maps"
	"math/rand"
	"slices"
	"strings"
	"testing"

	"github.com/ebbstream/ebb/pipeline/partition"
	"github.com/ebbstream/ebb/schemas"
	"github.com/ebbstream/ebb/state"
)

var turnSeed = flag.Int64("turn-seed", 0, "of TestTurns: this history alone")

// TestTurns: what comes out for each profile, and what stays of it, is the same whether events are folded one by one or many at
// once, each profile's together; whatever there is room for, and with profiles so large that they stay decoded.
func TestTurns(t *testing.T) {
	first, last := int64(1), int64(150)
	if *turnSeed != 0 {
		first, last = *turnSeed, *turnSeed
	}
	for seed := first; seed <= last; seed++ {
		random := rand.New(rand.NewSource(seed))
		type record struct{ topic, text string }
		var history []record
		commits := map[int]bool{}
		clock := at("09:00:00")
		for i := range 300 {
			clock = clock.Add(schemas.Duration(random.Intn(60_000)))
			when := clock.Add(-schemas.Duration(random.Intn(2) * random.Intn(1_500_000)))
			id, typ, data := fmt.Sprint(random.Intn(i+1)), []string{"p", "x", "x"}[random.Intn(3)], "{}"
			if random.Intn(10) == 0 {
				id += strings.Repeat("-long", 800)
			}
			if random.Intn(40) == 0 {
				typ = schemas.TypeErase
			}
			history = append(history, record{[]string{"a", "clicks"}[random.Intn(2)],
				fmt.Sprintf(`{"id":%q,"type":%q,"subject":"u%d","time":%q,"data":%s}`, id, typ, random.Intn(6), when, data)})
			commits[i] = random.Intn(20) == 0
		}
		run := func(most func() int, room int64, commit bool) (came map[string][]string, left rows) {
			b := newBench(t, func(c *partition.Config) { c.Rows = room }, "a", "clicks", "t.events")
			b.now = at("23:00:00")
			came = map[string][]string{}
			take := func(lines []string) {
				for _, line := range lines {
					topic, rest, _ := strings.Cut(line, " ")
					key, rest, _ := strings.Cut(rest, " ")
					came[topic+" "+key] = append(came[topic+" "+key], rest)
				}
			}
			for i, r := range history {
				b.raw(r.topic, r.text)
				if !commits[i] {
					continue
				}
				for more := true; more; {
					var err error
					if more, err = b.p.Fold(b.now, most()); err != nil {
						t.Fatal(err)
					}
					if more && commit {
						take(b.seal())
					}
				}
				take(b.seal())
			}
			take(b.commit())
			return came, b.rows
		}
		alone, left := run(func() int { return 1 }, 1<<20, false)
		for name, other := range map[string]func() (map[string][]string, rows){
			"all at once, without room": func() (map[string][]string, rows) { return run(func() int { return 1000 }, 0, false) },
			"some at once": func() (map[string][]string, rows) {
				return run(func() int { return 1 + random.Intn(40) }, 20<<10, false)
			},
			"committed at any moment": func() (map[string][]string, rows) { return run(func() int { return 1 + random.Intn(10) }, 1<<20, true) },
		} {
			together, leftThen := other()
			for key := range maps.Keys(together) {
				if !slices.Equal(alone[key], together[key]) {
					t.Fatalf("-turn-seed %d: %s: of %q\n  %s\none by one\n  %s", seed, name, key, strings.Join(together[key], "\n  "), strings.Join(alone[key], "\n  "))
				}
			}
			if len(together) != len(alone) {
				t.Fatalf("-turn-seed %d: %s: of %d keys, one by one of %d", seed, name, len(together), len(alone))
			}
			for key := range left {
				if strings.HasPrefix(key, state.ErasedPrefix) || key == state.SecretKey {
					continue // under another secret
				}
				if string(left[key]) != string(leftThen[key]) {
					t.Fatalf("-turn-seed %d: %s: the row of %q is\n  %x\none by one\n  %x", seed, name, key, leftThen[key], left[key])
				}
			}
			if len(left) != len(leftThen) {
				t.Fatalf("-turn-seed %d: %s: %d rows, one by one %d", seed, name, len(leftThen), len(left))
			}
		}
	}
}
