package metamorphic

import (
	"flag"
	"fmt"
	"testing"
	"time"

	"github.com/ebbstream/ebb/test/mutant"
)

var mutants = flag.Bool("mutants", false, "break the fold in every way listed, not only in a few, and see that the model notices")

// broken is a mistake one could make: a text that stands once in a file, and what would stand there instead.
type broken struct {
	file, from, to string
	why            string // what is wrong then
	often          bool   // tried in every run of the tests
	cell           string // the tests of state that notice, where histories of the model are too short to; or decides
}

// folds are the tests that notice a mistake in memberships, sessions and features.
const folds = "TestAgainstModel|TestLookingAhead|TestRising"

// decides are the tests that notice a mistake in decisions.
const decides = "TestDecisionsAgainstModel"

// outcomes are those that notice a mistake in what is counted of experiments.
const outcomes = "TestOutcomes"

var mistakes = []broken{
	// Windows: n - w < time <= n.
	{"state/times.go", "c.At[0] > edge", "c.At[0] >= edge", "an event is still in the window at time + w", true, ""},
	{"state/times.go", "c.At[i] <= edge", "c.At[i] < edge", "of several events one stays too long", false, ""},
	{"state/times.go", "BinarySearch(c.At, edge+1)", "BinarySearch(c.At, edge)", "the same among many", false, "TestTimes"},
	{"state/window.go", "c.At[i].Time <= edge", "c.At[i].Time < edge", "a number is still in the sum at time + w", false, ""},
	{"state/window.go", "d.Time > n.Add(-c.Window)", "d.Time >= n.Add(-c.Window)", "an extreme still counts at time + w", false, ""},
	{"state/distinct.go", "if t.Add(c.Window) > n {", "if t.Add(c.Window) >= n {", "a value is still counted at time + w", false, ""},

	// Sessions: neighbours are exactly the gap apart or less.
	{"state/sessions.go", "c.Open[i-1].End.Add(c.Gap) >= one.Start", "c.Open[i-1].End.Add(c.Gap) > one.Start", "an event exactly a gap later opens a session", false, ""},
	{"state/sessions.go", "c.Open[j].Start <= one.End.Add(c.Gap)", "c.Open[j].Start < one.End.Add(c.Gap)", "a late event exactly a gap before a session does not join it", false, ""},
	{"state/sessions.go", "n <= c.Open[last].End.Add(c.Gap)", "n < c.Open[last].End.Add(c.Gap)", "a session is not open any more at end + gap", false, ""},
	{"state/sessions.go", "s.End.Add(c.Gap) < n", "s.End.Add(c.Gap) <= n", "a session is published at end + gap, where it can still grow", false, ""},
	{"state/sessions.go", "if c.Names.mark(o.ends.first(), o.Start).Before(c.Names.mark(first, s.Start)) {", "if c.Names.mark(first, s.Start).Before(c.Names.mark(o.ends.first(), o.Start)) {", "the entry is the last event", false, ""},
	{"state/sessions.go", "case e.Time == s.Start || e.Time == s.End:", "case false:", "of two events of one time the first to come is the entry", false, ""},
	{"operators/session/session.go", "s.End.Add(o.gap + 1)", "s.End.Add(o.gap)", "the timer of a session's end comes a millisecond too early", false, ""},

	// Sequences.
	{"state/follow.go", "c.A.Add(within + 1)", "c.A.Add(within)", "not_followed_by turns at the deadline, at which b may still come", false, ""},
	{"state/follow.go", "c.B[0] <= c.A.Add(within)", "c.B[0] < c.A.Add(within)", "a b at the deadline is too late", false, ""},
	{"state/follow.go", "c.B[i] <= t {", "c.B[i] < t {", "a b at the same time as a follows it", false, ""},
	{"state/follow.go", "\t\tfirst = 1\n", "\t\tfirst = 0\n", "the b that answers for the latest a is forgotten with age", false, ""},
	{"state/follow.go", "c.B[i] <= horizon", "c.B[i] > c.A", "the b's that a late a may need are forgotten", false, ""},
	{"state/pending.go", "v.B <= v.A && (w", "v.B < v.A && (w", "a b at the same time as a finishes it", false, ""},
	{"state/pending.go", "v.open(e.Now, c.Window) || v.B >= e.Horizon", "v.open(e.Now, c.Window)", "what is finished is pending again when a late a comes", false, ""},

	// What is said about a person.
	{"state/register.go", "reg.Mark.Time.Add(c.TTL) <= n {", "reg.Mark.Time.Add(c.TTL) < n {", "a context is still known at time + ttl", true, ""},
	{"state/register.go", "reg.Value.Known() || reg.Mark.Time >= e.Horizon", "reg.Value.Known()", "a trait that was removed comes back with an older event", false, ""},
	{"state/register.go", "m.Before(c.Mark) != c.First", "m.Before(c.Mark) == c.First", "first is last and last is first", false, ""},
	{"state/cell.go", "return m.ID < o.ID", "return m.ID > o.ID", "of two events of one time and source the lesser id wins", false, ""},
	{"state/cell.go", "return m.Source < o.Source", "return m.Source > o.Source", "of two events of one time the lesser source wins", false, ""},
	{"state/cell.go", "if m.Time < e.Horizon {", "if m.Time <= e.Horizon {", "a tie is forgotten while another event of that time may come", false, "TestPruning"},
	{"operators/trait/trait.go", "timezone] = append(o.reads[traits][timezone], call)", "timezone] = o.reads[traits][timezone]", "a new time zone does not move the hour", false, ""},

	// Late, too late, erased, again.
	{"operators/chain.go", "e.Time < p.Clock.Add(-c.time.Lateness)", "e.Time <= p.Clock.Add(-c.time.Lateness)", "equal is late", false, ""},
	{"operators/chain.go", "if e.Time < horizon {", "if e.Time <= horizon {", "equal is too late", false, ""},
	{"operators/chain.go", "if e.Time <= p.Erased {", "if e.Time < p.Erased {", "an event of the time of the erasure is remembered", false, ""},
	{"state/recent.go", "one.time() <= t {", "one.time() < t {", "what is as old as the erasure begins the new life", false, ""},
	{"state/recent.go", "one.time() >= horizon:", "one.time() > horizon:", "an event that is just not too old counts twice", false, ""},
	{"state/recent.go", "one.time() >= horizon {", "one.time() > horizon {", "the same, once it went through its bytes", false, ""},

	// Timers.
	{"state/memberships.go", "c.soonest = min(c.soonest, c.By[i].Next)", "if i > 0 {\nc.soonest = min(c.soonest, c.By[i].Next)\n}", "the timer of one segment is dropped", true, ""},
	{"operators/chain.go", "\t\tif due > to {", "\t\tif due >= to {", "an event comes before the timers of its time", false, ""},
	{"operators/chain.go", "if m.Next <= due {", "if m.Next < due {", "a timer judges nothing", false, ""},
	{"operators/chain.go", "case e.Time < p.Now:", "case e.Time <= p.Now:", "every event is a late_event", false, ""},
	{"operators/expr/expsum.go", "root-1, root, root+1, root+2", "root+2", "a decay crosses a millisecond too late", false, ""},
	{"operators/expr/expsum.go", "append([]float64{low}, turns(terms, low, high)...)", "[]float64{low}", "a sum that rises and falls crosses nothing", false, ""},
	{"operators/expr/compare.go", "from.Add(schemas.Duration(near+1)), ", "", "`since_last > w` turns a millisecond too late", false, ""},
	{"operators/expr/compare.go", "\t\t\treturn high\n", "\t\t\treturn high + 1\n", "a model crosses a millisecond too late", false, ""},
	{"operators/expr/condition.go", "calendarCycle = 15 * schemas.Day", "calendarCycle = schemas.Day", "nobody waits for the weekend", false, ""},
	{"operators/expr/zone.go", "return min(n+unit-into, p.to)", "return n + unit - into", "the clocks change, the hour does not", false, ""},

	// Judging only what an event concerns, and looking ahead only where an end came nearer.
	{"operators/expr/watch.go", "x == r.at && !r.above", "x == r.at", "of `> 3` and `>= 3` one is judged too early and then not", false, ""},
	{"operators/expr/watch.go", "if op != greaterOrEqual && op != less {", "if op == greater {", "`<= 3` is not judged when it turns", false, ""},
	{"operators/expr/watch.go", "return s.When.root.sinks(p.Leaves, 1) && (s.Until", "return true || s.When.root.sinks(p.Leaves, 1) && (s.Until", "no segment looks ahead again", false, ""},
	{"operators/expr/watch.go", "return sign < 0", "return true", "what rises is taken for what falls", false, ""},
	{"operators/operator.go", "func (in *Input) Later(c *expr.Call) { in.marked.addAll(in.watches[c.Index].Eager) }", "func (in *Input) Later(*expr.Call) {}", "a longer session does not move what waits for its end", false, ""},
	{"operators/operator.go", "in.marked.addAll(w.Rest)\n\tin.marked.addAll(w.Eager)", "in.marked.addAll(w.Rest)", "nobody looks ahead again when a value grows", false, ""},
	{"operators/operator.go", "in.marked.addAll(w.Rest)\n\tin.marked.addAll(w.Eager)", "in.marked.addAll(w.Eager)", "only comparisons with numbers are judged", false, ""},
	{"operators/session/session.go", "if !extended || !open {", "if !extended || !open && false {", "a late event reopens a session unnoticed", false, ""},
	{"operators/feature/feature.go", "if !limited && !c.Negative {", "if !limited {", "a sum rises unnoticed when a negative number leaves it", false, ""},
	{"operators/feature/feature.go", "!limited && u.positive", "!limited", "a negative weight brings an end nearer unnoticed", false, ""},
	{"operators/segment/segment.go", "exact = exact && next == due", "exact = true", "a lower bound is taken for a timer", false, ""},
	{"operators/segment/segment.go", "truth == expr.True || !truth.Decided()", "truth == expr.True", "a profile's first event does not judge what depends on its name or the hour", false, ""},
	{"operators/segment/ahead.go", "at == schemas.Never || o.decide(s, member, at) == member", "at == schemas.Never || !member", "nobody enters when a session ends", false, ""},

	// Segments.
	{"operators/segment/segment.go", "\tif s.Until == nil {\n\t\treturn s.When.Eval(leaf)", "\tif true {\n\t\treturn s.When.Eval(leaf)", "until is ignored", false, ""},
	{"operators/segment/segment.go", "return s.When.Eval(leaf).And(until.Not())", "return s.When.Eval(leaf)", "a profile enters while until holds", false, ""},
	{"operators/segment/segment.go", "slices.Sort(o.order)", "slices.Reverse(o.order)", "referenced segments come last", false, ""},
	{"operators/segment/segment.go", "\tif !o.granted(s, n) {\n\t\treturn expr.False", "\tif !member && !o.granted(s, n) {\n\t\treturn expr.False", "a member stays without consent", false, ""},
	{"operators/segment/ahead.go", "slices.ContainsFunc(o.names[leaf], func(j int) bool { return o.restless[j] })", "false", "a segment does not wait for what it names", false, ""},
	{"operators/expr/condition.go", "(!l.falls || was != False)", "!l.falls", "what can only fall never does", false, ""},
	{"operators/expr/compare.go", "value < threshold*(1-1e-9)", "value < threshold*2", "what fades to the threshold is given up before", false, ""},
	{"operators/expr/truth.go", "case t == False || o == False:", "case t == False:", "an error on the left is not absorbed", false, ""},

	// Decisions: when they are made.
	{"operators/chain.go", "c.act(!late)", "c.act(true)", "a late event triggers", false, decides},
	{"operators/chain.go", "c.act(due == action)", "c.act(false)", "no timer of an action fires", true, decides},
	{"operators/action/judge.go", "case schemas.CauseErasure, schemas", "case schemas", "the exits of an erasure trigger", false, decides},
	{"operators/action/judge.go", "!schemas.Reserved(e.Type) && ", "", "* is every type", false, decides},
	{"operators/action/judge.go", "return cmp.Compare(a.index, b.index)", "return cmp.Compare(b.index, a.index)", "groups go backwards", false, decides},
	{"operators/action/judge.go", "\t\to.judgeOrWait(firing{o.groupOf(&w), w.Trigger})", "\t\to.judge(firing{o.groupOf(&w), w.Trigger})", "a release in quiet hours is judged", false, decides},
	{"operators/action/timers.go", "return p.Now.Add(w - p.Now.Sub(p.First)%w)", "return p.First.Add(w)", "every() fires once", false, decides},
	{"operators/action/timers.go", "all.Open[len(all.Open)-1].End.Add(all.Gap+1) == p.Now", "len(all.Open) > 0", "a session ends at every timer", false, decides},

	// Quiet hours.
	{"operators/action/quiet.go", "return t >= from || t < to", "return t > from || t < to", "the first millisecond of the evening is not quiet", false, decides},
	{"operators/action/quiet.go", "if end < until {", "if true {", "the clocks change, the end of the quiet hours does not", false, decides},
	{"operators/action/choose.go", "a.expires > 0 && now > f.At.Add(a.expires)", "a.expires > 0 && now >= f.At.Add(a.expires)", "what is of use until now is of none", false, decides},
	{"operators/action/choose.go", "d.ExpiresAt = f.At.Add(a.expires)", "d.ExpiresAt = p.Now.Add(a.expires)", "what waited expires later", false, decides},
	{"state/waiting.go", "\tif found {\n\t\tc.All[i] = w", "\tif found {\n\t\t_ = w", "the oldest waits", false, decides},

	// What is chosen.
	{"operators/action/rules.go", "cmp.Compare(state.Round9(b.Score), state.Round9(a.Score))", "cmp.Compare(b.Score, a.Score)", "a score is not rounded", false, decides},
	{"operators/action/choose.go", "made.Count(p.Now, c.Per) >= c.Max", "made.Count(p.Now, c.Per) > c.Max", "one more than a cap allows", true, decides},
	{"operators/action/choose.go", "\to.remember(f.cap)\n", "", "a channel counts nothing", false, decides},
	{"operators/action/guard.go", "v.Events >= int64(need.Events) && v", "v", "no event is asked for", false, decides},
	{"operators/action/guard.go", " && v.Held() >= int64(need.Sessions)", "", "no session is asked for", false, decides},
	{"operators/action/guard.go", "\tcase s.sensitive:", "\tcase s.sensitive && !s.unsupported:", "of two guards the second is named", false, decides},
	{"operators/action/operator.go", "i >= 0 && !in.Late; i--", "i >= 0; i--", "a late event is in a session", false, decides},
	{"state/support.go", "\t\tif j > i+1 {", "\t\tif j > i+9 {", "sessions that were joined count twice", false, decides},
	{"operators/feature/feature.go", "v.Kind() != schemas.String || u.Sensitive(v)", "v.Kind() != schemas.String", "a sensitive value is an interest", false, decides},
	{"operators/feature/feature.go", "!v.Known() || u.Sensitive(v)", "!v.Known()", "a sensitive value is pending", false, decides},

	// What comes of decisions.
	{"state/offers.go", "return at < t && t <= at.Add(c.Within)", "return at <= t && t <= at.Add(c.Within)", "what is at the instant of a decision is owed to it", false, outcomes},
	{"state/offers.go", "return at < t && t <= at.Add(c.Within)", "return at < t && t < at.Add(c.Within)", "a reward at the end of its time is too late", false, outcomes},
	{"state/offers.go", "for i := len(c.Open) - 1; i >= 0 && t <= c.Open[i].At.Add(c.Within); i-- {", "for i := range c.Open {", "a reward is owed to the first decision", true, outcomes},
	{"state/offers.go", "c.Open[gone].At.Add(c.Within) < horizon", "c.Open[gone].At.Add(c.Within) <= horizon", "a decision is forgotten while something can be owed to it", false, "TestOffersWithin"},
	{"state/offers.go", "\treturn r.Over\n", "\treturn false\n", "a reward that comes late corrects nothing", false, outcomes},
	{"operators/action/attribute.go", "if d.See(schemas.OutcomeConverted) {", "if true {", "a decision is converted again and again", false, outcomes},
	{"operators/action/attribute.go", "c.Ends() > n", "c.Ends() >= n", "a person's time is over too late", false, outcomes},
	{"operators/action/choose.go", "if d.Time < o.mute {", "if false {", "what is not published is counted", false, outcomes},
}

