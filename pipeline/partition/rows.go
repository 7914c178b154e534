package partition

import (
	"crypto/rand"

	"github.com/ebbstream/ebb/state"
)

// eraseKey is the secret under which this partition hashes the ids of erased people: made with the first of them, and kept
// with the rest of the state.
func (s *profiles) eraseKey(need bool) ([]byte, error) {
	if s.secret == nil && !s.asked {
		row, err := s.row(state.SecretKey)
		if err != nil {
			return nil, err
		}
		s.asked = true
		if row != nil {
			s.secret = append([]byte(nil), state.RowState(row)...)
		}
	}
	if s.secret == nil && need {
		s.secret = make([]byte, 32)
		rand.Read(s.secret) // never fails
	}
	return s.secret, nil
}
