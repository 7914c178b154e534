package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/ebbstream/ebb/pipeline/live"
	"github.com/ebbstream/ebb/schemas"
	"go.uber.org/zap"
)

// service runs until it is stopped.
type service struct {
	t    *testing.T
	file string
	s    *settings
	stop context.CancelFunc
	end  chan error
}

func start(t *testing.T, file string) *service {
	t.Helper()
	return startLogged(t, file, zap.NewNop())
}

func startLogged(t *testing.T, file string, log *zap.Logger) *service {
	t.Helper()
	s, err := load(file)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	v := &service{t, file, s, stop, make(chan error, 1)}
	go func() { v.end <- run(ctx, s, false, log, func(live.Event) {}) }()
	return v
}

func (v *service) wait() {
	v.t.Helper()
	v.stop()
	select {
	case err := <-v.end:
		if err != nil {
			v.t.Errorf("the service says %v", err)
		}
	case <-time.After(15 * time.Second):
		v.t.Fatal("the service does not end")
	}
}

func (v *service) get(path string) (status int, text string) {
	answer, err := http.Get("http://" + v.s.HTTP.Listen + path)
	if err != nil {
		return 0, err.Error()
	}
	defer answer.Body.Close()
	b, err := io.ReadAll(answer.Body)
	if err != nil {
		v.t.Error(err)
	}
	return answer.StatusCode, string(b)
}

// until asks again and again.
func until(t *testing.T, what string, there func() bool) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); !there(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("after half a minute: %s", what)
		}
	}
}

