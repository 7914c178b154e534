package pipeline

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"github.com/ebbstream/ebb/schemas"
)

func gzipped(t testing.TB, text string) string {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func zstded(t testing.TB, text string) string {
	z, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	return string(z.EncodeAll([]byte(text), nil))
}

func file(t testing.TB, name, content string) string {
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func open(t testing.TB, path string) *Lines {
	l, err := OpenInput(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

func TestLines(t *testing.T) {
	long := strings.Repeat("y", 3*inputBuffer)
	text := "\ufefffirst\n\n  \r\nfourth\r\n" + long + "\nlast"
	want := []string{"1 first", "4 fourth", "5 " + long, "6 last"}
	for name, content := range map[string]string{
		"plain.jsonl": text, "a.jsonl.gz": gzipped(t, text), "a.jsonl.zst": zstded(t, text),
		"gzip-by-content": gzipped(t, text), "zstd-by-content": zstded(t, text), "two-members.gz": gzipped(t, text[:9]) + gzipped(t, text[9:]),
	} {
		t.Run(name, func(t *testing.T) {
			l := open(t, file(t, name, content))
			var got []string
			for {
				line, number, err := l.Next()
				if err == io.EOF {
					break
				}
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, fmt.Sprintf("%d %s", number, line))
			}
			if !slices.Equal(got, want) {
				t.Errorf("got %.100q, want %.100q", got, want)
			}
			if l.BytesRead() != int64(len(content)) || l.Size() != int64(len(content)) {
				t.Errorf("%d of %d bytes read, the file has %d", l.BytesRead(), l.Size(), len(content))
			}
		})
	}
}

func TestEmptyInput(t *testing.T) {
	for name, content := range map[string]string{"a.jsonl": "", "a.gz": gzipped(t, ""), "a.zst": ""} {
		if _, _, err := open(t, file(t, name, content)).Next(); err != io.EOF {
			t.Errorf("%s: got %v, want io.EOF", name, err)
		}
	}
}

func TestLineTooLarge(t *testing.T) {
	for _, end := range []string{"\nnext\n", ""} {
		for extra := range 3 {
			size := MaxLine - 1 + extra
			l := open(t, file(t, "a.jsonl", strings.Repeat("x", size)+end))
			line, _, err := l.Next()
			var tooLarge *TooLarge
			if size <= MaxLine {
				if err != nil || len(line) != size {
					t.Errorf("a line of %d bytes: got %d, %v", size, len(line), err)
				}
			} else if !errors.As(err, &tooLarge) || tooLarge.Line != 1 || tooLarge.Size != int64(size) {
				t.Errorf("a line of %d bytes: got %v", size, err)
			}
			line, number, err := l.Next()
			if end == "" {
				if err != io.EOF {
					t.Errorf("after it: got %v, want io.EOF", err)
				}
			} else if err != nil || string(line) != "next" || number != 2 {
				t.Errorf("after it: got line %d %q, %v", number, line, err)
			}
		}
	}
}

func TestBrokenInput(t *testing.T) {
	text := strings.Repeat("a line that goes on and on\n", 40_000)
	gz, zst := gzipped(t, text), zstded(t, text)
	for _, c := range []struct{ name, content, want string }{
		{"cut.gz", gz[:len(gz)/2], "ends too early"},
		{"cut-at-the-sum.gz", gz[:len(gz)-4], "ends too early"},
		{"cut.zst", zst[:len(zst)-9], "ends too early"},
		{"empty.gz", "", "ends too early"},
		{"plain.gz", text, "gzip: invalid header"},
		{"plain.zst", text, "magic"},
		{"damaged.gz", gz[:len(gz)-8] + "12345678", "checksum"},
		{"damaged.zst", zst[:len(zst)-4] + "1234", "CRC"},
	} {
		path := file(t, c.name, c.content)
		l, err := OpenInput(path)
		for err == nil {
			_, _, err = l.Next()
		}
		if !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %q, want an error with the path and %q", c.name, err, c.want)
		}
	}
	if _, err := OpenInput("/no/such/file"); err == nil || !strings.Contains(err.Error(), "/no/such/file") {
		t.Errorf("got %v, want an error with the path", err)
	}
	if _, err := OpenInput(t.TempDir()); err == nil || !strings.Contains(err.Error(), "directory") {
		t.Errorf("got %v, want an error about a directory", err)
	}
}

func eventLine(id string, ms int) string {
	return fmt.Sprintf(`{"id":%q,"type":"v","subject":"u","time":%d,"data":{"id":%[1]q}}`+"\n", id, 1767614400000+ms)
}

func TestMergeInput(t *testing.T) {
	files := []string{
		eventLine("a1", 5) + eventLine("a2", 3) + "oops\n" + eventLine("a3", 9), // goes back in time
		"",
		eventLine("c1", 5) + eventLine("c2", 5) + eventLine("c3", 10),
		eventLine("d1", 1) + eventLine("d2", 9) + strings.Repeat("x", MaxLine+1) + "\n",
	}
	for _, c := range []struct {
		files []string
		want  string
		dead  int
	}{
		{files, "d1 a1 a2 c1 c2 a3 d2 c3", 2},
		{[]string{files[2], files[0]}, "c1 c2 a1 a2 a3 c3", 1},
		{files[:1], "a1 a2 a3", 1},
		{files[1:2], "", 0},
		{nil, "", 0},
	} {
		var sources []Source
		var dead []schemas.DeadLetter
		for i, content := range c.files {
			l := open(t, file(t, fmt.Sprint(i, ".jsonl"), content))
			sources = append(sources, NewEventLines(l, schemas.Projection{{"id"}}, func(d schemas.DeadLetter) { dead = append(dead, d) }))
		}
		merged := MergeInput(sources...)
		var got []string
		var e schemas.Event
		for {
			err := merged.Next(&e)
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			if e.Fields[0].Text() != e.ID || string(e.Data) != fmt.Sprintf(`{"id":%q}`, e.ID) {
				t.Errorf("event %s holds the data %s and the field %q of another", e.ID, e.Data, e.Fields[0].Text())
			}
			got = append(got, e.ID)
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("got %v, want %s", got, c.want)
		}
		if len(dead) != c.dead {
			t.Errorf("%d dead letters, want %d", len(dead), c.dead)
		}
		for _, d := range dead {
			switch d.Reason {
			case schemas.NotDecodable:
				if d.Offset != 3 || string(d.Bytes) != "oops" || !strings.HasSuffix(d.Topic, ".jsonl") {
					t.Errorf("got the dead letter %+v", d)
				}
			case schemas.TooLarge:
				if d.Offset != 3 || len(d.Bytes) > 0 {
					t.Errorf("got a dead letter at line %d with %d bytes", d.Offset, len(d.Bytes))
				}
			default:
				t.Errorf("got the dead letter %+v", d)
			}
		}
		if err := merged.Next(&e); err != io.EOF {
			t.Errorf("after the end: %v", err)
		}
	}
}

func TestMergeEndsWithABrokenInput(t *testing.T) {
	gz := gzipped(t, eventLine("a", 1)+eventLine("b", 2))
	good, cut := open(t, file(t, "good", eventLine("c", 3))), open(t, file(t, "cut", gz[:len(gz)-4]))
	ignore := func(schemas.DeadLetter) {}
	merged := MergeInput(NewEventLines(good, nil, ignore), NewEventLines(cut, nil, ignore))
	var e schemas.Event
	var err error
	for err == nil {
		err = merged.Next(&e)
	}
	if !strings.Contains(err.Error(), "cut") {
		t.Errorf("got %v, want an error that names the file", err)
	}
}

func BenchmarkMergeInput(b *testing.B) {
	const events = 50_000
	for _, kind := range []string{"jsonl", "gz", "zst"} {
		b.Run(kind, func(b *testing.B) {
			var paths []string
			for f := range 4 {
				var text strings.Builder
				for i := range events / 4 {
					fmt.Fprintf(&text, `{"specversion":"1.0","id":"01J9Z3K8Q2%08d","source":"clickstream","type":"product_view","subject":"user-%07d","time":"2026-01-05T10:%02d:%02d.123Z",`+
						`"data":{"category":"category-%d","price":59.95,"page":{"url":"/p/1","ref":"home"},"item":"sku-99812","qty":2}}`+"\n", i*4+f, i*7919%1000000, i/60%60, i%60, i%40)
				}
				content := text.String()
				switch kind {
				case "gz":
					content = gzipped(b, content)
				case "zst":
					content = zstded(b, content)
				}
				paths = append(paths, file(b, fmt.Sprint(f, ".", kind), content))
			}
			var e schemas.Event
			for b.Loop() {
				var sources []Source
				for _, path := range paths {
					sources = append(sources, NewEventLines(open(b, path), schemas.Projection{{"category"}, {"price"}}, func(d schemas.DeadLetter) { b.Fatal(d) }))
				}
				merged := MergeInput(sources...)
				for {
					if err := merged.Next(&e); err == io.EOF {
						break
					} else if err != nil {
						b.Fatal(err)
					}
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*events), "ns/event")
		})
	}
}
