package purchase

import (
	"encoding/json"
	"math"

	"postlift"
	"postlift/clv/fitting"
)

// byLevelForm is the published form of a ByLevel.
type byLevelForm struct {
	Model         string             `json:"model"`
	Params        map[string]float64 `json:"params"` // of an account at the base level of every column
	SE            map[string]float64 `json:"se"`
	Columns       []columnForm       `json:"columns"`
	Names         []string           `json:"names"`
	Orders        []effectForm       `json:"orders"`
	Leaving       []effectForm       `json:"leaving"`
	SpreadOrders  []float64          `json:"spread_orders"`
	SpreadLeaving []float64          `json:"spread_leaving"`
	Few           []string           `json:"few"`
	Gain          float64            `json:"likelihood_ratio"`
	Freedom       int                `json:"degrees_of_freedom"`
	Chance        float64            `json:"p_value"`
	LogLikelihood float64            `json:"log_likelihood"`
	Observations  int                `json:"accounts"`
	Rows          int                `json:"rows"`
	PriorUsed     bool               `json:"prior_used"`
	Flags         []string           `json:"flags"`
	Without       withoutForm        `json:"without"`
}

type columnForm struct {
	Name   string   `json:"name"`
	Base   string   `json:"base"`
	Levels []string `json:"levels"`
	Other  bool     `json:"other"`
}

type effectForm struct {
	Name  string  `json:"name"`
	Value float64 `json:"value"`
	SE    float64 `json:"se"`
}

type withoutForm struct {
	Model         string             `json:"model"`
	Params        map[string]float64 `json:"params"`
	LogLikelihood float64            `json:"log_likelihood"`
	Flags         []string           `json:"flags"`
}

// MarshalJSON gives everything that Model needs, and what a reader wants to know of the fit.
func (b ByLevel) MarshalJSON() ([]byte, error) {
	f := b.Fit
	if f.Model == nil || f.Without.Model == nil {
		return []byte("null"), nil
	}
	form := byLevelForm{Model: f.Model.Name(), Params: fitting.ParamMap(f.Model.Params()), SE: f.SE,
		Columns: []columnForm{}, Names: fitting.Listed(f.Names), Orders: effectForms(f.Orders), Leaving: effectForms(f.Leaving),
		SpreadOrders: b.Spread[0], SpreadLeaving: b.Spread[1], Few: fitting.Listed(f.Few), Gain: f.Gain, Freedom: f.Freedom,
		Chance: f.Chance, LogLikelihood: f.LogLikelihood, Observations: f.Observations, Rows: f.Rows, PriorUsed: f.PriorUsed,
		Flags: fitting.Listed(f.Flags), Without: withoutForm{Model: f.Without.Model.Name(), Params: fitting.ParamMap(f.Without.Model.Params()),
			LogLikelihood: f.Without.LogLikelihood, Flags: fitting.Listed(f.Without.Flags)}}
	for _, c := range b.Design.Columns {
		form.Columns = append(form.Columns, columnForm{c.Name, c.Base, fitting.Listed(c.Levels), c.Other})
	}
	return json.Marshal(form)
}

func effectForms(effects []Effect) []effectForm {
	out := make([]effectForm, len(effects))
	for i, e := range effects {
		out[i] = effectForm(e)
	}
	return out
}

// UnmarshalJSON reads what MarshalJSON wrote. Impossible parameters, and effects that do not fit the columns, are
// an Invalid fault.
func (b *ByLevel) UnmarshalJSON(text []byte) error {
	if string(text) == "null" {
		return nil
	}
	var form byLevelForm
	if err := json.Unmarshal(text, &form); err != nil {
		return err
	}
	model, err := New(form.Model, form.Params)
	if err != nil {
		return err
	}
	without, err := New(form.Without.Model, form.Without.Params)
	if err != nil {
		return err
	}
	out := ByLevel{Spread: [2][]float64{form.SpreadOrders, form.SpreadLeaving}}
	for _, c := range form.Columns {
		out.Design.Columns = append(out.Design.Columns, Column(c))
	}
	f := CovariateFit{Model: model, Names: form.Names, Few: form.Few, Gain: form.Gain, Freedom: form.Freedom, Chance: form.Chance}
	f.Stats = fitting.Stats{SE: form.SE, LogLikelihood: form.LogLikelihood, Observations: form.Observations, Rows: form.Rows,
		PriorUsed: form.PriorUsed, Flags: form.Flags}
	f.Without = Fitted{Model: without, Stats: fitting.Stats{LogLikelihood: form.Without.LogLikelihood, Flags: form.Without.Flags}}
	if f.Orders, err = readEffects(form.Orders, out.Design); err != nil {
		return err
	}
	if f.Leaving, err = readEffects(form.Leaving, out.Design); err != nil {
		return err
	}
	out.Fit = f
	*b = out
	return nil
}

func readEffects(forms []effectForm, d Design) ([]Effect, error) {
	names := d.Names()
	if len(forms) != len(names) {
		return nil, postlift.Faultf(postlift.Invalid, "purchase.ByLevel",
			"a model by level has %d effects for %d levels: each level beside the base of its column needs one", len(forms), len(names))
	}
	var out []Effect
	for i, e := range forms {
		if e.Name != names[i] || !(math.Abs(e.Value) <= 100) {
			return nil, postlift.Faultf(postlift.Invalid, "purchase.ByLevel",
				"effect %d of a model by level is %g of %s: it must be a number within 100 of 0, of %s", i+1, e.Value, e.Name, names[i])
		}
		out = append(out, Effect(e))
	}
	return out, nil
}
