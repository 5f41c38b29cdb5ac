package main

import (
	"encoding/json"
	"os"
	"slices"

	"postlift"
	"postlift/clv/purchase"
	"postlift/clv/spend"
)

// namedModel is a model as clv fit --json writes it: its parameters stand there to the last bit.
type namedModel struct {
	Model  string             `json:"model"`
	Params map[string]float64 `json:"params"`
}

// fitFile is what predictions need of the answer of clv fit --json.
type fitFile struct {
	namedModel
	Spend       *namedModel      `json:"spend"`
	Covariates  *covariateAnswer `json:"covariates"`
	SegmentedBy string           `json:"segment_column"`
	Source      *fitSource       `json:"source"`
	Segments    []struct {
		Segment string `json:"segment"`
		namedModel
	} `json:"segments"`
}

// fromFit reads what clv fit --json wrote.
func (j *predictJob) fromFit() error {
	raw, err := os.ReadFile(j.fit)
	if err != nil {
		return postlift.Faultf(postlift.Invalid, "clv predict", "--fit: the file does not open: %v", err)
	}
	var fit fitFile
	if err := json.Unmarshal(raw, &fit); err != nil || fit.Model == "" {
		return postlift.Faultf(postlift.Invalid, "clv predict", "--fit %s is not the answer of postlift clv fit --json: it has no model", j.fit)
	}
	j.made = fit.Source
	if j.modelGiven && j.model != fit.Model {
		return postlift.Faultf(postlift.Invalid, "clv predict", "--model %s, but %s holds a fit of %s: leave --model out", j.model, j.fit, fit.Model)
	}
	if j.orderModel, err = purchase.New(fit.Model, fit.Params); err != nil {
		return err
	}
	if j.levels, err = fit.choose(j.use, j.fit); err != nil || fit.Spend == nil {
		return err
	}
	j.spendModel, err = spend.New(fit.Spend.Model, fit.Spend.Params)
	return err
}

// Words of --use: which of the models of a fit predict.
const (
	useCovariates = "covariates"
	useSegments   = "segments"
	usePortfolio  = "portfolio"
)

// choose gives the models that the word of --use asks for; without a word the most telling ones that the fit
// holds. Nil means that one model predicts for all.
func (f fitFile) choose(use, path string) (*levelModels, error) {
	if use == "" {
		switch {
		case f.Covariates != nil:
			use = useCovariates
		case len(f.Segments) > 0:
			use = useSegments
		default:
			use = usePortfolio
		}
	}
	lacks := func(flag string) error {
		return postlift.Faultf(postlift.Invalid, "clv predict", "--use %s, but %s holds none: it was made without --%s", use, path, flag)
	}
	switch use {
	case usePortfolio:
		return nil, nil
	case useCovariates:
		if f.Covariates == nil {
			return nil, lacks("covariates")
		}
		return f.Covariates.models(path)
	case useSegments:
		if len(f.Segments) == 0 {
			return nil, lacks("segment")
		}
		return f.segmentModels()
	}
	return nil, postlift.Faultf(postlift.Invalid, "clv predict", "--use is %q: %s, %s or %s are possible", use, useCovariates, useSegments, usePortfolio)
}

// models are the customers' models under the effects of their columns.
func (c *covariateAnswer) models(path string) (*levelModels, error) {
	base, err := purchase.New(c.Model, c.Base)
	if err != nil {
		return nil, err
	}
	var design purchase.Design
	out := newLevelModels(useCovariates)
	for _, d := range c.Columns {
		levels := slices.Sorted(slices.Values(d.Levels))
		design.Columns = append(design.Columns, purchase.Column{Name: d.Name, Base: d.Base, Levels: levels, Other: d.Other})
		out.column(d.Name, d.Other, slices.Concat(levels, d.Rare, []string{d.Base}))
	}
	fit := purchase.CovariateFit{Model: base, Names: design.Names()}
	for _, part := range []struct {
		from []effect
		to   *[]purchase.Effect
	}{{c.Orders, &fit.Orders}, {c.Leaving, &fit.Leaving}} {
		for _, e := range part.from {
			*part.to = append(*part.to, purchase.Effect(e))
		}
		if !slices.EqualFunc(*part.to, fit.Names, func(e purchase.Effect, name string) bool { return e.Name == name }) {
			return nil, postlift.Faultf(postlift.Invalid, "clv predict",
				"--fit %s: the effects %v do not belong to the columns, which have %v: make the fit anew", path, names(*part.to), fit.Names)
		}
	}
	out.at = func(levels []string) (string, func() purchase.Model) {
		values := design.Values(levels)
		return pattern(values), func() purchase.Model { return fit.At(values) }
	}
	return out, nil
}

func names(effects []purchase.Effect) []string {
	var out []string
	for _, e := range effects {
		out = append(out, e.Name)
	}
	return out
}

// pattern is a key for a vector of zeros and ones.
func pattern(values []float64) string {
	b := make([]byte, len(values))
	for i, v := range values {
		b[i] = '0'
		if v != 0 {
			b[i] = '1'
		}
	}
	return string(b)
}

// segmentModels are the models of the segments; customers of a segment that was not fitted get the portfolio's.
func (f fitFile) segmentModels() (*levelModels, error) {
	if f.SegmentedBy == "" {
		return nil, postlift.Faultf(postlift.Invalid, "clv predict", "the fit does not say by which column its segments are told apart (segment_column): make the fit anew")
	}
	models := map[string]purchase.Model{}
	var known []string
	for _, s := range f.Segments {
		m, err := purchase.New(s.Model, s.Params)
		if err != nil {
			return nil, postlift.Wrap("clv predict", "segment "+orNone(s.Segment)+": "+postlift.UserText(err), err)
		}
		models[s.Segment], known = m, append(known, s.Segment)
	}
	out := newLevelModels(useSegments)
	out.column(f.SegmentedBy, false, known)
	out.at = func(levels []string) (string, func() purchase.Model) {
		if m := models[levels[0]]; m != nil {
			return levels[0], func() purchase.Model { return m }
		}
		return "", nil
	}
	return out, nil
}
