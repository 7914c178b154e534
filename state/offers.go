package state

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"slices"

	"github.com/ebbstream/ebb/schemas"
)

// Offers are what a profile remembers for one experiment: its trial, and the decisions something may still come of.
//
// A decision is remembered until no event can be accepted any more that lies within its time; of more than Keep the oldest
// are forgotten. The trial is the person's first decision, for good, so that everybody is counted once.
//
// Its bytes: what is known of the trial, as bits, and its time if there is one; how many decisions, and for each the time as
// the difference to the one before, the id, the action (as Names writes texts), and its bits.
type Offers struct {
	Within schemas.Duration // how long after a decision something counts
	Keep   int
	Trial  Trial
	Open   []Offer // by time and id
}

// Trial is a person's first decision. Its answer is whether a reward came within the time after it, whichever decision that
// is owed to.
type Trial struct {
	Begun   bool
	Control bool // the arm
	Reward  bool // it came
	Over    bool // the time is over, and was said to be
	At      schemas.Instant
}

// join keeps the earlier of two; of one instant what is known of either, that of control before the other.
func (t *Trial) join(o Trial) {
	switch {
	case !o.Begun:
	case !t.Begun, o.At < t.At, o.At == t.At && o.Control && !t.Control:
		*t = o
	case o.At == t.At && o.Control == t.Control:
		t.Reward, t.Over = t.Reward || o.Reward, t.Over || o.Over
	}
}

// Offer is a decision.
type Offer struct {
	At      schemas.Instant
	ID      [16]byte // of the decision: its hash
	Action  string
	Control bool   // the arm
	seen    uint16 // one bit for each schemas.OutcomeKind
}

// See marks that something has come of the decision; it is false if it had before.
func (o *Offer) See(k schemas.OutcomeKind) bool {
	had := o.seen&(1<<k) != 0
	o.seen |= 1 << k
	return !had
}

// Add remembers a decision. It reports whether the limit pushed one out.
func (c *Offers) Add(o Offer) (limited bool) {
	c.Trial.join(Trial{Begun: true, Control: o.Control, At: o.At})
	c.insert(o)
	return c.trim()
}

func (c *Offers) insert(o Offer) {
	i, found := slices.BinarySearchFunc(c.Open, o, Offer.place)
	if found {
		c.Open[i].seen |= o.seen
		return
	}
	c.Open = slices.Insert(c.Open, i, o)
}

func (o Offer) place(p Offer) int {
	return cmp.Or(cmp.Compare(o.At, p.At), bytes.Compare(o.ID[:], p.ID[:]))
}

// counts is whether something at t counts for a decision: it comes after it, but not too long after.
func (c *Offers) counts(at, t schemas.Instant) bool { return at < t && t <= at.Add(c.Within) }

// Last is the latest decision to which a reward at t can be owed; nil if there is none.
func (c *Offers) Last(t schemas.Instant) *Offer {
	for i := len(c.Open) - 1; i >= 0 && t <= c.Open[i].At.Add(c.Within); i-- {
		if c.counts(c.Open[i].At, t) {
			return &c.Open[i]
		}
	}
	return nil
}

// Find is the decision of an id, if something at t counts for it; feedback may come at its very instant.
func (c *Offers) Find(id [16]byte, t schemas.Instant) *Offer {
	for i := range c.Open {
		o := &c.Open[i]
		if o.ID == id && (o.At == t || c.counts(o.At, t)) {
			return o
		}
	}
	return nil
}

// Rewarded tells the trial of a reward at t. It reports whether that changes an answer that was given already.
func (c *Offers) Rewarded(t schemas.Instant) (corrects bool) {
	r := &c.Trial
	if !r.Begun || r.Reward || !c.counts(r.At, t) {
		return false
	}
	r.Reward = true
	return r.Over
}

// Ends is the first instant at which the trial is over; Never if none is begun, or it was said.
func (c *Offers) Ends() schemas.Instant {
	if !c.Trial.Begun || c.Trial.Over {
		return schemas.Never
	}
	return c.Trial.At.Add(c.Within + 1)
}

// Forget drops the decisions that no event from the horizon on can be owed to.
func (c *Offers) Forget(horizon schemas.Instant) {
	gone := 0
	for gone < len(c.Open) && c.Open[gone].At.Add(c.Within) < horizon {
		gone++
	}
	c.Open = slices.Delete(c.Open, 0, gone)
}

func (c *Offers) trim() (limited bool) {
	over := len(c.Open) - c.Keep
	if over <= 0 {
		return false
	}
	c.Open = slices.Delete(c.Open, 0, over)
	return true
}

// The bits of a trial.
const (
	trialBegun = 1 << iota
	trialControl
	trialReward
	trialOver
)

func (t *Trial) bits() (b byte) {
	for i, set := range []bool{t.Begun, t.Control, t.Reward, t.Over} {
		if set {
			b |= 1 << i
		}
	}
	return b
}

// Append writes the trial and the decisions something may still come of.
func (c *Offers) Append(b []byte, e Edge) []byte {
	c.Forget(e.Horizon)
	b = append(b, c.Trial.bits())
	last := schemas.Instant(0)
	if c.Trial.Begun {
		b = appendInt(b, int64(c.Trial.At))
		last = c.Trial.At
	}
	b = appendUint(b, uint64(len(c.Open)))
	for i := range c.Open {
		o := &c.Open[i]
		b = append(appendInt(b, int64(o.At-last)), o.ID[:]...)
		b = e.Names.append(b, o.Action)
		seen := uint64(o.seen) << 1
		if o.Control {
			seen |= 1
		}
		b = appendUint(b, seen)
		last = o.At
	}
	return b
}

// Decode reads them.
func (c *Offers) Decode(r *Reader) {
	bits, last := r.byte(), schemas.Instant(0)
	c.Trial = Trial{Begun: bits&trialBegun != 0, Control: bits&trialControl != 0, Reward: bits&trialReward != 0, Over: bits&trialOver != 0}
	if c.Trial.Begun {
		last = schemas.Instant(r.int())
		c.Trial.At = last
	}
	n := r.count(19)
	c.Open = slices.Grow(c.Open[:0], n)
	for range n {
		last += schemas.Instant(r.int())
		o := Offer{At: last}
		binary.LittleEndian.PutUint64(o.ID[:8], r.fixed())
		binary.LittleEndian.PutUint64(o.ID[8:], r.fixed())
		o.Action = r.name()
		seen := r.uint()
		o.seen, o.Control = uint16(seen>>1), seen&1 != 0
		c.Open = append(c.Open, o)
	}
}

// Merge keeps the earlier trial, and the decisions of both.
func (c *Offers) Merge(other Cell) {
	o := other.(*Offers)
	c.Trial.join(o.Trial)
	for _, x := range o.Open {
		c.insert(x)
	}
	c.trim()
}
