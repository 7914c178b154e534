package partition

// A cache bounds what the rows take that a partition holds besides those that are not in the store yet. Who goes is found by the
// clock algorithm: who was asked for since the hand last passed is passed over once.
type cache struct {
	most  int64 // bytes
	bytes int64
	all   []*held
	hand  int
}

// cached is what a profile is to the cache.
type cached struct {
	place int  // in all
	size  int  // as it was counted
	asked bool // since the hand passed
}

const rowOverhead = 280 // bytes of a profile that is held, besides its row: its place in the map and in the cache

// add takes in a profile.
func (c *cache) add(h *held) {
	h.place = len(c.all)
	c.all = append(c.all, h)
	c.count(h)
}

// count is told of a row that has changed.
func (c *cache) count(h *held) {
	now := len(h.id) + len(h.row) + rowOverhead
	c.bytes += int64(now - h.size)
	h.size, h.asked = now, true
}

// trim drops profiles that are in the store, if there is too much. It goes around twice at most.
func (c *cache) trim(drop func(h *held)) {
	for steps := 2 * len(c.all); steps > 0 && c.bytes > c.most; steps-- {
		if c.hand >= len(c.all) {
			c.hand = 0
		}
		h := c.all[c.hand]
		if h.dirty || h.sealed || h.asked {
			h.asked = false
			c.hand++
			continue
		}
		c.remove(h)
		drop(h)
	}
}

func (c *cache) remove(h *held) {
	last := len(c.all) - 1
	moved := c.all[last]
	c.all[h.place], moved.place = moved, h.place
	c.all[last] = nil
	c.all = c.all[:last]
	c.bytes -= int64(h.size)
}

// large is whether a row takes so much of the room that it is not kept for the next time.
func (c *cache) large(h *held) bool { return int64(len(h.row)) > c.most/16 }
