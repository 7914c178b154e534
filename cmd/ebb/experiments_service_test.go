package main

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/ebbstream/ebb/pipeline/serve"
)

// TestFeedback: a decision comes out, what came of it goes in through ebb's own topic, and the experiment knows of it: of the
// node that runs, of its folder when it has stopped, and after it has begun again.
func TestFeedback(t *testing.T) {
	file, options := brokers(t, fmt.Sprintf("http: {listen: %q}\nlog: {level: error}\nactions: {thanks: {on: purchase, channel: mail}}\n"+
		"experiments: {manners: {actions: [thanks], control: 0.5, reward: review, within: 1d}}\n", address(t)))
	client, err := kgo.NewClient(append(options, kgo.ConsumeTopics("tea.actions"), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()), kgo.AllowAutoTopicCreation())...)
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	if err := client.ProduceSync(t.Context(), purchase("1", "lin", "2026-01-05T09:30:00Z")).FirstErr(); err != nil {
		t.Fatal(err)
	}
	v := start(t, file)
	var decision struct {
		ID         string `json:"decision_id"`
		Experiment struct{ Arm string }
	}
	for decision.ID == "" {
		client.PollFetches(t.Context()).EachRecord(func(r *kgo.Record) {
			if err := json.Unmarshal(r.Value, &decision); err != nil {
				t.Error(err)
			}
		})
	}
	said := func(topic, id, typ, when, data string) *kgo.Record {
		r := purchase(id, "lin", when)
		r.Topic, r.Value = topic, fmt.Appendf(nil, `{"specversion":"1.0","id":%q,"source":"mailer","type":%q,"subject":"lin","time":%q,"data":%s}`, id, typ, when, data)
		return r
	}
	clicked := fmt.Sprintf(`{"decision_id":%q,"kind":"clicked"}`, decision.ID)
	if err := client.ProduceSync(t.Context(), said("tea.events", "f1", "ebb.feedback", "2026-01-05T10:00:00Z", clicked), said("tea.events", "f1", "ebb.feedback", "2026-01-05T10:00:00Z", clicked),
		said("clicks", "2", "review", "2026-01-05T11:00:00Z", "{}"), said("tea.events", "f2", "ebb.feedback", "2026-01-08T10:00:00Z", clicked)).FirstErr(); err != nil {
		t.Fatal(err)
	}
	arm := func(more ...string) (clicked, converted, people int64) {
		var e serve.Experiments
		status, stdout, stderr := ebb(append([]string{"experiments", "-c", file, "--json"}, more...)...)
		if status != 0 {
			t.Log(stderr)
			return 0, 0, 0
		}
		if err := json.Unmarshal([]byte(stdout), &e); err != nil {
			t.Fatal(err)
		}
		for _, a := range e.Experiments[0].Arms {
			if a.Arm == decision.Experiment.Arm && a.Decided == 1 {
				return a.Clicked, a.Converted, a.People
			}
		}
		return 0, 0, 0
	}
	all := func(more ...string) bool {
		clicked, converted, people := arm(more...)
		return clicked == 1 && converted == 1 && people == 1
	}
	until(t, "what came of it is not told", func() bool { return all() })
	v.wait()
	if !all("--dir", v.s.State.Dir) {
		t.Error("the folder says something else")
	}
	v = start(t, file)
	until(t, "after a restart something else is told", func() bool { return all() })
	v.wait()
}
