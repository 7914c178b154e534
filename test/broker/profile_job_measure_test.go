//go:build linux

package broker

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
)

// A mark is how far an engine has come, and what it has taken for that.
type mark struct {
	at        time.Time
	committed int64         // events
	cpu       time.Duration // user and system, since its process was started
}

// A measurement is the marks of a run: its start, the first commit, the first one from the middle on, and the last.
type measurement struct {
	began, first, half, last mark
	resident                 float64 // at most, in MB
}

// pace of looking at an engine.
const lookEvery = 20 * time.Millisecond

// measure waits until so many events are committed.
func (g *group) measure(admin *kadm.Client, instance string, total int64) (m measurement) {
	pid := g.members[instance].command.Process.Pid
	m.began = mark{at: time.Now()}
	for now, deadline := m.began, time.Now().Add(stalled); ; time.Sleep(lookEvery) {
		n := committed(g.t, admin, g.name, g.sources...)
		if n == now.committed {
			if dead := g.dead(); len(dead) > 0 || time.Now().After(deadline) {
				g.t.Fatalf("%d of %d events were committed, and then no more; ended of themselves: %v\n%s", n, total, dead, g.tail(instance, 20))
			}
			continue
		}
		now, deadline = mark{time.Now(), n, cpuOfProcess(g.t, pid)}, time.Now().Add(stalled)
		if m.first.committed == 0 {
			m.first = now
		}
		if m.half.committed == 0 && n >= total/2 {
			m.half = now
		}
		if n >= total {
			m.last, m.resident = now, peakResident(g.t, pid)
			return m
		}
	}
}

// result is what a measurement comes to.
func (m *measurement) result(engine string, run int) result {
	r := result{Engine: engine, Run: run, Resident: m.resident, FirstEvents: float64(m.first.committed),
		FirstSeconds: m.first.at.Sub(m.began.at).Seconds(), FirstCPU: m.first.cpu.Seconds()}
	r.Rate, r.CPU = between(m.first, m.last)
	r.HalfRate, r.HalfCPU = between(m.half, m.last)
	return r
}

// between gives events a second and CPU microseconds an event; 0 where nothing lies between.
func between(a, z mark) (rate, cpu float64) {
	n := float64(z.committed - a.committed)
	if n == 0 {
		return 0, 0
	}
	return n / z.at.Sub(a.at).Seconds(), float64((z.cpu - a.cpu).Microseconds()) / n
}

// cpuOfProcess is what a process has taken since it was started, user and system, in steps of 10 ms.
func cpuOfProcess(t testing.TB, pid int) time.Duration {
	text := readProc(t, pid, "stat")
	fields := bytes.Fields(text[bytes.LastIndexByte(text, ')')+1:]) // from the third on; the second is a name, with spaces perhaps
	const utime, stime, tick = 14 - 3, 15 - 3, 10 * time.Millisecond
	return time.Duration(number(t, fields[utime])+number(t, fields[stime])) * tick
}

// peakResident is the most memory that a process has had at once, in MB.
func peakResident(t testing.TB, pid int) float64 {
	for line := range bytes.Lines(readProc(t, pid, "status")) {
		if fields := bytes.Fields(line); len(fields) == 3 && string(fields[0]) == "VmHWM:" {
			return float64(number(t, fields[1])) * 1024 / 1e6
		}
	}
	t.Fatal("the system does not say how much memory a process has had")
	return 0
}

func readProc(t testing.TB, pid int, name string) []byte {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/%s", pid, name))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func number(t testing.TB, text []byte) int64 {
	n, err := strconv.ParseInt(string(text), 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}
