package serve_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/ebbstream/ebb/operators"
	"github.com/ebbstream/ebb/operators/action"
	"github.com/ebbstream/ebb/operators/catalog"
	"github.com/ebbstream/ebb/operators/expr"
	"github.com/ebbstream/ebb/operators/segment"
	"github.com/ebbstream/ebb/pipeline/behind"
	"github.com/ebbstream/ebb/pipeline/live"
	"github.com/ebbstream/ebb/pipeline/partition"
	"github.com/ebbstream/ebb/pipeline/serve"
	"github.com/ebbstream/ebb/schemas"
	"github.com/ebbstream/ebb/state"
	"github.com/ebbstream/ebb/state/disk"
)

// lines decodes events of SPEC section 2.
type lines struct {
	*schemas.JSONDecoder
	one [1]schemas.Event
}

func (l *lines) Decode(r *schemas.Record) ([]schemas.Event, error) {
	if err := l.JSONDecoder.Decode(r.Value, &l.one[0]); err != nil {
		return nil, err
	}
	return l.one[:], nil
}

const tasks = 2

// member is a node with its tasks, of which a test is the broker.
type member struct {
	t       *testing.T
	node    *serve.Node
	http    *httptest.Server
	rows    *behind.Store
	folders [tasks]live.Folder
	next    [tasks]int64
	now     schemas.Instant
}

func newMember(t *testing.T, token string, held ...int32) *member {
	t.Helper()
	blocks := catalog.Defaults()
	blocks.Sessions.Gap = 30 * schemas.Minute
	blocks.Features = catalog.Named[string]{"bought": `count("p")`}
	blocks.Segments = catalog.Named[segment.Config]{"buyers": {When: `count("p", "1h") >= 1`}, "away": {When: `since_last("*") > hours(2)`}}
	blocks.Actions = catalog.Named[action.Config]{"tip": {On: "v", Channel: "m"}}
	blocks.Experiments = map[string]action.Experiment{"tips": {Actions: []string{"tip"}, Control: 0.5, Reward: "r"}}
	compiled, faults := catalog.Compile(blocks, catalog.Setting{
		Time: operators.Time{Lateness: 10 * schemas.Minute, Accept: schemas.Day}, Limits: expr.Limits{Events: 1000, Values: 100},
	})
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	store, err := disk.Open(t.TempDir(), disk.Options{})
	if err != nil {
		t.Fatal(err)
	}
	rows := behind.New(partition.Disk{Store: store})
	t.Cleanup(func() {
		if err := errors.Join(rows.Close(), store.Close()); err != nil {
			t.Error(err)
		}
	})
	now, err := schemas.ParseInstant("2026-01-05T12:00:00Z")
	if err != nil {
		t.Fatal(err)
	}
	m := &member{t: t, node: serve.New("shop", compiled, rows, store.Metrics, token), rows: rows, now: now}
	m.http = httptest.NewServer(m.node.Handler())
	t.Cleanup(m.http.Close)
	m.node.Tasks(tasks)
	m.node.Tell(live.Joined{Instance: "i", Member: "m"})
	m.node.Tell(live.Assigned{Tasks: held})
	c := &partition.Config{Name: "shop", Catalog: compiled, Lateness: 10 * schemas.Minute, MaxAhead: 5 * schemas.Minute, MergeWait: schemas.Second,
		IdleAfter: schemas.Forever, MuteBefore: schemas.Earliest, Profiles: -1, Rows: 100 << 10, Sources: []partition.Source{{Topic: "clicks",
			Decoder: func() partition.Decoder { return &lines{JSONDecoder: schemas.NewJSONDecoder(compiled.Plan.Fields)} }}}}
	for _, task := range held {
		p, err := partition.New(c, task, state.Position{}, m.rows)
		if err != nil {
			t.Fatal(err)
		}
		m.node.Tell(live.Restored{Task: task, Records: 7, Took: time.Millisecond})
		m.folders[task] = m.node.Watch(task, state.Position{Inputs: []state.Input{{Topic: "clicks", Partition: task}}}, p)
	}
	return m
}

