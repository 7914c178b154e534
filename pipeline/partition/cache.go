package partition

// A cache holds rows as they are in the store, of the profiles that were used last. Who goes is found by the clock algorithm: who was
// asked for since the hand last passed is passed over once.
type cache struct {
	most   int64 // bytes
	bytes  int64
	places map[string]int32 // in all, by id
	all    []rested
	hand   int
}

// rested is the row of one profile.
type rested struct {
	id    string
	row   []byte
	own   bool // the row was written here
	asked bool // since the hand passed
}

const rowOverhead = 128 // bytes that a row takes, besides itself and its id

// get is the row of a profile; nil: it is not there.
func (c *cache) get(id string) *rested {
	if i, found := c.places[id]; found {
		r := &c.all[i]
		r.asked = true
		return r
	}
	return nil
}

// put takes in a row, unless it is so large that it would take much of the room.
func (c *cache) put(id string, row []byte, own bool) {
	i, found := c.places[id]
	if row == nil || int64(len(row)) > c.most/16 {
		if found {
			c.remove(i)
		}
		return
	}
	if !found {
		if c.places == nil {
			c.places = map[string]int32{}
		}
		i = int32(len(c.all))
		c.all = append(c.all, rested{id: id})
		c.places[id] = i
		c.bytes += int64(len(id) + rowOverhead)
	}
	r := &c.all[i]
	c.bytes += int64(len(row) - len(r.row))
	r.row, r.own, r.asked = row, own, true
}

// trim drops rows if there are too many. It goes around twice at most.
func (c *cache) trim() {
	for steps := 2 * len(c.all); steps > 0 && c.bytes > c.most; steps-- {
		if c.hand >= len(c.all) {
			c.hand = 0
		}
		if r := &c.all[c.hand]; r.asked {
			r.asked = false
			c.hand++
			continue
		}
		c.remove(int32(c.hand))
	}
}

// remove drops one; the last takes its place.
func (c *cache) remove(i int32) {
	r := &c.all[i]
	c.bytes -= int64(len(r.id) + len(r.row) + rowOverhead)
	delete(c.places, r.id)
	last := len(c.all) - 1
	if moved := c.all[last]; int(i) != last {
		c.all[i], c.places[moved.id] = moved, i
	}
	c.all[last] = rested{}
	c.all = c.all[:last]
}
