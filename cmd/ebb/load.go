package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/ebbstream/ebb/config"
	"github.com/ebbstream/ebb/operators"
	"github.com/ebbstream/ebb/operators/catalog"
	"github.com/ebbstream/ebb/operators/expr"
	"github.com/ebbstream/ebb/schemas"
)

// settings are a configuration, read and compiled.
type settings struct {
	*config.Config
	blocks  *catalog.Blocks
	catalog *catalog.Catalog
	sources []*source
}

// blocksOf are the operators' parts of the file.
func blocksOf(b *catalog.Blocks) []config.Block {
	var blocks []config.Block
	for _, e := range b.Entries() {
		blocks = append(blocks, config.Block(e))
	}
	return blocks
}

// load reads a configuration; every fault of it is told at once.
func load(path string) (*settings, error) { return loadWith(path, unchanged) }

// loadWith does so with blocks that are changed before they are compiled.
func loadWith(path string, change func(*catalog.Blocks)) (*settings, error) {
	if path == "" {
		return nil, asked("no configuration given: use -c FILE")
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, asked("reading the configuration: %w", err)
	}
	return parse(path, text, change)
}

// unchanged leaves the blocks as the file has them.
func unchanged(*catalog.Blocks) {}

// parse reads the text of a configuration, which lies at path.
func parse(path string, text []byte, change func(*catalog.Blocks)) (*settings, error) {
	blocks := catalog.Defaults()
	c, doc, faults := config.Load(path, text, os.LookupEnv, blocksOf(blocks)...)
	s := &settings{Config: c, blocks: blocks}
	change(blocks)
	compiled, wrongs := catalog.Compile(blocks, s.setting())
	for _, w := range wrongs {
		faults = append(faults, doc.FaultAt(w.Path, w.Offset, w.Message))
	}
	var fields schemas.Projection
	if compiled != nil {
		fields = compiled.Plan.Fields
	}
	sources, wrongMaps := compileSources(c.Sources, filepath.Dir(path), fields)
	for _, w := range wrongMaps {
		faults = append(faults, doc.FaultAt(w.Path, w.Offset, w.Message))
	}
	if len(faults) > 0 {
		faults.Sort()
		return nil, &wrong{err: fmt.Errorf("the configuration %s has %d faults", path, len(faults)), faults: faults}
	}
	s.catalog, s.sources = compiled, sources
	return s, nil
}

// setting is what the operators are told of the rest of the file.
func (s *settings) setting() catalog.Setting {
	return catalog.Setting{
		Name: s.Name, MuteBefore: s.muteBefore(), Untold: !s.Outputs.Sessions,
		Time:   operators.Time{Lateness: schemas.Duration(s.Time.Lateness), Accept: schemas.Duration(s.Time.Accept)},
		Limits: expr.Limits{Events: s.Limits.Events, Values: s.Limits.Values},
		Texts:  s.texts(),
	}
}

// texts are the sources and types that events will have, as far as the configuration says.
func (s *settings) texts() []string {
	all := []string{s.Name + ".events"}
	for _, source := range s.Sources {
		all = append(all, source.Topic)
		for _, term := range []config.Term{source.Map.Source, source.Map.Type} {
			if text, ok := term.Const.(string); ok {
				all = append(all, text)
			}
		}
	}
	return all
}

// muteBefore is the event time before which changes and decisions are not published; Earliest: all are.
func (s *settings) muteBefore() schemas.Instant {
	if at := s.Outputs.MuteBefore; !at.IsZero() {
		return schemas.Instant(at.UnixMilli())
	}
	return schemas.Earliest
}

// instant reads a flag's time.
func instant(flag, text string) (schemas.Instant, error) {
	at, err := schemas.ParseInstant(text)
	if err != nil {
		return 0, asked("--%s: %w", flag, err)
	}
	return at, nil
}
