package planner

import (
	"fmt"
	"math"
	"strings"
)

// Words are a text in both of the product's languages.
type Words struct {
	EN string `json:"en"`
	DE string `json:"de"`
}

// In gives the text in a language; everything that is not German is English.
func (w Words) In(lang string) string {
	if strings.HasPrefix(lang, "de") {
		return w.DE
	}
	return w.EN
}

// percent writes a share for readers: "38 %", below 10 % with one decimal.
func percent(share float64) Words {
	v := share * 100
	if math.Abs(v) < 9.95 {
		s := strings.TrimSuffix(fmt.Sprintf("%.1f", v), ".0")
		return Words{s + " %", strings.Replace(s, ".", ",", 1) + " %"}
	}
	s := fmt.Sprintf("%.0f %%", v)
	return Words{s, s}
}

// label is the design in words.
func (d Design) label() Words {
	var w Words
	switch d.Kind {
	case Holdout:
		p := percent(d.Share)
		w = Words{"campaign holdout of " + p.EN, "Kontrollgruppe der Kampagne mit " + p.DE}
	case Pairs:
		w = Words{"matched pairs, one of each held out", "gleichartige Paare, je eine Gruppe ohne Brief"}
		if d.block() > 2 {
			w = Words{fmt.Sprintf("matched blocks of %d, one of each held out", d.Block), fmt.Sprintf("gleichartige Blöcke zu %d, je eine Gruppe ohne Brief", d.Block)}
		}
	case InWaves:
		w = Words{fmt.Sprintf("%d random waves, a window apart", d.Waves), fmt.Sprintf("%d zufällige Wellen im Abstand eines Messfensters", d.Waves)}
	case Programme:
		w = Words{fmt.Sprintf("programme test over %d months, matched pairs", d.Months), fmt.Sprintf("Programmtest über %d Monate, gleichartige Paare", d.Months)}
	}
	if d.TopPercent > 0 {
		p := percent(d.TopPercent / 100)
		w.EN += ", largest " + p.EN + " left out"
		w.DE += ", größte " + p.DE + " ausgenommen"
	}
	return w
}

// word writes the sentence and its reasons.
func (s *simulation) word(a *Assessment) {
	a.Sentence = s.sentence(a)
	a.Reasons = append(a.Reasons, s.reasons(a)...)
}

func (s *simulation) sentence(a *Assessment) Words {
	lift, power := percent(a.Lift.Mean), percent(a.Proposal.Power)
	p := a.Proposal
	f, _ := named(a.Designs, p.Design)
	until := givenUp(f, p)
	shows := Words{
		fmt.Sprintf("a lift of %s shows with a chance of %s. %s", lift.EN, power.EN, until.EN),
		fmt.Sprintf("Eine Wirkung von %s zeigt sich mit einer Wahrscheinlichkeit von %s. %s", lift.DE, power.DE, until.DE),
	}
	on := Words{p.KnownOn.Format("en"), p.KnownOn.Format("de")}
	switch p.Kind {
	case ProposeDesign:
		return Words{
			fmt.Sprintf("You will know by %s (%s): %s", on.EN, f.Label.EN, shows.EN),
			fmt.Sprintf("Am %s wissen Sie es (%s): %s", on.DE, f.Label.DE, shows.DE),
		}
	case ProposeProgramme:
		return Words{
			fmt.Sprintf("One campaign is too small to tell. You will know by %s (%s, over all campaigns): %s", on.EN, f.Label.EN, shows.EN),
			fmt.Sprintf("Eine einzelne Kampagne ist dafür zu klein. Am %s wissen Sie es (%s, über alle Kampagnen): %s", on.DE, f.Label.DE, shows.DE),
		}
	case ProposePooling:
		return Words{
			fmt.Sprintf("One campaign is too small to tell. You will know by %s (repeated %d times, each with a %s drawn anew, and pooled): %s", on.EN, p.Repeats, f.Label.EN, shows.EN),
			fmt.Sprintf("Eine einzelne Kampagne ist dafür zu klein. Am %s wissen Sie es (%d-mal wiederholt und zusammengefasst, jedes Mal neu ausgelost: %s): %s", on.DE, p.Repeats, f.Label.DE, shows.DE),
		}
	}
	return s.hopeless(a, lift)
}

// givenUp is the price in words.
func givenUp(f Finding, p Proposal) Words {
	if f.Deferred.Minor > 0 && f.Cost.Minor == 0 {
		return Words{
			fmt.Sprintf("Everybody gets the letter; %s comes later.", f.Deferred.Format("en")),
			fmt.Sprintf("Alle bekommen den Brief; %s kommen später.", f.Deferred.Format("de")),
		}
	}
	return Words{
		fmt.Sprintf("Those without a letter cost %s of expected margin until then.", p.Cost.Format("en")),
		fmt.Sprintf("Die Gruppen ohne Brief kosten bis dahin %s an erwartetem Deckungsbeitrag.", p.Cost.Format("de")),
	}
}

