package schemas

import (
	"os"
	"path/filepath"
	"testing"
)

// TestAudienceCalls: a change is the call that Segment's audiences make, and Segment's reader here reads it as one.
func TestAudienceCalls(t *testing.T) {
	all := messages()
	for name, event := range map[string]string{"entered": "Audience Entered", "exited": "Audience Exited", "entered-from-file": "Audience Entered"} {
		m := all[name].(*SegmentChange)
		got := AudienceCalls{}.Append([]byte("before"), "shop", m)[len("before"):]
		path := filepath.Join("testdata", "message", name+".segment.json")
		if *rewrite {
			if err := os.WriteFile(path, append(got, '\n'), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if string(got)+"\n" != string(want) {
			t.Errorf("%s: got %s, want %s", name, got, want)
		}
		reading := Reading{}
		for _, path := range [][]string{{"@type"}, {"@subject"}, {"@id"}, {"@time"}, {"@data", "audience_key"}, {"@data", m.Segment}} {
			reading.Add(path, Kept)
		}
		r := NewSegmentReader(reading)
		if n, err := r.Open(&Record{Value: got}); n != 1 || err != nil {
			t.Fatalf("%s: %d calls, %v", name, n, err)
		}
		read := make([]Value, 6)
		if err := r.Read(0, read); err != nil {
			t.Fatal(err)
		}
		id := string(AppendMessageID(nil, "shop", m))
		for i, want := range []Value{StringValue(event), StringValue(m.Profile), StringValue(id), StringValue(m.Time.String()), StringValue(m.Segment), BoolValue(m.Entered)} {
			if !read[i].Equal(want) {
				t.Errorf("%s: %v is %s, want %s", name, reading.Paths[i], read[i].AppendJSON(nil), want.AppendJSON(nil))
			}
		}
	}
}

// TestAudienceCallsOfOthers: what is no change stays as it is, and a segment may have any name.
func TestAudienceCallsOfOthers(t *testing.T) {
	for name, m := range messages() {
		if _, change := m.(*SegmentChange); !change && string(AudienceCalls{}.Append(nil, "shop", m)) != string(AppendData(nil, "shop", m)) {
			t.Errorf("%s is not as in JSON", name)
		}
	}
	odd := aChange()
	odd.Segment = "audience_key"
	call, err := ParseValue(AudienceCalls{}.Append(nil, "shop", odd))
	if err != nil || call.Path([]string{"properties", "audience_key"}).Text() != "audience_key" {
		t.Errorf("%s, %v", call.AppendJSON(nil), err)
	}
}
