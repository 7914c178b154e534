package state_test

import (
	"bytes"
	"encoding/hex"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/ebbstream/ebb/schemas"
	"github.com/ebbstream/ebb/state"
)

var rewrite = flag.Bool("rewrite", false, "write testdata anew; then read the diff: what is stored must be read for ever")

// whole is a layout with every kind of cell.
func whole(names ...string) *state.Layout {
	var specs []state.Spec
	table := state.NewNames(names...)
	for _, k := range kinds {
		specs = append(specs, state.Spec{Key: k.name, New: k.under(table)})
	}
	return state.NewLayout(specs, table, plenty)
}

// under makes cells of a layout with other names than the usual ones.
func (k kind) under(names *state.Names) func() state.Cell {
	return func() state.Cell {
		c := k.make()
		if s, ok := c.(*state.Sessions); ok {
			s.Names = names
		}
		return c
	}
}

// tellAll tells every cell of a profile, and it itself.
func tellAll(l *state.Layout, p *state.Profile, history []told) {
	for _, x := range history {
		e := &schemas.Event{ID: x.ID, Source: x.Source, Type: x.Name, Time: x.At, Fields: []schemas.Value{x.Value}, Payload: schemas.NullValue}
		remember(l, p, e, !x.Begins, []string{"cat"})
		edge := state.Edge{Now: p.Now, Horizon: p.Clock.Add(-accept), Names: l.Names}
		for i, s := range l.Specs {
			kindOf(s.Key).tell(p.Cell(l, i), x, edge)
		}
	}
}

func kindOf(key string) kind {
	return kinds[slices.IndexFunc(kinds, func(k kind) bool { return k.name == key })]
}

// story is all that a profile can tell at n, whatever the numbers of its layout: of the cells of these keys.
func story(l *state.Layout, p *state.Profile, n schemas.Instant, keys []string) string {
	lines := []string{text(p.ID, p.Epoch, p.Erased, p.Alive, p.First, p.Clock, p.Now, p.Limited)}
	for _, m := range p.Memberships.By {
		if name := l.Names.List[m.Segment]; slices.Contains(keys, name) {
			lines = append(lines, text(name, m.Member, m.Seq, m.EnteredAt, m.Next))
		}
	}
	for i, s := range l.Specs {
		if c := p.Cells[i]; c != nil && slices.Contains(keys, s.Key) {
			exact, loose := kindOf(s.Key).ask(c, n)
			lines = append(lines, s.Key+" "+exact+" "+text(loose))
		}
	}
	if err := p.Recent.After(schemas.Earliest, 1, func(path string) int {
		if path == "cat" {
			return 0
		}
		return -1
	}, l.Names, func(e *schemas.Event, late bool) {
		lines = append(lines, text(e.ID, e.Source, e.Type, e.Time, late, json(e.Fields[0]), json(e.Payload)))
	}); err != nil {
		lines = append(lines, err.Error())
	}
	slices.Sort(lines[1:])
	return strings.Join(lines, "\n")
}

