//go:build !synctests

package simulate

import "testing"

// bubble skips: the timeouts of groups and transactions take too long in real time. make simulate runs f in a bubble with a
// clock of its own, for which the client's locks have to be built with the tag synctests.
func bubble(t *testing.T, _ func(t *testing.T)) { t.Skip("needs a clock of its own: make simulate") }
