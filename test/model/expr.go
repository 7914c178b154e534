package model

// Expr is an expression of SPEC section 4: it renders itself to CEL and computes itself by brute force.
type Expr interface {
	String() string
	eval(s *scope) (any, error)
	kids() []Expr
	prec() int // of the CEL text; 8 binds tightest
}

type leaf struct{}

func (leaf) kids() []Expr { return nil }
func (leaf) prec() int    { return 8 }

// Agg is count, sum, avg, min, max, distinct, first, last, ever, since_first or since_last.
type Agg struct {
	leaf
	Fn, Type, Field string
	Window          int64 // 0: lifetime
	Filter          Expr  // over `e`, or nil
}

// Decay is decayed (Field optional: the weight), affinity, affinity_share (Value) or top (N).
type Decay struct {
	leaf
	Fn, Type, Field, Value string
	HalfLife               int64
	N                      int
	Filter                 Expr
}

// Interest is interest, interest_share (Value), interest_max or interests (N).
type Interest struct {
	leaf
	Fn, Name, Value string
	N               int
}

// Sessions is sessions([window]).
type Sessions struct {
	leaf
	Window int64
}

// Session is session.<Attr>: active, events, start, seconds, count(Type) or first(Type, Field).
type Session struct {
	leaf
	Attr, Type, Field string
}

// Follow is followed_by, or with Not not_followed_by.
type Follow struct {
	leaf
	Not    bool
	A, B   string
	Within int64
}

// Pending is pending(a, b, field[, window]).
type Pending struct {
	leaf
	A, B, Field string
	Window      int64
}

// Named is trait, context, consent, in_segment or bucket: a function of one name.
type Named struct {
	leaf
	Fn, Name string
}

// Local is local_hour() or local_weekday().
type Local struct {
	leaf
	Weekday bool
}

// Buyer is p_alive(type), expected(type, horizon) or value(type, field, horizon).
type Buyer struct {
	leaf
	Fn, Type, Field string
	Horizon         int64
}

// Feature is a reference to a feature by its name.
type Feature struct {
	leaf
	Name string
}

// Lit is a constant: nil, bool, int64, float64 or string.
type Lit struct {
	leaf
	V any
}

// Dur is a constant duration; Unit is "minutes", "hours", "days", "weeks" or "" for duration("…").
type Dur struct {
	leaf
	Ms   int64
	Unit string
}

// Stamp is timestamp("…").
type Stamp struct {
	leaf
	Ms int64
}

// EventAttr is e.<Path> of a filter; Has is has(e.<Path>).
type EventAttr struct {
	leaf
	Path string
	Has  bool
}

// Op is a comparison, an arithmetic or a logical operation, or `in`.
type Op struct {
	Op   string
	L, R Expr
}

// Not is !X.
type Not struct{ X Expr }

// Cond is If ? Then : Else.
type Cond struct{ If, Then, Else Expr }

// List is a list of constants.
type List struct {
	leaf
	Items []Expr
}

// Call is size(X), or X.Fn("Arg") of a string: startsWith, endsWith, contains, matches.
type Call struct {
	Fn  string
	X   Expr
	Arg string
}

func (o *Op) kids() []Expr   { return []Expr{o.L, o.R} }
func (n *Not) kids() []Expr  { return []Expr{n.X} }
func (c *Cond) kids() []Expr { return []Expr{c.If, c.Then, c.Else} }
func (c *Call) kids() []Expr { return []Expr{c.X} }
func (n *Not) prec() int     { return 7 }
func (c *Cond) prec() int    { return 1 }
func (c *Call) prec() int    { return 8 }

func (o *Op) prec() int {
	switch o.Op {
	case "||":
		return 2
	case "&&":
		return 3
	case "+", "-":
		return 5
	case "*", "/", "%":
		return 6
	}
	return 4
}
