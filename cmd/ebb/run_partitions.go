package main

import (
	"context"

	"go.uber.org/zap"

	"github.com/ebbstream/ebb/pipeline/live"
	"github.com/ebbstream/ebb/pipeline/partition"
	"github.com/ebbstream/ebb/pipeline/registry"
	"github.com/ebbstream/ebb/schemas"
)

func startOf(s *settings) live.Start {
	switch start := s.Kafka.Start; {
	case start.Latest:
		return live.Start{Latest: true}
	case !start.At.IsZero():
		return live.Start{At: schemas.Instant(start.At.UnixMilli())}
	}
	return live.Start{}
}

// atOnce are the topics that are written without waiting for the end of a transaction: with at_least_once those of which every
// record counts, and not only the last of a key.
func atOnce(s *settings) (topics []string) {
	if s.Kafka.Guarantee != "at_least_once" {
		return nil
	}
	for _, kind := range []string{"events", "segment-changes", "sessions", "actions", "late", "dead-letters"} {
		topics = append(topics, s.Name+"."+kind)
	}
	return topics
}

// outputs are the topics that are written.
func outputs(s *settings) (written []string) {
	for _, t := range topics(s) {
		if t.Direction != "read" {
			written = append(written, t.Topic)
		}
	}
	return written
}

// partitions is what all partitions of the service have in common, with the sources they read, and the client of the registry
// if there is one.
func partitions(ctx context.Context, s *settings, sources []partition.Source, client *registry.Client, forget bool, log *zap.Logger) (_ *partition.Config, err error) {
	c := &partition.Config{
		Name: s.Name, Sources: sources, Catalog: s.catalog, Lateness: schemas.Duration(s.Time.Lateness), MaxAhead: schemas.Duration(s.Time.MaxAhead),
		MergeWait: schemas.Duration(s.Time.MergeWait), IdleAfter: schemas.Forever, MuteBefore: s.muteBefore(), Profiles: -1,
		Sessions: s.Outputs.Sessions, Memberships: s.Outputs.Memberships, Rows: int64(s.State.Cache) * 7 / 8, ForgetHistory: forget,
	}
	if !s.Time.IdleAfter.Never() {
		c.IdleAfter = schemas.Duration(s.Time.IdleAfter)
	}
	if !s.Outputs.Profiles.Off() {
		c.Profiles = schemas.Duration(s.Outputs.Profiles)
	}
	if s.Outputs.Format == "segment" {
		c.Encoders = map[string]schemas.Encoder{"segment-changes": schemas.AudienceCalls{}}
	}
	if s.Outputs.Format == "avro" && client != nil {
		c.Encoders, err = avroEncoders(ctx, s, client, log)
	}
	return c, err
}
