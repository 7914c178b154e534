package pipeline

import (
	"strings"
	"testing"
)

// TestKeys: no id has a key like that of an erased one, and every key gives its id again.
func TestKeys(t *testing.T) {
	for _, id := range []string{"u1", "", "\x00", erasedPrefix + "abc", "\x00\x00", "Zoë"} {
		if key := keyOf(id); idOf(key) != id || strings.HasPrefix(key, erasedPrefix) {
			t.Errorf("id %q has the key %q, which gives %q", id, key, idOf(key))
		}
	}
}
