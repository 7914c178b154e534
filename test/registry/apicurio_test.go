//go:build linux

package registry

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

const apicurioVersion = "3.0.9"

// startApicurio starts an Apicurio Registry (Apache-2.0) on loopback, in memory, which ends with the test. It returns the
// address at which it speaks Confluent's protocol, once it does.
func startApicurio(t *testing.T) string {
	t.Helper()
	runner := filepath.Join(apicurio(t), "apicurio-registry-app-"+apicurioVersion+"-runner.jar")
	path := filepath.Join(t.TempDir(), "registry.log")
	log, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	port := freePort(t)
	command := exec.Command("java", "-Xmx512m", "-Dquarkus.http.host=127.0.0.1", fmt.Sprintf("-Dquarkus.http.port=%d", port), "-jar", runner)
	command.Stdout, command.Stderr = log, log
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL} // an interrupt is for the test, which ends it
	if err := command.Start(); err != nil {
		t.Fatalf("starting a registry: %v", err)
	}
	exited := make(chan struct{})
	go func() {
		_ = command.Wait()
		close(exited)
	}()
	t.Cleanup(func() {
		_ = command.Process.Kill() // what it holds is in memory
		<-exited
	})
	address := fmt.Sprintf("http://127.0.0.1:%d/apis/ccompat/v7", port)
	for deadline := time.Now().Add(2 * time.Minute); !answers(t.Context(), address); {
		select {
		case <-exited:
		case <-time.After(100 * time.Millisecond):
			if time.Now().Before(deadline) {
				continue
			}
		}
		text, _ := os.ReadFile(path)
		t.Fatalf("the registry did not come up:\n%s", text[max(0, len(text)-4<<10):])
	}
	return address
}

func answers(ctx context.Context, address string) bool {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address+"/subjects", nil)
	if err != nil {
		return false
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return false
	}
	answer.Body.Close()
	return answer.StatusCode == http.StatusOK
}

// apicurio is a folder with the registry, fetched once by Maven. It is filled aside and renamed, so that a fetch that was
// broken off is none.
func apicurio(t *testing.T) string {
	t.Helper()
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(cache, "ebb-apicurio", apicurioVersion)
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
	archive := filepath.Join(t.TempDir(), "apicurio-registry-app-"+apicurioVersion+"-all.tar.gz")
	for _, command := range []*exec.Cmd{
		exec.CommandContext(t.Context(), "mvn", "--batch-mode", "--quiet", "dependency:copy",
			"-Dartifact=io.apicurio:apicurio-registry-app:"+apicurioVersion+":tar.gz:all", "-DoutputDirectory="+filepath.Dir(archive)),
		exec.CommandContext(t.Context(), "tar", "xzf", archive, "-C", aside),
	} {
		if out, err := command.CombinedOutput(); err != nil {
			t.Fatalf("fetching Apicurio Registry %s: %v\n%s", apicurioVersion, err, out)
		}
	}
	if err := os.Rename(aside, dir); err != nil {
		t.Fatal(err)
	}
	return dir
}

func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}
