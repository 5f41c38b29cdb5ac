package learning

import (
	"math"
	"slices"
)

// CalibrationOrders is how many orders that came in as expected a calibration factor begins with: few real ones move
// it little.
const CalibrationOrders = 20.0

// LeverageCap is the share of a campaign's information that one unit carries at most; of small campaigns
// LeverageUnits by the number of units.
const (
	LeverageCap   = .01
	LeverageUnits = 5.0
)

// What the variance begins with: orders at random times whose values vary as much as their mean have phi 2, and that
// counts as much as priorUnits units with an outcome.
const (
	priorPhi   = 2.0
	priorUnits = 10.0
)

// smallestBasket is the share of the median basket below which a basket is not believed: it would make an account
// count as many certain orders.
const smallestBasket = .25

// Diagnostics tell how a campaign's rows were made.
type Diagnostics struct {
	Accounts    int `json:"accounts"`             // given
	Rows        int `json:"rows"`                 // taught with: groups, or accounts that were tried out
	KeyAccounts int `json:"key_accounts"`         // left out, as they were always mailed
	Certain     int `json:"certain"`              // left out, as nothing was drawn about them
	NoBaseline  int `json:"without_baseline"`     // left out, as nothing was expected of them
	NoBasket    int `json:"baskets_unknown"`      // rows with the median basket
	SmallBasket int `json:"baskets_raised"`       // rows whose basket was raised to a quarter of the median
	Capped      int `json:"influence_capped"`     // rows that would have carried too much of the information
	Orders      int `json:"rows_with_an_outcome"` // whose margin is not zero

	Calibration []Calibration `json:"calibration"`
	Covariate   float64       `json:"covariate"` // g: margin of the window for each unit of margin of the year before
	Phi         float64       `json:"phi"`       // of Var eps = phi · b · basket, as used
	PhiRaw      float64       `json:"phi_found"` // before shrinkage; 0 where no margin came in
}

// Calibration is how the baseline turned out in one role. Factors are margin realised by margin expected.
type Calibration struct {
	Role     string  `json:"role,omitzero"`
	Controls int     `json:"controls"`
	Mailed   int     `json:"mailed"`
	Expected float64 `json:"expected_orders"`     // of the controls, by baseline and basket
	Raw      float64 `json:"controls_found"`      // of the controls, as found; 0 without any
	Factor   float64 `json:"controls_calibrated"` // k0, shrunk
	With     float64 `json:"mailed_calibrated"`   // k1, shrunk
}

// fillBaskets gives every unit the basket of its accounts, where none is known the median.
func (d *Diagnostics) fillBaskets(units []unit) {
	var known []float64
	for i := range units {
		if u := &units[i]; u.known > 0 {
			u.basket /= u.known
			known = append(known, u.basket)
		}
	}
	slices.Sort(known)
	median := 0.
	if len(known) > 0 {
		median = known[len(known)/2]
	}
	for i := range units {
		u := &units[i]
		switch {
		case u.known > 0 && u.basket >= smallestBasket*median:
		case u.known > 0:
			d.SmallBasket++
			u.basket = smallestBasket * median
		default:
			d.NoBasket++
			if u.basket = median; median == 0 {
				u.basket = u.Baseline // one order in the window
			}
		}
	}
}

// sums of outcome and baseline in numbers of orders.
type sums struct {
	n                  int
	realised, expected float64
}

func (s *sums) add(u *unit) {
	s.n++
	s.realised += u.outcome / u.basket
	s.expected += u.Baseline / u.basket
}

// factor is realised by expected, drawn towards another.
func (s sums) factor(towards float64) float64 {
	return (s.realised + CalibrationOrders*towards) / (s.expected + CalibrationOrders)
}

