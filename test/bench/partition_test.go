package bench

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"runtime"
	"runtime/debug"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/ebbstream/ebb/operators/expr"
	"github.com/ebbstream/ebb/pipeline/behind"
	"github.com/ebbstream/ebb/pipeline/partition"
	"github.com/ebbstream/ebb/pipeline/shop"
	"github.com/ebbstream/ebb/schemas"
	"github.com/ebbstream/ebb/state"
	"github.com/ebbstream/ebb/state/disk"
)

// avroValue is an event in Confluent's wire format, under shopSchema.
func avroValue(e *shop.Event) []byte {
	v := append([]byte{0, 0, 0, 0, 1}, avroText(e.ID)...)
	v = append(v, avroText(fmt.Sprintf("user-%08d", e.User))...)
	v = binary.AppendVarint(v, int64(e.Time))
	v = append(v, avroText(e.Type)...)
	if e.Category == "" {
		v = append(v, 0, 0)
	} else {
		v = append(append(v, 2), avroText(e.Category)...)
		v = append(append(v, 2), avroText(fmt.Sprintf("item-%06d", e.Item))...)
	}
	if e.Amount == 0 {
		v = append(v, 0)
	} else {
		v = binary.LittleEndian.AppendUint64(append(v, 2), math.Float64bits(e.Amount))
	}
	v = append(append(v, 2), avroText(e.URL)...)
	v = binary.AppendVarint(v, 3)
	for _, s := range []string{"device", "mobile", "os", "android-14", "country", "DE"} {
		v = append(v, avroText(s)...)
	}
	return append(v, 0)
}

// cpu is the processor time of this process, in nanoseconds: on a shared machine it says more than the clock.
func cpu(b *testing.B) int64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return u.Utime.Nano() + u.Stime.Nano()
}

// A counted store counts the rows that are written to it.
type counted struct {
	partition.Disk
	rows atomic.Int64
}

func (c *counted) Apply(task int32, rows []state.Row, position state.Position) error {
	c.rows.Add(int64(len(rows)))
	return c.Disk.Apply(task, rows, position)
}

// BenchmarkPartition: one op is one event through a node's partitions: decoded, folded, and committed to the store with 80,000
// others, as by a member that is behind. What is missing is Kafka: fetching and producing.
func BenchmarkPartition(b *testing.B) {
	const tasks, piece, commit = 4, 20_000, 80_000
	compiled := compile(b, read(b, "profile-job.yaml"))
	own, err := schemas.ParseAvro(schemas.AvroText{Schema: shopSchema})
	if err != nil {
		b.Fatal(err)
	}
	of := func(text string) expr.MapTerm { return expr.MapTerm{Expr: text} }
	mapping, faults := expr.CompileMapping(expr.MapDefinition{Topic: "events", Keyed: true, Default: schemas.Attributes{Data: []string{}},
		ID: of("msg.event_id"), Subject: of("msg.user_id"), Time: of("msg.ts"), Type: of("msg.type")}, compiled.Plan.Fields)
	if len(faults) > 0 {
		b.Fatal(faults)
	}
	c := &partition.Config{Name: "t", Catalog: compiled, Lateness: 10 * schemas.Minute, MaxAhead: 5 * schemas.Minute, MergeWait: schemas.Second,
		IdleAfter: schemas.Forever, MuteBefore: schemas.Earliest, Profiles: -1, Rows: 64 << 20 / tasks,
		Sources: []partition.Source{{Topic: "events", Decoder: func() partition.Decoder {
			return mapping.Mapper(schemas.NewAvroReader(mapping.Reading(), own, nil))
		}}}}
	g := shop.New(42, 8_000_000, 200_000)
	records := newShelf(b, tasks)
	for range b.N {
		e := g.Next()
		key := fmt.Sprintf("user-%08d", e.User)
		records.put(partition.TaskOf(key, tasks), []byte(key), avroValue(e))
	}
	store, err := disk.Open(b.TempDir(), disk.Options{Cache: 64 << 20})
	if err != nil {
		b.Fatal(err)
	}
	below := &counted{Disk: partition.Disk{Store: store}}
	rows := behind.New(below)
	defer func() {
		if err := errors.Join(rows.Close(), store.Close()); err != nil {
			b.Error(err)
		}
	}()
	var all []*partition.Partition
	for task := range int32(tasks) {
		p, err := partition.New(c, task, state.Position{}, rows)
		if err != nil {
			b.Fatal(err)
		}
		all = append(all, p)
	}
	now, _ := schemas.ParseInstant("2026-11-01T00:00:00Z")
	folded, written, total := 0, 0, 0
	b.ReportAllocs()
	debug.SetGCPercent(200) // as ebb run does
	runtime.GC()            // what was made up above is not to be counted
	began := cpu(b)
	half := began
	b.ResetTimer()
	for left := true; left; {
		left = false
		for task, p := range all {
			next := records.take(int32(task), piece)
			if len(next) == 0 {
				continue
			}
			left = true
			if err := p.Push(next); err != nil {
				b.Fatal(err)
			}
			for more := true; more; {
				if more, err = p.Fold(now, 20_000); err != nil {
					b.Fatal(err)
				}
			}
			folded += len(next)
			if total += len(next); total-len(next) < b.N/2 && total >= b.N/2 {
				half = cpu(b)
			}
		}
		if folded < commit && left {
			continue
		}
		for task, p := range all {
			batch, err := p.Seal()
			if err != nil {
				b.Fatal(err)
			}
			written += len(batch.Rows)
			if err := rows.Apply(int32(task), batch.Rows, batch.Position); err != nil {
				b.Fatal(err)
			}
			p.Landed()
		}
		folded = 0
	}
	b.ReportMetric(float64(cpu(b)-began)/float64(b.N), "cpu-ns/op")
	b.ReportMetric(float64(cpu(b)-half)/float64(b.N-b.N/2), "cpu-ns/op-2nd-half")
	b.ReportMetric(float64(written)/float64(b.N), "rows/op")
	b.ReportMetric(float64(below.rows.Load())/float64(b.N), "stored/op")
}
