package state

import (
	"bytes"
	"fmt"
	"math/rand"
	"slices"
	"testing"

	"github.com/ebbstream/ebb/schemas"
)

// TestRecentModel: what is remembered is what a list remembers, in long lives too, through bytes at any moment.
func TestRecentModel(t *testing.T) {
	type had struct {
		time schemas.Instant
		id   string
		data string
	}
	for seed := range int64(400) {
		r := rand.New(rand.NewSource(seed))
		names := NewNames("file", "p")
		accept := schemas.Duration(1 + r.Intn(400))
		keep := []int{3, 20, 100, 10_000}[r.Intn(4)]
		c := &Recent{Keep: keep}
		var list []had
		clock := schemas.Instant(1_000_000)
		for n := range 700 {
			clock += schemas.Instant(r.Intn(4))
			if r.Intn(100) == 0 {
				clock += schemas.Instant(r.Intn(600))
			}
			at := clock - schemas.Instant(r.Intn(2)*r.Intn(int(accept)+1))
			horizon := clock.Add(-accept)
			list = slices.DeleteFunc(list, func(h had) bool { return h.time < horizon })
			id := fmt.Sprint(n)
			if r.Intn(4) == 0 && len(list) > 0 {
				id = list[r.Intn(len(list))].id
			} else if r.Intn(4) == 0 {
				id = fmt.Sprint(r.Intn(n + 1))
			}
			e := coded(id, names)
			want := slices.ContainsFunc(list, func(h had) bool { return h.id == id })
			if got := c.Has(e, horizon); got != want {
				t.Fatalf("seed %d event %d id %s: has %v, want %v (keep %d accept %d)", seed, n, id, got, want, keep, accept)
			}
			if !want {
				data := fmt.Sprint(r.Int63())
				for range r.Intn(3) * r.Intn(20) {
					data += "x"
				}
				fields := []schemas.Value{schemas.StringValue(data)}
				e.Time, e.Fields = at, fields
				limited := c.Add(e, false, []int{1}, Edge{Now: clock, Horizon: horizon, Names: names})
				list = append(list, had{at, id, data})
				slices.SortFunc(list, func(a, b had) int {
					if a.time != b.time {
						return int(a.time - b.time)
					}
					return bytes.Compare(coded(a.id, names).Mark, coded(b.id, names).Mark)
				})
				over := max(0, len(list)-keep)
				list = list[over:]
				if limited != (over > 0) {
					t.Fatalf("seed %d event %d: limited %v, over %d", seed, n, limited, over)
				}
			}
			if r.Intn(20) == 0 {
				b := c.append(nil, Edge{Now: clock, Horizon: horizon, Names: names})
				d := &Recent{Keep: keep}
				reader := &Reader{rest: b, names: names.List}
				d.decode(reader, nil)
				if reader.bad {
					t.Fatal("bad")
				}
				if r.Intn(2) == 0 {
					c = d
				}
			}
			if r.Intn(10) == 0 {
				from := clock - schemas.Instant(r.Intn(int(accept)+1))
				var got, want []string
				err := c.After(from, 1, func(string) int { return 0 }, names, func(e *schemas.Event, _ bool) {
					got = append(got, e.ID+" "+e.Fields[0].Text())
				})
				for _, h := range list {
					if h.time > from {
						want = append(want, h.id+" "+h.data)
					}
				}
				slices.Sort(got)
				slices.Sort(want)
				if err != nil || !slices.Equal(got, want) {
					t.Fatalf("seed %d event %d: %v after %v: %v, want %v", seed, n, err, from, got, want)
				}
			}
		}
	}
}

func coded(id string, names *Names) *Coded {
	c := &Coded{}
	c.Code(&schemas.Event{Source: "file", ID: id, Type: "p"}, 1, names)
	return c
}
