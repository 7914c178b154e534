package demo

import (
	"encoding/json"
	"fmt"

	"github.com/ebbstream/ebb/schemas"
)

// Event is what one shopper did.
type Event struct {
	ID      string
	Shopper string
	Type    string
	Time    schemas.Instant
	Arrival schemas.Instant // when the shop hears of it: later than Time where a phone had no network
	Props   map[string]any
	seq     int
}

// AppendJSON writes the event as the shop's own collector does: not as a CloudEvent, so that a map has something to do.
func (e *Event) AppendJSON(b []byte) []byte {
	props, err := json.Marshal(e.Props)
	if err != nil {
		panic(err) // Props holds texts, numbers and maps of them
	}
	return fmt.Appendf(b, `{"event_id":%q,"user":%q,"ts":%d,"type":%q,"props":%s}`, e.ID, e.Shopper, int64(e.Time), e.Type, props)
}

// Before tells of which of two the shop hears first.
func (e *Event) Before(other *Event) bool {
	if e.Arrival != other.Arrival {
		return e.Arrival < other.Arrival
	}
	return e.seq < other.seq
}
