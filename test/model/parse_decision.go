package model

// decision reads a record of actions.jsonl.
func (m object) decision() Decision {
	data := m.data()
	d := Decision{Profile: data.text("profile"), Action: data.text("action"), Channel: data.text("channel"), Time: m.time("time"),
		Payload: map[string]any{}, Candidates: map[string]any{}, Suppressed: map[string]string{}}
	score, ok := number(data["score"])
	if !ok {
		panic("score is no number")
	}
	d.Score = score.f
	if payload, ok := data["payload"].(map[string]any); ok {
		d.Payload = payload
	}
	data.each("candidates", func(c object) { d.Candidates[c.text("action")] = c["score"] })
	data.each("suppressed", func(s object) { d.Suppressed[s.text("action")] = s.text("rule") })
	if e, ok := data["experiment"].(map[string]any); ok {
		d.Arm = object(e).text("arm")
		d.Experiment, _ = e["name"].(string)
	}
	if data["expires_at"] != nil {
		at := data.time("expires_at")
		d.ExpiresAt = &at
	}
	d.ID, _ = data["decision_id"].(string)
	loose, _ := m["loose"].([]any)
	for _, name := range loose {
		d.Loose.Time = d.Loose.Time || name == "time"
		d.Loose.ExpiresAt = d.Loose.ExpiresAt || name == "expires_at"
		d.Loose.Score = d.Loose.Score || name == "score"
	}
	return d
}

func (m object) each(k string, do func(object)) {
	list, _ := m[k].([]any)
	for _, item := range list {
		do(object(item.(map[string]any)))
	}
}
