package responses

import (
	"context"
	"fmt"

	"postlift"
	"postlift/clv/scoring"
)

// Outcomes are what the letters changed beside the margin of the window: the registered secondary metrics, read by
// assignment with the estimator of the run's design. None of them decides anything. All hold for one day: the newest
// registered reading that is over or, before the first, the day of the report.
type Outcomes struct {
	Day        int              `json:"day"` // since in-home
	ReadOn     postlift.Date    `json:"read_on"`
	Registered bool             `json:"registered"`       // the day is one of those that the record names
	Reason     string           `json:"reason,omitempty"` // why there are no figures
	Note       Bilingual        `json:"note"`
	Costs      Costs            `json:"costs"`
	Money      *MoneyOutcome    `json:"money"`
	Renewal    *ShareOutcome    `json:"renewal"`   // at the first opportunity after in-home
	Retention  *SurvivalOutcome `json:"retention"` // of accounts with a contract on the in-home date
	Again      *ShareOutcome    `json:"again"`     // of accounts without one: ordered in the second window
	CLV        *CLVUplift       `json:"clv"`
}

// Reasons of missing outcomes, beside those of the report and of package experiment.
const (
	OutcomeWaves   = "waves"          // everybody is mailed in the end
	OutcomeNone    = "nobody"         // there is nobody whom the figure is about
	OutcomeEarly   = "too_early"      // nothing has been decided yet
	OutcomeNoModel = "too_few_to_fit" // too few controls to fit a model to
)

// Costs compares what was planned with what was printed and paid for.
type Costs struct {
	Over  postlift.Money `json:"over_plan"`       // actual less planned; negative: less than planned
	Share *float64       `json:"over_plan_share"` // of the planned; null without a plan
}

// MoneyOutcome is what the letters brought in margin, read at the registered days as far as they are over.
type MoneyOutcome struct {
	Readings []MoneyReading `json:"readings"`
	Since    []SinceReading `json:"since"`
	Curve    []NetPoint     `json:"curve"`
	Step     int            `json:"curve_step"` // days from one point of the curve to the next
	Payback  Payback        `json:"payback"`
	ROAS     *Interval      `json:"roas"` // incremental net revenue of the window by cost
	Revenue  *MoneyInterval `json:"incremental_revenue"`
	Won      *WonAccounts   `json:"won"`
}

// MoneyReading is the incremental margin of all assigned accounts from in-home up to a day, before and after cost.
type MoneyReading struct {
	Day        int            `json:"day"`
	On         postlift.Date  `json:"on"`
	Registered bool           `json:"registered"`
	Window     bool           `json:"window"`   // the end of the measuring window, which decides
	Complete   bool           `json:"complete"` // orders are known up to about that day
	Gain       *MoneyInterval `json:"gain"`     // null: not estimable
	Net        *MoneyInterval `json:"net"`
}

// SinceReading is the incremental margin from the day after an earlier registered reading up to the day of the
// outcomes: what a projection made then is compared with. SE is in minor units.
type SinceReading struct {
	Day   int           `json:"day"` // the earlier reading
	Until int           `json:"until"`
	Gain  MoneyInterval `json:"gain"`
	SE    float64       `json:"se"`
}

// NetPoint is the cumulative net gain of all assigned accounts on a day since in-home with its 95 % bounds. The whole
// cost counts from the first day.
type NetPoint struct {
	Day  int            `json:"day"`
	Net  postlift.Money `json:"net"`
	Low  postlift.Money `json:"low"`
	High postlift.Money `json:"high"`
}

// Payback is when the cumulative net gain came to lie above zero, on the days of the curve: as an estimate, and with
// its whole 95 % interval. It was looked for on many days and is descriptive.
type Payback struct {
	First   *int      `json:"first_day"` // on which the estimate first lay above zero; null: on none
	Day     *int      `json:"day"`       // since which it has stayed there; null: it does not lie there now
	SureDay *int      `json:"sure_day"`  // since which its interval has; null likewise
	Text    Bilingual `json:"text"`
}

