package schemas

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/linkedin/goavro/v2"
)

const shopSchema = `{"type":"record","name":"Event","namespace":"shop","fields":[
{"name":"event_id","type":"string"},{"name":"user_id","type":"string"},{"name":"ts","type":"long"},{"name":"type","type":"string"},
{"name":"category","type":["null","string"]},{"name":"item","type":["null","string"]},{"name":"amount","type":["null","double"]},
{"name":"url","type":["null","string"]},{"name":"props","type":{"type":"map","values":"string"}}]}`

// shopReading is what a mapping of five parts and two data fields reads.
func shopReading() Reading {
	return Reading{Projection{{"category"}, {"amount"}, {"event_id"}, {"user_id"}, {"ts"}, {"type"}, {}}, []Mode{Kept, Kept, Lent, Lent, Kept, Kept, Shape}}
}

// shopRecords are of about 270 bytes in Confluent's wire format.
func shopRecords(t testing.TB, n int) []Record {
	t.Helper()
	codec, err := goavro.NewCodec(shopSchema)
	if err != nil {
		t.Fatal(err)
	}
	rnd := rand.New(rand.NewPCG(1, 2))
	var out []Record
	types := []string{"page_view", "product_view", "product_view", "add_to_cart", "purchase"}
	for i := range n {
		typ := types[rnd.IntN(len(types))]
		native := map[string]any{"event_id": fmt.Sprintf("%08x-%04x-4000-8000-%012x", rnd.Uint32(), rnd.IntN(1<<16), rnd.Uint64N(1<<48)),
			"user_id": fmt.Sprintf("user-%08d", rnd.IntN(200_000)), "ts": int64(1767225600000 + i), "type": typ, "category": nil, "item": nil, "amount": nil,
			"url": goavro.Union("string", fmt.Sprintf("https://shop.example.com/p/%d?ref=home", rnd.IntN(10_000))),
			"props": map[string]any{"device": "mobile", "os": "android-14", "country": "DE", "campaign": fmt.Sprintf("spring-%d", rnd.IntN(20)),
				"referrer": "https://www.example.org/", "ab": "variant-b"}}
		if typ != "page_view" {
			native["category"] = goavro.Union("string", fmt.Sprintf("category-%d", rnd.IntN(40)))
			native["item"] = goavro.Union("string", fmt.Sprintf("item-%06d", rnd.IntN(100_000)))
		}
		if typ == "purchase" {
			native["amount"] = goavro.Union("double", float64(rnd.IntN(30000))/100)
		}
		value, err := codec.BinaryFromNative([]byte{0, 0, 0, 0, 1}, native)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, Record{Value: value, Key: []byte(native["user_id"].(string))})
	}
	return out
}

func mustAvro(t testing.TB, schema string, references ...string) *Avro {
	t.Helper()
	a, err := ParseAvro(AvroText{schema, references})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func BenchmarkReadAvro(b *testing.B) {
	records := shopRecords(b, 1000)
	size := 0
	for _, r := range records {
		size += len(r.Value)
	}
	run := func(reading Reading) func(*testing.B) {
		return func(b *testing.B) {
			d := NewAvroReader(reading, mustAvro(b, shopSchema), nil)
			values := make([]Value, len(reading.Paths))
			b.SetBytes(int64(size / len(records)))
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				if _, err := d.Open(&records[i%len(records)]); err != nil {
					b.Fatal(err)
				}
				if err := d.Read(0, values); err != nil {
					b.Fatal(err)
				}
			}
		}
	}
	b.Run("five", run(shopReading()))
	b.Run("props", run(Reading{append(shopReading().Paths, []string{"props", "campaign"}), append(shopReading().Modes, Kept)}))
	b.Run("whole", run(Reading{Projection{{}}, []Mode{Kept}}))
	b.Run("goavro", func(b *testing.B) {
		codec, _ := goavro.NewCodec(shopSchema)
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			if _, _, err := codec.NativeFromBinary(records[i%len(records)].Value[5:]); err != nil {
				b.Fatal(err)
			}
		}
	})
}
