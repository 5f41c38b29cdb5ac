package responses

import (
	"math"

	"postlift"
	"postlift/campaigns"
	"postlift/campaigns/experiment"
)

// MeasuredRun is the executed run of a campaign that a report is about.
type MeasuredRun struct {
	ID               int64
	UID              string
	CampaignUID      string
	Campaign         string
	Currency         string
	PostedOn         postlift.Date
	InHomeOn         postlift.Date
	WindowDays       int
	PlannedCostMinor int64
	PieceCostMinor   int64 // of one piece, seeds alike
	Contractual      bool
	KeyAccounts      *campaigns.KeyShare // nil: none were declared
	Design           RunDesign
	Explored         int // accounts that exploration drew, mailed or not: left out of the estimate
	Variation        Variation
	ReadOn           postlift.Date // credit notes of later days are not known yet; none: all are
	Accounts         AccountFunnel
}

// measurable refuses contractual mail: everybody whom it concerns gets it, so there is nobody to compare with.
func (r MeasuredRun) measurable() error {
	if !r.Contractual {
		return nil
	}
	return NoUplift(r.Campaign)
}

// NoUplift is the Conflict of a contractual campaign, posted or not.
func NoUplift(campaign string) error {
	return postlift.Faultf(postlift.Conflict, "responses.Uplift",
		"campaign %q is contractual mail: everybody whom it concerns gets it and nobody is held out, so it has no uplift to report", campaign)
}

// EndsOn is the last day of the measuring window; of waves the day before the last one's letters arrive.
func (r MeasuredRun) EndsOn() postlift.Date {
	if r.Design.waves() {
		return max(r.Design.endsOn(), r.InHomeOn)
	}
	return r.InHomeOn.AddDays(r.WindowDays)
}

// Credits are the totals of match-back in minor units of the run's currency.
type Credits struct {
	Orders      int
	NetMinor    int64
	MarginMinor int64
}

// CreditTotals are a run's credits by method, and the held-out accounts' orders of the same window.
type CreditTotals struct {
	ByCode, ByCustomer, Holdout Credits
	Apart                       Credits // of ByCode and ByCustomer: of accounts that are not compared
}

// Reading is everything that a report is made of.
type Reading struct {
	Run     MeasuredRun
	AsOf    postlift.Date
	DataOn  postlift.Date
	Ledger  *Ledger
	Pieces  PieceFunnel
	Answers Answers
	Credits CreditTotals
	Truth   *Truth
	Quick   bool // without resampling: for simulations that measure thousands of times

	sums     *moneySums   // filled beside the ledger; nil: they are not asked for
	measured *measurement // of this reading; nil before Measure
}

// Measure turns a reading into the report. It decides the verdict by these rules:
//
//   - withheld: nobody was held out (or assigned), no order is known from the day in home on, the sizes
//     of the arms contradict the design, or waves arrived in another order than they were drawn in;
//   - works: the 95 % interval of the net margin lies above zero;
//   - hurts: it lies below zero and the window is over. Before that the cost is complete and the margin is
//     not, so only an interval of the margin before cost that lies below zero counts;
//   - no_proof: everything else;
//   - exploratory instead of any of these three: the reading differs from what was registered (see Variation).
//
// While the window runs, a report may be looked at every week; the intervals that decide then are those that hold at
// all looks together (see experiment.AnyTime), at its end the plain ones. Of waves that were cancelled before the last
// they decide to the end, as the day of it may have been chosen for what was seen.
//
// Which estimator decides is fixed by the recorded design and by data from before the mailing: matched blocks are
// compared within the blocks, waves period by period, strata as two arms (see experiment.PrimaryCUPED).
func Measure(in Reading) (Uplift, error) {
	u, _, err := measure(in)
	return u, err
}

