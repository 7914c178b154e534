package disk_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/ebbstream/ebb/state/disk"
)

func TestAFolderHasOneOwner(t *testing.T) {
	for name, fs := range map[string]vfs.FS{"mem": vfs.NewMem(), "disk": vfs.Default} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			s, err := disk.Open(dir, disk.Options{FS: fs})
			if err != nil {
				t.Fatal(err)
			}
			for _, readOnly := range []bool{false, true} {
				_, err := disk.Open(dir, disk.Options{FS: fs, ReadOnly: readOnly})
				if !errors.Is(err, disk.ErrInUse) {
					t.Errorf("a second Open, ReadOnly %v: %v", readOnly, err)
				}
			}
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			if s, err = disk.Open(dir, disk.Options{FS: fs}); err != nil {
				t.Fatalf("opening what was closed: %v", err)
			}
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
		})
	}
}

func TestReadOnly(t *testing.T) {
	fs := vfs.NewMem()
	s, err := disk.Open("state", disk.Options{FS: fs})
	if err != nil {
		t.Fatal(err)
	}
	commit(t, s, func(b *disk.Batch) { b.PutProfile(1, "u", []byte("v"), never, never) })
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = open(t, disk.Options{FS: fs, ReadOnly: true})
	if got := profile(t, s, 1, "u"); got != "v" {
		t.Errorf("profile u is %q", got)
	}
	b := s.NewBatch()
	b.PutProfile(1, "u", []byte("w"), never, never)
	if err := b.Commit(false); !errors.Is(err, pebble.ErrReadOnly) {
		t.Errorf("a commit to a folder opened to be read: %v", err)
	}
	if got := profile(t, s, 1, "u"); got != "v" {
		t.Errorf("after a refused commit profile u is %q", got)
	}
	if _, err := disk.Open("nowhere", disk.Options{FS: fs, ReadOnly: true}); err == nil || !strings.Contains(err.Error(), "does not exist") {
		t.Errorf("opening a folder that is not there: %v", err)
	}
}
