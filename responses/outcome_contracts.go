package responses

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat/distuv"

	"postlift"
	"postlift/responses/survival"
)

// TermRow is a contract of an account of the run. Rows come by group, account and start.
type TermRow struct {
	Key           string
	AccountID     int64
	StartedOn     postlift.Date
	TermMonths    int
	TermEndsOn    postlift.Date // last day of the term that runs now, or ran last
	NoticeDays    int
	AutoRenew     bool
	NoticeGivenOn postlift.Date
	EndedOn       postlift.Date // last day
}

// opportunity is the first day on which the contract could end by a decision that was still open on the in-home date:
// the end of the first term of which notice could still be given then or, without automatic renewal, of the term that
// ran then. decided is the day on which the decision has fallen: the deadline for notice, else that last day. Both
// follow from dates fixed before in-home, whatever happened since; ok is false where the contract did not run then or
// notice had been given. A contract whose file was overwritten with a new term that begins before the old one was
// over is taken to have renewed on the new term's first day.
func (t TermRow) opportunity(inHome postlift.Date) (on, decided postlift.Date, ok bool) {
	gone := !t.EndedOn.IsZero() && t.EndedOn < inHome
	noticed := !t.NoticeGivenOn.IsZero() && t.NoticeGivenOn < inHome
	if t.StartedOn > inHome || gone || noticed || t.TermEndsOn.IsZero() {
		return 0, 0, false
	}
	days := 0
	if t.AutoRenew {
		days = t.NoticeDays
	}
	after, months := t.TermEndsOn.AddDays(1), max(t.TermMonths, 1)
	open := func(k int) bool { return after.AddMonths(k*months).AddDays(-1-days) >= inHome }
	k := 0
	for k > -maxTerms && open(k-1) {
		k--
	}
	for t.AutoRenew && k < maxTerms && !open(k) {
		k++
	}
	on = after.AddMonths(k * months).AddDays(-1)
	if !open(k) || on < t.StartedOn {
		return 0, 0, false
	}
	return on, on.AddDays(-days), true
}

// maxTerms bounds the terms of one contract: a monthly one of a century.
const maxTerms = 1200

// renewed tells whether the contract went on after an opportunity.
func (t TermRow) renewed(on, decided postlift.Date) bool {
	if !t.EndedOn.IsZero() && t.EndedOn <= on {
		return false
	}
	if !t.AutoRenew {
		return t.TermEndsOn > on
	}
	return t.NoticeGivenOn.IsZero() || t.NoticeGivenOn > decided
}

// knownOn is the contract as it was known on a day. Documents do not say when an end was agreed: one that lies ahead
// counts only where notice had been given by then, as in the values of package scoring.
func (t TermRow) knownOn(day postlift.Date) TermRow {
	if t.NoticeGivenOn > day {
		t.NoticeGivenOn = 0
	}
	if t.EndedOn > day && t.NoticeGivenOn.IsZero() {
		t.EndedOn = 0
	}
	return t
}

// lastDay is the contract's last day as far as it is known; 0: none is.
func (t TermRow) lastDay() postlift.Date {
	switch {
	case !t.EndedOn.IsZero():
		return t.EndedOn
	case !t.AutoRenew || !t.NoticeGivenOn.IsZero():
		return t.TermEndsOn
	}
	return 0
}

// contractRead gathers what the contracts of the run's groups tell up to a day.
type contractRead struct {
	by     *contrast
	index  map[string]int
	inHome postlift.Date
	read   postlift.Date

	renewed, due []float64 // contracts by group
	pending      int

	times    [2][]survival.Time // of accounts, held out first
	groups   [2][]int           // that they belong to
	account  int64              // in the stream now, with its group and the day until which a contract is known to run
	group    int
	covered  postlift.Date
	running  bool // it had a contract on the in-home date
	openEnds bool // a contract of it has no known end
}

// ContractOutcomes compares what the contracts of a run's groups did up to a day: the renewals at the first opportunity
// after in-home, and how long accounts stayed under contract. Rows come by group, account and start. It is for designs
// with two arms; the reading's ledger holds the groups.
func ContractOutcomes(in Reading, read postlift.Date, rows []TermRow) (renewal ShareOutcome, retention SurvivalOutcome) {
	r := newContractRead(in, newContrast(in), read)
	for _, t := range rows {
		r.add(t)
	}
	r.close()
	return r.renewals(), r.survival()
}

func newContractRead(in Reading, by *contrast, read postlift.Date) *contractRead {
	return &contractRead{by: by, index: in.Ledger.index, inHome: in.Run.InHomeOn, read: read,
		renewed: make([]float64, len(by.units)), due: make([]float64, len(by.units))}
}

