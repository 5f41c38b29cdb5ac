package responses

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"postlift"
	"postlift/clv"
	"postlift/clv/scoring"
	"postlift/responses/worth"
)

// MostValued is how many groups of an arm the projected line values, but for chance, at the most, and the accounts of
// those held out are the controls that its models are fitted to: of longer lists a sample that is drawn by hash.
// Thousands of controls fix the models' few parameters, and reading every account's documents would take longer than
// all else in a report.
const MostValued = 20_000

// readValue fills in the three lines of CLV uplift. That of the programme is of many runs, up to the same day.
func (r *outcomeRead) readValue(ctx context.Context) error {
	c := &CLVUplift{Note: clvNote}
	r.out.CLV = c
	if m := r.gains.margin.on(r.out.Day); m != nil {
		c.Realised = r.gains.reading(r.out.Day).Net
	}
	p, err := r.project(ctx)
	if err != nil {
		return err
	}
	if p.Residual != nil {
		if err := r.calibrate(ctx, p); err != nil {
			return err
		}
	}
	p.Text = projectedWords(p)
	c.Projected = p
	c.Programme, err = r.ProgrammeLine(ctx, r.out.ReadOn)
	return err
}

var clvNote = Bilingual{
	EN: "Three lines of different kinds, which must not be added up: what was realised is measured, what is projected is a model's, and the programme's line holds what all letters together did against its own control.",
	DE: "Drei Zeilen verschiedener Art, die nicht zusammengezählt werden dürfen: Realisiertes ist gemessen, Projiziertes stammt aus einem Modell, und die Zeile des Programms enthält, was alle Briefe zusammen gegenüber dessen eigener Kontrollgruppe bewirkt haben.",
}

// project values the groups of both arms, by their own past up to the day, with models of the controls alone.
func (r *outcomeRead) project(ctx context.Context) (*ProjectedLine, error) {
	days := r.in.Run.readingDays()
	p := &ProjectedLine{State: OutcomeNoModel, Day: r.out.Day, Needed: worth.Needed}
	if last := days[len(days)-1]; last > p.Day {
		p.AheadDay = last
	}
	a, rate, err := r.assumptions(ctx, max(p.AheadDay-p.Day, 0))
	if err != nil {
		return nil, err
	}
	p.Horizon = a.HorizonMonths
	fitter := worth.NewFitter(r.out.ReadOn, a.DefaultMargin)
	v := r.newValues()
	p.Drawn = v.drawn()
	if err := v.read(ctx, fitter, a.DefaultMargin); err != nil {
		return nil, err
	}
	choice, err := r.modelChoice(ctx)
	if err != nil {
		return nil, err
	}
	p.Controls = fitter.Learned()
	valuer, ok, err := fitter.Fit(choice, a)
	if err != nil || !ok {
		return p, err
	}
	p.Model = valuer.Model
	for i, group := range v.held {
		v.add(group, rate)(valuer.Value(fitter.Control(i)))
	}
	for i := range v.mailed {
		v.add(v.mailed[i].group, rate)(valuer.Value(&v.mailed[i].past))
	}
	v.fill(p)
	return p, nil
}

// assumptions are those of today's settings with a window of some days, and the rate from the reporting currency to
// the run's.
func (r *outcomeRead) assumptions(ctx context.Context, window int) (a clv.Assumptions, rate float64, err error) {
	settings, err := r.store.Settings(ctx)
	if err != nil {
		return a, 0, err
	}
	metrics, err := r.store.Metrics(ctx, r.out.ReadOn)
	if err != nil {
		return a, 0, err
	}
	rates, err := r.store.RatesOn(ctx, r.in.Run.Currency, r.out.ReadOn)
	if err != nil {
		return a, 0, err
	}
	rate = rates[settings.Currency]
	if settings.Currency == r.in.Run.Currency {
		rate = 1
	}
	a, err = scoring.Assume(settings, &metrics)
	a.WindowDays = window
	return a, rate, err
}

