package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	tty "golang.org/x/term"

	"github.com/ebbstream/ebb/pipeline/demo"
	"github.com/ebbstream/ebb/schemas"
)

// screen shows a demo: on a terminal as a picture that is drawn over itself, elsewhere as lines.
type screen struct {
	out    io.Writer
	speed  float64
	broker string
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
	fmt.Fprintf(v.out, "While it runs, any Kafka tool reads it: kcat -b %s -C -q -t shop.segment-changes\n\n", v.broker)
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
					v.print(h)
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

// totals are the segments with their sizes and moves, and the decisions.
func (v *screen) totals(out io.Writer) {
	w := v.seen
	w.mu.Lock()
	defer w.mu.Unlock()
	sizes := map[string]int{}
	for key := range w.mu.members {
		segment, _, _ := strings.Cut(key, "/")
		sizes[segment]++
	}
	t := &table{}
	t.row("SEGMENT", "MEMBERS", "", "ENTERED BY EVENT", "BY TIME", "LEFT BY EVENT", "BY TIME")
	var all moves
	for _, name := range w.segments {
		m := w.mu.moves[name]
		t.row(name, fmt.Sprint(sizes[name]), strings.Repeat("▪", (sizes[name]+4)/5), fmt.Sprint(m.entered.byEvent), fmt.Sprint(m.entered.byTime), fmt.Sprint(m.left.byEvent), fmt.Sprint(m.left.byTime))
		all.entered.byEvent += m.entered.byEvent
		all.entered.byTime += m.entered.byTime
		all.left.byEvent += m.left.byEvent
		all.left.byTime += m.left.byTime
	}
	t.row("together", "", "", fmt.Sprint(all.entered.byEvent), fmt.Sprint(all.entered.byTime), fmt.Sprint(all.left.byEvent), fmt.Sprint(all.left.byTime))
	_ = t.print(out)
	var decided []string
	for _, name := range slices.Sorted(maps.Keys(w.mu.decided)) {
		decided = append(decided, fmt.Sprintf("%s %d", name, w.mu.decided[name]))
	}
	if len(decided) > 0 {
		fmt.Fprintf(out, "decided: %s; %d of them in a control group\n", strings.Join(decided, ", "), w.mu.control)
	}
}

// widths are those of the columns of happenings, so that lines that come one by one stand below each other.
var widths = []int{16, 9, 7, 15, 10, 0}

func (h happening) String() string {
	var b strings.Builder
	for i, cell := range h.cells {
		b.WriteString(cell)
		b.WriteString(strings.Repeat(" ", max(1, widths[i]+1-utf8.RuneCountInString(cell))))
	}
	return strings.TrimSpace(b.String())
}

func (v *screen) print(h happening) { fmt.Fprintln(v.out, h) }

// draw draws the picture over the one before.
func (v *screen) draw() {
	width, height, err := tty.GetSize(v.terminal)
	if err != nil || width < 20 || height < 5 {
		width, height = 80, 24
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s\n\n", v.status())
	v.totals(&b)
	b.WriteString("\nSome of what happens, and why:\n")
	room := height - 2 - bytes.Count(b.Bytes(), []byte("\n"))
	v.lines = v.lines[max(0, len(v.lines)-max(room, 1)):]
	for _, h := range v.lines {
		fmt.Fprintln(&b, h)
	}
	b.WriteString("Ctrl-C stops\n")

	var picture strings.Builder
	if v.drawn > 0 {
		fmt.Fprintf(&picture, "\x1b[%dA\r", v.drawn)
	}
	v.drawn = 0
	for line := range strings.Lines(b.String()) {
		if v.drawn++; v.drawn >= height {
			v.drawn--
			break
		}
		picture.WriteString(clipped(strings.TrimSuffix(line, "\n"), width))
		picture.WriteString("\x1b[K\n")
	}
	picture.WriteString("\x1b[J")
	_, _ = io.WriteString(v.out, picture.String())
}

// clipped is as much of a line as fits.
func clipped(line string, width int) string {
	if utf8.RuneCountInString(line) <= width {
		return line
	}
	return string([]rune(line)[:width-1]) + "…"
}

// date is an instant of the demo, for people.
func date(at schemas.Instant) string { return at.Time().Format("Mon 2 Jan 2006 15:04") + " UTC" }
