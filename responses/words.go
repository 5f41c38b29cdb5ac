package responses

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"postlift"
	"postlift/campaigns/experiment"
)

// matchBackBias is the known bias of match-back, in words.
var matchBackBias = Bilingual{
	EN: "Match-back credits every order of a mailed account in the window, also those that would have come without a letter; " +
		"credited margin is therefore usually several times the true effect. Counting by code errs the other way: many customers order without naming one. " +
		"The measured gain is the difference to the held-out accounts and free of both errors.",
	DE: "Der Bestellabgleich rechnet dem Brief jede Bestellung eines angeschriebenen Kunden im Messzeitraum zu, auch solche, die ohne Brief gekommen wären; " +
		"der zugerechnete Deckungsbeitrag ist deshalb meist ein Mehrfaches der wahren Wirkung. Die Zählung nach Codes irrt in die andere Richtung: Viele Kunden bestellen, ohne einen zu nennen. " +
		"Der gemessene Mehrertrag ist der Unterschied zu den zurückgehaltenen Kunden und frei von beiden Fehlern.",
}

// WholeMoney writes an amount for readers of lang, rounded to whole major units.
func WholeMoney(m postlift.Money, lang string) string {
	factor := postlift.MinorFactor(m.Currency)
	rounded := postlift.Money{Minor: postlift.RoundMinor(math.Round(float64(m.Minor)/factor) * factor), Currency: m.Currency}
	text := rounded.Format(lang)
	if digits := postlift.MinorDigits(m.Currency); digits > 0 {
		zeros := strings.Repeat("0", digits)
		text = strings.Replace(text, ","+zeros+"\u00a0", "\u00a0", 1) // German: the symbol follows
		text = strings.TrimSuffix(text, "."+zeros)
	}
	return strings.Replace(text, "-", "\u2212", 1)
}

// WholeNumber writes a count with the thousands separator of lang.
func WholeNumber(n int, lang string) string {
	s := fmt.Sprint(max(n, -n))
	sep := ","
	if strings.HasPrefix(lang, "de") {
		sep = "."
	}
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + sep + s[i:]
	}
	if n < 0 {
		return "\u2212" + s
	}
	return s
}

// Percent writes a share (.1 = 10 %) for readers of lang.
func Percent(v float64, digits int, lang string) string {
	_, decimals, _ := strings.Cut(fmt.Sprintf("%.*f", digits, math.Abs(v*100)), ".")
	whole, _ := math.Modf(math.Round(math.Abs(v*100)*math.Pow10(digits)) / math.Pow10(digits))
	s := WholeNumber(int(min(whole, math.MaxInt32)), lang)
	de := strings.HasPrefix(lang, "de")
	if decimals != "" {
		s += pick(de, ".", ",") + decimals
	}
	if v < 0 && strings.ContainsAny(s, "123456789") {
		s = "\u2212" + s
	}
	return s + pick(de, "%", "\u00a0%")
}

// word fills in the sentences: what it means, what to do, when it will be known, how it was measured.
func (m measurement) word(u *Uplift) {
	u.Sentence = Bilingual{EN: m.sentence(u, "en"), DE: m.sentence(u, "de")}
	u.Advice = Bilingual{EN: m.advice(u, "en"), DE: m.advice(u, "de")}
	u.Method = Bilingual{EN: m.method(u, "en"), DE: m.method(u, "de")}
	m.notes(u)
}

