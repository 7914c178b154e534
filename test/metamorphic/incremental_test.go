package metamorphic

import (
	"flag"
	"fmt"
	"math/rand"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ebbstream/ebb/operators/catalog"
	"github.com/ebbstream/ebb/schemas"
	"github.com/ebbstream/ebb/state"
	"github.com/ebbstream/ebb/test/engine"
)

var (
	incremental = flag.Int("incremental", 200, "random configurations to hold, judged by parts, against themselves judged in full")
	histories   = flag.Int("histories", 30, "histories of each")
	failures    = flag.Int("failures", 3, "failures after which it stops")
	spend       = flag.Duration("spend", 0, "stop after so long")
)

// TestIncremental: judging what an event concerns, and looking ahead where an end came nearer, gives what judging every
// segment at every event and every timer gives: the same messages in the same order, the same now, the same wake-ups,
// of which none is in vain.
func TestIncremental(t *testing.T) {
	first := firstSeed(t)
	begin := time.Now()
	compiled, refused, told, failed, vain := 0, 0, 0, 0, 0
	reasons := map[string]int{}
	for i := range int64(*incremental) {
		if *spend > 0 && time.Since(begin) > *spend {
			break
		}
		at := first + i
		r := rand.New(rand.NewSource(at))
		c := newIncCase(r)
		if c.a == nil {
			refused++
			reasons[c.refused]++
			continue
		}
		compiled++
		for h := range *histories {
			r := rand.New(rand.NewSource(at*1000 + int64(h)))
			steps := c.history(r)
			seed := r.Int63()
			wrong, n := c.differs(steps, seed)
			told += n
			if wrong == "" {
				continue
			}
			if strings.HasPrefix(wrong, "vain") {
				vain++
				if vain > 3 {
					continue
				}
			}
			failed++
			config := c.text
			c, steps, wrong = c.shrink(steps, seed, wrong)
			_ = config
			t.Errorf("-seed %d history %d\n%s\n%s\n%s", at, h, c.text, stepsText(steps), wrong)
			break
		}
		if failed >= *failures {
			break
		}
	}
	t.Logf("%d configurations, %d refused, %d messages, %v; vain %d", compiled, refused, told, time.Since(begin), vain)
	if testing.Verbose() {
		n := 0
		for k, v := range reasons {
			if n++; n < 6 {
				t.Logf("%d: %s", v, k)
			}
		}
	}
}

// unsure is how far ahead a wake-up may be one of those of which only the instant reached after many steps is known.
const unsure = 60 * schemas.Day

type incCase struct {
	r        *rand.Rand
	head     []string
	features []string
	segments []string
	text     string
	a, b     *catalog.Catalog
	refused  string
	unit     int64
	lateness int64
	patient  bool // mostly conditions that time only turns false
	falling  bool
}

func (c *incCase) compile() bool {
	parts := []string{"name: t"}
	parts = append(parts, c.head...)
	if len(c.features) > 0 {
		parts = append(parts, "features:")
		parts = append(parts, c.features...)
	}
	parts = append(parts, "segments:")
	parts = append(parts, c.segments...)
	c.text = strings.Join(parts, "\n")
	g, err := engine.New(c.text)
	if err != nil {
		c.refused = err.Error()
		return false
	}
	c.a = g.Catalog
	g, err = engine.New(c.text, engine.Exhaustive)
	if err != nil {
		c.refused = err.Error()
		return false
	}
	c.b = g.Catalog
	return true
}

type step struct {
	event string // a line, or
	to    int64  // how far to advance, live
	wake  bool   // advance to the wake-up
	mark  int64  // watermark of the event, 0: never
}

func stepsText(steps []step) string {
	var b strings.Builder
	for _, s := range steps {
		switch {
		case s.event != "":
			fmt.Fprintf(&b, "%s mark %d\n", s.event, s.mark)
		case s.wake:
			b.WriteString("to the wake-up\n")
		default:
			fmt.Fprintf(&b, "advance to %v\n", schemas.Instant(s.to))
		}
	}
	return b.String()
}

