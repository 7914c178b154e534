package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/ebbstream/ebb/config"
)

// instead says what could have been meant: the nearest name first, then all there are.
func instead(found string, known []string) string {
	if len(known) == 0 {
		return "there are none"
	}
	sorted := slices.SortedFunc(slices.Values(known), func(a, b string) int {
		return cmp.Or(cmp.Compare(config.Distance(found, a), config.Distance(found, b)), strings.Compare(a, b))
	})
	list := "there are " + strings.Join(sorted, ", ")
	if len(sorted) == 1 {
		list = "there is only " + sorted[0]
	}
	if config.Distance(found, sorted[0]) <= max(1, len(found)/3) {
		return fmt.Sprintf("did you mean %s? (%s)", sorted[0], list)
	}
	return list
}
