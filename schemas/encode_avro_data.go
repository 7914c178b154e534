package schemas

// appendAvroMessage writes the body of m, field by field as its schema in avsc has them.
func appendAvroMessage(b []byte, name string, m Message) []byte {
	switch m := m.(type) {
	case *SegmentChange:
		return appendAvroChange(b, m)
	case *SessionEnded:
		return appendAvroSession(b, name, m)
	case *Decision:
		return appendAvroDecision(b, name, m)
	case *Profile:
		return appendAvroProfile(b, m)
	case *Late:
		return appendAvroText(b, string(appendRaw(nil, m.Data)))
	}
	return b // a dead letter is published as it came
}

func appendAvroChange(b []byte, c *SegmentChange) []byte {
	b = appendAvroText(b, c.Segment)
	b = appendAvroText(b, c.Profile)
	status := "exited"
	if c.Entered {
		status = "entered"
	}
	b = appendAvroText(b, status)
	b = appendAvroLong(b, c.Epoch)
	b = appendAvroLong(b, c.Seq)
	b = appendAvroText(b, c.Definition)
	b = appendAvroText(b, c.Cause)
	b = appendAvroSome(b, c.CausedBy != nil)
	if c.CausedBy != nil {
		b = appendAvroCause(b, c.CausedBy)
	}
	b = appendAvroItems(b, len(c.Evidence), func(b []byte, i int) []byte { return appendAvroEvidence(b, c.Evidence[i]) })
	b = appendAvroInstant(b, c.EnteredAt)
	return appendAvroUntil(b, c.ExpiresAt)
}

func appendAvroCause(b []byte, c *Cause) []byte {
	b = appendAvroText(b, c.ID)
	b = appendAvroText(b, c.Source)
	if c.Origin.Topic == "" { // from a file: three nulls
		return append(b, 0, 0, 0)
	}
	b = appendAvroText(appendAvroSome(b, true), c.Origin.Topic)
	b = appendAvroLong(appendAvroSome(b, true), int64(c.Origin.Partition))
	return appendAvroLong(appendAvroSome(b, true), c.Origin.Offset)
}

func appendAvroEvidence(b []byte, e Evidence) []byte {
	b = appendAvroText(b, e.Expr)
	b = appendAvroSome(b, e.Op != "")
	if e.Op == "" {
		b = appendAvroLong(b, branchNull)
	} else {
		b = appendAvroValue(appendAvroText(b, e.Op), e.Threshold)
	}
	return appendAvroValue(b, e.Value)
}

func appendAvroSession(b []byte, name string, s *SessionEnded) []byte {
	b = appendAvroText(b, s.Profile)
	b = appendAvroText(b, string(AppendSessionID(nil, name, s)))
	b = appendAvroSpan(b, s)
	b = appendAvroSessionEvent(b, &s.Entry)
	return appendAvroSessionEvent(b, &s.Exit)
}

// appendAvroSpan writes the fields that a session that is over and an open one share.
func appendAvroSpan(b []byte, s *SessionEnded) []byte {
	b = appendAvroInstant(b, s.Start)
	b = appendAvroInstant(b, s.End)
	b = appendAvroLong(b, s.Events)
	return appendAvroItems(b, len(s.Counts), func(b []byte, i int) []byte {
		return appendAvroLong(appendAvroText(b, s.Counts[i].Type), s.Counts[i].Events)
	})
}

func appendAvroSessionEvent(b []byte, e *SessionEvent) []byte {
	b = appendAvroText(b, e.ID)
	b = appendAvroText(b, e.Type)
	b = appendAvroInstant(b, e.Time)
	return appendAvroMap(b, e.Data)
}

func appendAvroDecision(b []byte, name string, d *Decision) []byte {
	b = appendAvroText(b, string(AppendMessageID(nil, name, d)))
	b = appendAvroText(b, d.Profile)
	b = appendAvroText(b, d.Action)
	b = appendAvroText(b, d.Channel)
	b = appendAvroDouble(b, d.Score)
	b = appendAvroDouble(b, d.Propensity)
	b = appendAvroText(b, d.Policy)
	b = appendAvroMap(b, d.Payload)
	b = appendAvroItems(b, len(d.Candidates), func(b []byte, i int) []byte {
		return appendAvroDouble(appendAvroText(b, d.Candidates[i].Action), d.Candidates[i].Score)
	})
	b = appendAvroItems(b, len(d.Suppressed), func(b []byte, i int) []byte {
		return appendAvroText(appendAvroText(b, d.Suppressed[i].Action), d.Suppressed[i].Rule)
	})
	b = appendAvroSome(b, d.Experiment != "")
	if d.Experiment != "" {
		b = appendAvroText(appendAvroText(b, d.Experiment), d.Arm)
	}
	return appendAvroUntil(b, d.ExpiresAt)
}

func appendAvroProfile(b []byte, p *Profile) []byte {
	b = appendAvroText(b, p.Profile)
	b = appendAvroInstant(b, p.AsOf)
	b = appendAvroNamed(b, p.Features)
	b = appendAvroItems(b, len(p.Memberships), func(b []byte, i int) []byte {
		return appendAvroInstant(appendAvroText(b, p.Memberships[i].Segment), p.Memberships[i].EnteredAt)
	})
	b = appendAvroNamed(b, p.Traits)
	b = appendAvroNamed(b, p.Consents)
	b = appendAvroSome(b, p.Session != nil)
	if p.Session != nil {
		b = appendAvroSpan(b, p.Session)
	}
	b = appendAvroInstant(b, p.FirstSeen)
	b = appendAvroInstant(b, p.LastSeen)
	if p.Limited {
		return append(b, 1)
	}
	return append(b, 0)
}

func appendAvroNamed(b []byte, values []NamedValue) []byte {
	return appendAvroItems(b, len(values), func(b []byte, i int) []byte {
		return appendAvroValue(appendAvroText(b, values[i].Name), values[i].Value)
	})
}

// appendAvroMap writes the fields of a Map; of anything else none.
func appendAvroMap(b []byte, v Value) []byte {
	if v.Kind() != Map {
		return appendAvroItems(b, 0, nil)
	}
	keys, items := v.Keys(), v.Items()
	return appendAvroItems(b, len(keys), func(b []byte, i int) []byte { return appendAvroValue(appendAvroText(b, keys[i]), items[i]) })
}

// appendAvroSome writes the branch of a union of null and one other.
func appendAvroSome(b []byte, there bool) []byte {
	if there {
		return appendAvroLong(b, 1)
	}
	return appendAvroLong(b, 0)
}

// appendAvroUntil writes an instant, or null for Never.
func appendAvroUntil(b []byte, i Instant) []byte {
	if i == Never {
		return appendAvroSome(b, false)
	}
	return appendAvroInstant(appendAvroSome(b, true), i)
}
