//go:build linux

package broker

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// A group is the members of a service, each a process.
type group struct {
	t       testing.TB
	brokers []string
	name    string
	sources []string
	dir     string
	program func(instance string, noWAL, leave bool) *exec.Cmd // of a member
	members map[string]*running
	began   time.Time
	kills   int
	outages int // of the broker
}

func newGroup(t testing.TB, c *cluster, name string, sources ...string) *group {
	g := &group{t: t, brokers: c.addresses, name: name, sources: sources, dir: folder(t, "members"), members: map[string]*running{}, began: time.Now()}
	t.Cleanup(func() {
		for _, r := range g.members {
			_ = r.command.Process.Signal(syscall.SIGCONT)
			_ = r.command.Process.Kill()
			<-r.exited
		}
	})
	return g
}

// counting is this program as a member that counts.
func (g *group) counting(instance string, noWAL, leave bool) *exec.Cmd {
	text, err := json.Marshal(member{Brokers: g.brokers, Name: g.name, Instance: instance, Sources: g.sources, Dir: g.folder(instance), NoWAL: noWAL, Leave: leave})
	if err != nil {
		g.t.Fatal(err)
	}
	c := exec.Command(os.Args[0])
	c.Env = append(os.Environ(), memberEnv+"="+string(text))
	return c
}

// running is one incarnation of a member.
type running struct {
	command *exec.Cmd
	exited  chan struct{}
	err     error
}

func (g *group) say(format string, args ...any) {
	g.t.Logf("%6.1fs "+format, append([]any{time.Since(g.began).Seconds()}, args...)...)
}

func (g *group) folder(instance string) string { return filepath.Join(g.dir, instance) }
func (g *group) log(instance string) string    { return filepath.Join(g.dir, instance+".log") }

func (g *group) start(instance string, noWAL, leave bool) {
	log, err := os.OpenFile(g.log(instance), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		g.t.Fatal(err)
	}
	defer log.Close()
	fmt.Fprintln(log, "--- started at", time.Now().UTC().Format("15:04:05.000"))
	r := &running{command: g.program(instance, noWAL, leave), exited: make(chan struct{})}
	r.command.Stdout, r.command.Stderr = log, log
	r.command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	if err := r.command.Start(); err != nil {
		g.t.Fatal(err)
	}
	g.members[instance] = r
	go func() {
		r.err = r.command.Wait()
		close(r.exited)
	}()
}

// joined waits until members are there: they make their topics before that, for the first time.
func (g *group) joined(instances []string) {
	for deadline := time.Now().Add(stalled); ; time.Sleep(50 * time.Millisecond) {
		left := slices.DeleteFunc(slices.Clone(instances), g.hasJoined)
		if len(left) == 0 {
			return
		}
		if dead := g.dead(); len(dead) > 0 || time.Now().After(deadline) {
			g.t.Fatalf("%v did not join; ended of themselves: %v", left, dead)
		}
	}
}

// hasJoined tells whether a member has joined the group since its last start.
func (g *group) hasJoined(instance string) bool {
	text, _ := os.ReadFile(g.log(instance))
	return strings.Contains(string(text[max(0, bytes.LastIndex(text, []byte("--- started at "))):]), "\tjoined as")
}

// end ends a member by a signal, and says how long that took.
func (g *group) end(instance string, signal syscall.Signal) time.Duration {
	r, began := g.members[instance], time.Now()
	_ = r.command.Process.Signal(signal)
	select {
	case <-r.exited:
	case <-time.After(30 * time.Second):
		_ = r.command.Process.Signal(syscall.SIGQUIT) // its goroutines, into its log
		<-r.exited
		g.t.Errorf("%s did not stop in 30 s; see the end of its log:\n%s", instance, g.tail(instance, 400))
	}
	if signal == syscall.SIGTERM && r.err != nil {
		g.t.Errorf("%s: %v\n%s", instance, r.err, g.tail(instance, 20))
	}
	delete(g.members, instance)
	return time.Since(began)
}

// dead are the members that ended of themselves, which none should.
func (g *group) dead() []string {
	var out []string
	for instance, r := range g.members {
		select {
		case <-r.exited:
			out = append(out, fmt.Sprintf("%s: %v\n%s", instance, r.err, g.tail(instance, 20)))
		default:
		}
	}
	return out
}

func (g *group) tail(instance string, lines int) string {
	text, _ := os.ReadFile(g.log(instance))
	return tail(string(text), lines)
}

// told counts what the members have told, by the first words.
func (g *group) told(words string) (n int) {
	logs, _ := filepath.Glob(filepath.Join(g.dir, "*.log"))
	for _, log := range logs {
		text, _ := os.ReadFile(log)
		n += strings.Count(string(text), words)
	}
	return n
}
