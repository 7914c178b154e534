package state

// Names are the texts that a plan knows beforehand and profiles repeat: segments, event types, fields, sources. A known
// one is written as its number. The list is part of the Layout, so that old numbers keep their meaning.
type Names struct {
	List  []string
	index map[string]int
}

// NewNames numbers texts in their order; repeated ones keep their first number.
func NewNames(list ...string) *Names {
	n := &Names{index: make(map[string]int, len(list))}
	for _, text := range list {
		if _, found := n.index[text]; !found {
			n.index[text] = len(n.List)
			n.List = append(n.List, text)
		}
	}
	return n
}

// Number is the number of a text, or -1.
func (n *Names) Number(text string) int {
	if i, found := n.index[text]; found {
		return i
	}
	return -1
}

// append writes 1 + the number of a known text, or 0 and the text.
func (n *Names) append(b []byte, text string) []byte {
	if i, found := n.index[text]; found {
		return appendUint(b, uint64(i)+1)
	}
	return appendText(append(b, 0), text)
}

// appendName writes a text of which the number, or -1, is known.
func appendName(b []byte, number int, text string) []byte {
	if number >= 0 {
		return appendUint(b, uint64(number)+1)
	}
	return appendText(append(b, 0), text)
}

// name reads a text that Names wrote.
func (r *Reader) name() string {
	switch i := r.uint(); {
	case i == 0:
		return r.text()
	case i <= uint64(len(r.names)):
		return r.names[i-1]
	}
	r.fail()
	return ""
}

// skipText passes over a text that Names wrote, whether its number is known or not.
func (r *Reader) skipText() {
	if r.uint() == 0 {
		r.bytes()
	}
}

func (r *Reader) skipName() {
	switch i := r.uint(); {
	case i == 0:
		r.bytes()
	case i > uint64(len(r.names)):
		r.fail()
	}
}
