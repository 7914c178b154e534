package config

import (
	"fmt"
	"regexp"
)

// The blocks below are as an operator would write them: fields, defaults, and rules of their own.

type testSegment struct {
	When    string `yaml:"when" required:"true" doc:"who is a member"`
	Until   string `yaml:"until" doc:"when a member leaves"`
	Purpose string `yaml:"purpose" doc:"members only while this consent is granted"`
}

type testSegments map[string]testSegment

func (testSegments) CheckKey(key string) error { return checkTestName(key) }

type testFeatures map[string]string

func (testFeatures) CheckKey(key string) error { return checkTestName(key) }

func checkTestName(key string) error {
	if regexp.MustCompile(`^[a-z][a-z0-9_]*$`).MatchString(key) {
		return nil
	}
	return fmt.Errorf("expected a name of lower-case letters, digits and _ with a letter first, found %q; write it like recent_buyers", key)
}

type testContext struct {
	TTL Duration `yaml:"ttl" min:"1ms" doc:"how long a context is known"`
}

type testSessions struct {
	Gap  Duration `yaml:"gap" min:"1ms" doc:"silence that ends a session"`
	Keep []string `yaml:"keep" doc:"fields of data carried in a session's entry and exit"`
}

type testInterest struct {
	Field    string             `yaml:"field" required:"true" doc:"the field whose values count"`
	HalfLife Duration           `yaml:"half_life" required:"true" doc:"how fast interest fades"`
	Weights  map[string]float64 `yaml:"weights" doc:"what an event of a type counts"`
	Keep     uint16             `yaml:"keep" min:"1" doc:"values remembered a profile"`
}

func (i *testInterest) SetDefaults() { i.Keep = 128 }

type testCap struct {
	Max int      `yaml:"max" min:"0" doc:"at most so many"`
	Per Duration `yaml:"per" doc:"in so long"`
}

type testQuiet struct {
	From string `yaml:"from" required:"true"`
	To   string `yaml:"to" required:"true"`
}

func (q *testQuiet) Check(report func(path, message string)) {
	if q.From == q.To {
		report("to", fmt.Sprintf("expected another time than from, found %q", q.To))
	}
}

type testAction struct {
	On      string            `yaml:"on" required:"true" doc:"when it is judged"`
	When    string            `yaml:"when"`
	Channel string            `yaml:"channel" required:"true" doc:"how it reaches somebody"`
	Purpose string            `yaml:"purpose"`
	Score   string            `yaml:"score"`
	Cap     *testCap          `yaml:"cap"`
	Expires Duration          `yaml:"expires_in"`
	Payload map[string]string `yaml:"payload"`
}

type testChannel struct {
	Cap   *testCap   `yaml:"cap"`
	Quiet *testQuiet `yaml:"quiet"`
}

type testGuards struct {
	MinSupport struct {
		Events   int `yaml:"events" min:"0"`
		Sessions int `yaml:"sessions" min:"0"`
	} `yaml:"min_support"`
	Sensitive []string `yaml:"sensitive"`
}

type testExperiment struct {
	Actions []string `yaml:"actions"`
	Control float64  `yaml:"control" min:"0" doc:"share that gets nothing"`
	Reward  string   `yaml:"reward"`
	Within  Duration `yaml:"within"`
}

type testModel struct {
	Amount string             `yaml:"amount"`
	Unit   string             `yaml:"unit" enum:"day,week"`
	Per    string             `yaml:"per" enum:"day"`
	Params map[string]float64 `yaml:"params"`
}

type testRecommendations struct {
	Item     string             `yaml:"item"`
	Weights  map[string]float64 `yaml:"weights"`
	HalfLife Duration           `yaml:"half_life"`
}

// testBlocks are fresh ones, so that no test sees what another has decoded.
func testBlocks() []Block {
	return []Block{
		{"context", &testContext{TTL: Day}, "circumstances that go stale"},
		{"sessions", &testSessions{Gap: 30 * Minute}, "what a session is"},
		{"interests", &map[string]testInterest{}, "what somebody is into"},
		{"features", &testFeatures{}, "named expressions with a value"},
		{"segments", &testSegments{}, "named conditions with members"},
		{"actions", &map[string]testAction{}, "things to offer"},
		{"channels", &map[string]testChannel{}, "ways to offer them"},
		{"guards", &testGuards{}, "what is never offered"},
		{"experiments", &map[string]testExperiment{}, "who gets nothing, to compare"},
		{"learning", &map[string]map[string]string{}, "what is learned"},
		{"models", &map[string]testModel{}, "what p_alive and the like use"},
		{"recommendations", &testRecommendations{}, "items for a profile"},
	}
}

// testEnv is the environment of every test.
func testEnv(name string) (string, bool) {
	v, ok := map[string]string{
		"TOPIC": "clicks", "PARTITIONS": "24", "PASSWORD": "12345", "WORD": "many", "EMPTY": "", "YES": "true",
	}[name]
	return v, ok
}
