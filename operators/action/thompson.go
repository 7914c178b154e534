package action

import (
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"strings"

	"github.com/ebbstream/ebb/operators/bandit"
	"github.com/ebbstream/ebb/schemas"
)

// learned are the posteriors of candidates; nil if that of any is not given, as then there is nothing to compare it by but its
// score.
func (o *Operator) learned(f firing, candidates []schemas.Candidate) (all []bandit.Posterior) {
	for _, c := range candidates {
		i := slices.IndexFunc(f.actions, func(a *planned) bool { return a.Name == c.Action })
		if f.actions[i].known == nil {
			return nil
		}
		all = append(all, *f.actions[i].known)
	}
	return all
}

// sample chooses among the candidates of a decision by what is drawn from their posteriors; ties by name. Chance is a hash of
// the decision's id and the action, so that it is the same wherever and however often the decision is made.
func (o *Operator) sample(d *schemas.Decision, known []bandit.Posterior) schemas.Candidate {
	id := schemas.AppendMessageID(nil, o.name, d)
	best, most := 0, -1.0
	for i, c := range d.Candidates {
		x := known[i].Draw(chance(id, c.Action))
		if x > most || x == most && c.Action < d.Candidates[best].Action {
			best, most = i, x
		}
	}
	d.Policy, d.Propensity = schemas.PolicyThompson, o.propensities(d.Candidates, known)[best]
	return d.Candidates[best]
}

// chance is a number strictly between 0 and 1, by the first 52 bits of the SHA-256 of id, a colon and action: with more of
// them the greatest would be rounded to 1.
func chance(id []byte, action string) float64 {
	sum := sha256.Sum256(append(append(slices.Clip(id), ':'), action...))
	return (float64(binary.BigEndian.Uint64(sum[:8])>>12) + 0.5) / (1 << 52)
}

// mostShares is how many sets of candidates are remembered: an integral is dear, and follows from the configuration alone.
const mostShares = 1000

// propensities are those of the candidates.
func (o *Operator) propensities(candidates []schemas.Candidate, known []bandit.Posterior) []float64 {
	var names strings.Builder
	for _, c := range candidates {
		names.WriteString(c.Action + " ") // which no name holds
	}
	shares, found := o.shares[names.String()]
	if !found {
		if o.shares == nil || len(o.shares) >= mostShares {
			o.shares = map[string][]float64{}
		}
		shares = bandit.Propensities(known)
		o.shares[names.String()] = shares
	}
	return shares
}
