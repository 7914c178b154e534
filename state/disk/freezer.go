package disk

import (
	"errors"
	"fmt"
	"io"
	iofs "io/fs"
	"os"
	"strings"

	"github.com/cockroachdb/pebble/v2/vfs"
)

// A freezer is a file system that stops at the first write that fails: the goroutine which met the
// error, and every one that writes after it, is held for ever. To the disk this is a crash at that
// instant, which the store is built to survive; and Pebble never sees the error, on which it would
// retry without a pause (a failed flush), panic with its mutex unlocked twice, which no recover can
// catch (a log that cannot be rotated), or end the process (a failed manifest).
//
// Errors of reads pass: they leave the disk as it is, and who asked is told.
type freezer struct {
	vfs.FS
	fault *fault
}

// write does op unless a fault has occurred, and holds the goroutine for ever if there is a fault.
func (f *freezer) write(op func() error) {
	if f.fault.get() == nil {
		err := op()
		if err == nil {
			return
		}
		f.fault.set(err)
	}
	select {}
}

func (f *freezer) Unwrap() vfs.FS { return f.FS }

func (f *freezer) open(op func() (vfs.File, error)) (vfs.File, error) {
	var file vfs.File
	f.write(func() (err error) { file, err = op(); return err })
	return &frozenFile{File: file, freezer: f}, nil
}

// Create syncs the folder before it makes one of Pebble's markers, whose name says which manifest is
// in force. Pebble syncs it afterwards only: a crash may then keep the marker and lose the manifest.
func (f *freezer) Create(name string, category vfs.DiskWriteCategory) (vfs.File, error) {
	if strings.HasPrefix(f.PathBase(name), "marker.") {
		if err := f.syncDir(f.PathDir(name)); err != nil {
			return nil, err
		}
	}
	return f.open(func() (vfs.File, error) { return f.FS.Create(name, category) })
}

func (f *freezer) OpenReadWrite(name string, category vfs.DiskWriteCategory, opts ...vfs.OpenOption) (vfs.File, error) {
	return f.open(func() (vfs.File, error) { return f.FS.OpenReadWrite(name, category, opts...) })
}

func (f *freezer) ReuseForWrite(oldname, newname string, category vfs.DiskWriteCategory) (vfs.File, error) {
	return f.open(func() (vfs.File, error) { return f.FS.ReuseForWrite(oldname, newname, category) })
}

func (f *freezer) syncDir(name string) error {
	dir, err := f.OpenDir(name)
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

// OpenDir may fail, as a read: a folder is opened to look whether it is there. Its syncs may not.
func (f *freezer) OpenDir(name string) (vfs.File, error) {
	dir, err := f.FS.OpenDir(name)
	if err != nil {
		return nil, err
	}
	return &frozenFile{File: dir, freezer: f}, nil
}

// Link copies where the file system has no links; a link that cannot be made leaves the disk as it is.
func (f *freezer) Link(oldname, newname string) (err error) {
	f.write(func() error { err = f.FS.Link(oldname, newname); return nil })
	if err == nil {
		return nil
	}
	return vfs.Copy(f, oldname, newname)
}

func (f *freezer) Rename(oldname, newname string) error {
	f.write(func() error { return f.FS.Rename(oldname, newname) })
	return nil
}

func (f *freezer) MkdirAll(dir string, perm os.FileMode) error {
	f.write(func() error { return f.FS.MkdirAll(dir, perm) })
	return nil
}

// Lock says whose fault it is. A lock file that cannot be made is another matter.
func (f *freezer) Lock(name string) (io.Closer, error) {
	lock, err := f.FS.Lock(name)
	var path *iofs.PathError
	if err != nil && !errors.As(err, &path) {
		return nil, fmt.Errorf("%w (%w)", ErrInUse, err)
	}
	return lock, err
}

// A frozenFile is a file whose writes are its freezer's.
type frozenFile struct {
	vfs.File
	freezer *freezer
}

func (f *frozenFile) Write(p []byte) (n int, err error) {
	f.freezer.write(func() error { n, err = f.File.Write(p); return err })
	return n, nil
}

func (f *frozenFile) WriteAt(p []byte, off int64) (n int, err error) {
	f.freezer.write(func() error { n, err = f.File.WriteAt(p, off); return err })
	return n, nil
}

func (f *frozenFile) Preallocate(off, length int64) error {
	f.freezer.write(func() error { return f.File.Preallocate(off, length) })
	return nil
}

func (f *frozenFile) Sync() error {
	f.freezer.write(f.File.Sync)
	return nil
}

func (f *frozenFile) SyncData() error {
	f.freezer.write(f.File.SyncData)
	return nil
}

func (f *frozenFile) SyncTo(length int64) (full bool, err error) {
	f.freezer.write(func() error { full, err = f.File.SyncTo(length); return err })
	return full, nil
}

func (f *frozenFile) Close() error {
	f.freezer.write(f.File.Close)
	return nil
}
