package web

import (
	"html/template"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"postlift"
	"postlift/clv"
	"postlift/clv/backtest"
	"postlift/clv/scoring"
)

// backtestYears is how far back a backtest may lie to be shown.
const backtestYears = 5

// modelsData is what the values rest on and how well it has foretold.
type modelsData struct {
	Run      scoring.Run
	Models   []modelLine
	Choice   *scoring.Choice
	Backtest *scoring.StoredBacktest // nil: there is none
	Why      string                  // sentence
	Horizons []horizonTable
	Tracking template.HTML
	Lift     template.HTML
	Checks   []calibrationCheck
}

// modelLine is one fitted model.
type modelLine struct {
	Role   string // what it answers
	Class  string // of contracts; "" for all
	Name   string
	Basis  int // customers, decisions, accounts or contracts
	Params []param
	Share  *float64 // that it gives on average; nil: it gives no share
	Flags  []string
}

type param struct {
	Name  string
	Value float64
}

func (s *staff) models(c *gin.Context) {
	run, ok := s.published(c)
	if !ok {
		return
	}
	data := modelsData{Run: run, Models: modelLines(&run.Params), Choice: run.Metrics.Choice}
	found, err := s.insights.LatestBacktest(c.Request.Context(), run.AsOf.AddMonths(-12*backtestYears), run.AsOf)
	switch {
	case err == nil:
		data.Backtest = &found
		s.tested(&data, languageOf(c))
	case postlift.KindOf(err) != postlift.NotFound:
		s.fail(c, err)
		return
	}
	s.render(c, http.StatusOK, "clv_models", view{Title: "models.title", Nav: "clv", Data: data})
}

// modelLines lists every fitted model of a portfolio.
func modelLines(p *clv.PortfolioFit) []modelLine {
	var lines []modelLine
	if o := p.Orders; o != nil {
		lines = append(lines, modelLine{Role: "orders", Name: o.Model, Basis: o.Customers, Params: params(o.Params), Flags: o.Flags})
		if v := o.Spend; v != nil {
			lines = append(lines, modelLine{Role: "spend", Name: v.Model, Basis: v.Customers, Params: params(v.Params), Flags: v.Flags})
		}
	}
	for _, class := range slices.Sorted(maps.Keys(p.Renewals)) {
		r := p.Renewals[class]
		lines = append(lines, modelLine{Role: "renewals", Class: class, Name: r.Model, Basis: r.Decisions, Params: params(r.Params), Flags: r.Flags})
	}
	if m := p.Prices; m != nil {
		lines = append(lines, modelLine{Role: "prices", Basis: m.Contracts, Flags: m.Flags})
	}
	if m := p.Volumes; m != nil {
		lines = append(lines, modelLine{Role: "volumes", Basis: m.Expansion.Contracts, Flags: union(m.Expansion.Flags, m.Contraction.Flags, m.ExpansionSize.Flags, m.ContractionSize.Flags)})
	}
	if m := p.EarlyEnds; m != nil {
		lines = append(lines, modelLine{Role: "early", Basis: m.Contracts, Flags: m.Flags})
	}
	if m := p.Development; m != nil {
		lines = append(lines, modelLine{Role: "development", Basis: len(m.Groups), Flags: m.Flags})
	}
	if m := p.Ordering; m != nil {
		lines = append(lines, modelLine{Role: "ordering", Basis: len(m.Groups), Flags: m.Flags})
	}
	if m := p.Margin; m != nil {
		lines = append(lines, modelLine{Role: "margin", Basis: m.Accounts, Share: &m.Mean, Flags: m.Flags})
	}
	return lines
}

func params(of map[string]float64) []param {
	var list []param
	for _, name := range slices.Sorted(maps.Keys(of)) {
		list = append(list, param{name, of[name]})
	}
	return list
}

// union joins lists of flags, each flag once.
func union(lists ...[]string) []string {
	var all []string
	for _, list := range lists {
		for _, flag := range list {
			if !slices.Contains(all, flag) {
				all = append(all, flag)
			}
		}
	}
	return all
}

// horizonTable is how all predictions did over one horizon.
type horizonTable struct {
	Horizon backtest.Horizon
	Lines   []horizonLine
}

type horizonLine struct {
	backtest.Summary
	Chosen bool
	Best   bool // smallest mean absolute error
}

