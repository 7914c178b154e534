package disk_test

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/ebbstream/ebb/schemas"
	"github.com/ebbstream/ebb/state"
	"github.com/ebbstream/ebb/state/disk"
)

const never = schemas.Never

// open opens the folder "state" and closes it when the test ends.
func open(t testing.TB, o disk.Options) *disk.Store {
	t.Helper()
	s, err := disk.Open("state", o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// commit commits what fill puts into a batch.
func commit(t testing.TB, s *disk.Store, fill func(*disk.Batch)) {
	t.Helper()
	b := s.NewBatch()
	fill(b)
	if err := errors.Join(b.Commit(false), b.Close()); err != nil {
		t.Fatal(err)
	}
}

// profile reads a profile, or "-" if there is none.
func profile(t testing.TB, s *disk.Store, task int32, id string) string {
	t.Helper()
	value, found, err := s.Profile(nil, task, id)
	if err != nil {
		t.Fatal(err)
	}
	if !found {
		return "-"
	}
	return string(value)
}

// profiles reads the profiles of a task as "id=value" in order.
func profiles(t testing.TB, s *disk.Store, task int32) []string {
	t.Helper()
	var all []string
	for p, err := range s.Profiles(task) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, p.ID+"="+string(p.Value))
	}
	return all
}

func TestWhatIsCommittedIsRead(t *testing.T) {
	for _, noWAL := range []bool{false, true} {
		t.Run(fmt.Sprintf("NoWAL=%v", noWAL), func(t *testing.T) {
			fs := vfs.NewMem()
			position := state.Position{
				Inputs:    []state.Input{{Topic: "orders", Partition: 3, Next: 12}},
				Changelog: 4, Watermark: -5,
			}
			s, err := disk.Open("state", disk.Options{FS: fs, NoWAL: noWAL})
			if err != nil {
				t.Fatal(err)
			}
			commit(t, s, func(b *disk.Batch) {
				b.PutProfile(3, "u2", []byte("two"), never, never)
				b.PutProfile(3, "u1", []byte("one"), never, never)
				b.PutProfile(3, "u3", nil, never, never)
				b.PutProfile(4, "u1", []byte("other"), never, never)
				b.SetPosition(3, position)
				b.SetPosition(1<<31-1, state.Position{})
				b.PutLayout(0xfeed, []byte("layout"))
			})
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			s = open(t, disk.Options{FS: fs, NoWAL: !noWAL}) // a folder may be opened either way
			want := []string{"u1=one", "u2=two", "u3="}
			if got := profiles(t, s, 3); !slices.Equal(got, want) {
				t.Errorf("profiles %q, want %q", got, want)
			}
			if got := profile(t, s, 4, "u1"); got != "other" {
				t.Errorf("profile u1 of task 4 is %q", got)
			}
			if got := profile(t, s, 5, "u1"); got != "-" {
				t.Errorf("profile u1 of task 5 is %q", got)
			}
			if got, found, err := s.Position(3); err != nil || !found || !reflect.DeepEqual(got, position) {
				t.Errorf("position %+v, %v, %v", got, found, err)
			}
			if _, found, err := s.Position(4); err != nil || found {
				t.Errorf("position of task 4: %v, %v", found, err)
			}
			if got, err := s.Tasks(); err != nil || !slices.Equal(got, []int32{3, 1<<31 - 1}) {
				t.Errorf("tasks %v, %v", got, err)
			}
			if got, found, err := s.Layout(0xfeed); err != nil || !found || string(got) != "layout" {
				t.Errorf("layout %q, %v, %v", got, found, err)
			}
			if _, found, err := s.Layout(0xbeef); err != nil || found {
				t.Errorf("layout beef: %v, %v", found, err)
			}
		})
	}
}

func TestProfileAppends(t *testing.T) {
	s := open(t, disk.Options{FS: vfs.NewMem()})
	commit(t, s, func(b *disk.Batch) { b.PutProfile(0, "u", []byte("cd"), never, never) })
	dst := append(make([]byte, 0, 16), "ab"...)
	for id, want := range map[string]string{"u": "abcd", "none": "ab"} {
		got, _, err := s.Profile(dst, 0, id)
		if err != nil || string(got) != want || &got[0] != &dst[0] {
			t.Errorf("%s: got %q, %v; want %q in the same array", id, got, err, want)
		}
	}
}

func TestBatchIsUsedAgain(t *testing.T) {
	s := open(t, disk.Options{FS: vfs.NewMem()})
	b := s.NewBatch()
	b.PutProfile(0, "a", []byte("dropped"), never, 5)
	b.Reset()
	for _, id := range []string{"b", "c"} {
		b.PutProfile(0, id, []byte(id), never, never)
		if b.Len() != 1 || b.Bytes() == 0 {
			t.Errorf("a batch with one row has Len %d and %d bytes", b.Len(), b.Bytes())
		}
		if err := b.Commit(true); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(b.Commit(true), b.Close()); err != nil {
		t.Errorf("committing an empty batch: %v", err)
	}
	if got, want := profiles(t, s, 0), []string{"b=b", "c=c"}; !slices.Equal(got, want) {
		t.Errorf("profiles %q, want %q", got, want)
	}
}

func TestDropTaskLeavesTheOthers(t *testing.T) {
	s := open(t, disk.Options{FS: vfs.NewMem()})
	tasks := []int32{0, 254, 255, 256, 1<<31 - 1}
	for _, task := range tasks {
		commit(t, s, func(b *disk.Batch) {
			b.PutProfile(task, "u", []byte("v"), never, 7)
			b.SetPosition(task, state.Position{})
		})
	}
	for i, task := range tasks {
		if err := s.DropTask(task); err != nil {
			t.Fatal(err)
		}
		left, err := s.Tasks()
		if err != nil || !slices.Equal(left, tasks[i+1:]) {
			t.Errorf("after dropping %d: tasks %v, %v", task, left, err)
		}
		for j, other := range tasks {
			due, err := s.Due(other, 7, 10)
			if there := j > i; err != nil || (len(due) == 1) != there || (profile(t, s, other, "u") == "v") != there {
				t.Errorf("after dropping %d: task %d has timers %v, profile %q, %v", task, other, due, profile(t, s, other, "u"), err)
			}
		}
	}
}
