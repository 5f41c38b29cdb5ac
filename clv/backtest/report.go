package backtest

import "postlift"

// Flags of a report.
const (
	FlagLogTooShort     = "log_too_short"       // no origin leaves both a past to learn from and a horizon to test
	FlagFewOrigins      = "few_origins"         // fewer than four origins: choice and bands rest on little
	FlagMonthlyOrigins  = "monthly_origins"     // the log is too short for origins three months apart
	FlagOriginsDropped  = "origins_dropped"     // some origins asked for lie outside what the log can test
	FlagHorizonsDropped = "horizons_dropped"    // some horizons asked for are longer than the log, or given twice
	FlagSampled         = "sampled"             // figures are of a sample of the customers
	FlagCalibrationThin = "calibration_thin"    // fewer than three past origins: bands lean on a stated default
	FlagNoChoice        = "no_model_choice"     // nothing could be tested: the default model stands
	FlagWithinNoise     = "choice_within_noise" // a simpler model is preferred to one that is better by noise only
	FlagBaselineWins    = "baseline_wins"       // a naive prediction has the smaller mean absolute error
	FlagModelDropped    = "model_not_compared"  // a model could not be fitted at every origin
)

// Report is what a backtest found.
type Report struct {
	From        postlift.Date `json:"from"`  // first day of the log
	Until       postlift.Date `json:"until"` // last day of the log
	Customers   int           `json:"customers"`
	Tested      int           `json:"tested"`       // customers in the sample
	SampleShare float64       `json:"sample_share"` // Tested / Customers
	Tests       []Test        `json:"tests"`        // by origin, then horizon
	Results     []Result      `json:"results"`      // by test and prediction
	Models      []Summary     `json:"models"`       // by horizon and prediction, over all origins
	Choice      Choice        `json:"choice"`       // what to use from now on
	Calibration Calibration   `json:"calibration"`  // how wide to make its bands
	Checks      []Check       `json:"checks"`       // choice and bands as they would have been at the last origins
	Coverage    []Coverage    `json:"coverage"`     // of the totals' bands over all tests
	Spend       []SpendResult `json:"spend"`
	Segments    []Segment     `json:"segments"`
	Frequency   []Frequency   `json:"frequency"`   // at the last test
	Reliability []Reliability `json:"reliability"` // of the chosen model, by horizon
	Tracking    Tracking      `json:"tracking"`    // at the last test
	Lift        Lift          `json:"lift"`        // at the last test
	Renewals    *Renewal      `json:"renewals,omitempty"`
	Flags       []string      `json:"flags"`
	Warnings    []Warning     `json:"warnings"`
}

// Test is one origin with one horizon, and what happened in it.
type Test struct {
	Origin           postlift.Date `json:"origin"`
	Horizon          Horizon       `json:"horizon"`
	End              postlift.Date `json:"end"`
	Customers        int           `json:"customers"` // with an order by the origin
	Orders           float64       `json:"orders"`    // order days within the horizon
	Value            float64       `json:"value"`     // in the unit of the log
	FrequencyCapture float64       `json:"frequency_capture"`
	PerfectCapture   float64       `json:"perfect_capture"`
}

// Result is how one prediction did in one test. Biases are predicted by actual minus one, 0 where nothing
// happened.
type Result struct {
	Origin       postlift.Date `json:"origin"`
	Horizon      Horizon       `json:"horizon"`
	Model        string        `json:"model"` // key of the model or baseline
	Baseline     bool          `json:"baseline"`
	K            int           `json:"k,omitempty"`
	Orders       float64       `json:"orders"` // predicted
	Bias         float64       `json:"bias"`
	Value        float64       `json:"value"` // predicted, with the spend model chosen
	ValueBias    float64       `json:"value_bias"`
	MAE          float64       `json:"mae"`
	RMSE         float64       `json:"rmse"`
	Capture      float64       `json:"capture"`                 // share of orders by the best tenth of the ranking
	LogScore     float64       `json:"log_score,omitempty"`     // mean log probability of what happened
	Brier        float64       `json:"brier,omitempty"`         // of P(at least one order within the horizon)
	BrierAlive   float64       `json:"brier_alive,omitempty"`   // of P(alive) against an order within the horizon
	TrackingMAPE float64       `json:"tracking_mape,omitempty"` // of the cumulative path
	Coverage     []Level       `json:"coverage,omitempty"`      // of intervals of accounts
	Flags        []string      `json:"flags,omitempty"`         // of the fit
}

