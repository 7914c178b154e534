package live

import (
	"errors"
	"maps"
	"slices"
	"testing"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/ebbstream/ebb/schemas"
	"github.com/ebbstream/ebb/state"
)

// waiting is a folder that holds so many records back.
type waiting struct {
	Folder
	unread int
	ready  bool // to fold them at once
}

func (w *waiting) Ready() int {
	if w.ready {
		return w.unread
	}
	return 0
}

func (w *waiting) Unread(topic string, partition int32) int {
	if topic != "clicks" || partition != 6 {
		return 0
	}
	return w.unread
}

// TestThrottle: what a task cannot fold yet is not fetched, and a task that is given up leaves nothing of that behind, as the
// client would keep it for whoever gets the task back.
func TestThrottle(t *testing.T) {
	client, err := kgo.NewClient()
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	w := &waiting{}
	inputs := []state.Input{{Topic: "shop.events", Partition: 2}, {Topic: "clicks", Partition: 2}, {Topic: "clicks", Partition: 6}}
	task := &task{number: 2, folder: w, opened: state.Position{Inputs: inputs}, paused: map[int]bool{}}
	for _, step := range []struct {
		unread        int
		ready, paused bool
	}{
		{10 * pauseAt, true, false},
		{pauseAt, false, false},
		{pauseAt + 1, false, true},
		{pauseAt + 1, true, true},
		{resumeAt, false, true},
		{resumeAt - 1, false, false},
		{pauseAt + 1, false, true},
	} {
		w.unread, w.ready = step.unread, step.ready
		task.throttle(client)
		want := map[string][]int32{}
		if step.paused {
			want["clicks"] = []int32{6}
		}
		if paused := client.PauseFetchPartitions(nil); !maps.EqualFunc(paused, want, slices.Equal) {
			t.Errorf("with %d unread, paused: %v", step.unread, paused)
		}
	}
	task.release(client)
	if left := client.PauseFetchPartitions(nil); len(left) > 0 {
		t.Errorf("still paused: %v", left)
	}
}

// TestFoldAll: every task is folded, however many there are, and of several errors the first task's is told.
func TestFoldAll(t *testing.T) {
	var tasks []*task
	for i := range 40 {
		tasks = append(tasks, &task{number: int32(i), folder: &failing{at: int32(i)}})
	}
	for range 20 {
		if err := foldAll(tasks, firstPace); !errors.Is(err, errOf(7)) {
			t.Fatalf("told %v", err)
		}
	}
}

type errOf int32

func (e errOf) Error() string { return "failed as told" }

// failing fails in task 7 and later.
type failing struct {
	Folder
	at int32
}

func (f *failing) Fold(schemas.Instant, int) (bool, error) {
	if f.at >= 7 {
		return false, errOf(f.at)
	}
	return false, nil
}
