package responses

import (
	"fmt"
	"slices"

	"postlift/campaigns/experiment"
)

// word fills in sentence, advice, flags, notes and method.
func (r *ProgrammeReport) word() {
	if r.interim() {
		r.Flags = append(r.Flags, Interim)
	}
	if r.Verdict != Withheld && r.ControlArm.Groups < r.Enough {
		r.Flags = append(r.Flags, Indicative)
	}
	both := func(of func(lang string) string) Bilingual { return Bilingual{EN: of("en"), DE: of("de")} }
	r.Sentence, r.Advice, r.Method = both(r.sentence), both(r.advice), both(r.method)
	r.notes()
}

func (r *ProgrammeReport) sentence(lang string) string {
	de := lang == "de"
	groups := WholeNumber(r.ControlArm.Groups, lang)
	switch r.Reason {
	case experiment.NoControl:
		return pick(de, "Withheld: nobody was kept from all letters, so nobody knows what the programme as a whole changed.",
			"Nicht auswertbar: Niemand blieb von allen Briefen verschont, also weiß niemand, was das Programm im Ganzen bewirkt hat.")
	case experiment.NoTreated:
		return pick(de, "Withheld: there is nobody whom the campaigns may write to.", "Nicht auswertbar: Es gibt niemanden, dem die Kampagnen schreiben dürfen.")
	case BrokenRatio:
		return pick(de, "Withheld: groups are missing from one arm more than from the other (p < 0.001); any figure would be wrong.",
			"Nicht auswertbar: In einer der beiden Gruppen fehlen mehr Verbünde als in der anderen (p < 0,001); jede Zahl wäre falsch.")
	case NoData:
		on, first := r.DataOn.Format(lang), r.From.Format(lang)
		return pick(de, "Withheld: the newest order known is of "+on+", before the first day ("+first+"); what happened since has not been imported.",
			"Nicht auswertbar: Die neueste bekannte Bestellung ist vom "+on+", also von vor dem ersten Tag ("+first+"); was seitdem geschah, ist noch nicht importiert.")
	case TooFewControls:
		return pick(de, fmt.Sprintf("No proof: %s companies without letters cannot arbitrate; chance alone moves so few further than any programme does.", groups),
			fmt.Sprintf("Kein Beweis: %s Unternehmen ohne Briefe können nichts entscheiden; allein der Zufall bewegt so wenige stärker als jedes Programm.", groups))
	}
	if r.Net == nil {
		return pick(de, "No proof yet: nothing was ordered so far that would tell the two arms apart.", "Noch kein Beweis: Bisher wurde nichts bestellt, was die beiden Gruppen unterscheidet.")
	}
	low, high := r.Net.Low, r.Net.High
	if r.interim() || r.EndedEarly {
		low, high = r.NetAlways.Low, r.NetAlways.High
	}
	value, from, to := WholeMoney(r.Net.Value, lang), WholeMoney(low, lang), WholeMoney(high, lang)
	n, since := WholeNumber(r.MailedArm.Accounts, lang), r.From.Format(lang)
	if slices.Contains(r.Flags, Indicative) && r.Verdict != NoProof {
		return pick(de, fmt.Sprintf("A sign, on %s groups without letters: since %s all letters together brought %s after their cost (95 %%: %s to %s); intervals from so few miss more often than they say.", groups, since, value, from, to),
			fmt.Sprintf("Ein Anzeichen, bei %s Verbünden ohne Briefe: Seit %s brachten alle Briefe zusammen nach Abzug ihrer Kosten %s (95 %%: %s bis %s); Intervalle aus so wenigen irren öfter, als sie angeben.", groups, since, value, from, to))
	}
	switch r.Verdict {
	case Works:
		return pick(de, fmt.Sprintf("The programme pays: since %s all letters together brought %s more margin from %s customers than they cost (95 %%: %s to %s).", since, value, n, from, to),
			fmt.Sprintf("Das Programm lohnt sich: Seit %s brachten alle Briefe zusammen bei %s Kunden %s mehr Deckungsbeitrag, als sie kosteten (95 %%: %s bis %s).", since, n, value, from, to))
	case Hurts:
		return pick(de, fmt.Sprintf("The programme loses money: since %s all letters together brought %s after their cost (95 %%: %s to %s).", since, value, from, to),
			fmt.Sprintf("Das Programm kostet mehr, als es bringt: Seit %s brachten alle Briefe zusammen nach Abzug ihrer Kosten %s (95 %%: %s bis %s).", since, value, from, to))
	}
	return pick(de, fmt.Sprintf("No proof yet: since %s the net gain of all letters together lies between %s and %s (95 %%), and zero lies within.", since, from, to),
		fmt.Sprintf("Noch kein Beweis: Seit %s liegt der Nettoertrag aller Briefe zusammen zwischen %s und %s (95 %%), und die Null liegt darin.", since, from, to))
}