// fold takes an event in, without committing it.
func (m *member) fold(id, typ, who, clock string) (task int32) {
	m.t.Helper()
	task = partition.TaskOf(who, tasks)
	value := fmt.Sprintf(`{"id":%q,"type":%q,"subject":%q,"time":"2026-01-05T%sZ","data":{}}`, id, typ, who, clock)
	r := &kgo.Record{Topic: "clicks", Partition: task, Key: []byte(who), Value: []byte(value), Offset: m.next[task]}
	m.next[task]++
	f := m.folders[task]
	if err := f.Push([]*kgo.Record{r}); err != nil {
		m.t.Fatal(err)
	}
	f.Confirm("clicks", task, m.next[task], m.now)
	if _, err := f.Fold(m.now, 100); err != nil {
		m.t.Fatal(err)
	}
	return task
}

// commit commits what a task has folded, as live.commit does behind Kafka.
func (m *member) commit(task int32) {
	m.t.Helper()
	batch, err := m.folders[task].Seal()
	if err != nil {
		m.t.Fatal(err)
	}
	position := batch.Position
	position.Changelog = m.next[task] * 2
	if err := m.rows.Apply(task, batch.Rows, position); err != nil {
		m.t.Fatal(err)
	}
	m.folders[task].Landed()
	m.node.Tell(live.Committed{Tasks: 1, Records: batch.Records, Took: time.Millisecond, Batches: map[int32]*live.Batch{task: batch}})
}

func (m *member) get(path string, change ...func(*http.Request)) (status int, text string) {
	m.t.Helper()
	r, err := http.NewRequestWithContext(m.t.Context(), http.MethodGet, m.http.URL+path, nil)
	if err != nil {
		m.t.Fatal(err)
	}
	for _, c := range change {
		c(r)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		m.t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		m.t.Fatal(err)
	}
	return answer.StatusCode, strings.TrimSpace(string(body))
}

func (m *member) want(path string, status int, says ...string) {
	m.t.Helper()
	got, text := m.get(path)
	if got != status {
		m.t.Errorf("%s: status %d, not %d: %s", path, got, status, text)
	}
	for _, part := range says {
		if !strings.Contains(text, part) {
			m.t.Errorf("%s does not say %s, but\n%s", path, part, text)
		}
	}
}

// metric wants lines of the metrics; those that begin with ! must not be there.
func (m *member) metric(all ...string) {
	m.t.Helper()
	_, text := m.get("/metrics")
	for _, line := range all {
		line, absent := strings.CutPrefix(line, "!")
		if strings.Contains("\n"+text+"\n", "\n"+line) == absent {
			m.t.Errorf("metrics: %q, absent %v", line, !absent)
		}
	}
}

