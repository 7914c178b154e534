package schemas

// ValueOf is the value of what YAML or JSON decodes into: nil, bool, int64, float64, string, []any, map[string]any.
// Anything else is Error.
func ValueOf(x any) Value {
	switch x := x.(type) {
	case nil:
		return NullValue
	case bool:
		return BoolValue(x)
	case int64:
		return IntValue(x)
	case float64:
		return DoubleValue(x)
	case string:
		return StringValue(x)
	case []any:
		items := make([]Value, len(x))
		for i := range x {
			items[i] = ValueOf(x[i])
		}
		return ListValue(items)
	case map[string]any:
		var keys []string
		var items []Value
		for key, item := range x {
			keys, items = append(keys, key), append(items, ValueOf(item))
		}
		return MapValue(keys, items)
	}
	return Error
}
