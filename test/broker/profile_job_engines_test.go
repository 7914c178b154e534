//go:build linux

package broker

import (
	_ "embed"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// An engine does the profile job.
type engine struct {
	name    string
	short   string
	program func(*group) func(instance string, noWAL, leave bool) *exec.Cmd // of a member; changes go to <group>.segment-changes
}

//go:embed testdata/shop.avsc
var shopSchema []byte

// profileSettings follow the definitions: what is Kafka's, and what Kafka Streams does not do, off. Records have the times of
// their events, and are not to be gone before they are read.
const profileSettings = `
kafka:
  brokers: ["%s"]
  guarantee: exactly_once
  commit_interval: 100ms
  topics: {partitions: %d, replication: 1, min_insync: 1, retention: 3650d}
state: {dir: %q, cache: 64MiB}
sources:
  - topic: %s
    format: avro
    schema: shop.avsc
    keyed: true
    map: {id: msg.id, subject: msg.subject, time: msg.time, type: msg.type, data: msg}
outputs: {sessions: false, profiles: false}
http: {listen: "127.0.0.1:0"}
`

// ebb is this project's.
func (j *profileJob) ebb() engine {
	binary := build(j.b, "-pgo=../bench/service.pgo") // as `make build` does
	definitions, err := os.ReadFile("../bench/profile-job.yaml")
	if err != nil {
		j.b.Fatal(err)
	}
	const named = "name: profile-job\n"
	if strings.Count(string(definitions), named) != 1 {
		j.b.Fatalf("profile-job.yaml has no line %q", named)
	}
	return engine{"ebb", "ebb", func(g *group) func(string, bool, bool) *exec.Cmd {
		return func(instance string, _, _ bool) *exec.Cmd {
			path := filepath.Join(g.dir, instance+".yaml")
			text := strings.Replace(string(definitions), named, "name: "+g.name+"\n", 1) +
				fmt.Sprintf(profileSettings, strings.Join(g.brokers, `", "`), profilePartitions, g.folder(instance), j.topic)
			j.write(path, []byte(text))
			j.write(filepath.Join(g.dir, "shop.avsc"), shopSchema)
			return pinned(exec.Command(binary, "run", "-c", path), j.cores)
		}
	}}
}

// quiet is what a client of Java's logs.
const quiet = `Configuration:
  Appenders:
    Console: {name: out, PatternLayout: {pattern: "%d %p %c{1} %m%n"}}
  Loggers:
    Root: {level: WARN, AppenderRef: {ref: out}}
`

// streams is testdata/ProfileJob.java.
func (j *profileJob) streams() engine {
	libs := filepath.Join(jars(j.b, streamsJars), "*")
	classes := j.b.TempDir()
	if out, err := exec.Command("javac", "-cp", libs, "-d", classes, "testdata/ProfileJob.java").CombinedOutput(); err != nil {
		j.b.Fatalf("compiling ProfileJob.java, which needs a JDK: %v\n%s", err, out)
	}
	return engine{"Kafka Streams", "streams", func(g *group) func(string, bool, bool) *exec.Cmd {
		return func(instance string, _, _ bool) *exec.Cmd {
			changes, log := g.name+".segment-changes", filepath.Join(g.dir, "log4j2.yaml")
			j.write(log, []byte(quiet))
			j.c.makeTopicsAs(j.b, profilePartitions, map[string]string{"retention.ms": "-1"}, changes)
			return pinned(exec.Command("java", "-Xms1g", "-Xmx1g", "-XX:+UseParallelGC", "-Dlog4j2.configurationFile="+log, "-cp", classes+":"+libs,
				"ProfileJob", strings.Join(g.brokers, ","), g.name, j.topic, changes, g.folder(instance)), j.cores)
		}
	}}
}

func (j *profileJob) write(path string, text []byte) {
	j.b.Helper()
	if err := os.WriteFile(path, text, 0o644); err != nil {
		j.b.Fatal(err)
	}
}
