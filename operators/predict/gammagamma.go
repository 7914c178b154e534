package predict

import "math"

// GammaGamma holds the parameters of the Gamma-Gamma model of spending by Fader and Hardie, "The Gamma-Gamma Model of
// Monetary Value", 2013 (brucehardie.com/notes/025): a customer's purchases are Gamma(P, ν), of mean P/ν, and
// ν ~ Gamma(Q, V). V is in the unit of money; P and Q have no unit.
type GammaGamma struct{ P, Q, V float64 }

// Spending is the repeat purchases of one customer: X of them, greater than 0, of Mean money each, greater than 0.
type Spending struct{ X, Mean float64 }

// Check returns an error that names the first parameter which is not positive and finite.
func (m GammaGamma) Check() error {
	return checkPositive("Gamma-Gamma", []string{"p", "q", "v"}, m.P, m.Q, m.V)
}

// Mean returns the expected money of a purchase of a customer whose x repeat purchases came to sum in total,
// P·(V+sum)/(P·x+Q-1): equation (5) of the paper. Without purchases (x = 0, sum = 0) it is the mean of the population,
// P·V/(Q-1). The mean is undefined, and NaN is returned, where P·x+Q <= 1 (for x = 0, a Q up to 1), and for a negative x
// or sum.
func (m GammaGamma) Mean(x, sum float64) float64 {
	d := m.P*x + m.Q - 1
	if !(d > 0) || !(x >= 0) || !(sum >= 0) {
		return math.NaN()
	}
	return m.P * (m.V + sum) / d
}

// LogLikelihood returns the sum over the customers of ln of the density of their Mean given X, equation (1a) of the paper.
// It is NaN if one of the numbers is not greater than 0.
func (m GammaGamma) LogLikelihood(customers []Spending) float64 {
	var sum compensated
	for _, c := range customers {
		sum.add(m.logLikelihood(c))
	}
	return sum.value()
}

func (m GammaGamma) logLikelihood(c Spending) float64 {
	if !(c.X > 0) || !(c.Mean > 0) {
		return math.NaN()
	}
	// 1/(Mean · B(P·X, Q)) · (V/(V+total))^Q · (total/(V+total))^(P·X)
	shape, ratio := m.P*c.X, c.X*c.Mean/m.V
	return -logBeta(shape, m.Q) - math.Log(c.Mean) - m.Q*math.Log1p(ratio) - shape*math.Log1p(1/ratio)
}
