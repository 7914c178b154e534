package columns

import (
	"encoding/json"
	"time"
)

// The rows of results have the members of their lines (SPEC section 6), those of the envelope and those of data side by
// side. What may be anything is a column of JSON; an object whose keys are data is a list of keys and values.

type change struct {
	ID         string     `json:"id" parquet:"id"`
	Source     string     `json:"source" parquet:"source,dict"`
	Type       string     `json:"type" parquet:"type,dict"`
	Time       time.Time  `json:"time" parquet:"time,timestamp(millisecond)"`
	Profile    string     `json:"profile" parquet:"profile"`
	Segment    string     `json:"segment" parquet:"segment,dict"`
	Status     string     `json:"status" parquet:"status,dict"`
	Epoch      int64      `json:"epoch" parquet:"epoch"`
	Seq        int64      `json:"seq" parquet:"seq"`
	Definition string     `json:"definition" parquet:"definition,dict"`
	Cause      string     `json:"cause" parquet:"cause,dict"`
	CausedBy   *causedBy  `json:"caused_by" parquet:"caused_by,optional"`
	Evidence   []evidence `json:"evidence" parquet:"evidence,list"`
	EnteredAt  time.Time  `json:"entered_at" parquet:"entered_at,timestamp(millisecond)"`
	ExpiresAt  *time.Time `json:"expires_at" parquet:"expires_at,optional,timestamp(millisecond)"`
}

type causedBy struct {
	ID        string  `json:"id" parquet:"id"`
	Source    string  `json:"source" parquet:"source,dict"`
	Topic     *string `json:"topic" parquet:"topic,optional,dict"`
	Partition *int32  `json:"partition" parquet:"partition,optional"`
	Offset    *int64  `json:"offset" parquet:"offset,optional"`
}

type evidence struct {
	Expr      string          `json:"expr" parquet:"expr,dict"`
	Op        *string         `json:"op" parquet:"op,optional,dict"`
	Threshold json.RawMessage `json:"threshold" parquet:"threshold,optional,json"`
	Value     json.RawMessage `json:"value" parquet:"value,json"`
}

type session struct {
	ID      string       `json:"id" parquet:"id"`
	Source  string       `json:"source" parquet:"source,dict"`
	Type    string       `json:"type" parquet:"type,dict"`
	Time    time.Time    `json:"time" parquet:"time,timestamp(millisecond)"`
	Profile string       `json:"profile" parquet:"profile"`
	Session string       `json:"session" parquet:"session"`
	Start   time.Time    `json:"start" parquet:"start,timestamp(millisecond)"`
	End     time.Time    `json:"end" parquet:"end,timestamp(millisecond)"`
	Events  int64        `json:"events" parquet:"events"`
	Counts  counts       `json:"counts" parquet:"counts,list"`
	Entry   sessionEvent `json:"entry" parquet:"entry"`
	Exit    sessionEvent `json:"exit" parquet:"exit"`
}

type sessionEvent struct {
	ID   string          `json:"id" parquet:"id"`
	Type string          `json:"type" parquet:"type,dict"`
	Time time.Time       `json:"time" parquet:"time,timestamp(millisecond)"`
	Data json.RawMessage `json:"data" parquet:"data,json"`
}

type decision struct {
	ID         string          `json:"id" parquet:"id"`
	Source     string          `json:"source" parquet:"source,dict"`
	Type       string          `json:"type" parquet:"type,dict"`
	Time       time.Time       `json:"time" parquet:"time,timestamp(millisecond)"`
	DecisionID string          `json:"decision_id" parquet:"decision_id"`
	Profile    string          `json:"profile" parquet:"profile"`
	Action     string          `json:"action" parquet:"action,dict"`
	Channel    string          `json:"channel" parquet:"channel,dict"`
	Score      float64         `json:"score" parquet:"score"`
	Propensity float64         `json:"propensity" parquet:"propensity"`
	Policy     string          `json:"policy" parquet:"policy,dict"`
	Payload    json.RawMessage `json:"payload" parquet:"payload,json"`
	Candidates []candidate     `json:"candidates" parquet:"candidates,list"`
	Suppressed []suppression   `json:"suppressed" parquet:"suppressed,list"`
	Experiment *experiment     `json:"experiment" parquet:"experiment,optional"`
	ExpiresAt  *time.Time      `json:"expires_at" parquet:"expires_at,optional,timestamp(millisecond)"`
}

type candidate struct {
	Action string  `json:"action" parquet:"action,dict"`
	Score  float64 `json:"score" parquet:"score"`
}

type suppression struct {
	Action string `json:"action" parquet:"action,dict"`
	Rule   string `json:"rule" parquet:"rule,dict"`
}

type experiment struct {
	Name string `json:"name" parquet:"name,dict"`
	Arm  string `json:"arm" parquet:"arm,dict"`
}

type profile struct {
	ID          string          `json:"id" parquet:"id"`
	Source      string          `json:"source" parquet:"source,dict"`
	Type        string          `json:"type" parquet:"type,dict"`
	Time        time.Time       `json:"time" parquet:"time,timestamp(millisecond)"`
	Profile     string          `json:"profile" parquet:"profile"`
	AsOf        time.Time       `json:"as_of" parquet:"as_of,timestamp(millisecond)"`
	Features    json.RawMessage `json:"features" parquet:"features,json"`
	Memberships memberships     `json:"memberships" parquet:"memberships,list"`
	Traits      json.RawMessage `json:"traits" parquet:"traits,json"`
	Consents    json.RawMessage `json:"consents" parquet:"consents,json"`
	Session     *openSession    `json:"session" parquet:"session,optional"`
	FirstSeen   time.Time       `json:"first_seen" parquet:"first_seen,timestamp(millisecond)"`
	LastSeen    time.Time       `json:"last_seen" parquet:"last_seen,timestamp(millisecond)"`
	Limited     bool            `json:"limited" parquet:"limited"`
}

type openSession struct {
	Start  time.Time `json:"start" parquet:"start,timestamp(millisecond)"`
	End    time.Time `json:"end" parquet:"end,timestamp(millisecond)"`
	Events int64     `json:"events" parquet:"events"`
	Counts counts    `json:"counts" parquet:"counts,list"`
}

type late struct {
	ID      string          `json:"id" parquet:"id"`
	Source  string          `json:"source" parquet:"source,dict"`
	Type    string          `json:"type" parquet:"type,dict"`
	Subject string          `json:"subject" parquet:"subject"`
	Time    time.Time       `json:"time" parquet:"time,timestamp(millisecond)"`
	Reason  string          `json:"ebbreason" parquet:"ebbreason,dict"`
	Data    json.RawMessage `json:"data" parquet:"data,optional,json"`
}

type deadLetter struct {
	ID        string `json:"id" parquet:"id"`
	Source    string `json:"source" parquet:"source,dict"`
	Type      string `json:"type" parquet:"type,dict"`
	Reason    string `json:"reason" parquet:"reason,dict"`
	Detail    string `json:"detail" parquet:"detail"`
	Topic     string `json:"topic" parquet:"topic,dict"`
	Partition int32  `json:"partition" parquet:"partition"`
	Offset    int64  `json:"offset" parquet:"offset"`
	Payload   []byte `json:"payload_base64" parquet:"payload"`
	Text      string `json:"payload" parquet:"-"` // of a payload that is text
}

func (d *deadLetter) settle() {
	if d.Payload == nil {
		d.Payload = []byte(d.Text)
	}
}
