package schemas

import (
	"bytes"
	"encoding/base64"
	"strconv"
	"time"
)

// defaultSource is the source of an event in a file that names none.
const defaultSource = "file"

var emptyObject = []byte("{}")

// present is whether an attribute says anything: null and "" say nothing.
func present(raw []byte) bool {
	return len(raw) > 0 && raw[0] != 'n' && string(raw) != `""`
}

func found(raw []byte) string {
	if len(raw) == 0 {
		return "missing"
	}
	return excerpt(raw)
}

// content is the text of a JSON string.
func (d *JSONDecoder) content(raw []byte) []byte {
	return d.r.unescape(raw[1:len(raw)-1], bytes.IndexByte(raw, '\\') >= 0)
}

// text reads an attribute that must be there. Those that repeat are interned.
func (d *JSONDecoder) text(name string, raw []byte) (string, error) {
	if !present(raw) || raw[0] != '"' {
		return "", unusable(NotMappable, "%s is %s, expected a text that is not empty", name, found(raw))
	}
	if name == "id" {
		return string(d.content(raw)), nil
	}
	return d.r.names.text(d.content(raw)), nil
}

func (d *JSONDecoder) subject(raw []byte) (string, error) {
	switch {
	case !present(raw):
		return "", unusable(NoSubject, "subject is %s, expected the id of a profile", found(raw))
	case raw[0] != '"':
		return "", unusable(NotMappable, "subject is %s, expected a text", found(raw))
	}
	return string(d.content(raw)), nil
}

func (d *JSONDecoder) time(raw []byte) (Instant, error) {
	if len(raw) > 0 {
		switch raw[0] {
		case '"':
			var t time.Time
			text := d.content(raw)
			if t.UnmarshalText(text) == nil { // the same as ParseInstant, without a string
				return Instant(t.UnixMilli()), nil
			}
			if i, err := ParseInstant(string(text)); err == nil {
				return i, nil
			}
		case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
			return epochMillis(raw), nil
		}
	}
	return 0, unusable(NotMappable, "time is %s, expected RFC 3339, such as \"2026-01-05T10:00:00Z\", or epoch milliseconds", found(raw))
}

// epochMillis cuts the digits beyond the millisecond as they stand: a double could round them up. What is out of the
// range of an Instant becomes its nearest end, which CheckTime refuses.
func epochMillis(raw []byte) Instant {
	if !bytes.ContainsAny(raw, "eE") {
		whole, _, _ := bytes.Cut(raw, []byte("."))
		ms, _ := strconv.ParseInt(string(whole), 10, 64) // out of range: the nearest end
		return Instant(ms)
	}
	ms, _ := strconv.ParseFloat(string(raw), 64) // out of range: an infinity
	switch {
	case ms >= float64(Never):
		return Never
	case ms <= float64(Earliest):
		return Earliest
	}
	return Instant(ms)
}

// earliestPlausible is 1990-01-01T00:00:00Z: an older time is a clock that was never set (SPEC section 6).
const earliestPlausible Instant = 631152000000

// CheckTime is nil, or says why no event can have happened at i.
func CheckTime(i Instant) error {
	if i < earliestPlausible || i > maxWritable {
		return unusable(ImplausibleTime, "time is %s, expected one from 1990 to 9999", i)
	}
	return nil
}

// data sets Data and Payload; Fields too when the object came as data_base64.
func (d *JSONDecoder) data(a *attributes, e *Event) error {
	isNull := func(raw []byte) bool { return len(raw) == 0 || raw[0] == 'n' }
	switch {
	case isNull(a.data) && isNull(a.base64):
		e.Data = emptyObject
		copy(e.Fields, d.blank)
	case isNull(a.data):
		if bad := d.dataBase64(a.base64, e); bad != nil {
			return bad
		}
	case !isNull(a.base64):
		return unusable(NotMappable, "there are both data and data_base64, expected one of them")
	case a.data[0] != '{':
		return unusable(NotMappable, "data is %s, expected an object", found(a.data))
	default:
		e.Data = a.data
	}
	if !Reserved(e.Type) {
		return nil
	}
	payload, err := ParseValue(e.Data)
	if err != nil {
		return unusable(NotMappable, "data of an %s event: %v", e.Type, err)
	}
	e.Payload = payload
	return CheckReserved(e.Type, payload)
}

func (d *JSONDecoder) dataBase64(raw []byte, e *Event) error {
	if raw[0] != '"' {
		return unusable(NotMappable, "data_base64 is %s, expected a text", found(raw))
	}
	object, err := base64.StdEncoding.AppendDecode(nil, d.content(raw))
	if err != nil {
		return unusable(NotMappable, "data_base64 is %s, expected base64: %v", found(raw), err)
	}
	object = bytes.TrimSpace(object)
	d.r.reset(object)
	d.fields.read(&d.r, e.Fields)
	if d.r.end() != nil || object[0] != '{' {
		return unusable(NotMappable, "data_base64 holds %q, expected a JSON object", excerpt(object))
	}
	e.Data = object
	return nil
}