// differs runs the steps judged by parts (plain, and through its bytes) and in full.
func (c *incCase) differs(steps []step, seed int64) (wrong string, told int) {
	defer func() {
		if r := recover(); r != nil {
			stack := make([]byte, 4096)
			wrong = fmt.Sprintf("panic: %v\n%s", r, stack[:runtime.Stack(stack, false)])
		}
	}()
	type run struct {
		name  string
		chain *catalog.Chain
		p     *state.Profile
		out   []string
		cut   bool
		calm  bool // is not asked for its wake-up before the end
		dec   *schemas.JSONDecoder
	}
	full := &run{name: "full", chain: c.b.Chain(), dec: schemas.NewJSONDecoder(c.b.Plan.Fields)}
	runs := []*run{full, {name: "parts", chain: c.a.Chain()}, {name: "parts, calm", chain: c.a.Chain(), calm: true}, {name: "parts, cut", chain: c.a.Chain(), cut: true}}
	for _, r := range runs {
		r.p = r.chain.Layout().New("u")
		r.dec = schemas.NewJSONDecoder(r.chain.Plan().Fields)
	}
	rnd := rand.New(rand.NewSource(seed))
	low := schemas.Earliest // the watermark never goes back
	for i, s := range steps {
		wake := schemas.Never
		cutNow := rnd.Intn(2) == 0
		for _, r := range runs {
			before := len(r.out)
			emit := func(m schemas.Message) { r.out = append(r.out, text(m)) }
			switch {
			case s.event != "":
				var e schemas.Event
				if err := r.dec.Decode([]byte(s.event), &e); err != nil {
					return "decode: " + err.Error(), 0
				}
				mark := schemas.Earliest
				if s.mark != 0 {
					mark = schemas.Instant(s.mark)
				}
				r.chain.Fold(r.p, &e, max(low, mark), emit)
			case s.wake:
				if r == full {
					wake = r.chain.Wake(r.p)
				}
				if wake > full.p.Now.Add(unsure) {
					wake = schemas.Never
					continue
				}
				changesBefore := len(r.out)
				r.chain.Pass(r.p, wake, emit)
				if len(r.out) == changesBefore && r != full && len(full.out) == changesBefore {
					wrong = fmt.Sprintf("vain wake-up at %v after step %d", wake, i)
				}
			default:
				r.chain.Pass(r.p, max(low, schemas.Instant(s.to)), emit)
			}
			if r.cut && cutNow {
				p, err := c.reread(r.chain, r.p)
				if err != nil {
					return "reread: " + err.Error(), 0
				}
				r.p = p
			}
			if r != full {
				if f := full.out[min(before, len(full.out)):]; !slices.Equal(full.out[:before:before], r.out[:before]) || !slices.Equal(f, r.out[before:]) {
					return fmt.Sprintf("step %d: %s gives\n  %s\nfull gives\n  %s", i, r.name, strings.Join(r.out[before:], "\n  "), strings.Join(f, "\n  ")), 0
				}
				if r.p.Now != full.p.Now || r.p.Limited != full.p.Limited || r.p.Alive != full.p.Alive {
					return fmt.Sprintf("step %d: %s now %v limited %v, full %v %v", i, r.name, r.p.Now, r.p.Limited, full.p.Now, full.p.Limited), 0
				}
				if !r.calm {
					if x, y := r.chain.Wake(r.p), full.chain.Wake(full.p); x != y && min(x, y) < full.p.Now.Add(unsure) {
						return fmt.Sprintf("step %d: %s wakes at %v, full at %v", i, r.name, x, y), 0
					}
				}
			}
		}
		if wrong != "" {
			return wrong, 0
		}
		if s.to != 0 {
			low = max(low, schemas.Instant(s.to))
		}
		if s.mark != 0 {
			low = max(low, schemas.Instant(s.mark))
		}
		if wake != schemas.Never {
			low = max(low, wake)
		}
	}
	views := []string{}
	for _, r := range runs {
		emit := func(m schemas.Message) { r.out = append(r.out, text(m)) }
		before := len(r.out)
		final := r.p.Now.Add(10 * schemas.Day)
		r.chain.Pass(r.p, final, emit)
		if view := r.chain.Profile(r.p, max(final, r.p.Now)); view != nil {
			emit(view)
		}
		views = append(views, strings.Join(r.out[before:], "\n  "))
		if views[len(views)-1] != views[0] {
			return fmt.Sprintf("at the end %s gives\n  %s\nfull gives\n  %s", r.name, views[len(views)-1], views[0]), 0
		}
	}
	return "", len(full.out)
}

