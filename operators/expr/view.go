package expr

import "github.com/ebbstream/ebb/schemas"

// View answers for one profile what expressions ask. Every n is at or after the profile's present instant, and the
// answer is what holds at n if no event comes until then.
type View interface {
	// Value is the value of the call at n.
	Value(c *Call, n schemas.Instant) schemas.Value
	// NextChange is the first instant after n at which the value of a call that moves in steps may be another one.
	NextChange(c *Call, n schemas.Instant) schemas.Instant
	// Fading is, for a sum of exponentials, its value at some instant, from which it halves every Call.HalfLife.
	Fading(c *Call) (value float64, at schemas.Instant)
	// Leaves is, for a count in a window, when the j-th oldest of those counted at n leaves the window.
	Leaves(c *Call, n schemas.Instant, j int) schemas.Instant
	// Since is, for since_first and since_last, when it happened; ok is false if it never did.
	Since(c *Call) (at schemas.Instant, ok bool)
}

// Stepper is a View that can tell all values to come of a call that moves in steps at once, cheaper than one by one.
type Stepper interface {
	// Steps gives the values that the call takes after n, each with the instant from which it holds, until yield is false.
	// It reports whether it can for this call.
	Steps(c *Call, n schemas.Instant, yield func(at schemas.Instant, v schemas.Value) bool) bool
}

// Call is one call of an ebb function with its literal arguments. Calls of the same canonical spelling are one Call.
type Call struct {
	Func      Func
	Text      string   // the canonical spelling
	Index     int      // its number in Plan.Calls
	Type      string   // event type; or a of followed_by and pending
	Then      string   // event type: b of followed_by and pending
	Path      []string // field, or the path of trait and context
	Field     int      // the number of Path in Plan.Fields, -1: none
	Name      string   // trait, consent purpose, segment, interest, salt
	Value     string   // the value of affinity and interest
	Window    schemas.Duration
	HalfLife  schemas.Duration
	Within    schemas.Duration
	Horizon   schemas.Duration
	N         int
	Filter    int // the number in Plan.Filters, -1: none
	Aggregate int // the number in Plan.Aggregates, -1: none
	Segment   int // of in_segment: the number in Plan.Segments
	Model     *Model
}

// Func is an ebb function.
type Func uint8

// The functions of SPEC section 4.
const (
	FuncCount Func = iota + 1
	FuncSum
	FuncAvg
	FuncMin
	FuncMax
	FuncDistinct
	FuncFirst
	FuncLast
	FuncEver
	FuncSinceFirst
	FuncSinceLast
	FuncDecayed
	FuncAffinity
	FuncAffinityShare
	FuncTop
	FuncInterest
	FuncInterestShare
	FuncInterestMax
	FuncInterests
	FuncSessions
	FuncSessionActive
	FuncSessionEvents
	FuncSessionStart
	FuncSessionSeconds
	FuncSessionCount
	FuncSessionFirst
	FuncFollowedBy
	FuncNotFollowedBy
	FuncPending
	FuncTrait
	FuncContext
	FuncLocalHour
	FuncLocalWeekday
	FuncConsent
	FuncInSegment
	FuncBucket
	FuncPAlive
	FuncExpected
	FuncValue
)

// motion is how a value moves with time while nothing happens.
type motion uint8

const (
	constant    motion = iota // a literal
	fixed                     // only an event can set it: traits, first, last, bucket
	step                      // it keeps its value until some known instant
	linear                    // a duration that grows by one millisecond a millisecond
	exponential               // a sum of exponentials
	modelled                  // p_alive, expected, value: never rises
	mixed                     // anything else: it may be shown, not compared in a condition
)

func (f Func) motion() motion {
	switch f {
	case FuncTrait, FuncFirst, FuncLast, FuncBucket:
		return fixed
	case FuncSinceFirst, FuncSinceLast:
		return linear
	case FuncDecayed, FuncAffinity, FuncInterest, FuncInterestMax:
		return exponential
	case FuncPAlive, FuncExpected, FuncValue:
		return modelled
	}
	return step
}

// moves is whether the call's value may change while nothing happens. That of in_segment is followed by whoever keeps
// the memberships.
func (c *Call) moves() bool {
	switch c.Func {
	case FuncCount, FuncSum, FuncAvg, FuncMin, FuncMax, FuncDistinct, FuncSessions, FuncPending:
		return c.Window != 0
	case FuncSinceFirst, FuncSinceLast, FuncDecayed, FuncAffinity, FuncInterest, FuncInterestMax, FuncSessionActive, FuncSessionEvents,
		FuncSessionStart, FuncSessionSeconds, FuncSessionCount, FuncSessionFirst, FuncNotFollowedBy, FuncContext, FuncLocalHour,
		FuncLocalWeekday, FuncPAlive, FuncExpected, FuncValue:
		return true
	}
	return false
}

// calendar is whether the local time moves the value.
func (f Func) calendar() bool { return f == FuncLocalHour || f == FuncLocalWeekday }

var motionNames = [...]string{"a constant", "a value that only events set", "a value that moves in steps", "a duration", "a decaying sum", "a prediction", "a mixture"}

func (m motion) String() string { return motionNames[m] }
