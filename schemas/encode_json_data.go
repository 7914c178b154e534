package schemas

import "strconv"

func appendChange(b []byte, c *SegmentChange) []byte {
	status := "exited"
	if c.Entered {
		status = "entered"
	}
	b = appendMember(b, `{"segment":`, c.Segment)
	b = appendMember(b, `,"profile":`, c.Profile)
	b = appendMember(b, `,"status":`, status)
	b = strconv.AppendInt(append(b, `,"epoch":`...), c.Epoch, 10)
	b = strconv.AppendInt(append(b, `,"seq":`...), c.Seq, 10)
	b = appendMember(b, `,"definition":`, c.Definition)
	b = appendMember(b, `,"cause":`, c.Cause)
	if c.CausedBy != nil {
		b = appendCause(append(b, `,"caused_by":`...), c.CausedBy)
	}
	b = append(b, `,"evidence":[`...)
	for i, e := range c.Evidence {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendEvidence(b, e)
	}
	b = appendInstant(append(b, `],"entered_at":`...), c.EnteredAt)
	if c.ExpiresAt != Never {
		b = appendInstant(append(b, `,"expires_at":`...), c.ExpiresAt)
	}
	return append(b, '}')
}

func appendCause(b []byte, c *Cause) []byte {
	b = appendMember(b, `{"id":`, c.ID)
	b = appendMember(b, `,"source":`, c.Source)
	if c.Origin.Topic != "" {
		b = appendMember(b, `,"topic":`, c.Origin.Topic)
		b = strconv.AppendInt(append(b, `,"partition":`...), int64(c.Origin.Partition), 10)
		b = strconv.AppendInt(append(b, `,"offset":`...), c.Origin.Offset, 10)
	}
	return append(b, '}')
}

func appendEvidence(b []byte, e Evidence) []byte {
	b = appendMember(b, `{"expr":`, e.Expr)
	if e.Op != "" {
		b = appendMember(b, `,"op":`, e.Op)
		b = e.Threshold.AppendJSON(append(b, `,"threshold":`...))
	}
	b = e.Value.AppendJSON(append(b, `,"value":`...))
	return append(b, '}')
}

func appendSession(b []byte, name string, s *SessionEnded) []byte {
	b = appendMember(b, `{"profile":`, s.Profile)
	b = AppendSessionID(append(b, `,"session":"`...), name, s)
	b = appendSpan(append(b, `",`...), s)
	b = appendSessionEvent(append(b, `,"entry":`...), &s.Entry)
	b = appendSessionEvent(append(b, `,"exit":`...), &s.Exit)
	return append(b, '}')
}

// appendSpan writes the members that a session that is over and an open one share.
func appendSpan(b []byte, s *SessionEnded) []byte {
	b = appendInstant(append(b, `"start":`...), s.Start)
	b = appendInstant(append(b, `,"end":`...), s.End)
	b = strconv.AppendInt(append(b, `,"events":`...), s.Events, 10)
	b = append(b, `,"counts":{`...)
	for _, c := range s.Counts {
		b = strconv.AppendInt(appendName(b, c.Type), c.Events, 10)
	}
	return append(b, '}')
}

func appendSessionEvent(b []byte, e *SessionEvent) []byte {
	b = appendMember(b, `{"id":`, e.ID)
	b = appendMember(b, `,"type":`, e.Type)
	b = appendInstant(append(b, `,"time":`...), e.Time)
	b = append(b, `,"data":`...)
	if e.Data.Kind() == Map {
		b = e.Data.AppendJSON(b)
	} else {
		b = append(b, "{}"...)
	}
	return append(b, '}')
}

func appendProfile(b []byte, p *Profile) []byte {
	b = appendMember(b, `{"profile":`, p.Profile)
	b = appendInstant(append(b, `,"as_of":`...), p.AsOf)
	b = appendNamed(append(b, `,"features":`...), p.Features)
	b = append(b, `,"memberships":{`...)
	for _, m := range p.Memberships {
		b = appendInstant(append(appendName(b, m.Segment), `{"entered_at":`...), m.EnteredAt)
		b = append(b, '}')
	}
	b = appendNamed(append(b, `},"traits":`...), p.Traits)
	b = appendNamed(append(b, `,"consents":`...), p.Consents)
	b = append(b, `,"session":`...)
	if p.Session == nil {
		b = append(b, "null"...)
	} else {
		b = append(appendSpan(append(b, '{'), p.Session), '}')
	}
	b = appendInstant(append(b, `,"first_seen":`...), p.FirstSeen)
	b = appendInstant(append(b, `,"last_seen":`...), p.LastSeen)
	b = strconv.AppendBool(append(b, `,"limited":`...), p.Limited)
	return append(b, '}')
}

func appendNamed(b []byte, values []NamedValue) []byte {
	b = append(b, '{')
	for _, v := range values {
		b = v.Value.AppendJSON(appendName(b, v.Name))
	}
	return append(b, '}')
}