// measure is Measure and what the groups were analysed to.
func measure(in Reading) (Uplift, measurement, error) {
	units, err := in.Ledger.Units()
	if err != nil {
		return Uplift{}, measurement{}, err
	}
	m := measurement{Reading: in, money: moneyIn(in.Run.Currency)}
	if err := m.analyse(units); err != nil {
		return Uplift{}, measurement{}, err
	}
	res := m.res
	u := m.header()
	m.describe(&u)
	u.Verdict, u.Reason = Withheld, res.Refused
	switch {
	case res.Refused == experiment.NoControl || res.Refused == experiment.NoTreated || res.Refused == WavesUnordered:
	case m.blind():
		u.Reason = NoData
	case res.GroupRatio.Broken() || res.AccountRatio.Broken() || m.strata.Broken():
		u.Reason = BrokenRatio
	case res.Refused != "":
		u.Verdict = NoProof
	default:
		m.estimate(&u)
		m.check(&u)
	}
	m.flag(&u)
	m.word(&u)
	return u, m, nil
}

type measurement struct {
	Reading
	res    experiment.Result
	strata experiment.StrataRatio // inside the strata of the draw
	waves  int                    // of waves: those told apart, the last of them all that wait
	base   float64                // of waves: mean margin of a group in a period
	money  func(minor float64) postlift.Money
}

// blind tells whether the newest order that is known is older than the letters: then the orders since
// have not been imported, and a difference between the arms could only come from contracts of before.
// A company without any order is measured by its contracts alone.
func (m measurement) blind() bool { return !m.DataOn.IsZero() && m.DataOn < m.Run.InHomeOn }

// lateData is how many days the newest known order may lie before the end of the reading without a note:
// more than a week without any order means that an import is due.
const lateData = 7

func (m measurement) dataEndsEarly() bool {
	return !m.DataOn.IsZero() && min(m.AsOf, m.Run.EndsOn()).DaysSince(m.DataOn) > lateData
}

func moneyIn(currency string) func(float64) postlift.Money {
	return func(minor float64) postlift.Money {
		return postlift.Money{Minor: postlift.RoundMinor(minor), Currency: currency}
	}
}

func (m measurement) header() Uplift {
	run, end := m.Run, m.Run.EndsOn()
	truth := m.Truth
	if m.interim() {
		truth = nil // it stands for the whole window and would not compare
	}
	return Uplift{
		CampaignID: run.CampaignUID, Campaign: run.Campaign, RunID: run.UID, Currency: run.Currency,
		AsOf: m.AsOf, DataOn: m.DataOn, PostedOn: run.PostedOn, InHomeOn: run.InHomeOn,
		WindowEndsOn: end, WindowDays: end.DaysSince(run.InHomeOn), KeyAccounts: run.KeyAccounts,
		DaysMeasured: max(min(m.AsOf, end).DaysSince(run.InHomeOn)+1, 0),
		Flags:        []string{}, Notes: []Note{}, Truth: truth,
	}
}

