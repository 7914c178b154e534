package partition_test

import (
	"bytes"
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/ebbstream/ebb/pipeline/partition"
	"github.com/ebbstream/ebb/schemas"
	"github.com/ebbstream/ebb/state"
	"github.com/ebbstream/ebb/state/disk"
)

// Whatever the pieces in which a restore comes, small or large, first or later, and wherever the process ends between them, the
// task is what its newest rows say, with their timers.
func TestLoadInPieces(t *testing.T) {
	const task, ids = 3, 6_000
	met := map[bool]int{} // by whether there were tables
	for seed := range uint64(12) {
		rng := rand.New(rand.NewPCG(seed, 1))
		dir := t.TempDir()
		open := func() partition.Disk {
			store, err := disk.Open(dir, disk.Options{})
			if err != nil {
				t.Fatal(err)
			}
			return partition.Disk{Store: store}
		}
		s, want := open(), map[string][]byte{}
		tables := false // were there any
		pieces := 1 + rng.IntN(4)
		for n := 1; n <= pieces; n++ {
			var rows []state.Row
			for range []int{1, 100, 12_000}[rng.IntN(3)] {
				row := state.Row{Key: fmt.Sprintf("u%d", rng.IntN(ids)), Was: state.WakeUnknown}
				if rng.IntN(5) > 0 {
					wake := []schemas.Instant{schemas.Never, schemas.Instant(rng.IntN(1000))}[rng.IntN(2)]
					row.Value = append(state.AppendRow(nil, wake), bytes.Repeat([]byte{byte(n)}, 150)...)
				}
				if want[row.Key] = row.Value; row.Value == nil {
					delete(want, row.Key)
				}
				rows = append(rows, row)
			}
			if err := s.Load(task, rows, state.Position{Changelog: int64(n)}); err != nil {
				t.Fatal(err)
			}
			loading, err := s.Loading(task)
			if err != nil {
				t.Fatal(err)
			}
			tables = tables || loading
			if rng.IntN(3) == 0 {
				if err := s.Close(); err != nil {
					t.Fatal(err)
				}
				s = open()
			}
			if rng.IntN(4) == 0 { // it was restored, and another member went on
				if err := s.Loaded(task); err != nil {
					t.Fatal(err)
				}
			}
		}
		if err := s.Loaded(task); err != nil {
			t.Fatal(err)
		}
		met[tables]++
		if err := same(s, task, want, int64(pieces)); err != nil {
			t.Errorf("seed %d (tables %v): %v", seed, tables, err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if met[true] == 0 || met[false] == 0 {
		t.Errorf("tables or not: %v", met)
	}
}

// same compares a task with the rows it should have.
func same(s partition.Disk, task int32, want map[string][]byte, changelog int64) error {
	position, _, err := s.Position(task)
	if err != nil || position.Changelog != changelog {
		return fmt.Errorf("position %d, %w; want %d", position.Changelog, err, changelog)
	}
	keys, err := s.Keys(task, "")
	if err != nil || len(keys) != len(want) {
		return fmt.Errorf("%d rows, %w; want %d", len(keys), err, len(want))
	}
	var timers []partition.Timer
	for key, value := range want {
		row, err := s.Get(task, key)
		if err != nil || !bytes.Equal(row, value) {
			return fmt.Errorf("row %s is %.20q, %w; want %.20q", key, row, err, value)
		}
		if at := state.RowWake(value); at != schemas.Never {
			timers = append(timers, partition.Timer{At: at, Key: key})
		}
	}
	slices.SortFunc(timers, func(a, b partition.Timer) int { return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(a.Key, b.Key)) })
	due, err := s.Due(task, schemas.Never, len(want)+1)
	if err != nil || !slices.Equal(due, timers) {
		return fmt.Errorf("%d timers, %w; want %d", len(due), err, len(timers))
	}
	return nil
}
