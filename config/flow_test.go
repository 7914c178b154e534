package config

import (
	"slices"
	"testing"
)

// TestColonInBraces: a colon without a space behind it is part of a text, also in a list within { }.
func TestColonInBraces(t *testing.T) {
	for text, want := range map[string][]string{
		`{brokers: [localhost:9092]}`:                            {"localhost:9092"},
		`{brokers: [10.0.0.1:9092, "b:1" , c:2:3, d]}`:           {"10.0.0.1:9092", "b:1", "c:2:3", "d"},
		"{brokers: [\n  a:1,\n  b:2\n], commit_interval: 100ms}": {"a:1", "b:2"},
		`{commit_interval: 50ms, brokers: [2001:db8::1, x]}`:     {"2001:db8::1", "x"},
	} {
		c, _, faults := Load("c.yaml", []byte("name: shop\nkafka: "+text+"\n"), testEnv, testBlocks()...)
		if len(faults) > 0 {
			t.Errorf("%s: %v", text, faults)
		} else if got := c.Kafka.Brokers; !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
	for _, text := range []string{`{brokers: [a: 1]}`, `{brokers: [a:]}`, `{brokers: ["a":1]}`, "{brokers: [a:\n  b]}", "{brokers: [a:\tb]}"} {
		if _, _, faults := Load("c.yaml", []byte("name: shop\nkafka: "+text+"\n"), testEnv, testBlocks()...); len(faults) == 0 {
			t.Errorf("%s has no fault", text)
		}
	}
}