func (c *incCase) reread(chain *catalog.Chain, p *state.Profile) (*state.Profile, error) {
	bytes := chain.Layout().Encode(nil, p, chain.Horizon(p))
	return chain.Layout().Decode(p.ID, bytes, nil)
}

// shrink leaves out what is not needed for a failure.
func (c *incCase) shrink(steps []step, seed int64, wrong string) (*incCase, []step, string) {
	for again := true; again; {
		again = false
		for i := 0; i < len(steps); i++ {
			fewer := slices.Delete(slices.Clone(steps), i, i+1)
			for s := range int64(3) {
				if w, _ := c.differs(fewer, seed+s); w != "" {
					steps, wrong, again, seed = fewer, w, true, seed+s
					i--
					break
				}
			}
		}
		for i := 0; i < len(c.segments)+len(c.features); i++ {
			d := *c
			if i < len(c.segments) {
				d.segments = slices.Delete(slices.Clone(c.segments), i, i+1)
			} else {
				d.features = slices.Delete(slices.Clone(c.features), i-len(c.segments), i-len(c.segments)+1)
			}
			if len(d.segments) == 0 || !d.compile() {
				continue
			}
			if w, _ := d.differs(steps, seed); w != "" {
				c, wrong, again = &d, w, true
				i--
			}
		}
	}
	return c, steps, wrong
}

func (c *incCase) chance(percent int) bool { return c.r.Intn(100) < percent }

func one[T any](r *rand.Rand, all ...T) T { return all[r.Intn(len(all))] }

func newIncCase(r *rand.Rand) *incCase {
	c := &incCase{r: r, unit: 10 * 60_000}
	lateness := one(r, "0m", "10m", "1h", "3h")
	c.lateness = map[string]int64{"0m": 0, "10m": 10, "1h": 60, "3h": 180}[lateness] * 60_000
	if lateness == "0m" {
		lateness = "1ms"
	}
	c.head = []string{
		fmt.Sprintf("time: {lateness: %s, accept: %s}", lateness, one(r, "3h", "24h", "24h", "100d")),
		fmt.Sprintf("sessions: {gap: %s%s}", one(r, "5m", "10m", "20m", "30m", "1h"), one(r, "", ", keep: [c]")),
		fmt.Sprintf("context: {ttl: %s}", one(r, "30m", "1h", "2h")),
		fmt.Sprintf("limits: {events: %s, values: %s}", one(r, "2", "3", "5", "10000", "10000", "10000"), one(r, "1", "2", "3", "1000", "1000")),
		fmt.Sprintf("interests: {i: {field: c, half_life: %s, keep: %s, weights: {p: %s, q: %s%s}}, j: {field: c, half_life: 1h, keep: %s, weights: {p: 1, q: 2}}}", one(r, "20m", "1h"), one(r, "1", "2", "3", "128"),
			one(r, "1", "2", "4", "0.5"), one(r, "1", "3", "-2", "-0.5", "0"), one(r, "", `, "*": 1`, `, r: 0.25`), one(r, "1", "2", "128")),
		"models: {p: {amount: v, unit: hour, params: {r: 0.243, alpha: 4.414, a: 0.793, b: 2.426, p: 6.25, q: 3.74, v: 15.44}}}",
	}
	for i := range r.Intn(4) {
		e := c.number(i, false)
		if c.chance(30) {
			e = c.condition(1, 0, i)
		}
		c.features = append(c.features, fmt.Sprintf("  f%d: '%s'", i, e))
	}
	nf := len(c.features)
	c.patient = c.chance(60)
	for i := range 2 + r.Intn(6) {
		depth := r.Intn(3)
		line := fmt.Sprintf("  s%d: {when: '%s'", i, c.condition(depth, i, nf))
		if c.chance(35) {
			c.falling = true
			line += fmt.Sprintf(", until: '%s'", c.condition(r.Intn(2), i, nf))
			c.falling = false
		}
		if c.chance(12) {
			line += ", purpose: m"
		}
		c.segments = append(c.segments, line+"}")
	}
	for !c.compile() && len(c.segments) > 1 {
		// leave out what is refused
		left := []string{}
		for i, s := range c.segments {
			if !strings.Contains(c.refused, fmt.Sprintf("segments.s%d.", i)) && !strings.Contains(c.refused, strings.TrimSpace(s[:5])) {
				left = append(left, s)
			}
		}
		if len(left) == len(c.segments) {
			left = left[:len(left)-1]
		}
		c.segments = left
	}
	if c.a != nil && strings.Contains(c.text, `sessions("`) { // a start that the limit pushes out is no event
		for i, line := range c.head {
			if strings.HasPrefix(line, "limits:") {
				c.head[i] = "limits: {events: 10000, values: 3}"
			}
		}
		c.compile()
	}
	return c
}

