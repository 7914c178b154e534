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

// distance counts the letters to insert, delete, replace or swap with their neighbour that turn a into b.
func distance(a, b string) int {
	rows := make([][]int, len(a)+1)
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			change := rows[i-1][j-1]
			if a[i-1] != b[j-1] {
				change++
			}
			rows[i][j] = min(change, rows[i-1][j]+1, rows[i][j-1]+1)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				rows[i][j] = min(rows[i][j], rows[i-2][j-2]+1)
			}
		}
	}
	return rows[len(a)][len(b)]
}
