package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"unicode/utf8"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/ebbstream/ebb/pipeline/past"
	"github.com/ebbstream/ebb/schemas"
)

// letter is a record of NAME.dead-letters.
type letter struct {
	Letter    string          `json:"letter"` // partition/offset of NAME.dead-letters
	Since     schemas.Instant `json:"since"`
	Reason    string          `json:"reason"`
	Detail    string          `json:"detail"`
	Topic     string          `json:"topic"` // where it was read
	Partition int32           `json:"partition"`
	Offset    int64           `json:"offset"`

	record *kgo.Record // without what ebb has added
}

// reasonHeader is the header in which a dead letter says what is wrong.
const reasonHeader = "ebb_dead_letter"

// readLetters reads all there are, in the order of where they were read.
func readLetters(ctx context.Context, client *kgo.Client, name string) (all []*letter, err error) {
	topic := name + ".dead-letters"
	topics, err := past.Read(ctx, client, topic)
	if errors.Is(err, kerr.UnknownTopicOrPartition) {
		return nil, refusal("the topic %s is not there: has the service ever run? `ebb topics --apply` makes it", topic)
	}
	if err != nil {
		return nil, err
	}
	defer topics.Close()
	for _, p := range topics.Partitions {
		for {
			r, err := p.Next()
			if err == io.EOF {
				break
			}
			if err != nil {
				return nil, err
			}
			if l := newLetter(r); l != nil {
				all = append(all, l)
			}
		}
	}
	slices.SortStableFunc(all, func(a, b *letter) int {
		return cmp.Or(cmp.Compare(a.Topic, b.Topic), cmp.Compare(a.Partition, b.Partition), cmp.Compare(a.Offset, b.Offset))
	})
	return all, nil
}

// newLetter is nil for a record that no ebb has written.
func newLetter(r *kgo.Record) *letter {
	i := len(r.Headers) - 1
	if i < 0 || r.Headers[i].Key != reasonHeader {
		return nil
	}
	l := &letter{}
	if json.Unmarshal(r.Headers[i].Value, l) != nil {
		return nil
	}
	l.Letter, l.Since = fmt.Sprintf("%d/%d", r.Partition, r.Offset), schemas.Instant(r.Timestamp.UnixMilli())
	r.Headers = r.Headers[:i]
	l.record = r
	return l
}

// wholeLetter is a letter with its record as it was. What is no text is in base64.
type wholeLetter struct {
	*letter
	Key     *string        `json:"key"` // null: none
	Headers []letterHeader `json:"headers"`
	Value   string         `json:"value,omitempty"`
	Bytes   []byte         `json:"value_base64,omitempty"`
}

type letterHeader struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

func (l *letter) whole() *wholeLetter {
	d := &wholeLetter{letter: l, Headers: []letterHeader{}}
	if l.record.Key != nil {
		key := string(l.record.Key)
		d.Key = &key
	}
	for _, h := range l.record.Headers {
		d.Headers = append(d.Headers, letterHeader{h.Key, string(h.Value)})
	}
	if utf8.Valid(l.record.Value) {
		d.Value = string(l.record.Value)
	} else {
		d.Bytes = l.record.Value
	}
	return d
}

// print shows all of a letter.
func (l *letter) print(w io.Writer, asJSON bool) error {
	d := l.whole()
	if asJSON {
		return writeJSON(w, d)
	}
	t := &table{}
	t.row("letter", l.Letter)
	t.row("since", l.Since.String())
	t.row("from", fmt.Sprintf("%s, partition %d, offset %d", shown(l.Topic), l.Partition, l.Offset))
	t.row("reason", shown(l.Reason))
	t.row("detail", shown(l.Detail))
	if d.Key != nil {
		t.row("key", shown(*d.Key))
	}
	for _, h := range d.Headers {
		t.row("header", shown(h.Key), shown(h.Value))
	}
	if d.Bytes != nil {
		t.row("value", fmt.Sprintf("%d bytes, in hexadecimal: %x", len(d.Bytes), d.Bytes[:min(len(d.Bytes), 256)]))
	} else {
		t.row("value", shown(d.Value))
	}
	return t.print(w)
}
