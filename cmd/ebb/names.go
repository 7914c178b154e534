package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// instead says what could have been meant: the nearest name first, then all there are.
func instead(found string, known []string) string {
	if len(known) == 0 {
		return "there are none"
	}
	sorted := slices.SortedFunc(slices.Values(known), func(a, b string) int {
		return cmp.Or(cmp.Compare(distance(found, a), distance(found, b)), strings.Compare(a, b))
	})
	list := "there are " + strings.Join(sorted, ", ")
	if len(sorted) == 1 {
		list = "there is only " + sorted[0]
	}
	if distance(found, sorted[0]) <= max(1, len(found)/3) {
		return fmt.Sprintf("did you mean %s? (%s)", sorted[0], list)
	}
	return list
}

// distance counts the letters to insert, delete or replace that turn a into b.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}