// calibrate finds k0 and k1 of each role, and with them the residuals.
func (d *Diagnostics) calibrate(units []unit, priorLift float64) {
	var all [2]sums
	roles := map[string]*[2]sums{}
	var names []string
	for i := range units {
		u := &units[i]
		if roles[u.role] == nil {
			roles[u.role] = new([2]sums)
			names = append(names, u.role)
		}
		arm := 0
		if u.Assigned {
			arm = 1
		}
		all[arm].add(u)
		roles[u.role][arm].add(u)
	}
	without := all[0].factor(1)
	with := all[1].factor(without + priorLift)
	slices.Sort(names)
	found := map[string]Calibration{}
	for _, name := range names {
		s := roles[name]
		c := Calibration{Role: name, Controls: s[0].n, Mailed: s[1].n, Expected: s[0].expected, Factor: s[0].factor(without), With: s[1].factor(with)}
		if s[0].expected > 0 {
			c.Raw = s[0].realised / s[0].expected
		}
		found[name] = c
		d.Calibration = append(d.Calibration, c)
	}
	for i := range units {
		u := &units[i]
		c := found[u.role]
		u.Residual = u.outcome - ((1-u.Propensity)*c.Factor+u.Propensity*c.With)*u.Baseline
		if u.outcome != 0 {
			d.Orders++
		}
	}
}

// adjust takes out of the residuals what the year before explains beyond the baseline: a regression pooled over both
// arms, weighted like the model's, drawn towards none by as much as CalibrationOrders orders.
func (d *Diagnostics) adjust(units []unit) {
	var pre, expected float64
	for i := range units {
		pre += units[i].pre / units[i].basket
		expected += units[i].Baseline / units[i].basket
	}
	slope := pre / expected
	more := func(u *unit) float64 { return u.pre - slope*u.Baseline }
	var xx, xy, arm, share float64 // and of the treatment, as its difference must not be taken out
	for i := range units {
		u := &units[i]
		v, w := u.Baseline*u.basket, u.w()*u.Baseline
		xx += more(u) * more(u) / v
		xy += more(u) * u.Residual / v
		arm += w * w / v
		share += w * more(u) / v
	}
	if !(xx > 0) {
		return
	}
	var lifted float64 // (W-e)·b explains its own part of the residuals first
	for i := range units {
		u := &units[i]
		lifted += u.w() * u.Baseline * u.Residual / (u.Baseline * u.basket)
	}
	if own := xx - share*share/arm; arm > 0 && own > 1e-9*xx {
		xy, xx = xy-share*lifted/arm, own
	}
	d.Covariate = xy / (xx * (1 + CalibrationOrders/float64(len(units))))
	for i := range units {
		units[i].Residual -= d.Covariate * more(&units[i])
	}
}

// disperse finds phi and gives every unit its variance.
func (d *Diagnostics) disperse(units []unit) {
	var score, information, lifted float64
	for i := range units {
		u := &units[i]
		information += u.w() * u.w() * u.Baseline / u.basket
		lifted += u.w() * u.Residual / u.basket
	}
	for i := range units {
		u := &units[i]
		s := u.w() * (u.Residual - u.w()*u.Baseline*lifted/information) / u.basket
		score += s * s
	}
	n := float64(d.Orders)
	d.Phi = priorPhi
	if d.Orders > 0 && information > 0 {
		d.PhiRaw = score / information
		d.Phi = (n*d.PhiRaw + priorUnits*priorPhi) / (n + priorUnits)
	}
	for i := range units {
		units[i].Variance = d.Phi * units[i].Baseline * units[i].basket
	}
}

// bound raises the variance of units that would carry more than their share of the information. What is judged was
// known before anybody was mailed, so that no result is treated by how it turned out.
func (d *Diagnostics) bound(units []unit) {
	most := math.Max(LeverageCap, LeverageUnits/float64(len(units)))
	if most >= 1 {
		return
	}
	information := func(u *unit) float64 {
		return u.Propensity * (1 - u.Propensity) * u.Baseline * u.Baseline / u.Variance
	}
	capped := map[int]bool{}
	for range 4 { // what is taken from one raises the shares of the others
		var all float64
		for i := range units {
			all += information(&units[i])
		}
		changed := false
		for i := range units {
			if share := information(&units[i]) / all; share > most*(1+1e-9) {
				units[i].Variance *= share / most
				capped[i], changed = true, true
			}
		}
		if !changed {
			break
		}
	}
	d.Capped = len(capped)
}
