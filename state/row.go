package state

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/ebbstream/ebb/schemas"
)

// A row of the changelog and of the state folder is the instant at which it is to be looked at (8 bytes, big-endian, its
// sign bit flipped) and what it says. A profile stands under its id. Keys that begin with a zero byte are ebb's own: an id
// that does has one more before it.
const (
	ErasedPrefix  = "\x00erased\x00"  // and the hash of the id: what stays of an erased profile
	layoutPrefix  = "\x00layout\x00"  // and the layout's hash
	LayoutNow     = "\x00layout"      // the layout of the configuration that runs
	SecretKey     = "\x00secret"      // the key of the hashes of erased ids
	SizePrefix    = "\x00size\x00"    // and a segment, or nothing: how many members it has, or how many profiles there are
	RedefinedKey  = "\x00redefined"   // the first key of those not judged yet since segments got another meaning; gone: all are
	TallyPrefix   = "\x00tally\x00"   // and an experiment as it is defined: what was counted of it
	WaitingPrefix = "\x00waiting\x00" // and the id of a profile whose public view waits for its time
)

const rowHeader = 8

// Row is a row that a commit changes.
type Row struct {
	Key   string
	Value []byte          // nil: it is gone
	Was   schemas.Instant // when the row it replaces is to be looked at; WakeUnknown
}

// WakeUnknown is the Was of a row of which nobody remembers what it replaces.
const WakeUnknown = schemas.Earliest

// OwnRow is a row of ebb's own, which nobody looks at by itself.
func OwnRow(key string, value []byte) Row {
	if value != nil {
		value = append(AppendRow(make([]byte, 0, rowHeader+len(value)), schemas.Never), value...)
	}
	return Row{Key: key, Value: value, Was: schemas.Never}
}

// AppendRow begins a row; what it says is appended behind.
func AppendRow(b []byte, wake schemas.Instant) []byte {
	return binary.BigEndian.AppendUint64(b, uint64(wake)^1<<63)
}

// RowWake is when a row is to be looked at; Never.
func RowWake(row []byte) schemas.Instant {
	if len(row) < rowHeader {
		return schemas.Never
	}
	return schemas.Instant(binary.BigEndian.Uint64(row) ^ 1<<63)
}

// RowState is what a row says.
func RowState(row []byte) []byte { return row[min(rowHeader, len(row)):] }

// Own is whether a key may be of one of ebb's own rows.
func Own(key string) bool { return strings.HasPrefix(key, "\x00") }

// ProfileKey is the key of a profile's row.
func ProfileKey(id string) string {
	if strings.HasPrefix(id, "\x00") {
		return "\x00" + id
	}
	return id
}

// ProfileID is the id of the profile under a key; ok is false for ebb's own rows.
func ProfileID(key string) (id string, ok bool) {
	if !strings.HasPrefix(key, "\x00") {
		return key, true
	}
	if strings.HasPrefix(key, "\x00\x00") {
		return key[1:], true
	}
	return "", false
}

// LayoutKey is the key of a layout's row.
func LayoutKey(hash uint64) string { return fmt.Sprintf("%s%016x", layoutPrefix, hash) }

// TallyKey is the key of what was counted of an experiment; text says what it means.
func TallyKey(text string) string { return TallyPrefix + text }

// ErasedKey is the key of what stays of an erased profile: under a secret, so that who does not have it cannot try ids.
func ErasedKey(secret []byte, id string) string {
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(id))
	return ErasedPrefix + hex.EncodeToString(mac.Sum(nil))
}
