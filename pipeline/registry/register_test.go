package registry

import (
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/sr"
	"github.com/twmb/franz-go/pkg/sr/srfake"
)

// strict lets the fake registry check compatibility, which it has no rules for: a schema that lacks a field that the latest
// one has is incompatible.
func strict(t *testing.T, f *fake) {
	t.Helper()
	fields := func(schema string) map[string]bool {
		var s struct{ Fields []struct{ Name string } }
		if err := json.Unmarshal([]byte(schema), &s); err != nil {
			t.Error(err)
		}
		names := map[string]bool{}
		for _, f := range s.Fields {
			names[f.Name] = true
		}
		return names
	}
	f.Intercept(func(w http.ResponseWriter, r *http.Request) bool {
		path, isCheck := strings.CutPrefix(r.URL.Path, "/compatibility/subjects/")
		subject, _, _ := strings.Cut(path, "/versions/")
		if !isCheck || !f.SubjectExists(subject) {
			if isCheck {
				w.WriteHeader(http.StatusNotFound)
				_, _ = io.WriteString(w, `{"error_code":40401,"message":"Subject not found."}`)
			}
			return isCheck
		}
		var asked sr.Schema
		if err := json.NewDecoder(r.Body).Decode(&asked); err != nil {
			t.Error(err)
		}
		answer := sr.CheckCompatibilityResult{Is: true}
		latest, _ := f.GetSchema(subject, 1)
		has := fields(asked.Schema)
		for name := range fields(latest.Schema.Schema) {
			if !has[name] {
				answer = sr.CheckCompatibilityResult{Messages: []string{"the field " + name + " is missing"}}
			}
		}
		_ = json.NewEncoder(w).Encode(answer)
		return true
	})
}

const (
	changes = `{"type":"record","name":"C","fields":[{"name":"a","type":"string"}]}`
	fewer   = `{"type":"record","name":"C","fields":[]}`
)

// TestRegister: what is missing is added, what is there is found, and twice is as once.
func TestRegister(t *testing.T) {
	f := start(t)
	strict(t, f)
	c := client(t, f, Options{})
	subjects := map[string]string{"t.changes-value": changes, "item": item}
	ids, err := c.Register(t.Context(), subjects)
	if err != nil || ids["item"] != 1 || ids["t.changes-value"] == 0 {
		t.Fatalf("%v, %v", ids, err)
	}
	there, found := f.GetSchema("t.changes-value", 1)
	if !found || there.Schema.Schema != changes || int32(there.ID) != ids["t.changes-value"] {
		t.Errorf("registered is %+v", there)
	}
	again, err := c.Register(t.Context(), subjects)
	if err != nil || !maps.Equal(ids, again) {
		t.Errorf("again: %v, %v", again, err)
	}
	if text, err := c.AvroSchema(ids["t.changes-value"]); err != nil || text.Schema != changes {
		t.Errorf("read back: %+v, %v", text, err)
	}
}

// TestIncompatible: one schema that is refused, and none is added.
func TestIncompatible(t *testing.T) {
	f := start(t)
	strict(t, f)
	f.SeedSchema("t.changes-value", 1, 9, sr.Schema{Schema: changes})
	_, err := client(t, f, Options{}).Register(t.Context(), map[string]string{"a-new-one-value": changes, "t.changes-value": fewer})
	var refused *Refused
	if !errors.As(err, &refused) || refused.Subject != "t.changes-value" || !strings.Contains(err.Error(), "incompatible with the latest one there: the field a is missing") {
		t.Errorf("got %v", err)
	}
	if f.SubjectExists("a-new-one-value") {
		t.Error("the other schema was registered")
	}
}

// TestNoPasswordIsTold: what is said of a registry goes into logs.
func TestNoPasswordIsTold(t *testing.T) {
	c, err := New(t.Context(), Options{URL: "http://ebb:sesame@127.0.0.1:1", Wait: 50 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	_, byID := c.AvroSchema(1)
	_, registering := c.Register(t.Context(), map[string]string{"t-value": changes})
	for _, err := range []error{byID, registering, c.refused("t-value", "it will not")} {
		if err == nil || strings.Contains(err.Error(), "sesame") || !strings.Contains(err.Error(), "127.0.0.1:1") {
			t.Errorf("it says %v", err)
		}
	}
}

// TestRefusedOrAway: what the registry says is final; that it says nothing is not.
func TestRefusedOrAway(t *testing.T) {
	for _, c := range []struct {
		status, at int // which request it answers so
		final      bool
		says       string
	}{
		{http.StatusConflict, 2, true, "incompatible with those there: as it is"},
		{http.StatusUnprocessableEntity, 2, true, "as it is"},
		{http.StatusForbidden, 0, true, "kafka.schema_registry.user: as it is"},
		{http.StatusUnauthorized, 1, true, "does not let ebb in"},
		{http.StatusServiceUnavailable, 0, false, "looking up the schema of t-value"},
		{http.StatusServiceUnavailable, 1, false, "checking the schema of t-value"},
		{http.StatusTooManyRequests, 2, false, "registering the schema of t-value"},
		{http.StatusNotFound, 2, false, "registering"},
		{0, 2, false, "registering"},
	} {
		f := &fake{Registry: srfake.New()}
		t.Cleanup(f.Close)
		var n atomic.Int32
		f.Intercept(func(w http.ResponseWriter, r *http.Request) bool {
			if n.Add(1)-1 != int32(c.at) {
				return false
			}
			if c.status == 0 {
				_, _ = io.Copy(io.Discard, r.Body) // before that it does not notice that the client is gone
				<-r.Context().Done()
				return true
			}
			w.WriteHeader(c.status)
			_, _ = io.WriteString(w, "as it is")
			return true
		})
		strict(t, f) // after the one that counts
		client := client(t, f, Options{Wait: 600 * time.Millisecond})
		_, err := client.Register(t.Context(), map[string]string{"t-value": changes})
		var refused *Refused
		if errors.As(err, &refused) != c.final || err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("request %d is answered %d: %v", c.at, c.status, err)
		}
	}
}
