package expr

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// syntaxFault is whether the checker's message is about the form of a text. Of several only the first is worth telling:
// the others come of it.
func syntaxFault(message string) bool {
	return strings.HasPrefix(message, "Syntax error: ") || strings.HasPrefix(message, "reserved identifier: ")
}

var (
	undeclared = regexp.MustCompile(`^undeclared reference to '([^']*)'(?: \(did you mean '([^']*)'\?\))?`)
	noOverload = regexp.MustCompile(`^found no matching overload for '([^']*)' applied to '(.*)'$`)
	wrongType  = regexp.MustCompile(`^expected type '(.*)' but found '(.*)'$`)
	unexpected = regexp.MustCompile(`^(?:mismatched|extraneous) input '(.*)' expecting (.*)$`)
	unread     = regexp.MustCompile(`(?s)^token recognition error at: '(.*)'$`)
	missing    = regexp.MustCompile(`^missing (\S+) at '(.*)'$`)
)

// plain says the checker's words, about the place `at` of the text, as a reader of the configuration would.
func plain(message, text string, at int) string {
	message = strings.TrimPrefix(message, "Syntax error: ")
	if word, found := strings.CutPrefix(message, "reserved identifier: "); found {
		return fmt.Sprintf("%s is a word without a meaning here: a condition stands by itself, and a choice is written `condition ? one : other`", word)
	}
	if m := undeclared.FindStringSubmatch(message); m != nil {
		return unknownName(m[1], m[2])
	}
	if m := noOverload.FindStringSubmatch(message); m != nil {
		return wrongArguments(m[1], m[2])
	}
	if m := wrongType.FindStringSubmatch(message); m != nil {
		found := typeWords(m[2])
		if m[1] == "bool" {
			return "expected true or false, found " + found + ": compare it with something"
		}
		return "expected " + typeWords(m[1]) + ", found " + found
	}
	if m := unread.FindStringSubmatch(message); m != nil {
		return unreadable(m[1])
	}
	if m := missing.FindStringSubmatch(message); m != nil {
		if m[2] == "<EOF>" {
			return fmt.Sprintf("expected %s, found the end of the expression: close what was opened", strings.Trim(m[1], "'"))
		}
		return fmt.Sprintf("expected %s before %s", strings.Trim(m[1], "'"), m[2])
	}
	if m := unexpected.FindStringSubmatch(message); m != nil {
		return misplaced(m[1], m[2], text[:min(at, len(text))])
	}
	if len(message) > 160 {
		message = strings.ToValidUTF8(message[:160], "") + "…"
	}
	return message
}

func unknownName(name, near string) string {
	_, isFunction := signatures[name]
	switch {
	case isFunction:
		return fmt.Sprintf("%s is a function: write it as %s", name, usage(name))
	case name == "e":
		return "an event has e.id, e.source, e.type, e.time and e.data; a field of its data is written like e.data.category"
	case name == "data":
		return "data is not known: in a filter, a field of the event's data is written like e.data.category"
	case name == "kafka":
		return "a record has kafka.key, kafka.topic, kafka.partition, kafka.offset, kafka.timestamp and kafka.headers"
	case name == "session":
		return `a session has session.active, session.events, session.start, session.seconds, session.count(type) and session.first(type, field)`
	case near != "":
		return fmt.Sprintf("%s is not known; did you mean %s?", name, near)
	}
	return fmt.Sprintf("%s is not known: no function or feature has this name; a text stands in quotes, as in \"%s\"", name, name)
}

// usage is how a function of ebb is written, such as count(type[, window][, filter]).
func usage(fn string) string {
	var b strings.Builder
	b.WriteString(fn + "(")
	for i, p := range signatures[fn].parts {
		optional := p == window || p == filter || p == fieldName || p == windowOnly
		if optional {
			b.WriteByte('[')
		}
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(partWords[p])
		if optional {
			b.WriteByte(']')
		}
	}
	return b.String() + ")"
}

var partWords = map[part]string{
	eventType: "type", thenType: "then_type", fieldPath: "field", fieldName: "field", halfLife: "half_life", within: "within",
	horizon: "horizon", number: "n", name: "name", interestName: "interest", segmentName: "segment", path: "path", value: "value",
	window: "window", filter: "filter", windowOnly: "window", modelType: "type",
}

var operatorNames = strings.NewReplacer("_?_:_", "?:", "@in", "in", "_[_]", "[]", "_", "")

