package behind

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/ebbstream/ebb/pipeline/partition"
	"github.com/ebbstream/ebb/schemas"
	"github.com/ebbstream/ebb/state"
)

// A model is what a task holds after a commit: the rows, and as position the number of the commit.
type model struct {
	rows map[string][]byte
	n    int64 // 0: nothing was committed
}

func (m model) clone() model { return model{maps.Clone(m.rows), m.n} }

// look compares all that can be asked with the model.
func (h *history) look(task int32) error {
	m := h.now(task)
	if err := m.differs(h.s, task); err != nil {
		return err
	}
	upTo, most := schemas.Instant(h.random.IntN(14)-5), 1+h.random.IntN(20)
	var want []partition.Timer
	for key, row := range m.rows {
		if at := state.RowWake(row); at <= upTo {
			want = append(want, partition.Timer{At: at, Key: key})
		}
	}
	slices.SortFunc(want, func(a, b partition.Timer) int { return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(a.Key, b.Key)) })
	want = want[:min(most, len(want))]
	if got, err := h.s.Due(task, upTo, most); err != nil || !slices.Equal(got, want) {
		return fmt.Errorf("due at %d are %v, %w; want %v", upTo, got, err, want)
	}
	return nil
}

// list asks for keys, which writes.
func (h *history) list(task int32) error {
	m := h.now(task)
	keys := slices.Sorted(maps.Keys(m.rows))
	if h.random.IntN(2) == 0 {
		ofB := slices.DeleteFunc(keys, func(key string) bool { return !strings.HasPrefix(key, "b") })
		if got, err := h.s.Keys(task, "b"); err != nil || !slices.Equal(got, ofB) {
			return fmt.Errorf("keys with b are %v, %w; want %v", got, err, ofB)
		}
		return nil
	}
	from, most := fmt.Sprintf("b%d", h.random.IntN(6)), 1+h.random.IntN(5)
	tail := slices.DeleteFunc(keys, func(key string) bool { return key < from })
	tail = tail[:min(most, len(tail))]
	if got, err := h.s.From(task, from, most); err != nil || !slices.Equal(got, tail) {
		return fmt.Errorf("from %s on are %v, %w; want %v", from, got, err, tail)
	}
	return nil
}

// differs says how what can be read differs from the model.
func (m model) differs(s interface {
	partition.Rows
	Position(int32) (state.Position, bool, error)
}, task int32,
) error {
	if p, found, err := s.Position(task); err != nil || p.Changelog != m.n || found != (m.n > 0) {
		return fmt.Errorf("task %d is at %v, %v, %w; want %d", task, p, found, err, m.n)
	}
	for c := range 3 {
		for i := range 5 {
			key := fmt.Sprintf("%c%d", 'a'+c, i)
			if row, err := s.Get(task, key); err != nil || string(row) != string(m.rows[key]) {
				return fmt.Errorf("row %s is %q, %w; want %q", key, row, err, m.rows[key])
			}
		}
	}
	return nil
}