func (s *simulation) hopeless(a *Assessment, lift Words) Words {
	switch {
	case a.Groups < LeastGroups:
		return Words{
			fmt.Sprintf("Cannot be measured: %d groups are planned, and fewer than %d cannot be compared at all.", a.Groups, LeastGroups),
			fmt.Sprintf("Nicht messbar: %d Gruppen sind geplant, und weniger als %d lassen sich überhaupt nicht vergleichen.", a.Groups, LeastGroups),
		}
	case len(a.Past.Windows) == 0:
		return Words{
			"Cannot be measured beforehand: this audience has no past window with any margin beyond agreed contract fees on which a test could be tried.",
			"Vorab nicht zu beurteilen: Diese Zielgruppe hat kein vergangenes Zeitfenster, das außer vereinbarten Entgelten Deckungsbeitrag brachte und an dem sich ein Test erproben ließe.",
		}
	case a.Proposal.Needed == nil:
		return Words{
			fmt.Sprintf("Cannot be measured: no design that was tried shows a lift of %s or any other lift reliably.", lift.EN),
			fmt.Sprintf("Nicht messbar: Kein erprobter Versuchsplan zeigt eine Wirkung von %s oder irgendeine andere verlässlich.", lift.DE),
		}
	}
	f, _ := named(a.Designs, a.Proposal.Closest)
	needed := percent(*a.Proposal.Needed)
	return Words{
		fmt.Sprintf("Cannot be measured: a lift of %s is too small for this audience; even the best design (%s) needs one of %s.", lift.EN, f.Label.EN, needed.EN),
		fmt.Sprintf("Nicht messbar: Eine Wirkung von %s ist für diese Zielgruppe zu klein; selbst der beste Versuchsplan (%s) bräuchte eine von %s.", lift.DE, f.Label.DE, needed.DE),
	}
}

// usualShare is the holdout that every assessment says something about: what a campaign has by default.
const usualShare = .2

// reasons says on what the simulation rests, what speaks for the proposal, which designs are out, and what to bear
// in mind. The other designs stand in the table of findings.
func (s *simulation) reasons(a *Assessment) []Words {
	var out []Words
	add := func(en, de string) { out = append(out, Words{en, de}) }
	if used := len(a.Past.Windows); used > 0 {
		top, buyers := percent(a.Past.TopShares), percent(a.Past.Buyers)
		add(fmt.Sprintf("Tried on %d past windows of %d days of these %d groups: %s of them bought or renewed in a window, the largest 1 %% bring %s of the margin beyond agreed fees.", used, a.WindowDays, a.Groups, buyers.EN, top.EN),
			fmt.Sprintf("Erprobt an %d vergangenen Fenstern von %d Tagen mit genau diesen %d Gruppen: %s davon kauften oder verlängerten in einem Fenster, das größte 1 %% bringt %s des Deckungsbeitrags über vereinbarte Entgelte hinaus.", used, a.WindowDays, a.Groups, buyers.DE, top.DE))
	}
	for _, f := range a.Designs {
		if f.Name == a.Own || f.Name == a.Proposal.Design || f.Name == a.Proposal.Closest || f.Kind == Holdout && f.Share == usualShare || f.Impossible != "" || !s.covers(f) {
			en, de := s.verdict(f)
			if f.Name == a.Own {
				en, de = "As the campaign stands: "+en, "Wie die Kampagne jetzt angelegt ist: "+de
			}
			add(en, de)
		}
	}
	if w, ok := wavesInstead(a); ok {
		out = append(out, w)
	}
	return append(out, s.caveats(a)...)
}

// verdict says of one design what it can see, or why it was not tried.
func (s *simulation) verdict(f Finding) (en, de string) {
	switch {
	case f.Impossible == ShortHistory:
		return f.Label.EN + ": not tried, the data does not go back far enough.", f.Label.DE + ": nicht erprobt, die Daten reichen nicht weit genug zurück."
	case f.Impossible == TooSmall:
		return f.Label.EN + ": impossible, an arm would have too few groups.", f.Label.DE + ": unmöglich, eine Seite hätte zu wenige Gruppen."
	case f.Impossible != "":
		return f.Label.EN + ": not tried, nobody bought anything in these windows.", f.Label.DE + ": nicht erprobt, in diesen Fenstern hat niemand gekauft."
	}
	power, cover := percent(f.Power), percent(f.Coverage)
	seen := Words{"no lift at all is seen reliably", "keine Wirkung ist verlässlich zu sehen"}
	if f.Detectable != nil {
		d := percent(*f.Detectable)
		seen = Words{"a lift from " + d.EN + " on is seen reliably", "eine Wirkung ab " + d.DE + " ist verlässlich zu sehen"}
	}
	en = fmt.Sprintf("%s: %s; the expected one with a chance of %s.", f.Label.EN, seen.EN, power.EN)
	de = fmt.Sprintf("%s: %s, die erwartete mit einer Wahrscheinlichkeit von %s.", f.Label.DE, seen.DE, power.DE)
	if !s.covers(f) {
		en += fmt.Sprintf(" Its intervals hold the truth in %s of the trials only: not to be trusted.", cover.EN)
		de += fmt.Sprintf(" Die Intervalle enthalten die Wahrheit nur in %s der Versuche: nicht vertrauenswürdig.", cover.DE)
	}
	return en, de
}

