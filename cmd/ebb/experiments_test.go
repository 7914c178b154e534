package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestExperimentsOfNodes: what several nodes say is added; what they say twice, or not at all, is told.
func TestExperimentsOfNodes(t *testing.T) {
	file := filepath.Join(t.TempDir(), "shop.yaml")
	config := "{name: shop, actions: {tip: {on: v, channel: m}}, experiments: {tips: {actions: [tip], control: 0.5, reward: r}}}"
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	node := func(text string) string {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/experiments" {
				http.NotFound(w, r)
			}
			_, _ = w.Write([]byte(text))
		}))
		t.Cleanup(s.Close)
		return s.URL
	}
	arms := func(treated, controls string) string {
		return `[{"experiment":"tips","reward":"r","within":"7d","control":0.5,"actions":[{"action":"tip","arm":"treatment","decided":9}],"arms":[` +
			`{"arm":"treatment","decided":9,"people":` + treated + `,"rewarded":2},{"arm":"control","people":` + controls + `,"rewarded":1}]}]`
	}
	one := node(`{"partitions":[0,2],"of":4,"experiments":` + arms("10", "20") + `}`)
	two := node(`{"partitions":[1],"of":4,"experiments":` + arms("30", "5") + `}`)
	other := node(`{"partitions":[3],"of":4,"experiments":[]}`)
	status, stdout, stderr := ebb("experiments", "-c", file, "--node", one, "--node", two, "--json")
	var got struct {
		Partitions  []int
		Experiments []struct {
			Arms    []struct{ Decided, People, Rewarded int64 }
			Actions []struct{ Decided int64 }
		}
	}
	if err := json.Unmarshal([]byte(stdout), &got); err != nil || status != 0 {
		t.Fatalf("%d %s: %v", status, stderr, err)
	}
	arm := got.Experiments[0].Arms[0]
	if len(got.Partitions) != 3 || arm.Decided != 18 || arm.People != 40 || arm.Rewarded != 4 || got.Experiments[0].Actions[0].Decided != 18 {
		t.Errorf("together they say %s", stdout)
	}
	for _, c := range []struct {
		nodes  []string
		status int
		says   string
	}{
		{[]string{one, two}, 0, "This is of 3 of 4 partitions, [0 1 2]: other nodes hold the rest."},
		{[]string{one, one}, 1, "partition 0 was counted by another one, too"},
		{[]string{one, other}, 1, "it has other experiments"},
		{[]string{node("{")}, 1, "reading what the node"},
		{[]string{"ftp://x"}, 2, "--node takes an address"},
	} {
		args := []string{"experiments", "-c", file}
		for _, n := range c.nodes {
			args = append(args, "--node", n)
		}
		status, stdout, stderr := ebb(args...)
		if status != c.status || !strings.Contains(stdout+stderr, c.says) {
			t.Errorf("%v: status %d, and it says\n%s%s", c.nodes, status, stdout, stderr)
		}
	}
}
