package partition_test

import (
	"fmt"
	"testing"
)

// TestReady: what waits for another source is not ready to be folded, however much it is; what was only not folded yet is.
func TestReady(t *testing.T) {
	b := newBench(t, nil, "clicks", "views")
	fold := func(most, ready, clicks int) {
		t.Helper()
		if _, err := b.p.Fold(b.now, most); err != nil {
			t.Fatal(err)
		}
		if n, unread := b.p.Ready(), b.p.Unread("clicks", 0); n != ready || unread != clicks {
			t.Fatalf("%d are ready and %d clicks unread, not %d and %d", n, unread, ready, clicks)
		}
	}
	b.known = true // the ends are those said here
	b.p.Confirm("clicks", 0, 4, b.now)
	b.p.Confirm("views", 0, 2, b.now) // two are still to come: clicks wait for them
	for i := range 4 {
		b.push("clicks", fmt.Sprint("c", i), "p", "u1", fmt.Sprintf("10:0%d:00", i))
	}
	fold(100, 0, 4)
	b.push("views", "v0", "p", "u2", "10:01:30")
	fold(1, 5, 4)   // one of them is folded, and lies there until the next is looked at
	fold(1, 4, 3)   // another
	fold(100, 0, 2) // all up to the view: what is later waits for the next one
	b.push("views", "v1", "p", "u2", "10:05:00")
	fold(100, 0, 0)
	b.want(b.commit(), "segment-changes u1 segment.entered 10:00:00", "segment-changes u2 segment.entered 10:01:30")
}
