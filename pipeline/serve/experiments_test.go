package serve_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/ebbstream/ebb/pipeline/live"
	"github.com/ebbstream/ebb/pipeline/serve"
)

// TestExperiments: what came of experiments is told of all partitions that are held, as far as it is committed.
func TestExperiments(t *testing.T) {
	m := newMember(t, "", 0, 1)
	ask := func() serve.Experiments {
		t.Helper()
		status, text := m.get("/experiments")
		var e serve.Experiments
		if err := json.Unmarshal([]byte(text), &e); err != nil || status != 200 || len(e.Experiments) != 1 {
			t.Fatalf("%d %s: %v", status, text, err)
		}
		return e
	}
	tasks := map[int32]bool{}
	for i := range 20 {
		tasks[m.fold(fmt.Sprint("v", i), "v", fmt.Sprint("u", i), "10:00:00")] = true
		m.fold(fmt.Sprint("r", i), "r", fmt.Sprint("u", i), "10:01:00")
	}
	if len(tasks) != 2 {
		t.Fatal("all people are in one partition")
	}
	if e := ask(); e.Experiments[0].Arms[0].Decided != 0 {
		t.Errorf("what is not committed is told: %+v", e)
	}
	m.commit(0)
	some := ask().Experiments[0]
	m.commit(1)
	e := ask()
	r := e.Experiments[0]
	treatment, control := r.Arms[0], r.Arms[1]
	if r.Experiment != "tips" || r.Reward != "r" || r.Within != "7d" || r.Control != 0.5 || e.Of != 2 || len(e.Partitions) != 2 {
		t.Errorf("it is %+v", e)
	}
	if n := some.Arms[0].Decided + some.Arms[1].Decided; n <= 0 || n >= 20 || treatment.Decided+control.Decided != 20 ||
		treatment.Converted != treatment.Decided || control.Decided == 0 || treatment.People != 0 || treatment.Rate != nil {
		t.Errorf("after one commit %+v, after both %+v", some.Arms, r.Arms)
	}
	m.metric(fmt.Sprintf(`ebb_experiment_outcomes_total{action="tip",arm="control",experiment="tips",kind="converted"} %d`, control.Converted),
		fmt.Sprintf(`ebb_experiment_outcomes_total{action="tip",arm="treatment",experiment="tips",kind="decided"} %d`, treatment.Decided))
	m.node.Tell(live.Released{Task: 1})
	if e := ask(); len(e.Partitions) != 1 || e.Experiments[0].Arms[0].Decided != some.Arms[0].Decided {
		t.Errorf("of a partition that is given up is told %+v", e)
	}
	m.node.Tell(live.Ended{})
	m.want("/experiments", 503, "not ready")
	locked := newMember(t, "sesame", 0)
	locked.want("/experiments", 401)
}
