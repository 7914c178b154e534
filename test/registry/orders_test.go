//go:build linux

package registry

import (
	"encoding/binary"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

// The schemas with which orders are written, before and after the writer's new version.
const (
	plainOrder = `{"type":"record","name":"Order","namespace":"shop","fields":[{"name":"id","type":"string"},{"name":"user","type":"string"},
		{"name":"at","type":"long"},{"name":"amount","type":"long"}]}`
	couponOrder = `{"type":"record","name":"Order","namespace":"shop","fields":[{"name":"id","type":"string"},{"name":"user","type":"string"},
		{"name":"coupon","type":["null","string"],"default":null},{"name":"at","type":"long"},{"name":"amount","type":"long"}]}`
)

// schema is a registered one.
type schema struct {
	id     int
	coupon bool // it is the newer one
}

// A placed order is written as Avro, and as the event that is to be read of it.
type placed struct {
	number int
	user   string
	at     time.Time
	coupon bool
}

// record is in Confluent's wire format.
func (o placed) record(by schema) *kgo.Record {
	text := func(to []byte, s string) []byte { return append(binary.AppendVarint(to, int64(len(s))), s...) }
	v := binary.BigEndian.AppendUint32([]byte{0}, uint32(by.id))
	v = text(text(v, o.id()), o.user)
	if by.coupon {
		v = text(binary.AppendVarint(v, 1), "spring")
	}
	v = binary.AppendVarint(binary.AppendVarint(v, o.at.UnixMilli()), int64(o.number))
	return &kgo.Record{Topic: "orders", Key: []byte(o.user), Value: v}
}

func (o placed) id() string { return fmt.Sprintf("order-%d", o.number) }

// line is the event, as a line of a file.
func (o placed) line() string {
	coupon := ""
	if o.coupon {
		coupon = `"coupon":"spring",`
	}
	return fmt.Sprintf(`{"id":%q,"source":"orders","type":"purchase","subject":%q,"time":%d,"data":{%s"amount":%d}}`+"\n",
		o.id(), o.user, o.at.UnixMilli(), coupon, o.number)
}
