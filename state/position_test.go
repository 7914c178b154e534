package state_test

import (
	"bytes"
	"encoding/hex"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/ebbstream/ebb/schemas"
	"github.com/ebbstream/ebb/state"
)

var positions = []state.Position{
	{},
	{Changelog: 7, Watermark: -62135596800000},
	{Inputs: []state.Input{{Topic: "orders", Partition: 3, Next: 1201, Folded: 2}}, Changelog: 9, Watermark: 1767607200000},
	{
		Inputs: []state.Input{
			{Topic: "", Partition: 0, Next: 0},
			{Topic: "clicks", Partition: 0, Next: math.MaxInt64},
			{Topic: "clicks", Partition: math.MaxInt32, Next: -1},
			{Topic: "orders", Partition: 1, Next: 4},
		},
		Changelog: math.MaxInt64,
		Watermark: schemas.Never,
	},
}

func TestPositionRoundTrip(t *testing.T) {
	for _, p := range positions {
		got, err := state.DecodePosition(p.AppendBinary(nil))
		if err != nil || !reflect.DeepEqual(got, p) {
			t.Errorf("got %+v, %v; want %+v", got, err, p)
		}
	}
}

// The bytes are kept on disk and in the changelog: a change of them needs a new version.
func TestPositionGolden(t *testing.T) {
	const want = "0101066f726465727306e21204001280a4cbd9f166"
	if got := hex.EncodeToString(positions[2].AppendBinary(nil)); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestPositionDoesNotDependOnOrder(t *testing.T) {
	p := positions[3]
	reversed := p
	reversed.Inputs = slices.Clone(p.Inputs)
	slices.Reverse(reversed.Inputs)
	before := slices.Clone(reversed.Inputs)
	if !bytes.Equal(p.AppendBinary(nil), reversed.AppendBinary(nil)) {
		t.Error("the same inputs in another order have other bytes")
	}
	if !slices.Equal(before, reversed.Inputs) {
		t.Error("AppendBinary reordered the caller's inputs")
	}
}

func TestPositionRefusesEveryOtherLength(t *testing.T) {
	for _, p := range positions {
		b := p.AppendBinary(nil)
		for n := range b {
			if got, err := state.DecodePosition(b[:n]); err == nil {
				t.Errorf("%x, the first %d bytes of %x, decoded to %+v", b[:n], n, b, got)
			}
		}
		if got, err := state.DecodePosition(append(b, 0)); err == nil {
			t.Errorf("%x with a byte more decoded to %+v", b, got)
		}
	}
}

func TestPositionRefusals(t *testing.T) {
	twice := []state.Input{{Topic: "a", Next: 1}, {Topic: "a", Next: 2}}
	for _, test := range []struct {
		b    []byte
		want string
	}{
		{nil, "no bytes"},
		{[]byte{2, 0, 0, 0}, "version 2"},
		{[]byte{1, 0x80, 0, 0, 0}, "canonical"}, // a count of two bytes where one will do
		{[]byte{1, 2, 1, 'b', 0, 0, 0, 0, 1, 'a', 0, 0, 0, 0, 0, 0}, "canoni"}, // unsorted
		{state.Position{Inputs: twice}.AppendBinary(nil), "twice"},
		{[]byte{1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1}, "truncated"},
	} {
		if _, err := state.DecodePosition(test.b); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%x: got error %v, want one with %q", test.b, err, test.want)
		}
	}
}

func FuzzDecodePosition(f *testing.F) {
	for _, p := range positions {
		f.Add(p.AppendBinary(nil))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := state.DecodePosition(b)
		if err == nil && !bytes.Equal(p.AppendBinary(nil), b) {
			t.Fatalf("%x decoded to %+v, which encodes to %x", b, p, p.AppendBinary(nil))
		}
	})
}
