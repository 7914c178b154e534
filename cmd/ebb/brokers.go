package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"go.uber.org/zap"
)

// refused is what another try would meet again: a person has to act.
type refused struct{ error }

func refusal(format string, args ...any) error { return &refused{fmt.Errorf(format, args...)} }

// askBrokers lets ask use a client that gives up early: whoever waits for an answer is told why there is none.
func askBrokers(options []kgo.Opt, ask func(*kgo.Client) error) error {
	hasty := []kgo.Opt{kgo.RequestRetries(2), kgo.DialTimeout(5 * time.Second), kgo.RecordDeliveryTimeout(20 * time.Second)}
	client, err := kgo.NewClient(append(hasty, options...)...)
	if err != nil {
		return &refused{fmt.Errorf("making a client: %w", err)}
	}
	defer client.Close()
	return ask(client)
}

// insist asks until there is an answer, and logs why there is none; it gives up where another try would meet the same again.
func insist(ctx context.Context, log *zap.Logger, whom string, ask func() error) error {
	for wait := time.Second; ; wait = min(2*wait, 15*time.Second) {
		err := ask()
		if err == nil || !passing(err) || ctx.Err() != nil {
			return err
		}
		log.Warn(whom+" does not answer; trying again", zap.Error(err), zap.Duration("pause", wait))
		if err := pause(ctx, wait); err != nil {
			return err
		}
	}
}

// passing is whether an error may be gone at the next try.
func passing(err error) bool {
	var no *refused
	var answer *kerr.Error
	switch {
	case errors.As(err, &no):
		return false
	case errors.As(err, &answer):
		return answer.Retriable
	}
	return true
}

func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-time.After(d):
		return nil
	}
}
