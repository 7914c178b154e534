package expr

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/ebbstream/ebb/schemas"
)

// Kept says what is kept of the events of an aggregate.
type Kept uint8

// The kinds of aggregates.
const (
	KeptCount     Kept = iota + 1 // how many, ever
	KeptTimes                     // when, in the window
	KeptSum                       // the exact sum of the field, ever
	KeptNumbers                   // the numbers in the window, with their times
	KeptMin                       // the least number
	KeptMax                       // the greatest number
	KeptDistinct                  // the values
	KeptFirst                     // the value of the first event that has one
	KeptLast                      // of the last
	KeptPeriod                    // when first and last
	KeptDecay                     // the decayed sum
	KeptAffinity                  // the decayed sum of each value
	KeptFollow                    // the latest a, and the b's after it
	KeptPending                   // of each value the latest a and b
	KeptPurchases                 // what a purchase model needs
)

// Aggregate is one thing that must be kept of the events that pass: the least that answers every call which reads it.
type Aggregate struct {
	Key      string // canonical: the key of its cell in the state
	Kept     Kept
	Weights  map[string]float64 // the event types it hears, "*" for all that are not reserved, each with its weight
	Then     string             // of KeptFollow and KeptPending: the type that finishes
	Field    int                // the number in Plan.Fields, -1: none
	Filter   int                // the number in Plan.Filters, -1: none
	Window   schemas.Duration   // the longest asked for; 0: ever
	HalfLife schemas.Duration
	Keep     int  // how many entries at most
	Limit    bool // Keep is a limit of the configuration: reaching it makes answers inexact
	PerDay   bool
	Without  map[string]bool // values taken for absent, by schemas.Value.Key; nil: none
	Calls    []*Call
}

// aggregate decides what is kept for the calls of the plan.
func (c *compiler) aggregate() {
	byKey := map[string]*Aggregate{}
	limits := c.definitions.Limits
	for _, call := range c.plan.Calls {
		a := c.aggregateOf(call)
		if a == nil {
			continue
		}
		switch a.Kept {
		case KeptTimes, KeptNumbers, KeptFollow, KeptMin, KeptMax:
			a.Keep, a.Limit = limits.Events, true
		case KeptDistinct, KeptPending:
			a.Keep, a.Limit = limits.Values, true
		case KeptAffinity:
			a.Limit = true
			if a.Keep == 0 {
				a.Keep = limits.Values
			}
		}
		if old := byKey[a.Key]; old != nil {
			old.Window = max(old.Window, a.Window)
			if a.Keep > old.Keep {
				old.Keep, old.Limit = a.Keep, a.Limit
			}
			a = old
		} else {
			byKey[a.Key] = a
			c.plan.Aggregates = append(c.plan.Aggregates, a)
		}
		a.Calls = append(a.Calls, call)
	}
	slices.SortFunc(c.plan.Aggregates, func(a, b *Aggregate) int { return strings.Compare(a.Key, b.Key) })
	for i, a := range c.plan.Aggregates {
		for _, call := range a.Calls {
			call.Aggregate = i
		}
	}
}

// aggregateOf is what one call needs; nil if nothing of events.
func (c *compiler) aggregateOf(call *Call) *Aggregate {
	a := &Aggregate{Field: call.Field, Filter: call.Filter, Window: call.Window, HalfLife: call.HalfLife, Weights: map[string]float64{call.Type: 1}}
	windowed := func(ever, within Kept) {
		if a.Kept = ever; call.Window != 0 {
			a.Kept = within
		}
	}
	keyWindow := call.Window // windows of one key are kept apart
	switch call.Func {
	case FuncCount:
		windowed(KeptCount, KeptTimes)
		keyWindow = 0 // one list of times answers every window
	case FuncSum, FuncAvg:
		windowed(KeptSum, KeptNumbers)
	case FuncMin:
		a.Kept = KeptMin
	case FuncMax:
		a.Kept = KeptMax
	case FuncDistinct:
		a.Kept = KeptDistinct
	case FuncFirst:
		a.Kept = KeptFirst
	case FuncLast:
		a.Kept = KeptLast
	case FuncEver, FuncSinceFirst, FuncSinceLast:
		a.Kept = KeptPeriod
	case FuncDecayed:
		a.Kept = KeptDecay
	case FuncAffinity, FuncAffinityShare, FuncTop:
		a.Kept = KeptAffinity
	case FuncInterest, FuncInterestShare, FuncInterestMax, FuncInterests:
		interest := c.definitions.Interests[call.Name]
		a.Kept, a.Weights, a.HalfLife, a.Keep = KeptAffinity, interest.Weights, interest.HalfLife, interest.Keep
		a.Field = c.field(splitPath(interest.Field))
	case FuncFollowedBy, FuncNotFollowedBy:
		a.Kept, a.Then = KeptFollow, call.Then
	case FuncPending:
		a.Kept, a.Then = KeptPending, call.Then
	case FuncPAlive, FuncExpected, FuncValue:
		a.Kept, a.PerDay = KeptPurchases, call.Model.PerDay
	default:
		return nil
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s(", keptNames[a.Kept])
	for _, typ := range slices.Sorted(maps.Keys(a.Weights)) {
		fmt.Fprintf(&b, "%q*%v ", typ, a.Weights[typ])
	}
	if a.Then != "" {
		fmt.Fprintf(&b, "then %q ", a.Then)
	}
	if a.Field >= 0 {
		fmt.Fprintf(&b, "field %q ", strings.Join(c.plan.Fields[a.Field], "."))
	}
	if keyWindow != 0 {
		fmt.Fprintf(&b, "window %s ", keyWindow)
	}
	if a.HalfLife != 0 {
		fmt.Fprintf(&b, "half-life %s ", a.HalfLife)
	}
	if a.Filter >= 0 {
		fmt.Fprintf(&b, "where %s ", c.plan.Filters[a.Filter].Text)
	}
	if a.PerDay {
		b.WriteString("per day ")
	}
	without, text := c.without(a.Kept)
	if a.Without = without; without != nil {
		fmt.Fprintf(&b, "without %s ", text)
	}
	a.Key = strings.TrimSuffix(b.String(), " ") + ")"
	return a
}

var keptNames = [...]string{KeptCount: "count", KeptTimes: "times", KeptSum: "sum", KeptNumbers: "numbers", KeptMin: "min", KeptMax: "max",
	KeptDistinct: "distinct", KeptFirst: "first", KeptLast: "last", KeptPeriod: "period", KeptDecay: "decay", KeptAffinity: "affinity",
	KeptFollow: "follow", KeptPending: "pending", KeptPurchases: "purchases"}
