package pipeline

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/ebbstream/ebb/pipeline/columns"
	"github.com/ebbstream/ebb/schemas"
)

// values gives the values of records one by one, and io.EOF after the last; a *TooLarge and a *schemas.Unusable are passed over.
type values interface {
	Next() (value []byte, number int64, err error)
}

// avroValues are the records of an Avro file.
type avroValues struct {
	file   *schemas.AvroFile
	number int64
}

func (v *avroValues) Next() ([]byte, int64, error) {
	v.number++
	body, err := v.file.Next()
	if err == nil && body == nil {
		body = []byte{} // a record without fields, not a null
	}
	return body, v.number, err
}

// parquetValues are the rows of a Parquet file as JSON objects.
type parquetValues struct {
	rows   *columns.Reader
	number int64
	text   []byte
}

func (v *parquetValues) Next() ([]byte, int64, error) {
	v.number++
	row, err := v.rows.Next()
	v.text = row.AppendJSON(v.text[:0])
	return v.text, v.number, err
}

// csvValues are the rows of a CSV file as JSON objects. What JSON would read as a number, true or false is one, what is
// empty is null, everything else a text: 007 and 2026-01-05 stay as they are.
type csvValues struct {
	rows  *csv.Reader
	names []string
}

func (v *csvValues) Next() ([]byte, int64, error) {
	if v.names == nil {
		names, err := v.rows.Read()
		if err != nil {
			return nil, 0, err
		}
		names[0] = strings.TrimPrefix(names[0], "\ufeff") // the mark that some exports begin with
		v.names = names
	}
	row, err := v.rows.Read()
	var bad *csv.ParseError
	switch {
	case errors.As(err, &bad): // the reader goes on with the next row
		text, _ := json.Marshal(row)
		return text, int64(bad.StartLine), &schemas.Unusable{Reason: schemas.NotDecodable, Detail: fmt.Sprintf("the row is no CSV of %d columns: %v", len(v.names), err)}
	case err != nil:
		return nil, 0, err
	}
	number, _ := v.rows.FieldPos(0)
	b := []byte{'{'}
	for i, cell := range row {
		if i > 0 {
			b = append(b, ',')
		}
		b = schemas.StringValue(v.names[i]).AppendJSON(b)
		b = append(b, ':')
		b = appendCell(b, cell)
	}
	return append(b, '}'), int64(number), nil
}

func appendCell(b []byte, cell string) []byte {
	switch {
	case cell == "":
		return append(b, "null"...)
	case cell == "true", cell == "false":
		return append(b, cell...)
	case strings.IndexByte("-0123456789", cell[0]) >= 0 && json.Valid([]byte(cell)):
		if _, err := strconv.ParseFloat(cell, 64); err == nil {
			return append(b, cell...)
		}
	}
	return schemas.StringValue(cell).AppendJSON(b)
}
