package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"go.uber.org/zap"

	"github.com/ebbstream/ebb/pipeline/registry"
	"github.com/ebbstream/ebb/schemas"
)

// outputSchemas are the Avro schemas of what a configuration publishes, by subject, and the kind of topic of each.
func outputSchemas(s *settings) (subjects, kinds map[string]string) {
	subjects, kinds = map[string]string{}, map[string]string{}
	for _, t := range topics(s) {
		kind, own := strings.CutPrefix(t.Topic, s.Name+".")
		if schema := schemas.OutputSchema(kind); own && t.Direction == "write" && schema != "" {
			subject := t.Topic + "-value" // Confluent's TopicNameStrategy, the default of its clients
			subjects[subject], kinds[subject] = schema, kind
		}
	}
	return subjects, kinds
}

// avroEncoders registers the schemas of what is published. A registry that does not answer is asked again and again: until
// it does, nothing could be published that anybody could read.
func avroEncoders(ctx context.Context, s *settings, client *registry.Client, log *zap.Logger) (map[string]schemas.Encoder, error) {
	subjects, kinds := outputSchemas(s)
	encoders := map[string]schemas.Encoder{}
	err := insist(ctx, log, "the schema registry", func() error {
		ids, err := client.Register(ctx, subjects)
		var no *registry.Refused
		if errors.As(err, &no) {
			return refusal("outputs.format avro: %w; `ebb check --avro-schemas DIR` writes the schemas to look at, or to register by hand", no)
		}
		for subject, id := range ids {
			encoders[kinds[subject]] = schemas.AvroFramed{ID: id}
		}
		return err
	})
	return encoders, err
}

// writeSchemas puts the schemas of what is published into a folder, each named after its subject.
func writeSchemas(dir string, s *settings) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("making the folder for the schemas: %w", err)
	}
	subjects, _ := outputSchemas(s)
	for subject, schema := range subjects {
		if err := os.WriteFile(filepath.Join(dir, subject+".avsc"), []byte(schema), 0o644); err != nil {
			return fmt.Errorf("writing a schema: %w", err)
		}
	}
	return nil
}