// describe fills in what needs no estimate.
func (m measurement) describe(u *Uplift) {
	u.Accounts, u.Pieces, u.Answers = m.Run.Accounts, m.Pieces, m.Answers
	u.Arms = m.arms()
	u.SampleRatio = SampleRatio{Groups: ratioOf(m.res.GroupRatio), Accounts: ratioOf(m.res.AccountRatio)}
	u.Cost = Cost{
		Planned: m.money(float64(m.Run.PlannedCostMinor)), Actual: m.money(m.cost()),
		PerPiece: m.money(float64(m.Run.PieceCostMinor)), Printed: m.Pieces.Printed - m.Pieces.Apart,
		Apart: m.money(float64(m.Pieces.Apart) * float64(m.Run.PieceCostMinor)),
	}
	credited := func(c Credits) Credited {
		return Credited{Orders: c.Orders, Net: m.money(float64(c.NetMinor)), Margin: m.money(float64(c.MarginMinor))}
	}
	u.Attributed = Attributed{
		ByCode: credited(m.Credits.ByCode), ByCustomer: credited(m.Credits.ByCustomer),
		Holdout: credited(m.Credits.Holdout), Bias: matchBackBias,
	}
	u.Data = DataNotes{AssumedShare: m.Ledger.AssumedShare(), Excluded: m.Ledger.excluded}
	u.Design = Design{
		Kind: m.Run.Design.Design, Waves: m.Run.Design.Waves, Block: m.Run.Design.Block, Blocks: m.res.Blocks,
		PlannedGain: m.money(m.Ledger.planned), ControlGroups: m.controls(), EnoughControls: m.Run.Design.enoughControls(),
		HoldoutShare: share(m.res.Control.Groups, m.res.Treated.Groups),
	}
	if m.Run.Design.waves() { // a curve of two arms would compare the mailed with the mailed
		u.Design.HoldoutShare, u.Curve = 0, []CurvePoint{}
		return
	}
	assigned := m.Ledger.curve(1, m.res.Treated.Accounts)
	holdout := m.Ledger.curve(0, m.res.Control.Accounts)
	for day := range assigned {
		u.Curve = append(u.Curve, CurvePoint{Day: day, Assigned: m.money(assigned[day]), Holdout: m.money(holdout[day])})
	}
}

// controls are the groups that those with a letter are compared with; of waves, the fewest in any period.
func (m measurement) controls() int {
	if !m.Run.Design.waves() {
		return m.res.Control.Groups
	}
	least := 0
	for i, w := range m.Ledger.waves {
		if w >= m.waves {
			least += min(m.Ledger.units[i].Accounts, 1)
		}
	}
	return least
}

// arms describes the mailed and the held-out, or every wave.
func (m measurement) arms() []Arm {
	d := m.Run.Design
	if !d.waves() {
		return []Arm{m.arm(ArmAssigned, m.res.Treated), m.arm(ArmHoldout, m.res.Control)}
	}
	arms := make([]Arm, d.Waves)
	for w := range arms {
		arms[w] = m.arm(ArmWave, experiment.Describe(m.Ledger.units, func(i int) bool { return m.Ledger.waves[i] == w+1 }))
		arms[w].Wave = w + 1
		for _, p := range d.Posted {
			if p.Wave == w+1 {
				arms[w].InHomeOn = p.InHomeOn
			}
		}
	}
	return arms
}

func share(part, rest int) float64 {
	if part+rest == 0 {
		return 0
	}
	return float64(part) / float64(part+rest)
}

func (m measurement) arm(name string, f experiment.ArmFacts) Arm {
	a := Arm{
		Name: name, Accounts: f.Accounts, Groups: f.Groups, Orders: int(math.Round(f.Orders)),
		MeanGroup: m.money(f.Mean), SDGroup: m.money(f.SD), PreGroup: m.money(f.PreMean), MeanAccount: m.money(0),
	}
	if f.Accounts > 0 {
		a.MeanAccount = m.money(f.Mean * float64(f.Groups) / float64(f.Accounts))
	}
	return a
}

func ratioOf(r experiment.RatioCheck) Ratio {
	return Ratio{Chi2: r.Chi2, P: r.P, Tested: r.Tested, OK: !r.Broken()}
}

// cost is what was printed for those who are compared, at the price of a piece, in minor units.
func (m measurement) cost() float64 {
	return float64(m.Pieces.Printed-m.Pieces.Apart) * float64(m.Run.PieceCostMinor)
}

