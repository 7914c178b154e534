package registry

import (
	"context"
	"fmt"
	"time"

	"github.com/ebbstream/ebb/schemas"
)

// Patient is a client that never stands still: what it does not know it asks for meanwhile, and says schemas.ErrAwaited. It
// gives up when the registry says that there is none, or has given no answer for Options.Patience: long enough for one that is
// restarted, and not for ever, since all that is behind such a record waits.
type Patient struct{ *Client }

// AvroSchema is the schema with this id.
func (p Patient) AvroSchema(id int32) (schemas.AvroText, error) {
	e, mine := p.entry(id)
	if mine {
		p.asking.Go(func() { p.settle(e, id) })
	}
	select {
	case <-e.done:
		return e.text, e.err
	default:
		return schemas.AvroText{}, schemas.ErrAwaited
	}
}

// settle fetches what is wanted of an entry. At the end of the client nothing is known of it: it stays awaited.
func (p Patient) settle(e *entry, id int32) {
	ctx, cancel := context.WithTimeout(p.ctx, p.options.Patience)
	defer cancel()
	var next time.Time
	text, err := p.fetch(ctx, id, func(err error) {
		if now := time.Now(); p.options.Away != nil && !now.Before(next) && p.ctx.Err() == nil {
			p.options.Away(fmt.Errorf("records of schema %d wait, and those behind them: %w", id, err))
			next = now.Add(p.options.Pause)
		}
	})
	if err == nil || final(err) || p.ctx.Err() == nil {
		e.close(text, p.late(err, p.options.Patience), p.options.Pause)
	}
}

// Close ends what is asked for a Patient, and waits for that. A client that is nil has nothing to end.
func (c *Client) Close() {
	if c != nil {
		c.cancel()
		c.asking.Wait()
	}
}
