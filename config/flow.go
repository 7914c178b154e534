package config

import (
	"strings"
	"unicode"

	"github.com/goccy/go-yaml/token"
)

// joinPlain puts together again what the scanner takes apart: within { } it takes every colon for the end of a key, also that of
// [localhost:9092]. By YAML 1.2.2, section 7.3.3, a colon without a space behind it belongs to the text.
func joinPlain(tokens token.Tokens) token.Tokens {
	var joined token.Tokens
	var open []token.Type // the brackets that are
	for i := 0; i < len(tokens); i++ {
		t := tokens[i]
		switch t.Type {
		case token.SequenceStartType, token.MappingStartType:
			open = append(open, t.Type)
		case token.SequenceEndType, token.MappingEndType:
			open = open[:max(len(open)-1, 0)]
		}
		last := len(joined) - 1
		if t.Type == token.MappingValueType && last >= 0 && i+1 < len(tokens) && len(open) > 0 && open[len(open)-1] == token.SequenceStartType {
			before, after := joined[last], tokens[i+1]
			if isPlain(before) && isPlain(after) && before.Origin == strings.TrimRightFunc(before.Origin, unicode.IsSpace) &&
				after.Origin == strings.TrimLeftFunc(after.Origin, unicode.IsSpace) {
				joined = joined[:last]
				t = token.New(before.Value+":"+after.Value, before.Origin+":"+after.Origin, before.Position)
				i++
			}
		}
		joined.Add(t)
	}
	return joined
}

// isPlain is whether a token is text without quotes.
func isPlain(t *token.Token) bool {
	return t.CharacterType == token.CharacterTypeMiscellaneous && t.Indicator == token.NotIndicator
}
