package expr_test

import (
	"fmt"
	"math"
	"math/rand"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/ebbstream/ebb/operators/expr"
	"github.com/ebbstream/ebb/schemas"
)

var operators = []string{"<", "<=", ">", ">=", "==", "!="}

// checkFlips steps from flip to flip as NextFlip tells them, and asks for the truth at every instant between: nothing may
// have changed before a flip, and at it something must have. steps are the instants looked at, ascending, all within which a
// change can be.
func checkFlips(t *testing.T, text string, v *view, from schemas.Instant, steps func(schemas.Instant) schemas.Instant, end schemas.Instant) (flips int) {
	t.Helper()
	plan, l := leaf(t, text)
	eval := plan.NewEvaluator()
	eval.On(v)
	was := eval.Truth(l, from)
	next := eval.NextFlip(l, from, was)
	for n := steps(from); n <= end; n = steps(n) {
		truth := eval.Truth(l, n)
		switch {
		case n < next && truth != was:
			t.Fatalf("%s: %d at %d, %d at %d; the flip was told for %d\n%+v", text, was, from, truth, n, next, *v)
		case n == next && truth == was:
			t.Fatalf("%s: no flip at %d\n%+v", text, n, *v)
		case n > next:
			t.Fatalf("%s: the flip at %d was passed over\n%+v", text, next, *v)
		case n == next:
			flips++
			was = truth
			next = eval.NextFlip(l, n, was)
		}
	}
	return flips
}

func everyMillisecond(n schemas.Instant) schemas.Instant { return n + 1 }

func chance(t *testing.T) *rand.Rand {
	t.Helper()
	seed := time.Now().UnixNano() % 1e12
	if *begin != 0 {
		seed = *begin
	}
	t.Logf("repeat with -seed %d", seed)
	return rand.New(rand.NewSource(seed))
}

// TestFadingSums: sums of decayed sums of up to four half-lives, with weights of both signs, flip where a dense scan sees it.
func TestFadingSums(t *testing.T) {
	r := chance(t)
	flips, cases := 0, 1500
	for range cases {
		v := &view{fading: map[string]fading{}}
		text := ""
		from := schemas.Instant(1000)
		for i := range 1 + r.Intn(5) {
			half := []string{"7ms", "20ms", "55ms", "55ms", "160ms"}[r.Intn(5)]
			call := fmt.Sprintf("decayed(%q, %q)", string(rune('a'+i)), half)
			v.fading[call] = fading{(r.Float64() - 0.4) * 10, from - schemas.Instant(r.Intn(80))}
			term := call
			switch r.Intn(4) {
			case 0:
				term = decimal(r.Float64()*3) + " * " + call
			case 1:
				term = call + " / " + decimal(0.3+r.Float64())
			case 2:
				term = "-" + call + " * 2"
			}
			if text += term; i == 0 {
				continue
			}
			text = text[:len(text)-len(term)] + []string{" + ", " - "}[r.Intn(2)] + term
		}
		op := operators[r.Intn(4)]
		threshold := decimal((r.Float64() - 0.5) * []float64{0, 0.01, 1, 10}[r.Intn(4)])
		condition := text + " " + op + " " + threshold
		if r.Intn(5) == 0 {
			condition = threshold + " " + op + " " + text
		}
		flips += checkFlips(t, condition, v, from, everyMillisecond, from+6000)
	}
	t.Logf("%d flips in %d cases", flips, cases)
	if flips < cases/4 {
		t.Errorf("only %d flips: the cases say little", flips)
	}
}

// decimal writes a number as a literal; a negative one in brackets.
func decimal(x float64) string {
	text := strconv.FormatFloat(math.Abs(x), 'f', 9, 64)
	if x < 0 {
		return "(-" + text + ")"
	}
	return text
}

