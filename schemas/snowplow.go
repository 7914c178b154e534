package schemas

import (
	"bytes"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// NewSnowplowReader makes a Reader of Snowplow's enriched events: 131 columns between tabs, which become the JSON that
// Snowplow's analytics SDK makes of them; or that JSON itself, also with times as in Snowplow's tables (2013-11-26
// 00:03:57.885, of UTC). msg is that JSON, and so are the data. The id is event_id, the type event_name (else event), the
// subject user_id (else domain_userid), the time derived_tstamp (else collector_tstamp).
func NewSnowplowReader(reading Reading) Reader { return newBuiltReader(reading, snowplowEvent) }

// snowplowColumns are the canonical event's, with the sign of their type: # int, % double, ? boolean, @ time, * contexts,
// ! the self-describing event.
var snowplowColumns = strings.Fields(`app_id platform @etl_tstamp @collector_tstamp @dvce_created_tstamp event event_id #txn_id name_tracker
v_tracker v_collector v_etl user_id user_ipaddress user_fingerprint domain_userid #domain_sessionidx network_userid geo_country geo_region
geo_city geo_zipcode %geo_latitude %geo_longitude geo_region_name ip_isp ip_organization ip_domain ip_netspeed page_url page_title page_referrer
page_urlscheme page_urlhost #page_urlport page_urlpath page_urlquery page_urlfragment refr_urlscheme refr_urlhost #refr_urlport refr_urlpath
refr_urlquery refr_urlfragment refr_medium refr_source refr_term mkt_medium mkt_source mkt_term mkt_content mkt_campaign *contexts se_category
se_action se_label se_property %se_value !unstruct_event tr_orderid tr_affiliation %tr_total %tr_tax %tr_shipping tr_city tr_state tr_country
ti_orderid ti_sku ti_name ti_category %ti_price #ti_quantity #pp_xoffset_min #pp_xoffset_max #pp_yoffset_min #pp_yoffset_max useragent br_name
br_family br_version br_type br_renderengine br_lang ?br_features_pdf ?br_features_flash ?br_features_java ?br_features_director
?br_features_quicktime ?br_features_realplayer ?br_features_windowsmedia ?br_features_gears ?br_features_silverlight ?br_cookies br_colordepth
#br_viewwidth #br_viewheight os_name os_family os_manufacturer os_timezone dvce_type ?dvce_ismobile #dvce_screenwidth #dvce_screenheight
doc_charset #doc_width #doc_height tr_currency %tr_total_base %tr_tax_base %tr_shipping_base ti_currency %ti_price_base base_currency geo_timezone
mkt_clickid mkt_network etl_tags @dvce_sent_tstamp refr_domain_userid @refr_dvce_tstamp *derived_contexts domain_sessionid @derived_tstamp
event_vendor event_name event_format event_version event_fingerprint @true_tstamp`)

func snowplowEvent(text []byte) ([]Value, error) {
	var v Value
	var err error
	if first := bytes.TrimSpace(text); len(first) > 0 && first[0] == '{' {
		if v, err = ParseValue(text); err != nil {
			return nil, unusable(NotDecodable, "the value is not JSON: %v", err)
		}
	} else if v, err = snowplowLine(text); err != nil {
		return nil, err
	}
	first := func(keys ...string) Value {
		for _, key := range keys {
			if f := v.Field(key); f.Known() {
				return f
			}
		}
		return Value{}
	}
	keys := append([]string{"@id", "@subject", "@time", "@type", "@data"}, v.Keys()...)
	return []Value{MapValue(keys, append([]Value{first("event_id"), first("user_id", "domain_userid"),
		tableTime(first("derived_tstamp", "collector_tstamp")), first("event_name", "event"), v}, v.Items()...))}, nil
}

func snowplowLine(text []byte) (Value, error) {
	text = bytes.TrimRight(text, "\r\n")
	if !utf8.Valid(text) {
		return Error, unusable(NotDecodable, "the line is no UTF-8")
	}
	columns := strings.Split(string(text), "\t")
	if len(columns) != len(snowplowColumns) {
		return Error, unusable(NotDecodable, "the line has %d columns, expected the %d of Snowplow's enriched event", len(columns), len(snowplowColumns))
	}
	keys, items := make([]string, 0, len(columns)+4), make([]Value, 0, len(columns)+4)
	var latitude, longitude string
	for i, column := range snowplowColumns {
		name := strings.TrimLeft(column, "#%?@*!")
		raw := columns[i]
		switch name {
		case "geo_latitude":
			latitude = raw
		case "geo_longitude":
			longitude = raw
		}
		if column[0] == '*' || column[0] == '!' {
			var err error
			if keys, items, err = snowplowJSON(keys, items, column, raw); err != nil {
				return Error, err
			}
			continue
		}
		v, ok := snowplowValue(column[0], raw)
		if !ok {
			return Error, unusable(NotDecodable, "the column %s is %q, which is not of its type", name, excerpt([]byte(raw)))
		}
		keys, items = append(keys, name), append(items, v)
	}
	if latitude != "" && longitude != "" {
		keys, items = append(keys, "geo_location"), append(items, StringValue(latitude+","+longitude))
	}
	return MapValue(keys, items), nil
}

func snowplowValue(sign byte, raw string) (Value, bool) {
	if raw == "" {
		return NullValue, true
	}
	switch sign {
	case '#':
		n, err := strconv.ParseInt(raw, 10, 64)
		return IntValue(n), err == nil
	case '%':
		d, err := strconv.ParseFloat(raw, 64)
		return DoubleValue(d), err == nil
	case '?':
		return BoolValue(raw == "1"), raw == "0" || raw == "1"
	case '@':
		text := strings.Replace(raw, " ", "T", 1) + "Z"
		_, err := ParseInstant(text)
		return StringValue(text), err == nil
	}
	return StringValue(raw), true
}

// snowplowJSON takes apart what describes itself: {"schema": "iglu:…", "data": …} becomes a key named after the schema.
func snowplowJSON(keys []string, items []Value, column, raw string) ([]string, []Value, error) {
	if raw == "" {
		return keys, items, nil
	}
	v, err := ParseValue([]byte(raw))
	if err != nil {
		return keys, items, unusable(NotDecodable, "the column %s is not JSON: %v", column[1:], err)
	}
	data := v.Field("data")
	if column[0] == '!' {
		if name, _ := igluName(data.Field("schema").Text()); name != "" {
			keys, items = append(keys, "unstruct_event_"+name), append(items, data.Field("data"))
		}
		return keys, items, nil
	}
	lists := map[string][]Value{}
	var order []string
	for _, context := range data.Items() {
		name, version := igluName(context.Field("schema").Text())
		if name == "" {
			continue
		}
		inner := context.Field("data")
		if inner.Kind() == Map {
			inner = inner.with("_schema_version", StringValue(version))
		}
		if lists[name] == nil {
			order = append(order, name)
		}
		lists[name] = append(lists[name], inner)
	}
	for _, name := range order {
		keys, items = append(keys, "contexts_"+name), append(items, ListValue(lists[name]))
	}
	return keys, items, nil
}

// igluName is vendor_name_model of iglu:vendor/name/format/model-revision-addition, in small letters, and the version.
func igluName(schema string) (name, version string) {
	parts := strings.Split(strings.TrimPrefix(schema, "iglu:"), "/")
	if len(parts) != 4 {
		return "", ""
	}
	model, _, _ := strings.Cut(parts[3], "-")
	vendor := strings.NewReplacer(".", "_", "-", "_").Replace(strings.ToLower(parts[0]))
	return vendor + "_" + snakeCase(parts[1]) + "_" + model, parts[3]
}

func snakeCase(name string) string {
	var b strings.Builder
	var last rune
	for _, r := range strings.NewReplacer(".", "_", "-", "_").Replace(name) {
		if unicode.IsUpper(r) && unicode.IsLower(last) {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(r))
		last = r
	}
	return b.String()
}
