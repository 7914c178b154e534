package disk

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/ebbstream/ebb/schemas"
	"github.com/ebbstream/ebb/state"
)

// Load stores rows of a task that had none before the first Load: with the position after them, all of it or nothing, and so
// that it survives a crash. Of several rows of one id the last counts. They may come in many pieces, of as much as there is
// memory for: each becomes sorted tables, which lie above those of the pieces before.
//
// Until [Store.Loaded] the task has no timers. To take away the timer of a row that a later piece replaces, the row would have
// to be read, which takes longer than all the rest. So beside each row lies its wake-up, under the id: of these, too, the
// newest counts by itself, and at the end they are read in one go.
func (s *Store) Load(task int32, rows []state.Row, position state.Position) error {
	loading, err := s.Loading(task)
	if err != nil {
		return err
	}
	t := &tables{s: s, task: task}
	if !loading {
		t.level = bottomLevel // as nothing lies below
	}
	err = s.fault.run(func() error {
		if err := s.settle(); err != nil {
			return err
		}
		return t.ingest(t.fill(rows, position))
	})
	if err != nil {
		return fmt.Errorf("loading %d rows of task %d: %w", len(rows), task, err)
	}
	return nil
}

// mostAbove is how many tables may lie above each other before a piece is put on top. Pebble does not bound it by itself, and
// where it is L0StopWritesThreshold the commits of all tasks have to wait.
const mostAbove = 48

// settle waits for compactions.
func (s *Store) settle() error {
	s.settling.Lock() // each end of a compaction wakes one
	defer s.settling.Unlock()
	for s.db.Metrics().Levels[0].Sublevels >= mostAbove {
		select {
		case <-s.compacted:
		case <-s.fault.occurred:
			return s.fault.get()
		}
	}
	return nil
}

// A place is where the last row of an id is.
type place struct {
	id   string
	at   int
	wake schemas.Instant
}

// newest are the places of the last rows of each id, in order of id.
func newest(rows []state.Row) []place {
	places := make([]place, len(rows))
	for i, row := range rows {
		places[i] = place{id: row.Key, at: i}
	}
	slices.SortFunc(places, func(a, b place) int { return cmp.Or(strings.Compare(a.id, b.id), b.at-a.at) })
	return slices.CompactFunc(places, func(a, b place) bool { return a.id == b.id })
}

func (t *tables) fill(rows []state.Row, position state.Position) error {
	if err := t.put(appendTask(nil, kindPosition, uint32(t.task)), position.AppendBinary(nil)); err != nil {
		return err
	}
	places := newest(rows)
	var key, wake []byte
	for i := range places {
		p := &places[i]
		row := rows[p.at].Value
		p.wake = state.RowWake(row)
		key = appendProfile(key[:0], t.task, p.id)
		if err := t.put(key, row); err != nil {
			return err
		}
	}
	if err := t.put(appendTask(nil, kindWake, uint32(t.task)), []byte{}); err != nil {
		return err
	}
	for i := range places {
		p := &places[i]
		key = append(appendTask(key[:0], kindWake, uint32(t.task)), p.id...)
		value := []byte(nil)
		if p.wake != schemas.Never {
			wake = appendInstant(wake[:0], p.wake)
			value = wake
		}
		if err := t.put(key, value); err != nil {
			return err
		}
	}
	return nil
}

// Loading is whether rows of a task were loaded that have no timers yet.
func (s *Store) Loading(task int32) (bool, error) {
	_, found, err := s.get(nil, appendTask(nil, kindWake, uint32(task)))
	if err != nil {
		return false, fmt.Errorf("looking whether task %d is being loaded: %w", task, err)
	}
	return found, nil
}

// Loaded makes the timers of rows that were loaded, if any were: the task is then as if each had been put. A crash before it
// returns leaves that, or a task that is still being loaded.
func (s *Store) Loaded(task int32) error {
	loading, err := s.Loading(task)
	if err != nil || !loading {
		return err
	}
	if err := s.fault.run(func() error { return s.makeTimers(task) }); err != nil {
		return fmt.Errorf("making the timers of task %d: %w", task, err)
	}
	return nil
}

// makeTimers sorts as many timers at once as a memtable has room for.
func (s *Store) makeTimers(task int32) error {
	var timers []Timer
	size, first := 0, true
	store := func(last bool) error {
		t := &tables{s: s, task: task}
		err := t.ingest(t.fillTimers(timers, first, last))
		timers, size, first = timers[:0], 0, false
		return err
	}
	lower, upper := bounds(kindWake, task)
	err := s.scan(append(lower, 0), upper, func(key, wake []byte) (more bool, err error) {
		if size >= s.o.Memtable {
			err = store(false)
		}
		timer := Timer{At: instantOf(wake), ID: string(key[taskLen:])}
		timers, size = append(timers, timer), size+timerLen+2*len(timer.ID)+32
		return true, err
	})
	if err != nil {
		return err
	}
	return store(true)
}

// fillTimers makes a table of timers. The first one takes away those that were made before a crash; the last one takes away the
// wake-ups, with which the task is no longer being loaded.
func (t *tables) fillTimers(timers []Timer, first, last bool) error {
	if first {
		if err := t.clear(kindTimer); err != nil {
			return err
		}
	}
	slices.SortFunc(timers, func(a, b Timer) int { return cmp.Or(cmp.Compare(a.At, b.At), strings.Compare(a.ID, b.ID)) })
	var key []byte
	for _, timer := range timers {
		key = appendTimer(key[:0], t.task, timer.At, timer.ID)
		if err := t.put(key, []byte{}); err != nil {
			return err
		}
	}
	if last {
		return t.clear(kindWake)
	}
	return nil
}
