package registry

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/twmb/franz-go/pkg/sr"
)

// Refused says that the registry will not have a schema: another try would meet the same, a person has to act.
type Refused struct {
	URL, Subject string
	Why          string
}

func (e *Refused) Error() string {
	return fmt.Sprintf("the schema registry %s refuses the schema of %s: %s", e.URL, e.Subject, e.Why)
}

// Register makes sure that each subject has its Avro schema, and returns their ids. All are looked at before the first is
// registered, so that either all are there afterwards or, when one is Refused, none was added. It asks once: any other
// error may be gone at the next try.
func (c *Client) Register(ctx context.Context, subjects map[string]string) (map[string]int32, error) {
	ids := map[string]int32{}
	var missing []string
	for _, subject := range slices.Sorted(maps.Keys(subjects)) {
		id, found, err := c.look(ctx, subject, sr.Schema{Schema: subjects[subject]})
		if err != nil {
			return nil, err
		}
		if ids[subject] = id; !found {
			missing = append(missing, subject)
		}
	}
	for _, subject := range missing {
		id, err := c.registry.RegisterSchema(ctx, subject, sr.Schema{Schema: subjects[subject]}, -1, -1)
		if err != nil {
			return nil, c.explain("registering the schema of", subject, err)
		}
		ids[subject] = int32(id)
	}
	return ids, nil
}

// look says whether a subject has a schema, and if not, whether it may be its next one. The check is against the latest
// version; registries whose rules look further back check again when it is registered.
func (c *Client) look(ctx context.Context, subject string, schema sr.Schema) (id int32, found bool, err error) {
	there, err := c.registry.LookupSchema(ctx, subject, schema)
	if err == nil {
		return int32(there.ID), true, nil
	}
	if !final(err) {
		return 0, false, c.explain("looking up the schema of", subject, err)
	}
	verdict, err := c.registry.CheckCompatibility(sr.WithParams(ctx, sr.Verbose), subject, -1, schema)
	switch {
	case err != nil && final(err):
		return 0, false, nil // the first of its subject
	case err != nil:
		return 0, false, c.explain("checking the schema of", subject, err)
	case !verdict.Is:
		return 0, false, c.refused(subject, "it is incompatible with the latest one there", verdict.Messages...)
	}
	return 0, false, nil
}

// explain tells what the registry answered from what may be gone at the next try: silence, a fault of its own, a pace that
// is too fast, or a bare "not found" of something before it.
func (c *Client) explain(doing, subject string, err error) error {
	var answer *sr.ResponseError
	if errors.As(err, &answer) {
		switch code := answer.StatusCode; {
		case code == http.StatusUnauthorized || code == http.StatusForbidden:
			return c.refused(subject, "it does not let ebb in: see kafka.schema_registry.user", answer.Error())
		case code == http.StatusConflict:
			return c.refused(subject, "it is incompatible with those there", answer.Error())
		case code/100 == 4 && code != http.StatusNotFound && code != http.StatusRequestTimeout && code != http.StatusTooManyRequests:
			return c.refused(subject, answer.Error())
		}
	}
	return fmt.Errorf("%s %s at %s: %w", doing, subject, c.options.URL, err)
}

func (c *Client) refused(subject, why string, details ...string) error {
	if details = slices.DeleteFunc(details, func(d string) bool { return d == "" }); len(details) > 0 {
		why += ": " + strings.Join(details, "; ")
	}
	return &Refused{URL: c.options.URL, Subject: subject, Why: why}
}
