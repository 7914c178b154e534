package model

import "testing"

// TestPlus: + adds numbers and puts texts and lists behind each other; any mixture of them is an error.
func TestPlus(t *testing.T) {
	age := func(v any) *scope {
		return &scope{cfg: &Config{}, events: []*applied{{Event: Event{Type: typeTraits, Data: map[string]any{"age": v}}}}}
	}
	twice := op(trait("age"), "+", trait("age"))
	list := &List{Items: []Expr{lit(1)}}
	for _, x := range []struct {
		e    Expr
		age  any
		want any // errEval: an error
	}{
		{twice, "old", "oldold"},
		{op(twice, "!=", 3), "old", true},
		{twice, int64(20), int64(40)},
		{twice, 20.5, 41.0},
		{twice, nil, errEval},
		{op(trait("age"), "+", "er"), "old", "older"},
		{op(trait("age"), "+", 1), "old", errEval},
		{op(trait("age"), "-", trait("age")), "old", errEval},
		{op(list, "+", list), nil, []any{int64(1), int64(1)}},
		{op(list, "+", 1), nil, errEval},
	} {
		v, err := x.e.eval(age(x.age))
		if err != nil {
			v = err
		}
		if err == nil && !same(v, x.want) || err != nil && v != x.want {
			t.Errorf("%s with age %v: want %v, got %v", x.e, x.age, x.want, v)
		}
	}
}
