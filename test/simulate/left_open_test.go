package simulate

import (
	"context"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// TestLeftOpen: a member that died within a transaction ends that when it comes again, and need not wait until the brokers do.
func TestLeftOpen(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s, end := newSimulation(t, 1, counting{})
		defer end()
		s.send(50)
		s.start("m0", fault{kind: int16(kmsg.EndTxn), n: 1, kills: true})
		<-s.machines["m0"].ended
		s.start("m0", fault{})
		admin, began := kadm.NewClient(s.client), time.Now()
		for {
			lags, err := admin.Lag(context.Background(), "shop")
			if lag := lags["shop"]; err == nil && lag.Error() == nil && len(lag.Lag) > 0 && lag.Lag.Total() == 0 {
				break
			}
			if time.Since(began) > 5*time.Second {
				t.Error("the first commit takes more than 5 s")
				break
			}
			time.Sleep(10 * time.Millisecond)
		}
		s.settle()
		s.verify()
	})
}
