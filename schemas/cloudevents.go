package schemas

import (
	"bytes"
	"encoding/base64"
	"strings"
	"unicode/utf8"
	"unsafe"
)

// cloudMessages reads CloudEvents 1.0 as the Kafka protocol binding 1.0.2 has them. A content-type that begins with
// application/cloudevents is the structured mode (section 3.3): the value is the event in the JSON format; with
// application/cloudevents-batch it is a list of them. Otherwise a record with headers ce_* is the binary mode (section 3.2): the
// headers are the attributes, content-type the datacontenttype, the value the data, in JSON. A record with neither is
// taken for the structured mode, as the lines of a file are.
//
// A message is the event as the JSON format writes it: msg.id, msg.data, and extensions beside them, such as
// msg.partitionkey. data_base64 has become data.
type cloudMessages struct {
	jsonMessages
	record *Record
	binary bool
	items  [][]byte
	values []Value // those asked for, then data_base64, specversion and the shape of data
	size   int
	data   *fieldTree // what is asked of data
	whole  bool       // the message itself is asked for
}

// NewCloudEventsReader makes a Reader of CloudEvents.
func NewCloudEventsReader(reading Reading) Reader {
	d := &cloudMessages{size: len(reading.Paths)}
	own := Reading{append(Projection(nil), reading.Paths...), append([]Mode(nil), reading.Modes...)}
	own.Add([]string{"data_base64"}, Lent)
	own.Add([]string{"specversion"}, Kept)
	own.Add([]string{"data"}, Shape)
	d.values = make([]Value, len(own.Paths))
	d.tree = newReadingTree(own)
	d.data = d.tree.find([]byte("data"))
	d.whole = len(d.tree.here)+len(d.tree.shape) > 0
	d.names, d.texts = newInterner(), newInterner()
	return d
}

const (
	cloudPrefix     = "ce_"
	cloudStructured = "application/cloudevents"
	cloudBatch      = "application/cloudevents-batch"
)

func (d *cloudMessages) Open(r *Record) (int, error) {
	d.record, d.binary, d.items = r, false, d.items[:0]
	content, _ := r.Header("content-type")
	media, _, _ := strings.Cut(strings.ToLower(string(content)), ";")
	media = strings.TrimSpace(media)
	if strings.HasPrefix(media, cloudStructured) {
		if format := media[strings.LastIndexByte(media, '+')+1:]; format != media && format != "json" {
			return 0, unusable(NotDecodable, "the content-type is %.60q, of which only +json is read", content)
		}
		return d.structured(strings.HasPrefix(media, cloudBatch))
	}
	for _, h := range r.Headers {
		if strings.HasPrefix(h.Key, cloudPrefix) {
			d.binary = true
			return 1, nil
		}
	}
	return d.structured(false)
}

func (d *cloudMessages) structured(batch bool) (int, error) {
	text := bytes.TrimSpace(d.record.Value)
	if !batch {
		d.items = append(d.items, text)
		return 1, nil
	}
	s := &d.jsonReader
	s.reset(text)
	if s.peek() != '[' {
		return 0, unusable(NotDecodable, "the batch is %s, expected a list of events", excerpt(text))
	}
	for ok := s.enter(']'); ok; ok = s.next(']') {
		d.items = append(d.items, s.skip())
	}
	if err := s.end(); err != nil {
		return 0, unusable(NotDecodable, "the batch is not JSON: %v", err)
	}
	return len(d.items), nil
}

func (d *cloudMessages) Read(i int, values []Value) (err error) {
	if d.binary {
		err = d.headers()
	} else if err = d.read(d.items[i], d.values); err == nil {
		err = d.base64()
	}
	if err != nil {
		return err
	}
	if v := d.values[d.size+1]; v.Known() && !strings.HasPrefix(v.Text(), "1.") {
		return unusable(NotMappable, "specversion is %s, expected \"1.0\"", describe(v))
	}
	copy(values, d.values[:d.size])
	return nil
}

// headers reads the binary mode.
func (d *cloudMessages) headers() error {
	if d.whole {
		return d.read(d.asJSON(), d.values)
	}
	d.tree.assign(someMap, d.values)
	for _, h := range d.record.Headers {
		name, is := strings.CutPrefix(h.Key, cloudPrefix)
		if h.Key == "content-type" {
			name, is = "datacontenttype", true
		}
		if !is || name == "data" {
			continue
		}
		child := d.tree.find([]byte(name))
		if child == nil {
			continue
		}
		if !utf8.Valid(h.Value) {
			return unusable(NotDecodable, "the header %s is no UTF-8", h.Key)
		}
		text := d.texts.text
		if child.lent {
			text = lend
		}
		child.assign(StringValue(text(h.Value)), d.values)
	}
	d.reset(d.record.Value)
	d.data.read(&d.jsonReader, d.values)
	if err := d.end(); err != nil {
		content, _ := d.record.Header("content-type")
		return unusable(NotDecodable, "the data (content-type %.60q) are not JSON: %v", content, err)
	}
	return nil
}

func lend(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

// base64 puts what data_base64 holds in the place of data.
func (d *cloudMessages) base64() error {
	v := d.values[d.size]
	if !v.Known() {
		return nil
	}
	if d.values[d.size+2].Known() {
		return unusable(NotMappable, "there are both data and data_base64, expected one of them")
	}
	data, err := base64.StdEncoding.DecodeString(v.Text())
	if v.Kind() != String || err != nil {
		return unusable(NotMappable, "data_base64 is %s, expected base64", describe(v))
	}
	d.reset(data)
	d.data.read(&d.jsonReader, d.values)
	if d.end() != nil {
		return unusable(NotMappable, "data_base64 holds %q, expected JSON", excerpt(data))
	}
	return nil
}

func (d *cloudMessages) Body(i int) ([]byte, Form) {
	switch {
	case !d.binary:
		return d.items[i], cloudForm{}
	case d.whole:
		return d.asJSON(), nil
	}
	return d.record.Value, cloudData{}
}

// asJSON is a record in binary mode as the JSON format would write it.
func (d *cloudMessages) asJSON() []byte {
	b := []byte{'{'}
	for _, h := range d.record.Headers {
		if name, is := strings.CutPrefix(h.Key, cloudPrefix); is && name != "data" {
			b = appendText(appendName(b, name), string(h.Value))
		} else if h.Key == "content-type" {
			b = appendText(appendName(b, "datacontenttype"), string(h.Value))
		}
	}
	b = append(appendName(b, "data"), d.record.Value...)
	return append(b, '}')
}

// cloudForm reads an event in the JSON format.
type cloudForm struct{}

func (cloudForm) Value(text []byte) Value {
	v, err := ParseValue(text)
	if err != nil {
		return Error
	}
	coded := v.Field("data_base64")
	if coded.Kind() != String {
		return v
	}
	data, err := base64.StdEncoding.DecodeString(coded.Text())
	if err != nil {
		return Error
	}
	decoded, err := ParseValue(data)
	if err != nil {
		return Error
	}
	return MapValue(append([]string{"data"}, v.Keys()...), append([]Value{decoded}, v.Items()...))
}

// cloudData reads the data of the binary mode as the event's only part.
type cloudData struct{}

func (cloudData) Value(text []byte) Value {
	v, err := ParseValue(text)
	if err != nil {
		return Error
	}
	return MapValue([]string{"data"}, []Value{v})
}
