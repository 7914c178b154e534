package expr

import (
	"archive/zip"
	"bytes"
	_ "embed"
	"io"
	"sync"
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

var loaded sync.Map // name → *time.Location, nil for an unknown one

// Zone is the time zone of that IANA name; nil if v names none.
func Zone(v schemas.Value) *time.Location {
	if v.Kind() != schemas.String {
		return nil
	}
	name := v.Text()
	if zone, found := loaded.Load(name); found {
		return zone.(*time.Location)
	}
	file := zones()[name]
	if file == nil {
		return nil // not remembered: there is no end of wrong names
	}
	zone := load(name, file)
	loaded.Store(name, zone)
	return zone
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
	zone, err := time.LoadLocationFromTZData(name, data)
	if err != nil {
		return nil
	}
	return zone
}

// LocalHour is the hour, 0 to 23, and LocalWeekday the day, 1 (Monday) to 7, at n in a zone; nil is UTC.
func LocalHour(n schemas.Instant, zone *time.Location) int { return local(n, zone).Hour() }

// LocalWeekday is the day of the week, 1 (Monday) to 7.
func LocalWeekday(n schemas.Instant, zone *time.Location) int {
	return (int(local(n, zone).Weekday())+6)%7 + 1
}

func local(n schemas.Instant, zone *time.Location) time.Time {
	if zone == nil {
		return n.Time()
	}
	return n.Time().In(zone)
}

// NextLocalHour is the first instant after n at which the local hour may be another one: the next full local hour, or
// the next change of the zone's offset.
func NextLocalHour(n schemas.Instant, zone *time.Location) schemas.Instant {
	t := local(n, zone)
	_, offset := t.Zone()
	const hour = int64(schemas.Hour)
	wall := int64(n) + int64(offset)*1000
	into := ((wall % hour) + hour) % hour
	next := n + schemas.Instant(hour-into)
	if _, end := t.ZoneBounds(); !end.IsZero() {
		if change := schemas.Instant(end.UnixMilli()); change > n && change < next {
			next = change
		}
	}
	return next
}
