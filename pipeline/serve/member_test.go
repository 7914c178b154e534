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
