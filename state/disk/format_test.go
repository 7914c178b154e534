package disk_test

import (
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/ebbstream/ebb/state"
	"github.com/ebbstream/ebb/state/disk"
)

// raw opens the folder "state" behind the store's back.
func raw(t *testing.T, fs vfs.FS, comparer string) *pebble.DB {
	t.Helper()
	c := *pebble.DefaultComparer
	c.Name = comparer
	db, err := pebble.Open("state", &pebble.Options{FS: fs, Comparer: &c, Logger: quiet{}})
	if err != nil {
		t.Fatal(err)
	}
	return db
}

type quiet struct{}

func (quiet) Infof(string, ...any)           {}
func (quiet) Errorf(string, ...any)          {}
func (quiet) Fatalf(format string, a ...any) { panic(fmt.Sprintf(format, a...)) }

// The rows are kept for years: FORMAT.md says what they are, and a change of them needs a version.
func TestFormatGolden(t *testing.T) {
	fs := vfs.NewMem()
	s, err := disk.Open("state", disk.Options{FS: fs})
	if err != nil {
		t.Fatal(err)
	}
	commit(t, s, func(b *disk.Batch) {
		b.PutProfile(258, "u1", []byte("v"), never, 1)
		b.PutProfile(258, "u0", []byte("w"), never, -1)
		b.SetPosition(258, state.Position{Changelog: 1})
		b.PutLayout(0x0102030405060708, []byte("x"))
	})
	if err := errors.Join(s.Load(259, []state.Row{row("u1", "v", 1), row("u0", "w", never)}, position(2)), s.Close()); err != nil {
		t.Fatal(err)
	}
	db := raw(t, fs, "ebb.state")
	defer db.Close()
	it, err := db.NewIter(nil)
	if err != nil {
		t.Fatal(err)
	}
	defer it.Close()
	var got []string
	for it.First(); it.Valid(); it.Next() {
		got = append(got, hex.EncodeToString(it.Key())+" "+hex.EncodeToString(it.Value()))
	}
	want := []string{
		"6c0102030405060708 78", // l, hash
		"6d666f726d6174 01",     // m, "format"
		"6f00000102 01000200",   // o, task
		"6f00000103 01000400",   // of a task that is being loaded
		"70000001027530 77",     // p, task, "u0"
		"70000001027531 76",     // p, task, "u1"
		"70000001037530 ffffffffffffffff77",
		"70000001037531 800000000000000176",
		"74000001027fffffffffffffff7530 ", // t, task, instant, "u0"
		"740000010280000000000000017531 ", // t, task, instant, "u1"
		"7700000103 ",                     // w, task
		"77000001037531 8000000000000001", // w, task, "u1"
	}
	if !slices.Equal(got, want) {
		t.Errorf("rows\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestOtherFormatsAreRefused(t *testing.T) {
	set := func(db *pebble.DB, key, value string) {
		if err := db.Set([]byte(key), []byte(value), pebble.Sync); err != nil {
			t.Fatal(err)
		}
	}
	for name, test := range map[string]struct {
		comparer string
		fill     func(*pebble.DB)
		want     string // no error if empty
	}{
		"newer":          {"ebb.state", func(db *pebble.DB) { set(db, "mformat", "\x02") }, "its format version is 2, and the newest this ebb knows is 1"},
		"not a version":  {"ebb.state", func(db *pebble.DB) { set(db, "mformat", "\x80") }, "80 is none"},
		"unmarked":       {"ebb.state", func(db *pebble.DB) { set(db, "key", "value") }, "that ebb did not write"},
		"of another":     {pebble.DefaultComparer.Name, func(db *pebble.DB) { set(db, "key", "value") }, "ebb.state"},
		"being made yet": {"ebb.state", func(*pebble.DB) {}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			fs := vfs.NewMem()
			db := raw(t, fs, test.comparer)
			test.fill(db)
			if err := db.Close(); err != nil {
				t.Fatal(err)
			}
			before := fs.String()
			for range 2 { // a refusal leaves the folder unlocked
				s, err := disk.Open("state", disk.Options{FS: fs})
				if test.want == "" {
					if err != nil || s.Close() != nil {
						t.Fatal(err)
					}
					continue
				}
				if err == nil || !strings.Contains(err.Error(), test.want) {
					t.Fatalf("got error %v, want one with %q", err, test.want)
				}
			}
			if name == "of another" && fs.String() != before {
				t.Errorf("the folder was\n%s\nand is\n%s", before, fs.String())
			}
		})
	}
}
