package live

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
)

// ErrTaken says that another process runs under this instance's name.
var ErrTaken = errors.New("another process has taken over this instance: give each its own instance name, and its own state folder")

// Run is a member of the group until ctx is done; then it commits what it has folded and returns nil. It returns an error
// only for what another try would meet again.
func Run(ctx context.Context, c Config) error {
	for tries := 0; ; tries++ {
		began := time.Now()
		err := runSession(ctx, &c)
		var refused *refusal
		switch {
		case ctx.Err() != nil && (err == nil || errors.Is(err, context.Canceled)):
			return nil
		case errors.Is(err, kerr.FencedInstanceID):
			return fmt.Errorf("instance %s of %s: %w", c.Instance, c.Name, ErrTaken)
		case errors.As(err, &refused):
			return err
		}
		if time.Since(began) > time.Minute {
			tries = 0
		}
		wait := min(10*time.Millisecond<<min(tries, 10), 2*time.Second)
		c.Tell(Ended{Err: err, Pause: wait})
		if pause(ctx, wait) != nil {
			return nil
		}
	}
}
