//go:build synctests

package live

import (
	"testing"
	"testing/synctest"
)

func bubble(t *testing.T, f func(t *testing.T)) { synctest.Test(t, f) }
