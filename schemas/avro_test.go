package schemas

import (
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/linkedin/goavro/v2"
)

var everything = Reading{Projection{{}}, []Mode{Kept}}

// readAvro reads one value whole.
func readAvro(t *testing.T, d Reader, value []byte) Value {
	t.Helper()
	v, err := tryAvro(d, value)
	if err != nil {
		t.Fatalf("% x: %v", value, err)
	}
	return v
}

func tryAvro(d Reader, value []byte) (Value, error) {
	var values [1]Value
	_, err := d.Open(&Record{Value: value})
	if err == nil {
		err = d.Read(0, values[:])
	}
	return values[0], err
}

func unhex(t *testing.T, text string) []byte {
	t.Helper()
	b, err := hex.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func readJSON(t *testing.T, path string, into any) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", path))
	if err == nil {
		err = json.Unmarshal(text, into)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func sameJSON(t *testing.T, what string, got Value, want []byte) {
	t.Helper()
	w, err := ParseValue(want)
	if err != nil {
		t.Fatal(err)
	}
	if !got.Equal(w) {
		t.Errorf("%s: got %s, want %s", what, got.AppendJSON(nil), want)
	}
}

// avroFor reads values of a schema, written with it, as a reader's schema has them; nil: as written.
func avroFor(t *testing.T, writer string, reader json.RawMessage) Reader {
	t.Helper()
	var own *Avro
	if reader != nil {
		own = mustAvro(t, string(reader))
	}
	return NewAvroReader(everything, own, fixedSchemas{1: {Schema: writer}})
}

// fixedSchemas is a registry.
type fixedSchemas map[int32]AvroText

func (s fixedSchemas) AvroSchema(id int32) (AvroText, error) {
	text, found := s[id]
	if !found {
		return AvroText{}, errors.New("the registry has none")
	}
	return text, nil
}

func framed(id int32, body []byte) []byte {
	return append(binary.BigEndian.AppendUint32([]byte{0}, uint32(id)), body...)
}

type fieldsCase struct {
	Writer   json.RawMessage
	Hex      string
	Fields   []string `json:"reader_fields"`
	Expected json.RawMessage
}

// TestAvroResolution holds the promotions, defaults and projections of Avro's own tests.
func TestAvroResolution(t *testing.T) {
	var cases struct {
		ZigZag []struct {
			Value json.RawMessage
			Hex   string
		} `json:"int_long_zigzag"`
		Promotions []struct {
			Writer, Reader json.RawMessage
			Hex            string
			Expected       json.RawMessage
		}
		Defaults struct {
			Writer json.RawMessage
			Hex    string
			Cases  []struct {
				Type     json.RawMessage `json:"reader_field_type"`
				Default  json.RawMessage
				Expected json.RawMessage
			}
		}
		Projection fieldsCase
		FieldOrder fieldsCase `json:"field_order"`
	}
	readJSON(t, "avro/resolution_cases.json", &cases)
	for _, c := range cases.ZigZag {
		for _, typ := range []string{`"int"`, `"long"`} {
			sameJSON(t, "zigzag "+c.Hex, readAvro(t, avroFor(t, typ, nil), framed(1, unhex(t, c.Hex))), c.Value)
		}
	}
	for _, c := range cases.Promotions {
		got := readAvro(t, avroFor(t, string(c.Writer), c.Reader), framed(1, unhex(t, c.Hex)))
		sameJSON(t, string(c.Writer)+" as "+string(c.Reader), got, c.Expected)
		if isInt := string(c.Reader) == `"long"`; isInt != (got.Kind() == Int) {
			t.Errorf("%s as %s is %s", c.Writer, c.Reader, got.Kind())
		}
	}
	d := cases.Defaults
	for _, c := range d.Cases {
		reader := `{"type":"record","name":"Test","fields":[{"name":"H","type":` + string(c.Type) + `,"default":` + string(c.Default) + `}]}`
		sameJSON(t, "default of "+string(c.Type), readAvro(t, avroFor(t, string(d.Writer), []byte(reader)), framed(1, unhex(t, d.Hex))), c.Expected)
	}
	p := cases.Projection
	for range 2 {
		reader := `{"type":"record","name":"Test","fields":[{"name":"` + p.Fields[0] + `","type":"int"},{"name":"` + p.Fields[1] + `","type":"int"}]}`
		sameJSON(t, "projection", readAvro(t, avroFor(t, string(p.Writer), []byte(reader)), framed(1, unhex(t, p.Hex))), p.Expected)
		p = cases.FieldOrder
	}
	if len(cases.Promotions) != 6 || len(d.Cases) != 14 {
		t.Errorf("%d promotions and %d defaults read", len(cases.Promotions), len(d.Cases))
	}
}

// TestAvroFiles wants the five weather reports of every codec.
func TestAvroFiles(t *testing.T) {
	text, err := os.ReadFile("testdata/avro/weather.json")
	if err != nil {
		t.Fatal(err)
	}
	want := strings.Fields(string(text))
	for _, name := range []string{"weather", "weather-deflate", "weather-snappy", "weather-zstd"} {
		file, err := os.Open("testdata/avro/" + name + ".avro")
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		f, err := NewAvroFile(file)
		if err != nil {
			t.Fatal(err)
		}
		d := NewAvroBodyReader(everything, f.Schema())
		for _, line := range want {
			body, err := f.Next()
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			sameJSON(t, name, readAvro(t, d, body), []byte(line))
		}
		if _, err := f.Next(); err != io.EOF {
			t.Errorf("%s: after the last record: %v", name, err)
		}
	}
}

// TestSingleObject reads a message written by Java in single-object encoding.
func TestSingleObject(t *testing.T) {
	schema, err := os.ReadFile("testdata/avro/messageV1/test_schema.avsc")
	if err != nil {
		t.Fatal(err)
	}
	message, err := os.ReadFile("testdata/avro/messageV1/test_message.bin")
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile("testdata/avro/messageV1/expected.json")
	if err != nil {
		t.Fatal(err)
	}
	own := mustAvro(t, string(schema))
	d := NewAvroReader(everything, own, nil)
	sameJSON(t, "single object", readAvro(t, d, message), want)
	sameJSON(t, "plain", readAvro(t, d, message[singleBytes:]), want)
	sameJSON(t, "framed", readAvro(t, d, framed(7, message[singleBytes:])), want)
	message[2]++ // another schema's fingerprint
	if _, err := tryAvro(d, message); err == nil {
		t.Error("a message of another schema is read")
	}
}

// TestFingerprints holds the fingerprints of Avro's own tests. goavro makes nothing of a union of nothing.
func TestFingerprints(t *testing.T) {
	text, err := os.ReadFile("testdata/avro/schema-tests.txt")
	if err != nil {
		t.Fatal(err)
	}
	checked, refused := 0, 0
	for _, part := range strings.Split(string(text), "<<INPUT")[1:] {
		input, rest, _ := strings.Cut(part, "<<canonical")
		input = strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(input), "<<INPUT")), "INPUT"))
		_, number, found := strings.Cut(rest, "<<fingerprint ")
		if !found {
			continue
		}
		want, err := strconv.ParseInt(strings.Fields(number)[0], 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := ParseAvro(AvroText{Schema: input}); err != nil {
			t.Errorf("%s: %v", input, err)
		}
		switch got := avroFingerprint(input); {
		case got == 0:
			refused++
		case int64(got) != want:
			t.Errorf("%s: fingerprint %d, want %d", input, int64(got), want)
		}
		checked++
	}
	if checked != 26 || refused != 1 { // the union of nothing
		t.Errorf("%d fingerprints, %d of them refused", checked, refused)
	}
}

