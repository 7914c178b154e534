package config

import (
	"encoding"
	"strings"
	"testing"
)

func TestExpand(t *testing.T) {
	for _, tc := range []struct{ raw, want, fault string }{
		{raw: "nothing here", want: "nothing here"},
		{raw: "${TOPIC}", want: "clicks"},
		{raw: "a-${TOPIC}-${PARTITIONS}.b", want: "a-clicks-24.b"},
		{raw: "${EMPTY}", want: ""},
		{raw: "${EMPTY:-x}", want: "x"},
		{raw: "${NONE:-}", want: ""},
		{raw: "${NONE:-a:-b $c {d}", want: "a:-b $c {d"},
		{raw: "${TOPIC:-x}", want: "clicks"},
		{raw: "$${TOPIC}", want: "${TOPIC}"},
		{raw: "$$${TOPIC}", want: "$${TOPIC}"},
		{raw: "$TOPIC $ $$ }{", want: "$TOPIC $ $$ }{"},
		{raw: "a ${NONE}", fault: "environment variable NONE is not set"},
		{raw: "${", fault: "expected } after ${"},
		{raw: "${}", fault: "expected the name of an environment variable in ${}"},
		{raw: "${1A}", fault: "expected the name of an environment variable in ${1A}"},
		{raw: "${A-b}", fault: "expected the name of an environment variable in ${A-b}"},
	} {
		got, _, wrong := expand(tc.raw, testEnv)
		switch {
		case tc.fault == "" && (got != tc.want || wrong != nil):
			t.Errorf("%s: got %q, %v; want %q", tc.raw, got, wrong, tc.want)
		case tc.fault != "" && (len(wrong) != 1 || !strings.HasPrefix(wrong[0].message, tc.fault)):
			t.Errorf("%s: got %v, want %q", tc.raw, wrong, tc.fault)
		}
	}
}

func TestKinds(t *testing.T) {
	for text, want := range map[string]kind{
		"": null, "~": null, "null": null, "true": boolean, "false": boolean, "True": 5, "yes": 5, "on": 5, "12": integer,
		"-3": integer, "+3": integer, "010": integer, "0o17": integer, "0xfF": integer, "1_000": 5, "0b1": 5, "1.": float,
		".5": float, "1e3": float, "-1.5E-3": float, ".inf": float, "-.INF": float, ".nan": float, ".": 5, "1.2.3": 5,
		"2026-01-05T10:00:00Z": 5, "12:30": 5,
	} {
		if want == 5 {
			want = kindOf("plain text")
		}
		if got := kindOf(text); got != want {
			t.Errorf("%q: got %v, want %v", text, got, want)
		}
	}
}

func TestNumbers(t *testing.T) {
	var got struct {
		Ints   []int     `yaml:"ints"`
		Bytes  []uint8   `yaml:"bytes"`
		Floats []float64 `yaml:"floats"`
		Any    any       `yaml:"any"`
	}
	text := "name: x\nn: {ints: [010, 0o10, 0x10, -0, +7], bytes: [0, 255], floats: [1, -1.5, 1e3, .5, 0x10], any: [.inf, -.INF, 99999999999999999999, ~]}\n"
	if _, _, faults := Load("x.yaml", []byte(text), testEnv, Block{Key: "n", Into: &got}); faults.Err() != nil {
		t.Fatal(faults)
	}
	equal(t, got.Ints, []int{10, 8, 16, 0, 7})
	equal(t, got.Bytes, []uint8{0, 255})
	equal(t, got.Floats, []float64{1, -1.5, 1000, .5, 16})
	if l := got.Any.([]any); len(l) != 4 || l[0].(float64) < 1e308 || l[1].(float64) > -1e308 || l[2] != 1e20 || l[3] != nil {
		t.Errorf("got %v", l)
	}
}

// TestTexts: each value of the types that read themselves, and what String makes of it, which must read the same.
func TestTexts(t *testing.T) {
	type value interface {
		encoding.TextUnmarshaler
		String() string
	}
	for _, tc := range []struct {
		into       value
		text, want string
	}{
		{new(Duration), "1h30m", "1h30m"},
		{new(Duration), "90m", "1h30m"},
		{new(Duration), "2w", "14d"},
		{new(Duration), "0s", "0s"},
		{new(Duration), "1500ms", "1s500ms"},
		{new(Duration), "30s1h", "1h30s"},
		{new(Duration), "", ""},
		{new(Duration), "30", ""},
		{new(Duration), "1.5h", ""},
		{new(Duration), "-1h", ""},
		{new(Duration), "1h ", ""},
		{new(Duration), "99999999999999999999s", ""},
		{new(Duration), "106751d23h47m16s855ms", ""},
		{new(Duration), "106751d", "106751d"},
		{new(Duration), "106751d1d", ""},
		{new(DurationOrNever), "never", "never"},
		{new(DurationOrNever), "30s", "30s"},
		{new(DurationOrNever), "false", ""},
		{new(DurationOrFalse), "false", "false"},
		{new(DurationOrFalse), "0s", ""},
		{new(Size), "256MiB", "256MiB"},
		{new(Size), "1024KiB", "1MiB"},
		{new(Size), "3GB", "3000000000"},
		{new(Size), "1kB", "1000"},
		{new(Size), "0", "0"},
		{new(Size), "12", "12"},
		{new(Size), "12K", ""},
		{new(Size), "9223372036854775808", ""},
		{new(Size), "8589934592GiB", ""},
		{new(Start), "latest", "latest"},
		{new(Start), "earliest", "earliest"},
		{new(Start), "2026-01-05T10:00:00.1239+02:00", "2026-01-05T08:00:00.123Z"},
		{new(Start), "2026-01-05", ""},
	} {
		err := tc.into.UnmarshalText([]byte(tc.text))
		if (err == nil) != (tc.want != "") || err == nil && tc.into.String() != tc.want {
			t.Errorf("%T %q: got %v, %v; want %q", tc.into, tc.text, tc.into, err, tc.want)
		}
	}
	if got := (90 * Minute).Std().String(); got != "1h30m0s" {
		t.Errorf("got %s", got)
	}
}

func TestNearest(t *testing.T) {
	known := []string{"brokers", "commit_interval", "start", "tls"}
	for found, want := range map[string]string{
		"broker": "brokers", "Brokers": "brokers", "commitinterval": "commit_interval", "interval": "", "tsl": "tls", "strat": "start", "x": "",
	} {
		if got := nearest(found, known); got != want {
			t.Errorf("%s: got %q, want %q", found, got, want)
		}
	}
}
