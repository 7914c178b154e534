package predict

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/optimize"
)

// likelihood is the log-likelihood of some customers at parameters, which are all positive; gradient gets its derivatives.
type likelihood func(parameters, gradient []float64) float64

// peak is where a likelihood is greatest.
type peak struct {
	at     []float64
	errors []float64 // standard errors; NaN where the data do not determine the parameter
}

const (
	// Logarithms of parameters stay within this bound, about a factor of 10^13; beyond it nothing changes.
	farthest = 30
	// A direction in the logarithms in which the information is less, so that moving by a factor of e^100 costs half a unit
	// of log-likelihood, counts as having that much: its own could as well be rounding.
	leastInformation = 1e-4
	// A peak may be flat; a ridge that rises to both sides, by more than rounding, is none.
	saddle = -0.01
	// A logarithm with a greater standard error, a factor of 20, says nothing.
	greatestError = 3
	// So much log-likelihood, by its quadratic approximation, may lie above a peak: 0.0014 standard errors away.
	leastGain = 1e-6
)

// climb finds the greatest likelihood of n customers by the method of Broyden, Fletcher, Goldfarb and Shanno in the logarithms
// of the parameters, from each start, and takes the best. Standard errors are those of the observed information, the
// negative Hessian there, by the delta method: that of a parameter is the parameter times that of its logarithm.
func climb(model string, names []string, n int, l likelihood, starts ...[]float64) (*peak, error) {
	s := &slope{l: l, n: float64(n), names: names}
	problem := optimize.Problem{
		Func: func(logs []float64) float64 { return s.at(logs) },
		Grad: func(gradient, logs []float64) {
			s.at(logs)
			for i, g := range s.gradient {
				if gradient[i] = g; bounded(logs[i]) != logs[i] {
					gradient[i] = 0
				}
			}
		},
	}
	// Where the likelihood only nears a greatest value, as a parameter goes to 0 or on and on, each step gains a part of what
	// the step before gained: that ends where no more than 1e-9 of log-likelihood is in it. What is minimised is a mean.
	settings := &optimize.Settings{GradientThreshold: 1e-12, MajorIterations: 2000,
		Converger: &optimize.FunctionConverge{Absolute: max(1e-9/float64(n), 1e-15), Iterations: 5}}
	var best []float64
	least := math.Inf(1)
	for _, start := range starts {
		logs := make([]float64, len(start))
		for i, p := range start {
			logs[i] = math.Log(p)
		}
		// An error may be a line search that rounding ends close to the peak: what it found is judged below.
		found, err := optimize.Minimize(problem, logs, settings, &optimize.BFGS{})
		if found == nil {
			return nil, fmt.Errorf("fitting %s: %w", model, err)
		}
		if found.F < least {
			best, least = found.X, found.F
		}
	}
	if best == nil {
		return nil, fmt.Errorf("fitting %s did not converge: the likelihood is undefined where it began", model)
	}
	p, err := s.judge(best)
	if err != nil {
		return nil, fmt.Errorf("fitting %s did not converge: %w; histories that are few or much alike may have no likeliest parameters", model, err)
	}
	return p, nil
}

// slope is a likelihood as it is minimised: its negative mean over the customers, in the logarithms.
type slope struct {
	l     likelihood
	n     float64
	names []string

	logs, parameters []float64 // of the values below
	value            float64
	gradient         []float64
}

func (s *slope) at(logs []float64) float64 {
	if s.logs == nil {
		s.logs, s.parameters, s.gradient = make([]float64, len(logs)), make([]float64, len(logs)), make([]float64, len(logs))
	} else if equal(s.logs, logs) {
		return s.value
	}
	copy(s.logs, logs)
	for i, v := range logs {
		s.parameters[i] = math.Exp(bounded(v))
	}
	s.value = -s.l(s.parameters, s.gradient) / s.n
	for i := range s.gradient {
		s.gradient[i] *= -s.parameters[i] / s.n
	}
	return s.value
}

func bounded(log float64) float64 { return max(-farthest, min(farthest, log)) }

func equal(a, b []float64) bool {
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// judge tells whether a point is a peak, and how sharp it is.
func (s *slope) judge(logs []float64) (*peak, error) {
	for i, v := range logs {
		logs[i] = bounded(v)
	}
	s.at(logs)
	for i, v := range logs {
		if math.Abs(v) == farthest && math.Abs(s.gradient[i])*s.n > 1e-3 { // at a limit that it nears it would be level
			return nil, fmt.Errorf("the more extreme the parameter %s, the likelier are these histories (it came to %.3g)", s.names[i], math.Exp(v))
		}
	}
	p := &peak{at: append([]float64{}, s.parameters...)}
	gradient := mat.NewVecDense(len(logs), append([]float64{}, s.gradient...))
	var eigen mat.EigenSym
	if !eigen.Factorize(s.hessian(logs), true) {
		return nil, fmt.Errorf("its second derivatives are not numbers")
	}
	var vectors mat.Dense
	eigen.VectorsTo(&vectors)
	gain, variances := 0.0, make([]float64, len(logs))
	for k, information := range eigen.Values(nil) {
		if information *= s.n; information < saddle {
			return nil, fmt.Errorf("it ended on a saddle")
		}
		information = max(information, leastInformation)
		steep := s.n * mat.Dot(vectors.ColView(k), gradient)
		gain += steep * steep / (2 * information)
		for i := range variances {
			v := vectors.At(i, k)
			variances[i] += v * v / information
		}
	}
	if !(gain <= leastGain) {
		return nil, fmt.Errorf("it ended about %.2g below the greatest log-likelihood", gain)
	}
	for i, variance := range variances {
		e := p.at[i] * math.Sqrt(variance)
		if variance > greatestError*greatestError {
			e = math.NaN()
		}
		p.errors = append(p.errors, e)
	}
	return p, nil
}

// hessian is made of central differences of the gradient.
func (s *slope) hessian(logs []float64) *mat.SymDense {
	const step = 1e-4
	n := len(logs)
	rows := make([][]float64, n)
	moved := append([]float64{}, logs...)
	for i := range logs {
		moved[i] = logs[i] + step
		s.at(moved)
		rows[i] = append([]float64{}, s.gradient...)
		moved[i] = logs[i] - step
		s.at(moved)
		for j, g := range s.gradient {
			rows[i][j] = (rows[i][j] - g) / (2 * step)
		}
		moved[i] = logs[i]
	}
	h := mat.NewSymDense(n, nil)
	for i := range n {
		for j := i; j < n; j++ {
			h.SetSym(i, j, (rows[i][j]+rows[j][i])/2)
		}
	}
	return h
}
