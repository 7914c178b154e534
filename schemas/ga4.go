package schemas

import (
	"strconv"
	"strings"
)

// NewGA4Reader makes a Reader of Google Analytics 4's events, as its BigQuery export has them
// (https://support.google.com/analytics/answer/7029846), also as JSON, where integers are texts. The type is event_name,
// the subject user_id (else user_pseudo_id), the time event_timestamp, in microseconds. The data are the event_params as an
// object, and items, ecommerce, device, geo, traffic_source, platform and user_properties beside them, where there is no
// parameter of that name. An event has no id of its own: it is made of user_pseudo_id, event_timestamp, event_name and
// what numbers it in its batch. msg is the record, with event_params and user_properties as objects.
func NewGA4Reader(reading Reading) Reader { return newBuiltReader(reading, ga4Events) }

func ga4Events(text []byte) ([]Value, error) {
	v, err := parseObject(text)
	if err != nil {
		return nil, err
	}
	params, user := ga4Object(v.Field("event_params")), ga4Object(v.Field("user_properties"))
	v = v.with("event_params", params).with("user_properties", user)
	data := params
	for _, key := range []string{"items", "ecommerce", "device", "geo", "traffic_source", "platform", "user_properties"} {
		if beside := v.Field(key); beside.Known() && params.Field(key).Kind() == Missing {
			data = data.with(key, beside)
		}
	}
	var id []string
	for _, key := range []string{"user_pseudo_id", "event_timestamp", "event_name", "event_bundle_sequence_id", "batch_page_id", "batch_ordering_id", "batch_event_index"} {
		if part := v.Field(key); named(part) {
			id = append(id, idPart(part))
		} else {
			id = append(id, "")
		}
	}
	at := ga4Int(v.Field("event_timestamp"))
	if at.Kind() == Int {
		at = TimeValue(Microseconds.whole(at.Int()))
	}
	return []Value{v.with("@id", StringValue(strings.TrimRight(strings.Join(id, "/"), "/"))).with("@subject", firstKnown(v.Field("user_id"), v.Field("user_pseudo_id"))).
		with("@time", at).with("@type", v.Field("event_name")).with("@data", data)}, nil
}

// ga4Object is an object of a list of keys and values.
func ga4Object(list Value) Value {
	var keys []string
	var items []Value
	for _, item := range list.Items() {
		value := item.Field("value")
		v := NullValue
		for _, kind := range []string{"string_value", "int_value", "double_value", "float_value"} {
			if f := value.Field(kind); f.Known() {
				if v = f; kind == "int_value" {
					v = ga4Int(f)
				}
				break
			}
		}
		if key := item.Field("key"); key.Kind() == String {
			keys, items = append(keys, key.Text()), append(items, v)
		}
	}
	return MapValue(keys, items)
}

// ga4Int is an integer that may be a text.
func ga4Int(v Value) Value {
	if v.Kind() == String {
		if n, err := strconv.ParseInt(v.Text(), 10, 64); err == nil {
			return IntValue(n)
		}
	}
	return v
}

func idPart(v Value) string {
	text, _ := idText(&v)
	return text
}