func (c *incCase) typ() string { return one(c.r, "p", "p", "p", "q", "q", "r", "*") }
func (c *incCase) window() string {
	return one(c.r, `, "30m"`, `, "1h"`, `, "1h"`, `, "2h"`, `, "90m"`, ``)
}

func (c *incCase) filter() string {
	return one(c.r, "", "", "", "", `, e.data.c == "x"`, `, e.data.v > 1`, `, e.data.v < 0`, `, e.type == "p"`)
}

// number is a call, or sometimes more, that is a number.
func (c *incCase) number(features int, plain bool) string {
	r := c.r
	t, w, f := c.typ(), c.window(), c.filter()
	switch r.Intn(26) {
	case 0, 1, 2, 3:
		return fmt.Sprintf(`count("%s"%s%s)`, t, w, f)
	case 4, 5, 6:
		return fmt.Sprintf(`sum("%s", "v"%s%s)`, t, w, f)
	case 7:
		return fmt.Sprintf(`%s("%s", "v"%s%s)`, one(r, "avg", "min", "max"), t, w, f)
	case 8, 9:
		return fmt.Sprintf(`distinct("%s", "%s"%s%s)`, t, one(r, "c", "v"), w, f)
	case 10, 11:
		return fmt.Sprintf(`decayed("%s", "%s"%s)`, t, one(r, "30m", "1h"), f)
	case 12:
		return fmt.Sprintf(`decayed("%s", "%s", "v"%s)`, t, one(r, "30m", "1h"), f)
	case 13:
		return fmt.Sprintf(`affinity("%s", "c", "%s", "%s")`, t, one(r, "x", "y"), one(r, "30m", "1h"))
	case 14:
		return fmt.Sprintf(`affinity_share("%s", "c", "%s", "%s")`, t, one(r, "x", "y"), one(r, "30m", "1h"))
	case 15:
		return fmt.Sprintf(`interest("%s", "%s")`, one(r, "i", "j"), one(r, "x", "y"))
	case 16:
		return fmt.Sprintf(`interest_max("%s")`, one(r, "i", "j"))
	case 17:
		return one(r, `interest_share("i", "x")`, `interest_share("j", "y")`)
	case 18, 19:
		return one(r, `sessions()`, `sessions("1h")`, `sessions("2h")`)
	case 20:
		return "session.events"
	case 21:
		return "session.seconds"
	case 22, 23:
		return fmt.Sprintf(`session.count("%s")`, t)
	case 24:
		if features > 0 {
			return fmt.Sprintf("f%d", r.Intn(features))
		}
		return `count("p", "1h")`
	}
	if plain {
		return `count("q", "1h")`
	}
	return one(r, `count("p", "1h") + count("q", "1h")`, `count("p", "1h") - count("q")`, `decayed("p", "1h") + decayed("q", "30m")`, `decayed("p", "1h") - decayed("q", "1h")`,
		`2.0 * decayed("p", "30m")`, `decayed("p", "1h") * count("q")`, `p_alive("p")`, `expected("p", "1h")`, `value("p", "v", "1h")`, `sum("p", "v", "1h") / 2.0`,
		`count("p", "1h") * -1`, `-sum("p", "v", "1h")`)
}

// patientNumber is one that only falls by itself, mostly.
func (c *incCase) patientNumber() string {
	r := c.r
	t := one(r, "p", "p", "q", "*")
	return one(r, fmt.Sprintf(`count("%s", "%s")`, t, one(r, "30m", "1h", "2h")), fmt.Sprintf(`count("%s", "%s")`, t, one(r, "30m", "1h", "2h")),
		fmt.Sprintf(`sum("%s", "v", "%s")`, t, one(r, "1h", "90m")), fmt.Sprintf(`distinct("%s", "c", "%s")`, t, one(r, "1h", "90m")),
		fmt.Sprintf(`decayed("%s", "%s")`, t, one(r, "20m", "1h")), fmt.Sprintf(`decayed("%s", "1h", "v")`, t), fmt.Sprintf(`affinity("%s", "c", "x", "1h")`, t),
		`interest("i", "x")`, `interest("j", "y")`, `interest_max("i")`, `interest_max("j")`, `sessions("1h")`, `sessions("2h")`, "session.events", "session.seconds", `session.count("p")`, `session.count("*")`,
		`count("p", "1h", e.data.v > 1)`, `sum("q", "v", "1h", e.data.c == "x")`)
}

