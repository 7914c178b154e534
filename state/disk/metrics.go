package disk

import "github.com/cockroachdb/pebble/v2"

// Metrics are figures about a store for whoever watches it.
type Metrics struct {
	DiskBytes     uint64 // all files of the folder, the log included
	MemtableBytes uint64 // memory of commits not yet in tables
	WALBytes      uint64 // of the files, the log
	CacheBytes    int64  // memory of the block cache
	CacheHits     int64
	CacheMisses   int64
	Flushes       int64
	Compactions   int64
	// ReadAmp is the number of places one look-up may have to go to: a backlog of compactions
	// shows here first.
	ReadAmp int
}

// Metrics returns the figures of now, or none after a fault.
func (s *Store) Metrics() Metrics {
	result := make(chan *pebble.Metrics, 1)
	err := s.fault.run(func() error {
		result <- s.db.Metrics()
		return nil
	})
	if err != nil {
		return Metrics{}
	}
	p := <-result
	return Metrics{
		DiskBytes:     p.DiskSpaceUsage(),
		MemtableBytes: p.MemTable.Size,
		WALBytes:      p.WAL.Size,
		CacheBytes:    p.BlockCache.Size,
		CacheHits:     p.BlockCache.Hits,
		CacheMisses:   p.BlockCache.Misses,
		Flushes:       p.Flush.Count,
		Compactions:   p.Compact.Count,
		ReadAmp:       p.ReadAmp(),
	}
}
