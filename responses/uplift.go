package responses

import (
	"postlift"
	"postlift/campaigns"
)

// Verdicts of a report, decided on the 95 % interval of the net margin: the incremental margin of all
// assigned accounts less the cost.
const (
	Works    = "works"
	NoProof  = "no_proof"
	Hurts    = "hurts"
	Withheld = "withheld"
)

// Flags of a report.
const (
	Interim    = "interim"    // the window is not over on the reading's day
	Indicative = "indicative" // fewer control accounts than the interval needs to be trusted
	Imbalanced = "imbalanced" // the arms already differed before the mailing
)

// EnoughControls is the number of control groups from which a 95 % interval is trusted: below it the
// interval of a small holdout misses upwards more often than it says (measured coverage .92 to .94).
const EnoughControls = 1000

// EnoughPairs is the same for designs that mail as many groups as they compare them with.
const EnoughPairs = 150

// Reasons of a withheld result or a missing estimate, beside those of package experiment.
const (
	BrokenRatio = "sample_ratio"
	NoData      = "no_data" // no order of the window has been imported
)

// Bilingual is one text in both of the product's languages.
type Bilingual struct {
	EN string `json:"en"`
	DE string `json:"de"`
}

// In gives the text in a language; everything that is not German is English.
func (b Bilingual) In(lang string) string {
	if len(lang) >= 2 && lang[:2] == "de" {
		return b.DE
	}
	return b.EN
}

// Uplift is what one mailing changed, measured by assignment against the accounts held out.
type Uplift struct {
	CampaignID   string        `json:"campaign_id"`
	Campaign     string        `json:"campaign"`
	RunID        string        `json:"run_id"`
	Currency     string        `json:"currency"`
	AsOf         postlift.Date `json:"as_of"`
	DataOn       postlift.Date `json:"data_on"` // day of the latest order that is known
	PostedOn     postlift.Date `json:"posted_on"`
	InHomeOn     postlift.Date `json:"in_home_on"`
	WindowEndsOn postlift.Date `json:"window_ends_on"`
	WindowDays   int           `json:"window_days"`
	DaysMeasured int           `json:"days_measured"`

	Verdict  string    `json:"verdict"`
	Reason   string    `json:"reason,omitempty"`
	Flags    []string  `json:"flags"`
	Sentence Bilingual `json:"sentence"`
	Advice   Bilingual `json:"advice"`
	Notes    []Note    `json:"notes"`

	Estimator    string         `json:"estimator,omitempty"` // the one that decides: cuped, welch, blocked or waves
	Net          *MoneyInterval `json:"net"`                 // after cost; null where withheld or not estimable
	Gain         *MoneyInterval `json:"gain"`                // incremental margin of all assigned accounts, before cost
	GainAccount  *MoneyInterval `json:"gain_per_account"`
	Relative     *Interval      `json:"relative_lift"` // Fieller; .10 = 10 %; null: not estimable
	Welch        *Figure        `json:"welch"`
	CUPED        *Figure        `json:"cuped"`
	Designed     *Figure        `json:"designed"`   // of matched blocks or waves, which then decides
	PrePeriod    *Figure        `json:"pre_period"` // the same comparison before the mailing: should contain zero
	Orders       *Interval      `json:"incremental_orders"`
	Cost         Cost           `json:"cost"`
	ROI          *Interval      `json:"roi"` // net / cost
	CostPerOrder *CostPerOrder  `json:"cost_per_incremental_order"`

	KeyAccounts *campaigns.KeyShare `json:"key_accounts"` // left out of the estimate; null: none were declared
	SampleRatio SampleRatio         `json:"sample_ratio"`
	Arms        []Arm               `json:"arms"`
	Accounts    AccountFunnel       `json:"accounts"`
	Pieces      PieceFunnel         `json:"pieces"`
	Answers     Answers             `json:"responses"`
	Attributed  Attributed          `json:"attributed"`
	Design      Design              `json:"design"`
	Data        DataNotes           `json:"data"`
	Curve       []CurvePoint        `json:"curve"`
	Method      Bilingual           `json:"method"`
	Checks      *Checks             `json:"checks"` // null where there is no estimate
	Path        []PathStage         `json:"path"`   // from response to order
	FollowUp    *FollowUpSummary    `json:"follow_up"`
	Outcomes    *Outcomes           `json:"outcomes"` // beside the margin of the window
	Trust       *Trust              `json:"trust"`
	Belief      *Belief             `json:"belief"`   // null where there is no estimate
	Segments    []SegmentEffect     `json:"segments"` // exploratory
	Truth       *Truth              `json:"simulated_truth,omitempty"`

	OtherLetters *OtherLetters `json:"other_letters,omitempty"` // of other campaigns in the window; null: none
}