func (r *ProgrammeReport) advice(lang string) string {
	de := lang == "de"
	end := r.Until.Format(lang)
	switch {
	case r.Reason == experiment.NoControl:
		return pick(de, "Start a programme test (postlift programme create) or set a global control in the settings.",
			"Einen Programmtest beginnen (postlift programme create) oder in den Einstellungen eine Kontrollgruppe des Jahres festlegen.")
	case r.Reason == BrokenRatio:
		return pick(de, "Find out which accounts are missing and why before anybody reads a figure.", "Zuerst klären, welche Kunden fehlen und warum, bevor jemand eine Zahl liest.")
	case r.Reason == NoData:
		return pick(de, "Import the orders since, of all customers, then read it again.", "Die Bestellungen seitdem importieren, und zwar von allen Kunden, dann erneut lesen.")
	case r.Reason == TooFewControls:
		return pick(de, "Start a programme test: matched pairs, half of them without letters for 6 to 12 months, see several times more with the same list.",
			"Einen Programmtest beginnen: Paare, von denen je die Hälfte 6 bis 12 Monate keine Briefe bekommt, zeigen mit derselben Liste ein Mehrfaches.")
	case r.interim():
		return pick(de, "This is an interim reading, judged by bounds that hold however often you look; the reading of "+end+" counts.",
			"Dies ist ein Zwischenstand, beurteilt nach Grenzen, die halten, so oft man auch nachsieht; der Stand vom "+end+" zählt.")
	case r.Verdict == Works:
		return pick(de, "Go on, and start the next test with another draw: what paid in one year wears off unnoticed without a comparison.",
			"Weitermachen und den nächsten Test mit neuer Auslosung beginnen: Ohne Vergleich bleibt unbemerkt, wenn die Wirkung nachlässt.")
	case r.Verdict == Hurts:
		return pick(de, "Mail less: keep the campaigns that show an effect of their own and stop the others.", "Weniger schreiben: Kampagnen behalten, die für sich eine Wirkung zeigen, und die anderen einstellen.")
	}
	return pick(de, "Look at which kinds of campaign pay (postlift report campaigns), and repeat the test with those alone; a year more narrows the interval by about three tenths.",
		"Ansehen, welche Arten von Kampagnen sich lohnen (postlift report campaigns), und den Test mit diesen wiederholen; ein weiteres Jahr verengt das Intervall um etwa drei Zehntel.")
}

func (r *ProgrammeReport) method(lang string) string {
	de := lang == "de"
	from, to := r.From.Format(lang), min(r.AsOf, r.Until).Format(lang)
	if r.Control == ControlGlobal {
		return pick(de, fmt.Sprintf("By assignment: the groups that the year's global control spares, drawn by hash before the year, against all other groups that had ordered in the two years before it or had a contract. "+
			"Outcome: realised margin of orders, net of credit notes, and of contracts by days of service, from %s to %s. Estimate: difference in means adjusted for the margin of the year before (CUPED), times the groups of the mailed arm, less the cost of all advertising letters printed for them. Groups with accounts that plans of the year before had declared key accounts, who are always mailed, are in neither arm; those declared since stay in theirs.", from, to),
			fmt.Sprintf("Nach Zuteilung: die Verbünde, die die vor dem Jahr per Hash ausgeloste Kontrollgruppe des Jahres verschont, gegen alle anderen, die in den zwei Jahren davor bestellt oder einen Vertrag hatten. "+
				"Zielgröße: realisierter Deckungsbeitrag aus Bestellungen, um Gutschriften gemindert, und aus Verträgen nach Leistungstagen, vom %s bis %s. Schätzung: Mittelwertdifferenz, bereinigt um den Deckungsbeitrag des Vorjahres (CUPED), mal die Verbünde der angeschriebenen Gruppe, abzüglich der Kosten aller für sie gedruckten Werbebriefe. Verbünde mit Kunden, die Pläne des Vorjahres zu immer angeschriebenen Schlüsselkunden erklärt hatten, sind in keiner der beiden Gruppen; seitdem erklärte bleiben in ihrer.", from, to))
	}
	return pick(de, fmt.Sprintf("By assignment: groups drawn in matched blocks by the margin of the year before within their segment; of each block one gets no advertising letter of any campaign. "+
		"Outcome: realised margin of orders, net of credit notes, and of contracts by days of service, from %s to %s. Estimate: mean of the differences within the blocks, adjusted for what they still differed in before, with an interval from the spread between blocks, times the groups of the mailed arm, less the cost of all advertising letters printed for them. "+
		"Until the last day the verdict rests on a confidence sequence, which holds at every look; on the registered last day on the 95 %% interval.", from, to),
		fmt.Sprintf("Nach Zuteilung: Verbünde, innerhalb ihres Segments nach dem Deckungsbeitrag des Vorjahres zu Blöcken geordnet; aus jedem Block bekommt einer von keiner Kampagne einen Werbebrief. "+
			"Zielgröße: realisierter Deckungsbeitrag aus Bestellungen, um Gutschriften gemindert, und aus Verträgen nach Leistungstagen, vom %s bis %s. Schätzung: Mittel der Unterschiede innerhalb der Blöcke, bereinigt um verbliebene Unterschiede der Vorperiode, mit einem Intervall aus der Streuung zwischen den Blöcken, mal die Verbünde der angeschriebenen Gruppe, abzüglich der Kosten aller für sie gedruckten Werbebriefe. "+
			"Bis zum letzten Tag beruht das Urteil auf einer Konfidenzfolge, die bei jedem Nachsehen gilt, am registrierten letzten Tag auf dem 95-%%-Intervall.", from, to))
}

