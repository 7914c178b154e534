package partition

import "github.com/ebbstream/ebb/schemas"

// pass brings the watermark to where it is before the next record (SPEC section 5, point 7): of every source the greatest
// time of its earlier records, less the lateness, or the wall clock's once it is idle; of several the least; never past the
// wall clock's, so that one fast phone makes nobody else late; and never back.
func (p *Partition) pass(now schemas.Instant) {
	wall := now.Add(-p.c.Lateness)
	least := wall
	for _, in := range p.inputs {
		switch {
		case in.idle(p.c.IdleAfter):
		case in.own && in.clock == schemas.Earliest && in.atEnd(): // nobody has used it yet
		case in.loose: // what counts is when its events come back
		case in.clock == schemas.Earliest:
			return
		default:
			least = min(least, in.clock.Add(-p.c.Lateness))
		}
	}
	if least > p.watermark {
		p.watermark, p.stale = least, true
	}
}

// Watermark is how far the partition's event time has come; Earliest: nowhere yet.
func (p *Partition) Watermark() schemas.Instant { return p.watermark }

// Reach says how far the event time had come when what is repeated here was run: sources that were idle are in it.
func (p *Partition) Reach(watermark schemas.Instant) {
	if watermark > p.watermark {
		p.watermark, p.stale = watermark, true
	}
}
