// Package metamorphic holds the fold against the brute-force model of package model, on random configurations and
// histories, and against itself under other orders, cuts and repetitions.
package metamorphic

import (
	"flag"
	"fmt"
	"math/rand"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ebbstream/ebb/schemas"
	"github.com/ebbstream/ebb/test/engine"
	"github.com/ebbstream/ebb/test/model"
)

var (
	cases = flag.Int("cases", 20_000, "random cases to try")
	seed  = flag.Int64("seed", 0, "the seed of the first case; 0: by the clock")
)

// TestAgainstModel: memberships, crossing instants to the millisecond, expires_at, sessions, features, traits, consents
// and late events equal the brute force; every second case also goes through the profiles' bytes at random moments.
func TestAgainstModel(t *testing.T) {
	first := *seed
	if first == 0 {
		first = time.Now().UnixNano() % 1e12
	}
	t.Logf("cases %d to %d: repeat one with -seed N -cases 1", first, first+int64(*cases)-1)
	var next, failed, pairs atomic.Int64
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for {
				i := next.Add(1) - 1
				if i >= int64(*cases) || failed.Load() >= 5 {
					return
				}
				c := model.Generate(rand.New(rand.NewSource(first + i)))
				pairs.Add(int64(len(c.Config.Segments) + len(c.Config.Features)))
				slow := time.AfterFunc(10*time.Second, func() { t.Logf("seed %d takes more than 10 s", first+i) })
				diff := differs(c, first+i)
				slow.Stop()
				if len(diff) > 0 {
					if failed.Add(1) > 5 {
						return
					}
					small := model.Shrink(c, func(c model.Case) bool { return len(differs(c, first+i)) > 0 })
					t.Errorf("seed %d:\n%s\n%s", first+i, small, strings.Join(differs(small, first+i), "\n"))
				}
			}
		})
	}
	wg.Wait()
	t.Logf("%d pairs of a condition or feature and a history", pairs.Load())
}

// differs is what the engine does otherwise than the model.
func differs(c model.Case, seed int64) []string {
	got, err := run(c, seed)
	if err != nil {
		return []string{err.Error()}
	}
	return model.Diff(model.Run(c), got)
}

func run(c model.Case, seed int64) (result model.Result, err error) {
	defer func() {
		if r := recover(); r != nil {
			stack := make([]byte, 4096)
			err = fmt.Errorf("panic: %v\n%s", r, stack[:runtime.Stack(stack, false)])
		}
	}()
	g, err := engine.New(c.Config.YAML())
	if err != nil {
		return result, err
	}
	if seed%2 == 0 {
		r := rand.New(rand.NewSource(seed))
		g.Cut = func() bool { return r.Intn(3) == 0 }
	}
	var files [][]string
	for _, f := range c.Files {
		var lines []string
		for _, e := range f {
			lines = append(lines, e.JSON())
		}
		files = append(files, lines)
	}
	asOf := schemas.Never
	if c.AsOf != nil {
		asOf = schemas.Instant(*c.AsOf)
	}
	out, err := g.Run(files, asOf)
	if err != nil {
		return result, err
	}
	for _, m := range out {
		add(&result, m)
	}
	return result, nil
}

// add turns one message into the model's words.
func add(result *model.Result, m schemas.Message) {
	counts := func(all []schemas.TypeCount) map[string]int {
		out := map[string]int{}
		for _, c := range all {
			out[c.Type] = int(c.Events)
		}
		return out
	}
	switch m := m.(type) {
	case *schemas.SegmentChange:
		c := model.Change{Time: int64(m.Time), Profile: m.Profile, Segment: m.Segment, Entered: m.Entered, Seq: int(m.Seq), Epoch: int(m.Epoch),
			Cause: m.Cause, EnteredAt: int64(m.EnteredAt)}
		if m.CausedBy != nil {
			c.CausedBy = m.CausedBy.ID
		}
		if m.ExpiresAt != schemas.Never {
			at := int64(m.ExpiresAt)
			c.ExpiresAt = &at
		}
		result.Changes = append(result.Changes, c)
	case *schemas.SessionEnded:
		result.Sessions = append(result.Sessions, model.Ended{Profile: m.Profile, Start: int64(m.Start), End: int64(m.End), Events: int(m.Events),
			Counts: counts(m.Counts), EntryID: m.Entry.ID, ExitID: m.Exit.ID})
	case *schemas.Profile:
		p := model.Profile{ID: m.Profile, Time: int64(m.AsOf), Features: plainAll(m.Features), Traits: plainAll(m.Traits),
			Consents: map[string]string{}, FirstSeen: int64(m.FirstSeen), LastSeen: int64(m.LastSeen)}
		for _, s := range m.Memberships {
			p.Memberships = append(p.Memberships, s.Segment)
		}
		slices.Sort(p.Memberships)
		for _, c := range m.Consents {
			p.Consents[c.Name] = c.Value.Text()
		}
		if s := m.Session; s != nil {
			p.Session = &model.Open{Start: int64(s.Start), End: int64(s.End), Events: int(s.Events), Counts: counts(s.Counts)}
		}
		result.Profiles = append(result.Profiles, p)
	case *schemas.Late:
		result.Late = append(result.Late, model.Late{ID: m.ID, Subject: m.Subject, Time: int64(m.Time), Reason: m.Reason})
	}
}

func plainAll(values []schemas.NamedValue) map[string]any {
	out := map[string]any{}
	for _, v := range values {
		out[v.Name] = plain(v.Value)
	}
	return out
}

// plain is a value as encoding/json would read its JSON, with ints kept apart.
func plain(v schemas.Value) any {
	switch v.Kind() {
	case schemas.Bool:
		return v.Truth()
	case schemas.Int:
		return v.Int()
	case schemas.Double:
		n, _ := v.Number()
		return n
	case schemas.String:
		return v.Text()
	case schemas.Span:
		if v.Span() == schemas.Forever {
			return nil
		}
		return v.Span().Seconds()
	case schemas.Time:
		return v.Instant().String()
	case schemas.List:
		out := []any{}
		for _, item := range v.Items() {
			out = append(out, plain(item))
		}
		return out
	case schemas.Map:
		out := map[string]any{}
		for i, item := range v.Items() {
			out[v.Keys()[i]] = plain(item)
		}
		return out
	}
	return nil
}
