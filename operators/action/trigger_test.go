package action

import (
	"strings"
	"testing"

	"github.com/ebbstream/ebb/schemas"
)

// TestTriggers: the same meaning has one canonical text; what is neither a known function nor an event type is refused.
func TestTriggers(t *testing.T) {
	for text, want := range map[string]trigger{
		`purchase`:           {kind: onEvent, text: "purchase", name: "purchase"},
		`*`:                  {kind: onEvent, text: "*", name: "*"},
		`ebb.consent`:        {kind: onEvent, text: "ebb.consent", name: "ebb.consent"},
		`Order Completed`:    {kind: onEvent, text: "Order Completed", name: "Order Completed"},
		`every`:              {kind: onEvent, text: "every", name: "every"},
		`enters("a")`:        {kind: onEnter, text: `enters("a")`, name: "a"},
		`exits( 'a' )`:       {kind: onExit, text: `exits("a")`, name: "a"},
		`ended("session")`:   {kind: onEnded, text: `ended("session")`, name: "session"},
		`every("7d")`:        {kind: onEvery, text: `every("7d")`, name: "7d", every: 7 * schemas.Day},
		` every ("168h")`:    {kind: onEvery, text: `every("7d")`, name: "168h", every: 7 * schemas.Day},
		`every("1w")`:        {kind: onEvery, text: `every("7d")`, name: "1w", every: 7 * schemas.Day},
		`every("90m")`:       {kind: onEvery, text: `every("1h30m")`, name: "90m", every: 90 * schemas.Minute},
		`every("1h30m0s")`:   {kind: onEvery, text: `every("1h30m")`, name: "1h30m0s", every: 90 * schemas.Minute},
		`purchase (online)`:  {},
		`every("0s")`:        {},
		`every("soon")`:      {},
		`every(7d)`:          {},
		`enters("a", "b")`:   {},
		`enters("a"`:         {},
		`ended("day")`:       {},
		`starts("a")`:        {},
		`enters("a") || b`:   {},
		`exits("a\"b")`:      {},
		`enters('a")`:        {},
		`ended("session").x`: {},
	} {
		got, err := parseTrigger(text)
		if (err != nil) != (want == trigger{}) {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if err == nil {
			if got.at = 0; got != want {
				t.Errorf("%s is %+v, not %+v", text, got, want)
			}
		} else if strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %q is not one line", text, err)
		}
	}
}
