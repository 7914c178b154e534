//go:build synctests

package simulate

import (
	"testing"
	"testing/synctest"
)

func bubble(t *testing.T, f func(t *testing.T)) { synctest.Test(t, f) }
