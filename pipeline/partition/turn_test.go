package partition_test

import (
	"flag"
	"fmt"
	"maps"
	"math/rand"
	"slices"
	"strings"
	"testing"

	"github.com/ebbstream/ebb/operators"
	"github.com/ebbstream/ebb/operators/catalog"
	"github.com/ebbstream/ebb/operators/expr"
	"github.com/ebbstream/ebb/operators/segment"
	"github.com/ebbstream/ebb/pipeline/partition"
	"github.com/ebbstream/ebb/schemas"
	"github.com/ebbstream/ebb/state"
)

var turnSeed = flag.Int64("turn-seed", 0, "of TestTurns: this history alone")

// compiled are definitions with some segments.
func compiled(t *testing.T, segments map[string]string) *catalog.Catalog {
	t.Helper()
	blocks := catalog.Defaults()
	blocks.Sessions.Gap = 30 * schemas.Minute
	blocks.Segments = catalog.Named[segment.Config]{}
	for name, when := range segments {
		blocks.Segments[name] = segment.Config{When: when}
	}
	c, faults := catalog.Compile(blocks, catalog.Setting{
		Time: operators.Time{Lateness: 10 * schemas.Minute, Accept: schemas.Day}, Limits: expr.Limits{Events: 1000, Values: 100},
	})
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	return c
}

// view is what is known of a profile.
func view(t *testing.T, c *catalog.Catalog, from rows, key string) string {
	t.Helper()
	id, ok := state.ProfileID(key)
	if !ok {
		return string(from[key])
	}
	r := partition.NewReader(c)
	p, err := r.Read(from, 0, id)
	if err != nil {
		t.Fatal(err)
	}
	return string(schemas.JSON{}.Append(nil, "t", r.Chain().Profile(p, p.Now)))
}

// TestTurns: what comes out for each profile, and what stays of it, is the same whether events are folded one by one or many at
// once, each profile's together; whatever there is room for, and with profiles so large that they stay decoded.
func TestTurns(t *testing.T) {
	first, last := int64(1), int64(150)
	if *turnSeed != 0 {
		first, last = *turnSeed, *turnSeed
	}
	few := compiled(t, map[string]string{"rich": `sum("p", "a") >= 50.0`, "buyers": `count("p", "1h") >= 1`})
	many := compiled(t, map[string]string{"rich": `sum("p", "a") + sum("p", "b", "1h") >= 90.0`, "blue": `last("x", "c") == "c3" && count("x", "2h") >= 2`,
		"new": `distinct("x", "d", "3h") >= 3`, "buyers": `count("p", "1h") >= 1`})
	for seed := first; seed <= last; seed++ {
		random := rand.New(rand.NewSource(seed))
		plan := []*catalog.Catalog{few, many}[seed%2]
		type record struct{ topic, text string }
		var history []record
		commits := map[int]bool{}
		clock := at("09:00:00")
		for i := range 300 {
			clock = clock.Add(schemas.Duration(random.Intn(60_000)))
			when := clock.Add(-schemas.Duration(random.Intn(2) * random.Intn(1_500_000)))
			id, typ := fmt.Sprint(random.Intn(i+1)), []string{"p", "x", "x"}[random.Intn(3)]
			data := fmt.Sprintf(`{"a":%d,"b":%d,"c":"c%d","d":"d%d"}`, random.Intn(9), random.Intn(9), random.Intn(9), random.Intn(9))
			if random.Intn(10) == 0 {
				id += strings.Repeat("-long", 800)
			}
			if random.Intn(40) == 0 {
				typ, data = schemas.TypeErase, "{}"
			}
			history = append(history, record{[]string{"a", "clicks"}[random.Intn(2)],
				fmt.Sprintf(`{"id":%q,"type":%q,"subject":"u%d","time":%q,"data":%s}`, id, typ, random.Intn(6), when, data)})
			commits[i] = random.Intn(20) == 0
		}
		run := func(most func() int, room int64, commit bool) (came map[string][]string, left rows) {
			b := newBench(t, func(c *partition.Config) {
				c.Rows, c.Catalog = room, plan
				for i := range c.Sources {
					c.Sources[i].Decoder = func() partition.Decoder { return &lines{JSONDecoder: schemas.NewJSONDecoder(plan.Plan.Fields)} }
				}
			}, "a", "clicks", "t.events")
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
				if plan == many { // some of their timers are bounds, which may be sharper in the one or the other
					if one, other := view(t, plan, left, key), view(t, plan, leftThen, key); one != other {
						t.Fatalf("-turn-seed %d: %s: %q is\n  %s\none by one\n  %s", seed, name, key, other, one)
					}
					continue
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
