package main

import (
	"context"

	"go.uber.org/zap"

	"github.com/ebbstream/ebb/pipeline/partition"
	"github.com/ebbstream/ebb/pipeline/registry"
	"github.com/ebbstream/ebb/schemas"
)

// sources are the topics that are read, ebb's own last, and the client of the registry that their decoders ask, if there is
// one. What reads them stands still for a schema that is not known yet.
func sources(ctx context.Context, s *settings) (out []partition.Source, client *registry.Client, err error) {
	var writers schemas.AvroSchemas
	if client, err = registryClient(ctx, s, nil); client != nil {
		writers = client
	}
	if err == nil {
		out, err = sourcesOf(s, writers)
	}
	return out, client, err
}

// liveSources are the same for the service, which goes on with the rest meanwhile.
func liveSources(ctx context.Context, s *settings, log *zap.Logger) (out []partition.Source, client *registry.Client, err error) {
	var writers schemas.AvroSchemas
	away := func(err error) { log.Warn("the schema registry does not answer; trying again", zap.Error(err)) }
	if client, err = registryClient(ctx, s, away); client != nil {
		writers = registry.Patient{Client: client}
	}
	if err == nil {
		out, err = sourcesOf(s, writers)
	}
	return out, client, err
}

// registryClient asks the configured registry; nil: there is none.
func registryClient(ctx context.Context, s *settings, away func(error)) (*registry.Client, error) {
	r := s.Kafka.SchemaRegistry
	if r == nil {
		return nil, nil
	}
	return registry.New(ctx, registry.Options{URL: r.URL, User: r.User, Password: r.Password, Away: away})
}

func sourcesOf(s *settings, writers schemas.AvroSchemas) (out []partition.Source, err error) {
	for _, source := range s.sources {
		out = append(out, partition.Source{Topic: source.Topic, Loose: !source.Keyed, Decoder: func() partition.Decoder { return source.mapper(writers) }})
	}
	own, err := ownEvents(s)
	if err != nil {
		return nil, err
	}
	return append(out, partition.Source{Topic: own.Topic, Own: true, Decoder: func() partition.Decoder { return own.mapper(nil) }}), nil
}
