package behind

import (
	"encoding/binary"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ebbstream/ebb/pipeline/partition"
	"github.com/ebbstream/ebb/schemas"
	"github.com/ebbstream/ebb/state"
	"github.com/ebbstream/ebb/state/disk"
)

// A ledger notes what is written.
type ledger struct {
	Below // which is not asked
	fails error
	mu    sync.Mutex
	last  written
}

// What was written last, and how often before.
type written struct {
	rows     map[string]state.Row
	position state.Position
	times    int
}

func (l *ledger) Err() error { return nil }

func (l *ledger) Apply(_ int32, rows []state.Row, position state.Position) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.last = written{map[string]state.Row{}, position, l.last.times + 1}
	for _, row := range rows {
		l.last.rows[row.Key] = row
	}
	return l.fails
}

func (l *ledger) written() written {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.last
}

func row(key string, was, wake schemas.Instant, bytes int) state.Row {
	return state.Row{Key: key, Was: was, Value: append(state.AppendRow(nil, wake), make([]byte, bytes)...)}
}

// TestOnceASecond: a row that changes with every commit is written once a second, from when it is to be looked at below to when
// it is at last. What is left is written at the end.
func TestOnceASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &ledger{}
		s := New(l)
		for i := range 10 {
			time.Sleep(95 * time.Millisecond)
			at := schemas.Instant(i)
			if err := s.Apply(0, []state.Row{row("a", at, at+1, 1)}, state.Position{Changelog: int64(i)}); err != nil {
				t.Fatal(err)
			}
		}
		if w := l.written(); w.times != 0 {
			t.Errorf("%d writes within the first second", w.times)
		}
		time.Sleep(100 * time.Millisecond)
		synctest.Wait()
		w := l.written()
		if a := w.rows["a"]; w.times != 1 || a.Was != 0 || state.RowWake(a.Value) != 10 || w.position.Changelog != 9 {
			t.Errorf("after a second: %+v", w)
		}
		time.Sleep(time.Hour)
		synctest.Wait()
		if w, waits := l.written(), s.waiting.Load(); w.times != 1 || waits != 0 {
			t.Errorf("after an hour of nothing: %d writes, and %d bytes wait", w.times, waits)
		}
		err := errors.Join(s.Apply(0, []state.Row{row("b", 3, 4, 1)}, state.Position{Changelog: 10}), s.Close())
		if w = l.written(); err != nil || w.times != 2 || w.rows["b"].Was != 3 || w.position.Changelog != 10 {
			t.Errorf("at the end, %v: %+v", err, w)
		}
	})
}

// TestBound: no more than so many bytes of changelog wait, also if it is always the same row.
func TestBound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &ledger{}
		s := New(l)
		for i := range 3 * most >> 20 {
			if err := s.Apply(int32(i%2), []state.Row{row("a", 0, 0, 1<<20)}, state.Position{}); err != nil {
				t.Fatal(err)
			}
			if waits := s.waiting.Load(); waits > most {
				t.Fatalf("%d bytes wait", waits)
			}
		}
		if w := l.written(); w.times < 4 || w.times > 14 {
			t.Errorf("%d writes of two tasks", w.times)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
}

// TestFailed: after a write that failed nothing is taken in any more, and who asks is told why.
func TestFailed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		full := errors.New("the disk is full")
		l := &ledger{fails: full}
		s := New(l)
		if err := errors.Join(s.Apply(0, []state.Row{row("a", 0, 0, 1)}, state.Position{}), s.Err()); err != nil {
			t.Fatal(err)
		}
		time.Sleep(every + time.Millisecond)
		if err := s.Apply(0, nil, state.Position{}); !errors.Is(err, full) || !errors.Is(s.Err(), full) {
			t.Errorf("applied after a failed write: %v, %v", err, s.Err())
		}
		time.Sleep(10 * every)
		if err := s.Close(); !errors.Is(err, full) || l.written().times != 1 {
			t.Errorf("%d writes, and at the end %v", l.written().times, err)
		}
	})
}

// TestTogether: while one goroutine applies and others write and read, a snapshot is one moment, and no row is ever missed.
func TestTogether(t *testing.T) {
	below, err := disk.Open(t.TempDir(), disk.Options{})
	if err != nil {
		t.Fatal(err)
	}
	s := newStore(partition.Disk{Store: below})
	const commits, keys = 500, 20
	done := make(chan struct{})
	var all sync.WaitGroup
	loop := func(once func() error) {
		all.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				if err := once(); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	loop(s.Write)
	loop(func() (err error) {
		now, err := s.Snapshot(0)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, now.Close()) }()
		position, found, err := now.Position(0)
		for i := range keys {
			row, e := now.Get(0, fmt.Sprint(i))
			if err = errors.Join(err, e); found && err == nil && binary.BigEndian.Uint64(state.RowState(row)) != uint64(position.Changelog) {
				return fmt.Errorf("row %d is of commit %x in a snapshot of %d", i, state.RowState(row), position.Changelog)
			}
		}
		return err
	})
	var last int64
	loop(func() error {
		position, found, err := s.Position(0)
		if err != nil || !found {
			return err
		}
		if position.Changelog < last {
			return fmt.Errorf("from %d back to %d", last, position.Changelog)
		}
		last = position.Changelog
		timers, err := s.Due(0, schemas.Never-1, 2*keys)
		if len(timers) != keys || err != nil {
			return fmt.Errorf("%d timers, %w", len(timers), err)
		}
		return nil
	})
	for n := range schemas.Instant(commits) {
		var rows []state.Row
		for i := range keys {
			was := n
			if n == 0 {
				was = schemas.Never
			}
			value := binary.BigEndian.AppendUint64(state.AppendRow(nil, n+1), uint64(n))
			rows = append(rows, state.Row{Key: fmt.Sprint(i), Value: value, Was: was})
		}
		if err := s.Apply(0, rows, state.Position{Changelog: int64(n)}); err != nil {
			t.Error(err)
			break
		}
		if row, err := s.Get(0, "7"); err != nil || state.RowWake(row) != n+1 {
			t.Errorf("%x, %v after commit %d", row, err, n)
			break
		}
	}
	close(done)
	all.Wait()
	if err := errors.Join(s.Write(), below.Close()); err != nil {
		t.Error(err)
	}
}