// TestFadingCancelled: a decayed sum that cancels another exactly leaves the sign of what is left, for ever.
func TestFadingCancelled(t *testing.T) {
	v := &view{fading: map[string]fading{`decayed("a", "160ms")`: {2, 1000}, `decayed("b", "160ms")`: {2, 1000}, `decayed("c", "7ms")`: {1, 1000}}}
	text := `decayed("a", "160ms") - decayed("b", "160ms") + decayed("c", "7ms") > 0`
	if flips := checkFlips(t, text, v, 1000, everyMillisecond, 20_000); flips != 0 {
		t.Errorf("%d flips", flips)
	}
}

// TestDurations: durations flip to the millisecond, whichever operator and whichever side.
func TestDurations(t *testing.T) {
	r := chance(t)
	flips := 0
	for range 2000 {
		from := schemas.Instant(1000)
		v := &view{since: map[string]schemas.Instant{}}
		for _, call := range []string{`since_last("a")`, `since_first("a")`, `since_last("b")`} {
			if r.Intn(8) > 0 {
				v.since[call] = from - schemas.Instant(r.Intn(200))
			}
		}
		side := []string{`since_last("a")`, `since_first("a")`, `since_last("a") + since_last("b")`, `since_first("a") - since_last("b")`, `since_last("a") + duration("3ms")`,
			`since_last("a") + since_first("a") + since_last("b")`}[r.Intn(6)]
		constant := fmt.Sprintf(`duration("%dms")`, r.Intn(500))
		op := operators[r.Intn(6)]
		condition := side + " " + op + " " + constant
		if r.Intn(3) == 0 {
			condition = constant + " " + op + " " + side
		}
		flips += checkFlips(t, condition, v, from, everyMillisecond, from+600)
	}
	if flips < 1000 {
		t.Errorf("only %d flips", flips)
	}
}

// TestModels: a prediction, which falls as time passes, flips where a dense scan sees it; so does it times a constant.
func TestModels(t *testing.T) {
	r := chance(t)
	flips := 0
	for range 600 {
		from := schemas.Instant(1000)
		middle, width := float64(from)+r.Float64()*2000-300, 20+r.Float64()*500
		fall := func(n schemas.Instant) float64 { return 1 / (1 + math.Exp((float64(n)-middle)/width)) }
		v := &view{moving: map[string]func(schemas.Instant) float64{`p_alive("purchase")`: fall, `expected("purchase", "7d")`: fall}}
		side := []string{`p_alive("purchase")`, `expected("purchase", "7d")`, `p_alive("purchase") * 2.0`, `-p_alive("purchase")`, `expected("purchase", "7d") / 3.0`}[r.Intn(5)]
		condition := side + " " + operators[r.Intn(6)] + " " + decimal(r.Float64()*1.1-0.05)
		flips += checkFlips(t, condition, v, from, everyMillisecond, from+4000)
	}
	if flips < 150 {
		t.Errorf("only %d flips", flips)
	}
}

// TestCounts: a count in a window, compared with any number on any side, flips as its events leave.
func TestCounts(t *testing.T) {
	r := chance(t)
	flips := 0
	for range 2000 {
		from := schemas.Instant(1000)
		var times []schemas.Instant
		for range r.Intn(12) {
			times = append(times, from-schemas.Instant(r.Intn(60)))
		}
		slices.Sort(times)
		v := &view{times: map[string][]schemas.Instant{`count("p", "50ms")`: times}}
		constant := []string{"0", "1", "3", "2.5", "(-1)", "7.0", "100", "0.5", "2"}[r.Intn(9)]
		side := []string{`count("p", "50ms")`, `count("p", "50ms")`, `count("p", "50ms") * 2 - 1`, `count("p", "50ms") % 3`}[r.Intn(4)]
		op := operators[r.Intn(6)]
		condition := side + " " + op + " " + constant
		if r.Intn(3) == 0 {
			condition = constant + " " + op + " " + side
		}
		flips += checkFlips(t, condition, v, from, everyMillisecond, from+60)
	}
	if flips < 1000 {
		t.Errorf("only %d flips", flips)
	}
}

