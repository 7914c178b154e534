package main

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	tty "golang.org/x/term"
)

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
