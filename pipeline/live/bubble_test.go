//go:build !synctests

package live

import "testing"

// bubble runs f in real time; make simulate runs it in a bubble with a clock of its own, in which hours take moments.
func bubble(t *testing.T, f func(t *testing.T)) { f(t) }

const realTime = true
