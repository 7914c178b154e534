package bench

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/ebbstream/ebb/pipeline/partition"
	"github.com/ebbstream/ebb/schemas"
	"github.com/ebbstream/ebb/state"
	"github.com/ebbstream/ebb/state/disk"
)

var restoreText = func() []byte {
	rng := rand.New(rand.NewPCG(1, 1))
	var v []byte
	for len(v) < 1<<20 {
		for range 24 {
			v = binary.LittleEndian.AppendUint64(v, rng.Uint64())
		}
		for range 20 {
			v = binary.AppendUvarint(append(v, "purchase"...), uint64(rng.IntN(1000)))
		}
	}
	return v
}()

func restoreRow(rng *rand.Rand, i uint64, slab []byte) state.Row {
	z := i*0x9e3779b97f4a7c15 + 1
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb
	wake := schemas.Never
	if rng.IntN(3) > 0 {
		wake = schemas.Instant(1_700_000_000_000 + rng.Int64N(30*86400_000))
	}
	v := state.AppendRow(slab[:0], wake)
	at := rng.IntN(len(restoreText) - 400)
	return state.Row{Key: fmt.Sprintf("user-%016x", z), Value: append(v, restoreText[at:at+392]...), Was: state.WakeUnknown}
}

func wchar() int64 {
	text, _ := os.ReadFile("/proc/self/io")
	for _, line := range strings.Split(string(text), "\n") {
		if rest, ok := strings.CutPrefix(line, "wchar: "); ok {
			n, _ := strconv.ParseInt(rest, 10, 64)
			return n
		}
	}
	return 0
}

func BenchmarkRestore(b *testing.B) {
	people, _ := strconv.Atoi(os.Getenv("PEOPLE"))
	if people == 0 {
		people = 1_000_000
	}
	mb, _ := strconv.Atoi(os.Getenv("MB"))
	if mb == 0 {
		mb = 32
	}
	for _, way := range strings.Split(os.Getenv("WAYS"), ",") {
		b.Run(way, func(b *testing.B) {
			for b.Loop() {
				store, err := disk.Open(b.TempDir(), disk.Options{})
				if err != nil {
					b.Fatal(err)
				}
				rows := partition.Disk{Store: store}
				rng := rand.New(rand.NewPCG(2, 2))
				var chunk []state.Row
				total, size := people*4/3, 0
				began, c0, w0 := time.Now(), cpu(b), wchar()
				slab := []byte(nil)
				for i := range total {
					n := uint64(i)
					if i >= people {
						n = rng.Uint64N(uint64(people))
					}
					if cap(slab)-len(slab) < 400 {
						slab = make([]byte, 0, 1<<20)
					}
					row := restoreRow(rng, n, slab[len(slab):len(slab):len(slab)+400])
					slab = slab[:len(slab)+400]
					chunk = append(chunk, row)
					size += 424
					switch {
					case way == "none":
						if len(chunk) >= 10000 { chunk = chunk[:0] }
					case way == "batch" || way == "known":
						if way == "known" { chunk[len(chunk)-1].Was = schemas.Never }
						if len(chunk) < 10_000 && i < total-1 {
							continue
						}
						if err := rows.Apply(3, chunk, state.Position{Changelog: int64(i)}); err != nil {
							b.Fatal(err)
						}
						chunk = chunk[:0]
					default:
						if size < mb<<20 && i < total-1 {
							continue
						}
						if err := store.Load(3, chunk, state.Position{Changelog: int64(i)}); err != nil {
							b.Fatal(err)
						}
						chunk, size = chunk[:0], 0
					}
				}
				if way == "scan" {
					b.Logf("before the scan %v", time.Since(began))
					if err := store.Loaded(3); err != nil {
						b.Fatal(err)
					}
				}
				took, c1 := time.Since(began), cpu(b)
				due, err := store.Due(3, schemas.Never, 10)
				b.Logf("%s: %v, cpu %v; %.0f rows/s, %.0f MB/s; written %d MB; readamp %d %v %v", way, took, time.Duration(c1-c0), float64(total)/took.Seconds(), float64(total)*0.424/took.Seconds()/1000, (wchar()-w0)>>20, store.Metrics().ReadAmp, len(due), err)
				for m := store.Metrics(); ; {
					time.Sleep(2*time.Second)
					n := store.Metrics()
					if n.Compactions == m.Compactions && n.DiskBytes == m.DiskBytes { break }
					m = n
				}
				b.Logf("settled: cpu %v; written %d MB; readamp %d, disk %d MB", time.Duration(cpu(b)-c0), (wchar()-w0)>>20, store.Metrics().ReadAmp, store.Metrics().DiskBytes>>20)
				store.Close()
			}
		})
	}
}
