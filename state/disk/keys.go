package disk

import (
	"encoding/binary"
	"errors"

	"github.com/ebbstream/ebb/schemas"
)

// The first byte of a key is its kind. Within a kind of a task's rows the task comes next, so that
// all rows of that kind of a task are one range.
const (
	kindLayout   = 'l' // hash -> layout
	kindMeta     = 'm' // name -> value
	kindPosition = 'o' // task -> position
	kindProfile  = 'p' // task, id -> profile
	kindTimer    = 't' // task, instant, id -> nothing
	kindWake     = 'w' // task, id -> instant, of a task that is being loaded; and task -> nothing
)

const (
	taskLen   = 1 + 4       // kind, task
	timerLen  = taskLen + 8 // kind, task, instant
	layoutLen = 1 + 8       // kind, hash
)

// taskKinds are the kinds whose rows belong to a task.
var taskKinds = [...]byte{kindPosition, kindProfile, kindTimer, kindWake}

// appendTask appends what all keys of one kind and task begin with. Tasks are never negative, so
// big-endian order is their order, and task+1 is the end of task's range.
func appendTask(key []byte, kind byte, task uint32) []byte {
	return binary.BigEndian.AppendUint32(append(key, kind), task)
}

func appendProfile(key []byte, task int32, id string) []byte {
	return append(appendTask(key, kindProfile, uint32(task)), id...)
}

func appendTimer(key []byte, task int32, at schemas.Instant, id string) []byte {
	return append(appendInstant(appendTask(key, kindTimer, uint32(task)), at), id...)
}

func appendLayout(key []byte, hash uint64) []byte {
	return binary.BigEndian.AppendUint64(append(key, kindLayout), hash)
}

// appendInstant appends an instant so that its bytes are in the order of time, also before 1970.
func appendInstant(b []byte, at schemas.Instant) []byte {
	return binary.BigEndian.AppendUint64(b, uint64(at)^1<<63)
}

func instantOf(b []byte) schemas.Instant { return schemas.Instant(binary.BigEndian.Uint64(b) ^ 1<<63) }

// timerOf reads a timer back from its key.
func timerOf(key []byte) (Timer, error) {
	if len(key) < timerLen {
		return Timer{}, errors.New("timer key is too short")
	}
	return Timer{At: instantOf(key[taskLen:]), ID: string(key[timerLen:])}, nil
}

// bounds is the range of all rows of one kind of a task.
func bounds(kind byte, task int32) (lower, upper []byte) {
	return appendTask(nil, kind, uint32(task)), appendTask(nil, kind, uint32(task)+1)
}
