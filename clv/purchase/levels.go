package purchase

import (
	"math/rand/v2"
)

// Columns of an account by which its level is known, in the order of LevelColumns.
const (
	ColumnSegment  = "segment"
	ColumnIndustry = "industry"
	ColumnSize     = "size"
	ColumnChannel  = "channel"
)

// LevelColumns are the categorical columns of an account by which order models differ.
var LevelColumns = []string{ColumnSegment, ColumnIndustry, ColumnSize, ColumnChannel}

// ByLevel is an order model for every combination of an account's levels: the Design says how levels become
// covariates, Fit what the covariates do. It is a value that JSON takes and gives back to the last bit, all but
// the law that Draws draws from. Without covariates it is one model for all.
type ByLevel struct {
	Design Design
	Fit    CovariateFit
	// Spread is the standard deviation over levels of the effects on ordering and on leaving, by column: what the
	// effects were shrunk by.
	Spread [2][]float64
}

// Plain tells that the levels make no difference: there is one model for all.
func (b ByLevel) Plain() bool { return len(b.Fit.Names) == 0 }

// Model is the order model of an account with the given levels, in the order of Design.Columns. A level that the
// design does not know counts as one of the rare ones, or as the base of its column where there were none; a
// column that is missing as the level "".
func (b ByLevel) Model(levels []string) Model {
	return b.at(b.Design.Values(levels))
}

func (b ByLevel) at(values []float64) Model {
	for _, v := range values {
		if v != 0 {
			return b.Fit.At(values)
		}
	}
	return b.Fit.Model // to the last bit
}

// Pattern numbers the models, from 0 to below Patterns: accounts with the same number have the same model. The
// number says nothing under another design.
func (b ByLevel) Pattern(levels []string) int {
	pattern := 0
	for i, c := range b.Design.Columns {
		level := ""
		if i < len(levels) {
			level = levels[i]
		}
		pattern = pattern*c.codes() + c.code(level)
	}
	return pattern
}

// Patterns is how many models there may be.
func (b ByLevel) Patterns() int {
	n := 1
	for _, c := range b.Design.Columns {
		n *= c.codes()
	}
	return n
}

// ModelOf is the order model of a pattern.
func (b ByLevel) ModelOf(pattern int) Model {
	columns := b.Design.Columns
	codes := make([]int, len(columns))
	for i := len(columns) - 1; i >= 0; i-- {
		n := columns[i].codes()
		codes[i], pattern = pattern%n, pattern/n
	}
	var values []float64
	for i, c := range columns {
		own := make([]float64, c.codes()-1)
		if codes[i] > 0 {
			own[codes[i]-1] = 1
		}
		values = append(values, own...)
	}
	return b.at(values)
}

// Draws gives k of them whose parameters and effects are drawn from their joint law; none where the law is not
// known, as after reading one from JSON.
func (b ByLevel) Draws(k int, rng *rand.Rand) []ByLevel {
	var out []ByLevel
	for _, fit := range b.Fit.Draws(k, rng) {
		d := b
		d.Fit = fit
		out = append(out, d)
	}
	return out
}
