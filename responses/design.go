package responses

import (
	"fmt"
	"strings"

	"postlift"
	"postlift/campaigns"
	"postlift/campaigns/experiment"
)

// RunDesign is how a run's holdout was drawn, as its record froze it. The zero value is a run of before designs were
// recorded: a holdout in strata.
type RunDesign struct {
	campaigns.PlanDesign
	Strata   map[string]Sizes // planned, by stratum; of blocks by segment
	WaveDays int              // from one wave to the next
	Posted   []Posting        // of waves: those posted so far, by number
	Ended    bool             // of waves: the campaign was cancelled, no further one will be mailed
}

// Sizes are numbers of groups.
type Sizes struct{ Held, Treated int }

// Posting is a wave that was posted.
type Posting struct {
	Wave     int
	InHomeOn postlift.Date
}

func (d RunDesign) waves() bool  { return d.Design == campaigns.DesignWaves }
func (d RunDesign) blocks() bool { return d.Design == campaigns.DesignPairs }

// stratum is the name under which the record counts what a choice calls its stratum: a block's is numbered.
func (d RunDesign) stratum(name string) string {
	if i := strings.LastIndexByte(name, '|'); d.blocks() && i >= 0 {
		return name[:i]
	}
	return name
}

// analyse reads the ledger with the estimator that the run's design registered.
func (m *measurement) analyse(units []experiment.Unit) (err error) {
	switch {
	case m.Run.Design.waves():
		return m.analyseWaves()
	case m.Run.Design.blocks():
		m.res, err = experiment.AnalyseBlocks(units)
	default:
		m.res, err = experiment.Analyse(units)
	}
	if err == nil && len(m.Run.Design.Strata) > 0 {
		m.res.GroupRatio = m.sizes()
		if m.strata = m.inside(); m.strata.Broken() {
			m.res.GroupRatio = experiment.RatioCheck{Chi2: m.res.GroupRatio.Chi2, P: min(m.strata.P, m.res.GroupRatio.P), Tested: true}
		}
	}
	return err
}

// sizes checks the groups found against those of the frozen draw. Its counts are exact, so that a chance deviation,
// which the chi-square of a coin allows for, does not exist: only how many of either arm are missing is asked.
func (m *measurement) sizes() experiment.RatioCheck {
	found := map[string]Sizes{}
	for name, s := range m.Ledger.strata {
		name = m.Run.Design.stratum(name)
		found[name] = Sizes{found[name].Held + s.Held, found[name].Treated + s.Treated}
	}
	var planned, there [2]int
	for name, p := range m.Run.Design.Strata {
		f := found[name]
		delete(found, name)
		planned[0], planned[1] = planned[0]+p.Held, planned[1]+p.Treated
		there[0], there[1] = there[0]+f.Held, there[1]+f.Treated
		if f.Held > p.Held || f.Treated > p.Treated {
			return experiment.LostRatio([2]int{p.Held, p.Treated}, [2]int{f.Held, f.Treated})
		}
	}
	for _, f := range found { // of a stratum that was never drawn from
		return experiment.LostRatio([2]int{}, [2]int{f.Held, f.Treated})
	}
	return experiment.LostRatio(planned, there)
}

// inside checks every stratum of the draw by itself, as what one lost another may have balanced: the least of the exact
// p values, times the number of strata.
func (m *measurement) inside() experiment.StrataRatio {
	found := map[string]Sizes{}
	for name, s := range m.Ledger.strata {
		name = m.Run.Design.stratum(name)
		found[name] = Sizes{found[name].Held + s.Held, found[name].Treated + s.Treated}
	}
	var checks []experiment.RatioCheck
	for name, p := range m.Run.Design.Strata {
		f := found[name]
		checks = append(checks, experiment.LostRatio([2]int{p.Held, p.Treated}, [2]int{f.Held, f.Treated}))
	}
	return experiment.InStrata(checks)
}

// enoughControls is from how many control groups on the 95 % interval is trusted. Where as many are mailed as are
// not, both arms are skewed alike and the difference is not; in waves those that wait are never the smaller arm by
// much. Package experiment's tests simulate both with fewer.
func (d RunDesign) enoughControls() int {
	if d.blocks() && d.Block == 2 || d.waves() {
		return EnoughPairs
	}
	return EnoughControls
}

// byDesign words the estimate of a designed test; "" where it is read as two plain arms.
func (m measurement) byDesign(de bool) string {
	d := m.Run.Design
	switch {
	case d.blocks():
		return pick(de,
			fmt.Sprintf("the mean of the differences between mailed and held-out groups within blocks of %d neighbours by margin before the mailing, adjusted for what they still differed in before, with an interval from the spread between blocks (%d blocks compared)", d.Block, m.res.Blocks),
			fmt.Sprintf("das Mittel der Unterschiede zwischen angeschriebenen und zurückgehaltenen Verbünden innerhalb von Blöcken aus je %d Nachbarn nach Deckungsbeitrag vor der Aussendung, bereinigt um verbliebene Unterschiede der Vorperiode, mit einem Intervall aus der Streuung zwischen den Blöcken (%d Blöcke verglichen)", d.Block, m.res.Blocks))
	case d.waves():
		return pick(de,
			"in every period from one wave to the next, the groups just mailed less those not mailed yet, adjusted for the margin before, periods weighted by their sizes",
			"in jedem Abschnitt von einer Welle zur nächsten die eben angeschriebenen Verbünde gegen die noch nicht angeschriebenen, bereinigt um den Deckungsbeitrag zuvor, Abschnitte nach ihrer Größe gewichtet")
	}
	return ""
}
