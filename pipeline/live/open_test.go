package live

import "testing"

// TestGroupPartition: Java's hash, of whose values only one has no absolute value. "hello" and "polygenelubricants" have the
// hashes 99162322 and -2147483648; that of "a b c d e" is -1504408465.
func TestGroupPartition(t *testing.T) {
	for group, want := range map[string]int32{"": 0, "hello": 22, "polygenelubricants": 0, "a b c d e": 15} {
		if got := groupPartition(group, 50); got != want {
			t.Errorf("%q: partition %d, not %d", group, got, want)
		}
	}
}