// WonAccounts are the accounts of the window that had never ordered before in-home, and those that had not for a year.
type WonAccounts struct {
	New         [2]int        `json:"new"`         // assigned, held out
	Reactivated [2]int        `json:"reactivated"` // assigned, held out
	Incremental *Interval     `json:"incremental"` // of both, over all assigned accounts; null: not estimable
	CPA         *CostPerOrder `json:"cpa"`         // cost by incremental account; null where there is none
}

// ShareOutcome compares the share of units, such as contracts, that did something. The difference is that of the
// shares, .05 being five points, as a ratio of sums over whole groups.
type ShareOutcome struct {
	Metric     Bilingual  `json:"metric"`
	Arms       []ShareArm `json:"arms"`
	Difference *Interval  `json:"difference"`
	Few        bool       `json:"few"`              // too few for the interval to be trusted
	Pending    int        `json:"pending"`          // of renewals: notice can no longer be given, the term is not over
	Reason     string     `json:"reason,omitempty"` // why there is no difference
	Text       Bilingual  `json:"text"`
}

// ShareArm is one arm of a ShareOutcome: contracts or accounts, and those of them that renewed or ordered.
type ShareArm struct {
	Name   string  `json:"name"`
	Groups int     `json:"groups"`
	Units  int     `json:"units"`
	Yes    int     `json:"yes"`
	Share  float64 `json:"share"`
}

// SurvivalOutcome compares how long accounts stayed active within the days up to the reading: the restricted mean
// active time. The clustered interval stands for whole groups and is the one to read; Greenwood's takes accounts as
// independent.
type SurvivalOutcome struct {
	Active     Bilingual     `json:"active"` // what counts as active
	Until      int           `json:"until"`  // days
	Arms       []SurvivalArm `json:"arms"`
	Difference *Interval     `json:"difference_days"` // clustered, by the design's estimator
	Greenwood  *Interval     `json:"difference_days_greenwood"`
	Few        bool          `json:"few"`
	Reason     string        `json:"reason,omitempty"`
	Text       Bilingual     `json:"text"`
}

// SurvivalArm is one arm's Kaplan-Meier curve.
type SurvivalArm struct {
	Name     string          `json:"name"`
	Groups   int             `json:"groups"`
	Accounts int             `json:"accounts"`
	Lost     int             `json:"lost"`
	Mean     float64         `json:"mean_active_days"`
	SE       float64         `json:"se_greenwood"`
	Curve    []SurvivalPoint `json:"curve"`
}

// SurvivalPoint is the share still active after a day, which holds until the next point, with pointwise 95 % bounds.
type SurvivalPoint struct {
	Day    int     `json:"day"`
	Share  float64 `json:"share"`
	Low    float64 `json:"low"`
	High   float64 `json:"high"`
	AtRisk int     `json:"at_risk"`
}

// CLVUplift is the change in customer lifetime value in three lines of different kinds, which are never added up:
// what was realised, what a model projects, and what the whole programme shows.
type CLVUplift struct {
	Realised  *MoneyInterval `json:"realised"`  // measured: margin less cost up to the day
	Projected *ProjectedLine `json:"projected"` // a model's
	Programme *ProgrammeLine `json:"programme"` // measured: all campaigns against their control
	Note      Bilingual      `json:"note"`
}

// States of a projected line.
const (
	Calibrated    = "calibrated"
	NotCalibrated = "not_calibrated"
)

