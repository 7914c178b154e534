package live

import (
	"fmt"
	"time"
)

// An Event is something that happened to a member; its text is for a log.
type Event interface{ fmt.Stringer }

// Joined says that a session has begun.
type Joined struct{ Instance, Member string }

// Assigned says which tasks were gained; until each is restored, it is not folded.
type Assigned struct{ Tasks []int32 }

// Restoring says how far the restore of a task has come, now and then.
type Restoring struct {
	Task    int32
	At, End int64 // offsets of the changelog
}

// Restored says that a task was gained, and that its state is there.
type Restored struct {
	Task     int32
	From, To int64 // offsets of the changelog
	Records  int
	Anew     bool // the local state was of no use
	Took     time.Duration
}

// Released says that a task was given up.
type Released struct{ Task int32 }

// Moved says that the group's offsets are behind the position of a task: they expired, or somebody reset them.
// The position counts, because the state holds what lies before it.
type Moved struct {
	Task      int32
	Topic     string
	Partition int32
	Offset    int64 // of the group
	Position  int64
}

// Gone says that a source has deleted records that a task had not read yet: it goes on at the first that is left.
type Gone struct {
	Task      int32
	Topic     string
	Partition int32
	Position  int64 // the first that is gone
	Start     int64 // the first that is left
}

// Committed says that a transaction was committed and is in the store.
type Committed struct {
	Tasks, Records int
	Took           time.Duration
	Batches        map[int32]*Batch // by task; they are not to be changed
}

// Orphaned says that a task had no owner, and that the group is asked to share out anew.
type Orphaned struct{ Tasks []int32 }

// Ended says that a session has ended before its time; the next one begins after Pause.
type Ended struct {
	Err   error
	Pause time.Duration
}

func (e Joined) String() string   { return fmt.Sprintf("joined as %s (%s)", e.Instance, e.Member) }
func (e Assigned) String() string { return fmt.Sprintf("gained tasks %v", e.Tasks) }
func (e Restoring) String() string {
	return fmt.Sprintf("task %d has followed the changelog to offset %d of %d", e.Task, e.At, e.End)
}
func (e Restored) String() string {
	return fmt.Sprintf("task %d restored: %d records, changelog offsets %d to %d, anew: %v, in %v", e.Task, e.Records, e.From, e.To, e.Anew, e.Took)
}
func (e Released) String() string { return fmt.Sprintf("task %d released", e.Task) }
func (e Moved) String() string {
	return fmt.Sprintf("task %d goes on at offset %d of %s partition %d, where its state ends; the group's offset is %d", e.Task, e.Position, e.Topic, e.Partition, e.Offset)
}
func (e Gone) String() string {
	return fmt.Sprintf("offsets %d to %d of %s partition %d were deleted before they were read, and are lost; going on after them", e.Position, e.Start-1, e.Topic, e.Partition)
}
func (e Committed) String() string {
	return fmt.Sprintf("committed %d records of %d tasks in %v", e.Records, e.Tasks, e.Took)
}
func (e Orphaned) String() string {
	return fmt.Sprintf("tasks %v have no owner; asking the group to rebalance", e.Tasks)
}
func (e Ended) String() string {
	return fmt.Sprintf("session over: %v; the next one in %v", e.Err, e.Pause)
}
