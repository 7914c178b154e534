//go:build linux

package registry

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/sr"

	"github.com/ebbstream/ebb/operators/expr"
	"github.com/ebbstream/ebb/pipeline/registry"
	"github.com/ebbstream/ebb/schemas"
)

const (
	item  = `{"type":"record","name":"Item","namespace":"shop","fields":[{"name":"sku","type":"string"}]}`
	order = `{"type":"record","name":"Order","namespace":"shop","fields":[{"name":"id","type":"string"},{"name":"user","type":"string"},
		{"name":"at","type":{"type":"long","logicalType":"timestamp-millis"}},{"name":"items","type":{"type":"array","items":"shop.Item"}}]}`
	newer = `{"type":"record","name":"Order","namespace":"shop","fields":[{"name":"id","type":"string"},{"name":"user","type":"string"},
		{"name":"coupon","type":["null","string"],"default":null},
		{"name":"at","type":{"type":"long","logicalType":"timestamp-millis"}},{"name":"items","type":{"type":"array","items":"shop.Item"}}]}`
)

// TestRealRegistry registers a schema that refers to another, and a later version of it, and reads a record of each.
func TestRealRegistry(t *testing.T) {
	address := findRegistry(t)
	admin, err := sr.NewClient(sr.URLs(address))
	if err != nil {
		t.Fatal(err)
	}
	run := time.Now().UnixNano() // subjects of an earlier run are no matter
	itemSubject, orderSubject := fmt.Sprintf("item-%d", run), fmt.Sprintf("orders-%d-value", run)
	if _, err := admin.CreateSchema(t.Context(), itemSubject, sr.Schema{Schema: item}); err != nil {
		t.Fatal(err)
	}
	ids := map[string]int{}
	for _, text := range []string{order, newer} {
		made, err := admin.CreateSchema(t.Context(), orderSubject, sr.Schema{Schema: text,
			References: []sr.SchemaReference{{Name: "shop.Item", Subject: itemSubject, Version: 1}}})
		if err != nil {
			t.Fatal(err)
		}
		ids[text] = made.ID
	}
	client, err := registry.New(t.Context(), registry.Options{URL: address, Wait: 3 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	mapping, faults := expr.CompileMapping(expr.MapDefinition{Topic: "orders", Default: schemas.Attributes{Data: []string{}}, ID: expr.MapTerm{Expr: "msg.id"},
		Subject: expr.MapTerm{Expr: "msg.user"}, Time: expr.MapTerm{Expr: "msg.at"}, Type: expr.MapTerm{Expr: `"purchase"`}}, schemas.Projection{{"coupon"}})
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	mapper := mapping.Mapper(schemas.NewAvroReader(mapping.Reading(), nil, client))
	const head, at, items = "046f31" + "047531", "80a4cbd9f166", "02" + "0261" + "00" // o1 u1, the time, [{a}]
	for _, c := range []struct{ schema, body, want string }{
		{order, head + at + items, `{"at":"`},
		{newer, head + "02" + "0463" + "31" + at + items, `"coupon":"c1"`},
	} {
		body, err := hex.DecodeString(c.body)
		if err != nil {
			t.Fatal(err)
		}
		events, err := mapper.Decode(&schemas.Record{Value: append(binary.BigEndian.AppendUint32([]byte{0}, uint32(ids[c.schema])), body...)})
		if err != nil || len(events) != 1 {
			t.Fatalf("%d events, %v", len(events), err)
		}
		if data := string(events[0].AppendData(nil)); events[0].ID != "o1" || events[0].Subject != "u1" || !strings.Contains(data, c.want) {
			t.Errorf("%+v with %s", events[0], data)
		}
	}
	_, err = mapper.Decode(&schemas.Record{Value: []byte{0, 0x7f, 0xff, 0xff, 0xf0, 0}})
	if err == nil || !strings.HasPrefix(err.Error(), schemas.SchemaUnknown) {
		t.Errorf("a schema that is not there: %v", err)
	}
}
