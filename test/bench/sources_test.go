package bench

import (
	"encoding/binary"
	"fmt"
	"math"
	"testing"

	"github.com/ebbstream/ebb/operators/expr"
	"github.com/ebbstream/ebb/schemas"
)

const shopSchema = `{"type":"record","name":"Event","namespace":"shop","fields":[
{"name":"event_id","type":"string"},{"name":"user_id","type":"string"},{"name":"ts","type":"long"},{"name":"type","type":"string"},
{"name":"category","type":["null","string"]},{"name":"item","type":["null","string"]},{"name":"amount","type":["null","double"]},
{"name":"url","type":["null","string"]},{"name":"props","type":{"type":"map","values":"string"}}]}`

// sourceRecords are the same 1,000 events in a format: JSON of its own form, Avro in Confluent's wire format, CloudEvents in the
// binary mode.
func sourceRecords(format string) (out []schemas.Record) {
	for i := range 1000 {
		id, user := fmt.Sprintf("%08x-1a2b-4000-8000-%012x", i*2654435761, i), fmt.Sprintf("user-%08d", i*7919%200_000)
		at, category, amount := 1767225600000+int64(i), fmt.Sprintf("category-%d", i%40), float64(i)/100
		r := schemas.Record{Origin: schemas.Origin{Topic: "events", Offset: int64(i)}, Key: []byte(user)}
		switch format {
		case "avro":
			v := append([]byte{0, 0, 0, 0, 1}, avroText(id)...)
			v = append(v, avroText(user)...)
			v = binary.AppendVarint(v, at)
			v = append(v, avroText("purchase")...)
			v = append(append(v, 2), avroText(category)...)
			v = append(append(v, 2), avroText("item-000123")...)
			v = binary.LittleEndian.AppendUint64(append(v, 2), math.Float64bits(amount))
			v = append(append(v, 2), avroText("https://shop.example.com/p/1234?ref=home")...)
			v = binary.AppendVarint(v, 4)
			for _, s := range []string{"device", "mobile", "os", "android-14", "country", "DE", "campaign", "spring-17"} {
				v = append(v, avroText(s)...)
			}
			v = append(v, 0)
			r.Value = v
		case "cloudevents":
			for _, h := range [][2]string{{"ce_specversion", "1.0"}, {"ce_id", id}, {"ce_source", "/shop"}, {"ce_type", "purchase"}, {"ce_subject", user},
				{"ce_time", schemas.Instant(at).String()}, {"content-type", "application/json"}} {
				r.Headers = append(r.Headers, schemas.Header{Key: h[0], Value: []byte(h[1])})
			}
			r.Value = fmt.Appendf(nil, `{"category":%q,"item":"item-000123","amount":%v,"url":"https://shop.example.com/p/1234?ref=home","props":{"device":"mobile","os":"android-14","country":"DE","campaign":"spring-17"}}`, category, amount)
		default:
			r.Value = fmt.Appendf(nil, `{"event_id":%q,"user_id":%q,"ts":%d,"type":"purchase","category":%q,"item":"item-000123","amount":%v,"url":"https://shop.example.com/p/1234?ref=home","props":{"device":"mobile","os":"android-14","country":"DE","campaign":"spring-17"}}`,
				id, user, at, category, amount)
		}
		out = append(out, r)
	}
	return out
}

func avroText(s string) []byte { return append(binary.AppendVarint(nil, int64(len(s))), s...) }

// BenchmarkSources: a record to an event with two data fields. An event's id and subject are new texts, made at once.
func BenchmarkSources(b *testing.B) {
	of := func(text string) expr.MapTerm { return expr.MapTerm{Expr: text} }
	plain := expr.MapDefinition{Topic: "events", Keyed: true, Default: schemas.Attributes{Data: []string{}}, ID: of("msg.event_id"), Subject: of("msg.user_id"), Time: of("msg.ts"), Type: of("msg.type")}
	where, made := plain, plain
	where.Where = `msg.bot != true && msg.amount >= 0.0`
	made.Data = of(`{"category": msg.category, "amount": msg.amount * 2.0}`)
	own, err := schemas.ParseAvro(schemas.AvroText{Schema: shopSchema})
	if err != nil {
		b.Fatal(err)
	}
	avro := func(r schemas.Reading) schemas.Reader { return schemas.NewAvroReader(r, own, nil) }
	for _, c := range []struct {
		name, format string
		d            expr.MapDefinition
		reader       func(schemas.Reading) schemas.Reader
	}{
		{"avro", "avro", plain, avro}, {"avro-where", "avro", where, avro}, {"avro-made", "avro", made, avro},
		{"json", "json", plain, schemas.NewJSONReader}, {"json-where", "json", where, schemas.NewJSONReader},
		{"cloudevents", "cloudevents", expr.MapDefinition{Topic: "events", Keyed: true, Default: schemas.Formats[1].Defaults(false)}, schemas.NewCloudEventsReader},
	} {
		b.Run(c.name, func(b *testing.B) {
			m, faults := expr.CompileMapping(c.d, schemas.Projection{{"category"}, {"amount"}})
			if len(faults) > 0 {
				b.Fatal(faults)
			}
			mapper := m.Mapper(c.reader(m.Reading()))
			records := sourceRecords(c.format)
			size := 0
			for _, r := range records {
				size += len(r.Value)
			}
			b.SetBytes(int64(size / len(records)))
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				events, err := mapper.Decode(&records[i%len(records)])
				if err != nil || len(events) != 1 {
					b.Fatal(len(events), err)
				}
			}
		})
	}
}
