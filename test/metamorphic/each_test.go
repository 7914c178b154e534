package metamorphic

import (
	"flag"
	"fmt"
	"math/rand"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ebbstream/ebb/schemas"
	"github.com/ebbstream/ebb/test/model"
)

var (
	cases  = flag.Int("cases", 20_000, "random cases to hold against the model")
	orders = flag.Int("orders", 5_000, "random cases to hold against themselves: in another order, cut, in several files")
	seed   = flag.Int64("seed", 0, "the seed of the first case; 0: by the clock")
	quick  = flag.Bool("quick", false, "stop at the first case that fails, and tell it as it is")
)

// firstSeed is where a test begins; it says how to begin there again.
func firstSeed(t *testing.T) int64 {
	t.Helper()
	first := *seed
	if first == 0 {
		first = time.Now().UnixNano() % 1e12
	}
	t.Logf("repeat with -seed %d", first)
	return first
}

// each tries random cases on all cores. A case that fails is made smaller and told with its seed; the fifth is
// the last.
func each(t *testing.T, cases int, fails func(c model.Case, seed int64) []string) {
	t.Helper()
	eachOf(t, cases, model.Generate, fails)
}

// mixed are cases with actions and without.
func mixed(r *rand.Rand) model.Case {
	if r.Intn(2) == 0 {
		return model.GenerateActions(r)
	}
	return model.Generate(r)
}

// eachOf is each, of the cases that generate makes.
func eachOf(t *testing.T, cases int, generate func(*rand.Rand) model.Case, fails func(c model.Case, seed int64) []string) {
	t.Helper()
	first, most := firstSeed(t), int64(5)
	if *quick {
		most = 1
	}
	var next, failed atomic.Int64
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for {
				i := next.Add(1) - 1
				if i >= int64(cases) || failed.Load() >= most {
					return
				}
				at := first + i
				c := generate(rand.New(rand.NewSource(at)))
				slow := time.AfterFunc(10*time.Second, func() {
					if *quick {
						panic(fmt.Sprintf("seed %d takes more than 10 s", at))
					}
					t.Logf("seed %d takes more than 10 s", at)
				})
				wrong := fails(c, at)
				slow.Stop()
				if len(wrong) == 0 || failed.Add(1) > most {
					continue
				}
				if !*quick {
					c = model.Shrink(c, func(c model.Case) bool { return len(fails(c, at)) > 0 })
					wrong = fails(c, at)
				}
				t.Errorf("-seed %d -cases 1 -orders 1:\n%s\n%s", at, c, strings.Join(wrong, "\n"))
			}
		})
	}
	wg.Wait()
}

// lines are events as their files have them.
func lines(files [][]model.Event) [][]string {
	out := make([][]string, len(files))
	for i, f := range files {
		for _, e := range f {
			out[i] = append(out[i], e.JSON())
		}
	}
	return out
}

// asOf is the final instant a case asks for.
func asOf(c model.Case) schemas.Instant {
	if c.AsOf == nil {
		return schemas.Never
	}
	return schemas.Instant(*c.AsOf)
}
