package campaigns

import (
	"fmt"

	"postlift"
	"postlift/campaigns/budget"
	"postlift/campaigns/draw"
	"postlift/campaigns/experiment"
	"postlift/campaigns/planner"
)

// analysisVersion names the analysis that a plan registers; it changes with the estimators.
const analysisVersion = 4

// Record is the analysis registered before anybody is mailed. It is frozen with the plan; whatever is
// computed otherwise later is exploratory.
type Record struct {
	Unit            string         `json:"unit"`      // the randomisation unit
	Arms            []string       `json:"arms"`      // as assigned, whatever was delivered
	Treatment       string         `json:"treatment"` // of the assigned: letter, or letter_and_call
	Metric          string         `json:"metric"`    // the one primary metric
	Covariate       string         `json:"covariate"` // known before the draw
	Estimator       string         `json:"estimator"` // that decides, as package experiment names it; "": nobody is held out
	Estimand        string         `json:"estimand"`  // what it estimates, in words
	LeftOut         []string       `json:"left_out"`  // roles that the estimate leaves out
	Alpha           float64        `json:"alpha"`
	WindowDays      int            `json:"window_days"` // from the in-home date, for both arms
	Readings        string         `json:"readings"`
	ReadingDays     []int          `json:"reading_days"` // after the in-home date: when the secondary metrics are read
	Secondary       []string       `json:"secondary_metrics"`
	AnalysisVersion int            `json:"analysis_version"`
	HoldoutShare    float64        `json:"holdout_share"`
	Propensity      float64        `json:"propensity"` // of being mailed, for every group that was drawn from
	Design          PlanDesign     `json:"design"`
	WaveDays        int            `json:"wave_days,omitempty"` // from one wave to the next
	Strata          []draw.Stratum `json:"strata"`
	GlobalControl   float64        `json:"global_control_share"`
	KeyAccounts     *KeyShare      `json:"key_accounts,omitempty"` // left out of the estimate
	Exploration     Exploration    `json:"exploration"`
	Selection       Selection      `json:"selection"`
	Lift            float64        `json:"expected_lift"` // the average behind the ranking
	LiftSource      string         `json:"lift_source"`
	PieceCost       postlift.Money `json:"piece_cost"` // the average of a letter where there is a tariff
	Tariff          *budget.Tariff `json:"tariff,omitempty"`
	BaselineDays    int            `json:"baseline_days"`   // the score's own window, scaled to WindowDays
	Trust           *planner.Trust `json:"trust,omitempty"` // of the interval, simulated on the audience's own past; none: nobody is held out
	ScepticSD       float64        `json:"sceptic_lift_sd"` // of the sceptical belief beside the interval: a lift of zero with this deviation
	Versions        PlanVersions   `json:"versions"`
	Policy          Policy         `json:"policy"`
}

// ScepticSD is the deviation of the sceptical belief that stands beside an interval: before the result, the lift of the
// baseline margin is taken to be zero give or take 15 %. Measured lifts of letters to customers are mostly below that, so
// that a result has to be precise before the belief follows it.
const ScepticSD = .15

// Selection is how far the plan went, and where it stopped.
type Selection struct {
	Mode     string          `json:"mode"`
	Top      int             `json:"top,omitempty"`
	MinValue *postlift.Money `json:"min_value,omitempty"`
	Budget   *postlift.Money `json:"budget,omitempty"`
	Pieces   int             `json:"max_pieces,omitempty"`
	Taken    int             `json:"accounts"`           // planned by the selection
	CutRank  int             `json:"cut_rank"`           // the last rank that was planned
	NextUnit postlift.Money  `json:"value_of_next_unit"` // expected net value of one more unit of money; 0 where no budget binds
}

// ReadingDays are the registered days after in-home on which a run is read beside the end of its window.
func ReadingDays() []int { return []int{30, 90, 180, 365} }

