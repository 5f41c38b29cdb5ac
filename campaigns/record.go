package campaigns

import "postlift"

// analysisVersion names the analysis that a plan registers; it changes with the estimators.
const analysisVersion = 1

// Record is the analysis registered before anybody is mailed. It is frozen with the plan; whatever is
// computed otherwise later is exploratory.
type Record struct {
	Unit            string         `json:"unit"`      // the randomisation unit
	Arms            []string       `json:"arms"`      // as assigned, whatever was delivered
	Metric          string         `json:"metric"`    // the one primary metric
	Covariate       string         `json:"covariate"` // of the CUPED reading
	Alpha           float64        `json:"alpha"`
	WindowDays      int            `json:"window_days"` // from the in-home date, for both arms
	Readings        string         `json:"readings"`
	AnalysisVersion int            `json:"analysis_version"`
	HoldoutShare    float64        `json:"holdout_share"`
	Propensity      float64        `json:"propensity"` // of being mailed, for every planned group
	Strata          []Stratum      `json:"strata"`
	GlobalControl   float64        `json:"global_control_share"`
	Lift            float64        `json:"expected_lift"` // the stated prior behind the ranking
	LiftSource      string         `json:"lift_source"`
	PieceCost       postlift.Money `json:"piece_cost"`
	BaselineDays    int            `json:"baseline_days"` // the score's own window, scaled to WindowDays
	Versions        PlanVersions   `json:"versions"`
	Policy          Policy         `json:"policy"`
}

func (in *PlanInput) record(d Definition, baselineDays int, strata []Stratum) Record {
	return Record{
		Unit: "group_key", Arms: []string{Assigned, HeldOut},
		Metric:    "realised margin in the window, summed by group, net of the campaign's cost",
		Covariate: "margin of the 12 months before the plan's date",
		Alpha:     .05, WindowDays: d.WindowDays,
		Readings:        "one, when the window is over; earlier ones are interim",
		AnalysisVersion: analysisVersion,
		HoldoutShare:    in.Holdout, Propensity: 1 - in.Holdout, Strata: strata, GlobalControl: in.GlobalControl,
		Lift: in.Lift, LiftSource: "stated prior", PieceCost: d.PieceCost.Money, BaselineDays: baselineDays,
		Versions: in.Versions, Policy: in.Policy,
	}
}