// address is one that nobody listens at.
func address(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func purchase(id, who, when string) *kgo.Record {
	return &kgo.Record{Topic: "clicks", Key: []byte(who), Headers: []kgo.RecordHeader{{Key: "content-type", Value: []byte("application/cloudevents+json")}},
		Value: fmt.Appendf(nil, `{"specversion":"1.0","id":%q,"source":"till","type":"purchase","subject":%q,"time":%q,"data":{"amount":12.5}}`, id, who, when)}
}

// TestService: behaviour goes in on Kafka, and the commands tell what became of it, erase it and tell that.
func TestService(t *testing.T) {
	file, options := brokers(t, fmt.Sprintf("http: {listen: %q, token: sesame}\nlog: {level: error, format: json}\n", address(t)))
	client, err := kgo.NewClient(options...)
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	if err := client.ProduceSync(t.Context(), purchase("1", "lin", "2026-01-05T09:30:00Z"), purchase("2", "lin", "2026-01-06T09:30:00Z"),
		purchase("3", "mo", "2026-01-06T09:30:00Z"), &kgo.Record{Topic: "clicks", Key: []byte("mo"), Value: []byte("{")}).FirstErr(); err != nil {
		t.Fatal(err)
	}
	v := start(t, file)
	until(t, "it is not ready", func() bool { status, _ := v.get("/readyz"); return status == 200 })
	until(t, "the events are not counted", func() bool { _, text := v.get("/metrics"); return strings.Contains(text, "\nebb_events_total 3\n") })
	if status, text := v.get("/healthz"); status != 200 {
		t.Errorf("health is %d: %s", status, text)
	}
	if status, text := v.get("/profiles/lin"); status != 401 || !strings.Contains(text, "Authorization: Bearer") {
		t.Errorf("without a token: %d, %s", status, text)
	}
	_, metrics := v.get("/metrics")
	for _, line := range []string{`ebb_dead_letters_total{reason="not_decodable"} 1`, `ebb_profiles 2`, `ebb_segment_members{segment="regulars"} 1`,
		`ebb_segment_changes_total{segment="regulars",status="entered"} 1`, `ebb_tasks{state="restored"} 2`, `ebb_kafka_produce_bytes_total{`,
		`ebb_commit_seconds_count `, `ebb_fold_seconds_count `, `ebb_state_bytes `} {
		if !strings.Contains(metrics, "\n"+line) {
			t.Errorf("the metrics lack %s", line)
		}
	}

	told := func(name string, args ...string) {
		t.Helper()
		status, stdout, stderr := ebb(append(args, "-c", file)...)
		if status != 0 {
			t.Fatalf("%v: %s", args, stderr)
		}
		golden(t, name, stdout)
	}
	told("node-profile.txt", "profile", "lin")
	told("node-profile.json", "profile", "lin", "--json")
	told("node-explain.txt", "explain", "lin", "cooling")
	told("node-explain-at.txt", "explain", "lin", "cooling", "--at", "2026-01-20T00:00:00Z")
	told("node-explain-at.json", "explain", "lin", "cooling", "--at", "2026-01-20T00:00:00Z", "--json")
	for _, c := range []struct {
		args   []string
		status int
		says   string
	}{
		{[]string{"profile", "nobody/?./#"}, 1, `there is no profile "nobody/?./#": nothing was applied for this id`},
		{[]string{"explain", "lin", "cooling", "--at", "2025-01-01T00:00:00Z"}, 2, `is before the present of profile "lin", which is 2026-01-06T09:30:00Z`},
	} {
		status, _, stderr := ebb(append(c.args, "-c", file)...)
		if status != c.status || !strings.Contains(stderr, c.says) {
			t.Errorf("%v: status %d, %s", c.args, status, stderr)
		}
	}

	other := filepath.Join(t.TempDir(), "other.yaml")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(other, []byte(strings.Replace(string(text), "sesame", "simsim", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	if status, _, stderr := ebb("profile", "lin", "-c", other); status != 1 || !strings.Contains(stderr, "http.token") {
		t.Errorf("with a wrong token: status %d, %s", status, stderr)
	}
	if status, _, stderr := ebb("run", "-c", file); status != 1 || !strings.Contains(stderr, "another ebb process uses this folder") {
		t.Errorf("twice in one folder: status %d, %s", status, stderr)
	}

	status, stdout, stderr := ebb("erase", "lin", "-c", file, "--json")
	var receipts []receipt
	if err := json.Unmarshal([]byte(stdout), &receipts); status != 0 || err != nil || len(receipts) != 1 || receipts[0].Topic != "tea.events" {
		t.Fatalf("status %d, %v: %s%s", status, err, stdout, stderr)
	}
	until(t, "lin is still there", func() bool {
		_, _, stderr := ebb("profile", "lin", "-c", file)
		return strings.Contains(stderr, "it was erased at "+receipts[0].Time.String())
	})
	v.wait()

	status, stdout, stderr = ebb("profile", "mo", "-c", file, "--dir", v.s.State.Dir)
	if status != 0 {
		t.Error(stderr)
	}
	golden(t, "stopped-profile.txt", stdout)
	if status, _, stderr := ebb("profile", "mo", "-c", file); status != 1 || !strings.Contains(stderr, "no node answers") {
		t.Errorf("stopped: status %d, %s", status, stderr)
	}
}

// TestAwayBrokers: at the start they are waited for, and the service can be told to stop meanwhile.
func TestAwayBrokers(t *testing.T) {
	file := filepath.Join(t.TempDir(), "tea.yaml")
	text := fmt.Sprintf("name: tea\nkafka: {brokers: [%q]}\nstate: {dir: %q}\nsources: [{topic: clicks, format: cloudevents}]\nhttp: {listen: %q}\nlog: {level: error}\n",
		address(t), filepath.Join(t.TempDir(), "state"), address(t))
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	v := start(t, file)
	until(t, "it does not listen", func() bool { status, _ := v.get("/healthz"); return status == 200 })
	if status, text := v.get("/readyz"); status != 503 || text != "has not joined the group yet\n" {
		t.Errorf("ready is %d: %s", status, text)
	}
	if status, text := v.get("/profiles/lin"); status != 503 || !strings.Contains(text, "the brokers have not been reached yet") {
		t.Errorf("a profile is %d: %s", status, text)
	}
	time.Sleep(time.Second) // it must not have given up
	select {
	case err := <-v.end:
		t.Fatalf("it gave up: %v", err)
	default:
	}
	v.wait()
	if status, _, stderr := ebb("topics", "-c", file); status != 1 || !strings.Contains(stderr, "looking up topics at") {
		t.Errorf("status %d, %s", status, stderr)
	}
}

// TestListenTaken: an address in use is told before anything else is begun.
func TestListenTaken(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	file, _ := brokers(t, fmt.Sprintf("http: {listen: %q}\nlog: {level: error}\n", l.Addr()))
	if status, _, stderr := ebb("run", "-c", file); status != 1 || !strings.Contains(stderr, "http.listen: listen tcp") {
		t.Errorf("status %d, %s", status, stderr)
	}
}

// TestErasure: the service reads what ebb erase writes.
func TestErasure(t *testing.T) {
	s, err := load(filepath.Join("..", "..", "test", "sample", "shop.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	own, err := ownEvents(s)
	if err != nil {
		t.Fatal(err)
	}
	written, err := erasure(s.Name, receipt{Profile: `Zoë "z"`, ID: "e1", Topic: own.Topic, Time: 1767607200123})
	if err != nil {
		t.Fatal(err)
	}
	r := &schemas.Record{Origin: schemas.Origin{Topic: own.Topic}, Key: written.Key, Value: written.Value}
	for _, h := range written.Headers {
		r.Headers = append(r.Headers, schemas.Header(h))
	}
	events, err := own.mapper(nil).Decode(r)
	if err != nil || len(events) != 1 {
		t.Fatal(events, err)
	}
	if e := events[0]; e.Type != schemas.TypeErase || e.Subject != `Zoë "z"` || e.ID != "e1" || e.Time != 1767607200123 || e.Source != "/ebb/shop/erase" {
		t.Errorf("it is read as %+v", e)
	}
	var out strings.Builder
	if err := printReceipts(&out, []receipt{{"Zoë", "K3V", "shop.events", 3, 1207, 1767607200123}, {"anna", "7QX", "shop.events", 11, 9, 1767607200123}}, false); err != nil {
		t.Fatal(err)
	}
	golden(t, "receipts.txt", out.String())
}

// TestPassing: what a person has to put right is not tried again.
func TestPassing(t *testing.T) {
	for err, want := range map[error]bool{
		errors.New("connection refused"):                         true,
		context.DeadlineExceeded:                                 true,
		refusal("the source is not there"):                       false,
		fmt.Errorf("looking: %w", refusal("the source is not")):  false,
		fmt.Errorf("looking: %w", kerr.SaslAuthenticationFailed): false,
		fmt.Errorf("looking: %w", kerr.NotLeaderForPartition):    true,
	} {
		if passing(err) != want {
			t.Errorf("passing(%v) is not %v", err, want)
		}
	}
}
