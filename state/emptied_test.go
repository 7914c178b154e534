package state

import (
	"runtime"
	"strconv"
	"testing"

	"github.com/ebbstream/ebb/schemas"
)

// TestLargeMapIsLetGo: a cell that was large and is read anew as a small one has the memory of a small one: to clear a large one for
// each that comes after it takes longer than to make one.
func TestLargeMapIsLetGo(t *testing.T) {
	edge := Edge{Names: NewNames()}
	for name, cell := range map[string]struct {
		new func() Cell
		add func(c Cell, i int)
	}{
		"distinct": {func() Cell { return &Distinct{Keep: 1e6} }, func(c Cell, i int) { c.(*Distinct).Add(1, strconv.Itoa(i), 1) }},
		"pending": {func() Cell { return &Pending{Keep: 1e6} }, func(c Cell, i int) {
			c.(*Pending).Tell(1, schemas.IntValue(int64(i)), true, edge)
		}},
		"traits": {func() Cell { return &Registers{} }, func(c Cell, i int) {
			c.(*Registers).Tell(strconv.Itoa(i), Mark{Time: 1}, schemas.IntValue(1))
		}},
		"days": {func() Cell { return &PurchaseDays{} }, func(c Cell, i int) {
			c.(*PurchaseDays).Add(schemas.Instant(i)*schemas.Instant(schemas.Day), 1)
		}},
		"support": {func() Cell { return &Support{Keep: 1e6} }, func(c Cell, i int) { c.(*Support).Add(strconv.Itoa(i), 1, nil, 1) }},
	} {
		of := func(n int) []byte {
			c := cell.new()
			for i := range n {
				cell.add(c, i)
			}
			return c.Append(nil, edge)
		}
		large, small, used := of(20_000), of(3), cell.new()
		before := inUse()
		for _, b := range [][]byte{small, large, small} {
			r := Reader{rest: b}
			if used.Decode(&r); r.bad || len(r.rest) > 0 {
				t.Fatalf("%s: %d bytes are not read", name, len(b))
			}
		}
		if more := inUse() - before; more > 64<<10 {
			t.Errorf("%s: %d bytes more are in use", name, more)
		}
		runtime.KeepAlive(used)
		runtime.KeepAlive(large)
	}
}

func inUse() int64 {
	var stats runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&stats)
	return int64(stats.HeapAlloc)
}
