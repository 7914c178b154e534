package model

import (
	"math"
	"sort"
	"strconv"
)

// weighed is one event's part in a decayed sum, under a value of a field or under "".
type weighed struct {
	value string
	at    int64
	w     float64
}

// parts are the events that make up a decayed sum and its relatives.
func (d *Decay) parts(s *scope) []weighed {
	var parts []weighed
	for _, e := range s.of(d.Type, 0, d.Filter) {
		w := weighed{at: e.Time, w: 1}
		v, _ := e.field(d.Field)
		if d.Fn != "decayed" {
			name, ok := s.shown(e, d.Field).(string)
			if !ok {
				continue
			}
			w.value = name
		} else if d.Field != "" {
			x, ok := number(v)
			if !ok {
				continue
			}
			w.w = x.f
		}
		parts = append(parts, w)
	}
	return parts
}

func (i *Interest) parts(s *scope) []weighed {
	def := s.cfg.interest(i.Name)
	var parts []weighed
	for _, e := range s.events {
		weight, ok := def.Weights[e.Type]
		if name, isText := s.shown(e, def.Field).(string); ok && isText {
			parts = append(parts, weighed{name, e.Time, weight})
		}
	}
	return parts
}

// decayedAt is the sum over the parts of one value (all of them with any) as of an instant.
func decayedAt(parts []weighed, value string, all bool, n, half int64) float64 {
	sum := 0.0
	for _, p := range parts {
		if all || p.value == value {
			sum += p.w * math.Exp2(-float64(n-p.at)/float64(half))
		}
	}
	return sum
}

func (d *Decay) eval(s *scope) (any, error) {
	parts := d.parts(s)
	switch d.Fn {
	case "decayed":
		return decayedAt(parts, "", true, s.n, d.HalfLife), nil
	case "affinity":
		return decayedAt(parts, d.Value, false, s.n, d.HalfLife), nil
	case "affinity_share":
		return share(parts, d.Value, d.HalfLife), nil
	}
	return best(parts, d.HalfLife, d.N), nil
}

func (i *Interest) eval(s *scope) (any, error) {
	parts, half := i.parts(s), s.cfg.interest(i.Name).HalfLife
	switch i.Fn {
	case "interest":
		return decayedAt(parts, i.Value, false, s.n, half), nil
	case "interest_share":
		return share(parts, i.Value, half), nil
	case "interests":
		return best(parts, half, i.N), nil
	}
	return greatest(parts, s.n, half), nil
}

// greatest is the greatest sum of any value, 0 when there is none.
func greatest(parts []weighed, n, half int64) float64 {
	top := 0.0
	for i, p := range parts {
		if v := decayedAt(parts, p.value, false, n, half); i == 0 || v > top {
			top = v
		}
	}
	return top
}

func latest(parts []weighed) int64 {
	at := int64(math.MinInt64)
	for _, p := range parts {
		at = max(at, p.at)
	}
	return at
}

// share does not move with time: both sums fade alike, so it is taken as of the latest event.
func share(parts []weighed, value string, half int64) float64 {
	if len(parts) == 0 {
		return 0
	}
	n := latest(parts)
	return decayedAt(parts, value, false, n, half) / decayedAt(parts, "", true, n, half)
}

// best are the n values of the greatest sums as of the latest event, compared after rounding to 9 digits.
func best(parts []weighed, half int64, n int) []any {
	sums := map[string]float64{}
	var names []string
	for _, p := range parts {
		if _, seen := sums[p.value]; !seen {
			names = append(names, p.value)
			sum := decayedAt(parts, p.value, false, latest(parts), half)
			sums[p.value], _ = strconv.ParseFloat(strconv.FormatFloat(sum, 'e', 8, 64), 64)
		}
	}
	sort.Slice(names, func(i, j int) bool {
		if a, b := sums[names[i]], sums[names[j]]; a != b {
			return a > b
		}
		return names[i] < names[j]
	})
	list := []any{}
	for _, name := range names[:min(n, len(names))] {
		list = append(list, name)
	}
	return list
}
