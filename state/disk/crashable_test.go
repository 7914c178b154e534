package disk_test

import (
	"sync"

	"github.com/cockroachdb/pebble/v2/vfs"
)

// A crashable file system may be cloned while something is linked or a log is used again, at which Pebble's MemFS can come to a
// stop: it takes its two locks in another order in the one, and the same lock twice in the other.
type crashable struct {
	*vfs.MemFS
	lock sync.Mutex
}

func (f *crashable) Link(oldname, newname string) error {
	f.lock.Lock()
	defer f.lock.Unlock()
	return f.MemFS.Link(oldname, newname)
}

func (f *crashable) ReuseForWrite(oldname, newname string, category vfs.DiskWriteCategory) (vfs.File, error) {
	f.lock.Lock()
	defer f.lock.Unlock()
	return f.MemFS.ReuseForWrite(oldname, newname, category)
}

func (f *crashable) CrashClone(c vfs.CrashCloneCfg) *vfs.MemFS {
	f.lock.Lock()
	defer f.lock.Unlock()
	return f.MemFS.CrashClone(c)
}