// modelChoice is what a backtest of before in-home chose, without levels: controls are few.
func (r *outcomeRead) modelChoice(ctx context.Context) (clv.Choice, error) {
	inHome := r.in.Run.InHomeOn
	b, err := r.store.LatestBacktest(ctx, inHome.AddMonths(-24), inHome)
	switch {
	case postlift.KindOf(err) == postlift.NotFound:
		return clv.Choice{}, nil
	case err != nil:
		return clv.Choice{}, err
	}
	return clv.Choice{Orders: b.Report.Choice.Model, K: b.Report.Choice.FixedK(), Spend: b.Report.Choice.Spend}, nil
}

// calibrate multiplies the projection with what came of earlier ones, made on the same day of other campaigns or, where
// those are too few, on the latest day before it.
func (r *outcomeRead) calibrate(ctx context.Context, p *ProjectedLine) error {
	matured := newMaturing(r.in.Run.Currency)
	if err := r.store.KeptReadings(ctx, r.in.Run.ID, r.in.AsOf, matured.add); err != nil {
		return err
	}
	matured.close()
	for day := p.Day; day > 0; day-- {
		k, ok := worth.Calibrate(matured.byDay[day])
		if !ok {
			continue
		}
		p.Kappa = &KappaLine{Value: k.Value, Low: k.Low, High: k.High, SE: k.SE, Campaigns: k.Campaigns, Day: day}
		p.State, p.Calibrated = Calibrated, r.gains.interval(k.Apply(float64(p.Residual.Value.Minor), p.ResidualSE))
		return nil
	}
	return nil
}

// keptReport is what a frozen report says of projections.
type keptReport struct {
	Currency string `json:"currency"`
	Outcomes *struct {
		Day   int `json:"day"`
		Money *struct {
			Since []SinceReading `json:"since"`
		} `json:"money"`
		CLV *struct {
			Projected *struct {
				Ahead    *MoneyInterval `json:"ahead"`
				AheadSE  float64        `json:"ahead_se"`
				AheadDay int            `json:"ahead_day"`
			} `json:"projected"`
		} `json:"clv"`
	} `json:"outcomes"`
}

// maturing collects campaigns of which a projection and what came of it are known, by the day of the projection.
// Reports come run by run.
type maturing struct {
	currency  string
	byDay     map[int][]worth.Matured
	run       int64
	projected map[[2]int]worth.Matured // by the days that they reach from and to
	realised  map[[2]int]worth.Matured
}

func newMaturing(currency string) *maturing {
	m := &maturing{currency: currency, byDay: map[int][]worth.Matured{}}
	m.close()
	return m
}

// add takes a frozen report.
func (m *maturing) add(run int64, report []byte) error {
	if run != m.run {
		m.close()
		m.run = run
	}
	var k keptReport
	if err := json.Unmarshal(report, &k); err != nil {
		return fmt.Errorf("responses: the frozen report of run %d: %w", run, err)
	}
	o := k.Outcomes
	if o == nil || k.Currency != m.currency {
		return nil
	}
	if o.Money != nil {
		for _, s := range o.Money.Since {
			m.realised[[2]int{s.Day, s.Until}] = worth.Matured{Realised: float64(s.Gain.Value.Minor), RealisedSE: s.SE}
		}
	}
	if o.CLV != nil && o.CLV.Projected != nil && o.CLV.Projected.Ahead != nil {
		p := o.CLV.Projected
		m.projected[[2]int{o.Day, p.AheadDay}] = worth.Matured{Projected: float64(p.Ahead.Value.Minor), ProjectedSE: p.AheadSE}
	}
	return nil
}

// close pairs what the run that came last projected with what it realised.
func (m *maturing) close() {
	for days, p := range m.projected {
		if r, known := m.realised[days]; known {
			p.Realised, p.RealisedSE = r.Realised, r.RealisedSE
			m.byDay[days[0]] = append(m.byDay[days[0]], p)
		}
	}
	m.projected, m.realised = map[[2]int]worth.Matured{}, map[[2]int]worth.Matured{}
}