// estimate fills in the figures and the verdict.
func (m measurement) estimate(u *Uplift) {
	groups, accounts := float64(m.res.Treated.Groups), float64(m.res.Treated.Accounts)
	perGroup, gain, net := m.res.Estimate(), m.gain(), m.net()
	u.Estimator = m.res.Primary
	u.Gain, u.Net = m.interval(gain), m.interval(net)
	u.GainAccount = m.interval(gain.Scale(1 / accounts))
	switch m.res.Primary {
	case experiment.PrimaryWaves:
		u.Designed = m.figure(m.res.Designed, groups, nil)
	case experiment.PrimaryBlocked:
		u.Welch, u.Designed = m.figure(m.res.Welch, groups, nil), m.figure(m.res.Designed, groups, &m.res.Theta)
	case experiment.PrimaryCUPED:
		u.CUPED = m.figure(m.res.CUPED.Estimate, groups, &m.res.CUPED.Theta)
		fallthrough
	default:
		u.Welch = m.figure(m.res.Welch, groups, nil)
	}
	if pre := m.res.PrePhase; pre != nil && pre.SE > 0 {
		u.PrePeriod = m.figure(*pre, groups, nil)
	}
	if rel := m.res.Relative; rel != nil {
		u.Relative = &Interval{Value: rel.Value, Low: rel.Low, High: rel.High}
	}
	m.perCost(u, net)
	m.perOrder(u, groups)
	m.power(u, perGroup)
	u.Verdict = m.verdict()
	m.explored(u)
}

// gain is the incremental outcome of all assigned groups, and net the same less the cost.
func (m measurement) gain() experiment.Estimate {
	return m.res.Estimate().Scale(float64(m.res.Treated.Groups))
}

func (m measurement) net() experiment.Estimate { return m.gain().Shift(-m.cost()) }

// elapsed is the share of the window that is over; of waves, of the periods that will be compared.
func (m measurement) elapsed() float64 {
	d := m.Run.Design
	if d.waves() {
		return min(float64(len(m.Ledger.periods))/float64(max(d.Waves-1, 1)), 1)
	}
	days := m.Run.EndsOn().DaysSince(m.Run.InHomeOn) + 1
	return min(float64(m.AsOf.DaysSince(m.Run.InHomeOn)+1)/float64(max(days, 1)), 1)
}

// anyTime is an estimate with the 95 % interval that holds at all looks.
func (m measurement) anyTime(e experiment.Estimate) experiment.Estimate {
	e.Low, e.High = experiment.AnyTime(e, m.elapsed())
	return e
}

// deciding are gain and net with the intervals on which the verdict rests.
func (m measurement) deciding() (gain, net experiment.Estimate) {
	if m.atAllLooks() {
		return m.anyTime(m.gain()), m.anyTime(m.net())
	}
	return m.gain(), m.net()
}

// atAllLooks tells whether the end of the test was not, or not yet, the registered one.
func (m measurement) atAllLooks() bool { return m.interim() || m.cancelled() }

// cancelled tells whether waves ended before the last of them.
func (m measurement) cancelled() bool {
	d := m.Run.Design
	return d.waves() && d.Ended && len(d.Posted) < d.Waves
}

// explored takes away what a reading that was not registered must not say.
func (m measurement) explored(u *Uplift) {
	v := m.Run.Variation
	if !v.differs() {
		return
	}
	u.Verdict = Exploratory
	u.Flags = append(u.Flags, Exploratory)
	if v.Metric == "" {
		return
	}
	u.Net, u.ROI, u.Design.BreakEvenLift, u.Attributed.OverstatesBy = nil, nil, nil, nil // cost is compared with margin only
	if v.Metric == MetricOrders {
		u.Gain, u.GainAccount, u.Welch, u.CUPED, u.Designed, u.PrePeriod = nil, nil, nil, nil, nil, nil
		u.Design.Detectable, u.Curve = nil, []CurvePoint{}
		for i := range u.Arms { // amounts of what is counted
			a := &u.Arms[i]
			a.MeanGroup, a.SDGroup, a.PreGroup, a.MeanAccount = m.money(0), m.money(0), m.money(0), m.money(0)
		}
	}
}

func (m measurement) verdict() string {
	gain, net := m.deciding()
	switch {
	case net.Low > 0:
		return Works
	case net.High < 0 && !m.interim(), gain.High < 0:
		return Hurts
	}
	return NoProof
}

