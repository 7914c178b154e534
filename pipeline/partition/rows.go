package partition

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/ebbstream/ebb/schemas"
)

// A row of the changelog and of the store: when to wake it, 8 bytes, big-endian, its sign bit flipped, and what it says.
// A profile stands under its id. Keys that begin with a zero byte are ebb's own: an id that does has one more before it.
const (
	erasedPrefix  = "\x00erased\x00"  // and the hash of the id: what stays of an erased profile
	layoutPrefix  = "\x00layout\x00"  // and the layout's hash
	layoutNow     = "\x00layout"      // the layout of the configuration that runs
	secretKey     = "\x00secret"      // the key of those hashes
	sizePrefix    = "\x00size\x00"    // and a segment, or nothing: how many members or profiles there are
	waitingPrefix = "\x00waiting\x00" // and the id of a profile whose public view waits for its time
)

const rowHeader = 8

func appendRow(b []byte, wake schemas.Instant) []byte {
	return binary.BigEndian.AppendUint64(b, uint64(wake)^1<<63)
}

// Wake is when a row is to be looked at; Never.
func Wake(row []byte) schemas.Instant {
	if len(row) < rowHeader {
		return schemas.Never
	}
	return schemas.Instant(binary.BigEndian.Uint64(row) ^ 1<<63)
}

// stateOf is what a row says.
func stateOf(row []byte) []byte { return row[min(rowHeader, len(row)):] }

func keyOf(id string) string {
	if strings.HasPrefix(id, "\x00") {
		return "\x00" + id
	}
	return id
}

// idOf is the id of the profile under a key; ok is false for ebb's own rows.
func idOf(key string) (id string, ok bool) {
	if !strings.HasPrefix(key, "\x00") {
		return key, true
	}
	if strings.HasPrefix(key, "\x00\x00") {
		return key[1:], true
	}
	return "", false
}

func layoutKey(hash uint64) string { return fmt.Sprintf("%s%016x", layoutPrefix, hash) }

func erasedKey(secret []byte, id string) string {
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(id))
	return erasedPrefix + hex.EncodeToString(mac.Sum(nil))
}

// eraseKey is the secret under which this partition hashes the ids of erased people: made with the first of them, and kept
// with the rest of the state.
func (s *profiles) eraseKey(need bool) ([]byte, error) {
	if s.secret == nil && !s.asked {
		row, err := s.row(secretKey)
		if err != nil {
			return nil, err
		}
		s.asked = true
		if row != nil {
			s.secret = append([]byte(nil), stateOf(row)...)
		}
	}
	if s.secret == nil && need {
		s.secret = make([]byte, 32)
		rand.Read(s.secret) // never fails
	}
	return s.secret, nil
}
