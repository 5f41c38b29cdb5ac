package budget

import (
	"fmt"
	"strconv"
	"strings"

	"postlift"
)

// word picks the text of a reader's language: German for de, else English.
func word(lang, en, de string) string {
	if strings.HasPrefix(lang, "de") {
		return de
	}
	return en
}

// count writes a number with the language's thousands separator.
func count(lang string, n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + word(lang, ",", ".") + s[i:]
	}
	return s
}

// Words say what a settled tariff contains, a sentence a line.
func (t Tariff) Words(lang string) []string {
	var lines []string
	money := func(p Price) string { return p.Format(lang, t.Currency) }
	say := func(en, de string, args ...any) { lines = append(lines, fmt.Sprintf(word(lang, en, de), args...)) }
	if t.Setup > 0 {
		say("Set-up of a run: %s", "Einrichtung je Lauf: %s", money(t.Setup))
	}
	for _, p := range t.Production {
		var steps []string
		for i, s := range p.Steps {
			if i == 0 && len(p.Steps) == 1 {
				steps = append(steps, money(s.Price))
				continue
			}
			steps = append(steps, fmt.Sprintf(word(lang, "from %s: %s", "ab %s: %s"), count(lang, s.From), money(s.Price)))
		}
		say("%s for each piece: %s", "%s je Stück: %s", p.Name, strings.Join(steps, "; "))
	}
	if t.MinOrder > 0 {
		say("The vendor bills at least %s for set-up and production", "Der Dienstleister berechnet für Einrichtung und Herstellung mindestens %s", money(t.MinOrder))
	}
	if t.Capacity > 0 {
		say("At most %s pieces in a run", "Höchstens %s Stück je Lauf", count(lang, t.Capacity))
	}
	if len(t.Postage) == 0 {
		say("Postage is included", "Das Porto ist enthalten")
	}
	for _, c := range t.Postage {
		lines = append(lines, t.classWords(c, lang))
	}
	return lines
}

func (t Tariff) classWords(c Class, lang string) string {
	where := strings.Join(t.countries(c), ", ")
	where = strings.ReplaceAll(where, Everywhere, word(lang, "all other countries", "alle anderen Länder"))
	s := fmt.Sprintf(word(lang, "Postage %s (%s): %s", "Porto %s (%s): %s"), c.Name, where, c.Price.Format(lang, t.Currency))
	var terms []string
	add := func(en, de string, args ...any) { terms = append(terms, fmt.Sprintf(word(lang, en, de), args...)) }
	if c.Nationwide > 0 {
		add("from %s pieces in the country", "ab %s Stück im Land", count(lang, c.Nationwide))
	}
	if c.Region > 0 {
		add("from %s in a postal region", "ab %s je Leitregion", count(lang, c.Region))
	}
	if c.EasyFrom > 0 {
		add("from %s in the country with a surcharge of %s", "ab %s im Land mit einem Zuschlag von %s", count(lang, c.EasyFrom), c.EasySurcharge.Format(lang, t.Currency))
	}
	if len(terms) == 0 {
		return s
	}
	s += ", " + strings.Join(terms, word(lang, " or ", " oder "))
	if c.TopUp {
		s += word(lang, "; missing pieces may be paid for", "; fehlende Stücke dürfen bezahlt werden")
	}
	return s + word(lang, "; advertising only", "; nur Werbung")
}

// Words name a part of a quote.
func (p Part) Words(lang string) string {
	each := ""
	if p.Pieces > 0 {
		each = fmt.Sprintf(": %s × %s", count(lang, p.Pieces), p.Each.Format(lang, p.Amount.Currency))
	}
	switch p.Code {
	case PartSetup:
		return word(lang, "Set-up", "Einrichtung")
	case PartMinOrder:
		return word(lang, "Missing to the minimum order value", "Fehlbetrag zum Mindestauftragswert")
	case PartTopUp:
		return fmt.Sprintf(word(lang, "%s, pieces paid for to reach the minimum", "%s, bezahlte Stücke bis zur Mindestmenge"), p.Name) + each
	case PartPostage:
		name := p.Name
		if p.Terms == TermsEasy {
			name += word(lang, " with surcharge", " mit Zuschlag")
		}
		return fmt.Sprintf(word(lang, "Postage %s, %s", "Porto %s, %s"), name, p.Country) + each
	}
	return p.Name + each
}

// Words say what a suggestion recommends.
func (s Suggestion) Words(lang string) string {
	money := s.Saving.Format(lang)
	from, to := count(lang, s.Pieces), count(lang, s.Reach)
	switch s.Code {
	case "step":
		return fmt.Sprintf(word(lang, "%s → %s pieces cost %s less in all: %s reaches its next step", "%s → %s Stück kosten insgesamt %s weniger: %s erreicht die nächste Staffel"), from, to, money, s.Name)
	case "region":
		return fmt.Sprintf(word(lang, "%s → %s pieces in region %s cost %s less in all: %s becomes possible there", "%s → %s Stück in der Leitregion %s kosten insgesamt %s weniger: dort wird %s möglich"), from, to, s.Region, money, s.Name)
	}
	return fmt.Sprintf(word(lang, "%s → %s pieces in %s cost %s less in all: %s becomes possible", "%s → %s Stück in %s kosten insgesamt %s weniger: %s wird möglich"), from, to, s.Country, money, s.Name)
}

// verdictWords are why an item was taken or not, in English and German.
var verdictWords = [...][2]string{
	{"not judged", "nicht beurteilt"},
	{"earns more than its letters cost", "bringt mehr, als seine Briefe kosten"},
	{"taken to reach a step or a postal minimum, which makes all letters cheaper", "aufgenommen, um eine Staffel oder Mindestmenge zu erreichen, die alle Briefe billiger macht"},
	{"worth its letters, but the budget ends before it", "seine Briefe wert, aber das Budget endet vorher"},
	{"worth its letters, but the number of pieces ends before it", "seine Briefe wert, aber die Stückzahl endet vorher"},
	{"behind the number of accounts asked for", "hinter der gewünschten Zahl von Kunden"},
	{"earns less than its letters cost, or than the value asked for", "bringt weniger, als seine Briefe kosten, oder weniger als den verlangten Wert"},
	{"would be worth the cheaper postage, but its region stays below the minimum", "wäre das günstigere Porto wert, aber seine Leitregion bleibt unter der Mindestmenge"},
	{"the tariff has no postage to its country", "der Tarif hat kein Porto in sein Land"},
}

// Words say why an item was taken or not.
func (v Verdict) Words(lang string) string {
	w := verdictWords[min(int(v), len(verdictWords)-1)]
	return word(lang, w[0], w[1])
}

// Words say what a different budget brings: "1,411 more pieces bring €2,265.89 (€-424.04 to €4,955.82)".
func (c Change) Words(lang, currency string) string {
	money := func(minor int64) string { return postlift.Money{Minor: minor, Currency: currency}.Format(lang) }
	pieces := count(lang, max(c.Pieces, -c.Pieces))
	if c.GainMinor < 0 || c.Pieces < 0 {
		return fmt.Sprintf(word(lang, "%s fewer pieces lose %s (%s to %s)", "%s Stück weniger verlieren %s (%s bis %s)"), pieces, money(-c.GainMinor), money(-c.HighMinor), money(-c.LowMinor))
	}
	return fmt.Sprintf(word(lang, "%s more pieces bring %s (%s to %s)", "%s Stück mehr bringen %s (%s bis %s)"), pieces, money(c.GainMinor), money(c.LowMinor), money(c.HighMinor))
}
