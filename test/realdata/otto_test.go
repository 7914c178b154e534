package realdata

import (
	"bytes"
	"encoding/json"
	"fmt"
	"testing"

	"github.com/ebbstream/ebb/schemas"
)

// readShoppers makes events of the material; what it calls a session is a user's whole history.
func readShoppers(t *testing.T) []event {
	t.Helper()
	var events []event
	for line := range bytes.Lines(read(t, "otto/train.jsonl")) {
		var user struct {
			Session int
			Events  []struct {
				Aid, TS int64
				Type    string
			}
		}
		if err := json.Unmarshal(line, &user); err != nil {
			t.Fatal(err)
		}
		for _, e := range user.Events {
			events = append(events, event{ID: lineID(len(events)), Subject: fmt.Sprintf("otto-%05d", user.Session),
				Type: e.Type, Time: schemas.Instant(e.TS), Data: map[string]any{"aid": e.Aid}})
		}
	}
	return events
}

// TestShopSessions cuts the histories of a web shop's users into the sessions that were computed from them elsewhere.
func TestShopSessions(t *testing.T) {
	reference := readJSON[map[string]any](t, "otto/reference.json")
	input := write(t, readShoppers(t))
	for gap, name := range map[string]string{"5m": "sessions_gap_5m", "10m": "sessions_gap_10m", "30m": "sessions", "60m": "sessions_gap_60m"} {
		t.Run(gap, func(t *testing.T) {
			got := open(t, "otto/config.yaml", "GAP", gap).replay(t, input, afterwards(t, reference))
			if want, ok := reference[name].(float64); !ok || len(got.Sessions) != int(want) {
				t.Errorf("want %v sessions, got %d", reference[name], len(got.Sessions))
			}
			if len(got.Late) > 0 {
				t.Errorf("every user's events are in order, but %d were late", len(got.Late))
			}
			if gap == "30m" {
				compareSpans(t, spansOf(got.Sessions), readSpans(t, "otto/sessions_gap30m.csv"))
				compareStatistics(t, got.Sessions, reference)
				compareShoppers(t, got)
			}
		})
	}
}

// compareShoppers holds each user's counts against the table, in the profile and over the sessions.
func compareShoppers(t *testing.T, got *result) {
	t.Helper()
	counts := map[string]float64{}
	for _, s := range got.Sessions {
		for kind, n := range s.Counts {
			counts[s.Profile+" "+kind] += float64(n)
		}
	}
	users := readTable(t, "otto/per_user.csv")
	if len(users) != len(got.Profiles) {
		t.Errorf("want %d users, got %d", len(users), len(got.Profiles))
	}
	for _, r := range users {
		p := got.Profiles[r["user"]]
		for _, column := range []string{"events", "clicks", "carts", "orders", "distinct_items"} {
			if want, v := r.number(t, column), p.number(t, column); v != want {
				t.Errorf("%s of %s: want %v, got %v", column, r["user"], want, v)
			}
		}
		for _, kind := range []string{"clicks", "carts", "orders"} {
			if want, v := r.number(t, kind), counts[r["user"]+" "+kind]; v != want {
				t.Errorf("%s in all sessions of %s: want %v, got %v", kind, r["user"], want, v)
			}
		}
	}
}
