package metamorphic

import (
	"fmt"
	"testing"

	"github.com/ebbstream/ebb/schemas"
	"github.com/ebbstream/ebb/test/engine"
	"github.com/ebbstream/ebb/test/model"
)

// TestCuts: a profile that goes through its bytes after every event, as if each were followed by a restart, publishes to the
// last digit what one does that stays in memory (SPEC section 5, point 5).
func TestCuts(t *testing.T) {
	eachOf(t, *orders, mixed, func(c model.Case, _ int64) []string {
		g, err := engine.New(c.Config.YAML())
		if err != nil {
			return []string{err.Error()}
		}
		want, err := g.Run(lines(c.Files), asOf(c))
		if err != nil {
			return []string{err.Error()}
		}
		g.Cut = func() bool { return true }
		got, err := g.Run(lines(c.Files), asOf(c))
		if err != nil {
			return []string{err.Error()}
		}
		return differentMessages("in memory", want, "through bytes", got)
	})
}

// differentMessages compares two lists of messages byte by byte, in their order.
func differentMessages(oneName string, one []schemas.Message, otherName string, other []schemas.Message) []string {
	for i := range max(len(one), len(other)) {
		a, b := "nothing", "nothing"
		if i < len(one) {
			a = text(one[i])
		}
		if i < len(other) {
			b = text(other[i])
		}
		if a != b {
			return []string{fmt.Sprintf("message %d", i+1), oneName + ": " + a, otherName + ": " + b}
		}
	}
	return nil
}
