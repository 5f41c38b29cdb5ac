package responses

import (
	"fmt"
	"strings"
)

// span are the net margin and the interval that the verdict rests on, in words, with the interval's level.
func (m measurement) span(u *Uplift, lang string) (value, low, high, level string) {
	_, net := m.deciding()
	level = "95 %"
	if m.atAllLooks() {
		level = pick(lang == "de", "95 % at all looks", "95 % bei jedem Blick")
	}
	return WholeMoney(u.Net.Value, lang), WholeMoney(m.money(net.Low), lang), WholeMoney(m.money(net.High), lang), level
}

// interimNote says why an early look needs a wider interval, and which of the two decides.
func (m measurement) interimNote(u *Uplift, add func(name, en, de string)) {
	en := "Interim: the window is not over. A figure that is looked at every week finds an effect by chance far more often than one read once at the end."
	de := "Zwischenstand: Der Messzeitraum läuft noch. Eine Zahl, auf die man jede Woche schaut, findet weit öfter zufällig eine Wirkung als eine, die am Ende einmal gelesen wird."
	if u.Checks != nil && u.Checks.AlwaysValid != nil && u.Net != nil {
		v := u.Checks.AlwaysValid.Net
		en += fmt.Sprintf(" So the verdict takes the interval that holds at all looks together, net %s to %s; the plain 95 %% interval, %s to %s, decides only on the day the window ends.",
			WholeMoney(v.Low, "en"), WholeMoney(v.High, "en"), WholeMoney(u.Net.Low, "en"), WholeMoney(u.Net.High, "en"))
		de += fmt.Sprintf(" Über das Urteil entscheidet daher das Intervall, das bei allen Blicken zusammen gilt, netto %s bis %s; das einfache 95-%%-Intervall, %s bis %s, entscheidet erst am Ende des Messzeitraums.",
			WholeMoney(v.Low, "de"), WholeMoney(v.High, "de"), WholeMoney(u.Net.Low, "de"), WholeMoney(u.Net.High, "de"))
	}
	add("interim", en, de)
}

// exploratorySentence says what an unregistered reading found, without a verdict.
func (m measurement) exploratorySentence(u *Uplift, lang string) string {
	de := lang == "de"
	var found string
	switch {
	case m.Run.Variation.Metric == MetricOrders && u.Orders != nil:
		places := func(v float64) string {
			s := strings.Replace(fmt.Sprintf("%.1f", v), "-", "\u2212", 1)
			if de {
				s = strings.Replace(s, ".", ",", 1)
			}
			return s
		}
		value, low, high := places(u.Orders.Value), places(u.Orders.Low), places(u.Orders.High)
		found = pick(de, fmt.Sprintf("%s more orders (95 %%: %s to %s)", value, low, high), fmt.Sprintf("%s mehr Bestellungen (95 %%: %s bis %s)", value, low, high))
	case u.Gain != nil:
		what := pick(de, "more margin before cost", "mehr Deckungsbeitrag vor Kosten")
		if m.Run.Variation.Metric == MetricNet {
			what = pick(de, "more net value", "mehr Nettowert")
		}
		value, low, high := WholeMoney(u.Gain.Value, lang), WholeMoney(u.Gain.Low, lang), WholeMoney(u.Gain.High, lang)
		found = pick(de, fmt.Sprintf("%s %s (95 %%: %s to %s)", value, what, low, high), fmt.Sprintf("%s %s (95 %%: %s bis %s)", value, what, low, high))
	default:
		return pick(de, "Exploratory: nothing can be estimated this way.", "Explorativ: Auf diese Weise lässt sich nichts schätzen.")
	}
	return pick(de, "Exploratory: read otherwise than registered, the mailing shows "+found+". This is no proof.",
		"Explorativ: Anders ausgewertet als registriert zeigt die Aussendung "+found+". Das ist kein Beweis.")
}

// exploratoryNote says how the reading differs from the record.
func (m measurement) exploratoryNote(add func(name, en, de string)) {
	v := m.Run.Variation
	var en, de []string
	if v.WindowDays > 0 {
		en = append(en, fmt.Sprintf("a window of %d days", v.WindowDays))
		de = append(de, fmt.Sprintf("einem Messzeitraum von %d Tagen", v.WindowDays))
	}
	switch v.Metric {
	case MetricNet:
		en, de = append(en, "net value instead of margin"), append(de, "Nettowert statt Deckungsbeitrag")
	case MetricOrders:
		en, de = append(en, "orders instead of margin"), append(de, "Bestellungen statt Deckungsbeitrag")
	}
	if v.WithoutCovariate {
		en, de = append(en, "no adjustment for the time before"), append(de, "keiner Bereinigung um die Zeit davor")
	}
	add(Exploratory, "Exploratory: this reading differs from the one registered before the mailing by "+strings.Join(en, ", ")+". Whoever tries several readings finds an effect in one of them by chance; it has no verdict.",
		"Explorativ: Diese Auswertung weicht von der vor der Aussendung registrierten ab, mit "+strings.Join(de, ", ")+". Wer mehrere Auswertungen probiert, findet in einer davon zufällig eine Wirkung; sie hat kein Urteil.")
}
