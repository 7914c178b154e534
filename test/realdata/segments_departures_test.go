package realdata

import (
	"slices"
	"testing"

	"github.com/ebbstream/ebb/schemas"
)

// play runs steps of one user, at instants after zero, through the segment of a case, and says its changes.
func play(t *testing.T, segment string, steps ...event) []string {
	t.Helper()
	s := &story{segment: segment}
	for i, e := range steps {
		e.ID, e.Subject, e.Time = lineID(i), segment+"/user-1", zero+e.Time
		s.events = append(s.events, e)
	}
	end := s.events[len(s.events)-1].Time.Add(8 * schemas.Day)
	return s.changes(t, open(t, "segments/config.yaml").replay(t, write(t, s.events), end))
}

func wantChanges(t *testing.T, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("want the changes %q, got %q", want, got)
	}
}

// TestHasBeenAfterAnInterruption is where the translation of "has been onboarding for a week" is not Dittofeed's: for who
// left the value and comes back to it, on day 25, the week begins anew and is over on day 32. ebb's condition holds at
// once, for the first time it was set is long ago and all else is older than a week. No condition of SPEC section 4 knows
// since when a trait has its value.
func TestHasBeenAfterAnInterruption(t *testing.T) {
	set := func(day int, status string) event {
		return event{Type: schemas.TypeTraits, Time: schemas.Instant(day) * schemas.Instant(schemas.Day), Data: map[string]any{"status": status}}
	}
	wantChanges(t, play(t, "dittofeed_22", set(0, "onboarding"), set(9, "active"), set(25, "onboarding")),
		"user-1 entered 2026-01-12T00:00:00Z", "user-1 exited 2026-01-14T00:00:00Z", "user-1 entered 2026-01-30T00:00:00Z")

	// An interruption of a day: ebb's week begins with it and is over on day 16, not 17.
	wantChanges(t, play(t, "dittofeed_22", set(0, "onboarding"), set(9, "active"), set(10, "onboarding")),
		"user-1 entered 2026-01-12T00:00:00Z", "user-1 exited 2026-01-14T00:00:00Z", "user-1 entered 2026-01-21T00:00:00Z")
}

// TestLastSkipsWhatLacksTheField: the last event performed may lack the property. Then Dittofeed's LastPerformed finds
// nothing there, and ebb's last() is the latest value there was (SPEC section 4): the member stays.
func TestLastSkipsWhatLacksTheField(t *testing.T) {
	test := func(ms int, data map[string]any) event {
		return event{Type: "test", Time: schemas.Instant(ms), Data: data}
	}
	first := test(0, map[string]any{"kind": "integration", "group": "first"})
	wantChanges(t, play(t, "dittofeed_41", first, test(1, map[string]any{"kind": "integration"})),
		"user-1 entered 2026-01-05T00:00:00Z")
	wantChanges(t, play(t, "dittofeed_41", first, test(1, map[string]any{"kind": "integration", "group": "second"})),
		"user-1 entered 2026-01-05T00:00:00Z", "user-1 exited 2026-01-05T00:00:00.001Z")
}
