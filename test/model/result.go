package model

// Case is a configuration, the files of a history and the instant it is looked at.
type Case struct {
	Config Config
	Files  [][]Event
	AsOf   *int64
}

// Change is a segment change. CausedBy is the event's id, or empty. Epoch counts the lives of the profile.
type Change struct {
	Time             int64
	Profile, Segment string
	Entered          bool
	Seq, Epoch       int
	Cause, CausedBy  string
	EnteredAt        int64
	ExpiresAt        *int64
	Loose            Loose
}

// Loose names the instants of a change that rest on the crossing of a decay or a model: 1 ms is allowed there.
type Loose struct{ Time, EnteredAt, ExpiresAt bool }

// Ended is a finished session; EntryID and ExitID are its first and last event by (time, source, id).
type Ended struct {
	Profile         string
	Start, End      int64
	Events          int
	Counts          map[string]int
	EntryID, ExitID string
}

// Profile is a profile as of the final instant.
type Profile struct {
	ID                  string
	Time                int64
	Features            map[string]any
	Memberships         []string // sorted
	Traits              map[string]any
	Consents            map[string]string
	Session             *Open
	FirstSeen, LastSeen int64
}

// Open is the session open at the final instant.
type Open struct {
	Start, End int64
	Events     int
	Counts     map[string]int
}

// Late is a record of `.late`.
type Late struct {
	ID, Subject string
	Time        int64
	Reason      string
}

// Result is all that comes out of a replay.
type Result struct {
	Changes   []Change
	Sessions  []Ended
	Decisions []Decision
	Profiles  []Profile
	Late      []Late
}
