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

// arrivals is a heap by arrival.
type arrivals []*Event

func (h arrivals) Len() int { return len(h) }
func (h arrivals) Less(i, j int) bool {
	if h[i].Arrival != h[j].Arrival {
		return h[i].Arrival < h[j].Arrival
	}
	return h[i].seq < h[j].seq
}
func (h arrivals) Swap(i, j int) { h[i], h[j] = h[j], h[i] }

// Push adds one.
func (h *arrivals) Push(x any) { *h = append(*h, x.(*Event)) }

// Pop takes the first.
func (h *arrivals) Pop() any {
	old := *h
	x := old[len(old)-1]
	*h = old[:len(old)-1]
	return x
}
