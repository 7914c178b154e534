package live

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/ebbstream/ebb/state"
)

// A steps writes down what a commit does, and fails at a step.
type steps struct {
	log  strings.Builder
	fail string
	next map[int32]int64 // of each changelog partition
}

var errStep = errors.New("failed as told")

func (s *steps) step(name, format string, args ...any) error {
	fmt.Fprintf(&s.log, name+" "+format+"\n", args...)
	if s.fail == name {
		return errStep
	}
	return nil
}

func (s *steps) begin(context.Context) error { return s.step("begin", "") }

func (s *steps) produce(_ context.Context, records []*kgo.Record) error {
	for _, r := range records {
		text := fmt.Sprintf("%s/%d %q=%q", r.Topic, r.Partition, r.Key, r.Value)
		if strings.HasSuffix(r.Topic, ".changelog") {
			s.next[r.Partition]++
			r.Offset = s.next[r.Partition]
		}
		if err := s.step("produce", "%s", text); err != nil {
			return err
		}
	}
	return nil
}

func (s *steps) offsets(_ context.Context, next []state.Input) error {
	return s.step("offsets", "%v", next)
}

func (s *steps) end(context.Context) error { return s.step("end", "") }

func (s *steps) Position(int32) (state.Position, bool, error) { panic("not of a commit") }
func (s *steps) Drop(int32) error                             { panic("not of a commit") }
func (s *steps) Err() error                                   { panic("not of a commit") }
func (s *steps) Loaded(int32) error                           { panic("not of a commit") }
func (s *steps) Load(int32, []state.Row, state.Position) error {
	panic("not of a commit")
}
func (s *steps) Apply(task int32, rows []state.Row, p state.Position) error {
	for _, row := range rows {
		if err := s.step("apply", "task %d %q=%q", task, row.Key, row.Value); err != nil {
			return err
		}
	}
	return s.step("apply", "task %d %+v", task, p)
}

// TestCommitSteps: the steps of a commit in their order, and how far it goes if one of them fails.
func TestCommitSteps(t *testing.T) {
	var all strings.Builder
	for _, fail := range []string{"", "begin", "produce", "offsets", "end", "apply"} {
		s := &steps{fail: fail, next: map[int32]int64{}}
		batches := map[int32]*Batch{}
		for _, task := range []int32{3, 1} {
			input := state.Input{Topic: "clicks", Partition: task, Next: 10 + int64(task)}
			batches[task] = &Batch{
				Rows:     []state.Row{{Key: "u2", Value: []byte("two")}, {Key: "u1"}},
				Outputs:  []*kgo.Record{{Topic: "out", Key: []byte("u2"), Value: []byte("hello")}},
				Position: state.Position{Inputs: []state.Input{input}, Changelog: 7},
			}
		}
		err := commit(t.Context(), s, &Config{Name: "shop", Store: s}, batches)
		if (fail != "") != errors.Is(err, errStep) {
			t.Errorf("failing at %q: %v", fail, err)
		}
		fmt.Fprintf(&all, "-- fails at %q: %v\n%s", fail, err, s.log.String())
	}
	golden := filepath.Join("testdata", "commit.txt")
	if *rewrite {
		if err := os.WriteFile(golden, []byte(all.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if all.String() != string(want) {
		t.Errorf("the steps of a commit have changed; read this, then -rewrite:\n%s", all.String())
	}
}
