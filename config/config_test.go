package config

import (
	"reflect"
	"testing"
	"time"
)

// TestSample loads the sample of SPEC section 3: it states the defaults, and one source.
func TestSample(t *testing.T) {
	blocks := testBlocks()
	cfg, _, faults := loadFile(t, "testdata/spec.good.yaml", blocks...)
	if err := faults.Err(); err != nil {
		t.Fatal(err)
	}
	want := Defaults()
	want.Name = "shop"
	want.Sources = Sources{{
		Topic: "clickstream", Format: "json", Keyed: true, Where: "msg.bot != true", TimeUnit: "ms",
		Map: Map{ID: Term{Expr: "msg.event_id"}, Subject: Term{Expr: "msg.user_id"}, Time: Term{Expr: "msg.ts"}, Type: Term{Expr: "msg.type"}, Data: Term{Expr: "msg"}},
	}}
	equal(t, cfg, want)
	equal(t, into[testContext](blocks, "context"), &testContext{TTL: Day})
	equal(t, into[testSessions](blocks, "sessions"), &testSessions{Gap: 30 * Minute, Keep: []string{"page.url", "campaign"}})
	equal(t, into[map[string]testInterest](blocks, "interests"), &map[string]testInterest{
		"category": {Field: "category", HalfLife: 14 * Day, Weights: map[string]float64{"product_view": 1, "add_to_cart": 2, "purchase": 4}, Keep: 128},
	})
	equal(t, into[testFeatures](blocks, "features"), &testFeatures{"spend_90d": `sum("purchase", "amount", "90d")`})
	equal(t, into[testSegments](blocks, "segments"), &testSegments{
		"recent_buyers":   {When: `count("purchase", "90d") >= 1`, Purpose: "marketing"},
		"fading_fans":     {When: `decayed("product_view", "7d") >= 3.0`, Until: `decayed("product_view", "7d") < 1.0`},
		"cart_abandoners": {When: `not_followed_by("add_to_cart", "purchase", "1h")`},
	})
}

// TestEverything sets what the sample leaves at its default.
func TestEverything(t *testing.T) {
	cfg, _, faults := loadFile(t, "testdata/everything.good.yaml")
	if err := faults.Err(); err != nil {
		t.Fatal(err)
	}
	equal(t, cfg, &Config{
		Name:     "big-shop.eu_1",
		Instance: "7",
		Kafka: Kafka{
			Brokers:        []string{"one:9092", "two:9092"},
			Guarantee:      "at_least_once",
			CommitInterval: 1500,
			SessionTimeout: 6 * Second,
			Start:          Start{At: Instant{time.Date(2026, 1, 5, 9, 0, 0, 123e6, time.UTC)}},
			Topics:         Topics{Partitions: 12, Replication: 1, MinInsync: 1, Retention: Week},
			TLS:            &TLS{Enabled: true, CA: "ca.pem", Cert: "me.pem", Key: "me.key", ServerName: "kafka"},
			SASL:           &SASL{Mechanism: "scram-sha-512", User: "ebb", Password: "12345"},
			SchemaRegistry: &SchemaRegistry{URL: "https://registry:8081", User: "ebb", Password: "x"},
		},
		State: State{Dir: "./data", Cache: MiB},
		Time:  Time{MaxAhead: 5 * Minute, MergeWait: Second},
		Sources: Sources{
			{
				Topic: "orders", Format: "avro", Schema: "order.avsc", Each: "msg.lines", TimeUnit: "us",
				Map: Map{
					ID: Term{Expr: "line.id"}, Subject: Term{Expr: "msg.user"}, Time: Term{Expr: "msg.at"},
					Type: Term{Const: "purchase", IsConst: true},
					Data: Term{Const: map[string]any{"n": []any{int64(1), 2.5, nil, true, "x"}}, IsConst: true},
				},
			},
			{Topic: "events", Format: "cloudevents", Keyed: true, TimeUnit: "ms"},
		},
		Limits:  Limits{Events: 10000, Values: 1000},
		Outputs: Outputs{Format: "avro", Memberships: true, MuteBefore: Instant{time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}},
		HTTP:    HTTP{Listen: "0.0.0.0:80", Token: "secret"},
		Log:     Log{Level: "info", Format: "console"},
	})
	if !cfg.Time.IdleAfter.Never() || !cfg.Outputs.Profiles.Off() {
		t.Error("never and false are not zero")
	}
}

func TestVariables(t *testing.T) {
	blocks := testBlocks()
	cfg, _, faults := loadFile(t, "testdata/variables.good.yaml", blocks...)
	if err := faults.Err(); err != nil {
		t.Fatal(err)
	}
	want := Defaults()
	want.Name, want.Instance = "clicks", "12345"
	want.Kafka.SASL = &SASL{Mechanism: "plain", User: "me", Password: "12345"}
	want.Kafka.Topics = Topics{Partitions: 24, Replication: 2, MinInsync: 2, Retention: 3 * Day}
	want.Outputs.Memberships = true
	equal(t, cfg, want)
	equal(t, into[testFeatures](blocks, "features"), &testFeatures{"literal": `"${PRICE}"`})
}

func TestAnchors(t *testing.T) {
	blocks := testBlocks()
	if _, _, faults := loadFile(t, "testdata/anchors.good.yaml", blocks...); faults.Err() != nil {
		t.Fatal(faults)
	}
	base := testInterest{Field: "category", HalfLife: 14 * Day, Weights: map[string]float64{"product_view": 1}, Keep: 128}
	deep, both := base, base
	deep.HalfLife = 90 * Day
	both.HalfLife, both.Keep = Day, 3
	equal(t, into[map[string]testInterest](blocks, "interests"), &map[string]testInterest{"base": base, "deep": deep, "both": both})
	buyers := testSegment{When: `count("purchase", "90d") >= 1`}
	equal(t, into[testSegments](blocks, "segments"), &testSegments{"buyers": buyers, "same": buyers, "text": buyers})
}

// TestDefaultsOfBlocks: an entry that a map already holds is decoded over, the others stay.
func TestDefaultsOfBlocks(t *testing.T) {
	held := map[string]testCap{"email": {Max: 3, Per: Day}, "push": {Max: 1, Per: Hour}}
	text := "name: shop\ncaps: {email: {max: 5}}\n"
	if _, _, faults := Load("x.yaml", []byte(text), testEnv, Block{Key: "caps", Into: &held}); faults.Err() != nil {
		t.Fatal(faults)
	}
	equal(t, held, map[string]testCap{"email": {Max: 5, Per: Day}, "push": {Max: 1, Per: Hour}})
}

func into[T any](blocks []Block, key string) *T {
	for _, b := range blocks {
		if b.Key == key {
			return b.Into.(*T)
		}
	}
	return nil
}

func equal(t *testing.T, got, want any) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%+v\nwant\n%+v", got, want)
	}
}
