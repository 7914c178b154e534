package state_test

import (
	"strings"
	"testing"

	"github.com/ebbstream/ebb/schemas"
	"github.com/ebbstream/ebb/state"
)

// TestKeys: no id has a key like one of ebb's own, and every key gives its id again.
func TestKeys(t *testing.T) {
	for _, id := range []string{"u1", "", "\x00", state.ErasedPrefix + "abc", "\x00\x00", "Zoë", state.LayoutNow} {
		key := state.ProfileKey(id)
		if got, ok := state.ProfileID(key); !ok || got != id || strings.HasPrefix(key, state.ErasedPrefix) {
			t.Errorf("id %q has the key %q, which gives %q", id, key, got)
		}
	}
	for _, key := range []string{state.LayoutNow, state.SecretKey, state.LayoutKey(7), state.ErasedKey([]byte("s"), "u1"), state.WaitingPrefix + "u1", state.SizePrefix, state.SizePrefix + "buyers"} {
		if id, ok := state.ProfileID(key); ok {
			t.Errorf("the key %q is taken for the profile %q", key, id)
		}
	}
}

// TestRow: rows of all instants give them again, and lie in their order.
func TestRow(t *testing.T) {
	last := ""
	for _, at := range []schemas.Instant{schemas.Earliest, -1, 0, 1, 1767607200000, schemas.Never} {
		row := append(state.AppendRow(nil, at), 'x')
		if state.RowWake(row) != at || string(state.RowState(row)) != "x" || string(row) <= last {
			t.Errorf("%v: %x", at, row)
		}
		last = string(row)
	}
	if state.RowWake(nil) != schemas.Never || len(state.RowState(nil)) != 0 {
		t.Error("a row that is not there wakes somebody")
	}
}
