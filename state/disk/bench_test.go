package disk_test

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/ebbstream/ebb/schemas"
	"github.com/ebbstream/ebb/state/disk"
)

const (
	benchProfiles = 1_000_000
	benchBatch    = 10_000
)

func benchID(i int) string { return fmt.Sprintf("user-%09d", i) }

// benchValue is 300 bytes as profiles have them: remembered ids, which are random, and a half of
// small numbers and names.
func benchValue(rng *rand.Rand) []byte {
	v := make([]byte, 0, 300)
	for range 18 {
		v = binary.LittleEndian.AppendUint64(v, rng.Uint64())
	}
	for len(v) < 300 {
		v = binary.AppendUvarint(append(v, "purchase"...), uint64(rng.IntN(1000)))
	}
	return v[:300]
}

func benchStore(b *testing.B, o disk.Options) *disk.Store {
	s, err := disk.Open(b.TempDir(), o)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := s.Close(); err != nil {
			b.Error(err)
		}
	})
	return s
}

// fill writes all profiles once, in random order, in batches.
func fill(b *testing.B, s *disk.Store, wake schemas.Instant) {
	rng := rand.New(rand.NewPCG(1, 1))
	batch := s.NewBatch()
	for n, i := range rng.Perm(benchProfiles) {
		batch.PutProfile(0, benchID(i), benchValue(rng), never, wake)
		if n%benchBatch == benchBatch-1 {
			if err := batch.Commit(false); err != nil {
				b.Fatal(err)
			}
		}
	}
	if err := s.Flush(); err != nil {
		b.Fatal(err)
	}
}

// An operation is one profile; 10,000 of them, at random of a million, are a commit.
func BenchmarkPutProfile(b *testing.B) {
	for _, noWAL := range []bool{false, true} {
		b.Run(fmt.Sprintf("NoWAL=%v", noWAL), func(b *testing.B) {
			s := benchStore(b, disk.Options{NoWAL: noWAL})
			fill(b, s, never)
			rng := rand.New(rand.NewPCG(2, 2))
			ids, value := make([]string, benchProfiles), benchValue(rng)
			for i := range ids {
				ids[i] = benchID(i)
			}
			batch, n := s.NewBatch(), 0
			for b.Loop() {
				batch.PutProfile(0, ids[rng.IntN(benchProfiles)], value, never, never)
				if n++; n%benchBatch == 0 {
					if err := batch.Commit(false); err != nil {
						b.Fatal(err)
					}
				}
			}
			b.ReportMetric(float64(s.Metrics().DiskBytes)/benchProfiles, "disk-B/profile")
		})
	}
}

// An operation is one look-up in a warm cache: of ids at random, or by a Reader in order.
func BenchmarkProfile(b *testing.B) {
	s := benchStore(b, disk.Options{Cache: 512 << 20})
	fill(b, s, never)
	for _, err := range s.Profiles(0) { // brings all blocks into the cache
		if err != nil {
			b.Fatal(err)
		}
	}
	r, err := s.Reader()
	if err != nil {
		b.Fatal(err)
	}
	defer r.Close()
	for name, suffix := range map[string]string{"hit": "", "miss": " of nobody"} {
		ids := make([]string, benchProfiles)
		for i := range ids {
			ids[i] = benchID(i) + suffix
		}
		rng := rand.New(rand.NewPCG(3, 3))
		b.Run(name, func(b *testing.B) {
			lookUp(b, s.Profile, suffix == "", func() string { return ids[rng.IntN(benchProfiles)] })
		})
		b.Run(name+"/Reader", func(b *testing.B) {
			i := 0
			lookUp(b, r.Profile, suffix == "", func() string {
				i = (i + rng.IntN(100)) % benchProfiles
				return ids[i]
			})
		})
	}
}

func lookUp(b *testing.B, profile func([]byte, int32, string) ([]byte, bool, error), there bool, next func() string) {
	var dst []byte
	for b.Loop() {
		value, found, err := profile(dst[:0], 0, next())
		if err != nil || found != there {
			b.Fatal(found, err)
		}
		dst = value
	}
}

// An operation is the draining of a million timers due at one instant: reading them in batches and
// putting each profile again without one. Going on from the last timer of a batch is compared with
// starting over, past the rows just deleted.
func BenchmarkDrain(b *testing.B) {
	for _, startingOver := range []bool{false, true} {
		b.Run(fmt.Sprintf("startingOver=%v", startingOver), func(b *testing.B) {
			s := benchStore(b, disk.Options{})
			for b.Loop() {
				b.StopTimer()
				fill(b, s, 5)
				b.StartTimer()
				if n := drain(b, s, 5, startingOver); n != benchProfiles {
					b.Fatalf("%d timers were due", n)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/benchProfiles, "ns/timer")
		})
	}
}

func drain(b *testing.B, s *disk.Store, at schemas.Instant, startingOver bool) (drained int) {
	batch, value := s.NewBatch(), make([]byte, 300)
	after := disk.Timer{At: schemas.Earliest}
	for {
		timers, err := s.DueAfter(0, after, at, benchBatch)
		if err != nil {
			b.Fatal(err)
		}
		if len(timers) == 0 {
			return drained
		}
		for _, timer := range timers {
			batch.PutProfile(0, timer.ID, value, at, never)
		}
		if err := batch.Commit(false); err != nil {
			b.Fatal(err)
		}
		drained += len(timers)
		if !startingOver {
			after = timers[len(timers)-1]
		}
	}
}