// add takes the next contract. An account stays active from in-home on as long as one contract follows the other
// without a day between them.
func (r *contractRead) add(t TermRow) {
	i, known := r.index[t.Key]
	if !known {
		return
	}
	if t.AccountID != r.account {
		r.close()
		r.account, r.group = t.AccountID, i
	}
	t = t.knownOn(r.read)
	if on, decided, ok := t.opportunity(r.inHome); ok && decided < r.read {
		r.due[i]++
		if t.renewed(on, decided) {
			r.renewed[i]++
			if on >= r.read {
				r.pending++
			}
		}
	}
	r.cover(t)
}

// cover lengthens the time under contract by one that runs on the in-home date or follows at once.
func (r *contractRead) cover(t TermRow) {
	last := t.lastDay()
	switch {
	case t.StartedOn <= r.inHome && (last.IsZero() || last >= r.inHome):
		r.running = true
	case !r.running || t.StartedOn > r.covered.AddDays(1):
		return
	}
	r.openEnds = r.openEnds || last.IsZero()
	r.covered = max(r.covered, last)
}

// close ends the account in the stream.
func (r *contractRead) close() {
	if r.running {
		t := survival.Time{At: float64(r.read.DaysSince(r.inHome))}
		if end := r.covered.AddDays(1); !r.openEnds && end <= r.read {
			t = survival.Time{At: float64(end.DaysSince(r.inHome)), Ended: true}
		}
		arm := armIndex(r.by.units[r.group].Treated)
		r.times[arm], r.groups[arm] = append(r.times[arm], t), append(r.groups[arm], r.group)
	}
	r.account, r.running, r.openEnds, r.covered = 0, false, false, 0
}

// fewEvents is how many units that did and that did not an arm needs for its share's interval to be trusted, and
// fewGroups how many groups.
const (
	fewEvents = 10
	fewGroups = 30
)

// share compares a share between the arms. num and den are by group.
func (c *contrast) share(num, den []float64) ShareOutcome {
	o := ShareOutcome{Arms: []ShareArm{{Name: ArmAssigned}, {Name: ArmHoldout}}}
	for i := range den {
		if den[i] > 0 {
			a := &o.Arms[1-armIndex(c.units[i].Treated)]
			a.Groups++
			a.Units += int(math.Round(den[i]))
			a.Yes += int(math.Round(num[i]))
		}
	}
	for i := range o.Arms {
		a := &o.Arms[i]
		if a.Units > 0 {
			a.Share = float64(a.Yes) / float64(a.Units)
		}
		o.Few = o.Few || min(a.Yes, a.Units-a.Yes) < fewEvents || a.Groups < fewGroups
	}
	e, ok := c.ratio(num, den)
	switch {
	case o.Arms[0].Units == 0 || o.Arms[1].Units == 0:
		o.Reason = OutcomeNone
	case !ok:
		o.Reason = "constant_outcome"
	default:
		o.Difference = intervalOf(e)
	}
	return o
}

// renewals compares the contracts' first opportunities.
func (r *contractRead) renewals() ShareOutcome {
	o := r.by.share(r.renewed, r.due)
	o.Pending = r.pending
	o.Metric = Bilingual{EN: "contracts renewed at the first opportunity after in-home", DE: "Verträge, die an der ersten Gelegenheit nach der Zustellung verlängert wurden"}
	if o.Arms[0].Units+o.Arms[1].Units == 0 {
		o.Reason = OutcomeEarly
	}
	o.Text = renewalWords(o)
	return o
}

// survival compares the accounts' time under contract. Greenwood's interval is the normal one of two independent
// curves.
func (r *contractRead) survival() SurvivalOutcome {
	to := float64(r.read.DaysSince(r.inHome))
	o := SurvivalOutcome{Until: int(to), Arms: []SurvivalArm{{Name: ArmAssigned}, {Name: ArmHoldout}}}
	moved, use := make([]float64, len(r.by.units)), make([]bool, len(r.by.units))
	var mean, se [2]float64
	for arm := range r.times {
		curve := survival.KaplanMeier(r.times[arm])
		mean[arm], se[arm] = curve.Restricted(to)
		for k, u := range survival.Influence(r.times[arm], to) {
			moved[r.groups[arm][k]] += u
			use[r.groups[arm][k]] = true
		}
		o.Arms[1-arm].fill(curve, mean[arm], se[arm])
	}
	for i := range use {
		if use[i] {
			o.Arms[1-armIndex(r.by.units[i].Treated)].Groups++
		}
	}
	for _, a := range o.Arms {
		o.Few = o.Few || min(a.Lost, a.Accounts-a.Lost) < fewEvents || a.Groups < fewGroups
	}
	e, ok := r.by.shifted(mean, moved, use)
	switch {
	case o.Arms[0].Accounts == 0 || o.Arms[1].Accounts == 0:
		o.Reason = OutcomeNone
	case !ok:
		o.Reason = "constant_outcome"
	default:
		o.Difference = intervalOf(e)
		o.Greenwood = normalInterval(mean[1]-mean[0], math.Hypot(se[0], se[1]))
	}
	retentionWords(&o)
	return o
}

