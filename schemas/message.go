package schemas

import "slices"

// Message is one record that ebb publishes. The set is closed: SegmentChange, SessionEnded, Decision, Profile, Late,
// DeadLetter.
type Message interface{ message() }

// Keep gives a message that stays as it is, of one that is lent.
func Keep(m Message) Message {
	switch m := m.(type) {
	case *SegmentChange:
		return m.Kept()
	case *SessionEnded:
		return m.Kept()
	}
	return m // it is made anew each time
}

// The causes of a segment change (SPEC section 6).
const (
	CauseEvent      = "event"
	CauseTimer      = "timer"
	CauseLateEvent  = "late_event"
	CauseDefinition = "definition"
	CauseConsent    = "consent"
	CauseMerge      = "merge"
	CauseErasure    = "erasure"
)

// SegmentChange is a profile entering or leaving a segment: ebb.segment.entered, ebb.segment.exited.
type SegmentChange struct {
	Profile    string
	Segment    string
	Entered    bool // false: exited
	Time       Instant
	Epoch      int64 // rises by one with every erasure
	Seq        int64 // rises by one with every change of this profile and segment in this epoch
	Definition string
	Cause      string
	CausedBy   *Cause // nil for a timer
	Evidence   []Evidence
	EnteredAt  Instant // of an exit: of the membership that ended
	ExpiresAt  Instant // Never when it would not end by itself, and on exits
}

// Kept is a copy that shares nothing with a change that is lent.
func (m *SegmentChange) Kept() *SegmentChange {
	kept := *m
	kept.Evidence = slices.Clone(m.Evidence)
	if m.CausedBy != nil {
		cause := *m.CausedBy
		kept.CausedBy = &cause
	}
	return &kept
}

// Cause names the event behind a change.
type Cause struct {
	ID, Source string
	Origin     Origin
}

// Evidence is one leaf of a condition and its value. A leaf that is no comparison with a number has no Op.
type Evidence struct {
	Expr      string
	Op        string
	Threshold Value
	Value     Value
}

// SessionEnded is a session that is over and can change no more: ebb.session.ended. Its time is its End.
type SessionEnded struct {
	Profile    string
	Epoch      int64
	Start, End Instant
	Events     int64
	Counts     []TypeCount // by type, ascending
	Entry      SessionEvent
	Exit       SessionEvent
}

// Kept is a copy that shares nothing with a session that is lent.
func (m *SessionEnded) Kept() *SessionEnded {
	kept := *m
	kept.Counts = slices.Clone(m.Counts)
	return &kept
}

// TypeCount is how many events of one type a session holds.
type TypeCount struct {
	Type   string
	Events int64
}

// SessionEvent is the first or the last event of a session, by (time, source, id).
type SessionEvent struct {
	ID, Type string
	Time     Instant
	Data     Value // a Map of the fields in sessions.keep that the event has
}

// Profile is the public view of a profile as of one instant: ebb.profile.
type Profile struct {
	Profile     string
	AsOf        Instant
	Features    []NamedValue // by name, ascending
	Memberships []Membership // by name, ascending
	Traits      []NamedValue
	Consents    []NamedValue  // purpose: status
	Session     *SessionEnded // the open session; only Start, End, Events, Counts are meant
	FirstSeen   Instant
	LastSeen    Instant
	Limited     bool
}

// NamedValue is a feature, a trait or a consent.
type NamedValue struct {
	Name  string
	Value Value
}

// Membership is a segment a profile is in.
type Membership struct {
	Segment   string
	EnteredAt Instant
}

// The reasons an event goes to <name>.late.
const (
	ReasonLate    = "late"     // applied, but in no session
	ReasonTooLate = "too_late" // not applied
	ReasonErased  = "erased"   // older than an erasure: not applied, and published without its content
)

// Late is an event that came too late for something, with the reason.
type Late struct {
	ID, Source, Type, Subject string
	Time                      Instant
	Data                      []byte // a JSON object; nil when the reason is ReasonErased
	Reason                    string
}

// The reasons a record becomes a dead letter.
const (
	NotDecodable    = "not_decodable"
	NotMappable     = "not_mappable"
	NoSubject       = "no_subject"
	KeyMismatch     = "key_mismatch"
	TooFarAhead     = "too_far_ahead"
	ImplausibleTime = "implausible_time"
	TooLarge        = "too_large"
	SchemaUnknown   = "schema_unknown"
)

// DeadLetter is a record that could not be used.
type DeadLetter struct {
	Reason string
	Detail string // what was wrong, for a person
	Topic  string // or the file
	Part   int32
	Offset int64 // or the line, from 1
	Bytes  []byte
}

func (*SegmentChange) message() {}
func (*SessionEnded) message()  {}
func (*Decision) message()      {}
func (*Profile) message()       {}
func (*Late) message()          {}
func (*DeadLetter) message()    {}
