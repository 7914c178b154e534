package main

import (
	"errors"
	"fmt"
	"os"
	"syscall"

	"github.com/ebbstream/ebb/pipeline/behind"
	"github.com/ebbstream/ebb/state/disk"
)

// openState opens the state folder, and makes it if there is none.
func openState(s *settings) (*disk.Store, error) {
	if err := os.MkdirAll(s.State.Dir, 0o750); err != nil {
		return nil, fmt.Errorf("making the state folder: %w", err)
	}
	store, err := disk.Open(s.State.Dir, disk.Options{Cache: int64(s.State.Cache) / 8})
	if errors.Is(err, disk.ErrInUse) {
		return nil, fmt.Errorf("%w: stop that one, or give this one a state.dir of its own", err)
	}
	return store, err
}

// closeState writes what is not in the folder yet, and gives it up. Of a store that has failed before there is nothing more to say.
func closeState(store *disk.Store, rows *behind.Store) error {
	failed := store.Err()
	err := errors.Join(rows.Close(), store.Close())
	if failed != nil {
		return nil
	}
	return err
}

// withRoom says what to do about a disk that takes no more.
func withRoom(dir string, err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || errors.Is(err, syscall.EFBIG) {
		return fmt.Errorf("%w; make room for %s and start again: what was committed is in the changelog, and nothing is lost or done twice", err, dir)
	}
	return err
}
