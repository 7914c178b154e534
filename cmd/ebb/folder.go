package main

import (
	"github.com/ebbstream/ebb/operators/catalog"
	"github.com/ebbstream/ebb/pipeline"
	"github.com/ebbstream/ebb/pipeline/partition"
	"github.com/ebbstream/ebb/state"
	"github.com/ebbstream/ebb/state/disk"
)

// readFolder reads a profile from the state folder of a stopped node or of a replay, which write profiles each in its own form.
func readFolder(dir string, c *catalog.Catalog, id string) (*state.Profile, error) {
	p, found, err := readStopped(dir, c, id)
	if found || err != nil {
		return p, err
	}
	return pipeline.ReadProfile(dir, c, id)
}

// readStopped reads it if the folder is that of a node.
func readStopped(dir string, c *catalog.Catalog, id string) (p *state.Profile, ours bool, err error) {
	store, err := disk.Open(dir, disk.Options{ReadOnly: true})
	if err != nil {
		return nil, false, err
	}
	defer store.Close()
	tasks, err := store.Tasks()
	if err != nil {
		return nil, false, err
	}
	rows := partition.Disk{Store: store}
	reader := partition.NewReader(c, rows)
	for _, task := range tasks {
		wrote, err := partition.Wrote(task, rows)
		if err != nil {
			return nil, false, err
		}
		if !wrote {
			continue
		}
		ours = true
		p, err := reader.Read(task, id)
		if err == nil && p.Alive {
			return p, true, nil
		}
		if err != nil && err != partition.ErrNoProfile {
			return nil, true, err
		}
	}
	if ours {
		return nil, true, partition.ErrNoProfile
	}
	return nil, false, nil
}
