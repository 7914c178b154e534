package predict

import (
	"encoding/csv"
	"os"
	"strconv"
	"testing"
)

var (
	paper     = BGNBD{R: 0.243, Alpha: 4.414, A: 0.793, B: 2.426} // CDNOW in weeks
	spend     = GammaGamma{P: 6.25, Q: 3.74, V: 15.44}            // CDNOW in dollars
	lifetimes = BGNBD{R: 0.1638509019, Alpha: 1.86428077, A: 1.850343095, B: 3.181058796}
	retail    = BGNBD{R: 0.7342022989, Alpha: 61.15109621, A: 1.070571914e-06, B: 14245.95093}
)

// table reads a file of testdata without its header; what is no number is 0.
func table(t testing.TB, name string) [][]float64 {
	t.Helper()
	file, err := os.Open("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	lines, err := csv.NewReader(file).ReadAll()
	if err != nil || len(lines) < 2 {
		t.Fatal(name, len(lines), err)
	}
	var rows [][]float64
	for _, line := range lines[1:] {
		row := make([]float64, len(line))
		for i, field := range line {
			row[i], _ = strconv.ParseFloat(field, 64)
		}
		rows = append(rows, row)
	}
	return rows
}
