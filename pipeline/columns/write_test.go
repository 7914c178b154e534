package columns

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/ebbstream/ebb/schemas"
)

// TestResults: each of the lines that schemas keeps as golden files has its members in a row, typed; and the same lines
// make the same bytes.
func TestResults(t *testing.T) {
	for kind, names := range map[string][]string{
		"segment-changes": {"entered", "exited", "entered-from-file"}, "sessions": {"session"}, "actions": {"decision", "decision-plain"},
		"profiles": {"profile", "profile-empty"}, "late": {"late", "late-erased"}, "dead-letters": {"dead-letter", "dead-letter-bytes"},
	} {
		var lines []schemas.Value
		write := func() []byte {
			var file bytes.Buffer
			table := NewTable(&file, kind)
			lines = nil
			for _, name := range names {
				line, err := os.ReadFile(filepath.Join("..", "..", "schemas", "testdata", "message", name+".json"))
				if err != nil {
					t.Fatal(err)
				}
				line = bytes.TrimSpace(line)
				if err := table.Write(line); err != nil {
					t.Fatal(err)
				}
				v, err := schemas.ParseValue(line)
				if err != nil {
					t.Fatal(err)
				}
				lines = append(lines, v)
			}
			if err := table.Close(); err != nil {
				t.Fatal(err)
			}
			return file.Bytes()
		}
		file := write()
		if !bytes.Equal(file, write()) {
			t.Errorf("%s: the same rows are other bytes", kind)
		}
		rows, err := readAll(file)
		if err != nil || len(rows) != len(lines) {
			t.Fatalf("%s: %d rows, %v", kind, len(rows), err)
		}
		for i, row := range rows {
			for _, what := range []struct {
				of   schemas.Value
				skip []string
			}{{lines[i], []string{"specversion", "data", "subject"}}, {lines[i].Field("data"), []string{"payload_base64", "payload", "a"}}} {
				for j, name := range what.of.Keys() {
					if slices.Contains(what.skip, name) {
						continue
					}
					got, want := asLine(row.Field(name)), objects(what.of.Items()[j])
					if empty := len(got.Items()) == 0 && len(want.Items()) == 0 && want.Kind() == schemas.Map; !got.Equal(want) && !empty {
						t.Errorf("%s: %s is %s, not %s", names[i], name, got.AppendJSON(nil), want.AppendJSON(nil))
					}
				}
			}
		}
		if kind == "late" {
			if got := rows[0].Field("data"); !got.Equal(lines[0].Field("data")) || rows[1].Field("data").Kind() != schemas.Null || rows[0].Field("subject").Text() != "u1" {
				t.Errorf("late: %s", got.AppendJSON(nil))
			}
		}
		if kind == "dead-letters" {
			if rows[0].Field("payload").Text() != `{"type":"v"}` || rows[1].Field("payload").Text() != "ÿ\x00" {
				t.Errorf("payloads are %s and %s", rows[0].AppendJSON(nil), rows[1].AppendJSON(nil))
			}
		}
		for column, kept := range map[string]string{"payload": "actions", "features": "profiles"} { // with their nulls
			if got := rows[0].Field(column); kind == kept && !got.Equal(lines[0].Path([]string{"data", column})) {
				t.Errorf("%s are %s", column, got.AppendJSON(nil))
			}
		}
	}
}

// asLine is a column as the line has it: lists of keys and values are objects, instants are text, and what is null is not there.
func asLine(v schemas.Value) schemas.Value {
	parsed, _ := schemas.ParseValue(v.AppendJSON(nil))
	return objects(parsed)
}

func objects(v schemas.Value) schemas.Value {
	var keys []string
	var items []schemas.Value
	switch v.Kind() {
	case schemas.Map:
		for i, key := range v.Keys() {
			if item := v.Items()[i]; item.Kind() != schemas.Null {
				keys, items = append(keys, key), append(items, objects(item))
			}
		}
		return schemas.MapValue(keys, items)
	case schemas.List:
		pairs := false
		for _, item := range v.Items() {
			switch strings.Join(item.Keys(), " ") {
			case "events type":
				pairs, keys, items = true, append(keys, item.Field("type").Text()), append(items, item.Field("events"))
			case "entered_at segment":
				inner := schemas.MapValue([]string{"entered_at"}, []schemas.Value{item.Field("entered_at")})
				pairs, keys, items = true, append(keys, item.Field("segment").Text()), append(items, inner)
			default:
				items = append(items, objects(item))
			}
		}
		if pairs {
			return schemas.MapValue(keys, items)
		}
		return schemas.ListValue(items)
	}
	return v
}

// TestBadLine: what is no line is no row.
func TestBadLine(t *testing.T) {
	if err := NewTable(&bytes.Buffer{}, "sessions").Write([]byte(`{"id":1}`)); err == nil || !strings.Contains(err.Error(), `making a row of {"id":1}`) {
		t.Errorf("got %v", err)
	}
}