// TestConfluentWireFormat reads the payloads of Bento's tests, as plain JSON; and as Avro's own JSON through goavro, on
// which the others rest.
func TestConfluentWireFormat(t *testing.T) {
	type testCase struct {
		Name     string
		Payload  string          `json:"payload_hex"`
		Expected json.RawMessage `json:"expected_json"`
	}
	var cases struct {
		Registry map[string]struct{ Schema json.RawMessage }
		Plain    []testCase `json:"cases_plain_json"`
		Avro     []testCase `json:"cases_avro_json"`
	}
	readJSON(t, "confluent/avro_cases.json", &cases)
	schema := string(cases.Registry["3"].Schema)
	d := NewAvroReader(everything, nil, fixedSchemas{3: {Schema: schema}})
	for _, c := range cases.Plain {
		sameJSON(t, c.Name, readAvro(t, d, unhex(t, c.Payload)), c.Expected)
	}
	codec, err := goavro.NewCodec(schema)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range cases.Avro {
		native, _, err := codec.NativeFromBinary(unhex(t, c.Payload)[frameBytes:])
		if err != nil {
			t.Fatal(err)
		}
		text, err := codec.TextualFromNative(nil, native)
		if err != nil {
			t.Fatal(err)
		}
		got, _ := ParseValue(text)
		sameJSON(t, c.Name, got, c.Expected)
	}
}
