//go:build linux

package broker

import (
	_ "embed"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

const kafkaVersion = "4.3.0"

//go:embed jars.xml
var jarsPOM []byte

// The parts of Kafka that are fetched.
const (
	brokerJars  = "kafka_2.13"
	streamsJars = "kafka-streams"
)

// jars is a folder with a part of Kafka and all it needs, fetched once by Maven. It is filled aside and renamed, so that a
// fetch that was broken off is none.
func jars(t testing.TB, part string) string {
	t.Helper()
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(cache, "ebb-kafka", part+"-"+kafkaVersion)
	if _, err := os.Stat(dir); err == nil {
		return dir
	}
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		t.Fatal(err)
	}
	aside, err := os.MkdirTemp(filepath.Dir(dir), "fetch-")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(aside)
	pom := filepath.Join(t.TempDir(), "pom.xml")
	if err := os.WriteFile(pom, jarsPOM, 0o644); err != nil {
		t.Fatal(err)
	}
	fetch := exec.CommandContext(t.Context(), "mvn", "--batch-mode", "--quiet", "--file", pom, "dependency:copy-dependencies",
		"-Dkafka="+kafkaVersion, "-Dartifact="+part, "-DoutputDirectory="+aside)
	if out, err := fetch.CombinedOutput(); err != nil {
		t.Fatalf("fetching %s %s with Maven: %v\n%s", part, kafkaVersion, err, out)
	}
	if err := os.Rename(aside, dir); err != nil {
		t.Fatal(err)
	}
	return dir
}