// TestTranslate: under another layout, whose cells and names have other numbers, a profile tells the same of all that is
// still kept, and nothing of what is new; and so it goes on.
func TestTranslate(t *testing.T) {
	segments := []string{"buyers", "fans", "gone"}
	texts := []string{"file", "s1", "hat", "shoes", "cat", "session.first(hat)"}
	rapid.Check(t, func(t *rapid.T) {
		some := func(all []string, label string) []string {
			return rapid.SliceOfDistinct(rapid.SampledFrom(all), rapid.ID).Draw(t, label)
		}
		var keys []string
		for _, k := range kinds {
			keys = append(keys, k.name)
		}
		layout := func(label string) (*state.Layout, []string) {
			kept := append(some(keys, label+" cells"), some(segments, label+" segments")...)
			isSegment := func(name string) bool { return slices.Contains(segments, name) }
			named := slices.DeleteFunc(slices.Clone(kept), func(name string) bool { return !isSegment(name) })
			table := state.NewNames(append(append(named, some(texts, label+" texts")...), "cat")...)
			var specs []state.Spec
			for _, name := range kept {
				if !isSegment(name) {
					specs = append(specs, state.Spec{Key: name, New: kindOf(name).under(table)})
				}
			}
			return state.NewLayout(specs, table, plenty), kept
		}
		old, inOld := layout("old")
		today, inToday := layout("new")
		both := slices.DeleteFunc(slices.Clone(inOld), func(key string) bool { return !slices.Contains(inToday, key) })
		p := old.New("u1")
		tellAll(old, p, histories(t))
		for i, name := range segments {
			if number := old.Names.Number(name); number >= 0 {
				*p.Memberships.Add(number) = state.Membership{Segment: number, Member: i != 1, Seq: int64(i + 1), EnteredAt: schemas.Instant(i), Next: p.Now + 5}
				if i == 1 {
					p.Memberships.At(number).EnteredAt = 0
				}
			}
		}
		horizon := p.Clock.Add(-accept)
		b := old.Encode(nil, p, horizon)
		translation, err := today.Translate(old.Append(nil))
		if err != nil {
			t.Fatal(err)
		}
		q, err := today.Decode("u1", b, translation)
		if err != nil {
			t.Fatal(err)
		}
		want, got := story(old, p, p.Now, both), story(today, q, p.Now, inToday)
		if want != got {
			t.Fatalf("under the old layout:\n%s\nunder today's:\n%s", want, got)
		}
		again, err := today.Decode("u1", today.Encode(nil, q, horizon), nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := story(today, again, p.Now, inToday); want != got {
			t.Fatalf("written under today's layout, and read:\n%s\nnot\n%s", got, want)
		}
	})
}

// golden is a profile with every kind of cell, told by hand.
func golden() (*state.Layout, *state.Profile) {
	l := whole("buyers", "file", "s1", "hat", "shoes", "cat", "session.first(hat)")
	p := l.New("u1")
	p.Epoch, p.Erased, p.Limited = 2, -86_400_000, true
	tellAll(l, p, []told{
		{3, "file", "e1", "hat", schemas.StringValue("a"), 0.1, true},
		{3, "file", "e2", "shoes", schemas.IntValue(9007199254740993), 0.2, false},
		{9, "s2", "e3", "Zoë", schemas.DoubleValue(-2.5), 1e16, true},
		{12, "s1", "e4", "hat", schemas.BoolValue(true), 12.5, true},
		{14, "file", "e5", "b", schemas.ListValue([]schemas.Value{schemas.NullValue, schemas.TimeValue(7), schemas.SpanValue(-9)}), -3, false},
		{13, "file", "e6", "shoes", schemas.MapValue([]string{"x"}, []schemas.Value{schemas.StringValue("y")}), 0.3, true},
	})
	p.Now = 16
	*p.Memberships.Add(0) = state.Membership{Segment: 0, Member: true, Seq: 7, EnteredAt: 12, Next: 25}
	return l, p
}

// TestGolden: the bytes of version 1, as they are on somebody's disk, are what is written today, and say the same.
func TestGolden(t *testing.T) {
	l, p := golden()
	var keys []string
	for _, k := range kinds {
		keys = append(keys, k.name)
	}
	keys = append(keys, "buyers")
	b := l.Encode(nil, p, p.Clock.Add(-accept))
	path := filepath.Join("testdata", "profile.v1.hex")
	lines := func(b []byte) (out string) {
		for part := range slices.Chunk(b, 32) {
			out += hex.EncodeToString(part) + "\n"
		}
		return out
	}
	if *rewrite {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte("layout\n"+lines(l.Append(nil))+"profile\n"+lines(b)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	layoutHex, profileHex, _ := strings.Cut(strings.TrimPrefix(string(file), "layout\n"), "profile\n")
	read := func(text string) []byte {
		b, err := hex.DecodeString(strings.ReplaceAll(text, "\n", ""))
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	stored, storedLayout := read(profileHex), read(layoutHex)
	if !bytes.Equal(b, stored) || !bytes.Equal(l.Append(nil), storedLayout) {
		t.Errorf("what is written is another form now: it needs a version of its own, and version 1 must still be read\n%x\n%x", b, stored)
	}
	want := story(l, p, p.Now, keys) // once it was encoded, and so forgot what the bytes leave out
	translation, err := l.Translate(storedLayout)
	if err != nil {
		t.Fatal(err)
	}
	for _, under := range []*state.Translation{nil, translation} {
		q, err := l.Decode("u1", stored, under)
		if err != nil {
			t.Fatal(err)
		}
		if got := story(l, q, p.Now, keys); got != want {
			t.Errorf("the stored bytes say\n%s\nnot\n%s", got, want)
		}
	}
}

// FuzzDecodeProfile: whatever the bytes, they are a profile or ErrCorrupt. What is a profile can be asked, written and read.
func FuzzDecodeProfile(f *testing.F) {
	l, p := golden()
	other := state.NewLayout([]state.Spec{{Key: "follow", New: kindOf("follow").make}, {Key: "sum", New: kindOf("sum").make}}, state.NewNames("cat", "buyers"), 5)
	const header = 9 // the version and the layout's hash
	full, empty := l.Encode(nil, p, p.Clock.Add(-accept)), other.Encode(nil, other.New("u2"), 0)
	f.Add(full[header:], l.Append(nil), false)
	f.Add(full[header:], l.Append(nil), true)
	f.Add(empty[header:], other.Append(nil), true)
	f.Fuzz(func(t *testing.T, b, layout []byte, translated bool) {
		b = append(slices.Clone(full[:header]), b...)
		into := l
		var translation *state.Translation
		if translated {
			into = other
			var err error
			if translation, err = into.Translate(layout); err != nil {
				return
			}
		}
		p, err := into.Decode("u1", b, translation)
		if err != nil {
			return
		}
		for i, s := range into.Specs {
			if c := p.Cells[i]; c != nil {
				kindOf(s.Key).ask(c, p.Now)
			}
		}
		p.Memberships.Next()
		p.Recent.Has(coded(&schemas.Event{ID: "1", Source: "file"}, into.Names), 0)
		_ = p.Recent.After(schemas.Earliest, 1, func(string) int { return 0 }, into.Names, func(*schemas.Event, bool) {})
		if _, err := into.Decode("u1", into.Encode(nil, p, p.Clock.Add(-accept)), nil); err != nil {
			t.Errorf("what was read cannot be written and read: %v", err)
		}
	})
}
