package action

import (
	"fmt"
	"regexp"
	"strconv"

	"github.com/ebbstream/ebb/schemas"
)

// Expression is the text of an expression; a number, true and false need no quotes.
type Expression string

// UnmarshalText takes any text but none.
func (e *Expression) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		return fmt.Errorf("expected an expression, found nothing; remove the key if the default will do")
	}
	*e = Expression(text)
	return nil
}

// ConfigSchema is what an expression may look like.
func (Expression) ConfigSchema() string {
	return `{"anyOf":[{"type":"string"},{"type":"number"},{"type":"boolean"}]}`
}

// Quiet are hours of the day, from one time of day to another, across midnight if From is the later one.
type Quiet struct {
	From TimeOfDay `yaml:"from" required:"true" doc:"the first quiet minute, such as \"21:00\""`
	To   TimeOfDay `yaml:"to" required:"true" doc:"the first minute that is quiet no more, such as \"08:00\""`
}

// Check reports what cannot be.
func (q *Quiet) Check(report func(path, message string)) {
	if q.From == q.To {
		report("to", fmt.Sprintf("quiet hours must end at another time of day than they begin: both are %v; remove quiet if there are none, or set the cap's max to 0 if it is always quiet", q.To))
	}
}

// TimeOfDay is a local time of day, in whole minutes: how long after midnight by the clock on the wall.
type TimeOfDay schemas.Duration

var timeOfDay = regexp.MustCompile(`^([01][0-9]|2[0-3]):([0-5][0-9])$`)

// UnmarshalText reads 00:00 to 23:59.
func (t *TimeOfDay) UnmarshalText(text []byte) error {
	m := timeOfDay.FindSubmatch(text)
	if m == nil {
		return fmt.Errorf("expected a time of day from 00:00 to 23:59, found %q; write it like \"21:00\"", text)
	}
	hours, _ := strconv.Atoi(string(m[1])) // two digits, as the form says
	minutes, _ := strconv.Atoi(string(m[2]))
	*t = TimeOfDay(schemas.Duration(hours)*schemas.Hour + schemas.Duration(minutes)*schemas.Minute)
	return nil
}

// String writes it as it is read.
func (t TimeOfDay) String() string {
	minutes := schemas.Duration(t) / schemas.Minute
	return fmt.Sprintf("%02d:%02d", minutes/60, minutes%60)
}

// ConfigSchema tells the syntax.
func (TimeOfDay) ConfigSchema() string {
	return `{"type":"string","pattern":"` + timeOfDay.String() + `"}`
}

// Literal is a value written out: a text, a number, true or false.
type Literal struct{ schemas.Value }

// DecodeConfig reads one.
func (l *Literal) DecodeConfig(value any) error {
	switch v := value.(type) {
	case string:
		l.Value = schemas.StringValue(v)
	case bool:
		l.Value = schemas.BoolValue(v)
	case int64:
		l.Value = schemas.IntValue(v)
	case float64:
		l.Value = schemas.DoubleValue(v)
	default:
		return fmt.Errorf("expected a text, a number, true or false; write it like health")
	}
	return nil
}

// ConfigSchema is what may be written.
func (Literal) ConfigSchema() string {
	return `{"anyOf":[{"type":"string"},{"type":"number"},{"type":"boolean"}]}`
}