// wrongArguments is about a function or an operator and the types it was given, such as (duration, string).
func wrongArguments(fn, types string) string {
	target, inside, _ := strings.Cut(strings.TrimSuffix(types, ")"), "(")
	args := splitTypes(inside)
	if target = strings.TrimSuffix(target, "."); target != "" {
		args = append([]string{target}, args...)
	}
	var words []string
	for _, t := range args {
		words = append(words, typeWords(t))
	}
	given := strings.Join(words, ", ")
	if given == "" {
		given = "nothing"
	}
	if _, ours := signatures[fn]; ours {
		return fmt.Sprintf("%s() was given %s; write it as %s", fn, given, usage(fn))
	}
	op := operatorNames.Replace(fn)
	if op == fn || len(args) != 2 {
		if op != fn {
			return op + " cannot be applied to " + given
		}
		return fmt.Sprintf("%s() cannot be applied to %s", fn, given)
	}
	message := fmt.Sprintf("%s cannot stand between %s and %s", op, words[0], words[1])
	is := func(kind string) bool { return strings.Contains(args[0], kind) || strings.Contains(args[1], kind) }
	compares := strings.ContainsAny(op, "<>")
	switch {
	case is("duration") && (is("string") || is("int") || is("double")):
		message += `; write a duration as days(30), hours(2) or duration("1h30m")`
	case compares && is("null"):
		message += "; whether something is null is asked with == null and != null"
	case compares && args[0] == "bool":
		message += "; join two comparisons with &&"
	}
	return message
}

// splitTypes splits a list of types at the commas outside parentheses.
func splitTypes(list string) []string {
	var all []string
	depth, from := 0, 0
	for i, r := range list {
		switch r {
		case '(':
			depth++
		case ')':
			depth--
		case ',':
			if depth == 0 {
				all = append(all, strings.TrimSpace(list[from:i]))
				from = i + 1
			}
		}
	}
	if rest := strings.TrimSpace(list[from:]); rest != "" {
		all = append(all, rest)
	}
	return all
}

// typeWords names a type of the checker.
func typeWords(t string) string {
	if inner, found := strings.CutPrefix(t, "wrapper("); found {
		return typeWords(strings.TrimSuffix(inner, ")")) + " or null"
	}
	kind, _, _ := strings.Cut(t, "(")
	if words, found := map[string]string{"bool": "true or false", "int": "an int", "double": "a double", "string": "a string",
		"duration": "a duration", "timestamp": "a time", "google.protobuf.Duration": "a duration", "google.protobuf.Timestamp": "a time",
		"list": "a list", "map": "a map", "null": "null", "null_type": "null", "dyn": "a value of any kind"}[kind]; found {
		return words
	}
	return t
}

// unreadable is about characters that are no part of the language.
func unreadable(found string) string {
	switch found = strings.TrimSpace(found); {
	case strings.HasPrefix(found, `"`) || strings.HasPrefix(found, `'`):
		return fmt.Sprintf("the text that begins with %.20s has no closing quote", found)
	case found == "=":
		return "= compares nothing: write =="
	case found == "=>" || found == "=<":
		return "the comparisons are <, <=, >, >=, == and !=; found " + found
	case found == "&" || found == "|":
		return fmt.Sprintf("%s is no operator: write %s%s", found, found, found)
	}
	return fmt.Sprintf("%s is not part of the language", found)
}

// misplaced is about a word or sign that cannot stand where it does; before is the text up to it.
func misplaced(found, expecting, before string) string {
	before = strings.TrimRight(before, " \t\n")
	last, _ := utf8.DecodeLastRuneInString(before)
	word := before[strings.LastIndexFunc(before, func(r rune) bool { return !unicode.IsLetter(r) })+1:]
	switch {
	case strings.EqualFold(found, "and"):
		return "write && instead of " + found
	case strings.EqualFold(found, "or"):
		return "write || instead of " + found
	case strings.EqualFold(word, "not"):
		return "write ! instead of " + word
	case found == ">" && last == '<':
		return "write != instead of <>"
	case found == "<EOF>" && before == "":
		return "the expression is empty"
	case found == "<EOF>":
		return fmt.Sprintf("the expression is not complete: something must follow %s", lastWord(before))
	case found == ")" && expecting == "<EOF>":
		return "there is one ) too many"
	case unicode.IsDigit(last) && expecting == "<EOF>":
		return `a number ends before a letter; a duration is written like days(30) or duration("1h30m")`
	case expecting == "<EOF>":
		return fmt.Sprintf("the expression is complete before %s: join conditions with && or ||", found)
	case expecting == "')'" || expecting == "{')', ','}":
		return fmt.Sprintf("expected , or ) before %s", found)
	}
	return found + " cannot stand here: a value was expected"
}

// lastWord is the end of a text, for a message.
func lastWord(text string) string {
	if i := strings.LastIndexAny(text, " \t\n"); i >= 0 {
		text = text[i+1:]
	}
	if len(text) > 20 {
		text = "…" + strings.ToValidUTF8(text[len(text)-20:], "")
	}
	return text
}