func (m measurement) sentence(u *Uplift, lang string) string {
	de := lang == "de"
	if u.Verdict == Exploratory {
		return m.exploratorySentence(u, lang)
	}
	if u.Net == nil {
		return m.withoutFigure(u, lang)
	}
	if m.Run.Design.waves() && m.interim() {
		return m.someWaves(u, lang)
	}
	if sentence := m.cautious(u, lang); sentence != "" {
		return sentence
	}
	n := WholeNumber(m.res.Treated.Accounts, lang)
	value, low, high, level := m.span(u, lang)
	switch u.Verdict {
	case Works:
		return pick(de,
			fmt.Sprintf("The mailing pays: after its cost, the %s mailed accounts brought %s more margin than they would have without the letter (%s: %s to %s).", n, value, level, low, high),
			fmt.Sprintf("Die Aussendung lohnt sich: Nach Abzug der Kosten brachten die %s angeschriebenen Kunden %s mehr Deckungsbeitrag, als sie ohne den Brief gebracht hätten (%s: %s bis %s).", n, value, level, low, high))
	case Hurts:
		return pick(de,
			fmt.Sprintf("The mailing lost money: after its cost, the %s mailed accounts brought %s compared with no letter (%s: %s to %s).", n, value, level, low, high),
			fmt.Sprintf("Die Aussendung hat Geld gekostet: Nach Abzug der Kosten brachten die %s angeschriebenen Kunden %s, verglichen mit keinem Brief (%s: %s bis %s).", n, value, level, low, high))
	}
	if _, net := m.deciding(); net.High < 0 && m.interim() { // before the window's end a cost that is not yet earned proves nothing
		return pick(de,
			fmt.Sprintf("No proof yet: the margin so far has not earned the cost (%s to %s, %s), but the window is still open.", low, high, level),
			fmt.Sprintf("Noch kein Beweis: Der bisherige Deckungsbeitrag hat die Kosten noch nicht eingespielt (%s bis %s, %s), doch der Messzeitraum läuft noch.", low, high, level))
	}
	return pick(de,
		fmt.Sprintf("No proof yet: after cost, the effect on the %s mailed accounts lies between %s and %s (%s), and zero lies within.", n, low, high, level),
		fmt.Sprintf("Noch kein Beweis: Nach Abzug der Kosten liegt die Wirkung auf die %s angeschriebenen Kunden zwischen %s und %s (%s), und die Null liegt darin.", n, low, high, level))
}

// cautious words a verdict that rests on a small control group: the interval excludes zero, but such
// intervals miss more often than they say, so the sentence must not claim more than a sign.
func (m measurement) cautious(u *Uplift, lang string) string {
	if !slices.Contains(u.Flags, Indicative) || u.Verdict != Works && u.Verdict != Hurts {
		return ""
	}
	de := lang == "de"
	groups := WholeNumber(u.Design.ControlGroups, lang)
	value, low, high, level := m.span(u, lang)
	if u.Verdict == Works {
		return pick(de,
			fmt.Sprintf("A sign that the mailing pays, on a small control group of %s: after its cost %s more margin (%s: %s to %s); intervals from so small a group miss upwards more often than they say, so confirm it by repeating.", groups, value, level, low, high),
			fmt.Sprintf("Ein Anzeichen, dass sich die Aussendung lohnt, bei einer kleinen Kontrollgruppe von %s: nach Abzug der Kosten %s mehr Deckungsbeitrag (%s: %s bis %s); Intervalle aus so kleinen Gruppen liegen öfter zu hoch, als sie angeben, daher durch Wiederholen bestätigen.", groups, value, level, low, high))
	}
	return pick(de,
		fmt.Sprintf("A sign that the mailing loses money, on a small control group of %s: after its cost %s (%s: %s to %s); confirm it before you decide.", groups, value, level, low, high),
		fmt.Sprintf("Ein Anzeichen, dass die Aussendung Geld kostet, bei einer kleinen Kontrollgruppe von %s: nach Abzug der Kosten %s (%s: %s bis %s); vor einer Entscheidung bestätigen.", groups, value, level, low, high))
}

func (m measurement) withoutFigure(u *Uplift, lang string) string {
	de := lang == "de"
	switch u.Reason {
	case experiment.NoControl:
		return pick(de,
			"Withheld: nobody was held out, so nobody knows what would have happened without the letter.",
			"Nicht auswertbar: Es gab keine Kontrollgruppe, also weiß niemand, was ohne den Brief geschehen wäre.")
	case WavesUnordered, WavesRunning:
		return m.wavesOpen(u.Reason, lang)
	case experiment.TooFewBlocks:
		return pick(de,
			"No proof yet: fewer than four blocks have mailed and held-out groups that differ; so few cannot be compared.",
			"Noch kein Beweis: In weniger als vier Blöcken gibt es angeschriebene und zurückgehaltene Verbünde, die sich unterscheiden; so wenige lassen sich nicht vergleichen.")
	case experiment.NoTreated:
		return pick(de, "Withheld: no account was assigned to the letter.", "Nicht auswertbar: Kein Kunde war dem Brief zugeteilt.")
	case BrokenRatio:
		return pick(de,
			"Withheld: the sizes of the two arms contradict the design (p < 0.001); something removed or moved accounts after the assignment, and any figure would be wrong.",
			"Nicht auswertbar: Die Größen der beiden Gruppen widersprechen dem Plan (p < 0,001); nach der Zuteilung wurden Kunden entfernt oder verschoben, und jede Zahl wäre falsch.")
	case NoData:
		on, inHome := m.DataOn.Format(lang), m.Run.InHomeOn.Format(lang)
		return pick(de,
			"Withheld: the newest order known is of "+on+", before the letters came in home on "+inHome+"; what happened since has not been imported.",
			"Nicht auswertbar: Die neueste bekannte Bestellung ist vom "+on+", also von vor dem Eintreffen der Briefe am "+inHome+"; was seitdem geschah, ist noch nicht importiert.")
	case experiment.ConstantOutcome:
		return pick(de,
			"No proof yet: nobody has ordered in the window so far, neither with the letter nor without it.",
			"Noch kein Beweis: Im Messzeitraum hat bisher niemand bestellt, weder mit Brief noch ohne.")
	}
	return pick(de,
		"No proof yet: one of the arms has fewer than two company groups, and a single one has no spread to measure against.",
		"Noch kein Beweis: Eine der Gruppen hat weniger als zwei Firmenverbünde; ein einzelner hat keine Streuung, an der sich messen ließe.")
}

