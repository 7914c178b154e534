package schemas

import "strconv"

// AudienceCalls writes segment changes as the calls in which Segment's audiences reach the tools of advertisers
// (https://segment.com/docs/engage/audiences/#understanding-compute-times-and-events: a track call "Audience Entered" or
// "Audience Exited"), and all other messages as JSON. The call's messageId is the change's id: who gets one twice can tell. Its computation_id is the definition.
type AudienceCalls struct{}

// ContentType is that of JSON.
func (AudienceCalls) ContentType() string { return "application/json" }

// Append writes a call, or what JSON writes.
func (AudienceCalls) Append(b []byte, name string, m Message) []byte {
	c, ok := m.(*SegmentChange)
	if !ok {
		return AppendData(b, name, m)
	}
	event := "Audience Exited"
	if c.Entered {
		event = "Audience Entered"
	}
	b = append(b, `{"type":"track","messageId":"`...)
	b = appendMember(append(AppendMessageID(b, name, m), '"'), `,"userId":`, c.Profile)
	b = appendInstant(append(b, `,"timestamp":`...), c.Time)
	b = appendMember(b, `,"event":`, event)
	b = appendMember(b, `,"properties":{"audience_key":`, c.Segment)
	if c.Segment != "audience_key" { // there are no two members of one name
		b = strconv.AppendBool(appendName(b, c.Segment), c.Entered)
	}
	b = appendMember(b, `},"context":{"personas":{"computation_class":"audience","computation_id":`, c.Definition)
	b = appendMember(b, `,"computation_key":`, c.Segment)
	b = appendMember(b, `,"namespace":`, name)
	return append(b, "}}}"...)
}
