package behind

import (
	"github.com/ebbstream/ebb/schemas"
	"github.com/ebbstream/ebb/state"
)

// A layer is what some commits of a task, one after the other, left: of each row the newest.
type layer struct {
	rows     []state.Row // Was is of the row below this layer
	wakes    []schemas.Instant
	at       map[string]int // the rows, by key
	position state.Position
	least    schemas.Instant // not after any of wakes
	bytes    int64           // that the commits had in the changelog, about
}

func newLayer(rows int) *layer {
	return &layer{rows: make([]state.Row, 0, rows), wakes: make([]schemas.Instant, 0, rows), at: make(map[string]int, rows), least: schemas.Never}
}

// overhead is what a record has in the changelog besides its key and value; as in memory, about.
const overhead = 64

// add puts the rows of a commit on top.
func (l *layer) add(rows []state.Row, position state.Position) (bytes int64) {
	for _, row := range rows {
		bytes += int64(len(row.Key) + len(row.Value) + overhead)
		wake := state.RowWake(row.Value)
		l.least = min(l.least, wake)
		if i, found := l.at[row.Key]; found {
			row.Was = l.rows[i].Was
			l.rows[i], l.wakes[i] = row, wake
			continue
		}
		l.at[row.Key] = len(l.rows)
		l.rows, l.wakes = append(l.rows, row), append(l.wakes, wake)
	}
	l.position = position
	l.bytes += bytes
	return bytes
}
