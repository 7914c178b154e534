package catalog

import (
	"github.com/ebbstream/ebb/operators/expr"
	"github.com/ebbstream/ebb/schemas"
)

// The sizes below are those of a profile's bytes as the state folder and the changelog have them, before compression,
// when every limit is reached. Two things no limit holds are set to what is usual: a text (an id, a value of a field) has 31
// bytes, and an exact sum has three parts, which is so while its numbers are less than 2^106 apart in size. A decoded
// profile takes three to four times as much memory.
const (
	textBytes     = 32 // with its length
	instantBytes  = 6
	numberBytes   = 8
	countBytes    = 5 // up to 17 billion
	sumBytes      = countBytes + 1 + 3*numberBytes
	markBytes     = instantBytes + 2*textBytes + 1 // time, source and id
	registerBytes = markBytes + textBytes + 1      // mark and value
	cellBytes     = 4                              // number and length
)

// A purchase model with `per: day` remembers every day with an event; so many are counted.
const purchaseDays = 10 * 365

// aggregateBytes is what an aggregate takes of one profile at most.
func (c *Catalog) aggregateBytes(a *expr.Aggregate) int64 {
	keep := int64(a.Keep)
	switch a.Kept {
	case expr.KeptCount:
		return cellBytes + countBytes
	case expr.KeptTimes:
		return cellBytes + timesBytes(keep, a.Window, 0)
	case expr.KeptSum:
		return cellBytes + sumBytes
	case expr.KeptNumbers:
		return cellBytes + timesBytes(keep, a.Window, numberBytes)
	case expr.KeptMin, expr.KeptMax:
		switch {
		case a.Window == 0:
			return cellBytes + 2 + numberBytes
		case a.Keep == 0:
			return Unbounded // each number may be less extreme than the one before: then all in the window are kept
		}
		return cellBytes + timesBytes(keep, a.Window, numberBytes)
	case expr.KeptDistinct:
		return cellBytes + 3 + keep*(textBytes+1+instantBytes)
	case expr.KeptFirst, expr.KeptLast:
		return cellBytes + registerBytes
	case expr.KeptPeriod:
		return cellBytes + 2*instantBytes
	case expr.KeptDecay:
		return cellBytes + instantBytes + numberBytes
	case expr.KeptAffinity:
		return cellBytes + 3 + keep*(textBytes+instantBytes+numberBytes)
	case expr.KeptFollow:
		return cellBytes + 1 + 2*instantBytes + timesBytes(keep, c.setting.Time.Accept, 0)
	case expr.KeptPending:
		const never = 10 // an instant that never was
		return cellBytes + 3 + keep*(1+textBytes+instantBytes+never)
	}
	if a.PerDay {
		return cellBytes + 3 + purchaseDays*(2+sumBytes)
	}
	return cellBytes + countBytes + markBytes + numberBytes + instantBytes + sumBytes
}

// timesBytes is a list of n times within a span, each with so many bytes more. Times are written as differences, so
// what counts is how far apart they are on average.
func timesBytes(n int64, span schemas.Duration, more int64) int64 {
	gap := 2 * float64(span) / float64(max(n, 1))
	return 3 + instantBytes + int64(float64(n)*(varintBytes(gap)+float64(more))+0.5)
}

// varintBytes is how long numbers of that mean are on average at most: k bytes suffice below 2^7k, and between these
// steps the worst mixture is linear.
func varintBytes(mean float64) float64 {
	low := 0.0
	for k := 1.0; ; k++ {
		high := float64(uint64(1) << (7 * uint(k)))
		if mean < high || k == 9 {
			return k + (mean-low)/(high-low)
		}
		low = high
	}
}

// sessionBytes is the cell of sessions: those that events within lateness may still change, and the starts of ended ones.
func (c *Catalog) sessionBytes() int64 {
	const types = 8 // of events in one session
	visit := int64(instantBytes + 3*textBytes + 4 + len(c.blocks.Sessions.Keep)*(1+2*textBytes))
	firsts, window := int64(0), schemas.Duration(0)
	for _, call := range c.Plan.Calls {
		switch call.Func {
		case expr.FuncSessionFirst:
			firsts++
		case expr.FuncSessions:
			window = max(window, call.Window)
		}
	}
	one := 2*instantBytes + types*(2+countBytes) + 2*visit + firsts*(2+registerBytes)
	open := int64(2 + c.setting.Time.Lateness/max(c.blocks.Sessions.Gap, 1))
	total := cellBytes + countBytes + 3 + open*one
	if window > 0 {
		// Starts are further apart than the gap.
		total += timesBytes(min(int64(c.setting.Limits.Events), int64(window/max(c.blocks.Sessions.Gap, 1))+1), window, 0)
	}
	return total
}
