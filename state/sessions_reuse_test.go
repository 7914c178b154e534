package state

import (
	"bytes"
	"fmt"
	"math/rand"
	"strings"
	"testing"

	"github.com/ebbstream/ebb/schemas"
)

// TestSessionsThroughBytes: sessions in memory that others had before are those that are read anew before each step.
func TestSessionsThroughBytes(t *testing.T) {
	names := NewNames("file", "app")
	fresh := func() *Sessions { return &Sessions{Gap: 10, Window: 100, Keep: 50, Names: names} }
	for seed := range int64(500) {
		r := rand.New(rand.NewSource(seed))
		kept, anew, used, clock := fresh(), fresh(), fresh(), schemas.Instant(1_000_000)
		for step := range 120 {
			clock += schemas.Instant(r.Intn(25))
			e := schemas.Event{Source: []string{"file", "app", "unnamed"}[r.Intn(3)], Type: string(rune('a' + r.Intn(5))), Time: clock - schemas.Instant(r.Intn(2)*r.Intn(30))}
			switch r.Intn(3) {
			case 0:
				e.ID = fmt.Sprint(step)
			case 1:
				e.ID = fmt.Sprintf("%08x-1111-4222-8333-%012x", r.Uint32(), step)
			default:
				e.ID = fmt.Sprint(strings.Repeat("long", 1+r.Intn(60)), step)
			}
			c := Coded{}
			c.Code(&e, -1, names)
			visit := Visit{Coded: &c, Kept: []schemas.Value{schemas.IntValue(int64(step)), {}}[r.Intn(2)]}
			over, now, first := clock-schemas.Instant(r.Intn(40)), clock-schemas.Instant(r.Intn(30)), r.Intn(3) == 0
			var given [2]string
			var written [2][]byte
			for i, all := range []*Sessions{kept, anew} {
				s, extended := all.Extend(&visit)
				if !extended {
					begun := false
					if s, begun = all.Begin(&visit); !begun {
						s = all.Join(all.One(&visit))
					}
				}
				if first {
					s.TellFirst("url", MarkOf(&e), schemas.StringValue(e.ID))
				}
				all.Over(over, now, func(s *Session) {
					entry, exit := all.Ends(s)
					given[i] += fmt.Sprint(s.Start, s.End, s.Events, s.Counts, s.Firsts, entry, exit, "\n")
				})
				written[i] = all.Append(nil, Edge{Now: now, Horizon: now - 100, Names: names})
			}
			if given[0] != given[1] || !bytes.Equal(written[0], written[1]) {
				t.Fatalf("seed %d step %d: kept\n%s%x\nread anew\n%s%x", seed, step, given[0], written[0], given[1], written[1])
			}
			reader := &Reader{rest: written[1], names: names.List}
			anew, used = used, anew
			if anew.Decode(reader); reader.bad || len(reader.rest) > 0 {
				t.Fatalf("seed %d step %d: %x is not read", seed, step, written[1])
			}
		}
	}
}
