package schemas

import "strings"

// NewSegmentReader makes a Reader of Segment's calls (https://segment.com/docs/connections/spec/), one a record or, as the
// libraries send them, a batch of them. RudderStack's are the same.
//
//   - A track call is an event whose type is its `event`, a page or a screen call one of type page or screen, a group call
//     one of type group. Its data are the properties (of a group: traits), with the call's name, category, groupId and
//     context beside them, where the properties have none of that name.
//   - An identify call is ebb.traits, and ebb.identify before it where it has both a userId and an anonymousId. An alias
//     call is ebb.identify of its userId and previousId.
//   - The subject is the userId, else the anonymousId. The time is the timestamp, else receivedAt − (sentAt −
//     originalTimestamp), else the first of originalTimestamp, receivedAt and sentAt that is there.
//
// msg is the call itself.
func NewSegmentReader(reading Reading) Reader { return newBuiltReader(reading, segmentCalls) }

func segmentCalls(text []byte) ([]Value, error) {
	v, err := parseObject(text)
	if err != nil {
		return nil, err
	}
	batch := v.Field("batch")
	if batch.Kind() != List {
		return segmentEvents(nil, v)
	}
	var all []Value
	for _, call := range batch.Items() {
		if call.Kind() != Map {
			return nil, unusable(NotDecodable, "the batch holds %s, expected calls", describe(call))
		}
		for _, key := range []string{"context", "sentAt", "receivedAt"} { // what the batch says once for all
			if call.Field(key).Kind() == Missing && v.Field(key).Known() {
				call = call.with(key, v.Field(key))
			}
		}
		if all, err = segmentEvents(all, call); err != nil {
			return nil, err
		}
	}
	return all, nil
}

func segmentEvents(all []Value, call Value) ([]Value, error) {
	kind := strings.ToLower(call.Field("type").Text())
	user, anonymous := call.Field("userId"), call.Field("anonymousId")
	common := call.with("@id", call.Field("messageId")).with("@subject", firstKnown(user, anonymous)).with("@time", segmentTime(call))
	event := func(typ, data Value) { all = append(all, common.with("@type", typ).with("@data", data)) }
	switch kind {
	case "identify":
		if named(user) && named(anonymous) && !user.Equal(anonymous) {
			id := StringValue(call.Field("messageId").Text() + "/identify") // two events of one call
			data := identifyData("user_id", user, "anonymous_id", anonymous)
			all = append(all, common.with("@id", id).with("@type", StringValue(TypeIdentify)).with("@data", data))
		}
		event(StringValue(TypeTraits), objectOr(call.Field("traits")))
	case "alias":
		event(StringValue(TypeIdentify), identifyData("user_id", user, "previous_id", call.Field("previousId")))
	case "track":
		event(call.Field("event"), segmentData(call, "properties"))
	case "page", "screen":
		event(StringValue(kind), segmentData(call, "properties"))
	case "group":
		event(StringValue(kind), segmentData(call, "traits"))
	default:
		return nil, unusable(NotMappable, "type is %s, expected track, page, screen, identify, group or alias", describe(call.Field("type")))
	}
	return all, nil
}

// named is whether a value can be an id.
func named(v Value) bool { return v.Kind() == Int || v.Kind() == String && v.Text() != "" }

func firstKnown(all ...Value) Value {
	for _, v := range all {
		if named(v) {
			return v
		}
	}
	return Value{}
}

func identifyData(one string, a Value, other string, b Value) Value {
	ids := MapValue(nil, nil)
	if named(a) {
		ids = ids.with(one, a)
	}
	if named(b) {
		ids = ids.with(other, b)
	}
	return MapValue([]string{"ids"}, []Value{ids})
}

func objectOr(v Value) Value {
	if v.Kind() == Map {
		return v
	}
	return MapValue(nil, nil)
}

func segmentData(call Value, of string) Value {
	data := objectOr(call.Field(of))
	for _, key := range []string{"name", "category", "groupId", "context"} {
		if v := call.Field(key); v.Known() && data.Field(key).Kind() == Missing {
			data = data.with(key, v)
		}
	}
	return data
}

// segmentTime corrects the device's clock where the library did not.
func segmentTime(call Value) Value {
	if t := call.Field("timestamp"); t.Known() {
		return t
	}
	at := func(key string) (Instant, bool) { return Milliseconds.Instant(call.Field(key)) }
	original, hasOriginal := at("originalTimestamp")
	sent, hasSent := at("sentAt")
	received, hasReceived := at("receivedAt")
	if hasOriginal && hasSent && hasReceived {
		return TimeValue(received.Add(-sent.Sub(original)))
	}
	for _, key := range []string{"originalTimestamp", "receivedAt", "sentAt"} {
		if v := call.Field(key); v.Known() {
			return v
		}
	}
	return Value{}
}
