package simulate

import (
	"context"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
)

// patience is how long a member waits for transactions of others to end.
const patience = 40 * time.Second

// settle lets all members finish their work, and the clock of what comes out go on for a while after the last record.
func (s *simulation) settle() {
	defer s.stopAll()
	for away := 0; !s.finish(); away++ {
		if away == 2 {
			s.t.Errorf("not all was committed")
			break
		}
		s.sendAway()
	}
	for i := range 20 { // members may still die of their faults, and others must notice that first
		if i == 10 {
			s.sendAway()
		}
		time.Sleep(4 * time.Second)
		if s.finish() && len(s.work.faults(s, s.inputs())) == 0 {
			return
		}
	}
}

// sendAway lets the group forget all members. kfake miscounts who is joining once it has replaced a static member that was
// waiting in SyncGroup, and then waits for nobody. It counts anew when the group was empty; as all come back at once it may miscount
// once more, in one history of ten thousand.
func (s *simulation) sendAway() {
	s.say("all are sent away, so that the group forgets them")
	s.stopAll()
	time.Sleep(4 * patience)
}

// finish starts who is not there, and tells whether all input was then committed.
func (s *simulation) finish() bool {
	admin := kadm.NewClient(s.client)
	for deadline := time.Now().Add(2 * patience); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		for i := range 3 {
			instance := fmt.Sprintf("m%d", i)
			if m := s.machines[instance]; m == nil || m.dead() {
				s.start(instance, fault{})
			}
		}
		lags, err := admin.Lag(context.Background(), "shop")
		if lag := lags["shop"]; err == nil && lag.Error() == nil && len(lag.Lag) > 0 && lag.Lag.Total() == 0 {
			return true
		}
	}
	return false
}

func (s *simulation) stopAll() {
	for i := range 3 {
		if instance := fmt.Sprintf("m%d", i); s.machines[instance] != nil {
			s.stop(instance)
		}
	}
}
