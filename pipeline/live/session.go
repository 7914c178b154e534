package live

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// A session is one membership of the group, with one producer.
//
// The driver polls, folds and starts commits. The client calls assigned, revoked and lost only while the driver is
// polling, so these four never meet; restored tasks come in at any time.
type session struct {
	c       *Config
	client  *kgo.Client
	txn     *kafkaTransaction
	made    chan struct{} // closed when client is set; it may call before
	settled bool          // whether earlier transactions of this instance have ended
	look    time.Time     // when to look for tasks without an owner

	over context.Context // done at the end of the session; its cause says why
	end  context.CancelCauseFunc

	pace   pace
	flight *flight       // the commit under way
	took   time.Duration // the last one
	ends   atomic.Pointer[ends]
	opened chan struct{}  // a task was
	asking sync.WaitGroup // for ends, and for what holds restores up
	mu     struct {
		sync.Mutex
		tasks map[int32]*task
		waits map[int32]*wait // gained and not restored yet
		group error           // why the group is lost
	}
}

// runSession is a session from its beginning to its end. It returns when nothing of it runs any more.
func runSession(ctx context.Context, c *Config, id string) (err error) {
	s := &session{c: c, pace: firstPace, made: make(chan struct{}), opened: make(chan struct{}, 1), look: time.Now().Add(c.SessionTimeout / 2)}
	s.mu.tasks, s.mu.waits = map[int32]*task{}, map[int32]*wait{}
	// Not of ctx: to stop, the service still commits.
	s.over, s.end = context.WithCancelCause(context.WithoutCancel(ctx))
	compressor, err := newCompressor()
	if err != nil {
		return err
	}
	s.txn = &kafkaTransaction{group: c.Name, id: c.Name + "-" + c.Instance, instance: c.Instance}
	if err := s.txn.lookUp(ctx, c); err != nil {
		return err
	}
	options := append([]kgo.Opt{
		kgo.ConsumerGroup(c.Name), kgo.InstanceID(c.Instance), kgo.Balancers(balancer{c.Loose}), kgo.ConsumeTopics(c.inputs()...),
		kgo.SessionTimeout(c.SessionTimeout), kgo.HeartbeatInterval(c.SessionTimeout / 10), kgo.RebalanceTimeout(3 * transactionTimeout),
		kgo.DisableAutoCommit(), kgo.BlockRebalanceOnPoll(), kgo.ConsumeResetOffset(kgo.NoResetOffset()),
		kgo.FetchIsolationLevel(kgo.ReadCommitted()), kgo.KeepControlRecords(), kgo.FetchMaxWait(500 * time.Millisecond),
		kgo.OnPartitionsAssigned(s.assigned), kgo.AdjustFetchOffsetsFn(s.fetched),
		kgo.OnPartitionsRevoked(s.revoked), kgo.OnPartitionsLost(s.lost), kgo.WithHooks(s),
		kgo.TransactionalID(c.Name + "-" + c.Instance), kgo.TransactionTimeout(transactionTimeout),
		kgo.ClientID(id), kgo.RecordPartitioner(c.partitioner()), kgo.ProducerLinger(0), kgo.WithCompressor(compressor), batches(s.txn.limits),
		kgo.FetchMaxPartitionBytes(2 << 20), kgo.FetchMaxBytes(32 << 20), // of the rate 6 % were lost with 1 MiB
	}, c.Client...)
	if len(c.AtOnce) > 0 {
		if err := s.txn.publishAtOnce(c); err != nil {
			return err
		}
		defer s.txn.early.Close()
	}
	if s.client, err = kgo.NewClient(options...); err != nil {
		return &refusal{fmt.Errorf("making a client: %w", err)}
	}
	s.txn.client = s.client
	close(s.made)
	s.asking.Go(func() { s.watchEnds(s.over) })
	s.asking.Go(func() { s.watchWaits(s.over) })
	return s.close(s.drive(ctx))
}

// lookUp asks what a session has to know before it joins the group.
func (t *kafkaTransaction) lookUp(ctx context.Context, c *Config) error {
	client, err := kgo.NewClient(c.Client...)
	if err != nil {
		return &refusal{fmt.Errorf("making a client: %w", err)}
	}
	defer client.Close()
	if t.topics, err = c.findTopics(ctx, client); err != nil {
		return err
	}
	if t.limits, err = c.findLimits(ctx, client); err != nil {
		return fmt.Errorf("looking up how large records may be: %w", err)
	}
	t.implicit, err = implicitOffsets(ctx, client)
	return err
}

// close ends the session, for the given reason or in peace, and waits for all of it.
func (s *session) close(err error) error {
	if err != nil {
		err = s.taken(err)
		ctx, cancel := context.WithTimeout(context.WithoutCancel(s.over), time.Second)
		s.end(err)
		if s.flight.wait(ctx) {
			_ = s.txn.abort(ctx) // or the next holder of the id does it, or the broker
		}
		cancel()
	}
	s.end(errors.Join(err, kgo.ErrClientClosed))
	if err == nil && s.c.Leave {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		_, err = kadm.NewClient(s.client).LeaveGroup(ctx, kadm.LeaveGroup(s.c.Name).Reason("leaving for good").InstanceIDs(s.c.Instance))
		cancel()
	}
	s.asking.Wait()
	s.client.CloseAllowingRebalance()
	s.flight.wait(context.WithoutCancel(s.over))
	return err
}

// taken looks behind an error of the producer: the broker fences one whose transaction took too long just as one whose
// name was taken over. The group tells them apart, since the other process joined it before it asked for the producer id.
func (s *session) taken(err error) error {
	if !errors.Is(err, kerr.ProducerFenced) && !errors.Is(err, kerr.InvalidProducerEpoch) {
		return err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(s.over), time.Second)
	defer cancel()
	req := kmsg.NewPtrHeartbeatRequest()
	req.Group, req.InstanceID = s.c.Name, &s.c.Instance
	req.MemberID, req.Generation = s.client.GroupMetadata()
	if resp, asked := req.RequestWith(ctx, s.client); asked == nil {
		err = errors.Join(err, kerr.ErrorForCode(resp.ErrorCode))
	}
	return err
}
