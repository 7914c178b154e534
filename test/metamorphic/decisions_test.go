package metamorphic

import (
	"slices"
	"sync/atomic"
	"testing"

	"github.com/ebbstream/ebb/schemas"
	"github.com/ebbstream/ebb/test/model"
)

// TestDecisionsAgainstModel: the decisions, with all that they say, are those of the brute force, and no decision breaks a
// cap, a quiet hour, a consent or a guard. Every second case also goes through the profiles' bytes at random moments.
func TestDecisionsAgainstModel(t *testing.T) {
	var decisions, choices atomic.Int64
	eachOf(t, *cases, model.GenerateActions, func(c model.Case, seed int64) []string {
		want := model.Run(c)
		got, err := run(c, seed)
		if err != nil {
			return []string{err.Error()}
		}
		mute(c.Config.MuteBefore, &got)
		decisions.Add(int64(len(want.Decisions)))
		for _, d := range want.Decisions {
			if len(d.Suppressed) > 0 {
				choices.Add(1)
			}
		}
		return append(model.Diff(want, got), model.Check(c, got.Decisions)...)
	})
	t.Logf("%d decisions, %d of them with actions that were suppressed", decisions.Load(), choices.Load())
}

// mute leaves out what a replay does not publish.
func mute(before *int64, r *model.Result) {
	if before == nil {
		return
	}
	r.Changes = slices.DeleteFunc(r.Changes, func(c model.Change) bool { return c.Time < *before })
	r.Decisions = slices.DeleteFunc(r.Decisions, func(d model.Decision) bool { return d.Time < *before })
}

// decision is one in the model's words.
func decision(m *schemas.Decision) model.Decision {
	d := model.Decision{Profile: m.Profile, Action: m.Action, Channel: m.Channel, Time: int64(m.Time), Score: m.Score,
		Payload: plain(m.Payload).(map[string]any), Candidates: map[string]any{}, Suppressed: map[string]string{},
		Experiment: m.Experiment, Arm: m.Arm, ID: string(schemas.AppendMessageID(nil, "t", m))}
	for _, c := range m.Candidates {
		d.Candidates[c.Action] = c.Score
	}
	for _, s := range m.Suppressed {
		d.Suppressed[s.Action] = s.Rule
	}
	if m.ExpiresAt != schemas.Never {
		at := int64(m.ExpiresAt)
		d.ExpiresAt = &at
	}
	return d
}
