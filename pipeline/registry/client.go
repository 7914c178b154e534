// Package registry fetches Avro schemas from a schema registry that speaks Confluent's protocol
// (https://docs.confluent.io/platform/current/schema-registry/develop/api.html), and remembers them: a schema id never
// changes its meaning. And it registers those of what is published, before anything is.
//
// A registry that is away, slow or refusing stops nobody whose schemas are known. A record whose schema is not waits,
// and with it those behind it, as their order counts. A bounded run stands still for it; after Options.Wait it is given up.
// The service cannot stand still, and waits for longer: see Patient. The same id is not asked for again for Options.Pause, so
// that a stream of such records does not wait for each.
package registry

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/sr"

	"github.com/ebbstream/ebb/schemas"
)

// Options say where the registry is, and how patient the client.
type Options struct {
	URL            string
	User, Password string
	Wait           time.Duration // for a schema that is not known yet; 0: 10 s
	Patience       time.Duration // the same of a Patient; 0: 5 min
	Pause          time.Duration // before an id that was given up is asked for again, or Away told again; 0: 30 s
	Away           func(error)   // told of what keeps a Patient waiting; nil: nobody is
}

// Client is an schemas.AvroSchemas for many goroutines. What it fetched it keeps.
type Client struct {
	registry *sr.Client
	options  Options
	ctx      context.Context
	cancel   context.CancelFunc
	asking   sync.WaitGroup // for a Patient

	mu struct {
		sync.Mutex
		entries map[int32]*entry
	}
}

// entry is one id. Whoever wants it while it is being fetched waits for done.
type entry struct {
	done  chan struct{}
	text  schemas.AvroText
	err   error
	again time.Time // of an error: when it may be asked for again
}

// New makes a client, which asks nobody yet. It serves until ctx ends or it is closed; then what waits is given up.
func New(ctx context.Context, o Options) (*Client, error) {
	if o.Wait == 0 {
		o.Wait = 10 * time.Second
	}
	if o.Patience == 0 {
		o.Patience = 5 * time.Minute
	}
	if o.Pause == 0 {
		o.Pause = 30 * time.Second
	}
	o, err := apart(o)
	if err != nil {
		return nil, fmt.Errorf("a client of the schema registry: %w", err)
	}
	options := []sr.ClientOpt{sr.URLs(o.URL), sr.UserAgent("ebb"), sr.HTTPClient(&http.Client{Timeout: max(o.Wait/3, time.Millisecond)})}
	if o.User != "" {
		options = append(options, sr.BasicAuth(o.User, o.Password))
	}
	registry, err := sr.NewClient(options...)
	if err != nil {
		return nil, fmt.Errorf("a client of the schema registry: %w", err)
	}
	c := &Client{registry: registry, options: o}
	c.ctx, c.cancel = context.WithCancel(ctx)
	c.mu.entries = map[int32]*entry{}
	return c, nil
}

// apart takes the login out of an address that has one: what is told of the address goes into logs.
func apart(o Options) (Options, error) {
	u, err := url.Parse(o.URL)
	if err != nil {
		return o, errors.New("its address is none")
	}
	if password, _ := u.User.Password(); o.User == "" {
		o.User, o.Password = u.User.Username(), password
	}
	u.User = nil
	o.URL = u.String()
	return o, nil
}

// AvroSchema is the schema with this id and those it refers to. It waits as the package says.
func (c *Client) AvroSchema(id int32) (schemas.AvroText, error) {
	e, mine := c.entry(id)
	if mine {
		c.settle(e, id)
	}
	<-e.done
	return e.text, e.err
}

// entry is that of an id; mine says that it is the caller's to settle.
func (c *Client) entry(id int32) (e *entry, mine bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e = c.mu.entries[id]
	if mine = e == nil || e.over(); mine {
		e = &entry{done: make(chan struct{})}
		c.mu.entries[id] = e
	}
	return e, mine
}

// settle fetches what is wanted of an entry.
func (c *Client) settle(e *entry, id int32) {
	ctx, cancel := context.WithTimeout(c.ctx, c.options.Wait)
	defer cancel()
	text, err := c.fetch(ctx, id, func(error) {})
	e.close(text, c.late(err, c.options.Wait), c.options.Pause)
}

// late says of an error that is no answer how long one was waited for.
func (c *Client) late(err error, wait time.Duration) error {
	if err == nil || final(err) {
		return err
	}
	return fmt.Errorf("the schema registry %s did not give it within %s: %w", c.options.URL, wait, err)
}

func (e *entry) close(text schemas.AvroText, err error, pause time.Duration) {
	e.text, e.err, e.again = text, err, time.Now().Add(pause)
	close(e.done)
}

// over is whether the entry is an error that has had its time.
func (e *entry) over() bool {
	select {
	case <-e.done:
		return e.err != nil && !time.Now().Before(e.again)
	default:
		return false
	}
}

const (
	firstRetry = 50 * time.Millisecond
	lastRetry  = 2 * time.Second
)

// fetch asks until there is an answer, or ctx ends. An answer is also that there is no such schema. What is none is told.
func (c *Client) fetch(ctx context.Context, id int32, tell func(error)) (schemas.AvroText, error) {
	for pause := firstRetry; ; pause = min(2*pause, lastRetry) {
		text, err := c.ask(ctx, id)
		if err == nil || final(err) {
			return text, err
		}
		tell(err)
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return text, err
		}
	}
}

var errNoAvro = errors.New("it is not of type AVRO")

// final is whether asking again would be of no use: the registry says that there is none, or that it is no Avro. A bare
// "not found" is of something before it, which may be starting.
func final(err error) bool {
	var answer *sr.ResponseError
	return errors.Is(err, errNoAvro) || errors.As(err, &answer) && answer.ErrorCode/100 == http.StatusNotFound
}

func (c *Client) ask(ctx context.Context, id int32) (schemas.AvroText, error) {
	s, err := c.registry.SchemaByID(ctx, int(id))
	if err != nil {
		return schemas.AvroText{}, err
	}
	if s.Type != sr.TypeAvro {
		return schemas.AvroText{}, fmt.Errorf("%w but %s", errNoAvro, s.Type)
	}
	text := schemas.AvroText{Schema: s.Schema}
	err = c.references(ctx, s.References, &text, map[sr.SchemaReference]bool{})
	return text, err
}

// references fetches what a schema refers to, the ones that others need first.
func (c *Client) references(ctx context.Context, all []sr.SchemaReference, text *schemas.AvroText, known map[sr.SchemaReference]bool) error {
	for _, r := range all {
		at := sr.SchemaReference{Subject: r.Subject, Version: r.Version}
		if known[at] {
			continue
		}
		known[at] = true
		s, err := c.registry.SchemaByVersion(ctx, r.Subject, r.Version)
		if err != nil {
			return fmt.Errorf("the schema %s, version %d of %s, that it refers to: %w", r.Name, r.Version, r.Subject, err)
		}
		if err := c.references(ctx, s.References, text, known); err != nil {
			return err
		}
		text.References = append(text.References, s.Schema.Schema)
	}
	return nil
}
