//go:build linux

package broker

import (
	"os/exec"
	"testing"
)

// pinned is a command that runs on some cores, as taskset takes them; "": on all. Its process is the command's own.
func pinned(c *exec.Cmd, cores string) *exec.Cmd {
	if cores == "" {
		return c
	}
	p := exec.Command("taskset", append([]string{"--cpu-list", cores}, c.Args...)...)
	p.Env, p.Dir = c.Env, c.Dir
	return p
}

// pinnable gives the cores back if something can be pinned to them here, else "".
func pinnable(t testing.TB, what, cores string) string {
	t.Helper()
	if cores == "" {
		return ""
	}
	if out, err := pinned(exec.Command("true"), cores).CombinedOutput(); err != nil {
		t.Logf("%s cannot be pinned to %s: %v %s", what, cores, err, out)
		return ""
	}
	return cores
}