// TestReads: what is read is what was committed, and says so; what is folded and not committed is not there, nor counted.
func TestReads(t *testing.T) {
	m := newMember(t, "", 0, 1)
	task := m.fold("1", "p", "anna", "10:00:00")
	m.want("/profiles/anna", 404, `there is no profile \"anna\": nothing was applied for this id`)
	m.metric("ebb_events_total 0\n", "ebb_profiles 0\n")
	m.commit(task)
	before := fmt.Sprintf(`{"profile":"anna","as_of":"2026-01-05T10:00:00Z","features":{"bought":1},"memberships":{"buyers":{"entered_at":"2026-01-05T10:00:00Z"}},`+
		`"traits":{},"consents":{},"session":{"start":"2026-01-05T10:00:00Z","end":"2026-01-05T10:00:00Z","events":1,"counts":{"p":1}},`+
		`"first_seen":"2026-01-05T10:00:00Z","last_seen":"2026-01-05T10:00:00Z","limited":false,"partition":%d,"applied_offset":{"clicks":0}}`, task)
	if _, text := m.get("/profiles/anna"); text != before {
		t.Errorf("anna is\n%s\nnot\n%s", text, before)
	}
	m.metric("ebb_events_total 1\n", "ebb_profiles 1\n", `ebb_segment_members{segment="buyers"} 1`, `ebb_segment_changes_total{segment="buyers",status="entered"} 1`)
	m.fold("2", "p", "anna", "10:10:00")
	if _, text := m.get("/profiles/anna"); text != before {
		t.Errorf("what was not committed is told:\n%s", text)
	}
	m.metric("ebb_events_total 1\n")
	m.commit(task)
	m.want("/profiles/anna", 200, `"features":{"bought":2}`, `"applied_offset":{"clicks":1}`)
	m.want("/profiles/anna?until=true", 200, `"until":{"buyers":"2026-01-05T11:10:00Z"}`)
	m.metric("ebb_events_total 2\n", fmt.Sprintf(`ebb_lag_records{task="%d"} 0`, task))
	m.fold("3", "ebb.erase", "anna", "10:20:00")
	m.commit(task)
	m.want("/profiles/anna", 404, `it was erased at 2026-01-05T10:20:00Z`)
	m.metric("ebb_profiles 0\n", `ebb_segment_members{segment="buyers"} 0`, `ebb_http_requests_total{status="404"} 2`)
	if err := m.rows.Write(); err != nil { // until here nothing of it was on the disk, or some
		t.Error(err)
	}
	m.want("/profiles/anna", 404, `it was erased at 2026-01-05T10:20:00Z`)
	m.metric("ebb_state_waiting_bytes 0\n")
}

// TestExplain: why, now and later.
func TestExplain(t *testing.T) {
	m := newMember(t, "", 0, 1)
	m.commit(m.fold("1", "p", "anna", "10:00:00"))
	m.want("/profiles/anna/explain/buyers", 200, `"member":true`, `"op":">="`, `"changes_at":"2026-01-05T11:00:00Z"`, `"applied_offset":{"clicks":0}`)
	m.want("/profiles/anna/explain/away?at=2026-01-05T13:00:00Z", 200, `"member":true`, `"entered_at":"2026-01-05T12:00:00.001Z"`, `"last_change":{"cause":"timer"`)
	m.want("/profiles/anna/explain/buyers", 200, `"member":true`) // what was explained of later is nobody's state
	m.want("/profiles/anna/explain/away?at=2026-01-05T09:00:00Z", 400, `is before the present of profile \"anna\"`)
	m.want("/profiles/anna/explain/away?at=noon", 400, `at: time \"noon\" is not RFC 3339`)
	m.want("/profiles/anna/explain/nobody", 404, `there is no segment \"nobody\"`)
	m.want("/profiles/ben/explain/away", 404, `there is no profile \"ben\"`)
}

// TestOddIDs: an id is whatever stands between the slashes.
func TestOddIDs(t *testing.T) {
	m := newMember(t, "", 0, 1)
	for _, id := range []string{"a/b", "a//b", "Zoë", "a?b#c", "%41", "..."} {
		m.commit(m.fold("1", "p", id, "10:00:00"))
		path := ""
		for _, b := range []byte(id) {
			path += fmt.Sprintf("%%%02X", b)
		}
		m.want("/profiles/"+path, 200, `"last_seen":"2026-01-05T10:00:00Z"`)
		m.want("/profiles/"+path+"/explain/buyers", 200, `"member":true`)
	}
}

