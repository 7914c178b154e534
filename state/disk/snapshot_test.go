package disk_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/ebbstream/ebb/state/disk"
)

func TestReaderIsASnapshot(t *testing.T) {
	s := open(t, disk.Options{FS: vfs.NewMem()})
	commit(t, s, func(b *disk.Batch) { b.PutProfile(1, "u1", []byte("old"), never, never) })
	r, err := s.Reader()
	if err != nil {
		t.Fatal(err)
	}
	commit(t, s, func(b *disk.Batch) {
		b.PutProfile(1, "u1", []byte("new"), never, never)
		b.PutProfile(1, "u10", []byte("later"), never, never)
	})
	if err := s.Flush(); err != nil {
		t.Fatal(err)
	}
	for id, want := range map[string]string{"u1": "+old", "u10": "+", "u": "+"} {
		got, found, err := r.Profile([]byte("+"), 1, id)
		if err != nil || string(got) != want || found != (id == "u1") {
			t.Errorf("%s: got %q, %v, %v; want %q", id, got, found, err, want)
		}
	}
	if err := r.Close(); err != nil {
		t.Error(err)
	}
}

func TestIterationIsASnapshot(t *testing.T) {
	s := open(t, disk.Options{FS: vfs.NewMem()})
	write := func(value string) {
		commit(t, s, func(b *disk.Batch) {
			for _, id := range []string{"a", "b", "c"} {
				b.PutProfile(0, id, []byte(value), never, never)
			}
		})
	}
	write("old")
	var got []string
	for p, err := range s.Profiles(0) {
		if err != nil {
			t.Fatal(err)
		}
		if p.ID == "a" {
			write("new")
			if err := errors.Join(s.DropTask(0), s.Flush()); err != nil {
				t.Fatal(err)
			}
		}
		got = append(got, p.ID+"="+string(p.Value))
		if p.ID == "b" {
			break
		}
	}
	if want := []string{"a=old", "b=old"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := profiles(t, s, 0); len(got) != 0 {
		t.Errorf("after the drop there is still %q", got)
	}
}