// calibrationCheck compares probabilities of one horizon with what happened.
type calibrationCheck struct {
	backtest.Reliability
	Picture template.HTML
}

// tested fills in what the backtest says.
func (s *staff) tested(data *modelsData, lang string) {
	r := &data.Backtest.Report
	data.Why = s.whyChosen(r.Choice, lang)
	for i := range r.Models {
		m := r.Models[i]
		if n := len(data.Horizons); n == 0 || data.Horizons[n-1].Horizon != m.Horizon {
			data.Horizons = append(data.Horizons, horizonTable{Horizon: m.Horizon})
		}
		t := &data.Horizons[len(data.Horizons)-1]
		t.Lines = append(t.Lines, horizonLine{Summary: m, Chosen: m.Model == r.Choice.Key})
	}
	for _, t := range data.Horizons {
		best := slices.MinFunc(t.Lines, func(a, b horizonLine) int { return compare(a.MAE, b.MAE) })
		for i := range t.Lines {
			t.Lines[i].Best = t.Lines[i].MAE == best.MAE
		}
	}
	data.Tracking, data.Lift = s.trackingPicture(r, lang), s.liftPicture(r, lang)
	for i, one := range r.Reliability {
		data.Checks = append(data.Checks, calibrationCheck{one, s.calibrationPicture(i, one, lang)})
	}
}

func compare(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// whyChosen says in the reader's language why the model was chosen.
func (s *staff) whyChosen(c backtest.Choice, lang string) string {
	t, p := s.texts[lang], picture{lang: lang}
	w := c.Why
	model := t.model(c.Key)
	if w.Reason == backtest.ReasonDefault {
		return t.get("why.default", model)
	}
	parts := []string{t.get("why.base", model, p.count(float64(w.Tests)), p.count(float64(w.Customers)), decimal(w.Score, 4, lang))}
	switch w.Reason {
	case backtest.ReasonOnly:
		parts = append(parts, t.get("why.only"))
	case backtest.ReasonWithinNoise:
		parts = append(parts, t.get("why.noise", t.model(w.Best), decimal(w.Behind, 4, lang), decimal(w.BehindSE, 4, lang)))
	default:
		parts = append(parts, t.get("why.best"))
	}
	if w.Next != "" && w.Reason != backtest.ReasonOnly {
		parts = append(parts, t.get("why.next", t.model(w.Next), decimal(w.Ahead, 4, lang), decimal(w.AheadSE, 4, lang)))
	}
	parts = append(parts, t.levels("why.levels", c.Levels, c.ByLevel, lang)...)
	parts = append(parts, t.levels("why.spendlevels", c.SpendLevels, c.SpendByLevel, lang)...)
	return strings.Join(parts, " ")
}

// levels says what fitting by the accounts' features gained, and whether it is used; nothing where it was not tried.
func (t texts) levels(prefix string, used bool, gain *backtest.LevelGain, lang string) []string {
	if gain == nil {
		return nil
	}
	key := prefix + ".unused"
	if used {
		key = prefix + ".used"
	}
	return []string{t.get(key, decimal(gain.Gain, 4, lang), decimal(gain.SE, 4, lang))}
}

// model names a model or baseline; one with a fixed regularity ends in it, as in "mbgcnbd-2", one fitted by the
// accounts' features in "+levels".
func (t texts) model(key string) string {
	if plain, ok := strings.CutSuffix(key, "+levels"); ok {
		return t.get("model.bylevel", t.model(plain))
	}
	if name, ok := t["model."+key]; ok {
		return name
	}
	if base, k, ok := strings.Cut(key, "-"); ok {
		if name, ok := t["model."+base]; ok {
			return name + ", k = " + k
		}
	}
	return key
}

// Model names a model or baseline.
func (v *view) Model(key string) string { return v.texts.model(key) }

// Length writes a horizon.
func (v *view) Length(h backtest.Horizon) string { return v.texts.length("length", h) }

// Within writes a horizon after "within", in which German bends it.
func (v *view) Within(h backtest.Horizon) string { return v.texts.length("within", h) }

func (t texts) length(prefix string, h backtest.Horizon) string {
	switch {
	case h.Days == 0:
		return t.get(prefix+".months", h.Months)
	case h.Months == 0:
		return t.get(prefix+".days", h.Days)
	}
	return t.get(prefix+".both", h.Months, h.Days)
}
