package expr

import (
	"fmt"
	"slices"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/types"

	"github.com/ebbstream/ebb/schemas"
)

// MapDefinition says how the messages of a source become events (SPEC section 3, `sources`).
type MapDefinition struct {
	Path  []string // where the source stands in the configuration, for faults, such as sources, 0
	Topic string   // the source of events that name none
	Unit  schemas.TimeUnit
	Keyed bool // a record's key must be the subject

	ID, Source, Subject, Time, Type, Data MapTerm
	Where, Each                           string
	Default                               schemas.Attributes // stand in for terms that are not given
}

// MapTerm is an expression over msg and kafka, or a constant. The zero MapTerm is not given.
type MapTerm struct {
	Expr  string
	Const *schemas.Value
}

// Mapping is a compiled MapDefinition. It does not change, and may be shared by the Mappers of several goroutines.
//
// In its expressions msg is the decoded message, kafka.key, .topic, .partition, .offset, .timestamp and .headers are of
// the record, and with `each` line is one of its entries and index its number, from 0. What msg, line or kafka.headers
// does not have is null: so `msg.bot != true` holds for the many that say nothing of bots.
type Mapping struct {
	definition MapDefinition
	reading    schemas.Reading
	kafka      []kafkaSlot
	line       int // the slot of line, index behind it; -1: none
	slots, own int // all of them; those that the reader fills
	vars       int
	where      node // nil: none
	each       node // nil: none
	numbered   bool // with each: the id does not tell the lines apart, so their number is put behind it

	id, source, subject, time, typ mapTerm

	fields schemas.Projection // of the data
	data   mapData
}

// mapTerm is a compiled term: a slot, or else a node.
type mapTerm struct {
	slot int // -1: none
	of   node
}

// value is where the term's value is: in its slot, or in room.
func (t *mapTerm) value(f *frame, room *schemas.Value) *schemas.Value {
	if t.slot >= 0 {
		return &f.event.Fields[t.slot]
	}
	*room = t.of.eval(f)
	return room
}

// mapData is where the data come from.
type mapData struct {
	path  []string       // of msg, when of is nil
	shape int            // the slot with the kind of what is at path
	of    node           // nil: msg
	fixed *schemas.Value // a constant
	json  []byte         // of the constant
	blank []schemas.Value
}

// CompileMapping compiles a mapping whose events carry these data fields, or says what is wrong with its expressions.
func CompileMapping(d MapDefinition, fields schemas.Projection) (*Mapping, []Fault) {
	env, err := mapEnvironment(d.Each != "")
	if err != nil {
		return nil, []Fault{{Path: d.Path, Message: fmt.Sprintf("declaring the language: %v", err)}}
	}
	m := &Mapping{definition: d, line: -1, fields: fields}
	s := &mapScope{mapping: m, compiler: &compiler{plan: &Plan{}, features: map[string]*Feature{}, byText: map[string]*Call{}, env: env}}
	s.data() // first, so that its fields are the first slots
	before := s.lines
	m.id = s.term("id", d.ID, d.Default.ID, schemas.Lent, wantID)
	numbered := s.lines == before
	m.subject = s.term("subject", d.Subject, d.Default.Subject, schemas.Lent, wantID)
	m.source = s.term("source", d.Source, d.Default.Source, schemas.Kept, wantText)
	m.time = s.term("time", d.Time, d.Default.Time, schemas.Kept, wantTime)
	m.typ = s.term("type", d.Type, d.Default.Type, schemas.Kept, wantText)
	m.where = s.expression([]string{"where"}, d.Where, wantTruth)
	if d.Each != "" {
		m.each, m.numbered = s.expression([]string{"each"}, d.Each, wantList), numbered
	}
	if len(s.compiler.faults) > 0 {
		return nil, s.compiler.faults
	}
	s.link()
	return m, nil
}

// Reading is what a reader of the source's messages must read.
func (m *Mapping) Reading() schemas.Reading { return m.reading }

// The kinds of value that a part may have, and the words for them.
var (
	wantID    = want{[]types.Kind{types.StringKind, types.IntKind}, "a text, or a whole number"}
	wantText  = want{[]types.Kind{types.StringKind}, "a text"}
	wantTime  = want{[]types.Kind{types.StringKind, types.IntKind, types.DoubleKind, types.TimestampKind}, "a time: a text in RFC 3339, a number or a timestamp"}
	wantData  = want{[]types.Kind{types.MapKind}, "an object, such as msg or {\"item\": msg.sku}"}
	wantTruth = want{[]types.Kind{types.BoolKind}, "true or false: compare it with something"}
	wantList  = want{[]types.Kind{types.ListKind}, "a list, such as msg.lines"}
)

