package predict

import "testing"

var sink float64

func BenchmarkPAlive(b *testing.B) {
	for b.Loop() {
		sink = paper.PAlive(2, 30.43, 38.86)
	}
}

// BenchmarkExpected has the paper's customer; histories that need many terms, or the integral; and the greatest numbers.
func BenchmarkExpected(b *testing.B) {
	for _, c := range []struct {
		name          string
		m             BGNBD
		x, tx, T, end float64
	}{
		{"paper", paper, 2, 30.43, 38.86, 39},
		{"frequent", paper, 100, 50, 52, 39},
		{"new", paper, 0, 0, 0.1, 13},
		{"new-year", paper, 0, 0, 0, 52},
		{"new-days", BGNBD{0.164, 1.864, 1.85, 3.18}, 0, 0, 0, 365},
		{"no-dropout", BGNBD{0.734, 61.15, 1e-6, 14246}, 5, 100, 120, 30},
		{"million", paper, 1e6, 999999.5, 1e6, 39},
		{"million-long", paper, 1e6, 999999.5, 1e6, 1e6},
		{"tiny-a", BGNBD{0.5, 1e-3, 1e-6, 1e4}, 3, 1e-4, 1e-3, 1e6},
	} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				sink = c.m.Expected(c.x, c.tx, c.T, c.end)
			}
		})
	}
}

func BenchmarkMean(b *testing.B) {
	for b.Loop() {
		sink = spend.Mean(2, 50)
	}
}
