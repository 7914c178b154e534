package expr

import (
	"testing"
	"time"

	"github.com/ebbstream/ebb/schemas"
)

// TestLocalTime: hours and weekdays equal package time's over ten years, quarter by quarter of an hour, in zones with
// summer time, half hours and none; and no hour is passed over by NextHour, no day by NextDay.
func TestLocalTime(t *testing.T) {
	for _, name := range []string{"UTC", "America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Kathmandu", "America/St_Johns", "Mars/Base"} {
		zone := ZoneOf(schemas.StringValue(name))
		location, err := time.LoadLocation(name)
		if err != nil {
			location = time.UTC
		}
		start, end := schemas.Instant(1767225600000), schemas.Instant(2082758400000)
		hourEnds, dayEnds := start, start
		lastHour, lastDay := -1, -1
		for n := start; n < end; n += 15 * 60 * 1000 {
			local := n.Time().In(location)
			hour, day := zone.Hour(n), zone.Weekday(n)
			if hour != local.Hour() || day != (int(local.Weekday())+6)%7+1 {
				t.Fatalf("%s at %s: hour %d, weekday %d", name, local, hour, day)
			}
			if n < hourEnds && hour != lastHour || n < dayEnds && day != lastDay {
				t.Fatalf("%s: a change before %s was passed over", name, local)
			}
			lastHour, lastDay = hour, day
			hourEnds, dayEnds = zone.NextHour(n), zone.NextDay(n)
			if hourEnds <= n || dayEnds <= n || hourEnds > n+schemas.Instant(schemas.Hour) {
				t.Fatalf("%s at %s: next hour %s, next day %s", name, local, hourEnds, dayEnds)
			}
		}
	}
}
