package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

const (
	smallDisk = 8 << 20
	fullAfter = 30_000 // people, whose state is more than that
)

// A tightPlace is a folder in which little can be written, until there is room.
type tightPlace struct {
	dir   string
	limit string // what a shell does before it becomes ebb
}

// tight is a small file system where one may be mounted, and else a limit on what a file may hold.
func tight(t *testing.T) *tightPlace {
	t.Helper()
	p := &tightPlace{dir: t.TempDir()}
	err := syscall.Mount("none", p.dir, "tmpfs", 0, fmt.Sprintf("size=%d", smallDisk))
	if err == nil {
		t.Cleanup(func() {
			if err := syscall.Unmount(p.dir, 0); err != nil {
				t.Error(err)
			}
		})
		return p
	}
	t.Logf("mounting a small file system: %v; a limit on the size of files takes its place", err)
	p.limit = fmt.Sprintf("ulimit -f %d; ", smallDisk/512)
	return p
}

func (p *tightPlace) makeRoom(t *testing.T) {
	t.Helper()
	if p.limit != "" {
		p.limit = ""
	} else if err := syscall.Mount("none", p.dir, "tmpfs", syscall.MS_REMOUNT, "size=512m"); err != nil {
		t.Fatal(err)
	}
}

// run is `ebb run` in a process of its own, as what a store that failed holds is held until its process ends.
func (p *tightPlace) run(t *testing.T, file string) (cmd *exec.Cmd, said *bytes.Buffer) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	cmd, said = exec.CommandContext(ctx, "sh", "-c", p.limit+`exec ebb run -c "$0"`, file), &bytes.Buffer{}
	cmd.Stdout, cmd.Stderr = said, said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return cmd, said
}

// TestDiskFull: a member whose disk is full ends and says so. With room it goes on, and everything is there once.
func TestDiskFull(t *testing.T) {
	place := tight(t)
	listen := address(t)
	file, options := brokersFor(t, fmt.Sprintf("outputs: {profiles: false}\nhttp: {listen: %q}\n", listen), filepath.Join(place.dir, "state"))
	client, err := kgo.NewClient(append(options, kgo.RecordPartitioner(kgo.StickyKeyPartitioner(nil)))...)
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	var records []*kgo.Record
	for i := range fullAfter {
		who := fmt.Sprintf("u%06d-%s", i, strings.Repeat("x", 100))
		for n, when := range []string{"2026-01-05T09:30:00Z", "2026-01-05T09:31:00Z"} {
			records = append(records, purchase(fmt.Sprint(n), who, when))
		}
	}
	if err := client.ProduceSync(t.Context(), records...).FirstErr(); err != nil {
		t.Fatal(err)
	}
	cmd, said := place.run(t, file)
	var status *exec.ExitError
	if err := cmd.Wait(); !errors.As(err, &status) || status.ExitCode() != 1 {
		t.Fatalf("it ended with %v:\n%s", err, said)
	}
	for _, want := range []string{"the state folder cannot be written to any more", "make room for " + filepath.Join(place.dir, "state") + " and start again"} {
		if strings.Count(said.String(), want) != 1 {
			t.Errorf("it says, not once %q:\n%s", want, said)
		}
	}

	place.makeRoom(t)
	cmd, said = place.run(t, file)
	until(t, "it is not ready", func() bool {
		answer, err := http.Get("http://" + listen + "/readyz")
		return err == nil && answer.Body.Close() == nil && answer.StatusCode == http.StatusOK
	})
	asks := admin(t, options)
	until(t, "not all is folded", func() bool {
		lags, err := asks.Lag(t.Context(), "tea")
		lag := lags["tea"]
		return err == nil && lag.Error() == nil && len(lag.Lag) > 0 && lag.Lag.Total() == 0
	})
	if err := errors.Join(cmd.Process.Signal(syscall.SIGTERM), cmd.Wait()); err != nil {
		t.Errorf("it ended with %v:\n%s", err, said)
	}
	entered := map[string]int{}
	for _, r := range committed(t, options, "tea.segment-changes") {
		entered[string(r.Key)]++
	}
	if len(entered) != fullAfter {
		t.Errorf("%d of %d people became regulars", len(entered), fullAfter)
	}
	for who, n := range entered {
		if n != 1 {
			t.Fatalf("%s became a regular %d times", who, n)
		}
	}
}

// committed is all that can be read of a topic.
func committed(t *testing.T, options []kgo.Opt, topic string) (out []*kgo.Record) {
	t.Helper()
	client, err := kgo.NewClient(append([]kgo.Opt{kgo.ConsumeTopics(topic), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()),
		kgo.FetchIsolationLevel(kgo.ReadCommitted()), kgo.KeepControlRecords()}, options...)...)
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	ends, err := kadm.NewClient(client).ListEndOffsets(t.Context(), topic)
	if err != nil {
		t.Fatal(err)
	}
	left := map[int32]int64{}
	ends.Each(func(o kadm.ListedOffset) {
		if o.Offset > 0 {
			left[o.Partition] = o.Offset
		}
	})
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	for len(left) > 0 {
		fetches := client.PollFetches(ctx)
		if err := fetches.Err(); err != nil {
			t.Fatal(err)
		}
		for r := range fetches.RecordsAll() {
			if !r.Attrs.IsControl() {
				out = append(out, r)
			}
			if r.Offset+1 >= left[r.Partition] {
				delete(left, r.Partition)
			}
		}
	}
	return out
}
