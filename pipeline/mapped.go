package pipeline

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/ebbstream/ebb/operators/expr"
	"github.com/ebbstream/ebb/pipeline/columns"
	"github.com/ebbstream/ebb/schemas"
)

// Mapped says how the records of files become events: as those of a topic do. Files that end in .avro are Avro object
// containers and bring their schema. The rows of those that end in .parquet, and in .csv with the names of their columns in the
// first row, are JSON objects of the topic's format; all others are lines, each a record's value in that format.
type Mapped struct {
	Topic   string
	Mapping *expr.Mapping
	Lines   func(schemas.Reading) schemas.Reader // of the topic's format; nil: it is none of lines
}

// mappedRecords makes events of the records of one file.
type mappedRecords struct {
	lines  *Lines
	values values
	mapper *expr.Mapper
	record schemas.Record
	ready  []schemas.Event
	bad    func(schemas.DeadLetter)
}

// NewMappedRecords makes a Source of a file. A record that is of no use goes to bad.
func NewMappedRecords(lines *Lines, m *Mapped, bad func(schemas.DeadLetter)) (Source, error) {
	s := &mappedRecords{lines: lines, values: lines, bad: bad}
	reading := m.Mapping.Reading()
	var reader schemas.Reader
	switch name := strings.TrimSuffix(strings.TrimSuffix(lines.path, ".gz"), ".zst"); {
	case strings.HasSuffix(name, ".avro"):
		file, err := schemas.NewAvroFile(lines.text)
		if err != nil {
			return nil, fmt.Errorf("reading %s: %w", lines.path, err)
		}
		s.values, reader = &avroValues{file: file}, schemas.NewAvroBodyReader(reading, file.Schema())
	case strings.HasSuffix(lines.path, ".parquet"):
		rows, err := columns.NewReader(lines.at(), lines.size)
		if err != nil {
			return nil, fmt.Errorf("reading %s: %w", lines.path, err)
		}
		s.values, reader = &parquetValues{rows: rows}, m.rows(reading)
	case strings.HasSuffix(name, ".csv"):
		s.values, reader = &csvValues{rows: csv.NewReader(lines.text)}, m.rows(reading)
	case m.Lines != nil:
		reader = m.Lines(reading)
	default:
		return nil, fmt.Errorf("reading %s: the records of %s do not come in lines: give it files that end in .avro, .parquet or .csv", lines.path, m.Topic)
	}
	s.mapper = m.Mapping.Mapper(reader)
	s.record.Topic = m.Topic
	return s, nil
}

// rows reads the rows of tables, which are JSON objects, as the topic's format has those.
func (m *Mapped) rows(reading schemas.Reading) schemas.Reader {
	if m.Lines == nil {
		return schemas.NewJSONReader(reading)
	}
	return m.Lines(reading)
}

func (s *mappedRecords) Next(e *schemas.Event) error {
	for len(s.ready) == 0 {
		value, number, err := s.values.Next()
		var tooLarge *TooLarge
		var why *schemas.Unusable
		switch {
		case errors.As(err, &tooLarge):
			err = &schemas.Unusable{Reason: schemas.TooLarge, Detail: tooLarge.Error()}
		case errors.As(err, &why):
		case err == io.EOF:
			return err
		case err != nil:
			return fmt.Errorf("reading %s: %w", s.lines.path, err)
		default:
			s.record.Value, s.record.Offset = value, number
			s.ready, err = s.mapper.Decode(&s.record)
		}
		if errors.As(err, &why) {
			s.ready = nil
			s.bad(schemas.DeadLetter{Reason: why.Reason, Detail: why.Detail, Topic: s.lines.path, Offset: number, Bytes: bytes.Clone(value)})
		} else if err != nil {
			return err
		}
	}
	*e = s.ready[0]
	e.Origin = schemas.Origin{}
	s.ready = s.ready[1:]
	return nil
}

// fileForm is an event in the file form (SPEC section 2).
func fileForm(e *schemas.Event) []byte {
	member := func(b []byte, name, text string) []byte {
		return schemas.StringValue(text).AppendJSON(append(b, name...))
	}
	b := member(nil, `{"id":`, e.ID)
	b = member(b, `,"source":`, e.Source)
	b = member(b, `,"type":`, e.Type)
	b = member(b, `,"subject":`, e.Subject)
	b = schemas.TimeValue(e.Time).AppendJSON(append(b, `,"time":`...))
	return append(e.AppendData(append(b, `,"data":`...)), '}')
}