// ProjectedLine is the difference in residual value that a model sees at the day of the outcomes. The model is fitted
// to controls only and values groups of both arms from their own histories: all, or a sample by hash. Only Calibrated may be read as an
// estimate.
type ProjectedLine struct {
	State      string         `json:"state"` // calibrated, not_calibrated, too_few_to_fit
	Day        int            `json:"day"`
	Horizon    int            `json:"horizon_months"`
	Model      string         `json:"model,omitempty"`
	Controls   int            `json:"controls"`               // accounts with orders or running contracts that the model was fitted to
	Drawn      int            `json:"groups_drawn,omitempty"` // that were valued, where there are more than MostValued in an arm; 0: all were
	Needed     int            `json:"controls_needed"`
	Residual   *MoneyInterval `json:"residual"` // of all assigned accounts, as projected
	ResidualSE float64        `json:"residual_se"`
	Ahead      *MoneyInterval `json:"ahead"` // of it, the margin up to AheadDay, undiscounted: to be compared with what came
	AheadSE    float64        `json:"ahead_se"`
	AheadDay   int            `json:"ahead_day"` // 0: the last registered reading is over
	Kappa      *KappaLine     `json:"kappa"`
	Calibrated *MoneyInterval `json:"calibrated"` // kappa times residual; null while there is no kappa
	Text       Bilingual      `json:"text"`
}

// KappaLine is what came of projections made on an equally late day of matured campaigns: realised by projected.
type KappaLine struct {
	Value     float64 `json:"value"`
	Low       float64 `json:"low"`
	High      float64 `json:"high"`
	SE        float64 `json:"se"`
	Campaigns int     `json:"campaigns"`
	Day       int     `json:"day"` // on which their projections were made
}

// ProgrammeLine is what a whole programme of campaigns realised against its own control.
type ProgrammeLine struct {
	From    postlift.Date  `json:"from"`
	Until   postlift.Date  `json:"until"`
	Mailed  int            `json:"mailed_groups"`
	Control int            `json:"control_groups"`
	Gain    *MoneyInterval `json:"gain"` // before cost
	Net     *MoneyInterval `json:"net"`
	Text    Bilingual      `json:"text"`
}

// ValuedAccount is an account of a run with its past and what it was valued at when the run was planned.
type ValuedAccount struct {
	Key         string // of its group
	FrozenMinor int64
	History     scoring.History
}

// OutcomeStore reads what outcomes are made of. Dates are inclusive.
type OutcomeStore interface {
	// RunTerms streams the contracts of the run's compared accounts that had begun by a day, by group, account and start.
	RunTerms(ctx context.Context, runID int64, until postlift.Date, take func(TermRow) error) error
	RunActivity(ctx context.Context, runID int64, days ActivityDays, take func(ActivityRow) error) error
	// RunHistories streams the run's compared accounts of the wanted groups, of both arms, as known on a day.
	RunHistories(ctx context.Context, runID int64, wanted func(group string) bool, asOf postlift.Date, take func(ValuedAccount) error) error
	// KeptReadings streams the frozen reports of other runs that were read by a day, as JSON, by run and day.
	KeptReadings(ctx context.Context, exceptRun int64, until postlift.Date, take func(runID int64, report []byte) error) error
	Metrics(ctx context.Context, asOf postlift.Date) (scoring.Metrics, error)
	LatestBacktest(ctx context.Context, from, until postlift.Date) (scoring.StoredBacktest, error)
}

// outcomes fills in renewals, retention and value. All figures hold for the newest registered reading that is over.
func (s *Service) outcomes(ctx context.Context, in Reading, u *Uplift) error {
	day, registered := in.Run.outcomeDay(in.AsOf)
	o := &Outcomes{Day: day, ReadOn: in.Run.InHomeOn.AddDays(day), Registered: registered, Costs: costsOf(u.Cost)}
	u.Outcomes = o
	switch {
	case in.Run.Design.waves():
		o.Reason = OutcomeWaves
	case u.Verdict == Withheld:
		o.Reason = u.Reason
	}
	o.Note = outcomeNote(o, in.Run)
	if o.Reason != "" {
		return nil
	}
	r := outcomeRead{Service: s, in: in, by: newContrast(in), cost: float64(u.Cost.Actual.Minor), money: moneyIn(in.Run.Currency), out: o}
	for _, part := range []func(context.Context) error{r.readMoney, r.readAccounts, r.readContracts, r.readValue} {
		if err := part(ctx); err != nil {
			return err
		}
	}
	return nil
}

