package schemas

import "strconv"

// Parts are the parts of an event as a mapping finds them, before they are judged. None is nil.
type Parts struct{ ID, Source, Subject, Time, Type *Value }

// Fill sets the attributes of e. Ids and subjects may be ints too, as their digits. A source that is missing, null or
// empty is defaultSource. Texts are copied where they may point into a record.
func (p *Parts) Fill(e *Event, defaultSource string, unit TimeUnit) (bad error) {
	var room [2][20]byte
	id, ok := idText(p.ID, room[0][:0])
	if !ok {
		return unusable(NotMappable, "id is %s, expected a text that is not empty", describe(*p.ID))
	}
	if p.Type.kind != String || p.Type.text == "" {
		return unusable(NotMappable, "type is %s, expected a text that is not empty", describe(*p.Type))
	}
	e.Type = p.Type.text
	switch {
	case p.Source.kind == String && p.Source.text != "":
		e.Source = p.Source.text
	case !p.Source.Known() && p.Source.kind != Invalid || p.Source.kind == String:
		e.Source = defaultSource
	default:
		return unusable(NotMappable, "source is %s, expected a text", describe(*p.Source))
	}
	if e.Time, ok = unit.instant(p.Time); !ok {
		return unusable(NotMappable, "time is %s, expected RFC 3339, such as \"2026-01-05T10:00:00Z\", or a number of %s since 1970",
			describe(*p.Time), unit)
	}
	subject, ok := idText(p.Subject, room[1][:0])
	switch {
	case ok:
	case p.Subject.kind == Missing || p.Subject.kind == Null || p.Subject.kind == String:
		return unusable(NoSubject, "subject is %s, expected the id of a profile", describe(*p.Subject))
	default:
		return unusable(NotMappable, "subject is %s, expected a text", describe(*p.Subject))
	}
	if bad = CheckTime(e.Time); bad != nil {
		return bad
	}
	e.ID, e.Subject = id.and(subject)
	return nil
}

// idBytes is the text of an id, lent.
type idBytes struct {
	text   string
	digits []byte
}

func idText(v *Value, room []byte) (idBytes, bool) {
	switch {
	case v.kind == String && v.text != "":
		return idBytes{text: v.text}, true
	case v.kind == Int:
		return idBytes{digits: strconv.AppendInt(room, v.Int(), 10)}, true
	}
	return idBytes{}, false
}

// and copies two ids into one new text: one allocation costs less than two.
func (a idBytes) and(b idBytes) (string, string) {
	if a.digits == nil && b.digits == nil {
		both := a.text + b.text
		return both[:len(a.text)], both[len(a.text):]
	}
	both := make([]byte, 0, 64)
	both = append(append(both, a.text...), a.digits...)
	cut := len(both)
	text := string(append(append(both, b.text...), b.digits...))
	return text[:cut], text[cut:]
}