func (m measurement) advice(u *Uplift, lang string) string {
	de := lang == "de"
	when := m.Run.EndsOn().Format(lang)
	until := pick(de, "This is an interim reading; the window ends on "+when+", and the report of that day is the one that counts.",
		"Dies ist ein Zwischenstand; der Messzeitraum endet am "+when+", und der Bericht dieses Tages zählt.")
	switch {
	case u.Reason == WavesUnordered:
		return pick(de, "Correct the posting dates of the batches if they were entered wrongly; otherwise these waves cannot be measured.",
			"Die Einlieferungstage der Aufträge berichtigen, falls sie falsch eingetragen sind; sonst lassen sich diese Wellen nicht messen.")
	case u.Reason == experiment.NoControl || u.Reason == experiment.NoTreated:
		return pick(de, "Hold out a random share next time; 10 to 20 % are usual, 50 % for a first test.",
			"Beim nächsten Mal einen zufälligen Anteil zurückhalten; 10 bis 20 % sind üblich, 50 % für einen ersten Test.")
	case u.Reason == BrokenRatio:
		return pick(de, "Find out which accounts are missing and why before anybody reads a figure; the next mailing can be measured again.",
			"Zuerst klären, welche Kunden fehlen und warum, bevor jemand eine Zahl liest; die nächste Aussendung kann wieder gemessen werden.")
	case u.Reason == NoData:
		return pick(de, "Import the orders since the mailing, of all customers, then read the report again.",
			"Die Bestellungen seit der Aussendung importieren, und zwar von allen Kunden, dann den Bericht erneut lesen.")
	case u.Verdict == Exploratory:
		return pick(de, "Treat it as an idea to register for the next mailing; the registered report is the one that counts.",
			"Als Idee für die Registrierung der nächsten Aussendung nehmen; es zählt der registrierte Bericht.")
	case (u.Verdict == Works || u.Verdict == Hurts) && m.interim():
		return until
	case u.Verdict == Works && m.Run.Design.waves():
		return pick(de, "Repeat it, in random waves again or with a share held out: what paid once wears off unnoticed without a comparison.",
			"Wiederholen, wieder in zufälligen Wellen oder mit einem zurückgehaltenen Anteil: Ohne Vergleich bleibt unbemerkt, wenn die Wirkung nachlässt.")
	case u.Verdict == Works:
		return pick(de, "Repeat it, and keep holding out a share: what paid once wears off unnoticed without one.",
			"Wiederholen und weiter einen Anteil zurückhalten: Ohne ihn bleibt unbemerkt, wenn die Wirkung nachlässt.")
	case u.Verdict == Hurts:
		return pick(de, "Stop this mailing to these accounts, or change offer, selection or cost, and test again.",
			"Diese Aussendung an diese Kunden einstellen oder Angebot, Auswahl oder Kosten ändern und neu testen.")
	case m.interim():
		return until
	}
	return m.more(u, lang)
}

