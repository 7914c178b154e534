package disk_test

import (
	"cmp"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/ebbstream/ebb/schemas"
	"github.com/ebbstream/ebb/state"
	"github.com/ebbstream/ebb/state/disk"
)

const modelTasks = 3

// A model is what a store should hold: a plain map, where a timer is a field of its profile.
type model map[int32]taskModel

type taskModel struct {
	profiles  map[string]profileModel
	changelog int64 // of the position
}

type profileModel struct {
	value string
	wake  schemas.Instant
}

func (m model) clone() model {
	c := maps.Clone(m)
	for task, t := range c {
		t.profiles = maps.Clone(t.profiles)
		c[task] = t
	}
	return c
}

// step puts a random commit, the n-th, into b and into m, of any tasks or of those given. Large ones overflow a small memtable.
func (m model) step(rng *rand.Rand, n int, b *disk.Batch, of ...int32) {
	if len(of) == 0 {
		of = []int32{0, 1, 2}
	}
	for range 1 + rng.IntN(2) {
		task := of[rng.IntN(len(of))]
		t, ok := m[task]
		if !ok {
			t.profiles = make(map[string]profileModel)
		}
		for range rng.IntN(12) {
			id := fmt.Sprintf("u%d", rng.IntN(20))
			old, ok := t.profiles[id]
			if !ok {
				old.wake = never
			}
			if rng.IntN(4) == 0 {
				b.DeleteProfile(task, id, old.wake)
				delete(t.profiles, id)
				continue
			}
			size := rng.IntN(200)
			if rng.IntN(10) == 0 {
				size = rng.IntN(60_000)
			}
			put := profileModel{value: fmt.Sprintf("%d %s", n, strings.Repeat("x", size)), wake: never}
			if rng.IntN(3) > 0 {
				put.wake = schemas.Instant(rng.IntN(10) - 5)
			}
			b.PutProfile(task, id, []byte(put.value), old.wake, put.wake)
			t.profiles[id] = put
		}
		t.changelog = int64(n)
		b.SetPosition(task, state.Position{Changelog: t.changelog})
		m[task] = t
	}
}

// differs compares everything in a store with the model, and says where they first differ.
func (m model) differs(s *disk.Store) error {
	tasks, err := s.Tasks()
	if want := slices.Sorted(maps.Keys(m)); err != nil || !slices.Equal(tasks, want) {
		return fmt.Errorf("tasks %v, %w; want %v", tasks, err, want)
	}
	for task := range int32(modelTasks) {
		if err := m[task].differs(s, task); err != nil {
			return fmt.Errorf("task %d: %w", task, err)
		}
	}
	return nil
}

func (t taskModel) differs(s *disk.Store, task int32) error {
	position, _, err := s.Position(task)
	if err != nil || position.Changelog != t.changelog {
		return fmt.Errorf("changelog position %d, %w; want %d", position.Changelog, err, t.changelog)
	}
	timers, err := t.profilesDiffer(s, task)
	if err != nil {
		return err
	}
	slices.SortFunc(timers, func(a, b disk.Timer) int { return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(a.ID, b.ID)) })
	if due, err := s.Due(task, never, 1000); err != nil || !slices.Equal(due, timers) {
		return fmt.Errorf("timers %v, %w; want %v", due, err, timers)
	}
	return nil
}

// profilesDiffer compares the profiles, and returns the timers that they should have.
func (t taskModel) profilesDiffer(s *disk.Store, task int32) (timers []disk.Timer, err error) {
	got := make(map[string]string)
	for p, err := range s.Profiles(task) {
		if err != nil {
			return nil, err
		}
		got[p.ID] = string(p.Value)
	}
	for id, p := range t.profiles {
		if got[id] != p.value {
			return nil, fmt.Errorf("profile %s is %.20q, want %.20q", id, got[id], p.value)
		}
		if p.wake != never {
			timers = append(timers, disk.Timer{At: p.wake, ID: id})
		}
	}
	if len(got) != len(t.profiles) {
		return nil, fmt.Errorf("%d profiles, want %d", len(got), len(t.profiles))
	}
	return timers, nil
}

// A history is what a store went through: the model after each commit, from the empty one on.
type history []model

// after returns how many commits a store holds: it must be exactly the state after one of them.
func (h history) after(s *disk.Store) (int, error) {
	last := 0
	for task := range int32(modelTasks) {
		p, _, err := s.Position(task)
		if err != nil {
			return 0, err
		}
		last = max(last, int(p.Changelog))
	}
	if last >= len(h) {
		return 0, fmt.Errorf("it holds commit %d, of %d", last, len(h)-1)
	}
	if err := h[last].differs(s); err != nil {
		return 0, fmt.Errorf("it is not what commit %d left: %w", last, err)
	}
	return last, nil
}
