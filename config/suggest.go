package config

import (
	"fmt"
	"slices"
	"strings"
)

// suggest says what to write instead of a key nobody knows: the nearest one, or all of them.
func suggest(near string, known []string) string {
	if near != "" {
		return fmt.Sprintf("did you mean %q?", near)
	}
	return "known here: " + strings.Join(slices.Sorted(slices.Values(known)), ", ")
}

// nearest is the known key that a third of wrong letters, or one, could have turned into what was found; "" if none.
func nearest(found string, known []string) string {
	best, least := "", max(1, len(found)/3)+1
	for _, k := range known {
		if d := Distance(strings.ToLower(found), k); d < least {
			best, least = k, d
		}
	}
	return best
}

// Distance counts the insertions, deletions, replacements and swaps of neighbours that turn a into b.
func Distance(a, b string) int {
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
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			rows[i][j] = min(rows[i-1][j]+1, rows[i][j-1]+1, rows[i-1][j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				rows[i][j] = min(rows[i][j], rows[i-2][j-2]+1)
			}
		}
	}
	return rows[len(a)][len(b)]
}
