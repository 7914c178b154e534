package disk

import (
	"runtime"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/bloom"
	"github.com/cockroachdb/pebble/v2/sstable"
	"github.com/cockroachdb/pebble/v2/vfs"
)

// Options are what a node may choose about its store. The zero value is the default.
type Options struct {
	FS       vfs.FS // vfs.Default if nil
	ReadOnly bool   // look at the folder of a stopped node; every write is an error

	Cache    int64 // bytes of decompressed table blocks kept in memory; 64 MiB if 0
	Memtable int   // bytes written before they are sorted into a table; 64 MiB if 0

	// NoWAL leaves out Pebble's own log, which costs the engine a twentieth of its rate. A crash then
	// takes all commits since the last flush, still in order, and they are read again from the
	// changelog: so whoever sets it bounds that by calling Flush.
	NoWAL bool

	Events *pebble.EventListener // told of flushes, compactions, write stalls; may be nil
}

const (
	defaultCache    = 64 << 20
	defaultMemtable = 64 << 20
)

// pebbleFormat is Pebble's own version of the files. It is named, and not "the newest", so that a
// new Pebble does not by itself make folders that the last release of ebb cannot open.
const pebbleFormat = pebble.FormatTableFormatV6

// comparer orders keys as bytes. Pebble writes its name into every folder and opens no folder with
// another name: so what other programs keep in Pebble is refused before anything of it is touched.
var comparer = func() *pebble.Comparer {
	c := *pebble.DefaultComparer
	c.Name = "ebb.state"
	return &c
}()

func (o Options) pebble(f *fault) *pebble.Options {
	fs := o.FS
	if fs == nil {
		fs = vfs.Default
	}
	events := f.listener()
	if o.Events != nil {
		events = pebble.TeeEventListener(events, *o.Events)
	}
	p := &pebble.Options{
		FS:                 &freezer{FS: fs, fault: f},
		ReadOnly:           o.ReadOnly,
		DisableWAL:         o.NoWAL,
		Comparer:           comparer,
		FormatMajorVersion: pebbleFormat,
		Logger:             logger{f},
		EventListener:      &events,

		CacheSize: o.Cache,
		// 64 MiB and not Pebble's 4: the same profiles change again and again, and what is overwritten
		// in memory is never flushed or compacted. 16 MiB cost a quarter of the engine's rate.
		MemTableSize: uint64(o.Memtable),
		// Four, so that a flush on a slow disk does not stop the commits beside it.
		MemTableStopWritesThreshold: 4,

		// A commit waits for nothing but memtables. Reads of L0 stay cheap all the same, since
		// every table has a filter; profiles are read through a cache of rows anyway.
		L0CompactionThreshold: 4,
		L0StopWritesThreshold: 64,
		// The first level below L0 may hold a few memtables: a smaller one is compacted into the
		// next level at every flush.
		LBaseMaxBytes: 4 * int64(o.Memtable),
		// A second compaction starts when the first falls behind; more would take cores from folding.
		CompactionConcurrencyRange: func() (lower, upper int) { return 1, max(1, min(3, runtime.GOMAXPROCS(0)/2)) },
	}
	// Tables that overlap a memtable wait for its flush. Else they would be noted in the log, which without a log a crash
	// takes away, and with one it can leave in a state that Pebble does not open.
	p.Experimental.DisableIngestAsFlushable = func() bool { return true }
	if p.CacheSize == 0 {
		p.CacheSize = defaultCache
	}
	p.CacheSize += 2 * int64(o.Memtable) // Pebble takes what its memtables hold out of the cache: of 64 MiB one leaves nothing
	// 16 MiB, and not 2: a state folder is tables by the dozen, not by the hundred, each with a filter, an index and two syncs of its own.
	for i := range p.TargetFileSizes {
		p.TargetFileSizes[i] = 16 << 20
	}
	for i := range p.Levels {
		// With 10 bits a key, one in a hundred look-ups of an absent key reads a block in vain. Many
		// profiles that are asked for are new, so absent. See Reader for the last level.
		p.Levels[i].FilterPolicy = bloom.FilterPolicy(10)
		p.Levels[i].Compression = compression(i)
	}
	return p
}

// compression leaves the upper levels alone: their blocks are soon rewritten. At the bottom, where
// most of the bytes come to lie, it is snappy: of profiles of 300 bytes, half of them random ids, it
// leaves 229 bytes where none leaves 318, for a fifth more time while a million are first written and
// none that could be measured afterwards. Zstd leaves 203, for four fifths more.
func compression(level int) func() *sstable.CompressionProfile {
	return func() *sstable.CompressionProfile {
		if level < bottomLevel {
			return sstable.NoCompression
		}
		return sstable.SnappyCompression
	}
}

const bottomLevel = 6
