package shop_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/ebbstream/ebb/pipeline/shop"
)

type number struct{ n int }

func (a *number) Before(b *number) bool { return a.n < b.n }

// TestQueue: whatever is pushed, popped and changed meanwhile, the least comes first.
func TestQueue(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var q shop.Queue[*number]
		var want []int // ascending
		for range rapid.IntRange(0, 100).Draw(t, "steps") {
			if q.Len() != len(want) {
				t.Fatalf("%d in the queue, want %d", q.Len(), len(want))
			}
			n := rapid.IntRange(0, 20).Draw(t, "n")
			switch what := rapid.SampledFrom([]string{"push", "pop", "change"}).Draw(t, "what"); {
			case what == "push" || len(want) == 0:
				q.Push(&number{n})
				want = append(want, n)
			case what == "pop":
				if got := q.Pop().n; got != want[0] {
					t.Fatalf("%d came, want %d of %v", got, want[0], want)
				}
				want = want[1:]
			default:
				if got := q.First().n; got != want[0] {
					t.Fatalf("%d is the first, want %d of %v", got, want[0], want)
				}
				q.First().n, want[0] = n, n
				q.FixFirst()
			}
			slices.Sort(want)
		}
	})
}
