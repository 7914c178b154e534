package state

import (
	"maps"
	"slices"

	"github.com/ebbstream/ebb/schemas"
)

// Support is, for each value of a field, how many events carried it, and how many sessions held one of these.
//
// The sessions of an event that is not late may still be joined by another one. So a value names each session that holds it
// by the time of one of its events there, and Join strikes out those that turned out to be of one session. That is exact,
// whatever the order of arrival; of two merged profiles the sessions are those of both until the next Join.
//
// Its bytes: how many values, and for each its key, its events and the time of the latest; then, if Sessions, the number of
// sessions that are over and the times that name the others.
type Support struct {
	Keep     int // values; beyond, the one seen longest ago is forgotten
	Sessions bool
	By       map[string]Carried // by schemas.Value.Key
}

// Carried is what is known of one value.
type Carried struct {
	Events int64
	Last   schemas.Instant
	Over   int64             // sessions that are over
	In     []schemas.Instant // one time in each other session, ascending
}

// Held is how many sessions hold the value.
func (v *Carried) Held() int64 { return v.Over + int64(len(v.In)) }

// Add counts an event at t that carries the value. s is its session, nil if it is late; oldest is when the first session
// that may still change began. It reports whether the limit pushed a value out.
func (c *Support) Add(key string, t schemas.Instant, s *Session, oldest schemas.Instant) (limited bool) {
	if c.By == nil {
		c.By = map[string]Carried{}
	}
	v, found := c.By[key]
	if !found {
		v.Last = t
	}
	v.Events++
	v.Last = max(v.Last, t)
	if c.Sessions {
		over := 0
		for over < len(v.In) && v.In[over] < oldest {
			over++
		}
		v.Over, v.In = v.Over+int64(over), v.In[over:]
		if s != nil && !v.heldIn(s) {
			i, _ := slices.BinarySearch(v.In, t)
			v.In = slices.Insert(slices.Clip(v.In), i, t)
		}
	}
	c.By[key] = v
	return !found && c.trim()
}

func (v *Carried) heldIn(s *Session) bool {
	i, _ := slices.BinarySearch(v.In, s.Start)
	return i < len(v.In) && v.In[i] <= s.End
}

// Join says that an event has made one session of several: each value that they hold, it holds once.
func (c *Support) Join(s *Session) {
	for key, v := range c.By {
		i, _ := slices.BinarySearch(v.In, s.Start)
		j, _ := slices.BinarySearch(v.In, s.End+1)
		if j > i+1 {
			v.In = slices.Delete(slices.Clone(v.In), i+1, j)
			c.By[key] = v
		}
	}
}

// trim holds the limit.
func (c *Support) trim() (limited bool) {
	for len(c.By) > c.Keep {
		oldest, first := "", true
		for key, v := range c.By {
			if o := c.By[oldest]; first || v.Last < o.Last || v.Last == o.Last && key < oldest {
				oldest, first = key, false
			}
		}
		delete(c.By, oldest)
		limited = true
	}
	return limited
}

// Append writes the values, in the order of their keys.
func (c *Support) Append(b []byte, _ Edge) []byte {
	b = appendUint(b, uint64(len(c.By)))
	for _, key := range slices.Sorted(maps.Keys(c.By)) {
		v := c.By[key]
		b = appendInt(appendUint(appendText(b, key), uint64(v.Events)), int64(v.Last))
		if c.Sessions {
			b = appendInstants(appendUint(b, uint64(v.Over)), v.In)
		}
	}
	return b
}

// Decode reads them.
func (c *Support) Decode(r *Reader) {
	n := r.count(3)
	c.By = emptied(c.By, n)
	for range n {
		key := r.text()
		v := Carried{Events: int64(r.uint()), Last: schemas.Instant(r.int())}
		if c.Sessions {
			v.Over, v.In = int64(r.uint()), r.instants(nil)
			slices.Sort(v.In)
		}
		c.By[key] = v
	}
}

// Merge adds what the other counted.
func (c *Support) Merge(other Cell) {
	if c.By == nil {
		c.By = map[string]Carried{}
	}
	for key, o := range other.(*Support).By {
		v, found := c.By[key]
		if !found {
			v.Last = o.Last
		}
		v.Events, v.Last, v.Over = v.Events+o.Events, max(v.Last, o.Last), v.Over+o.Over
		v.In = append(slices.Clip(v.In), o.In...)
		slices.Sort(v.In)
		c.By[key] = v
	}
	c.trim()
}