type want struct {
	kinds []types.Kind
	words string
}

// expression compiles one text; nil when there is none, or after a fault.
func (s *mapScope) expression(part []string, text string, w want) node {
	if text == "" {
		return nil
	}
	path := slices.Concat(s.mapping.definition.Path, part)
	if word := s.loneWord(text); word != "" {
		s.compiler.fault(path, 0, "%s is not known; what a record has is written like msg.%s, and a constant {const: %s}", word, word, word)
		return nil
	}
	p := s.compiler.check(path, text)
	if p == nil {
		return nil
	}
	if k := p.typ.Kind(); k != types.DynKind && !slices.Contains(w.kinds, k) {
		found := typeWords(p.typ.String())
		s.compiler.fault(path, 0, "expected %s, found %s", w.words, found)
		return nil
	}
	return s.convert(p)
}

func (s *mapScope) convert(p *parsed) (root node) {
	info := p.ast.SourceInfo()
	cv := &converter{compiler: s.compiler, info: info, source: p.text, types: p.ast.GetType, locals: map[string]int{}, scope: s}
	defer func() {
		if r := recover(); r != nil {
			f, isFault := r.(fault)
			if !isFault {
				panic(r)
			}
			at := info.GetStartLocation(f.id)
			s.compiler.fault(p.path, offset(p.text, at.Line(), at.Column()), "%s", f.message)
			root = nil
		}
	}()
	return cv.node(p.ast.Expr())
}

// term compiles a term; one that is given nowhere is null. A path of msg becomes a slot, which costs nothing to evaluate.
func (s *mapScope) term(name string, t MapTerm, byDefault []string, mode schemas.Mode, w want) mapTerm {
	switch {
	case t.Const != nil:
		return mapTerm{-1, literalNode{*t.Const}}
	case t.Expr != "":
		if path, ok := s.direct(t.Expr); ok {
			return mapTerm{s.slot(path, mode), nil}
		}
		return mapTerm{-1, s.expression([]string{"map", name}, t.Expr, w)}
	case byDefault != nil:
		return mapTerm{s.slot(byDefault, mode), nil}
	}
	return mapTerm{-1, literalNode{schemas.NullValue}}
}

// loneWord is a name that stands for nothing and is the whole text: a constant, more likely than not.
func (s *mapScope) loneWord(text string) string {
	parsed, issues := s.compiler.env.Parse(text)
	if issues.Err() != nil || parsed.NativeRep().Expr().Kind() != ast.IdentKind {
		return ""
	}
	name := parsed.NativeRep().Expr().AsIdent()
	if name == "msg" || name == "kafka" || s.mapping.definition.Each != "" && (name == "line" || name == "index") {
		return ""
	}
	return name
}

// direct is the path of msg that an expression is, if it is nothing else.
func (s *mapScope) direct(text string) (path []string, ok bool) {
	parsed, issues := s.compiler.env.Parse(text)
	if issues.Err() != nil {
		return nil, false
	}
	name, path, test, ok := chain(parsed.NativeRep().Expr())
	return path, ok && name == "msg" && !test
}

// mapEnvironment is the language with the names of a mapping.
func mapEnvironment(lines bool) (*cel.Env, error) {
	env, err := environment()
	if err != nil {
		return nil, err
	}
	dyn, text, whole := cel.DynType, cel.StringType, cel.IntType
	options := []cel.EnvOption{
		cel.Variable("msg", dyn),
		cel.Variable("kafka.key", cel.NullableType(text)), cel.Variable("kafka.topic", text), cel.Variable("kafka.partition", whole),
		cel.Variable("kafka.offset", whole), cel.Variable("kafka.timestamp", cel.TimestampType),
		cel.Variable("kafka.headers", cel.MapType(text, dyn)),
		cel.Function("json", cel.Overload("json_text", []*cel.Type{text}, dyn)),
	}
	if lines {
		options = append(options, cel.Variable("line", dyn), cel.Variable("index", whole))
	}
	return env.Extend(options...)
}

func pathText(path []string) string { return strings.Join(append([]string{"msg"}, path...), ".") }
