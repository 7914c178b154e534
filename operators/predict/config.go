package predict

import (
	"github.com/ebbstream/ebb/operators/expr"
	"github.com/ebbstream/ebb/schemas"
)

// Config is one entry of the block `models`: the parameters behind p_alive, expected and value for one event type.
type Config struct {
	Amount string `yaml:"amount" doc:"the field of data with the money"`
	Unit   string `yaml:"unit" enum:"day,week,month,hour" doc:"the unit of time of the parameters"`
	Per    string `yaml:"per" enum:"day,event" doc:"day: all events of a UTC day count as one, at its start"`
	Params Params `yaml:"params" doc:"what ebb fit prints; to be left out only until then"`
}

// Params are the parameters of BG/NBD (r, alpha, a, b) and of Gamma-Gamma (p, q, v).
type Params struct {
	R     float64 `yaml:"r" required:"true"`
	Alpha float64 `yaml:"alpha" required:"true"`
	A     float64 `yaml:"a" required:"true"`
	B     float64 `yaml:"b" required:"true"`
	P     float64 `yaml:"p"`
	Q     float64 `yaml:"q"`
	V     float64 `yaml:"v"`
}

// SetDefaults sets those of SPEC section 7.
func (c *Config) SetDefaults() { c.Unit, c.Per = "week", "event" }

// Check reports parameters that no model has.
func (c *Config) Check(report func(path, message string)) {
	if c.Params == (Params{}) {
		return // not yet fitted; whoever uses it is told
	}
	if err := (BGNBD{c.Params.R, c.Params.Alpha, c.Params.A, c.Params.B}).Check(); err != nil {
		report("params", err.Error())
	}
	money := GammaGamma{c.Params.P, c.Params.Q, c.Params.V}
	if money != (GammaGamma{}) {
		if err := money.Check(); err != nil {
			report("params", err.Error())
		}
	}
}

var units = map[string]schemas.Duration{"hour": schemas.Hour, "day": schemas.Day, "week": schemas.Week, "month": 30 * schemas.Day}

// Model is the entry as expressions use it.
func (c *Config) Model() *expr.Model {
	return &expr.Model{Amount: c.Amount, Unit: units[c.Unit], PerDay: c.Per == "day",
		R: c.Params.R, Alpha: c.Params.Alpha, A: c.Params.A, B: c.Params.B, P: c.Params.P, Q: c.Params.Q, V: c.Params.V}
}
