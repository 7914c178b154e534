package main

import (
	"fmt"
	"io"
	"maps"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/ebbstream/ebb/operators/predict"
	"github.com/ebbstream/ebb/pipeline"
	"github.com/ebbstream/ebb/schemas"
)

// fitting is what is to be said of fitted models.
type fitting struct {
	AsOf        schemas.Instant `json:"as_of"`
	Events      int64           `json:"events"`
	TooLate     int64           `json:"too_late"` // of the events
	DeadLetters pipeline.Counts `json:"dead_letters"`
	Warnings    []string        `json:"warnings,omitempty"`
	Models      []*fittedModel  `json:"models"`
}

// fittedModel is one entry of models.
type fittedModel struct {
	Type       string             `json:"type"`
	Amount     string             `json:"amount,omitempty"`
	Unit       string             `json:"unit"`
	Per        string             `json:"per"`
	Params     map[string]float64 `json:"params"` // as they are pasted
	BGNBD      *fitted            `json:"bgnbd"`
	GammaGamma *fitted            `json:"gamma_gamma,omitempty"`
}

// fitted is one of its two models.
type fitted struct {
	Customers     int         `json:"customers"`
	RepeatBuyers  int         `json:"repeat_buyers,omitempty"` // of BG/NBD's
	LogLikelihood float64     `json:"log_likelihood"`
	Parameters    []parameter `json:"parameters"`
}

type parameter struct {
	Name  string   `json:"name"`
	Value float64  `json:"value"`
	Error *float64 `json:"standard_error"` // null: the histories do not determine it
}

func (m *fittedModel) purchases(f *predict.FittedBGNBD) {
	m.BGNBD = &fitted{f.Customers, f.Buyers, millionths(f.LogLikelihood), m.parameters([]string{"r", "alpha", "a", "b"},
		[]float64{f.R, f.Alpha, f.A, f.B}, []float64{f.Errors.R, f.Errors.Alpha, f.Errors.A, f.Errors.B})}
}

func (m *fittedModel) amounts(f *predict.FittedGammaGamma) {
	m.GammaGamma = &fitted{f.Customers, 0, millionths(f.LogLikelihood), m.parameters([]string{"p", "q", "v"},
		[]float64{f.P, f.Q, f.V}, []float64{f.Errors.P, f.Errors.Q, f.Errors.V})}
}

func (m *fittedModel) parameters(names []string, values, errors []float64) []parameter {
	var all []parameter
	for i, name := range names {
		p := parameter{Name: name, Value: pasted(values[i])}
		if !math.IsNaN(errors[i]) {
			e := pasted(errors[i])
			p.Error = &e
		}
		m.Params[name] = p.Value
		all = append(all, p)
	}
	return all
}

// pasted is a parameter to the seven digits that are printed: the likelihood could not tell more apart.
func pasted(v float64) float64 {
	short, err := strconv.ParseFloat(digits(v, 7), 64)
	if err != nil {
		return v
	}
	return short
}

func millionths(v float64) float64 { return math.Round(v*1e6) / 1e6 }

func digits(v float64, n int) string { return strconv.FormatFloat(v, 'g', n, 64) }

func (f *fitting) print(w io.Writer) error {
	t := &table{}
	t.row("as of", f.AsOf.String())
	t.row("events", fmt.Sprint(f.Events))
	if f.TooLate > 0 {
		t.row("too late", fmt.Sprintf("%d of them were left out; if the files are not in the order of time, use --sort", f.TooLate))
	}
	for _, reason := range slices.Sorted(maps.Keys(f.DeadLetters)) {
		t.row("unusable", fmt.Sprintf("%d lines: %s", f.DeadLetters[reason], reason))
	}
	for _, warning := range f.Warnings {
		t.row("warning", warning)
	}
	if err := t.print(w); err != nil {
		return err
	}
	for _, m := range f.Models {
		fmt.Fprintln(w)
		t := &table{}
		t.row(strings.ToUpper(shown(m.Type)), "PARAMETER", "VALUE", "STANDARD ERROR", "LOG-LIKELIHOOD")
		m.BGNBD.rows(t, "BG/NBD", fmt.Sprintf("of %d people, %d of whom came back", m.BGNBD.Customers, m.BGNBD.RepeatBuyers))
		if m.GammaGamma != nil {
			m.GammaGamma.rows(t, "Gamma-Gamma", fmt.Sprintf("of the repeat purchases of %d people", m.GammaGamma.Customers))
		}
		if err := t.print(w); err != nil {
			return err
		}
	}
	fmt.Fprintln(w, "\nmodels:")
	for _, m := range f.Models {
		fmt.Fprintln(w, "  "+m.yaml())
	}
	return nil
}

func (f *fitted) rows(t *table, model, of string) {
	for i, p := range f.Parameters {
		e := "not determined"
		if p.Error != nil {
			e = digits(*p.Error, 3)
		}
		switch i {
		case 0:
			t.row(model, p.Name, digits(p.Value, 7), e, strconv.FormatFloat(f.LogLikelihood, 'f', 2, 64))
		case 1:
			t.row("", p.Name, digits(p.Value, 7), e, of)
		default:
			t.row("", p.Name, digits(p.Value, 7), e)
		}
	}
}

// yaml is the entry to paste.
func (m *fittedModel) yaml() string {
	var params []string
	for _, f := range []*fitted{m.BGNBD, m.GammaGamma} {
		if f == nil {
			continue
		}
		for _, p := range f.Parameters {
			params = append(params, p.Name+": "+digits(p.Value, 7))
		}
	}
	amount := ""
	if m.Amount != "" {
		amount = "amount: " + scalar(m.Amount) + ", "
	}
	return fmt.Sprintf("%s: {%sunit: %s, per: %s, params: {%s}}", scalar(m.Type), amount, m.Unit, m.Per, strings.Join(params, ", "))
}

var bare = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_.]*$`)

// scalar is a text as YAML.
func scalar(text string) string {
	if bare.MatchString(text) && text != "true" && text != "false" && text != "null" {
		return text
	}
	return strconv.Quote(text)
}
