package schemas

// NewPostHogReader makes a Reader of PostHog's events, as its pipeline writes them to Kafka and its batch exports to files
// (https://posthog.com/docs/cdp/batch-exports): uuid, event, distinct_id, timestamp, and properties, an object or its JSON
// text. One record makes up to three events:
//
//   - $identify with $anon_distinct_id, and $create_alias with alias: ebb.identify of the two ids;
//   - what $set sets: ebb.traits. What $set_once sets is passed over: traits are what was said last;
//   - unless it is $identify, $create_alias or $set: event with the properties.
//
// The id is uuid (with /identify and /set for the first two), the subject distinct_id: persons that PostHog has merged are
// told apart as ebb does it. msg is the record, with the properties as an object.
func NewPostHogReader(reading Reading) Reader { return newBuiltReader(reading, postHogEvents) }

func postHogEvents(text []byte) ([]Value, error) {
	v, err := parseObject(text)
	if err != nil {
		return nil, err
	}
	properties := v.Field("properties")
	if properties.Kind() == String {
		if properties, err = ParseValue([]byte(properties.Text())); err != nil {
			return nil, unusable(NotDecodable, "the properties are not JSON: %v", err)
		}
	}
	properties = objectOr(properties)
	id, user, kind := v.Field("uuid"), v.Field("distinct_id"), v.Field("event").Text()
	common := v.with("properties", properties).with("@subject", user).with("@time", tableTime(v.Field("timestamp")))
	var all []Value
	event := func(suffix, typ string, data Value) {
		own := id
		if suffix != "" && named(id) {
			own = StringValue(id.Text() + suffix)
		}
		all = append(all, common.with("@id", own).with("@type", StringValue(typ)).with("@data", data))
	}
	other := map[string]string{"$identify": "$anon_distinct_id", "$create_alias": "alias"}[kind]
	if anonymous := properties.Field(other); other != "" && named(anonymous) && named(user) && !anonymous.Equal(user) {
		event("/identify", TypeIdentify, identifyData("user_id", user, "anonymous_id", anonymous))
	}
	if set := properties.Field("$set"); set.Kind() == Map && len(set.Keys()) > 0 {
		event("/set", TypeTraits, set)
	}
	if other == "" && kind != "$set" {
		event("", kind, properties)
	}
	return all, nil
}
