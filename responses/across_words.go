package responses

import (
	"fmt"
	"strings"
	"unicode"
)

// countsRepeats tells whether a word at the end of a name only numbers a repeat: a number, a date, a quarter, a season
// or a month.
func countsRepeats(word string) bool {
	word = strings.ToLower(strings.Trim(word, "#()[],.;:-–/"))
	if word == "" {
		return true
	}
	if strings.ContainsFunc(word, unicode.IsDigit) {
		rest := strings.Trim(word, "0123456789./-#")
		return rest == "" || rest == "q" || rest == "v" || rest == "kw" || rest == "nr"
	}
	return repeatWords[word]
}

var repeatWords = func() map[string]bool {
	words := map[string]bool{}
	for _, w := range strings.Fields("spring summer autumn fall winter frühling frühjahr sommer herbst i ii iii iv v " +
		"january february march april may june july august september october november december " +
		"januar februar märz mai juni juli oktober dezember") {
		words[w] = true
	}
	return words
}()

// word fills in sentence, notes and method.
func (a *Across) word() {
	a.Sentence = Bilingual{EN: a.sentence("en"), DE: a.sentence("de")}
	a.Method = Bilingual{EN: a.method(false), DE: a.method(true)}
	add := func(name, en, de string) {
		a.Notes = append(a.Notes, Note{Name: name, Text: Bilingual{EN: pick(false, en, ""), DE: pick(true, "", de)}})
	}
	if a.Overlap > 0 {
		add("overlap", fmt.Sprintf("In the windows of %d runs letters of others came in home, too. The held-out accounts of a run are kept out of others while it is measured and the mailed are not, so that what a later letter brought is in the gain of both runs: the sum counts it twice.", a.Overlap),
			fmt.Sprintf("In den Messzeiträumen von %d Aussendungen trafen auch Briefe anderer ein. Die zurückgehaltenen Kunden einer Aussendung sind von anderen ausgenommen, solange sie gemessen wird, die angeschriebenen nicht; was ein späterer Brief brachte, steckt daher im Mehrertrag beider Aussendungen: Die Summe zählt es doppelt.", a.Overlap))
	}
	if len(a.Left) > 0 {
		add("left_out", fmt.Sprintf("%d runs have no estimate and are in no figure.", len(a.Left)), fmt.Sprintf("%d Aussendungen haben keine Schätzung und stecken in keiner Zahl.", len(a.Left)))
	}
	if a.Unread > 0 {
		add("not_read", fmt.Sprintf("%d older runs were not read: narrow the time down.", a.Unread), fmt.Sprintf("%d ältere Aussendungen wurden nicht gelesen: Zeitraum eingrenzen.", a.Unread))
	}
	if a.Total.Interim {
		add(Interim, "Some windows are still open: sums with them are interim, and no verdict is given on them.", "Einige Messzeiträume laufen noch: Summen mit ihnen sind Zwischenstände und erhalten kein Urteil.")
	}
	if len(a.Groups) > 1 {
		add("exploratory", "Comparing groups is exploratory: nobody drew lots over which campaign was mailed, and the best of several looks better than it is. The shrunk figures allow for that.",
			"Der Vergleich von Gruppen ist erkundend: Niemand hat ausgelost, welche Kampagne verschickt wurde, und die beste von mehreren sieht besser aus, als sie ist. Die geschrumpften Zahlen berücksichtigen das.")
	}
}

func (a *Across) sentence(lang string) string {
	de := lang == "de"
	t := a.Total
	if t.Net == nil {
		return pick(de, "No campaign can be measured yet.", "Noch lässt sich keine Kampagne messen.")
	}
	runs, letters := WholeNumber(t.Runs, lang)+pick(de, " runs", " Aussendungen"), WholeNumber(t.Letters, lang)
	if t.Runs == 1 {
		runs = pick(de, "one run", "einer Aussendung")
	}
	value, low, high := WholeMoney(t.Net.Value, lang), WholeMoney(t.Net.Low, lang), WholeMoney(t.Net.High, lang)
	switch t.Verdict {
	case Works:
		return pick(de, fmt.Sprintf("The campaigns together pay: %s with %s letters brought %s more margin than they cost (95 %%: %s to %s).", runs, letters, value, low, high),
			fmt.Sprintf("Die Kampagnen zusammen lohnen sich: In %s brachten %s Briefe %s mehr Deckungsbeitrag, als sie kosteten (95 %%: %s bis %s).", runs, letters, value, low, high))
	case Hurts:
		return pick(de, fmt.Sprintf("The campaigns together lose money: %s with %s letters brought %s after their cost (95 %%: %s to %s).", runs, letters, value, low, high),
			fmt.Sprintf("Die Kampagnen zusammen kosten mehr, als sie bringen: In %s brachten %s Briefe nach Abzug der Kosten %s (95 %%: %s bis %s).", runs, letters, value, low, high))
	}
	if t.Interim {
		return pick(de, fmt.Sprintf("Not over yet: after %s the campaigns stand at %s after cost (95 %%: %s to %s).", runs, value, low, high),
			fmt.Sprintf("Noch nicht abgeschlossen: Nach %s stehen die Kampagnen nach Abzug der Kosten bei %s (95 %%: %s bis %s).", runs, value, low, high))
	}
	return pick(de, fmt.Sprintf("No proof yet: the net gain of %s lies between %s and %s (95 %%), and zero lies within.", runs, low, high),
		fmt.Sprintf("Noch kein Beweis: Der Nettoertrag aus %s liegt zwischen %s und %s (95 %%), und die Null liegt darin.", runs, low, high))
}

func (a *Across) method(de bool) string {
	return pick(de, "Each run is read as its own report reads it, by assignment against its held-out accounts; a registered reading counts as it was frozen. Runs are drawn independently, so that net gains and variances add up. "+
		"Relative lifts are pooled by a normal-normal model: true lifts spread around a common one, summed over 41 values of the spread from 0 to three times 15 %, with a half-normal prior on it and a flat one on the common lift. "+
		"A group pays where its net gain differs from zero at 5 % after Benjamini-Hochberg over all groups. No prior of targeting enters.",
		"Jede Aussendung wird gelesen wie in ihrem eigenen Bericht, nach Zuteilung gegen ihre zurückgehaltenen Kunden; ein registrierter Stand zählt, wie er eingefroren wurde. Die Auslosungen sind unabhängig, also addieren sich Nettoerträge und Varianzen. "+
			"Relative Wirkungen werden in einem Normal-Normal-Modell gemeinsam geschätzt: Wahre Wirkungen streuen um eine gemeinsame, summiert über 41 Werte der Streuung von 0 bis zum Dreifachen von 15 %, mit halbnormaler Vorannahme darüber und flacher über die gemeinsame Wirkung. "+
			"Eine Gruppe lohnt sich, wenn ihr Nettoertrag nach Benjamini-Hochberg über alle Gruppen auf 5 % von null abweicht. Keine Vorannahme der Auswahl geht ein.")
}
