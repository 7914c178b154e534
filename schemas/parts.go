package schemas

import "strconv"

// Parts are the parts of an event as a mapping finds them, before they are judged. None is nil.
type Parts struct{ ID, Source, Subject, Time, Type *Value }

// Fill sets the attributes of e. Ids and subjects may be ints too, as their digits. A source that is missing, null or
// empty is defaultSource. Texts are copied where they may point into a record.
func (p *Parts) Fill(e *Event, defaultSource string, unit TimeUnit) (bad error) {
	id, ok := idText(p.ID)
	if !ok {
		return unusable(NotMappable, "id is %s, expected a text that is not empty", describe(*p.ID))
	}
	if p.Type.kind != String || p.Type.text == "" {
		return unusable(NotMappable, "type is %s, expected a text that is not empty", describe(*p.Type))
	}
	e.Type = p.Type.text
	switch {
	case p.Source.kind == Null || p.Source.kind == Missing || p.Source.kind == String && p.Source.text == "":
		e.Source = defaultSource
	case p.Source.kind == String:
		e.Source = p.Source.text
	default:
		return unusable(NotMappable, "source is %s, expected a text", describe(*p.Source))
	}
	if e.Time, ok = unit.instant(p.Time); !ok {
		return unusable(NotMappable, "time is %s, expected RFC 3339, such as \"2026-01-05T10:00:00Z\", or a number of %s since 1970",
			describe(*p.Time), unit)
	}
	subject, ok := idText(p.Subject)
	if !ok {
		if p.Subject.kind == Missing || p.Subject.kind == Null || p.Subject.kind == String {
			return unusable(NoSubject, "subject is %s, expected the id of a profile", describe(*p.Subject))
		}
		return unusable(NotMappable, "subject is %s, expected a text", describe(*p.Subject))
	}
	if bad = CheckTime(e.Time); bad != nil {
		return bad
	}
	both := id + subject // one new text for the two: one allocation costs less than two
	e.ID, e.Subject = both[:len(id)], both[len(id):]
	return nil
}

// idText is an id as a text, which may be lent; ok is false where there is none.
func idText(v *Value) (text string, ok bool) {
	if v.kind == Int {
		return strconv.FormatInt(v.Int(), 10), true
	}
	return v.text, v.kind == String && v.text != ""
}
