package model

// Short constructors, to write a configuration by hand.

func lit(v any) Expr {
	if i, ok := v.(int); ok {
		v = int64(i)
	}
	return &Lit{V: v}
}

func op(l Expr, o string, r any) Expr {
	if e, ok := r.(Expr); ok {
		return &Op{o, l, e}
	}
	return &Op{o, l, lit(r)}
}

func agg(fn, typ string) *Agg          { return &Agg{Fn: fn, Type: typ} }
func aggField(fn, typ, f string) *Agg  { return &Agg{Fn: fn, Type: typ, Field: f} }
func trait(name string) Expr           { return &Named{Fn: "trait", Name: name} }
func decay(typ string, h int64) *Decay { return &Decay{Fn: "decayed", Type: typ, HalfLife: h} }

func window(a *Agg, w int64) *Agg {
	a.Window = w
	return a
}

func where(a *Agg, filter Expr) *Agg {
	a.Filter = filter
	return a
}

func seg(name string, when Expr) SegmentDef     { return SegmentDef{Name: name, When: when} }
func feat(name string, e Expr) FeatureDef       { return FeatureDef{name, e} }
func segments(list ...SegmentDef) func(*Config) { return func(c *Config) { c.Segments = list } }
func features(list ...FeatureDef) func(*Config) { return func(c *Config) { c.Features = list } }
func config(parts ...func(*Config)) Config {
	c := Default()
	for _, p := range parts {
		p(&c)
	}
	return c
}

func actions(list ...ActionDef) func(*Config)   { return func(c *Config) { c.Actions = list } }
func channels(list ...ChannelDef) func(*Config) { return func(c *Config) { c.Channels = list } }
func payload(name string, e Expr) []FeatureDef  { return []FeatureDef{{name, e}} }

func on(typ string) On         { return On{Kind: "event", Name: typ} }
func enters(segment string) On { return On{Kind: "enters", Name: segment} }
func exits(segment string) On  { return On{Kind: "exits", Name: segment} }
func every(w int64) On         { return On{Kind: "every", Every: w} }