// Interval is an estimate with its 95 % and 80 % bounds.
type Interval struct {
	Value  float64  `json:"value"`
	Low    float64  `json:"low"`
	High   float64  `json:"high"`
	Low80  *float64 `json:"low_80,omitempty"`
	High80 *float64 `json:"high_80,omitempty"`
}

// MoneyInterval is an estimate in money with its 95 % and 80 % bounds.
type MoneyInterval struct {
	Value  postlift.Money `json:"value"`
	Low    postlift.Money `json:"low"`
	High   postlift.Money `json:"high"`
	Low80  postlift.Money `json:"low_80"`
	High80 postlift.Money `json:"high_80"`
}

// Figure is one estimator's view, per group, with what is needed to check it.
type Figure struct {
	PerGroup MoneyInterval `json:"per_group"`
	Total    MoneyInterval `json:"total"`
	SE       float64       `json:"se"` // per group, minor units
	DoF      float64       `json:"dof"`
	P        float64       `json:"p"`
	Theta    *float64      `json:"theta,omitempty"`
}

// Cost compares what was planned with what was printed and posted.
type Cost struct {
	Planned  postlift.Money `json:"planned"`
	Actual   postlift.Money `json:"actual"`
	PerPiece postlift.Money `json:"per_piece"`
	Printed  int            `json:"printed"`          // pieces paid for: live and seed, returned ones included
	Apart    postlift.Money `json:"outside_estimate"` // what was printed beside for key accounts and accounts drawn by lot; not in actual
}

// CostPerOrder is cost by incremental order. Low and High are null where the interval of the orders
// reaches zero, because no order may be incremental at all.
type CostPerOrder struct {
	Value postlift.Money  `json:"value"`
	Low   *postlift.Money `json:"low"`
	High  *postlift.Money `json:"high"`
}

// Ratio is one sample-ratio check.
type Ratio struct {
	Chi2   float64 `json:"chi2"`
	P      float64 `json:"p"`
	Tested bool    `json:"tested"`
	OK     bool    `json:"ok"`
}

// SampleRatio checks that the arms have the sizes of the design; below p = .001 the result is withheld.
type SampleRatio struct {
	Groups   Ratio `json:"groups"`
	Accounts Ratio `json:"accounts"`
}

// Arm describes the mailed or the held-out side, or a wave. Means and SD are money in the window; those of waves are
// of the whole time, in which every wave had its letter for another while, and are no comparison.
type Arm struct {
	Name        string         `json:"name"` // assigned, holdout, wave
	Wave        int            `json:"wave,omitempty"`
	InHomeOn    postlift.Date  `json:"in_home_on,omitzero"` // of a wave; none: not posted yet
	Accounts    int            `json:"accounts"`
	Groups      int            `json:"groups"`
	MeanGroup   postlift.Money `json:"mean_per_group"`
	SDGroup     postlift.Money `json:"sd_per_group"`
	PreGroup    postlift.Money `json:"pre_period_per_group"`
	MeanAccount postlift.Money `json:"mean_per_account"`
	Orders      int            `json:"orders"`
}

