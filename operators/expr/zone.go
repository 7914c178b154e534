package expr

import (
	"archive/zip"
	"bytes"
	_ "embed"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ebbstream/ebb/schemas"
)

// The time zones come with the binary, not from the machine, so that a replay elsewhere gives the same local hours.
//
//go:generate cp $GOROOT/lib/time/zoneinfo.zip zoneinfo.zip
//go:embed zoneinfo.zip
var zoneinfo []byte

var zones = sync.OnceValue(func() map[string]*zip.File {
	r, err := zip.NewReader(bytes.NewReader(zoneinfo), int64(len(zoneinfo)))
	if err != nil {
		return nil
	}
	files := make(map[string]*zip.File, len(r.File))
	for _, f := range r.File {
		files[f.Name] = f
	}
	return files
})

// Zone is a time zone. It remembers the period between two changes of offset in which it was last asked.
type Zone struct {
	location *time.Location
	last     atomic.Pointer[period]
}

// period is a time in which the offset from UTC stays the same.
type period struct {
	from, to schemas.Instant
	offset   schemas.Instant
}

var (
	utc    = &Zone{location: time.UTC}
	loaded sync.Map // name → *Zone
)

// ZoneOf is the time zone of that IANA name; UTC if v names none.
func ZoneOf(v schemas.Value) *Zone {
	if z := zoneOf(v); z != nil {
		return z
	}
	return utc
}

func zoneOf(v schemas.Value) *Zone {
	if v.Kind() != schemas.String {
		return nil
	}
	name := v.Text()
	if zone, found := loaded.Load(name); found {
		return zone.(*Zone)
	}
	file := zones()[name]
	if file == nil {
		return nil // not remembered: there is no end of wrong names
	}
	location := load(name, file)
	if location == nil {
		return nil
	}
	zone, _ := loaded.LoadOrStore(name, &Zone{location: location})
	return zone.(*Zone)
}

func load(name string, file *zip.File) *time.Location {
	r, err := file.Open()
	if err != nil {
		return nil
	}
	defer r.Close()
	data, err := io.ReadAll(r)
	if err != nil {
		return nil
	}
	location, err := time.LoadLocationFromTZData(name, data)
	if err != nil {
		return nil
	}
	return location
}

// at is the period in which n lies.
func (z *Zone) at(n schemas.Instant) *period {
	if p := z.last.Load(); p != nil && p.from <= n && n < p.to {
		return p
	}
	t := n.Time().In(z.location)
	_, seconds := t.Zone()
	p := &period{schemas.Earliest, schemas.Never, schemas.Instant(seconds) * 1000}
	from, to := t.ZoneBounds()
	if !from.IsZero() {
		p.from = min(schemas.Instant(from.UnixMilli()), n)
	}
	if !to.IsZero() {
		// On the last day of a leap year Go ends the period at that day's begin (it counts 365 days): then an hour at a time.
		if p.to = schemas.Instant(to.UnixMilli()); p.to <= n {
			p.to = n - n%hour + hour
		}
	}
	z.last.Store(p)
	return p
}

// into is how far n is into its local hour or day, and how many of them lie between 1970 and its begin.
func (p *period) into(n, unit schemas.Instant) (into, whole schemas.Instant) {
	wall := n + p.offset
	into = ((wall % unit) + unit) % unit
	return into, (wall - into) / unit
}

const (
	hour = schemas.Instant(schemas.Hour)
	day  = schemas.Instant(schemas.Day)
)

// Hour is the local hour at n, 0 to 23.
func (z *Zone) Hour(n schemas.Instant) int {
	into, _ := z.at(n).into(n, day)
	return int(into / hour)
}

// Weekday is the local day of the week at n, 1 (Monday) to 7.
func (z *Zone) Weekday(n schemas.Instant) int {
	_, days := z.at(n).into(n, day)
	return int(((days+3)%7+7)%7) + 1 // 1970 began on a Thursday
}

// NextHour is the first instant after n at which the local hour may be another one: the next full local hour, or the
// next change of offset.
func (z *Zone) NextHour(n schemas.Instant) schemas.Instant { return z.at(n).next(n, hour) }

// NextDay is the same for the local day.
func (z *Zone) NextDay(n schemas.Instant) schemas.Instant { return z.at(n).next(n, day) }

// Clock is the local time of day at n, and until when the offset from UTC stays what it is: Never, if for good.
func (z *Zone) Clock(n schemas.Instant) (timeOfDay schemas.Duration, until schemas.Instant) {
	p := z.at(n)
	into, _ := p.into(n, day)
	return schemas.Duration(into), p.to
}

func (p *period) next(n, unit schemas.Instant) schemas.Instant {
	into, _ := p.into(n, unit)
	return min(n+unit-into, p.to)
}
