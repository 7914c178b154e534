package live

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
)

// Run is a member of the group until ctx is done; then it commits what it has folded and returns nil. It returns an error
// only for what another try would meet again.
func Run(ctx context.Context, c Config) error {
	id := c.clientID()
	fenced := false
	for tries := 0; ; tries++ {
		began := time.Now()
		err := c.begin(ctx, id, fenced)
		fenced = errors.Is(err, kerr.FencedInstanceID) || fenced && errors.Is(err, errUnsure)
		var refused *refusal
		switch {
		case ctx.Err() != nil && (err == nil || errors.Is(err, context.Canceled)):
			return nil
		case errors.As(err, &refused):
			return err
		case c.Store.Err() != nil:
			return c.Store.Err()
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

// errUnsure says that nobody could tell whether the instance was taken over: joining would take it back.
var errUnsure = errors.New("fenced, and not yet sure by whom")

// begin runs a session, if after a fenced one the instance is still this process's.
func (c *Config) begin(ctx context.Context, id string, fenced bool) error {
	if fenced {
		taken, err := c.taken(ctx, id)
		if err != nil {
			return errors.Join(errUnsure, err)
		}
		if taken {
			return &refusal{fmt.Errorf("instance %s of %s: %w", c.Instance, c.Name, ErrTaken)}
		}
	}
	return runSession(ctx, c, id)
}
