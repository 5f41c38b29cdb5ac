package spend

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"slices"
	"strings"

	"postlift"
	"postlift/clv/fitting"
)

// FlagLevelFewAccounts says that the factor of at least one level rests on fewer than fitting.FewAccounts
// customers.
const FlagLevelFewAccounts = "level_few_accounts"

// LevelFactor is how many times as much as the base an order is worth at a level.
type LevelFactor struct {
	Level     string  `json:"level"`
	Factor    float64 `json:"factor"`
	Raw       float64 `json:"raw"`      // not shrunk
	LogSD     float64 `json:"log_sd"`   // of the factor's log
	Customers int     `json:"accounts"` // with repeat orders of a known value
}

// ByLevel is a spend model whose values are on a scale of their own at every level (a segment): at a level with
// the factor f an order is worth f times what the base says of values divided by f. It is a value that JSON takes
// and gives back to the last bit.
type ByLevel struct {
	Base    Model
	Factors []LevelFactor // sorted by level
}

// Plain tells that the levels make no difference: there is one model for all.
func (b ByLevel) Plain() bool { return len(b.Factors) == 0 }

// Factor is that of a level, 1 for one that is not known.
func (b ByLevel) Factor(level string) float64 {
	if i, ok := b.find(level); ok {
		return b.Factors[i].Factor
	}
	return 1
}

func (b ByLevel) find(level string) (int, bool) {
	return slices.BinarySearchFunc(b.Factors, level, func(f LevelFactor, l string) int { return strings.Compare(f.Level, l) })
}

// Pattern numbers the models, from 0, the base, to len(Factors): the level's place among Factors, from 1.
func (b ByLevel) Pattern(level string) int {
	if i, ok := b.find(level); ok {
		return i + 1
	}
	return 0
}

// Model is the spend model of a customer at a level. The models of this package have a parameter of scale, so it
// is one of the base's kind.
func (b ByLevel) Model(level string) Model { return scaled(b.Base, b.Factor(level)) }

// scaled is the model of values that are factor times as large.
func scaled(m Model, factor float64) Model {
	if factor == 1 {
		return m // to the last bit
	}
	switch m := m.(type) {
	case GammaGamma:
		m.Gamma *= factor
		return m
	case LogNormal:
		m.Mu += math.Log(factor)
		return m
	case Banded:
		models := make([]Model, len(m.Models))
		for i := range models {
			models[i] = scaled(m.Models[i], factor)
		}
		return Banded{From: m.From, Models: models}
	}
	return m
}

// byLevelForm is the published form of a ByLevel.
type byLevelForm struct {
	Model   string             `json:"model"`
	Params  map[string]float64 `json:"params"` // of the base
	Factors []LevelFactor      `json:"factors"`
}

// MarshalJSON gives everything that Model needs.
func (b ByLevel) MarshalJSON() ([]byte, error) {
	if b.Base == nil {
		return []byte("null"), nil
	}
	form := byLevelForm{Model: b.Base.Name(), Params: fitting.ParamMap(b.Base.Params()), Factors: b.Factors}
	if form.Factors == nil {
		form.Factors = []LevelFactor{}
	}
	return json.Marshal(form)
}

// UnmarshalJSON reads what MarshalJSON wrote; impossible parameters and factors are an Invalid fault.
func (b *ByLevel) UnmarshalJSON(text []byte) error {
	if string(text) == "null" {
		return nil
	}
	var form byLevelForm
	if err := json.Unmarshal(text, &form); err != nil {
		return err
	}
	base, err := New(form.Model, form.Params)
	if err != nil {
		return err
	}
	for i, f := range form.Factors {
		if !(f.Factor >= leastFactor && f.Factor <= 1/leastFactor) || i > 0 && f.Level <= form.Factors[i-1].Level {
			return postlift.Faultf(postlift.Invalid, "spend.ByLevel",
				"level %q has the factor %g: factors lie between %g and %g, one for each level, sorted by level", f.Level, f.Factor, leastFactor, 1/leastFactor)
		}
	}
	*b = ByLevel{Base: base, Factors: form.Factors}
	return nil
}

// FittedByLevel is a fitted ByLevel.
type FittedByLevel struct {
	ByLevel
	Fit    Fitted  // of the base, on values divided by their factors
	Spread float64 // standard deviation of the factors' logs over levels: what they were shrunk by
	Flags  []string
}

// Draws gives k plausible ones: the base from its law, the factors from theirs.
func (f FittedByLevel) Draws(k int, rng *rand.Rand) []ByLevel {
	out := make([]ByLevel, 0, max(k, 0))
	for _, base := range f.Fit.Draws(k, rng) {
		d := ByLevel{Base: base, Factors: slices.Clone(f.Factors)}
		for i := range d.Factors {
			log := math.Log(d.Factors[i].Factor) + d.Factors[i].LogSD*rng.NormFloat64()
			d.Factors[i].Factor = min(max(math.Exp(log), leastFactor), 1/leastFactor)
		}
		out = append(out, d)
	}
	return out
}