func (m measurement) interim() bool {
	d := m.Run.Design
	return m.AsOf < m.Run.EndsOn() || d.waves() && !d.Ended && len(d.Posted) < d.Waves
}

func (m measurement) interval(e experiment.Estimate) *MoneyInterval {
	return &MoneyInterval{
		Value: m.money(e.Value), Low: m.money(e.Low), High: m.money(e.High),
		Low80: m.money(e.Low80), High80: m.money(e.High80),
	}
}

func (m measurement) figure(e experiment.Estimate, groups float64, theta *float64) *Figure {
	return &Figure{
		PerGroup: *m.interval(e), Total: *m.interval(e.Scale(groups)), SE: e.SE, DoF: e.DoF, P: e.P, Theta: theta,
	}
}

func (m measurement) perCost(u *Uplift, net experiment.Estimate) {
	c := m.cost()
	if c <= 0 {
		return
	}
	low80, high80 := net.Low80/c, net.High80/c
	u.ROI = &Interval{Value: net.Value / c, Low: net.Low / c, High: net.High / c, Low80: &low80, High80: &high80}
}

func (m measurement) perOrder(u *Uplift, groups float64) {
	if !(m.res.Orders.SE > 0) {
		return
	}
	o := m.res.Orders.Scale(groups)
	u.Orders = &Interval{Value: o.Value, Low: o.Low, High: o.High, Low80: &o.Low80, High80: &o.High80}
	if o.Value <= 0 {
		return
	}
	c := CostPerOrder{Value: m.money(m.cost() / o.Value)}
	if o.Low > 0 {
		low, high := m.money(m.cost()/o.High), m.money(m.cost()/o.Low)
		c.Low, c.High = &low, &high
	}
	u.CostPerOrder = &c
}

// power tells what the design could find, by the standard error that it turned out to have.
func (m measurement) power(u *Uplift, e experiment.Estimate) {
	groups, accounts := float64(m.res.Treated.Groups), float64(m.res.Treated.Accounts)
	found := experiment.Detectable(e.SE)
	perAccount := m.money(found * groups / accounts)
	u.Design.Detectable = &perAccount
	u.Design.VarianceExplained = m.res.Correlation * m.res.Correlation
	mean := m.res.Control.Mean
	switch m.res.Primary {
	case experiment.PrimaryWaves:
		mean = m.base
	case experiment.PrimaryCUPED: // what the relative lift refers to: adjusted like the estimate, strata by their sizes
		mean = m.res.CUPED.Control.Mean
	}
	if mean > 0 {
		lift, even := found/mean, m.cost()/(mean*groups)
		u.Design.DetectableLift, u.Design.BreakEvenLift = &lift, &even
	}
	if planned := m.Ledger.planned / groups; planned > 0 {
		ratio := found / planned
		needed := math.Ceil(ratio * ratio * float64(m.res.Treated.Accounts+m.res.Control.Accounts))
		if needed < 1e9 {
			n := int(needed)
			u.Design.AccountsNeeded = &n
		}
	}
	credited := float64(m.Credits.ByCode.MarginMinor + m.Credits.ByCustomer.MarginMinor - m.Credits.Apart.MarginMinor)
	if e.Low > 0 {
		over := credited / (e.Value * groups)
		u.Attributed.OverstatesBy = &over
	}
}

// imbalance is the p value of the pre-period below which the arms are said to have differed before.
const imbalance = .05

func (m measurement) flag(u *Uplift) {
	if m.interim() {
		u.Flags = append(u.Flags, Interim)
	}
	if u.Verdict != Withheld && u.Design.ControlGroups < u.Design.EnoughControls {
		u.Flags = append(u.Flags, Indicative)
	}
	if u.PrePeriod != nil && u.PrePeriod.P < imbalance {
		u.Flags = append(u.Flags, Imbalanced)
	}
}
