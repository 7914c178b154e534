//go:build linux

package registry

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// A member is a process of ebb run.
type member struct {
	t            *testing.T
	dir, address string // of its files; at which it answers
	command      *exec.Cmd
	exited       chan error
}

// settings are followed closely by what comes out: each order changes a feature, and every few of them a membership.
const settings = `name: tea
kafka:
  brokers: [%q]
  schema_registry: {url: %q}
  topics: {partitions: 2, replication: 1, min_insync: 1}
state: {dir: %q}
sources:
  - {topic: orders, format: avro, map: {id: msg.id, subject: msg.user, time: msg.at, type: {const: purchase}, data: msg}}
features:
  orders: count("purchase")
  spent: sum("purchase", "amount")
segments:
  odd: {when: 'orders %% 2 == 1'}
  saver: {when: 'count("purchase", e.data.coupon == "spring") >= 2'}
http: {listen: %q}
`

func newMember(t *testing.T, brokers, registry string) *member {
	t.Helper()
	m := &member{t: t, dir: t.TempDir(), address: fmt.Sprintf("127.0.0.1:%d", freePort(t))}
	text := fmt.Sprintf(settings, brokers, registry, filepath.Join(m.dir, "state"), m.address)
	if err := os.WriteFile(m.config(), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", m.program(), "github.com/ebbstream/ebb/cmd/ebb").CombinedOutput(); err != nil {
		t.Fatalf("building ebb: %v\n%s", err, out)
	}
	t.Cleanup(func() { m.end(syscall.SIGKILL) })
	return m
}

func (m *member) config() string  { return filepath.Join(m.dir, "tea.yaml") }
func (m *member) program() string { return filepath.Join(m.dir, "ebb") }

func (m *member) start() {
	m.t.Helper()
	log, err := os.OpenFile(filepath.Join(m.dir, "log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		m.t.Fatal(err)
	}
	defer log.Close()
	m.command, m.exited = exec.Command(m.program(), "run", "-c", m.config()), make(chan error, 1)
	m.command.Stdout, m.command.Stderr = log, log
	m.command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	if err := m.command.Start(); err != nil {
		m.t.Fatal(err)
	}
	go func(c *exec.Cmd, exited chan error) { exited <- c.Wait() }(m.command, m.exited)
}

// end sends a signal and waits for the end, which is in peace if the signal asks for that.
func (m *member) end(signal syscall.Signal) {
	if m.command == nil {
		return
	}
	_ = m.command.Process.Signal(signal)
	if err := <-m.exited; err != nil && signal == syscall.SIGTERM {
		m.t.Errorf("the member ended with %v:\n%s", err, m.log())
	}
	m.command = nil
}

func (m *member) log() string {
	text, _ := os.ReadFile(filepath.Join(m.dir, "log"))
	return string(text[max(0, len(text)-4<<10):])
}

// orders is how many orders of somebody are committed.
func (m *member) orders(user string) int {
	ctx, cancel := context.WithTimeout(m.t.Context(), 5*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+m.address+"/profiles/"+user, nil)
	if err != nil {
		m.t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0 // it does not listen yet
	}
	defer answer.Body.Close()
	var profile struct {
		Features struct{ Orders int }
	}
	if answer.StatusCode != http.StatusOK || json.NewDecoder(answer.Body).Decode(&profile) != nil {
		return 0
	}
	return profile.Features.Orders
}
