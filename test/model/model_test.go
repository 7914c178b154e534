package model

import (
	"math"
	"math/rand"
	"strings"
	"testing"
	"time"
)

// TestProbes adds instants by chance, and beside every candidate, to those at which time alone may change
// something: were one missing in the model, a change would move to such an instant.
func TestProbes(t *testing.T) {
	s := randomSeed(t)
	defer func() { probe = nil }()
	for i := range int64(600) {
		c := []func(*rand.Rand) Case{Generate, GenerateActions}[i%2](rand.New(rand.NewSource(s + i)))
		probe = nil
		want := Run(c)
		r := rand.New(rand.NewSource(s + i))
		probe = func(m *moves) {
			for _, x := range append([]move{}, m.list...) {
				m.add(x.at-1, false)
				m.add(x.at+1, false)
			}
			for range 12 {
				m.add(m.lo+int64(float64(m.hi-m.lo)*math.Exp(-20*r.Float64())), false)
				m.add(m.lo+r.Int63n(m.hi-m.lo+1), false)
			}
		}
		for _, line := range Diff(want, Run(c)) {
			t.Errorf("seed %d: %s\n%s", s+i, line, c)
		}
		if t.Failed() {
			return
		}
	}
}

// TestOrder is SPEC section 5.4: any order within lateness, with repetitions, ends the same.
func TestOrder(t *testing.T) {
	s := randomSeed(t)
	compared := 0
	for i := range int64(1500) {
		r := rand.New(rand.NewSource(s + i))
		c := Generate(r)
		if hasUntil(c) {
			continue
		}
		c.Config.Lateness, c.Config.Accept = 10000*day, 10000*day
		var events []Event
		seen := map[string]bool{}
		for _, f := range c.Files {
			for _, e := range f {
				if id := e.Subject + " " + e.source() + " " + e.ID; e.Type != typeErase && !seen[id] {
					seen[id] = true
					events = append(events, e)
				}
			}
		}
		c.Files = [][]Event{events}
		want := Run(c)
		shuffled := append([]Event{}, events...)
		r.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		shuffled = append(shuffled, shuffled[:len(shuffled)/2]...)
		got := Run(Case{Config: c.Config, Files: [][]Event{shuffled}, AsOf: c.AsOf})
		for _, line := range Diff(Result{Profiles: want.Profiles, Sessions: want.Sessions}, Result{Profiles: got.Profiles, Sessions: got.Sessions}) {
			t.Errorf("seed %d: %s", s+i, line)
		}
		compared++
	}
	if compared < 300 {
		t.Errorf("%d cases only", compared)
	}
}

func hasUntil(c Case) bool {
	for _, s := range c.Config.Segments {
		if s.Until != nil {
			return true
		}
	}
	return false
}

func TestBucket(t *testing.T) {
	for _, x := range []struct {
		salt, profile string
		want          int64
	}{{"exp", "u1", 8529}, {"reminders", "customer-42", 1937}, {"", "u1", 9686}, {"sel", "Zoë", 7584}} {
		if v, _ := (&Named{Fn: "bucket", Name: x.salt}).eval(&scope{profile: x.profile}); v != x.want {
			t.Errorf("%q %q: want %d, got %v", x.salt, x.profile, x.want, v)
		}
	}
}

// TestExpected checks Euler's transformation against the series as the paper writes it.
func TestExpected(t *testing.T) {
	m := ModelDef{R: 0.243, Alpha: 4.414, A: 0.793, B: 2.426}
	for _, h := range []history{{x: 0, T: 10}, {x: 2, tx: 30.43, T: 38.86}, {x: 7, tx: 20, T: 90}, {x: 1, tx: 0, T: 0}} {
		for _, horizon := range []float64{0.1, 1, 39} {
			c, z := m.A+m.B+h.x-1, horizon/(m.Alpha+h.T+horizon)
			plain := c / (m.A - 1) * (1 - math.Pow(1-z, m.R+h.x)*gauss(m.R+h.x, m.B+h.x, c, z)) / (1 + m.odds(h))
			if got := m.expected(h, horizon); math.Abs(got-plain) > 1e-9 {
				t.Errorf("%+v in %v: want %v, got %v", h, horizon, plain, got)
			}
		}
	}
}

// TestZeros builds sums of exponentials from their roots.
func TestZeros(t *testing.T) {
	// (y-1/2)(y-1/4)(y-1/16) with y = 2^(-x/1000) is zero at 1000, 2000 and 4000.
	a, b, c := 0.5, 0.25, 0.0625
	roots := zeros([]term{{0, -a * b * c}, {1e-3, a*b + a*c + b*c}, {2e-3, -(a + b + c)}, {3e-3, 1}}, 1e9)
	if len(roots) != 3 || math.Abs(roots[0]-1000) > 0.01 || math.Abs(roots[1]-2000) > 0.01 || math.Abs(roots[2]-4000) > 0.01 {
		t.Errorf("%v", roots)
	}
}

func TestNextHour(t *testing.T) {
	zone := zones["Australia/Lord_Howe"]
	at, _ := parseTime("2026-10-03T15:20:00Z")
	var got []string
	for range 3 {
		at = nextHour(at, zone)
		got = append(got, time.UnixMilli(at).In(zone).Format("15:04"))
	}
	if strings.Join(got, " ") != "02:30 03:00 04:00" {
		t.Errorf("%v", got)
	}
}

func TestRender(t *testing.T) {
	e := &Op{"&&", &Op{"||", lit(true), &Not{op(lit(1), "<", 2)}}, op(op(lit(1), "-", op(lit(2), "-", 3)), "==", 2.0)}
	if e.String() != `(true || !(1 < 2)) && 1 - (2 - 3) == 2.0` {
		t.Error(e)
	}
	for ms, want := range map[int64]string{90 * day: "90d", 90 * minute: "1h30m", hour + 1: "1h1ms", 39 * week: "39w", 7 * day: "7d"} {
		if got := formatDuration(ms); got != want {
			t.Errorf("%d: %s", ms, got)
		}
	}
}

// TestShrink finds the one event and the one segment that matter.
func TestShrink(t *testing.T) {
	s := randomSeed(t)
	for i := range int64(50) {
		c := Generate(rand.New(rand.NewSource(s + i)))
		entered := func(c Case) bool { return len(Run(c).Changes) > 0 }
		if !entered(c) {
			continue
		}
		small := Shrink(c, entered)
		if n := len(small.Files[0]); len(small.Files) != 1 || n > 4 || len(small.Config.Segments) > 3 {
			t.Errorf("seed %d:\n%s", s+i, small)
		}
	}
}