// normalInterval is the interval of an estimate at the normal quantiles.
func normalInterval(value, se float64) *Interval {
	z, z80 := distuv.UnitNormal.Quantile(.975), distuv.UnitNormal.Quantile(.9)
	low80, high80 := value-z80*se, value+z80*se
	return &Interval{Value: value, Low: value - z*se, High: value + z*se, Low80: &low80, High80: &high80}
}

// fill takes an arm's curve over, which ends with the day of the reading.
func (a *SurvivalArm) fill(c survival.Curve, mean, se float64) {
	a.Accounts, a.Mean, a.SE = c.N, mean, se
	a.Curve = []SurvivalPoint{{Share: 1, Low: 1, High: 1, AtRisk: c.N}}
	z := distuv.UnitNormal.Quantile(.975)
	for _, s := range c.Steps {
		a.Lost += s.Ended
		a.Curve = append(a.Curve, SurvivalPoint{Day: int(s.At), Share: s.S, Low: max(s.S-z*s.SE, 0), High: min(s.S+z*s.SE, 1), AtRisk: s.AtRisk})
	}
}

// renewalWords say what the share of renewals is of.
func renewalWords(o ShareOutcome) Bilingual {
	text := func(de bool) string {
		t := pick(de,
			"Contracts that ran on the in-home date, at their first opportunity to end on which notice could still be given then, as far as the decision has fallen by the reading: the deadline for notice, else the end of the term, has passed. A contract that ended before counts as not renewed.",
			"Verträge, die am Tag der Zustellung liefen, bei ihrer ersten Gelegenheit zu enden, für die damals noch gekündigt werden konnte, soweit bis zur Ablesung entschieden ist: Die Kündigungsfrist, sonst die Laufzeit, ist vorbei. Was davor endete, gilt als nicht verlängert.")
		if o.Pending > 0 {
			t += pick(de, fmt.Sprintf(" %d of those renewed count so because notice can no longer be given; their term is not over.", o.Pending),
				fmt.Sprintf(" %d der verlängerten gelten so, weil nicht mehr gekündigt werden kann; ihre Laufzeit ist noch nicht um.", o.Pending))
		}
		return t + fewCases(de, o.Few && o.Difference != nil) + outcomeReason(de, o.Reason)
	}
	return Bilingual{EN: text(false), DE: text(true)}
}

func fewCases(de, few bool) string {
	if !few {
		return ""
	}
	return pick(de, " Few cases: the interval is indicative only.", " Wenige Fälle: Das Intervall ist nur ein Anhaltspunkt.")
}

// outcomeReason tell why there is no difference.
func outcomeReason(de bool, reason string) string {
	switch reason {
	case "":
		return ""
	case OutcomeNone:
		return pick(de, " There is no such case in one of the arms.", " In einem der Arme gibt es keinen solchen Fall.")
	case OutcomeEarly:
		return pick(de, " It is too early: nothing has been decided yet.", " Es ist zu früh: Noch ist nichts entschieden.")
	}
	return pick(de, " Nothing differs yet, or there are too few groups: there is no interval.", " Noch unterscheidet sich nichts, oder es sind zu wenige Verbünde: Es gibt kein Intervall.")
}

// retentionWords say what active means and how the difference is read.
func retentionWords(o *SurvivalOutcome) {
	o.Active = Bilingual{EN: "a running contract; accounts that had one on the in-home date",
		DE: "ein laufender Vertrag; Kunden, die am Tag der Zustellung einen hatten"}
	text := func(de bool) string {
		return pick(de, fmt.Sprintf("Mean days under contract within the first %d days (Kaplan-Meier), mailed less held out. A contract that follows without a gap goes on. The interval takes whole groups together; Greenwood's beside it takes accounts as independent and is too narrow where groups share what happens to them.", o.Until),
			fmt.Sprintf("Mittlere Tage unter Vertrag in den ersten %d Tagen (Kaplan-Meier), angeschrieben minus zurückgehalten. Ein Vertrag, der lückenlos folgt, zählt weiter. Das Intervall nimmt ganze Verbünde zusammen; jenes nach Greenwood daneben hält Kunden für unabhängig und ist zu eng, wo Verbünde ein Schicksal teilen.", o.Until)) +
			fewCases(de, o.Few && o.Difference != nil) + outcomeReason(de, o.Reason)
	}
	o.Text = Bilingual{EN: text(false), DE: text(true)}
}
