package serve

import (
	"fmt"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ebbstream/ebb/pipeline/live"
)

// member is what is known of this member of the group, by what was told of it.
type member struct {
	tasks atomic.Int32 // how many all members hold together; 0: not known yet
	beat  atomic.Int64 // when the session was last seen at work, in milliseconds
	mu    struct {
		sync.Mutex
		joined    bool
		held      map[int32]bool           // tasks given to this member; true: restored
		slow      map[int32]string         // of tasks that are long in being restored: why
		restoring map[int32]live.Restoring // how far tasks have come that are not restored
		ended     string                   // why the last session was over
	}
}

func newMember() *member {
	m := &member{}
	m.mu.held, m.mu.slow, m.mu.restoring = map[int32]bool{}, map[int32]string{}, map[int32]live.Restoring{}
	return m
}

func (m *member) tell(e live.Event) {
	if _, waits := e.(live.Waiting); !waits { // that is no work
		m.beat.Store(time.Now().UnixMilli())
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	switch e := e.(type) {
	case live.Joined:
		m.mu.joined, m.mu.ended = true, ""
	case live.Assigned:
		for _, task := range e.Tasks {
			m.mu.held[task] = false
		}
	case live.Restored:
		m.mu.held[e.Task] = true
		delete(m.mu.slow, e.Task)
		delete(m.mu.restoring, e.Task)
	case live.Restoring:
		if m.waits(e.Task) {
			m.mu.restoring[e.Task] = e
		}
	case live.Waiting:
		if m.waits(e.Task) { // it was asked about before it was told, and that takes its time
			m.mu.slow[e.Task] = e.String()
		}
	case live.Released:
		delete(m.mu.held, e.Task)
		delete(m.mu.slow, e.Task)
		delete(m.mu.restoring, e.Task)
	case live.Ended:
		m.mu.joined = false
		clear(m.mu.held)
		clear(m.mu.slow)
		clear(m.mu.restoring)
		if m.mu.ended = "it was asked to"; e.Err != nil {
			m.mu.ended = e.Err.Error()
		}
	}
}

// waits is whether a task is held and not restored. The caller holds the lock.
func (m *member) waits(task int32) bool {
	restored, held := m.mu.held[task]
	return held && !restored
}

// holds is whether a task is here, with its state.
func (m *member) holds(task int32) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.mu.held[task]
}

// restored are the tasks whose state is here.
func (m *member) restored() (tasks []int32) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for task, restored := range m.mu.held {
		if restored {
			tasks = append(tasks, task)
		}
	}
	slices.Sort(tasks)
	return tasks
}

// restoring are the others, as far as they have come.
func (m *member) restoring() []live.Restoring {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Collect(maps.Values(m.mu.restoring))
}

// counts are how many tasks are given to this member, and how many of them are restored.
func (m *member) counts() (held, restored int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, there := range m.mu.held {
		if held++; there {
			restored++
		}
	}
	return held, restored
}

// unready says what is missing before this member does what it is there for; "": nothing.
func (m *member) unready() string {
	held, restored := m.counts()
	m.mu.Lock()
	defer m.mu.Unlock()
	switch {
	case !m.mu.joined && m.mu.ended != "":
		return "between two sessions: " + m.mu.ended
	case !m.mu.joined:
		return "has not joined the group yet"
	case restored < held:
		text := fmt.Sprintf("%d of %d tasks are restored", restored, held)
		for _, task := range slices.Sorted(maps.Keys(m.mu.slow)) {
			text += "\n" + m.mu.slow[task]
		}
		return text
	}
	return ""
}

// stall is how long a session with tasks may be seen at nothing. It looks at its tasks five times a second, and what holds
// it up, a commit that nobody answers, ends it after ten seconds.
const stall = time.Minute

// stuck says why a restart would help; "": it would not.
func (m *member) stuck() string {
	silent := time.Since(time.UnixMilli(m.beat.Load()))
	if _, restored := m.counts(); restored > 0 && silent > stall {
		return fmt.Sprintf("the session has done nothing for %v", silent.Round(time.Second))
	}
	return ""
}
