package predict

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

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

// BenchmarkMillionPAlive asks for P(alive) of a million customers, those of CDNOW over and over. One op is the million.
func BenchmarkMillionPAlive(b *testing.B) {
	histories, _ := cdnow(b)
	for b.Loop() {
		sum := 0.0
		for i := range 1_000_000 {
			c := histories[i%len(histories)]
			sum += paper.PAlive(c.X, c.Tx, c.T)
		}
		sink = sum
	}
}

// BenchmarkFit has as many customers as its name says, all different, and Gamma-Gamma those of CDNOW.
func BenchmarkFit(b *testing.B) {
	for _, n := range []int{2_000, 100_000} {
		random := rand.New(rand.NewPCG(7, 8))
		histories := make([]Repeats, n)
		for i := range histories {
			histories[i] = paper.customer(random, 20+20*random.Float64())
		}
		b.Run(fmt.Sprintf("bgnbd-%d", n), func(b *testing.B) {
			for b.Loop() {
				if _, err := FitBGNBD(histories); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	_, spendings := cdnow(b)
	b.Run("gamma-gamma-946", func(b *testing.B) {
		for b.Loop() {
			if _, err := FitGammaGamma(spendings); err != nil {
				b.Fatal(err)
			}
		}
	})
}