// TestOwnership: a profile of another member's task is not looked for here, whatever lies in the folder.
func TestOwnership(t *testing.T) {
	m := newMember(t, "", 0, 1)
	task := m.fold("1", "p", "anna", "10:00:00")
	m.commit(task)
	m.node.Tell(live.Released{Task: task})
	m.want("/profiles/anna", 404, fmt.Sprintf(`belongs to partition %d, which this member of group shop does not hold`, task))
	m.want("/readyz", 200, "ok")
	m.node.Tell(live.Assigned{Tasks: []int32{task}})
	m.want("/profiles/anna", 503, "not ready: 1 of 2 tasks are restored")
	m.want("/readyz", 503, "1 of 2 tasks are restored")
	m.metric(`ebb_tasks{state="restoring"} 1`)
	m.node.Tell(live.Restored{Task: task})
	m.want("/profiles/anna", 200)
	m.node.Tell(live.Ended{Err: fmt.Errorf("the brokers are away"), Pause: time.Second})
	m.want("/readyz", 503, "between two sessions: the brokers are away")
	m.want("/profiles/anna", 503, "not ready")
	m.want("/healthz", 200, "ok")
	m.metric("ebb_sessions_lost_total 1\n", "ebb_events_total 1\n")
}

// TestToken: where there is one it is wanted, but for metrics and health; where there is none, a page under another name that
// leads to this machine gets nothing.
func TestToken(t *testing.T) {
	m := newMember(t, "sesame", 0, 1)
	m.commit(m.fold("1", "p", "anna", "10:00:00"))
	with := func(header string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set("Authorization", header) }
	}
	for header, want := range map[string]int{"": 401, "Bearer": 401, "Bearer simsim": 401, "Basic sesame": 401, "sesame": 401, "Bearer sesame": 200} {
		for _, path := range []string{"/profiles/anna", "/profiles/anna/explain/buyers"} {
			if status, text := m.get(path, with(header)); status != want {
				t.Errorf("%s with %q: %d, not %d: %s", path, header, status, want, text)
			}
		}
	}
	for _, path := range []string{"/metrics", "/healthz", "/readyz"} {
		m.want(path, 200)
	}
	m = newMember(t, "", 0, 1)
	m.commit(m.fold("1", "p", "anna", "10:00:00"))
	for host, want := range map[string]int{"localhost:8080": 200, "127.0.0.1": 200, "[::1]:8080": 200, "ebb.example.com": 403, "127.0.0.1.example.com": 403} {
		if status, text := m.get("/profiles/anna", func(r *http.Request) { r.Host = host }); status != want {
			t.Errorf("as %s: %d, not %d: %s", host, status, want, text)
		}
	}
}

// TestConcurrent: readers meet commits, and each answer holds what its offset says.
func TestConcurrent(t *testing.T) {
	m := newMember(t, "", 0, 1)
	task := m.fold("0", "p", "anna", "10:00:00")
	m.commit(task)
	done := make(chan struct{})
	var readers sync.WaitGroup
	for range 4 {
		readers.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				_, text := m.get("/profiles/anna")
				var bought, offset int
				_, features, _ := strings.Cut(text, `"bought":`)
				_, applied, _ := strings.Cut(text, `"clicks":`)
				_, err := fmt.Sscanf(features, "%d", &bought)
				if _, also := fmt.Sscanf(applied, "%d", &offset); err != nil || also != nil {
					t.Error(err, also, text)
					return
				}
				if bought != offset+1 {
					t.Errorf("bought %d up to offset %d", bought, offset)
				}
				m.get("/metrics")
			}
		})
	}
	for i := range 200 {
		m.fold(fmt.Sprint(i+1), "p", "anna", fmt.Sprintf("10:%02d:%02d", i/60, i%60))
		m.commit(task)
	}
	close(done)
	readers.Wait()
}

// TestHook: the clients of one session after another count into the same metrics.
func TestHook(t *testing.T) {
	m := newMember(t, "", 0)
	hook := m.node.Hook()
	for range 2 {
		client, err := kgo.NewClient(kgo.SeedBrokers("127.0.0.1:1"), kgo.WithHooks(hook), kgo.RequestRetries(0))
		if err != nil {
			t.Fatal(err)
		}
		if err := client.Ping(t.Context()); err == nil {
			t.Error("there is a broker")
		}
		client.Close()
	}
	m.metric(`ebb_kafka_connect_errors_total{node_id="seed_0"} `, "!ebb_kafka_buffered")
}
