package segments

import (
	"math"

	"postlift"
)

// Stage is where an account stands in its life as a customer.
type Stage string

// The stages.
const (
	Prospect Stage = "prospect"
	New      Stage = "new"
	Growing  Stage = "growing"
	Mature   Stage = "mature"
	AtRisk   Stage = "at_risk"
	Lapsed   Stage = "lapsed"
	Lost     Stage = "lost"
)

// Stages lists the stages in the order of a customer's life.
func Stages() []Stage { return []Stage{Prospect, New, Growing, Mature, AtRisk, Lapsed, Lost} }

// Reason is the rule that gave a stage.
type Reason string

// The reasons.
const (
	NeverBought    Reason = "never_bought"
	ContractEnded  Reason = "contract_ended"
	LowProbability Reason = "low_probability"
	LongSilence    Reason = "long_silence"
	NoticeGiven    Reason = "notice_given"
	Declining      Reason = "declining"
	Young          Reason = "young"
	Rising         Reason = "rising"
	Steady         Reason = "steady"
)

// Facts are what the stage of an account rests on. NaN means unknown.
type Facts struct {
	Orders        int     // order days ever
	Contracts     int     // contracts ever
	UnderContract bool    // at least one contract runs
	NoticeGiven   bool    // contracts run, and notice is given to every one of them
	PActive       float64 // probability of ordering still or being under contract
	AgeMonths     float64 // since the first order or the start of the first contract
	SilentMonths  float64 // since the last order or the end of the last contract
	Trend         float64 // revenue of the last 12 months by that of the 12 months before, less 1
}

// Limits are the thresholds of the stages.
type Limits struct {
	Lost    float64 // PActive below it: lost
	Lapsed  float64 // below it: lapsed
	AtRisk  float64 // below it: at risk
	Decline float64 // a fall of revenue by this share: at risk
	Growth  float64 // a rise of revenue by this share: growing

	NewMonths          float64 // younger: new
	SilentLapsedMonths float64 // silent for so long after a single order: lapsed
	SilentLostMonths   float64 // and lost
	EndedLostMonths    float64 // so long after the last contract ended, without an order: lost
}

// DefaultLimits are the limits in use unless settings say otherwise.
var DefaultLimits = Limits{
	Lost: .1, Lapsed: .35, AtRisk: .7, Decline: .3, Growth: .15,
	NewMonths: 12, SilentLapsedMonths: 24, SilentLostMonths: 48, EndedLostMonths: 24,
}

// Check refuses limits that contradict each other, naming them.
func (l Limits) Check() error {
	if !(l.Lost >= 0 && l.Lost <= l.Lapsed && l.Lapsed <= l.AtRisk && l.AtRisk <= 1) {
		return postlift.Faultf(postlift.Invalid, "segments.Limits",
			"the probabilities of lost %g, lapsed %g and at risk %g must lie between 0 and 1, in this order", l.Lost, l.Lapsed, l.AtRisk)
	}
	if !(l.Decline > 0 && l.Decline <= 1 && l.Growth > 0) {
		return postlift.Faultf(postlift.Invalid, "segments.Limits",
			"a decline of %g and a growth of %g: both are shares above 0, a decline at most 1", l.Decline, l.Growth)
	}
	if !(l.NewMonths >= 0 && l.EndedLostMonths >= 0 && l.SilentLapsedMonths >= 0 && l.SilentLostMonths >= l.SilentLapsedMonths) {
		return postlift.Faultf(postlift.Invalid, "segments.Limits",
			"months of new %g, of silence until lapsed %g and lost %g, and after a contract %g must not be negative, and lapsed comes before lost",
			l.NewMonths, l.SilentLapsedMonths, l.SilentLostMonths, l.EndedLostMonths)
	}
	return nil
}

// StageOf gives the one stage of an account, and the rule that decided. The first rule that holds counts:
//
//  1. Neither an order nor a contract ever: prospect.
//  2. No running contract and no order ever, so the last contract ended: lost after EndedLostMonths, lapsed
//     before.
//  3. No running contract and a single order, or PActive unknown: lost or lapsed after SilentLostMonths or
//     SilentLapsedMonths of silence. One order shows no rhythm, and some models take such a customer for
//     active forever.
//  4. No running contract: lost where PActive is below Lost, lapsed below Lapsed.
//  5. Notice given to every running contract, PActive below AtRisk, or revenue fallen by Decline or more: at
//     risk.
//  6. Younger than NewMonths: new.
//  7. Revenue risen by Growth or more: growing.
//  8. Else mature.
func StageOf(f Facts, l Limits) (Stage, Reason) {
	if f.Orders < 1 && f.Contracts < 1 && !f.UnderContract {
		return Prospect, NeverBought
	}
	if !f.UnderContract {
		if s, why := goneStage(f, l); s != "" {
			return s, why
		}
	}
	switch {
	case f.NoticeGiven && f.UnderContract:
		return AtRisk, NoticeGiven
	case f.PActive < l.AtRisk:
		return AtRisk, LowProbability
	case f.Trend <= -l.Decline:
		return AtRisk, Declining
	case f.AgeMonths < l.NewMonths:
		return New, Young
	case f.Trend >= l.Growth:
		return Growing, Rising
	}
	return Mature, Steady
}

// goneStage applies rules 2 to 4 to an account without a running contract; "" where none holds.
func goneStage(f Facts, l Limits) (Stage, Reason) {
	switch {
	case f.Orders < 1 && f.SilentMonths >= l.EndedLostMonths:
		return Lost, ContractEnded
	case f.Orders < 1:
		return Lapsed, ContractEnded
	}
	if f.Orders == 1 || math.IsNaN(f.PActive) {
		switch {
		case f.SilentMonths >= l.SilentLostMonths:
			return Lost, LongSilence
		case f.SilentMonths >= l.SilentLapsedMonths:
			return Lapsed, LongSilence
		}
	}
	switch {
	case f.PActive < l.Lost:
		return Lost, LowProbability
	case f.PActive < l.Lapsed:
		return Lapsed, LowProbability
	}
	return "", ""
}