func (c *incCase) threshold(n string) string {
	r := c.r
	switch {
	case strings.Contains(n, "share"), strings.Contains(n, "alive"):
		return one(r, "0.5", "0.0", "0.25", "1.0")
	case strings.Contains(n, "session.seconds"):
		return one(r, "600", "1", "1200", "0")
	case strings.Contains(n, "distinct"), strings.Contains(n, "count"), strings.Contains(n, "session"):
		return one(r, "1", "1", "2", "2", "3", "0", "-1", "1.5", "4", "1000000000000000000")
	case strings.Contains(n, "decayed"), strings.Contains(n, "affinity"), strings.Contains(n, "interest"), strings.Contains(n, "expected"):
		return one(r, "1.0", "0.5", "2.0", "1.5", "0.0", "-1.0", "-0.25", "0.000001", "4.0")
	}
	return one(r, "5.0", "1", "0.0", "0", "-1.0", "-5", "10.0", "12.5", "3", "1.0e300")
}

func (c *incCase) leaf(segments, features int) string {
	r := c.r
	if c.patient {
		n := c.patientNumber()
		op, at := one(r, ">=", ">=", ">"), one(r, c.threshold(n), "2.0", "1.0", "0.5", "-1.0")
		if strings.Contains(n, "seconds") || strings.Contains(n, "sum") {
			at = c.threshold(n)
		}
		if c.falling != (c.chance(3)) {
			op = one(r, "<", "<=")
		}
		if c.chance(8) {
			return one(r, `trait("a") == 1`, `session.active`, `ever("q")`, `consent("m")`, `count("q") >= 2`, `sum("p", "v") > 3`, `avg("p", "v") > 3`, `sessions() > 1`, `interest_share("i", "x") >= 0.5`)
		}
		return fmt.Sprintf("%s %s %s", n, op, at)
	}
	if c.chance(72) {
		n := c.number(features, c.chance(80))
		op := one(r, ">=", ">=", ">=", ">=", ">", ">", "<", "<=", "==", "!=")
		if c.chance(4) {
			return fmt.Sprintf("%s %s %s", c.threshold(n), op, n)
		}
		return fmt.Sprintf("%s %s %s", n, op, c.threshold(n))
	}
	if segments > 0 && c.chance(35) {
		return fmt.Sprintf(`in_segment("s%d")`, r.Intn(segments))
	}
	return one(r, `ever("p")`, `ever("q", e.data.c == "x")`, `followed_by("p", "q", "30m")`, `not_followed_by("p", "q", "30m")`, `not_followed_by("q", "p", "1h")`, `session.active`, `session.active`, `session.active`,
		`!session.active`, `trait("a") == 1`, `trait("a") != null`, `trait("a") > 1`, `context("w.t") > 0`, `context("w") != null`, `local_hour() >= 11`, `local_hour() < 10`, `local_weekday() == 1`,
		`consent("m")`, `bucket("s") < 5000`, `since_last("p") > minutes(40)`, `since_last("p") <= minutes(50)`, `since_first("q") >= hours(1)`, `since_last("p") < since_last("q")`, `size(pending("p", "q", "c", "1h")) > 0`,
		`pending("p", "q", "c").exists(x, x == "x")`, `session.first("p", "c") == "x"`, `session.first("p", "v") >= 2`, `session.start != null`, `session.start > timestamp("2026-01-05T12:00:00Z")`, `last("p", "v") > 1`, `first("p", "c") == "x"`, `top("p", "c", "1h", 1) == ["x"]`, `"x" in interests("i", 1)`,
		`last("p", "c") == "x"`, `session.active == true`, `(session.events > 1) == (count("p", "1h") > 1)`, `max("p", "v", "1h") > avg("p", "v", "1h")`)
}