func (r *ProgrammeReport) notes() {
	add := func(name, en, de string) {
		r.Notes = append(r.Notes, Note{Name: name, Text: Bilingual{EN: pick(false, en, ""), DE: pick(true, "", de)}})
	}
	if slices.Contains(r.Flags, Imbalanced) {
		add(Imbalanced, "The arms already differed in the year before by more than chance usually gives; the estimate is adjusted for it.",
			"Die Gruppen unterschieden sich schon im Vorjahr stärker, als der Zufall es meist bewirkt; die Schätzung ist darum bereinigt.")
	}
	if r.EndedEarly {
		add("ended_early", "The test was ended before its registered last day. Whoever may choose the day may choose a lucky one, so that the bounds that hold at every look decide, not the plain 95 % interval.",
			"Der Test wurde vor seinem registrierten letzten Tag beendet. Wer den Tag wählen darf, kann einen glücklichen wählen; daher entscheiden die Grenzen, die bei jedem Nachsehen gelten, nicht das einfache 95-%-Intervall.")
	}
	if r.Stray > 0 {
		add("letters_to_control", fmt.Sprintf("%s advertising letters went to the control all the same; they stay in it, which makes the effect look smaller.", WholeNumber(r.Stray, "en")),
			fmt.Sprintf("%s Werbebriefe gingen trotzdem an die Kontrollgruppe; sie bleiben darin, was die Wirkung kleiner aussehen lässt.", WholeNumber(r.Stray, "de")))
	}
	if r.Letters == 0 {
		add("no_letters", "No advertising letter has been posted to the mailed arm since the first day.", "Seit dem ersten Tag wurde kein Werbebrief an die angeschriebene Gruppe eingeliefert.")
	}
	if last := min(r.AsOf, r.Until); !r.DataOn.IsZero() && last.DaysSince(r.DataOn) > lateData && r.Reason != NoData {
		add("data_ends_early", "The newest order known is of "+r.DataOn.Format("en")+": import what has come since.", "Die neueste bekannte Bestellung ist vom "+r.DataOn.Format("de")+": Importieren Sie, was seitdem kam.")
	}
	if r.Data.Excluded > 0 {
		add("excluded", fmt.Sprintf("%s documents were left out: there is no exchange rate for their currency on their day.", WholeNumber(r.Data.Excluded, "en")),
			fmt.Sprintf("%s Belege blieben außen vor: Für ihre Währung gibt es an ihrem Tag keinen Wechselkurs.", WholeNumber(r.Data.Excluded, "de")))
	}
	add("carry_over", "What the last letters bring after the last day is not in it, their cost is.", "Was die letzten Briefe nach dem letzten Tag bringen, ist nicht enthalten, ihre Kosten sind es.")
}

// lineText says what the figures of a line are, with the sentence.
func (r *ProgrammeReport) lineText() Bilingual {
	en, de := "Global control of the year: ", "Kontrollgruppe des Jahres: "
	if r.Control == ControlProgramme {
		en, de = fmt.Sprintf("Programme test %s: ", r.Name), fmt.Sprintf("Programmtest %s: ", r.Name)
	}
	return Bilingual{EN: en + r.Sentence.EN, DE: de + r.Sentence.DE}
}
