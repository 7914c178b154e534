package model

import "testing"

// TestGuards: what is left of a payload of what u1 saw: hat three times in two sessions, socks once, health twice; what a
// reserved event says is not seen.
func TestGuards(t *testing.T) {
	const seen = "05 10:00 v item=hat, 05 10:01 o item=hat, 05 10:02 v item=socks, 05 10:03 v item=health, 05 10:04 v item=health, 05 10:05 ebb.traits item=socks, 05 15:00 v item=hat, 05 15:01 go"
	open := &Pending{A: "v", B: "z", Field: "item"}
	for _, x := range []struct {
		name, want string
		support    *Support
		sensitive  []string
		payload    []FeatureDef
	}{
		{"what was seen is supported once", `05 15:01 a {"x":["hat","health","socks"]} also b`, nil, nil, payload("x", open)},
		{"twice", `05 15:01 a {"x":["hat","health"]} also b`, &Support{2, 0}, nil, payload("x", open)},
		{"thrice, of any type", `05 15:01 a {"x":["hat"]} also b`, &Support{3, 0}, nil, payload("x", open)},
		{"in two sessions", `05 15:01 a {"x":["hat"]} also b`, &Support{1, 2}, nil, payload("x", open)},
		{"nothing is left", `05 15:01 b not a:min_support`, &Support{4, 0}, nil, payload("x", open)},
		{"a constant is left", `05 15:01 a {"n":1,"x":[]} also b`, &Support{4, 0}, nil, append(payload("n", lit(1)), payload("x", open)...)},
		{"a null is nothing", `05 15:01 b not a:min_support`, &Support{4, 0}, nil, append(payload("n", lit(nil)), payload("x", open)...)},
		{"a scalar takes its key along", `05 15:01 a {"n":1} also b`, &Support{4, 0}, nil, append(payload("n", lit(1)), payload("x", aggField("last", "v", "item"))...)},
		{"a sensitive value is in no list of pending", `05 15:01 a {"x":["hat","socks"]} also b`, nil, []string{"health"}, payload("x", open)},
		{"none was removed, so none suppressed", `05 15:01 a {"x":[]} also b`, nil, []string{"health", "hat", "socks"}, payload("x", open)},
		{"first sees it, the payload does not show it", `05 15:01 b not a:sensitive`, nil, []string{"hat"}, payload("x", aggField("first", "v", "item"))},
		{"so for a constant", `05 15:01 b not a:sensitive`, nil, []string{"x"}, payload("x", lit("x"))},
		{"sensitive before min_support", `05 15:01 b not a:sensitive`, &Support{4, 0}, []string{"hat"},
			append(payload("x", open), payload("y", aggField("first", "v", "item"))...)},
	} {
		t.Run(x.name, func(t *testing.T) {
			cfg := config(actions(ActionDef{Name: "a", On: on("go"), Channel: "m", Score: lit(1), Payload: x.payload}, ActionDef{Name: "b", On: on("go"), Channel: "m"}))
			cfg.Guards = Guards{x.support, x.sensitive}
			if got := told(t, cfg, seen, ""); got != x.want {
				t.Errorf("\nwant %s\ngot  %s", x.want, got)
			}
		})
	}
}
