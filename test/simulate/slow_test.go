package simulate

import (
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// TestSlowCommit: while a commit takes long the next one waits for its end, and the member goes on.
func TestSlowCommit(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s, end := newSimulation(t, 1, counting{})
		defer end()
		s.send(50)
		s.start("m0", fault{})
		time.Sleep(2 * time.Second)
		held := s.slow(kmsg.Produce, 3*time.Second, ofM0)
		for range 10 {
			s.send(5)
			time.Sleep(100 * time.Millisecond)
		}
		time.Sleep(5 * time.Second)
		held()
		for _, line := range s.told.lines {
			if strings.Contains(line, sessionOver) {
				t.Error(line)
			}
		}
		s.settle()
		s.verify()
	})
}
