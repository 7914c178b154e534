package config

import (
	"fmt"
	"reflect"
)

// Block is a top-level key of the file that somebody else owns.
type Block struct {
	Key  string
	Into any    // pointer to a struct or a map[string]T that already holds the defaults
	Doc  string // one line for the JSON Schema
}

// Load reads a file's text, with ${VARIABLES} from env, into a Config and into the blocks. Name is the file's name as
// faults should show it. The Document finds positions for what is judged later, such as expressions. Neither it nor the
// Config is ever nil, but with faults the Config is only in part what was written.
func Load(name string, text []byte, env func(string) (string, bool), blocks ...Block) (*Config, *Document, Faults) {
	cfg := Defaults()
	doc, faults := parse(name, text, env)
	if doc.root == nil {
		return cfg, doc, faults
	}
	d := &decoder{doc: doc, faults: faults}
	d.targets(doc.root, nil, topLevel(cfg, blocks))
	d.check(doc.root, nil, reflect.ValueOf(cfg).Elem())
	d.faults.Sort()
	return cfg, doc, d.faults
}

// topLevel is every key the file may have.
func topLevel(cfg *Config, blocks []Block) []target {
	targets := targetsOf(reflect.ValueOf(cfg).Elem())
	for _, b := range blocks {
		v := reflect.ValueOf(b.Into)
		if v.Kind() != reflect.Pointer || v.IsNil() {
			panic(fmt.Sprintf("config: block %q: Into is %T, not a pointer", b.Key, b.Into))
		}
		targets = append(targets, target{rule: rule{name: b.Key, doc: b.Doc}, value: v.Elem()})
	}
	return targets
}