// projectedWords say what may be read from the line.
func projectedWords(p *ProjectedLine) Bilingual {
	text := func(de bool) string {
		if p.State == OutcomeNoModel {
			return pick(de, fmt.Sprintf("Too few to fit: the model learns from controls only, and %d of them have orders or running contracts; it needs %d.", p.Controls, p.Needed),
				fmt.Sprintf("Zu wenige für ein Modell: Es lernt nur von Zurückgehaltenen, und %d von ihnen haben Bestellungen oder laufende Verträge; nötig sind %d.", p.Controls, p.Needed))
		}
		if p.State == OutcomeNone {
			return pick(de, "All groups are worth the same to the model, or there are too few: there is no difference to show.", "Für das Modell sind alle Verbünde gleich viel wert, oder es sind zu wenige: Es gibt keinen Unterschied zu zeigen.")
		}
		t := pick(de, fmt.Sprintf("Model: residual value over %d months on day %d, from models fitted to %d controls only, which value both arms by their own past; adjusted for the value before the draw. The interval is that of the draw; the models' own error is not in it.", p.Horizon, p.Day, p.Controls),
			fmt.Sprintf("Modell: Restwert über %d Monate am Tag %d, aus Modellen, die nur von %d Zurückgehaltenen gelernt haben und beide Arme nach deren eigener Vergangenheit bewerten; bereinigt um den Wert vor der Auslosung. Das Intervall ist das der Auslosung; der Fehler der Modelle selbst ist nicht darin.", p.Horizon, p.Day, p.Controls))
		if p.Drawn > 0 {
			t += pick(de, fmt.Sprintf(" It rests on %s groups that were drawn by hash, about %s of an arm that has more, and is scaled to all; the interval is that of the sample.", WholeNumber(p.Drawn, "en"), WholeNumber(MostValued, "en")),
				fmt.Sprintf(" Sie beruht auf %s durch Hash gezogenen Verbünden, etwa %s je Arm, der mehr hat, und ist auf alle hochgerechnet; das Intervall ist das der Stichprobe.", WholeNumber(p.Drawn, "de"), WholeNumber(MostValued, "de")))
		}
		if p.Kappa == nil {
			return t + pick(de, fmt.Sprintf(" Not calibrated yet: fewer than %d campaigns show what came of such projections. Early ones overstate orders that letters brought forward and miss customers that they kept, so this line is no estimate and enters no total.", worth.NeededMatured),
				fmt.Sprintf(" Noch nicht kalibriert: Weniger als %d Kampagnen zeigen, was aus solchen Projektionen wurde. Frühe überschätzen vorgezogene Bestellungen und übersehen gehaltene Kunden; daher ist diese Zeile keine Schätzung und geht in keine Summe ein.", worth.NeededMatured))
		}
		return t + pick(de, fmt.Sprintf(" Calibrated: of projections made on day %d of %d matured campaigns, %.2f of each unit came by the last reading; the interval holds that factor's doubt and how far it differs between campaigns. That the factor holds beyond the last reading is assumed.", p.Kappa.Day, p.Kappa.Campaigns, p.Kappa.Value),
			fmt.Sprintf(" Kalibriert: Von Projektionen am Tag %d von %d ausgereiften Kampagnen kam bis zur letzten Ablesung das %s-Fache; das Intervall enthält die Unsicherheit dieses Faktors und wie sehr er zwischen Kampagnen schwankt. Dass er über die letzte Ablesung hinaus gilt, ist angenommen.", p.Kappa.Day, p.Kappa.Campaigns, strings.Replace(fmt.Sprintf("%.2f", p.Kappa.Value), ".", ",", 1)))
	}
	return Bilingual{EN: text(false), DE: text(true)}
}
