package bench

import (
	"slices"

	"github.com/ebbstream/ebb/operators"
	"github.com/ebbstream/ebb/operators/expr"
	"github.com/ebbstream/ebb/schemas"
)

// contract is the profile job (profile-job.yaml) written by hand for its types, its fields, its five segments and its gap,
// and for nothing else, as byHand is; but it keeps the contract that the compiled plan keeps for this job: what is late, too
// late and repeated within 24 hours, erasure also where it comes late, sessions with entry and exit, segments with their timers,
// ends, causes and evidence. TestContract holds it to the plan, message by message. It is the bar for the compiled plan: what
// the job costs, without being able to do any other.
//
// What only this job allows: of the purchases the latest is enough for a count of at least one; what an interest was worth
// is looked at only where it grows; when an abandoner or a buyer leaves is not kept but follows from the session or the purchase.
//
// Left out, as neither the job nor its traffic has them: traits, contexts, consents, what identifies somebody, and the bytes
// of a profile. Nobody is shown a profile, so when it was first seen is not kept either.
type contract struct {
	category, amount int // the places of these fields in an event
	definitions      [5]string
	types            dictionary // the numbers of the shop's types first, then the reserved ones
	sources          dictionary
	categories       dictionary
	done             session  // what was the open session until the present event
	best             interest // the strongest interest, where it decides
	bought           int64    // how many purchases are in the window, where they decide
	off              parts
}

// parts can be left out to see what they cost.
type parts struct{ remembering, messages, evidence, timers bool }

const (
	lateness = schemas.Instant(10 * schemas.Minute)
	accept   = schemas.Instant(24 * schemas.Hour)
	gap      = schemas.Instant(30 * schemas.Minute)
)

// The numbers of the types, by name.
const (
	addToCart uint16 = iota
	pageView
	productView
	purchase
	support
	ownTypes
)

var reserved = []string{schemas.TypeTraits, schemas.TypeContext, schemas.TypeConsent, schemas.TypeIdentify, schemas.TypeErase, schemas.TypeFeedback}

func newContract(plan *expr.Plan) *contract {
	c := &contract{
		category:   slices.IndexFunc(plan.Fields, func(path []string) bool { return path[0] == "category" }),
		amount:     slices.IndexFunc(plan.Fields, func(path []string) bool { return path[0] == "amount" }),
		types:      newDictionary("add_to_cart", "page_view", "product_view", "purchase", "support"),
		sources:    newDictionary(),
		categories: newDictionary(),
	}
	for _, name := range reserved {
		c.types.number(name)
	}
	for i, s := range plan.Segments {
		c.definitions[i] = s.Definition
	}
	return c
}

// fold applies one event, as operators.Chain.Fold does.
func (c *contract) fold(p *shopper, e *schemas.Event, watermark schemas.Instant, emit operators.Emit) {
	if e.Time <= p.erased {
		emit(told(e, schemas.ReasonErased))
		return
	}
	r := remembered{time: e.Time}
	c.identify(p, &r, e)
	late := false
	if p.alive {
		if e.Time < p.clock-accept {
			emit(told(e, schemas.ReasonTooLate))
			return
		}
		if p.recent.has(&r, p.clock-accept) {
			return
		}
		if late = e.Time < p.clock-lateness || e.Time < watermark; late {
			emit(told(e, schemas.ReasonLate))
		}
		if p.member&timed != 0 {
			c.advance(p, max(e.Time, watermark), emit)
		}
	} else if late = e.Time < watermark; late {
		emit(told(e, schemas.ReasonLate))
	}
	if r.late = late; r.typ >= ownTypes && e.Type == schemas.TypeErase {
		c.erase(p, e, watermark, emit)
		return
	}
	c.read(&r, e)
	if r.text {
		p.keepText(r.hi, e.ID)
	}
	want := c.apply(p, &r)
	if want != p.member {
		cause := schemas.CauseEvent
		switch {
		case e.Type == schemas.TypeConsent:
			cause = schemas.CauseConsent
		case e.Time < p.now:
			cause = schemas.CauseLateEvent
		}
		c.change(p, want, cause, e, emit)
	}
	c.over(p, max(p.clock-lateness, watermark), emit)
}

// apply tells the profile of an event, and gives the segments it is to be in.
func (c *contract) apply(p *shopper, r *remembered) (want uint8) {
	if !p.alive {
		p.alive, p.clock, p.now = true, r.time, r.time
	}
	p.clock, p.now = max(p.clock, r.time), max(p.now, r.time)
	if !c.off.remembering {
		p.recent.add(p, r, p.clock-accept)
	}
	want = p.member
	if !r.late && !r.reserved() {
		c.visit(p, r)
		want = want&^(abandoner|engaged) | p.browsing()
	}
	weight := 0.0
	switch r.typ {
	case productView:
		weight = 1
	case addToCart:
		weight = 2
	case purchase:
		weight = 4
		p.total.add(r.amount)
		p.bought = max(p.bought, r.time)
		c.bought = 1 // if it makes a buyer it is the only one
		want = want&^(highValue|buyer) | p.buying()
	}
	if weight > 0 && r.category != 0 {
		grown := c.like(p, r, weight)
		if want&fan == 0 && grown.value >= fanFrom && grown.worth(p.now) >= fanFrom {
			c.best, want = grown, want|fan // all the others are worth less: it was no fan
		}
	}
	return want
}

// pass brings a profile to where its watermark has come, as operators.Chain.Pass does.
func (c *contract) pass(p *shopper, watermark schemas.Instant, emit operators.Emit) {
	c.advance(p, watermark, emit)
	if p.alive {
		c.over(p, watermark, emit)
	}
}

func told(e *schemas.Event, reason string) *schemas.Late {
	l := &schemas.Late{ID: e.ID, Source: e.Source, Type: e.Type, Subject: e.Subject, Time: e.Time, Reason: reason}
	if reason != schemas.ReasonErased {
		l.Data = e.AppendData(nil)
	}
	return l
}
