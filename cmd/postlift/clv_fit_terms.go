package main

import (
	"slices"

	"postlift/clv/renewal"
)

// termAnswer is the fit of the contracts of one class of terms, drawn towards those of the others.
type termAnswer struct {
	Term     string             `json:"term"` // short, annual or long
	Model    string             `json:"model"`
	Params   map[string]float64 `json:"params"`
	FirstEnd float64            `json:"first_end"` // share that ends at the first renewal
	Survival []float64          `json:"survival"`  // share still there after 0, 1, 2, … renewals
	renewal.Info
}

// termSurvival is over how many renewals the answer of a class goes.
const termSurvival = 10

// fitTerms fits contracts by class of term; nothing where all of them are of one class.
func fitTerms(byMonths map[int]*renewal.Table) ([]termAnswer, error) {
	cells := map[renewal.Cell]*renewal.Table{}
	for months, t := range byMonths {
		cell := renewal.Cell{Term: renewal.TermClass(months)}
		if cells[cell] == nil {
			cells[cell] = &renewal.Table{}
		}
		for i := range t.Ended {
			for _, d := range []struct {
				renewed bool
				n       int
			}{{false, t.Ended[i]}, {true, t.Renewed[i]}} {
				if err := cells[cell].Add(i+1, d.renewed, d.n); err != nil {
					return nil, err
				}
			}
		}
	}
	if len(cells) < 2 {
		return nil, nil
	}
	fit, err := renewal.FitCells(cells)
	if err != nil {
		return nil, err
	}
	var out []termAnswer
	for _, term := range renewal.TermClasses {
		if cells[renewal.Cell{Term: term}] == nil {
			continue
		}
		m, info := fit.Model(renewal.Cell{Term: term})
		answer := termAnswer{Term: term, Model: m.Name(), Params: map[string]float64{}, FirstEnd: 1 - renewal.Survival(m, 1), Info: info}
		for _, p := range m.Params() {
			answer.Params[p.Name] = p.Value
		}
		for n := range termSurvival + 1 {
			answer.Survival = append(answer.Survival, renewal.Survival(m, n))
		}
		out = append(out, answer)
	}
	return slices.Clip(out), nil
}

// termFlags are the flags of the fits by term.
func termFlags(r *renewalAnswer) []modelFlags {
	if r == nil {
		return nil
	}
	var out []modelFlags
	for _, t := range r.ByTerm {
		out = append(out, modelFlags{"renewals " + t.Term, t.Flags})
	}
	return out
}
