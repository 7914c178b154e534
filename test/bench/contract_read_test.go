package bench

import (
	"cmp"

	"github.com/ebbstream/ebb/schemas"
)

// dictionary numbers texts of which there are few in a shop.
type dictionary struct {
	texts   []string
	numbers map[string]uint16
	latest  string // and its number, as mostly the next one is the same
	of      uint16
}

func newDictionary(texts ...string) dictionary {
	d := dictionary{numbers: map[string]uint16{}}
	for _, text := range texts {
		d.number(text)
	}
	return d
}

func (d *dictionary) number(text string) uint16 {
	if text == d.latest && len(d.texts) > 0 {
		return d.of
	}
	n, found := d.numbers[text]
	if !found {
		if len(d.texts) == 1<<16-1 {
			panic("more different texts than this job is written for")
		}
		n = uint16(len(d.texts))
		d.texts, d.numbers[text] = append(d.texts, text), n
	}
	d.latest, d.of = text, n
	return n
}

// identify reads by what an event is recognised, and its type.
func (c *contract) identify(p *shopper, r *remembered, e *schemas.Event) {
	var ok bool
	if r.hi, r.lo, ok = packed(e.ID); !ok {
		r.hi, r.lo, r.text = hash(e.ID), 0, true
	}
	r.source = c.sources.number(e.Source)
	switch e.Type {
	case "page_view":
		r.typ = pageView
	case "product_view":
		r.typ = productView
	case "add_to_cart":
		r.typ = addToCart
	case "purchase":
		r.typ = purchase
	case "support":
		r.typ = support
	default:
		r.typ = c.types.number(e.Type)
	}
}

// read reads the rest of what the job needs of an event.
func (c *contract) read(r *remembered, e *schemas.Event) {
	switch r.typ {
	case purchase:
		r.amount, _ = e.Fields[c.amount].Number()
		fallthrough
	case productView, addToCart:
		if v := &e.Fields[c.category]; v.Kind() == schemas.String {
			r.category = c.categories.number(v.Text()) + 1
		}
	}
}

// compare orders two events by time, source and id.
func (c *contract) compare(p *shopper, a *seen, at schemas.Instant, b *seen, bt schemas.Instant) int {
	if n := cmp.Compare(at, bt); n != 0 {
		return n
	}
	return cmp.Or(cmp.Compare(c.sources.texts[a.source], c.sources.texts[b.source]), cmp.Compare(p.idOf(a), p.idOf(b)))
}

func (p *shopper) keepText(hash uint64, id string) {
	if p.texts == nil {
		p.texts = map[uint64]string{}
	}
	p.texts[hash] = id
}

// forgetTexts keeps the texts of the ids that are still referred to, or will be as they are of the event that comes.
func (p *shopper) forgetTexts(r *remembered) {
	kept := map[uint64]string{}
	keep := func(s *seen) {
		if s.text {
			kept[s.hi] = p.texts[s.hi]
		}
	}
	keep(&r.seen)
	for i := range p.recent.all {
		keep(&p.recent.all[i].seen)
	}
	for i := range p.earlier {
		keep(&p.earlier[i].entry)
		keep(&p.earlier[i].exit)
	}
	keep(&p.last.entry)
	keep(&p.last.exit)
	p.texts = kept
}
