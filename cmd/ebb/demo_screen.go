package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"time"

	tty "golang.org/x/term"

	"github.com/ebbstream/ebb/pipeline/demo"
	"github.com/ebbstream/ebb/schemas"
)

// screen shows a demo: on a terminal as a picture that is drawn over itself, elsewhere as lines.
type screen struct {
	out    io.Writer
	speed  float64
	broker string
	http   string // empty: it is not told
	dir    string
	feed   *demo.Feed
	seen   *seen

	terminal int // its descriptor; -1: there is none
	drawn    int // lines of the picture on the terminal
	lines    []happening
	rate     float64 // events a second
	rated    struct {
		at   time.Time
		sent int64
	}
}

const (
	drawEvery = 250 * time.Millisecond
	newsEvery = 2 // pictures: as fast as a person reads
	rateEvery = 2 * time.Second
)

// begin says what is going to be seen.
func (v *screen) begin() {
	v.terminal = -1
	if file, ok := v.out.(*os.File); ok && tty.IsTerminal(int(file.Fd())) {
		v.terminal = int(file.Fd())
	}
	v.rated.at, v.rated.sent = time.Now(), v.feed.Sent()
	if v.rated.sent > 0 {
		fmt.Fprintf(v.out, "Going on where it stopped, at %s, after %d events (remove %s to begin anew).\n", date(v.feed.Now()), v.rated.sent, v.dir)
	} else {
		fmt.Fprintf(v.out, "A shop opens: %d made-up shoppers, %s of their time a second, from %s on.\n", demoShoppers, v.flies(), date(v.feed.Now()))
	}
	fmt.Fprintf(v.out, "While it runs, any Kafka tool reads it: kcat -b %s -C -q -t shop.segment-changes\n", v.broker)
	if v.http != "" {
		fmt.Fprintf(v.out, "And it answers: curl %s/profiles/anna-01\n", v.http)
	}
	fmt.Fprintln(v.out)
}

// run draws until ctx is done.
func (v *screen) run(ctx context.Context) error {
	ticks := time.NewTicker(drawEvery)
	defer ticks.Stop()
	for n := 1; ; n++ {
		select {
		case <-ticks.C:
		case <-ctx.Done():
			return nil
		}
		v.measure()
		if n%newsEvery == 0 {
			if h, found := v.seen.news(); found {
				v.lines = append(v.lines, h)
				if v.terminal < 0 {
					fmt.Fprintln(v.out, h)
				}
			}
		}
		switch {
		case v.terminal >= 0:
			v.draw()
		case n%int(10*time.Second/drawEvery) == 0:
			fmt.Fprintf(v.out, "\n%s\n\n", v.status())
		}
	}
}

// end leaves the numbers, and says what can be done next.
func (v *screen) end() {
	v.measure()
	if v.terminal >= 0 {
		v.draw()
	}
	fmt.Fprintf(v.out, "\nStopped at %s, after %d events. In this run:\n\n", date(v.feed.Now()), v.feed.Sent())
	var b bytes.Buffer
	v.totals(&b)
	who := "anna-01"
	if n := len(v.lines); n > 0 {
		who = v.lines[n-1].cells[1]
	}
	fmt.Fprintf(&b, `
Ask about somebody, such as the last one seen:
  ebb demo --print-config > shop.yaml
  ebb profile %s -c shop.yaml --dir %s/state
The next ebb demo goes on from here.
`, who, v.dir)
	_, _ = v.out.Write(b.Bytes())
}

// measure keeps the rate of events.
func (v *screen) measure() {
	if took := time.Since(v.rated.at); took >= rateEvery {
		v.rate = float64(v.feed.Sent()-v.rated.sent) / took.Seconds()
		v.rated.at, v.rated.sent = time.Now(), v.feed.Sent()
	}
}

func (v *screen) flies() string { return schemas.Duration(v.speed * float64(schemas.Second)).String() }

// status is one line: what time it is, and how fast everything goes.
func (v *screen) status() string {
	w := v.seen
	w.mu.Lock()
	defer w.mu.Unlock()
	text := fmt.Sprintf("%s   %d events", date(v.feed.Now()), v.feed.Sent())
	if v.rate > 0 {
		text += fmt.Sprintf(", %.0f a second", v.rate)
	}
	if w.mu.commits > 0 {
		text += fmt.Sprintf("   %d commits, each of about %d records in %s", w.mu.commits, w.mu.records/w.mu.commits, (w.mu.took / time.Duration(w.mu.commits)).Round(100*time.Microsecond))
	}
	if time.Since(v.feed.Now().Time()) < time.Second {
		text += "   caught up with the clock: from here on an hour takes an hour"
	}
	if w.mu.fault != "" {
		text += "\n" + shown(w.mu.fault)
	}
	return text
}

// date is an instant of the demo, for people.
func date(at schemas.Instant) string { return at.Time().Format("Mon 2 Jan 2006 15:04") + " UTC" }
