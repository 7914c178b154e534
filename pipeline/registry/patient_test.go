package registry

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/ebbstream/ebb/schemas"
)

// settled asks until the answer is known.
func settled(t *testing.T, p Patient, id int32) (schemas.AvroText, error) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(time.Millisecond) {
		text, err := p.AvroSchema(id)
		if !errors.Is(err, schemas.ErrAwaited) {
			return text, err
		}
		if time.Now().After(end) {
			t.Fatalf("schema %d is still awaited", id)
		}
	}
}

// TestImpatient: where no answer comes for very long, it is given up, so that what is behind goes on.
func TestImpatient(t *testing.T) {
	f := start(t)
	f.mood.Store(-1)
	p := Patient{client(t, f, Options{Patience: 100 * time.Millisecond})}
	defer p.Close()
	if _, err := settled(t, p, 2); err == nil || !strings.Contains(err.Error(), "within 100ms") {
		t.Errorf("%v", err)
	}
}

// TestPatient: who cannot stand still goes on, and gives up nothing while there is no answer, however long the others wait.
func TestPatient(t *testing.T) {
	for _, mood := range []int32{-1, http.StatusServiceUnavailable, http.StatusUnauthorized, http.StatusNotFound} {
		f := start(t)
		told := make(chan error, 100)
		p := Patient{client(t, f, Options{Wait: 60 * time.Millisecond, Pause: time.Hour, Away: func(err error) { told <- err }})}
		if text, err := settled(t, p, 3); err != nil || text.Schema != order {
			t.Fatalf("%d: %+v, %v", mood, text, err)
		}
		f.mood.Store(mood)
		if _, err := p.AvroSchema(3); err != nil {
			t.Errorf("%d: a schema that is known: %v", mood, err)
		}
		for end := time.Now().Add(300 * time.Millisecond); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
			began := time.Now()
			if _, err := p.AvroSchema(2); !errors.Is(err, schemas.ErrAwaited) {
				t.Fatalf("%d: a schema that is not known: %v", mood, err)
			}
			if took := time.Since(began); took > 50*time.Millisecond {
				t.Errorf("%d: it stood still for %v", mood, took)
			}
		}
		f.mood.Store(0)
		if text, err := settled(t, p, 2); err != nil || text.Schema != cart {
			t.Errorf("%d: back again: %+v, %v", mood, text, err)
		}
		if _, err := settled(t, p, 9); err == nil {
			t.Errorf("%d: there is no schema 9", mood)
		}
		p.Close()
		if close(told); len(told) != 1 {
			t.Errorf("%d: told %d times in its pause", mood, len(told))
		}
		if err := <-told; err == nil || !strings.Contains(err.Error(), "schema 2 wait") {
			t.Errorf("%d: told %v", mood, err)
		}
	}
}

// TestPatientEnds: at the end of the service a record that waits is not of no use, and nobody asks any more.
func TestPatientEnds(t *testing.T) {
	f := start(t)
	f.mood.Store(http.StatusServiceUnavailable)
	ctx, cancel := context.WithCancel(t.Context())
	c, err := New(ctx, Options{URL: f.URL()})
	if err != nil {
		t.Fatal(err)
	}
	p := Patient{c}
	if _, err := p.AvroSchema(1); !errors.Is(err, schemas.ErrAwaited) {
		t.Fatal(err)
	}
	cancel()
	c.Close()
	if _, err := p.AvroSchema(1); !errors.Is(err, schemas.ErrAwaited) {
		t.Errorf("after the end: %v", err)
	}
	asked := f.asked.Load()
	time.Sleep(2 * firstRetry)
	if f.asked.Load() != asked {
		t.Error("it is asked for after the end")
	}
}
