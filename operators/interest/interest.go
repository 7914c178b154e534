// Package interest is the block `interests`: what somebody is into, as decayed sums over the values of a field. The sums
// themselves are aggregates like others and are kept by operators/feature.
package interest

import (
	"fmt"
	"math"

	"github.com/ebbstream/ebb/schemas"
)

// Config is one entry of the block.
type Config struct {
	Field    string             `yaml:"field" required:"true" doc:"the field of data whose values are of interest"`
	HalfLife schemas.Duration   `yaml:"half_life" required:"true" doc:"after this time an event counts half"`
	Weights  map[string]float64 `yaml:"weights" required:"true" doc:"how much an event of each type counts"`
	Keep     int                `yaml:"keep" doc:"values kept a profile; beyond, the weakest is forgotten"`
}

// SetDefaults sets those of SPEC section 3.
func (c *Config) SetDefaults() { c.Keep = 128 }

// Check reports what cannot be.
func (c *Config) Check(report func(path, message string)) {
	if c.HalfLife <= 0 {
		report("half_life", "the half-life must be longer than 0, such as 14d")
	}
	if len(c.Weights) == 0 {
		report("weights", "expected at least one event type with its weight, such as {purchase: 4}")
	}
	for typ, w := range c.Weights {
		if math.IsNaN(w) || math.IsInf(w, 0) {
			report(fmt.Sprintf("weights.%s", typ), "a weight must be a finite number")
		}
	}
	if c.Keep < 1 {
		report("keep", "at least one value must be kept")
	}
}
