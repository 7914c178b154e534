package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/ebbstream/ebb/config"
	"github.com/ebbstream/ebb/operators/expr"
	"github.com/ebbstream/ebb/pipeline"
	"github.com/ebbstream/ebb/schemas"
)

// source is one topic to read, ready to make events of its records.
type source struct {
	config.Source
	format  schemas.Format
	mapping *expr.Mapping
	schema  *schemas.Avro // of avro: the file's; nil: none
}

// compileSources compiles the maps of all sources for events that carry these fields, or tells every fault in them.
// Schema files are looked for beside the configuration, which lies in dir.
func compileSources(all config.Sources, dir string, fields schemas.Projection) (out []*source, faults []expr.Fault) {
	for i, s := range all {
		c := &source{Source: s}
		path := []string{"sources", fmt.Sprintf("[%d]", i)}
		var wrong []expr.Fault
		c.format, _ = schemas.FormatOf(s.Format)
		c.mapping, wrong = expr.CompileMapping(c.definition(path), fields)
		faults = append(faults, wrong...)
		if s.Schema != "" {
			var err error
			if c.schema, err = readSchema(dir, s.Schema); err != nil {
				faults = append(faults, expr.Fault{Path: append(path, "schema"), Message: err.Error()})
			}
		}
		out = append(out, c)
	}
	return out, faults
}

func (c *source) definition(path []string) expr.MapDefinition {
	unit, _ := schemas.ParseTimeUnit(c.TimeUnit)
	return expr.MapDefinition{
		Path: path, Topic: c.Topic, Unit: unit, Keyed: c.Keyed, Where: c.Where, Each: c.Each, Default: c.format.Defaults(c.Mapped()),
		ID: term(c.Map.ID), Source: term(c.Map.Source), Subject: term(c.Map.Subject), Time: term(c.Map.Time), Type: term(c.Map.Type), Data: term(c.Map.Data),
	}
}

func term(t config.Term) expr.MapTerm {
	if !t.IsConst {
		return expr.MapTerm{Expr: t.Expr}
	}
	v := schemas.ValueOf(t.Const)
	return expr.MapTerm{Const: &v}
}

func readSchema(dir, path string) (*schemas.Avro, error) {
	if !filepath.IsAbs(path) {
		path = filepath.Join(dir, path)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("expected the file of an Avro schema: %w", err)
	}
	return schemas.ParseAvro(schemas.AvroText{Schema: string(text)})
}

// mappedFiles says how files of records become events as those of a topic do. Files have no keys.
func mappedFiles(s *settings, file, topic string) (*pipeline.Mapped, error) {
	for i, c := range s.sources {
		if c.Topic != topic {
			continue
		}
		unkeyed := c.Source
		unkeyed.Keyed = false
		made, faults := compileSources(config.Sources{unkeyed}, filepath.Dir(file), s.catalog.Plan.Fields)
		if len(faults) > 0 {
			return nil, fmt.Errorf("sources[%d]: %s", i, faults[0])
		}
		m := &pipeline.Mapped{Topic: topic, Mapping: made[0].mapping}
		if c.format.Name != schemas.AvroFormat.Name {
			m.Lines = c.format.NewReader
		}
		return m, nil
	}
	return nil, asked("--source %s: the configuration has no source with this topic", topic)
}

// mapper makes events of the source's records, for one goroutine. Registry is where writers' schemas are; it may be nil.
func (c *source) mapper(registry schemas.AvroSchemas) *expr.Mapper {
	if reader := c.format.NewReader(c.mapping.Reading()); reader != nil {
		return c.mapping.Mapper(reader)
	}
	return c.mapping.Mapper(schemas.NewAvroReader(c.mapping.Reading(), c.schema, registry))
}
