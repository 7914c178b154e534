package serve

import (
	"strings"
	"testing"
	"time"

	"github.com/ebbstream/ebb/pipeline/live"
)

// TestStuck: a session that has tasks and does nothing is unwell; one that waits for brokers or for tasks is not.
func TestStuck(t *testing.T) {
	m := newMember()
	silence := func() { m.beat.Store(time.Now().Add(-2 * stall).UnixMilli()) }
	silence()
	if why := m.stuck(); why != "" {
		t.Errorf("before it has joined: %s", why)
	}
	m.tell(live.Joined{})
	m.tell(live.Assigned{Tasks: []int32{3}})
	m.tell(live.Restored{Task: 3})
	if why := m.stuck(); why != "" {
		t.Errorf("after it was told something: %s", why)
	}
	silence()
	if why := m.stuck(); !strings.HasPrefix(why, "the session has done nothing for 2m") {
		t.Errorf("after two minutes: %q", why)
	}
	m.tell(live.Ended{})
	silence()
	if why := m.stuck(); why != "" {
		t.Errorf("between two sessions: %s", why)
	}
}

// TestUnready: why a task is not restored after a long time is said until it is, or is given up.
func TestUnready(t *testing.T) {
	m := newMember()
	m.tell(live.Joined{})
	m.tell(live.Assigned{Tasks: []int32{3, 4}})
	m.tell(live.Waiting{Task: 4, For: 30 * time.Second, Open: []string{"a transaction of shop-m1"}})
	m.tell(live.Restored{Task: 3})
	m.tell(live.Waiting{Task: 3, For: 30 * time.Second}) // too late
	why := m.unready()
	if strings.Contains(why, "task 3") {
		t.Errorf("unready says of what is restored: %q", why)
	}
	for _, want := range []string{"1 of 2 tasks are restored", "task 4 is not restored after 30s", "a transaction of shop-m1"} {
		if !strings.Contains(why, want) {
			t.Errorf("unready says %q, without %q", why, want)
		}
	}
	m.tell(live.Released{Task: 4})
	if why := m.unready(); why != "" {
		t.Errorf("with all that it holds restored: %s", why)
	}
}

// TestRestoring: how far a restore has come is told until it is over.
func TestRestoring(t *testing.T) {
	m := newMember()
	m.tell(live.Assigned{Tasks: []int32{3, 4}})
	m.tell(live.Restoring{Task: 3, At: 100, End: 300})
	m.tell(live.Restoring{Task: 3, At: 200, End: 300})
	if got := m.restoring(); len(got) != 1 || got[0] != (live.Restoring{Task: 3, At: 200, End: 300}) {
		t.Errorf("restoring %v", got)
	}
	m.tell(live.Restored{Task: 3})
	if got := m.restoring(); len(got) > 0 {
		t.Errorf("restoring %v though it is over", got)
	}
}
