package registry

import (
	"encoding/base64"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/sr"
	"github.com/twmb/franz-go/pkg/sr/srfake"

	"github.com/ebbstream/ebb/schemas"
)

const (
	item  = `{"type":"record","name":"Item","namespace":"shop","fields":[{"name":"sku","type":"string"}]}`
	cart  = `{"type":"record","name":"Cart","namespace":"shop","fields":[{"name":"items","type":{"type":"array","items":"Item"}}]}`
	order = `{"type":"record","name":"Order","namespace":"shop","fields":[{"name":"cart","type":"Cart"},{"name":"top","type":["null","Item"]}]}`
)

// fake is a registry with an order that refers to a cart and an item, and a schema that is no Avro.
type fake struct {
	*srfake.Registry
	asked atomic.Int32
	mood  atomic.Int32 // the status it answers with; 0: as it should; -1: not at all
}

func start(t *testing.T, options ...srfake.Option) *fake {
	t.Helper()
	f := &fake{Registry: srfake.New(options...)}
	t.Cleanup(f.Close)
	refer := func(name, subject string) sr.SchemaReference {
		return sr.SchemaReference{Name: name, Subject: subject, Version: 1}
	}
	f.SeedSchema("item", 1, 1, sr.Schema{Schema: item})
	f.SeedSchema("cart", 1, 2, sr.Schema{Schema: cart, References: []sr.SchemaReference{refer("shop.Item", "item")}})
	f.SeedSchema("orders-value", 1, 3, sr.Schema{Schema: order, References: []sr.SchemaReference{refer("shop.Item", "item"), refer("shop.Cart", "cart")}})
	f.SeedSchema("proto", 1, 4, sr.Schema{Schema: `syntax = "proto3";`, Type: sr.TypeProtobuf})
	f.Intercept(func(w http.ResponseWriter, r *http.Request) bool {
		f.asked.Add(1)
		switch mood := f.mood.Load(); {
		case mood < 0:
			<-r.Context().Done()
		case mood > 0:
			w.WriteHeader(int(mood))
		default:
			return false
		}
		return true
	})
	return f
}

func client(t *testing.T, f *fake, o Options) *Client {
	t.Helper()
	o.URL = f.URL()
	c, err := New(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestFetchesOnce(t *testing.T) {
	f := start(t)
	c := client(t, f, Options{})
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			text, err := c.AvroSchema(3)
			if err != nil || text.Schema != order || strings.Join(text.References, "\n") != item+"\n"+cart {
				t.Errorf("got %+v, %v", text, err)
			}
			if _, err := schemas.ParseAvro(text); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := f.asked.Load(); n != 3 {
		t.Errorf("the registry was asked %d times, for one schema and two that it refers to", n)
	}
}

func TestSaysWhatItHasNot(t *testing.T) {
	f := start(t)
	c := client(t, f, Options{Pause: 20 * time.Millisecond})
	for id, says := range map[int32]string{9: "", 4: "not of type AVRO but PROTOBUF"} {
		if _, err := c.AvroSchema(id); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("schema %d: %v", id, err)
		}
	}
	asked := f.asked.Load()
	if _, err := c.AvroSchema(9); err == nil {
		t.Error("schema 9 is there")
	}
	if f.asked.Load() != asked {
		t.Error("a schema that is not there is asked for at once again")
	}
	f.SeedSchema("late", 1, 9, sr.Schema{Schema: `"string"`})
	time.Sleep(25 * time.Millisecond)
	if text, err := c.AvroSchema(9); err != nil || text.Schema != `"string"` {
		t.Errorf("a schema that came later: %+v, %v", text, err)
	}
}

// TestRegistryAway: what is known goes on, what is not waits as long as it may.
func TestRegistryAway(t *testing.T) {
	for _, mood := range []int32{-1, http.StatusServiceUnavailable, http.StatusUnauthorized, http.StatusNotFound} {
		f := start(t)
		c := client(t, f, Options{Wait: 300 * time.Millisecond, Pause: time.Hour})
		if _, err := c.AvroSchema(1); err != nil {
			t.Fatal(err)
		}
		f.mood.Store(mood)
		if _, err := c.AvroSchema(1); err != nil {
			t.Errorf("%d: a schema that is known: %v", mood, err)
		}
		started := time.Now()
		if _, err := c.AvroSchema(2); err == nil || !strings.Contains(err.Error(), "within 300ms") {
			t.Errorf("%d: a schema that is not known: %v", mood, err)
		}
		if took := time.Since(started); took < 250*time.Millisecond {
			t.Errorf("%d: it waited %s", mood, took)
		}
		f.mood.Store(0)
		started = time.Now()
		if _, err := c.AvroSchema(2); err == nil || time.Since(started) > 100*time.Millisecond {
			t.Errorf("%d: it was asked for again in its pause: %v, %s", mood, err, time.Since(started))
		}
		f.mood.Store(mood)
		time.AfterFunc(100*time.Millisecond, func() { f.mood.Store(0) })
		if text, err := c.AvroSchema(3); err != nil || text.Schema != order {
			t.Errorf("%d: back again: %v", mood, err)
		}
	}
}

func TestLogsIn(t *testing.T) {
	f := start(t, srfake.WithAuth("Basic "+base64.StdEncoding.EncodeToString([]byte("u:p"))))
	if _, err := client(t, f, Options{User: "u", Password: "p"}).AvroSchema(1); err != nil {
		t.Error(err)
	}
	if _, err := client(t, f, Options{Wait: 100 * time.Millisecond}).AvroSchema(1); err == nil {
		t.Error("nobody had to log in")
	}
	c, err := New(t.Context(), Options{URL: strings.Replace(f.URL(), "http://", "http://u:p@", 1)})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.AvroSchema(1); err != nil {
		t.Errorf("by what stands in the address: %v", err)
	}
}
