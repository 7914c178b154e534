package demo

import (
	"strings"

	"github.com/ebbstream/ebb/schemas"
)

// visit is what they do from t on; afterwards their next visit is planned.
func (p *shopper) visit(t schemas.Instant) []*Event {
	var events []*Event
	device := p.devices[p.r.IntN(len(p.devices))]
	add := func(kind string, props map[string]any) {
		events = append(events, &Event{Shopper: p.name, Type: kind, Time: t, Props: props})
		t = t.Add(2*schemas.Second + schemas.Duration(p.r.ExpFloat64()*float64(70*schemas.Second)))
	}
	onItem := func(kind string, i item) {
		add(kind, map[string]any{"item": i.name, "category": i.category, "price": i.price, "device": device})
	}

	came := map[string]any{"device": device}
	if p.lured {
		came["campaign"] = "cart-mail"
	}
	add("page_view", came)
	first := !p.known
	if first {
		p.known = true
		traits := map[string]any{"timezone": p.city.zone, "city": p.city.name}
		if p.r.Float64() < .8 {
			traits["email"] = strings.ReplaceAll(p.name, "-", ".") + "@example.com"
		}
		add("ebb.traits", traits)
	}
	add("ebb.context", map[string]any{"weather": map[string]any{"temp_c": p.weather(t)}})
	p.consent(first, add)

	looks := 1 + int(p.r.ExpFloat64()*4)
	if p.lured {
		looks = 1
	}
	for range min(looks, 15) {
		i := p.find()
		onItem("product_view", i)
		if p.r.Float64() < .3 { // once more
			onItem("product_view", i)
		}
		if p.r.Float64() < .14 {
			onItem("add_to_cart", i)
			p.cart = append(p.cart, i)
		}
	}
	p.checkout(onItem)
	p.plan(t)
	return events
}

// consent is asked for on the first visit, and may be thought over on any.
func (p *shopper) consent(first bool, add func(string, map[string]any)) {
	status := ""
	switch x := p.r.Float64(); {
	case p.agreed && x < .02:
		status = "revoked"
	case !p.agreed && (x < .08 || first && x < .6):
		status = "granted"
	default:
		return
	}
	p.agreed = status == "granted"
	add("ebb.consent", map[string]any{"purpose": "marketing", "status": status})
}

// checkout buys what is in the cart, leaves it there, or gives it up.
func (p *shopper) checkout(onItem func(string, item)) {
	if len(p.cart) == 0 {
		return
	}
	buys := .35
	if p.lured {
		buys = .8
	}
	switch x := p.r.Float64(); {
	case x < buys:
		for _, i := range p.cart {
			onItem("purchase", i)
		}
		p.cart = nil
	case x > .85:
		p.cart = nil
	}
}
