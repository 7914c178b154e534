package simulate

import (
	"context"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// TestEvictedWhileJoining: a member whose request to join again comes so late that the group has given its tasks to others is
// told so by the answer, and the client joins once more, under another member id, without saying that the tasks are lost. What
// the member had under way must not be committed under the new membership: the others have folded it.
func TestEvictedWhileJoining(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s, end := newSimulation(t, 1, counting{})
		defer end()
		s.send(50)
		s.start("m0", fault{})
		time.Sleep(2 * time.Second)
		const (
			joins   = 3 * time.Second // more than a session's timeout
			commits = 5 * time.Second // the others have folded all by then
		)
		for _, slow := range []struct {
			kind kmsg.Key
			by   time.Duration
			mine func(kmsg.Request) bool
		}{
			{kmsg.JoinGroup, joins, func(r kmsg.Request) bool {
				join := r.(*kmsg.JoinGroupRequest)
				return join.InstanceID != nil && *join.InstanceID == "m0" && join.MemberID != ""
			}},
			{kmsg.Produce, commits, ofM0},
		} {
			held := s.slow(slow.kind, slow.by, slow.mine)
			defer held()
		}
		s.send(50)
		time.Sleep(100 * time.Millisecond) // it is folded, and on its way
		s.start("m1", fault{})
		time.Sleep(20 * time.Second)
		s.settle()
		s.verify()
		lost := "m0: " + sessionOver + ": the group has given this member's tasks to others"
		if !slices.ContainsFunc(s.told.lines, func(line string) bool { return strings.Contains(line, lost) }) {
			t.Error("the member never noticed that its tasks are lost")
		}
		if t.Failed() {
			for _, line := range s.told.lines {
				t.Log(line)
			}
		}
	})
}

// TestRevokedWhileCommitting: a member that is to give tasks away while it commits does so after that. Else who gets them might
// find neither the offsets nor anything in the changelog yet, and fold once more what the commit then says is folded.
func TestRevokedWhileCommitting(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s, end := newSimulation(t, 1, counting{})
		defer end()
		s.send(50)
		s.start("m0", fault{})
		time.Sleep(2 * time.Second)
		held := s.slow(kmsg.Produce, 4*time.Second, ofM0)
		s.send(50)
		time.Sleep(100 * time.Millisecond) // it is folded, and on its way
		s.start("m1", fault{})
		time.Sleep(20 * time.Second)
		held()
		s.settle()
		s.verify()
	})
}

// sessionOver is what a member says when it has to join anew.
const sessionOver = "session over"

// ofM0 is whether a member called m0 produces in its transaction.
func ofM0(r kmsg.Request) bool {
	id := r.(*kmsg.ProduceRequest).TransactionID
	return id != nil && *id == "shop-m0"
}

// slow lets requests of a kind that come within that time wait until it is over. held fails the test if none had to.
func (s *simulation) slow(kind kmsg.Key, by time.Duration, mine func(kmsg.Request) bool) (held func()) {
	until, waited := time.Now().Add(by), atomic.Bool{}
	s.cluster.ControlKey(int16(kind), func(r kmsg.Request) (kmsg.Response, error, bool) {
		if mine(r) {
			s.cluster.SleepControl(func() {
				if wait := time.Until(until); wait > 0 {
					waited.Store(true)
					time.Sleep(wait)
				}
			})
		}
		return nil, nil, false
	})
	return func() {
		if !waited.Load() {
			s.t.Errorf("no %s had to wait", kind.Name())
		}
	}
}

// send sends so many records.
func (s *simulation) send(n int) {
	for range n {
		if err := s.client.ProduceSync(context.Background(), s.work.record(s, s.config.Sources)).FirstErr(); err != nil {
			s.t.Fatal(err)
		}
	}
}