// TestCalendar: conditions on the local hour and weekday flip where a look at every quarter of an hour sees it, over days on
// which clocks change, by half an hour too; and with a count among them.
func TestCalendar(t *testing.T) {
	quarter := func(n schemas.Instant) schemas.Instant { return n + schemas.Instant(15*schemas.Minute) }
	for _, zone := range []string{"UTC", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Kathmandu", "America/St_Johns", "Mars/Base"} {
		for _, begin := range []string{"2026-03-25T00:00:00Z", "2026-10-01T00:00:00Z", "2026-10-23T00:00:00Z", "2026-12-30T00:00:00Z"} {
			from, err := schemas.ParseInstant(begin)
			if err != nil {
				t.Fatal(err)
			}
			v := &view{zone: zone, times: map[string][]schemas.Instant{`count("p", "1d6h")`: {from - 3600_000, from}}}
			for text, most := range map[string]int{
				`local_hour() >= 9`: 1, `local_hour() == 2`: 1, `local_hour() != 23`: 1, `local_hour() <= 23`: 0, `local_hour() % 6 == 3`: 1, `local_weekday() in [6, 7]`: 1,
				`local_weekday() == 1`: 1, `local_hour() + local_weekday() * 100 == 703`: 1, `local_hour() > 24`: 0, `local_hour() + count("p", "1d6h") > 20`: 1, `count("p", "1d6h") > local_weekday()`: 0,
			} {
				flips := checkFlips(t, text, v, from, quarter, from.Add(12*schemas.Day))
				if flips < most {
					t.Errorf("%s in %s from %s: no flip", text, zone, begin)
				}
			}
		}
	}
}

// TestCalendarSkips: an hour that the clocks pass over on one Sunday comes on the next.
func TestCalendarSkips(t *testing.T) {
	from, err := schemas.ParseInstant("2026-03-25T00:00:00Z")
	if err != nil {
		t.Fatal(err)
	}
	hourly := func(n schemas.Instant) schemas.Instant { return n + schemas.Instant(schemas.Hour) }
	text := `local_hour() + local_weekday() * 100 == 702`
	if flips := checkFlips(t, text, &view{zone: "Europe/Berlin"}, from, hourly, from.Add(12*schemas.Day)); flips != 2 {
		t.Errorf("%d flips", flips)
	}
}

// TestEvidenceOfLeaves: a comparison with a literal tells its other side, turned so that the literal is on the right.
func TestEvidenceOfLeaves(t *testing.T) {
	v := &view{values: map[string]schemas.Value{`sum("p", "x")`: schemas.DoubleValue(7), `ever("p")`: schemas.BoolValue(true)}}
	for _, x := range []struct{ text, of, op, threshold, value string }{
		{`sum("p", "x") >= 5`, `sum("p", "x")`, ">=", "5", "7"}, {`5.5 < sum("p", "x")`, `sum("p", "x")`, ">", "5.5", "7"}, {`ever("p")`, `ever("p")`, "", "", "true"},
		{`sum("p", "x") > sum("p", "y")`, `sum("p", "x") > sum("p", "y")`, "", "", "null"}, {`trait("a") == null`, `trait("a")`, "==", "null", "null"},
	} {
		plan, l := leaf(t, x.text)
		eval := plan.NewEvaluator()
		eval.On(v)
		e := eval.Evidence(l, 0)
		threshold := ""
		if e.Op != "" {
			threshold = string(e.Threshold.AppendJSON(nil))
		}
		if value := string(e.Value.AppendJSON(nil)); e.Expr != x.of || e.Op != x.op || threshold != x.threshold || value != x.value {
			t.Errorf("%s: %s %s %s, with %s", x.text, e.Expr, e.Op, threshold, value)
		}
	}
}

var _ expr.View = (*view)(nil)
