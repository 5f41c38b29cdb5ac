package spend

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"postlift"
	"postlift/clv/fitting"
)

// Banded is a spend model for each band of x: where customers who order often spend differently an order,
// one population for all would pull both kinds to the wrong mean. Band i holds x from From[i] to below
// From[i+1]; a customer without orders belongs to the first.
type Banded struct {
	From   []int
	Models []Model
}

func (b Banded) of(o Observation) Model {
	i := len(b.From) - 1
	for i > 0 && b.From[i] > o.X {
		i--
	}
	return b.Models[i]
}

// Name is the name of the bands' model with "-banded".
func (b Banded) Name() string { return b.Models[0].Name() + suffixBanded }

// Params lists from.1 (the band's lowest x) and the parameters of the first band with ".1", then those of the
// second, and so on.
func (b Banded) Params() []fitting.Param {
	var out []fitting.Param
	for i, m := range b.Models {
		out = append(out, fitting.Param{Name: bandName("from", i), Value: float64(b.From[i])})
		for _, p := range m.Params() {
			out = append(out, fitting.Param{Name: bandName(p.Name, i), Value: p.Value})
		}
	}
	return out
}

// MeanSpend is that of the customer's band.
func (b Banded) MeanSpend(o Observation) float64 { return b.of(o).MeanSpend(o) }

// Spread is that of the customer's band.
func (b Banded) Spread(o Observation) (mean, order float64) { return b.of(o).Spread(o) }

// LogScore is that of the customer's band.
func (b Banded) LogScore(o, next Observation) float64 { return b.of(o).LogScore(o, next) }

func bandName(param string, band int) string { return param + "." + strconv.Itoa(band+1) }

// newBanded reads the parameters that Banded.Params lists.
func newBanded(base string, params map[string]float64) (Model, error) {
	names := ParamNames(base)
	if names == nil {
		return nil, Unknown(base + suffixBanded)
	}
	var b Banded
	for i := 0; ; i++ {
		from, ok := params[bandName("from", i)]
		if !ok && i > 0 {
			return b, nil
		}
		if !ok || from != math.Trunc(from) || !(from >= 0 && from < 1e9) || i > 0 && int(from) <= b.From[i-1] {
			return nil, postlift.Faultf(postlift.Invalid, "spend.New",
				"model %s needs from.1, from.2, …: the lowest number of repeat orders of each band, whole and ascending", base+suffixBanded)
		}
		own := map[string]float64{}
		for _, n := range names {
			if v, ok := params[bandName(n, i)]; ok {
				own[n] = v
			}
		}
		m, err := New(base, own)
		if err != nil {
			return nil, postlift.Wrap("spend.New", "band "+strconv.Itoa(i+1)+": "+postlift.UserText(err), err)
		}
		b.From, b.Models = append(b.From, int(from)), append(b.Models, m)
	}
}

// bandCustomers is how many customers a band needs at least.
const bandCustomers = 2 * fitting.FewAccounts

// bandStarts lays out bands of doubling x (1, 2-3, 4-7, …), each with customers enough: a thin band joins the
// one above it, a thin rest the one below.
func bandStarts(obs []Observation) []int {
	counts := map[int]int{}
	top := 1
	for _, o := range obs {
		from := 1
		for from <= o.X/2 {
			from *= 2
		}
		counts[from]++
		top = max(top, from)
	}
	starts, held := []int{}, 0
	for from, first := 1, 1; from <= top && from > 0; from *= 2 {
		held += counts[from]
		if held >= bandCustomers {
			starts = append(starts, first)
			held, first = 0, from*2
		}
	}
	return starts
}

// fitBanded fits the model band by band, each pulled towards the fit of all; plain is that fit, and stays
// where there are no two bands.
func fitBanded(name string, obs []Observation, scale float64, plain Fitted) Fitted {
	starts := bandStarts(obs)
	if len(starts) < 2 {
		return plain
	}
	b := Banded{From: starts}
	fit := Fitted{Correlation: plain.Correlation, Stats: fitting.Stats{SE: map[string]float64{}}}
	for i, from := range starts {
		band := slices.DeleteFunc(slices.Clone(obs), func(o Observation) bool {
			return o.X < from || i+1 < len(starts) && o.X >= starts[i+1]
		})
		part := bandProblem(name, band, scale).solve(&pull{centre: bandCentre(plain, scale), sd: fitting.PriorSD(float64(len(band)))})
		b.Models = append(b.Models, part.Model)
		fit.parts = append(fit.parts, part.parts...)
		for p, se := range part.SE {
			fit.SE[bandName(p, i)] = se
		}
		fit.LogLikelihood += part.LogLikelihood
		fit.Observations += part.Observations
		fit.Rows += part.Rows
		fit.Flags = mergeFlags(fit.Flags, part.Flags)
	}
	fit.Model, fit.PriorUsed = b, true
	fit.Flags = mergeFlags(fit.Flags, []string{FlagBanded})
	return fit
}

func bandProblem(name string, obs []Observation, scale float64) problem {
	if name == ModelLogNormal {
		return logNormalProblem(obs, math.Log(scale))
	}
	return gammaGammaProblem(obs, scale, true)
}

// bandCentre is the fit of all customers in the search parameters of a band.
func bandCentre(plain Fitted, scale float64) []float64 {
	switch m := plain.Model.(type) {
	case GammaGamma:
		return []float64{math.Log(m.P), math.Log(max(m.Q-1, meanShapeFloor)), math.Log(m.Gamma / scale)}
	case LogNormal:
		return []float64{m.Mu - math.Log(scale), math.Log(m.Tau), math.Log(m.Sigma)}
	}
	return nil
}

// BaseName is the model's name without "-banded".
func BaseName(name string) string { return strings.TrimSuffix(name, suffixBanded) }
