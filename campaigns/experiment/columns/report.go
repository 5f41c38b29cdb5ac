package columns

import (
	"strconv"

	"postlift/campaigns/experiment"
)

// Verdicts of a comparison: they say where the 95 % interval that decides lies, not whether that is good.
const (
	Works    = "works"    // above zero: the outcome is higher than in the control
	NoProof  = "no_proof" // it holds zero
	Hurts    = "hurts"    // below zero
	Withheld = "withheld" // the arms do not have the sizes that were planned
)

// Estimators that may decide, beside those of package experiment.
const (
	estimatorIPW = "inverse_propensity"
)

// Report is what a table tells, an entry for each arm beside the control.
type Report struct {
	Rows         int              `json:"rows"`
	Outcome      string           `json:"outcome"`
	Control      string           `json:"control"`
	Design       Design           `json:"design"`
	SampleRatio  *Ratio           `json:"sample_ratio"` // of all arms; null where the planned sizes are not known
	Results      []Result         `json:"results"`
	Notes        []string         `json:"notes"`
	ReadSeconds  float64          `json:"read_seconds"`
	Seconds      float64          `json:"analysis_seconds"` // with that of reading filled in by who takes the time
	Resampling   *ResamplingLimit `json:"resampling,omitempty"`
	SeparatorWas string           `json:"separator"`
	DecimalWas   string           `json:"decimal_sign"`
}

// Design is how the table's columns say that the test was drawn.
type Design struct {
	Unit        string   `json:"unit"`              // row or cluster
	Column      string   `json:"cluster,omitempty"` // of clusters
	Strata      int      `json:"strata,omitempty"`
	Pairs       int      `json:"pairs,omitempty"`
	Propensity  string   `json:"propensity,omitempty"`
	Covariates  []string `json:"covariates"`
	Denominator string   `json:"denominator,omitempty"`
}

// ResamplingLimit says up to how many units resampling runs by itself.
type ResamplingLimit struct {
	Most int    `json:"units_at_most"`
	Text string `json:"text"`
}

// Arm describes one side. Mean is the outcome per row, or the ratio to the denominator.
type Arm struct {
	Name  string  `json:"name"`
	Rows  int     `json:"rows"`
	Units int     `json:"units"`
	Mean  float64 `json:"mean"`
	SD    float64 `json:"sd"` // between units, of a unit's part in the mean
	Sum   float64 `json:"sum"`
}

// Estimate is a difference, treated less control, with its 95 % and 80 % intervals.
type Estimate struct {
	Value  float64  `json:"value"`
	SE     float64  `json:"se"`
	DoF    float64  `json:"dof"`
	P      float64  `json:"p"`
	Low    float64  `json:"low"`
	High   float64  `json:"high"`
	Low80  float64  `json:"low_80"`
	High80 float64  `json:"high_80"`
	Theta  *float64 `json:"theta,omitempty"`
}

// Interval is a figure with its 95 % bounds.
type Interval struct {
	Value float64 `json:"value"`
	Low   float64 `json:"low"`
	High  float64 `json:"high"`
}

// Ratio is a sample-ratio check.
type Ratio struct {
	What   string  `json:"what"` // rows, clusters or strata
	Chi2   float64 `json:"chi2"`
	P      float64 `json:"p"`
	Tested bool    `json:"tested"`
	OK     bool    `json:"ok"`
}

// Always is the interval that holds at every look, with the evidence against "no difference".
type Always struct {
	Low      float64 `json:"low"`
	High     float64 `json:"high"`
	P        float64 `json:"p"`
	Evidence float64 `json:"e_value"`
	Tuned    float64 `json:"tuned_units"`
}

// Balance is the same comparison of a covariate: it should hold zero.
type Balance struct {
	Covariate string  `json:"covariate"`
	Value     float64 `json:"value"`
	SE        float64 `json:"se"`
	P         float64 `json:"p"`
	Q         float64 `json:"q"` // Benjamini-Hochberg over the covariates
}

// Resampled are the cross-checks by resampling.
type Resampled struct {
	RandomisationP *float64    `json:"randomisation_p"`
	Assignments    int         `json:"assignments"`
	Exact          bool        `json:"exact"` // all assignments that there are
	BootstrapT     *[2]float64 `json:"bootstrap_t"`
	Percentile     *[2]float64 `json:"bootstrap_percentile"`
	Resamples      int         `json:"bootstrap_resamples"`
	Seed           uint64      `json:"seed"`
}

// Sensitivity is the estimate with the largest outcomes capped, which is another estimand.
type Sensitivity struct {
	Share float64 `json:"share"`
	Cap   float64 `json:"cap"`
	Estimate
}

// Complier is the effect on those to whom their assignment was delivered.
type Complier struct {
	Value     *float64 `json:"value"` // null where delivery differs too little between the arms
	SE        *float64 `json:"se"`
	Low       *float64 `json:"low"`
	High      *float64 `json:"high"`
	Delivered float64  `json:"delivered_share"`
	Control   float64  `json:"delivered_share_control"`
	Reason    string   `json:"reason,omitempty"`
}

// Power is what the test could find.
type Power struct {
	Detectable     float64  `json:"detectable"`              // found with 80 % power
	DetectableLift *float64 `json:"detectable_lift"`         // by the control's mean
	MoreUnits      *float64 `json:"more_units_for_estimate"` // times the units so far, to find what was found with 80 % power
}

// Result is one arm beside the control.
type Result struct {
	Arm         string       `json:"arm"`
	Verdict     string       `json:"verdict"`
	Reason      string       `json:"reason,omitempty"`
	Sentence    string       `json:"sentence"`
	Estimator   string       `json:"estimator,omitempty"`
	Estimate    *Estimate    `json:"estimate"` // that decides; null where withheld
	Unadjusted  *Estimate    `json:"unadjusted"`
	Regression  *Estimate    `json:"regression"` // Lin's, beside
	Relative    *Interval    `json:"relative_lift"`
	Sequential  *Always      `json:"sequential"`
	Q           *float64     `json:"q"` // Benjamini-Hochberg over the arms
	Arms        []Arm        `json:"arms"`
	SampleRatio []Ratio      `json:"sample_ratio"`
	Balance     []Balance    `json:"balance"`
	Resampled   *Resampled   `json:"resampled"`
	Capped      *Sensitivity `json:"capped"`
	Complier    *Complier    `json:"complier"`
	Power       *Power       `json:"power"`
	Correlation float64      `json:"covariate_correlation"`
}

func estimateOf(e experiment.Estimate, theta *float64) *Estimate {
	return &Estimate{Value: e.Value, SE: e.SE, DoF: e.DoF, P: e.P, Low: e.Low, High: e.High, Low80: e.Low80, High80: e.High80, Theta: theta}
}

func ratioOf(what string, r experiment.RatioCheck) Ratio {
	return Ratio{What: what, Chi2: r.Chi2, P: r.P, Tested: r.Tested, OK: !r.Broken()}
}

// number writes a figure with four significant digits or all those before the point.
func number(v float64) string {
	if v >= 1000 || v <= -1000 {
		return strconv.FormatFloat(v, 'f', 0, 64)
	}
	return strconv.FormatFloat(v, 'g', 4, 64)
}