// AccountFunnel closes: matched = gated + over_cap + holdout + assigned.
type AccountFunnel struct {
	Matched  int            `json:"matched"`
	Gated    int            `json:"gated"`
	OverCap  int            `json:"over_cap"`
	Holdout  int            `json:"holdout"`
	Assigned int            `json:"assigned"`
	Reasons  map[string]int `json:"gate_reasons"` // the first reason of each gated account
}

// PieceFunnel counts live pieces and closes: planned = mailed + withdrawn + failed + pending; returned
// ones are part of the mailed. Seeds are apart.
type PieceFunnel struct {
	Planned   int `json:"planned"`
	Mailed    int `json:"mailed"`
	Withdrawn int `json:"withdrawn"`
	Failed    int `json:"failed"`
	Pending   int `json:"pending"`
	Returned  int `json:"returned"`
	Unknown   int `json:"unknown"` // mailed, and nothing came back from the post: unknown, never delivered
	Seeds     int `json:"seeds"`
	Printed   int `json:"-"` // live and seed pieces that were printed, paid for
	Apart     int `json:"-"` // of the printed: those to accounts that are not compared
}

// Answers counts accounts of the run by what came back from them in the window, each once a kind.
type Answers struct {
	Visits     int            `json:"visits"` // leading indicator only: scanners visit, too
	Answered   int            `json:"answered"`
	Objections int            `json:"objections"`
	ByKind     map[string]int `json:"by_kind"`
}

// Attributed is match-back, which stands beside the measured figures and never replaces them.
type Attributed struct {
	ByCode       Credited  `json:"by_code"`
	ByCustomer   Credited  `json:"by_customer"`
	Holdout      Credited  `json:"holdout_same_window"`
	OverstatesBy *float64  `json:"overstates_by,omitempty"` // credited margin / incremental margin
	Bias         Bilingual `json:"bias"`
}

// Credited is one line of match-back.
type Credited struct {
	Orders int            `json:"orders"`
	Net    postlift.Money `json:"net"`
	Margin postlift.Money `json:"margin"`
}

// Design tells what this test could have found.
type Design struct {
	Kind              string          `json:"kind,omitempty"` // strata, pairs, waves, none; empty: recorded before there were several
	Block             int             `json:"block,omitempty"`
	Blocks            int             `json:"blocks,omitempty"` // compared
	Waves             int             `json:"waves,omitempty"`
	Detectable        *postlift.Money `json:"detectable_per_account"` // found with 80 % power
	DetectableLift    *float64        `json:"detectable_lift"`        // as a share of the holdout's mean
	PlannedGain       postlift.Money  `json:"planned_gain"`           // what the plan assumed for all assigned
	BreakEvenLift     *float64        `json:"break_even_lift"`        // lift of the holdout's mean that pays the cost
	AccountsNeeded    *int            `json:"accounts_needed"`        // to find the planned gain with 80 % power
	HoldoutShare      float64         `json:"holdout_share"`
	ControlGroups     int             `json:"control_groups"`
	EnoughControls    int             `json:"enough_control_groups"`
	VarianceExplained float64         `json:"variance_explained"` // by the pre-period
}

// DataNotes are what the figures rest on.
type DataNotes struct {
	AssumedShare float64 `json:"assumed_margin_share"` // share of net value with the default margin
	Excluded     int     `json:"excluded_documents"`   // no exchange rate on their day
}

// CurvePoint is the cumulative margin per account a number of days after in-home.
type CurvePoint struct {
	Day      int            `json:"day"`
	Assigned postlift.Money `json:"assigned"`
	Holdout  postlift.Money `json:"holdout"`
}

// Note is a remark that the reader must see, with a stable name.
type Note struct {
	Name string    `json:"name"`
	Text Bilingual `json:"text"`
}

// Truth is what a simulation knows and reality does not, for the whole window. It is shown beside the
// final estimate, not beside an interim one, and used by no calculation.
type Truth struct {
	Gain   postlift.Money  `json:"gain"` // true incremental margin of all assigned accounts in the window
	Net    *postlift.Money `json:"net,omitempty"`
	Orders *float64        `json:"orders,omitempty"`
	Source string          `json:"source,omitempty"`
}