// more says what it takes to know.
func (m measurement) more(u *Uplift, lang string) string {
	de := lang == "de"
	n := m.res.Treated.Accounts + m.res.Control.Accounts
	if u.Design.AccountsNeeded == nil {
		return pick(de, "Repeat the mailing to further accounts and read the campaigns together; a larger holdout helps most.",
			"Die Aussendung an weitere Kunden wiederholen und die Kampagnen gemeinsam auswerten; eine größere Kontrollgruppe hilft am meisten.")
	}
	needed, have := WholeNumber(*u.Design.AccountsNeeded, lang), WholeNumber(n, lang)
	if m.Run.Design.waves() && *u.Design.AccountsNeeded > n {
		return pick(de,
			fmt.Sprintf("To find an effect as large as planned in waves of this kind, about %s accounts are needed (80 %% chance); this test had %s. Repeat it, with more days between the waves.", needed, have),
			fmt.Sprintf("Um in solchen Wellen eine Wirkung in geplanter Höhe zu finden, braucht es etwa %s Kunden (80 %% Wahrscheinlichkeit); dieser Test hatte %s. Wiederholen, mit mehr Tagen zwischen den Wellen.", needed, have))
	}
	if *u.Design.AccountsNeeded <= n && u.Gain.High.Minor < u.Design.PlannedGain.Minor {
		return pick(de,
			fmt.Sprintf("The %s accounts were enough to find the planned effect, and the interval ends below it: the effect is smaller than planned. Lower the cost or select more strictly before repeating.", have),
			fmt.Sprintf("Die %s Kunden genügten, um die geplante Wirkung zu finden, doch das Intervall endet darunter: Die Wirkung ist kleiner als geplant. Vor einer Wiederholung Kosten senken oder strenger auswählen.", have))
	}
	if *u.Design.AccountsNeeded <= n {
		return pick(de,
			fmt.Sprintf("With %s accounts, an effect as large as planned is found four times out of five; this time it stays open. Repeat the mailing and read the campaigns together.", have),
			fmt.Sprintf("Mit %s Kunden findet sich eine Wirkung in geplanter Höhe in vier von fünf Fällen; diesmal bleibt es offen. Die Aussendung wiederholen und die Kampagnen gemeinsam auswerten.", have))
	}
	return pick(de,
		fmt.Sprintf("To find an effect as large as planned, about %s accounts with the same holdout share are needed (80 %% chance); this test had %s. Repeat it and read the campaigns together, or hold out a larger share.", needed, have),
		fmt.Sprintf("Um eine Wirkung in geplanter Höhe zu finden, braucht es etwa %s Kunden bei gleichem Kontrollanteil (80 %% Wahrscheinlichkeit); dieser Test hatte %s. Wiederholen und die Kampagnen gemeinsam auswerten oder einen größeren Anteil zurückhalten.", needed, have))
}

func (m measurement) method(u *Uplift, lang string) string {
	de := lang == "de"
	if m.Run.Design.waves() {
		return m.wavesMethod(lang)
	}
	estimator := pick(de, "the difference in means with Welch's interval", "die Mittelwertdifferenz mit Welch-Intervall")
	if u.Estimator == experiment.PrimaryCUPED {
		estimator = pick(de,
			"the difference in means adjusted for the margin before the mailing (CUPED, one pooled theta) with Welch's interval",
			"die um den Deckungsbeitrag vor der Aussendung bereinigte Mittelwertdifferenz (CUPED, ein gemeinsames Theta) mit Welch-Intervall")
	}
	if designed := m.byDesign(de); designed != "" {
		estimator = designed
	}
	from, to := m.Run.InHomeOn.Format(lang), min(m.AsOf, m.Run.EndsOn()).Format(lang)
	return pick(de,
		fmt.Sprintf("By assignment (intention to treat): everybody assigned to the letter counts as mailed, delivered or not, everybody held out as held out. "+
			"Unit: the company group that was randomised as a whole. Outcome: realised margin of orders, net of credit notes, and of contracts by days of service, from %s to %s for both arms. "+
			"Estimate: %s, times the assigned groups, less the cost of the printed letters. The verdict is decided on the 95 %% interval of that net margin; "+
			"which estimator decides depends on data from before the mailing only. Orders without a margin of their own take the default share.", from, to, estimator),
		fmt.Sprintf("Nach Zuteilung (Intention-to-treat): Wer dem Brief zugeteilt war, zählt als angeschrieben, ob der Brief zugestellt wurde oder nicht; wer zurückgehalten wurde, als zurückgehalten. "+
			"Einheit: der Firmenverbund, der als Ganzes ausgelost wurde. Zielgröße: realisierter Deckungsbeitrag aus Bestellungen, um Gutschriften gemindert, und aus Verträgen nach Leistungstagen, vom %s bis %s für beide Gruppen. "+
			"Schätzung: %s, mal die Zahl der zugeteilten Verbünde, abzüglich der Kosten der gedruckten Briefe. Über das Urteil entscheidet das 95-%%-Intervall dieses Nettobetrags; "+
			"welche Schätzung entscheidet, hängt nur von Daten vor der Aussendung ab. Bestellungen ohne eigenen Deckungsbeitrag erhalten den Standardanteil.", from, to, estimator))
}

