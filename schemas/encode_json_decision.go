package schemas

func appendDecision(b []byte, name string, d *Decision) []byte {
	b = append(b, `{"decision_id":"`...)
	b = appendMember(append(AppendMessageID(b, name, d), '"'), `,"profile":`, d.Profile)
	b = appendMember(b, `,"action":`, d.Action)
	b = appendMember(b, `,"channel":`, d.Channel)
	b = appendDouble(append(b, `,"score":`...), d.Score)
	b = appendDouble(append(b, `,"propensity":`...), d.Propensity)
	b = appendMember(b, `,"policy":`, d.Policy)
	b = append(b, `,"payload":`...)
	if d.Payload.Kind() == Map {
		b = d.Payload.AppendJSON(b)
	} else {
		b = append(b, "{}"...)
	}
	b = append(b, `,"candidates":[`...)
	for i, c := range d.Candidates {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendMember(b, `{"action":`, c.Action)
		b = append(appendDouble(append(b, `,"score":`...), c.Score), '}')
	}
	b = append(b, `],"suppressed":[`...)
	for i, s := range d.Suppressed {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendMember(b, `{"action":`, s.Action)
		b = append(appendMember(b, `,"rule":`, s.Rule), '}')
	}
	b = append(b, ']')
	if d.Experiment != "" {
		b = appendMember(b, `,"experiment":{"name":`, d.Experiment)
		b = append(appendMember(b, `,"arm":`, d.Arm), '}')
	}
	if d.ExpiresAt != Never {
		b = appendInstant(append(b, `,"expires_at":`...), d.ExpiresAt)
	}
	return append(b, '}')
}
