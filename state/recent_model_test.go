package state

import (
	"bytes"
	"fmt"
	"math/rand"
	"slices"
	"strings"
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
		step := r.Intn(5) // 0: most are of one time
		c := &Recent{Keep: keep}
		var list []had
		clock := schemas.Instant(1_000_000)
		for n := range 700 {
			clock += schemas.Instant(r.Intn(step + 1))
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
			checkMarks(t, c)
			if r.Intn(20) == 0 {
				b := c.append(nil, Edge{Now: clock, Horizon: horizon, Names: names})
				d := &Recent{Keep: keep}
				reader := &Reader{rest: b, names: names.List, trusted: r.Intn(2) == 0}
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

// checkMarks: they are places of events, ascending; and the last is the last.
func checkMarks(t *testing.T, c *Recent) {
	t.Helper()
	i, last := 0, c.last
	for at := c.from; at < len(c.bytes); _, at = c.one(at) {
		last = at
		if i < len(c.marks) && c.marks[i] == at {
			i++
		}
	}
	if c.n > 0 {
		if one, _ := c.one(last); c.last != last || c.lastTime != one.time() {
			t.Fatalf("the last of %d is at %d, of %v: not at %d, of %v", c.n, last, one.time(), c.last, c.lastTime)
		}
	}
	if i != len(c.marks) {
		t.Fatalf("from %d: %d of the marks %v are none of events, or not in their order", c.from, len(c.marks)-i, c.marks)
	}
}

// TestRecentOrders: in whatever order many events come, each finds its place among a few others.
func TestRecentOrders(t *testing.T) {
	const n = 20_000
	random := rand.New(rand.NewSource(1))
	names := NewNames("file", "p")
	for name, time := range map[string]func(i int) int{
		"ascending":           func(i int) int { return i },
		"of one time":         func(int) int { return 0 },
		"descending":          func(i int) int { return n - i },
		"two runs descending": func(i int) int { return i/(n/2)*n + n - i },
		"many runs":           func(i int) int { return i/100*100 + 100 - i%100 },
		"runs within others":  func(i int) int { return i%100*n + i },
		"any":                 func(int) int { return random.Intn(n) },
	} {
		c := &Recent{Keep: n}
		passed := 0
		for i := range n {
			e := coded(fmt.Sprint(random.Int63()), names)
			e.Time = schemas.Instant(time(i))
			c.makeRoom(0)
			passed += c.place(c.write(e, false, nil))
			c.note(e.Key)
			has := c.Has(e, 0)
			if e.Time++; !has || i%1000 == 0 && !c.Has(e, 0) { // also if it comes again with another time
				t.Fatalf("%s: %s is not there", name, e.ID)
			}
		}
		checkMarks(t, c)
		if passed > 40*n || len(c.marks) > n/8 {
			t.Errorf("%s: each passed %d others, with %d marks in the end", name, passed/n, len(c.marks))
		}
	}
}

// TestRecentForgets: of visits that are over nothing is kept but some room, however often one comes and however large its events were.
func TestRecentForgets(t *testing.T) {
	names := NewNames("file", "p")
	for _, visitors := range []struct {
		name   string
		events int
		size   int // of the first of them
	}{{"many small", 60, 10}, {"one large", 1, 1 << 20}, {"a large one among small ones", 60, 64 << 10}} {
		t.Run(visitors.name, func(t *testing.T) {
			c := &Recent{Keep: 10_000}
			clock := schemas.Instant(1_000_000)
			for visit := range 200 {
				clock += 10_000
				for i := range visitors.events {
					e := coded(fmt.Sprint(visit, i), names)
					size := 10
					if i == 0 {
						size = visitors.size
					}
					e.Time, e.Fields = clock, []schemas.Value{schemas.StringValue(strings.Repeat("x", size))}
					edge := Edge{Now: clock, Horizon: clock - 5000, Names: names}
					c.Add(e, false, []int{1}, edge)
					c.append(nil, edge)
				}
				if c.append(nil, Edge{Now: clock + 5001, Horizon: clock + 1, Names: names}); visit < 5 || visit%20 == 0 {
					indexed := 0
					if c.index != nil {
						indexed = len(c.index.table)
					}
					if indexed > 512 || cap(c.bytes) > 8<<10 || cap(c.marks) > 64 || c.n > 0 {
						t.Fatalf("visit %d: %d events, %d B, an index of %d, %d marks", visit, c.n, cap(c.bytes), indexed, cap(c.marks))
					}
				}
			}
		})
	}
}

func coded(id string, names *Names) *Coded {
	c := &Coded{}
	c.Code(&schemas.Event{Source: "file", ID: id, Type: "p"}, 1, names)
	return c
}

// TestRecentTimes: whatever an event's time may be (schemas: from 1990 to 9999), it is remembered as it was, and long texts, too.
func TestRecentTimes(t *testing.T) {
	names := NewNames("file", "p")
	c := &Recent{Keep: 100}
	var want []schemas.Instant
	for i, text := range []string{"1990-01-01T00:00:00Z", "1990-01-01T00:00:00.001Z", "2038-01-19T03:14:08Z", "9999-12-31T23:59:59.999Z"} {
		at, err := schemas.ParseInstant(text)
		if err != nil {
			t.Fatal(err)
		}
		want = append(want, at)
		e := coded(text, names)
		e.Time, e.Fields = at, []schemas.Value{schemas.StringValue(strings.Repeat("x", i*i*5000))}
		c.Add(e, false, []int{1}, Edge{Now: at, Horizon: schemas.Earliest, Names: names})
	}
	for range 2 {
		var got []schemas.Instant
		err := c.After(schemas.Earliest, 1, func(string) int { return 0 }, names, func(e *schemas.Event, _ bool) {
			if n := len(e.Fields[0].Text()); n != len(got)*len(got)*5000 {
				t.Errorf("event %d has %d bytes", len(got), n)
			}
			got = append(got, e.Time)
		})
		if err != nil || !slices.Equal(got, want) {
			t.Fatalf("%v: %v, want %v", err, got, want)
		}
		b := c.append(nil, Edge{Horizon: schemas.Earliest, Names: names})
		c = &Recent{Keep: 100}
		r := &Reader{rest: b, names: names.List}
		if c.decode(r, nil); r.bad || len(r.rest) > 0 {
			t.Fatal("corrupt")
		}
	}
}
