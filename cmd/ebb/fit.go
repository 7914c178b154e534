package main

import (
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/ebbstream/ebb/operators/catalog"
	"github.com/ebbstream/ebb/operators/predict"
	"github.com/ebbstream/ebb/pipeline"
	"github.com/ebbstream/ebb/schemas"
	"github.com/ebbstream/ebb/state"
)

func fitCommand() *cobra.Command {
	var file, model, asOf, topic string
	var asJSON bool
	survey := &pipeline.Survey{Memory: 1 << 30, AsOf: schemas.Never}
	cmd := &cobra.Command{
		Use:   "fit -c FILE --input FILES...",
		Short: "Fit the models of repeat purchases and of their amounts to events from files",
		Long: `Fit the models of repeat purchases and of their amounts to events from files.

For each entry of models, or the one that --model names, the parameters are found under which the histories in the files
are likeliest: of BG/NBD (r, alpha, a, b), and of Gamma-Gamma (p, q, v) if the entry has an amount. What the entry says of
amount, unit and per holds; its params may be missing. A history is counted as p_alive counts it, up to the final instant: give
that as --as-of, or it is the time of the last event. Events are read as ebb replay reads them: those too late are left out
(--sort helps an export that is out of order), and who was erased is forgotten.

Printed are the parameters, their standard errors and the log-likelihoods, then the YAML to paste. A parameter that is "not
determined" could be a factor of twenty greater or less and explain the histories as well; its value may still be used.`,
		Example: `  ebb fit -c shop.yaml --input 2025.jsonl.gz --model purchase --as-of 2026-01-01T00:00:00Z`,
		Args:    cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			survey.Inputs = append(survey.Inputs, args...) // --input a b c
			if len(survey.Inputs) == 0 {
				return asked("no input given: use --input FILE")
			}
			s, err := loadWith(file, (*catalog.Blocks).Assume)
			if err != nil {
				return err
			}
			types, err := modelled(s, file, model)
			if err != nil {
				return err
			}
			if s.catalog, err = histories(s, types); err != nil {
				return err
			}
			survey.Catalog = s.catalog
			if topic != "" {
				if survey.Mapped, err = mappedFiles(s, file, topic); err != nil {
					return err
				}
			}
			if asOf != "" {
				if survey.AsOf, err = instant("as-of", asOf); err != nil {
					return err
				}
			}
			if err := checkInputs(survey.Inputs, topic != ""); err != nil {
				return err
			}
			bar := progress(cmd.ErrOrStderr())
			survey.Progress = bar.show
			f, err := fit(cmd, s, survey, types)
			bar.end()
			if err != nil {
				return err
			}
			if asJSON {
				return writeJSON(cmd.OutOrStdout(), f)
			}
			return f.print(cmd.OutOrStdout())
		},
	}
	f := cmd.Flags()
	configFlag(cmd, &file)
	f.StringArrayVar(&survey.Inputs, "input", nil, "a `file` of events; may be repeated; - is standard input")
	f.StringVar(&model, "model", "", "fit the model of this event `type` only")
	f.StringVar(&asOf, "as-of", "", "the final instant: later events are left out (default: the last event's time)")
	f.StringVar(&topic, "source", "", "the inputs are records of this `topic`, and become events by its map")
	f.BoolVar(&survey.Sort, "sort", false, "order the events by time first")
	f.BoolVar(&asJSON, "json", false, "print JSON")
	completes(cmd, "input", slices.Concat(events, tables)...)
	return cmd
}

// modelled are the event types whose models are asked for.
func modelled(s *settings, file, model string) ([]string, error) {
	types := s.blocks.Modelled()
	switch {
	case len(types) == 0:
		return nil, asked("there is no model in %s to fit: add one, such as `models: {purchase: {amount: amount, unit: week}}`", file)
	case model == "":
		return types, nil
	case !slices.Contains(types, model):
		return nil, asked("there is no model of %q in %s: %s", model, file, instead(model, types))
	}
	return []string{model}, nil
}

// histories compiles what is to be kept of the events for the models.
func histories(s *settings, types []string) (*catalog.Catalog, error) {
	compiled, faults := catalog.Compile(s.blocks.Histories(types), s.setting())
	if len(faults) > 0 {
		return nil, fmt.Errorf("the models: %s", faults[0].Message)
	}
	return compiled, nil
}

// fit reads the histories, and finds the parameters of each model.
func fit(cmd *cobra.Command, s *settings, survey *pipeline.Survey, types []string) (*fitting, error) {
	repeats, spendings := make([][]predict.Repeats, len(types)), make([][]predict.Spending, len(types))
	read, err := survey.Run(cmd.Context(), func(c *catalog.Chain, p *state.Profile, final schemas.Instant) {
		for i, typ := range types {
			r, spent, found := c.Purchases(p, typ, final)
			if !found {
				continue
			}
			repeats[i] = append(repeats[i], r)
			if spent.X > 0 {
				spendings[i] = append(spendings[i], spent)
			}
		}
	})
	if err != nil {
		return nil, fmt.Errorf("reading the histories: %w", err)
	}
	f := &fitting{Events: read.Events, AsOf: read.Final, TooLate: read.TooLate, DeadLetters: read.DeadLetters, Warnings: read.Warnings}
	for i, typ := range types {
		if len(repeats[i]) == 0 {
			return nil, fmt.Errorf("fitting models.%s: none of the %d events is a %q that could be used", typ, read.Events, typ)
		}
		c := s.blocks.Models[typ]
		m := &fittedModel{Type: typ, Amount: c.Amount, Unit: c.Unit, Per: c.Per, Params: map[string]float64{}}
		bgnbd, err := predict.FitBGNBD(repeats[i])
		if err != nil {
			return nil, fmt.Errorf("fitting models.%s to %d people: %w", typ, len(repeats[i]), err)
		}
		m.purchases(bgnbd)
		if c.Amount != "" {
			money, err := predict.FitGammaGamma(spendings[i])
			if err != nil {
				return nil, fmt.Errorf("fitting models.%s, whose amount is %q: %w", typ, c.Amount, err)
			}
			m.amounts(money)
		}
		f.Models = append(f.Models, m)
	}
	return f, nil
}
