package expr

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"

	"github.com/ebbstream/ebb/schemas"
)

// Definitions are the expressions of a configuration, and the names they may use.
type Definitions struct {
	Features  map[string]string
	Segments  map[string]Segment
	Interests map[string]Interest
	Models    map[string]*Model // by event type
	Actions   map[string]Action
	Sensitive []schemas.Value // what affinities, interests and pending values leave out
	Limits    Limits
	Gap, TTL  schemas.Duration // of sessions and contexts: part of what a segment means

	Exhaustive bool // judge every segment at every event and timer, and look ahead anew: for tests to compare with
}

// Segment is a named condition.
type Segment struct{ When, Until, Purpose string }

// Interest is one entry of `interests`: decayed sums over the values of a field.
type Interest struct {
	Field    string
	HalfLife schemas.Duration
	Weights  map[string]float64 // by event type
	Keep     int
}

// Model is what p_alive, expected and value know of an event type.
type Model struct {
	Amount string           // the field with the money; may be empty
	Unit   schemas.Duration // of the parameters
	PerDay bool             // all events of a UTC day are one, at its start

	R, Alpha, A, B float64 // BG/NBD
	P, Q, V        float64 // Gamma-Gamma; 0: none
}

// Limits bound one aggregate of one profile.
type Limits struct{ Events, Values int }

// Plan is what the expressions of a configuration come to. It does not change, and may be shared.
type Plan struct {
	Fields     schemas.Projection
	Filters    []*Filter
	Calls      []*Call
	Aggregates []*Aggregate
	Leaves     []*Leaf
	Features   []*Feature        // by name
	Segments   []*PlannedSegment // those a condition names before it, else by name
	Actions    []*PlannedAction  // by name
	Watches    []Watch           // of each call
	Exhaustive bool              // see Definitions
	vars       int
}

// Feature is a named expression.
type Feature struct {
	Name   string
	Text   string
	node   node
	calls  []*Call
	parsed *parsed
	moves  motion // of its value, known once since features name features
}

// PlannedSegment is a segment with its conditions compiled.
type PlannedSegment struct {
	Name       string
	When       *Condition
	Until      *Condition // nil: none
	Purpose    *Call      // consent(purpose); nil: none
	Needs      []int      // the segments its conditions name
	NeededBy   []int      // those that name it
	Definition string     // a hash of what the segment means
	Calls      []*Call    // all it reads
	Patient    bool       // events may postpone its next change without looking for it again; see Watch
	Session    *Call      // a call that moves when the open session ends, if nothing else moves the segment; else nil
}

// Fault is what is wrong with one expression.
type Fault struct {
	Path    []string // such as segments, buyers, when
	Offset  int      // in bytes, into the expression
	Message string
}

func (f Fault) String() string { return strings.Join(f.Path, ".") + ": " + f.Message }

type compiler struct {
	definitions Definitions
	plan        *Plan
	features    map[string]*Feature
	byText      map[string]*Call
	leaves      map[string]int
	faults      []Fault
	env         *cel.Env
	vars        int
}

// Compile makes the plan of all expressions, or says what is wrong with each.
func Compile(d Definitions) (*Plan, []Fault) {
	env, err := environment()
	if err != nil {
		return nil, []Fault{{Message: fmt.Sprintf("declaring the language: %v", err)}}
	}
	c := &compiler{definitions: d, plan: &Plan{Exhaustive: d.Exhaustive}, features: map[string]*Feature{}, byText: map[string]*Call{}, leaves: map[string]int{}, env: env}
	c.compileFeatures()
	order := c.segmentOrder()
	for _, name := range order {
		c.compileSegment(name)
	}
	c.compileActions()
	if len(c.faults) > 0 {
		return nil, c.faults
	}
	c.plan.vars = c.vars
	c.aggregate()
	c.link()
	c.watch()
	return c.plan, nil
}

func (c *compiler) fault(path []string, offset int, format string, args ...any) {
	c.faults = append(c.faults, Fault{path, offset, fmt.Sprintf(format, args...)})
}

func names[T any](m map[string]T) string { return strings.Join(slices.Sorted(maps.Keys(m)), ", ") }

// parsed is a checked expression.
type parsed struct {
	path []string
	text string
	ast  *ast.AST
	typ  *cel.Type
}

// check parses and type-checks a text. It reports faults and gives nil then.
func (c *compiler) check(path []string, text string) *parsed {
	checked, issues := c.env.Compile(text)
	if issues.Err() != nil {
		for _, e := range issues.Errors() {
			if c.brokenFeature(e.Message) {
				continue // its own fault is told
			}
			at := offset(text, e.Location.Line(), e.Location.Column())
			c.fault(path, at, "%s", plain(e.Message, text, at))
			if syntaxFault(e.Message) {
				break
			}
		}
		return nil
	}
	return &parsed{path, text, checked.NativeRep(), checked.OutputType()}
}

// brokenFeature is whether a checker's message complains of a feature that is defined, but did not compile.
func (c *compiler) brokenFeature(message string) bool {
	name, found := strings.CutPrefix(message, "undeclared reference to '")
	if !found {
		return false
	}
	name, _, _ = strings.Cut(name, "'")
	_, defined := c.definitions.Features[name]
	return defined
}

// offset is the byte offset of a 1-based line and a 0-based column, counted in code points.
func offset(text string, line, column int) int {
	at := 0
	for ; line > 1; line-- {
		i := strings.IndexByte(text[at:], '\n')
		if i < 0 {
			break
		}
		at += i + 1
	}
	for i := range text[at:] {
		if column == 0 {
			return at + i
		}
		column--
	}
	return len(text)
}

// convert makes nodes of a checked expression; nil after a fault.
func (c *compiler) convert(p *parsed) (root node, cv *converter) {
	info := p.ast.SourceInfo()
	cv = &converter{compiler: c, info: info, source: p.text, types: p.ast.GetType, locals: map[string]int{}}
	defer func() {
		if r := recover(); r != nil {
			f, isFault := r.(fault)
			if !isFault {
				panic(r)
			}
			at := info.GetStartLocation(f.id)
			c.fault(p.path, offset(p.text, at.Line(), at.Column()), "%s", f.message)
			root = nil
		}
	}()
	return cv.node(p.ast.Expr()), cv
}

// AddField makes the plan read a data field more, and gives its number.
func (p *Plan) AddField(path []string) int {
	for i, f := range p.Fields {
		if slices.Equal(f, path) {
			return i
		}
	}
	p.Fields = append(p.Fields, slices.Clone(path))
	return len(p.Fields) - 1
}

// Types are the event types that the plan names, and the reserved ones, ascending.
func (p *Plan) Types() []string {
	set := map[string]bool{schemas.TypeTraits: true, schemas.TypeContext: true, schemas.TypeConsent: true, schemas.TypeIdentify: true,
		schemas.TypeErase: true, schemas.TypeFeedback: true}
	for _, c := range p.Calls {
		set[c.Type], set[c.Then] = true, true
	}
	for _, a := range p.Aggregates {
		for typ := range a.Weights {
			set[typ] = true
		}
	}
	delete(set, "")
	delete(set, "*")
	return slices.Sorted(maps.Keys(set))
}
