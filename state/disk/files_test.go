package disk_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/ebbstream/ebb/state/disk"
)

// What happens to the files, in order, when a folder is made, two commits follow and it is closed:
// what is made, locked, renamed and synced, the steps of Pebble's own format left out. The folder is
// synced between a manifest and the marker that names it; a commit without sync waits for no file.
const filesGolden = `-- open
sync: .
lock: state/LOCK
create: state/MANIFEST-000001
sync: state/MANIFEST-000001
sync: state
create: state/marker.manifest.000001.MANIFEST-000001
sync: state
create: state/000002.log
sync: state
create: state/temporary.000003.dbtmp
sync: state/temporary.000003.dbtmp
rename: state/temporary.000003.dbtmp -> state/OPTIONS-000003
sync: state
sync-data: state/000002.log
-- commit, sync false
-- commit, sync true
sync-data: state/000002.log
-- close
sync-data: state/000002.log`

func TestFilesGolden(t *testing.T) {
	var log struct {
		sync.Mutex
		lines []string
	}
	printf := func(format string, args ...any) {
		log.Lock()
		defer log.Unlock()
		log.lines = append(log.lines, fmt.Sprintf(format, args...))
	}
	printf("-- open")
	s, err := disk.Open("state", disk.Options{FS: vfs.WithLogging(vfs.NewMem(), printf)})
	if err != nil {
		t.Fatal(err)
	}
	b := s.NewBatch()
	for _, sync := range []bool{false, true} {
		printf("-- commit, sync %v", sync)
		b.PutProfile(1, "u", []byte("v"), never, never)
		if err := b.Commit(sync); err != nil {
			t.Fatal(err)
		}
	}
	printf("-- close")
	if err := errors.Join(b.Close(), s.Close()); err != nil {
		t.Fatal(err)
	}

	lines := slices.DeleteFunc(log.lines, func(line string) bool {
		op, _, _ := strings.Cut(line, ":")
		return !strings.HasPrefix(line, "--") && !slices.Contains([]string{"create", "lock", "rename", "sync", "sync-data"}, op) ||
			strings.Contains(line, "format-version")
	})
	if got := strings.Join(slices.Compact(lines), "\n"); got != filesGolden {
		t.Errorf("got\n%s\nwant\n%s", got, filesGolden)
	}
}