// outcomeDay is the newest registered reading day that is over, or today before the first.
func (r MeasuredRun) outcomeDay(asOf postlift.Date) (day int, registered bool) {
	today := asOf.DaysSince(r.InHomeOn)
	day = today
	for _, d := range r.readingDays() {
		if d <= today {
			day, registered = d, true
		}
	}
	return day, registered
}

func costsOf(c Cost) Costs {
	o := Costs{Over: postlift.Money{Minor: c.Actual.Minor - c.Planned.Minor, Currency: c.Actual.Currency}}
	if c.Planned.Minor > 0 {
		share := float64(o.Over.Minor) / float64(c.Planned.Minor)
		o.Share = &share
	}
	return o
}

// outcomeRead is one pass over all that outcomes are made of.
type outcomeRead struct {
	*Service
	in    Reading
	by    *contrast
	cost  float64 // minor units
	money func(float64) postlift.Money
	out   *Outcomes
	gains *moneyRead
}

func (r *outcomeRead) readMoney(context.Context) error {
	r.gains = newMoneyRead(r.in, r.by, r.cost)
	r.out.Money = r.gains.outcome(r.out.Day)
	return nil
}

func (r *outcomeRead) readAccounts(ctx context.Context) error {
	a := newAccountRead(r.in, r.by, r.in.AsOf)
	err := r.store.RunActivity(ctx, r.in.Run.ID, a.days, func(row ActivityRow) error { a.add(row); return nil })
	r.out.Money.Won = a.wonAccounts(r.money, r.cost)
	r.out.Again = a.secondWindow()
	return err
}

func (r *outcomeRead) readContracts(ctx context.Context) error {
	c := newContractRead(r.in, r.by, r.out.ReadOn)
	if err := r.store.RunTerms(ctx, r.in.Run.ID, r.out.ReadOn, func(t TermRow) error { c.add(t); return nil }); err != nil {
		return err
	}
	c.close()
	renewal, retention := c.renewals(), c.survival()
	r.out.Renewal, r.out.Retention = &renewal, &retention
	return nil
}

// afterWindow says what days after the window compare: until then the held-out are kept out of other campaigns.
func afterWindow(de, after bool) string {
	if !after {
		return ""
	}
	return pick(de, "Since the end of the window both arms may get other campaigns' letters, the held-out for the first time: figures of later days are those of having been mailed earlier, with all that followed, not of this letter against none. ",
		"Seit dem Ende des Messzeitraums können beide Gruppen Briefe anderer Kampagnen bekommen, die zurückgehaltene zum ersten Mal: Zahlen späterer Tage zeigen, was es ausmacht, früher angeschrieben worden zu sein, mit allem, was folgte, nicht diesen Brief gegen keinen. ")
}

// outcomeNote says what the outcomes are, or why there are none.
func outcomeNote(o *Outcomes, run MeasuredRun) Bilingual {
	text := func(de bool) string {
		switch o.Reason {
		case "":
			return afterWindow(de, o.Day > run.windowEnd()) + pick(de, fmt.Sprintf("Secondary metrics, read by assignment on day %d after in-home. They explain the result and decide nothing: the verdict rests on the net margin of the window.", o.Day),
				fmt.Sprintf("Nebenkennzahlen, nach Zuteilung am Tag %d nach der Zustellung abgelesen. Sie erklären das Ergebnis und entscheiden nichts: Das Urteil beruht auf dem Nettobeitrag des Messzeitraums.", o.Day))
		case OutcomeWaves:
			return pick(de, "In waves everybody is mailed in the end: only the days from one wave to the next can be compared, which the margin is. Renewals, retention and value take longer than that and are left out.",
				"In Wellen wird am Ende jeder angeschrieben: Vergleichen lassen sich nur die Tage von einer Welle zur nächsten, und das geschieht mit dem Deckungsbeitrag. Verlängerungen, Kundenbindung und Kundenwert brauchen länger und bleiben weg.")
		}
		return pick(de, "The result is withheld, and these figures with it.", "Das Ergebnis wird zurückgehalten, und diese Zahlen mit ihm.")
	}
	return Bilingual{EN: text(false), DE: text(true)}
}
