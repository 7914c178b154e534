package schemas

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Unusable says why a record becomes a dead letter: the Reason is one of the constants beside DeadLetter, the Detail
// names the field, what was found in it and what was expected.
type Unusable struct{ Reason, Detail string }

func (u *Unusable) Error() string { return u.Reason + ": " + u.Detail }

func unusable(reason, format string, args ...any) error {
	return &Unusable{Reason: reason, Detail: fmt.Sprintf(format, args...)}
}

var consentStatuses = []string{"granted", "denied", "revoked"}

// CheckReserved is nil, or says why data is not what the reserved type typ means (SPEC section 2). Every decoder asks
// it, so that the operators never meet a malformed reserved event.
func CheckReserved(typ string, data Value) error {
	switch typ {
	case TypeConsent:
		return cmp.Or(needText(typ, data, "purpose"), needOneOf(typ, data, "status", consentStatuses))
	case TypeFeedback:
		return cmp.Or(needText(typ, data, "decision_id"), needOneOf(typ, data, "kind", feedbackKinds))
	case TypeIdentify:
		if ids := data.Field("ids"); ids.Kind() != Map {
			return unusable(NotMappable, "data.ids of an %s event is %s, expected an object such as {\"user_id\": \"u1\"}",
				typ, describe(ids))
		}
	}
	return nil
}

func needText(typ string, data Value, key string) error {
	if v := data.Field(key); v.Kind() != String || v.Text() == "" {
		return unusable(NotMappable, "data.%s of an %s event is %s, expected a text that is not empty", key, typ, describe(v))
	}
	return nil
}

func needOneOf(typ string, data Value, key string, allowed []string) error {
	if v := data.Field(key); v.Kind() != String || !slices.Contains(allowed, v.Text()) {
		return unusable(NotMappable, "data.%s of an %s event is %s, expected one of %q", key, typ, describe(v), allowed)
	}
	return nil
}

const describedBytes = 60

// describe shows a value in a message, cut where it is long.
func describe(v Value) string {
	if v.Kind() == Missing {
		return "missing"
	}
	return excerpt(v.AppendJSON(nil))
}

func excerpt(raw []byte) string {
	if len(raw) <= describedBytes {
		return string(raw)
	}
	return strings.ToValidUTF8(string(raw[:describedBytes]), "") + "…"
}
