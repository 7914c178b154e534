package columns

import (
	"encoding/binary"
	"math"
	"slices"
	"unicode/utf8"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"

	"github.com/ebbstream/ebb/schemas"
)

// leaf makes a value of a column's. Dates and timestamps become instants, finer digits than a millisecond cut; decimals
// doubles; bytes without a meaning are text where they can be, as old writers do not mark it.
type leaf func(parquet.Value) schemas.Value

func leafOf(t parquet.Type) leaf {
	if logical := t.LogicalType(); logical != nil {
		switch l := logical.Value.(type) {
		case *format.DateType:
			return func(v parquet.Value) schemas.Value {
				return schemas.TimeValue(schemas.Instant(int64(v.Int32()) * int64(schemas.Day)))
			}
		case *format.TimestampType:
			of := perMillisecond(l.Unit)
			return func(v parquet.Value) schemas.Value { return schemas.TimeValue(schemas.Instant(of(v.Int64()))) }
		case *format.TimeType:
			of := perMillisecond(l.Unit)
			return func(v parquet.Value) schemas.Value {
				if v.Kind() == parquet.Int32 {
					return schemas.SpanValue(schemas.Duration(v.Int32()))
				}
				return schemas.SpanValue(schemas.Duration(of(v.Int64())))
			}
		case *format.DecimalType:
			return func(v parquet.Value) schemas.Value { return schemas.DecimalValue(bigEndian(v), int(l.Scale)) }
		case *format.UUIDType:
			return func(v parquet.Value) schemas.Value { return schemas.UUIDValue(v.ByteArray()) }
		case *format.JsonType:
			return func(v parquet.Value) schemas.Value {
				if inner, err := schemas.ParseValue(v.ByteArray()); err == nil {
					return inner
				}
				return text(v.ByteArray())
			}
		case *format.IntType:
			if !l.IsSigned {
				return unsigned
			}
		}
	}
	return plain
}

// perMillisecond makes whole milliseconds of a unit.
func perMillisecond(u format.TimeUnit) func(int64) int64 {
	finer := int64(1)
	switch u.Value.(type) {
	case *format.MicroSeconds:
		finer = 1000
	case *format.NanoSeconds:
		finer = 1_000_000
	}
	return func(n int64) int64 { return n / finer }
}

func plain(v parquet.Value) schemas.Value {
	switch v.Kind() {
	case parquet.Boolean:
		return schemas.BoolValue(v.Boolean())
	case parquet.Int32:
		return schemas.IntValue(int64(v.Int32()))
	case parquet.Int64:
		return schemas.IntValue(v.Int64())
	case parquet.Int96:
		return impala(v)
	case parquet.Float:
		return schemas.DoubleValue(float64(v.Float()))
	case parquet.Double:
		return schemas.DoubleValue(v.Double())
	}
	return text(v.ByteArray())
}

func unsigned(v parquet.Value) schemas.Value {
	n := v.Uint64()
	if v.Kind() == parquet.Int32 {
		n = uint64(v.Uint32())
	}
	if n > math.MaxInt64 {
		return schemas.DoubleValue(float64(n))
	}
	return schemas.IntValue(int64(n))
}

// julianEpoch is the Julian day of 1970-01-01.
const julianEpoch = 2_440_588

// impala is a timestamp as Impala and Hive wrote them: nanoseconds of the day, and the Julian day.
func impala(v parquet.Value) schemas.Value {
	parts := v.Int96()
	nanos := int64(uint64(parts[1])<<32 | uint64(parts[0]))
	return schemas.TimeValue(schemas.Instant((int64(parts[2])-julianEpoch)*int64(schemas.Day) + nanos/1_000_000))
}

// bigEndian are the bytes of a decimal's unscaled number, however it is stored.
func bigEndian(v parquet.Value) []byte {
	switch v.Kind() {
	case parquet.Int32:
		return binary.BigEndian.AppendUint32(nil, uint32(v.Int32()))
	case parquet.Int64:
		return binary.BigEndian.AppendUint64(nil, uint64(v.Int64()))
	}
	return slices.Clone(v.ByteArray())
}

func text(b []byte) schemas.Value {
	if utf8.Valid(b) {
		return schemas.StringValue(string(b))
	}
	return schemas.BytesValue(b)
}