func (c *incCase) condition(depth, segments, features int) string {
	if depth == 0 {
		if c.chance(6) && features > 0 {
			return fmt.Sprintf("f%d == true", c.r.Intn(features))
		}
		return c.leaf(segments, features)
	}
	part := func() string { return c.condition(c.r.Intn(depth), segments, features) }
	switch c.r.Intn(12) {
	case 0, 1, 2, 3, 4:
		return "(" + part() + " && " + part() + ")"
	case 5, 6, 7, 8:
		return "(" + part() + " || " + part() + ")"
	case 9, 10:
		c.falling = !c.falling
		not := "!(" + part() + ")"
		c.falling = !c.falling
		return not
	}
	return "(" + part() + " ? " + part() + " : " + part() + ")"
}

// history is a random one: events mostly in order, some late; live, with watermarks and wake-ups between.
func (c *incCase) history(r *rand.Rand) []step {
	base, _ := schemas.ParseInstant("2026-01-05T09:00:00Z")
	now := int64(base)
	var steps []step
	live := r.Intn(3) == 0
	erasing := r.Intn(4) == 0
	numbers := one(r, []string{"1", "2", "5", "8", "0"}, []string{"1", "2", "5", "8", "0", "-1", "-5", "-10", "0.5", "0.1", `"x"`, "null"}, []string{"1", "-8", "12", "4", "0.0"}, []string{"1", "4", "-2"})
	values := one(r, []string{`"x"`, `"x"`, `"y"`}, []string{`"x"`, `"y"`, `"z"`, `"w"`, "3", "null"})
	n := 3 + r.Intn(16)
	var sent []step
	greatest := now
	for i := range n {
		now += one(r, 0, 0, c.unit/10, c.unit/2, c.unit, c.unit, 2*c.unit, 3*c.unit, 3*c.unit, 6*c.unit, 9*c.unit)
		if r.Intn(12) == 0 {
			now += one(r, int64(1), -1)
		}
		if r.Intn(25) == 0 {
			now += 30 * 3_600_000
		}
		at := now
		if r.Intn(4) == 0 {
			at -= one(r, 1, c.unit/2, c.unit, c.unit, 3*c.unit, 6*c.unit, c.lateness, 12*c.unit)
		}
		typ, data := one(r, "p", "p", "p", "p", "q", "q", "q", "r"), ""
		fields := []string{}
		if r.Intn(8) > 0 {
			fields = append(fields, `"v":`+one(r, numbers...))
		}
		if r.Intn(8) > 0 {
			fields = append(fields, `"c":`+one(r, values...))
		}
		data = "{" + strings.Join(fields, ",") + "}"
		if k := r.Intn(100); k < 4 {
			typ, data = "ebb.traits", fmt.Sprintf(`{"a":%s}`, one(r, "1", "2", "null", `"x"`))
		} else if k < 6 {
			typ, data = "ebb.traits", fmt.Sprintf(`{"timezone":%s}`, one(r, `"Europe/Berlin"`, `"Asia/Kolkata"`, "null"))
		} else if k < 9 {
			typ, data = "ebb.context", fmt.Sprintf(`{"w":%s}`, one(r, `{"t":1}`, `{"t":-1}`, "null"))
		} else if k < 14 {
			typ, data = "ebb.consent", fmt.Sprintf(`{"purpose":"m","status":"%s"}`, one(r, "granted", "granted", "revoked"))
		} else if k < 16 {
			typ, data = "ebb.identify", `{"ids":{"a":"b"}}`
		} else if erasing && k < 22 {
			typ, data = "ebb.erase", `{}`
			if r.Intn(2) == 0 {
				at -= one(r, c.unit, 3*c.unit, 6*c.unit)
			}
		}
		s := step{event: fmt.Sprintf(`{"id":"%d","type":%q,"subject":"u","time":%d,"data":%s}`, i, typ, at, data)}
		if live && r.Intn(2) == 0 {
			s.mark = greatest - c.lateness - 1
		}
		greatest = max(greatest, at)
		steps = append(steps, s)
		sent = append(sent, s)
		if r.Intn(15) == 0 {
			steps = append(steps, one(r, sent...))
		}
		if r.Intn(6) == 0 {
			steps = append(steps, step{wake: true})
		}
		if live && r.Intn(3) == 0 {
			steps = append(steps, step{to: now + one(r, 0, c.unit, -c.unit, 3*c.unit, 4*c.unit)})
		}
	}
	return steps
}