// wavesInstead points out waves that would do as well as a proposed design that leaves groups out for good.
func wavesInstead(a *Assessment) (Words, bool) {
	chosen, _ := named(a.Designs, a.Proposal.Design)
	for _, f := range a.Designs {
		if f.Kind == InWaves && f.Sufficient && a.Proposal.Kind == ProposeDesign && chosen.Kind != InWaves && f.price().Minor <= a.Proposal.Cost.Minor {
			return Words{
				fmt.Sprintf("Instead, %s would tell by %s, and everybody would get the letter, some later.", f.Label.EN, f.KnownOn.Format("en")),
				fmt.Sprintf("Stattdessen: %s – das Ergebnis stünde am %s fest, und alle bekämen den Brief, manche später.", f.Label.DE, f.KnownOn.Format("de")),
			}, true
		}
	}
	return Words{}, false
}

func (s *simulation) caveats(a *Assessment) []Words {
	var out []Words
	add := func(en, de string) { out = append(out, Words{en, de}) }
	if a.Agreed.Minor != 0 || a.Past.Agreed > 0 {
		add(fmt.Sprintf("A lift is a share of what a letter can raise: orders and contracts that are still to be decided, here %s. The %s of margin that contracts have agreed for the same days stand in the result of both sides and rise in neither.", a.Baseline.Format("en"), a.Agreed.Format("en")),
			fmt.Sprintf("Eine Wirkung ist ein Anteil an dem, was ein Brief steigern kann: Bestellungen und noch nicht entschiedene Verträge, hier %s. Der für dieselben Tage vertraglich vereinbarte Deckungsbeitrag von %s steht im Ergebnis beider Seiten und steigt auf keiner.", a.Baseline.Format("de"), a.Agreed.Format("de")))
	}
	switch {
	case a.Groups == 0 || a.Past.Unlike == 0:
	case a.Past.Unlike == 1:
		add("One past window was not used: this audience bought much less in it than is expected now, as its own selection explains.",
			"Ein vergangenes Fenster blieb außer Betracht: Diese Zielgruppe kaufte darin viel weniger als jetzt erwartet, was schon ihre Auswahl erklärt.")
	default:
		add(fmt.Sprintf("%d past windows were not used: this audience bought much less in them than is expected now, as its own selection explains.", a.Past.Unlike),
			fmt.Sprintf("%d vergangene Fenster blieben außer Betracht: Diese Zielgruppe kaufte darin viel weniger als jetzt erwartet, was schon ihre Auswahl erklärt.", a.Past.Unlike))
	}
	if a.Past.TooEarly > 0 {
		add(fmt.Sprintf("%d windows lie before the first data of %s.", a.Past.TooEarly, a.Past.DataFrom.Format("en")),
			fmt.Sprintf("%d Fenster liegen vor den ersten Daten vom %s.", a.Past.TooEarly, a.Past.DataFrom.Format("de")))
	}
	for _, factor := range a.Past.Adjusted {
		if factor != 1 {
			add("Past windows were brought to the margin that the scores expect now: orders thinned out at random or scaled up.",
				"Vergangene Fenster wurden auf den Deckungsbeitrag gebracht, den die Scores jetzt erwarten: Bestellungen zufällig ausgedünnt oder hochgerechnet.")
			break
		}
	}
	if f, ok := named(a.Designs, a.Proposal.Design); ok && f.TopPercent > 0 {
		p, share := percent(f.TopPercent/100), percent(f.LeftOutShare)
		add(fmt.Sprintf("The largest %s of groups are always mailed and left out of the estimate; they bring %s of the margin beyond agreed fees.", p.EN, share.EN),
			fmt.Sprintf("Die größten %s der Gruppen bekommen den Brief immer und bleiben aus der Messung; sie bringen %s des Deckungsbeitrags über vereinbarte Entgelte hinaus.", p.DE, share.DE))
	}
	if len(a.Designs) > 0 {
		add("The lift is assumed to raise the margin of those who buy anyway in proportion; letters that make others begin to buy are a little harder to see.",
			"Angenommen ist, dass der Brief den Deckungsbeitrag derer anhebt, die ohnehin kaufen; Briefe, die andere erst zum Kaufen bringen, sind etwas schwerer nachzuweisen.")
	}
	return out
}
