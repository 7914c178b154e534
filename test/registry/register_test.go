//go:build linux

package registry

import (
	"errors"
	"fmt"
	"maps"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/sr"

	"github.com/ebbstream/ebb/pipeline/registry"
	"github.com/ebbstream/ebb/schemas"
)

// TestRealRegister registers the schemas of all that is published, finds them again, and is refused where an older schema
// stands that could not be read by ours.
func TestRealRegister(t *testing.T) {
	address := findRegistry(t)
	admin, err := sr.NewClient(sr.URLs(address))
	if err != nil {
		t.Fatal(err)
	}
	client, err := registry.New(t.Context(), registry.Options{URL: address})
	if err != nil {
		t.Fatal(err)
	}
	subjects := map[string]string{}
	for _, topic := range []string{"segment-changes", "memberships", "sessions", "actions", "profiles", "late"} {
		subjects[fmt.Sprintf("run%d.%s-value", time.Now().UnixNano(), topic)] = schemas.OutputSchema(topic)
	}
	ids, err := client.Register(t.Context(), subjects)
	if err != nil || len(ids) != len(subjects) {
		t.Fatalf("%v, %v", ids, err)
	}
	again, err := client.Register(t.Context(), subjects)
	if err != nil || !maps.Equal(ids, again) {
		t.Errorf("%v, then %v, %v", ids, again, err)
	}
	for subject, schema := range subjects {
		text, err := client.AvroSchema(ids[subject])
		if err != nil {
			t.Fatal(err)
		}
		if _, err := schemas.ParseAvro(text); err != nil {
			t.Errorf("%s came back as %s: %v", subject, text.Schema, err)
		}
		if other, err := admin.SchemaByVersion(t.Context(), subject, -1); err != nil || int32(other.ID) != ids[subject] || len(other.Schema.Schema) < len(schema)/3 {
			t.Errorf("%s: %+v, %v", subject, other, err)
		}
	}

	taken := fmt.Sprintf("run%d.taken-value", time.Now().UnixNano())
	if _, err := admin.CreateSchema(t.Context(), taken, sr.Schema{Schema: `{"type":"record","name":"Late","namespace":"ebb","fields":[{"name":"body","type":"bytes"}]}`}); err != nil {
		t.Fatal(err)
	}
	for _, r := range admin.SetCompatibility(t.Context(), sr.SetCompatibility{Level: sr.CompatBackward}, taken) {
		if r.Err != nil {
			t.Fatal(r.Err)
		}
	}
	_, err = client.Register(t.Context(), map[string]string{taken: schemas.OutputSchema("late")})
	var refused *registry.Refused
	if !errors.As(err, &refused) {
		t.Errorf("an incompatible schema: %v", err)
	}
}
