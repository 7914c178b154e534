// Package engine runs ebb's fold in memory, for tests that need it thousands of times: a configuration's text, lines of
// events, and the messages that come out. It differs from a replay only in having no files.
package engine

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/ebbstream/ebb/config"
	"github.com/ebbstream/ebb/operators"
	"github.com/ebbstream/ebb/operators/catalog"
	"github.com/ebbstream/ebb/operators/expr"
	"github.com/ebbstream/ebb/pipeline"
	"github.com/ebbstream/ebb/schemas"
	"github.com/ebbstream/ebb/state"
)

// Engine is a compiled configuration.
type Engine struct {
	Catalog *catalog.Catalog
	Count   func(subject string, o schemas.Outcome) // is told what is counted of experiments; may be nil
	Cut     func() bool                             // whether the profile goes through its bytes after an event, as at a restart; may be nil
}

// Load reads and compiles a configuration, as the command does. All its faults come at once.
func Load(name string, text []byte, env func(string) (string, bool), options ...func(*catalog.Setting)) (*config.Config, *catalog.Blocks, *catalog.Catalog, config.Faults) {
	blocks := catalog.Defaults()
	var entries []config.Block
	for _, e := range blocks.Entries() {
		entries = append(entries, config.Block(e))
	}
	c, doc, faults := config.Load(name, text, env, entries...)
	setting := catalog.Setting{
		Name:   c.Name,
		Time:   operators.Time{Lateness: schemas.Duration(c.Time.Lateness), Accept: schemas.Duration(c.Time.Accept)},
		Limits: expr.Limits{Events: c.Limits.Events, Values: c.Limits.Values},
	}
	if at := c.Outputs.MuteBefore; !at.IsZero() {
		setting.MuteBefore = schemas.Instant(at.UnixMilli())
	}
	for _, option := range options {
		option(&setting)
	}
	compiled, wrongs := catalog.Compile(blocks, setting)
	for _, w := range wrongs {
		faults = append(faults, doc.FaultAt(w.Path, w.Offset, w.Message))
	}
	faults.Sort()
	return c, blocks, compiled, faults
}

// NoEnvironment has no variables.
func NoEnvironment(string) (string, bool) { return "", false }

// Exhaustive makes the engine judge every segment at every event and timer.
func Exhaustive(s *catalog.Setting) { s.Exhaustive = true }

// New compiles a configuration.
func New(text string, options ...func(*catalog.Setting)) (*Engine, error) {
	_, _, compiled, faults := Load("test.yaml", []byte(text), NoEnvironment, options...)
	if len(faults) > 0 {
		return nil, faults
	}
	return &Engine{Catalog: compiled}, nil
}

// lines is a source of events in memory.
type lines struct {
	left    []string
	decoder *schemas.JSONDecoder
	until   schemas.Instant
}

func (l *lines) Next(e *schemas.Event) error {
	for len(l.left) > 0 {
		line := l.left[0]
		l.left = l.left[1:]
		if err := l.decoder.Decode([]byte(line), e); err != nil {
			return fmt.Errorf("%s: %w", line, err)
		}
		if e.Time <= l.until {
			return nil
		}
	}
	return io.EOF
}

// Run folds the events of several files and brings all profiles to the final instant: asOf, or that of the last event
// if it is Never.
func (g *Engine) Run(files [][]string, asOf schemas.Instant) ([]schemas.Message, error) {
	var sources []pipeline.Source
	for _, f := range files {
		sources = append(sources, &lines{f, schemas.NewJSONDecoder(g.Catalog.Plan.Fields), asOf})
	}
	chain := g.Catalog.Chain()
	var out []schemas.Message
	emit := func(m schemas.Message) { out = append(out, schemas.Keep(m)) }
	subject := ""
	if g.Count != nil {
		chain.Count(func(o schemas.Outcome) { g.Count(subject, o) })
	}
	profiles, used := map[string]*state.Profile{}, chain.Layout().New("")
	source, last := pipeline.MergeInput(sources...), schemas.Earliest
	var e schemas.Event
	for {
		err := source.Next(&e)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		last = max(last, e.Time)
		p := profiles[e.Subject]
		if p == nil {
			p = chain.Layout().New(e.Subject)
			profiles[e.Subject] = p
		}
		subject = e.Subject
		chain.Fold(p, &e, schemas.Earliest, emit)
		if g.Cut != nil && g.Cut() {
			if profiles[e.Subject], err = reread(chain, p, used); err != nil {
				return nil, err
			}
			used = p
		}
	}
	if asOf == schemas.Never {
		asOf = last
	}
	for _, id := range slices.Sorted(maps.Keys(profiles)) {
		subject = id
		chain.Pass(profiles[id], asOf, emit)
		if view := chain.Profile(profiles[id], asOf); view != nil {
			emit(view)
		}
	}
	return out, nil
}

// reread puts a profile through its bytes, into the memory of one that is not used any more.
func reread(chain *catalog.Chain, p, used *state.Profile) (*state.Profile, error) {
	text := chain.Layout().Encode(nil, p, chain.Horizon(p))
	return chain.Layout().Reopen(used, p.ID, text)
}