// TestMutants: the random cases notice each of these mistakes. One that none of them notices is a hole in their generator,
// or a line that is not needed. The list follows the code: a text that does not stand in it once is a failure, too.
func TestMutants(t *testing.T) {
	begin := *seed
	if begin == 0 {
		begin = 1 // the same cases always: which of them notices is no matter of luck
	}
	cases := func(run, n string) mutant.Tests {
		return mutant.Tests{Package: "./test/metamorphic", Args: []string{"-test.run", run, "-cases", n, "-quick", "-seed", fmt.Sprint(begin)}}
	}
	for _, m := range mistakes {
		t.Run(m.why, func(t *testing.T) {
			mistake := mutant.Mutant{File: m.file, From: m.from, To: m.to}
			overlay := mistake.Overlay(t)
			if !m.often && !*mutants {
				return
			}
			var tests mutant.Tests
			switch m.cell {
			case "":
				tests = cases(folds, "8000")
			case decides, outcomes:
				tests = cases(m.cell, "4000")
			default:
				tests = mutant.Tests{Package: "./state", Args: []string{"-test.run", m.cell, "-rapid.nofailfile", "-rapid.shrinktime=1s", "-rapid.seed", fmt.Sprint(begin)}}
			}
			mistake.Noticed(t, overlay, 5*time.Minute, tests)
		})
	}
	if *mutants {
		t.Run("no mistake", func(t *testing.T) {
			cases(folds, "8000").Pass(t, 10*time.Minute)
			cases(decides+"|"+outcomes, "4000").Pass(t, 10*time.Minute)
		})
	}
}
