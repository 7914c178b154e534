package realdata

import (
	"testing"

	"github.com/ebbstream/ebb/schemas"
)

// beamSession is [start, end, times of its events].
type beamSession struct {
	Start, End int64
	Times      []int64
}

// UnmarshalJSON reads a row.
func (s *beamSession) UnmarshalJSON(text []byte) error {
	return unmarshalRow(text, &s.Start, &s.End, &s.Times)
}

// beamSpans are sessions as ebb would say them. Beam's end is the last event + gap; ebb's is the last event.
func beamSpans(sessions []beamSession, gap int64) map[span]bool {
	out := map[span]bool{}
	for _, s := range sessions {
		out[span{"u", int64(zero) + s.Start, int64(zero) + s.End - gap, len(s.Times)}] = true
	}
	return out
}

// beamReplay cuts events at the times into sessions.
func beamReplay(t *testing.T, times []int64, gap int64) map[span]bool {
	t.Helper()
	var rows []arrival
	for _, at := range times {
		rows = append(rows, arrival{Key: "u", At: at})
	}
	s := open(t, "sessions/config.yaml", "GAP", schemas.Duration(gap).String())
	return spansOf(s.replay(t, write(t, arrivalEvents(rows)), later).Sessions)
}

// TestBeamSessions gives both cases of Beam. Beam separates events that are exactly the gap apart and ebb joins them, so
// Beam's gap is ebb's gap less a millisecond; none of the cases' events are so far apart, and both gaps give the same.
func TestBeamSessions(t *testing.T) {
	file := readJSON[struct {
		Cases []struct {
			Name     string
			Gap      int64   `json:"gap_ms"`
			Times    []int64 `json:"timestamps"`
			Sessions []beamSession
		}
	}](t, "sessions/beam_sessions.json")
	if len(file.Cases) != 2 {
		t.Errorf("want 2 cases, got %d", len(file.Cases))
	}
	for _, c := range file.Cases {
		t.Run(c.Name, func(t *testing.T) {
			want := beamSpans(c.Sessions, c.Gap)
			compareSpans(t, beamReplay(t, c.Times, c.Gap), want)
			compareSpans(t, beamReplay(t, c.Times, c.Gap-1), want)
		})
	}
}

// TestBeamBoundary shows the difference on the first case with its second session moved to exactly the gap after the first,
// at 19: ebb joins the two; a gap of a millisecond less does as Beam.
func TestBeamBoundary(t *testing.T) {
	const gap = 10
	times := []int64{1, 2, 5, 9, 19, 20}
	compareSpans(t, beamReplay(t, times, gap), beamSpans([]beamSession{{1, 20 + gap, times}}, gap))
	compareSpans(t, beamReplay(t, times, gap-1), beamSpans([]beamSession{{1, 9 + gap, times[:4]}, {19, 20 + gap, times[4:]}}, gap))
}