func (m measurement) notes(u *Uplift) {
	add := func(name, en, de string) {
		u.Notes = append(u.Notes, Note{Name: name, Text: Bilingual{EN: pick(false, en, de), DE: pick(true, en, de)}})
	}
	for _, f := range u.Flags {
		switch f {
		case Interim:
			m.interimNote(u, add)
		case Exploratory:
			m.exploratoryNote(add)
		case Indicative:
			add(f, fmt.Sprintf("Indicative: %s company groups without a letter are fewer than the %s from which a 95 %% interval keeps its promise: margins are skewed, and intervals from small control groups miss upwards more often than they say.", WholeNumber(u.Design.ControlGroups, "en"), WholeNumber(u.Design.EnoughControls, "en")),
				fmt.Sprintf("Richtwert: %s Verbünde in der Kontrollgruppe sind weniger als die %s, ab denen ein 95-%%-Intervall hält, was es verspricht: Deckungsbeiträge sind schief verteilt, und Intervalle aus kleinen Kontrollgruppen liegen öfter zu hoch, als sie angeben.", WholeNumber(u.Design.ControlGroups, "de"), WholeNumber(u.Design.EnoughControls, "de")))
		case Imbalanced:
			add(f, "The arms already differed before the mailing by more than chance usually gives; the adjusted figure corrects for it, the plain one does not.",
				"Die Gruppen unterschieden sich schon vor der Aussendung stärker, als der Zufall es meist bewirkt; die bereinigte Zahl gleicht das aus, die einfache nicht.")
		}
	}
	if k := m.Run.KeyAccounts; k != nil {
		revenue, margin := k.RevenueShare, k.MarginShare
		add("key_accounts", fmt.Sprintf("Left out of the estimate: key accounts declared before the draw (%s mailed always, %s spared) with %s of the revenue and %s of the margin of the year before of all accounts that the rule took.",
			WholeNumber(k.Mailed, "en"), WholeNumber(k.Spared, "en"), Percent(revenue, 1, "en"), Percent(margin, 1, "en")),
			fmt.Sprintf("Nicht in der Schätzung: vor der Auslosung benannte Schlüsselkunden (%s immer angeschrieben, %s ausgenommen) mit %s des Umsatzes und %s des Deckungsbeitrags des Vorjahres aller Kunden, die die Regel traf.",
				WholeNumber(k.Mailed, "de"), WholeNumber(k.Spared, "de"), Percent(revenue, 1, "de"), Percent(margin, 1, "de")))
	}
	if n := m.Run.Explored; n > 0 {
		add("exploration", fmt.Sprintf("Left out of the estimate: %s accounts that were tried out, not selected; what they show goes into the lift table.", WholeNumber(n, "en")),
			fmt.Sprintf("Nicht in der Schätzung: %s Kunden, die erprobt und nicht ausgewählt wurden; was sie zeigen, geht in die Wirkungstabelle ein.", WholeNumber(n, "de")))
	}
	m.wavesNote(add)
	if m.dataEndsEarly() && u.Reason != NoData {
		add("data_ends_early", "The newest order known is of "+m.DataOn.Format("en")+": import what has come since, or the figures stop there.",
			"Die neueste bekannte Bestellung ist vom "+m.DataOn.Format("de")+": Importieren Sie, was seitdem kam, sonst enden die Zahlen dort.")
	}
	if u.Data.Excluded > 0 {
		add("excluded", fmt.Sprintf("%s documents were left out: there is no exchange rate for their currency on their day.", WholeNumber(u.Data.Excluded, "en")),
			fmt.Sprintf("%s Belege blieben außen vor: Für ihre Währung gibt es an ihrem Tag keinen Wechselkurs.", WholeNumber(u.Data.Excluded, "de")))
	}
	if u.Data.AssumedShare > 0 {
		add("assumed_margin", Percent(u.Data.AssumedShare, 0, "en")+" of the net value has no margin of its own and takes the default share.",
			"Für "+Percent(u.Data.AssumedShare, 0, "de")+" des Nettowerts ist kein eigener Deckungsbeitrag bekannt; dafür gilt der Standardanteil.")
	}
}

// pick chooses the language and sets percent signs as it does: 95% in English, 95 % with a
// non-breaking space in German.
func pick(de bool, en, german string) string {
	if de {
		return strings.ReplaceAll(german, " %", "\u00a0%")
	}
	return strings.ReplaceAll(en, " %", "%")
}
