package schemas

import "fmt"

// Format is how the records of a source are written (SPEC section 3).
type Format struct {
	Name       string
	Attributes Attributes // where it has the parts of an event
	Events     bool       // whether its messages are events, so that a map may leave parts out
	read       func(Reading) Reader
}

// Formats are all there are, but for avro, which needs schemas: NewAvroReader.
var Formats = []Format{
	{"json", eventAttributes, false, NewJSONReader},
	{"cloudevents", eventAttributes, true, NewCloudEventsReader},
	{"segment", builtAttributes, true, NewSegmentReader},
	{"rudderstack", builtAttributes, true, NewSegmentReader},
	{"snowplow", builtAttributes, true, NewSnowplowReader},
	{"posthog", builtAttributes, true, NewPostHogReader},
	{"ga4", builtAttributes, true, NewGA4Reader},
}

// AvroFormat is that of Avro.
var AvroFormat = Format{Name: "avro", Attributes: eventAttributes}

// FormatOf finds a format by its name.
func FormatOf(name string) (Format, error) {
	if name == AvroFormat.Name {
		return AvroFormat, nil
	}
	for _, f := range Formats {
		if f.Name == name {
			return f, nil
		}
	}
	return Format{}, fmt.Errorf("the format %q is not known", name)
}

// NewReader makes a Reader; nil for avro.
func (f Format) NewReader(reading Reading) Reader {
	if f.read == nil {
		return nil
	}
	return f.read(reading)
}

// Defaults are where a mapping finds the parts it says nothing of. Messages that are no events of themselves stand by the
// event of SPEC section 2 where there is no mapping at all; where there is one, their data are the whole message.
func (f Format) Defaults(mapped bool) Attributes {
	if mapped && !f.Events {
		return Attributes{Data: []string{}}
	}
	return f.Attributes
}
