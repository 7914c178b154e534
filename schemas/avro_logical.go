package schemas

import (
	"encoding/binary"
	"math"
	"math/big"
	"strconv"
	"unicode/utf8"
)

// intValue is what an int or a long means. Finer digits than a millisecond are cut.
func (t *avroType) intValue(n int64) Value {
	switch t.logical {
	case logicalDate:
		return TimeValue(Instant(n * int64(Day)))
	case logicalTimeMillis:
		return SpanValue(Duration(n))
	case logicalTimeMicros:
		return SpanValue(Duration(n / 1000))
	case logicalMillis:
		return TimeValue(Instant(n))
	case logicalMicros:
		return TimeValue(Instant(n / 1000))
	case logicalNanos:
		return TimeValue(Instant(n / 1_000_000))
	case toDouble:
		return DoubleValue(float64(n))
	}
	return IntValue(n)
}

// bytesValue is what bytes mean. Those without a meaning become text.
func (t *avroType) bytesValue(b []byte) Value {
	switch t.logical {
	case logicalDecimal:
		return DecimalValue(b, t.scale)
	case logicalUUID:
		return UUIDValue(b)
	case logicalDuration:
		part := func(i int) Value { return IntValue(int64(binary.LittleEndian.Uint32(b[i:]))) }
		return MapValue([]string{"days", "milliseconds", "months"}, []Value{part(4), part(8), part(0)})
	}
	return BytesValue(b)
}

const maxDecimalBytes = 512

// DecimalValue is the double nearest to a big-endian two's complement integer divided by 10^scale.
func DecimalValue(b []byte, scale int) Value {
	if len(b) > maxDecimalBytes {
		return Error
	}
	if len(b) <= 6 && scale <= 22 { // both exact as doubles, so one division rounds once
		var n int64
		for i, c := range b {
			if i == 0 {
				n = int64(int8(c))
				continue
			}
			n = n<<8 | int64(c)
		}
		return DoubleValue(float64(n) / pow10[scale])
	}
	n := new(big.Int).SetBytes(b)
	if len(b) > 0 && b[0] >= 0x80 {
		n.Sub(n, new(big.Int).Lsh(big.NewInt(1), uint(8*len(b))))
	}
	d, _ := strconv.ParseFloat(n.String()+"e-"+strconv.Itoa(scale), 64)
	if math.IsInf(d, 0) {
		return Error
	}
	return DoubleValue(d)
}

var pow10 = [...]float64{1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22}

// UUIDValue is the text of the 16 bytes of a UUID.
func UUIDValue(b []byte) Value {
	const digits = "0123456789abcdef"
	out := make([]byte, 0, 36)
	for i, c := range b {
		if i == 4 || i == 6 || i == 8 || i == 10 {
			out = append(out, '-')
		}
		out = append(out, digits[c>>4], digits[c&15])
	}
	return StringValue(string(out))
}

// BytesValue is a text of a character a byte, as in Avro's own JSON.
func BytesValue(b []byte) Value { return StringValue(latin1(b)) }

func latin1(b []byte) string {
	out := make([]byte, 0, len(b))
	for _, c := range b {
		out = utf8.AppendRune(out, rune(c))
	}
	return string(out)
}

func fromLatin1(s string) []byte {
	var out []byte
	for _, r := range s {
		out = append(out, byte(r))
	}
	return out
}