// SecondaryMetrics are registered beside the one that decides. They are read on ReadingDays and decide nothing.
func SecondaryMetrics() []string {
	return []string{"orders", "renewal at the first opportunity", "restricted mean active time", "realised margin", "projected residual value"}
}

func (in *PlanInput) record(d Definition, baselineDays int, plan Plan) Record {
	estimator, estimand := plan.Design.reading(d)
	return Record{
		Unit: "group_key", Arms: []string{Assigned, HeldOut}, Treatment: orDefault(d.Treatment, TreatmentLetter),
		Metric:    "realised margin in the window, summed by group, net of the campaign's cost",
		Covariate: "margin of the 12 months before the plan's date",
		Estimator: estimator, Estimand: estimand, LeftOut: OutsideEstimate(),
		Alpha: .05, WindowDays: d.WindowDays,
		Readings:    "one, when the window is over; earlier ones are interim",
		ReadingDays: ReadingDays(), Secondary: SecondaryMetrics(),
		AnalysisVersion: analysisVersion,
		HoldoutShare:    plan.Design.Share, Propensity: 1 - plan.Design.Share, Design: plan.Design, WaveDays: d.WaveDays, Strata: plan.Strata,
		GlobalControl: in.GlobalControl, KeyAccounts: plan.keyShare(in), Exploration: plan.Explored, Selection: in.selection(plan),
		Lift: in.averageLift(), LiftSource: in.liftSource(), PieceCost: in.pieceCost(plan), Tariff: in.Tariff, BaselineDays: baselineDays, ScepticSD: ScepticSD,
		Versions: in.Versions, Policy: in.Policy,
	}
}

func (in *PlanInput) selection(plan Plan) Selection {
	s := Selection{Mode: orDefault(in.Mode, ModeAll), Top: in.Top, Pieces: in.MaxPieces, NextUnit: plan.nextUnit()}
	if in.MinValueMinor != 0 {
		s.MinValue = &postlift.Money{Minor: in.MinValueMinor, Currency: in.Currency}
	}
	if in.BudgetMinor != 0 {
		s.Budget = &postlift.Money{Minor: in.BudgetMinor, Currency: in.Currency}
	}
	for i := range plan.Choices {
		if c := &plan.Choices[i]; c.planned() && c.Role == RoleRandomised {
			s.Taken, s.CutRank = s.Taken+1, max(s.CutRank, c.Rank)
		}
	}
	return s
}

func (in *PlanInput) averageLift() float64 {
	if in.Learned == nil {
		return in.Lift
	}
	average, _ := in.Learned.Theta(0)
	return average
}

func (in *PlanInput) liftSource() string {
	if in.Learned == nil {
		return "stated prior"
	}
	return fmt.Sprintf("learned from %d campaigns", len(in.Learned.Campaigns))
}

// pieceCost is the price of a letter, or what one of this plan costs on average under a tariff.
func (in *PlanInput) pieceCost(plan Plan) postlift.Money {
	m := postlift.Money{Minor: in.PieceCostMinor, Currency: in.Currency}
	if in.Tariff != nil && plan.Quote.Pieces > 0 {
		m.Minor = postlift.RoundMinor(float64(plan.Quote.Total.Minor) / float64(plan.Quote.Pieces))
	}
	return m
}

// reading names the estimator that a design is read with, and what it estimates.
func (d PlanDesign) reading(of Definition) (estimator, estimand string) {
	switch d.Design {
	case DesignPairs:
		return experiment.PrimaryBlocked, fmt.Sprintf("mean difference of mailed and held-out groups within blocks of %d, adjusted for the covariate's differences, over all drawn groups", d.Block)
	case DesignWaves:
		return experiment.PrimaryWaves, fmt.Sprintf("margin of the just mailed less that of the groups not mailed yet, in the about %d days from one wave to the next, adjusted for the covariate", of.WaveDays)
	case DesignStrata:
		return experiment.PrimaryCUPED, "difference in means of mailed and held-out groups, adjusted for the covariate; unadjusted where the covariate is the same for all"
	}
	return "", "nothing: nobody is held out"
}
