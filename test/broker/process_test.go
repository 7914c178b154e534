//go:build linux

package broker

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// A process is a broker of our own: one node, on loopback, in a folder that survives it.
type process struct {
	libs, dir string
	port      int
	cores     string // on which it runs, as taskset takes them; "": all
	command   *exec.Cmd
	exited    chan struct{}
}

const properties = `process.roles=broker,controller
node.id=1
controller.quorum.bootstrap.servers=127.0.0.1:%[2]d
controller.listener.names=CONTROLLER
listeners=CLIENT://127.0.0.1:%[1]d,CONTROLLER://127.0.0.1:%[2]d
advertised.listeners=CLIENT://127.0.0.1:%[1]d
listener.security.protocol.map=CLIENT:PLAINTEXT,CONTROLLER:PLAINTEXT
inter.broker.listener.name=CLIENT
log.dirs=%[3]s
auto.create.topics.enable=false
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=4
group.initial.rebalance.delay.ms=100
log.cleaner.backoff.ms=1000
`

const logging = `Configuration:
  Appenders:
    Console: {name: out, PatternLayout: {pattern: "%d %p %c{1} %m%n"}}
  Loggers:
    Logger:
      - {name: kafka.coordinator.transaction, level: INFO}
      - {name: org.apache.kafka.storage.internals.log, level: INFO}
    Root: {level: WARN, AppenderRef: {ref: out}}
`

// newProcess makes the folder of a broker; features are of the form name=level.
func newProcess(t testing.TB, features ...string) *process {
	t.Helper()
	p := &process{libs: jars(t, brokerJars), dir: folder(t, "broker"), port: freePort(t)}
	files := map[string]string{
		"server.properties": fmt.Sprintf(properties, p.port, freePort(t), filepath.Join(p.dir, "log")),
		"log4j2.yaml":       logging,
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(p.dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	args := []string{"kafka.tools.StorageTool", "format", "--standalone", "--cluster-id", "ZWJiLXRlc3QtY2x1c3Rlcg", "--config", filepath.Join(p.dir, "server.properties")}
	for _, f := range features {
		args = append(args, "--feature", f)
	}
	if out, err := p.java(args...).CombinedOutput(); err != nil {
		t.Fatalf("formatting the broker's folder: %v\n%s", err, out)
	}
	t.Cleanup(func() { p.stop(syscall.SIGKILL) })
	return p
}

func (p *process) java(args ...string) *exec.Cmd {
	all := append([]string{"-Xmx512m", "-cp", p.libs + "/*", "-Dlog4j2.configurationFile=" + filepath.Join(p.dir, "log4j2.yaml")}, args...)
	return exec.Command("java", all...)
}

func (p *process) address() string { return fmt.Sprintf("127.0.0.1:%d", p.port) }

// start returns when the broker accepts connections.
func (p *process) start(t testing.TB) {
	t.Helper()
	log, err := os.OpenFile(filepath.Join(p.dir, "broker.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	p.command = pinned(p.java("kafka.Kafka", filepath.Join(p.dir, "server.properties")), p.cores)
	p.command.Stdout, p.command.Stderr = log, log
	p.command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL} // an interrupt is for the test, not for its broker
	if err := p.command.Start(); err != nil {
		t.Fatalf("starting a broker: %v", err)
	}
	p.exited = make(chan struct{})
	go func(c *exec.Cmd, exited chan struct{}) {
		_ = c.Wait()
		close(exited)
	}(p.command, p.exited)
	for deadline := time.Now().Add(time.Minute); ; {
		if c, err := net.Dial("tcp", p.address()); err == nil {
			c.Close()
			return
		}
		select {
		case <-p.exited:
		case <-time.After(100 * time.Millisecond):
			if time.Now().Before(deadline) {
				continue
			}
		}
		text, _ := os.ReadFile(filepath.Join(p.dir, "broker.log"))
		t.Fatalf("the broker did not come up:\n%s", tail(string(text), 20))
	}
}

// cluster starts the broker, which can be stopped and started again.
func (p *process) cluster(t testing.TB) *cluster {
	t.Helper()
	p.start(t)
	return &cluster{addresses: []string{p.address()}, restart: func(signal syscall.Signal, down time.Duration) {
		p.stop(signal)
		time.Sleep(down)
		p.start(t)
	}}
}

// stop ends the broker with a signal, and kills it if that takes too long.
func (p *process) stop(signal syscall.Signal) {
	if p.command == nil {
		return
	}
	_ = p.command.Process.Signal(signal)
	select {
	case <-p.exited:
	case <-time.After(20 * time.Second):
		_ = p.command.Process.Kill()
		<-p.exited
	}
	p.command = nil
}

// folder is one that is kept for a look at it afterwards if -keep says where.
func folder(t testing.TB, name string) string {
	t.Helper()
	if *keep == "" {
		return t.TempDir()
	}
	dir, err := os.MkdirTemp(*keep, name+"-")
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%s is in %s", name, dir)
	return dir
}

func freePort(t testing.TB) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

func tail(text string, lines int) string {
	all := strings.Split(strings.TrimSpace(text), "\n")
	return strings.Join(all[max(0, len(all)-lines):], "\n")
}
