package partition_test

import (
	"fmt"
	"runtime"
	"testing"

	"github.com/ebbstream/ebb/operators"
	"github.com/ebbstream/ebb/operators/catalog"
	"github.com/ebbstream/ebb/operators/expr"
	"github.com/ebbstream/ebb/operators/segment"
	"github.com/ebbstream/ebb/pipeline/partition"
	"github.com/ebbstream/ebb/schemas"
	"github.com/ebbstream/ebb/state"
)

// heap is how many bytes of memory are in use.
func heap() int64 {
	var stats runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&stats)
	return int64(stats.HeapAlloc)
}

// TestMemoryOfMany: what a partition took for a turn of many events, and for a profile of half a million bytes, it gives back when
// few events come, of small profiles.
func TestMemoryOfMany(t *testing.T) {
	blocks := catalog.Defaults()
	blocks.Segments = catalog.Named[segment.Config]{"new": {When: `distinct("p", "d") >= 3`}}
	plan, faults := catalog.Compile(blocks, catalog.Setting{
		Time: operators.Time{Lateness: 10 * schemas.Minute, Accept: schemas.Hour}, Limits: expr.Limits{Events: 100, Values: 100_000},
	})
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	b := newBench(t, func(c *partition.Config) {
		c.Catalog, c.Rows = plan, 0
		c.Sources[0].Decoder = func() partition.Decoder { return &lines{JSONDecoder: schemas.NewJSONDecoder(plan.Plan.Fields)} }
	}, "a")
	push := func(subject string, i int) {
		b.raw("a", fmt.Sprintf(`{"id":"%d","type":"p","subject":%q,"time":"2026-01-05T10:00:00Z","data":{"d":"value-%d"}}`, i, subject, i))
	}
	fold := func() {
		if more, err := b.p.Fold(b.now, 30_000); err != nil || more {
			t.Fatal(more, err)
		}
		b.seal()
	}
	few := func(from int) {
		for i := range 20 {
			push(fmt.Sprint("u", i%5), from+i)
		}
		fold()
	}
	few(0)
	before := heap()
	for i := range 20_000 {
		push("bot", i)
	}
	fold()
	for i := range 20 {
		few(20 * (i + 1))
	}
	delete(b.rows, state.ProfileKey("bot"))
	b.sealed = nil
	if more := heap() - before; more > 512<<10 {
		t.Errorf("%d bytes more than before are in use", more)
	}
	runtime.KeepAlive(b)
}
