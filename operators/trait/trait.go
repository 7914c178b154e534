// Package trait is the operator for what is said about a person rather than done: traits, contexts that go stale,
// consents, the local hour that follows from the time zone, and the bucket that follows from the id.
package trait

import (
	"crypto/sha256"
	"encoding/binary"

	"github.com/ebbstream/ebb/operators"
	"github.com/ebbstream/ebb/operators/expr"
	"github.com/ebbstream/ebb/schemas"
	"github.com/ebbstream/ebb/state"
)

// Config is the block `context`.
type Config struct {
	TTL schemas.Duration `yaml:"ttl" doc:"how long a circumstance stays known"`
}

// Defaults are those of SPEC section 3.
func Defaults() Config { return Config{TTL: 24 * schemas.Hour} }

// Check reports what cannot be.
func (c *Config) Check(report func(path, message string)) {
	if c.TTL <= 0 {
		report("ttl", "the time to live must be longer than 0, such as 24h")
	}
}

// Operator keeps traits, contexts and consents.
type Operator struct {
	first  int // its cells: traits, contexts, consents
	layout func() *state.Layout
	reads  [3]map[string][]*expr.Call // by name
}

const (
	traits = iota
	contexts
	consents
)

// Specs are the operator's cells.
func Specs(c Config) []state.Spec {
	return []state.Spec{
		{Key: "traits", New: func() state.Cell { return &state.Registers{} }},
		{Key: "contexts", New: func() state.Cell { return &state.Registers{TTL: c.TTL} }},
		{Key: "consents", New: func() state.Cell { return &state.Registers{} }},
	}
}

// New makes the operator; its cells have the numbers from first on.
func New(plan *expr.Plan, first int, layout func() *state.Layout) *Operator {
	o := &Operator{first: first, layout: layout}
	for i := range o.reads {
		o.reads[i] = map[string][]*expr.Call{}
	}
	for _, call := range plan.Calls {
		switch call.Func {
		case expr.FuncTrait:
			o.reads[traits][call.Name] = append(o.reads[traits][call.Name], call)
		case expr.FuncContext:
			o.reads[contexts][call.Name] = append(o.reads[contexts][call.Name], call)
		case expr.FuncConsent:
			o.reads[consents][call.Name] = append(o.reads[consents][call.Name], call)
		case expr.FuncLocalHour, expr.FuncLocalWeekday:
			o.reads[traits][timezone] = append(o.reads[traits][timezone], call)
		}
	}
	return o
}

const timezone = "timezone"

// Name is "traits".
func (o *Operator) Name() string { return "traits" }

// Fold takes in a reserved event.
func (o *Operator) Fold(in *operators.Input) {
	if !in.Type.Reserved {
		return
	}
	e := in.Event
	switch e.Type {
	case schemas.TypeTraits:
		o.tellAll(in, traits)
	case schemas.TypeContext:
		o.tellAll(in, contexts)
	case schemas.TypeConsent:
		o.tell(in, consents, e.Payload.Field("purpose").Text(), e.Payload.Field("status"))
	}
}

func (o *Operator) tellAll(in *operators.Input, which int) {
	keys := in.Event.Payload.Keys()
	for i, v := range in.Event.Payload.Items() {
		o.tell(in, which, keys[i], v)
	}
}

func (o *Operator) tell(in *operators.Input, which int, name string, v schemas.Value) {
	cell := in.Profile.Cell(o.layout(), o.first+which).(*state.Registers)
	if cell.Tell(name, state.MarkOf(in.Event), v) {
		for _, call := range o.reads[which][name] {
			in.Touch(call)
		}
	}
}

func (o *Operator) registers(p *state.Profile, which int) *state.Registers {
	if c := p.Cells[o.first+which]; c != nil {
		return c.(*state.Registers)
	}
	return &none
}

var none state.Registers

// Traits are all traits known at n, and Consents the status of every purpose, by name.
func (o *Operator) Traits(p *state.Profile, n schemas.Instant) []schemas.NamedValue {
	return o.registers(p, traits).All(n)
}

// Consents are the status of every purpose, by name.
func (o *Operator) Consents(p *state.Profile, n schemas.Instant) []schemas.NamedValue {
	return o.registers(p, consents).All(n)
}

// Answers are the functions over traits, contexts, consents, the local time and the bucket.
func (o *Operator) Answers() []expr.Func {
	return []expr.Func{expr.FuncTrait, expr.FuncContext, expr.FuncConsent, expr.FuncLocalHour, expr.FuncLocalWeekday, expr.FuncBucket}
}

// Value is the value of a call at n.
func (o *Operator) Value(p *state.Profile, c *expr.Call, n schemas.Instant) schemas.Value {
	switch c.Func {
	case expr.FuncTrait:
		return o.registers(p, traits).Value(c.Name, n)
	case expr.FuncContext:
		v := o.registers(p, contexts).Value(c.Name, n)
		if v = v.Path(c.Path[1:]); !v.Known() {
			return schemas.NullValue
		}
		return v
	case expr.FuncConsent:
		status := o.registers(p, consents).Value(c.Name, n)
		return schemas.BoolValue(status.Kind() == schemas.String && status.Text() == "granted")
	case expr.FuncLocalHour:
		return schemas.IntValue(int64(o.zoneOf(p, n).Hour(n)))
	case expr.FuncLocalWeekday:
		return schemas.IntValue(int64(o.zoneOf(p, n).Weekday(n)))
	case expr.FuncBucket:
		return schemas.IntValue(Bucket(c.Name, p.ID))
	}
	return schemas.Error
}

func (o *Operator) zoneOf(p *state.Profile, n schemas.Instant) *expr.Zone {
	return expr.ZoneOf(o.registers(p, traits).Value(timezone, n))
}

// NextChange is the first instant after n at which a call may have another value: a context goes stale, an hour is over.
func (o *Operator) NextChange(p *state.Profile, c *expr.Call, n schemas.Instant) schemas.Instant {
	switch c.Func {
	case expr.FuncContext:
		return o.registers(p, contexts).NextChange(c.Name, n)
	case expr.FuncLocalHour:
		return o.zoneOf(p, n).NextHour(n)
	case expr.FuncLocalWeekday:
		return o.zoneOf(p, n).NextDay(n)
	}
	return schemas.Never
}

// Bucket is a stable number from 0 to 9999 for a profile: the first 8 bytes, big-endian, of SHA-256 of salt + ":" +
// profile, modulo 10000 (SPEC section 4).
func Bucket(salt, profile string) int64 {
	sum := sha256.Sum256([]byte(salt + ":" + profile))
	return int64(binary.BigEndian.Uint64(sum[:8]) % 10_000)
}
