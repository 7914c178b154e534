package config

import (
	"errors"
	"fmt"
	"slices"
)

// Sources are the topics to read.
type Sources []Source

// Source is one topic to read, and how its records become events.
type Source struct {
	Topic    string `yaml:"topic" required:"true" doc:"the topic's name"`
	Format   string `yaml:"format" enum:"json,avro,cloudevents,segment,rudderstack,snowplow,posthog,ga4" doc:"how records are written"`
	Schema   string `yaml:"schema" doc:"file of the Avro schema, beside this file: of all records without a registry, of the reader with one"`
	Keyed    bool   `yaml:"keyed" doc:"the record key is the profile id, partitioned as Kafka's own producers do"`
	Where    string `yaml:"where" doc:"CEL condition; other records are skipped"`
	Each     string `yaml:"each" doc:"CEL list; one event for each of its entries, as line and index; where the id names neither, /index is put behind it"`
	TimeUnit string `yaml:"time_unit" enum:"s,ms,us" doc:"unit of times that are numbers"`
	Map      Map    `yaml:"map" doc:"the event's parts, in CEL over msg and kafka; without any each record is an event itself"`
}

// Map says where the parts of an event are (SPEC section 2).
type Map struct {
	ID      Term `yaml:"id" doc:"the event's id, unique within its source"`
	Source  Term `yaml:"source" doc:"where the event comes from; default: the topic"`
	Subject Term `yaml:"subject" doc:"the profile's id"`
	Time    Term `yaml:"time" doc:"when it happened: RFC 3339 or a number"`
	Type    Term `yaml:"type" doc:"what happened"`
	Data    Term `yaml:"data" doc:"the event's content; default: msg, or line where there is each"`
}

// Term is a CEL text, or a constant written as {const: value}. The zero Term was not written.
type Term struct {
	Expr    string
	Const   any // of YAML's own types: nil, bool, int64, float64, string, []any, map[string]any
	IsConst bool
}

// Given says whether the term was written.
func (t Term) Given() bool { return t.IsConst || t.Expr != "" }

// DecodeConfig reads either shape.
func (t *Term) DecodeConfig(value any) error {
	switch v := value.(type) {
	case string:
		if v == "" {
			return errors.New("expected a CEL expression, found the empty text; write it like msg.user_id")
		}
		*t = Term{Expr: v}
		return nil
	case map[string]any:
		if c, ok := v["const"]; ok && len(v) == 1 {
			*t = Term{Const: c, IsConst: true}
			return nil
		}
		return errors.New("expected a CEL expression or a constant, found a mapping; write it like msg.user_id or {const: purchase}")
	case nil:
		return errors.New("expected a CEL expression or a constant, found nothing; write it like msg.user_id or {const: purchase}")
	case []any:
		return errors.New("expected a CEL expression or a constant, found a list; write it like msg.items or {const: [a, b]}")
	}
	return fmt.Errorf("expected a CEL expression, found %v; for a constant write {const: %v}", value, value)
}

// ConfigSchema tells both shapes.
func (Term) ConfigSchema() string {
	return `{"anyOf": [{"type": "string", "minLength": 1}, {"type": "object", "properties": {"const": {}}, "required": ["const"], "additionalProperties": false}]}`
}

// SetDefaults is what a source has that says nothing else.
func (s *Source) SetDefaults() { *s = Source{Format: "json", Keyed: true, TimeUnit: "ms"} }

// Mapped says whether anything of the map was written.
func (s *Source) Mapped() bool {
	m := &s.Map
	return slices.ContainsFunc([]Term{m.ID, m.Source, m.Subject, m.Time, m.Type, m.Data}, Term.Given)
}

// Check wants a whole map for formats that know nothing of events, or none at all, when each record is an event itself; the
// others bring one, of which this may override parts.
func (s *Source) Check(report func(path, message string)) {
	if s.Schema != "" && s.Format != "avro" {
		report("schema", fmt.Sprintf("expected no schema with format: %s, found one; remove it, or write format: avro", s.Format))
	}
	if s.Format != "json" && s.Format != "avro" || !s.Mapped() {
		return
	}
	for _, part := range []struct {
		name, like string
		term       Term
	}{
		{"id", "msg.event_id", s.Map.ID},
		{"subject", "msg.user_id", s.Map.Subject},
		{"time", "msg.ts", s.Map.Time},
		{"type", "msg.type, or {const: purchase}", s.Map.Type},
	} {
		if !part.term.Given() {
			report("map."+part.name, fmt.Sprintf("expected where to find the event's %s in the %s, found nothing; add it to the map, like %s: %s", part.name, s.Format, part.name, part.like))
		}
	}
}

// Check wants each topic once: a topic is read, and named on the command line, as one.
func (s Sources) Check(report func(path, message string)) {
	first := map[string]int{}
	for i, source := range s {
		if j, again := first[source.Topic]; again {
			report(fmt.Sprintf("[%d].topic", i), fmt.Sprintf("expected each topic once, found %q also in sources[%d]; keep one of them", source.Topic, j))
			continue
		}
		first[source.Topic] = i
	}
}