// Level is how often what happened lay inside the central interval of a probability.
type Level struct {
	Level  float64 `json:"level"`
	Inside float64 `json:"inside"` // with whole numbers, which cover more than they promise
	Exact  float64 `json:"exact"`  // without that surplus: equal to Level where the model is right
}

// Summary is a prediction's figures over all origins of a horizon, weighted by customers.
type Summary struct {
	Horizon   Horizon `json:"horizon"`
	Model     string  `json:"model"`
	Baseline  bool    `json:"baseline"`
	Origins   int     `json:"origins"`
	Bias      float64 `json:"bias"`     // of the sum over origins
	AbsBias   float64 `json:"abs_bias"` // mean over origins of the absolute bias
	ValueBias float64 `json:"value_bias"`
	MAE       float64 `json:"mae"`
	RMSE      float64 `json:"rmse"`
	Capture   float64 `json:"capture"`
	LogScore  float64 `json:"log_score,omitempty"`
	Brier     float64 `json:"brier,omitempty"`
	Tracking  float64 `json:"tracking_mape,omitempty"`
	Coverage  []Level `json:"coverage,omitempty"`
}

// Warning says what a reader must know, as a flag with the figures of its sentence.
type Warning struct {
	Flag    string  `json:"flag"`
	Model   string  `json:"model,omitempty"`
	Horizon string  `json:"horizon,omitempty"`
	Value   float64 `json:"value,omitempty"`
	Other   float64 `json:"other,omitempty"`
	Text    string  `json:"text"` // in English
}

// Bin is a range of predicted probabilities.
type Bin struct {
	From      float64 `json:"from"`
	To        float64 `json:"to"`
	Count     int     `json:"count"`
	Predicted float64 `json:"predicted"` // mean
	Observed  float64 `json:"observed"`  // share for which it came true
}

// Reliability compares probabilities with what happened, over all origins of a horizon. Ordered is the
// check of the model: P(at least one order within the horizon). Alive stands beside it: a customer who is
// alive need not order within the horizon, so that its observed shares lie below the predicted ones even
// where the model is right, and the more so the shorter the horizon.
type Reliability struct {
	Horizon      Horizon `json:"horizon"`
	Model        string  `json:"model"`
	Ordered      []Bin   `json:"ordered"`
	OrderedBrier float64 `json:"ordered_brier"`
	Alive        []Bin   `json:"alive"`
	AliveBrier   float64 `json:"alive_brier"`
}

// Segment is the bias of the chosen model in one segment over all origins of a horizon.
type Segment struct {
	Segment   string  `json:"segment"`
	Horizon   Horizon `json:"horizon"`
	Customers int     `json:"customers"` // summed over origins
	Orders    float64 `json:"orders"`
	Predicted float64 `json:"predicted"`
	Bias      float64 `json:"bias"`
	Value     float64 `json:"value"`
	ValueBias float64 `json:"value_bias"`
}

// Frequency compares order days by the number of repeat order days before the origin.
type Frequency struct {
	From      int     `json:"from"`
	To        int     `json:"to"` // -1: no upper end
	Customers int     `json:"customers"`
	Orders    float64 `json:"orders"`    // mean over customers
	Predicted []Keyed `json:"predicted"` // mean over customers, by prediction
}

// Keyed is a figure of one model or baseline.
type Keyed struct {
	Model string  `json:"model"`
	Value float64 `json:"value"`
}

// Tracking is the cumulative path of order days after an origin.
type Tracking struct {
	Origin  postlift.Date   `json:"origin"`
	Horizon Horizon         `json:"horizon"`
	Days    []postlift.Date `json:"days"`
	Actual  []float64       `json:"actual"`
	Models  []Series        `json:"models"`
}

// Series is one line of a chart.
type Series struct {
	Model  string    `json:"model"`
	Values []float64 `json:"values"`
}

// Lift is the share of all order days that the best customers of a ranking placed.
type Lift struct {
	Origin    postlift.Date `json:"origin"`
	Horizon   Horizon       `json:"horizon"`
	Shares    []float64     `json:"shares"` // of the customers: .1, .2, … 1
	Models    []Series      `json:"models"`
	Frequency []float64     `json:"frequency"` // ranking by repeat order days
	Perfect   []float64     `json:"perfect"`   // ranking by what happened
}
