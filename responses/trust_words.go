package responses

import (
	"fmt"

	"postlift/campaigns/planner"
)

// trustSentence says on what trust rests and how far it goes.
func (j judgement) trustSentence(t Trust, lang string) string {
	de := lang == "de"
	if t.Source == ByRuleOfThumb {
		return j.thumbSentence(t, lang)
	}
	times, share := WholeNumber(t.Replications, lang), Percent(*t.Coverage, 1, lang)
	bound, least, most := Percent(*t.Bound, 1, lang), Percent(t.Least, 0, lang), Percent(t.MostTooHigh, 0, lang)
	high, low := Percent(*t.TooHigh, 1, lang), Percent(*t.TooLow, 1, lang)
	tried := pick(de,
		fmt.Sprintf("Before the mailing this test was drawn %s times on the past of these very companies: its 95 %% interval held the truth in %s of the draws (with 95 %% certainty in at least %s), lay wholly above it in %s and wholly below it in %s.", times, share, bound, high, low),
		fmt.Sprintf("Vor der Aussendung wurde dieser Test an der Vergangenheit genau dieser Firmen %s-mal ausgelost: Sein 95-%%-Intervall enthielt die Wahrheit in %s der Auslosungen (mit 95 %% Sicherheit in mindestens %s), lag in %s ganz darüber und in %s ganz darunter.", times, share, bound, high, low))
	if t.Trusted {
		return tried + pick(de,
			fmt.Sprintf(" That is enough (at least %s, and at most %s above): the interval may be trusted.", least, most),
			fmt.Sprintf(" Das genügt (mindestens %s, und höchstens %s darüber): Dem Intervall ist zu trauen.", least, most))
	}
	return tried + pick(de,
		fmt.Sprintf(" Asked for are at least %s, and at most %s above, with certainty: take the figures as an indication.", least, most),
		fmt.Sprintf(" Verlangt sind mit Sicherheit mindestens %s und höchstens %s darüber: Die Zahlen sind nur ein Anhaltspunkt.", least, most))
}

func (j judgement) thumbSentence(t Trust, lang string) string {
	de := lang == "de"
	why := pick(de, "the plan is of before such simulations were kept", "der Plan stammt aus der Zeit, bevor solche Simulationen festgehalten wurden")
	switch t.Reason {
	case planner.ShortHistory:
		why = pick(de, "the data did not go back far enough", "die Daten reichten nicht weit genug zurück")
	case planner.NoMargin:
		why = pick(de, "these companies had bought nothing in the past windows", "diese Firmen hatten in den vergangenen Fenstern nichts gekauft")
	case planner.TooSmall:
		why = pick(de, "an arm has too few groups", "eine Seite hat zu wenige Verbünde")
	case planner.TooLarge:
		why = pick(de, "the list is so large that the number of groups without a letter tells enough", "die Liste ist so groß, dass die Zahl der Verbünde ohne Brief genug aussagt")
	case OtherDesign:
		why = pick(de, "the test ended before all of its waves were mailed", "der Test endete, bevor alle Wellen versandt waren")
	}
	have, enough := WholeNumber(j.u.Design.ControlGroups, lang), WholeNumber(j.u.Design.EnoughControls, lang)
	text := pick(de,
		fmt.Sprintf("This test was not simulated on its own past (%s). By rule of thumb an interval is trusted from %s groups without a letter on; here they are %s", why, enough, have),
		fmt.Sprintf("Dieser Test wurde nicht an der eigenen Vergangenheit simuliert (%s). Als Faustregel ist einem Intervall ab %s Verbünden ohne Brief zu trauen; hier sind es %s", why, enough, have))
	if t.Trusted {
		return text + "."
	}
	return text + pick(de, ": take the figures as an indication.", ": Die Zahlen sind nur ein Anhaltspunkt.")
}

// sign words a verdict whose interval is not to be trusted: it must not claim more than a sign.
func (j judgement) sign(t Trust, lang string) string {
	de := lang == "de"
	value, low, high, level := j.span(j.u, lang)
	held, above := Percent(*t.Coverage, 1, lang), Percent(*t.TooHigh, 1, lang)
	if j.u.Verdict == Works {
		return pick(de,
			fmt.Sprintf("A sign that the mailing pays, no more: after its cost %s more margin (%s: %s to %s); on the past of these companies such intervals held the truth in %s of the draws and lay wholly above it in %s, so confirm it by repeating.", value, level, low, high, held, above),
			fmt.Sprintf("Ein Anzeichen, dass sich die Aussendung lohnt, mehr nicht: nach Abzug der Kosten %s mehr Deckungsbeitrag (%s: %s bis %s); an der Vergangenheit dieser Firmen enthielten solche Intervalle die Wahrheit in %s der Auslosungen und lagen in %s ganz darüber, daher durch Wiederholen bestätigen.", value, level, low, high, held, above))
	}
	return pick(de,
		fmt.Sprintf("A sign that the mailing loses money, no more: after its cost %s (%s: %s to %s); on the past of these companies such intervals held the truth in %s of the draws and lay wholly above it in %s, so confirm it before you decide.", value, level, low, high, held, above),
		fmt.Sprintf("Ein Anzeichen, dass die Aussendung Geld kostet, mehr nicht: nach Abzug der Kosten %s (%s: %s bis %s); an der Vergangenheit dieser Firmen enthielten solche Intervalle die Wahrheit in %s der Auslosungen und lagen in %s ganz darüber, daher vor einer Entscheidung bestätigen.", value, level, low, high, held, above))
}

// instead says what would tell where this interval does not: whatever the test has not been already.
func (j judgement) instead() []Bilingual {
	d := j.Run.Design
	list := []Bilingual{{
		EN: "A programme test: matched pairs, one of each held out of all campaigns for six to twelve months; it adds up what single campaigns cannot show.",
		DE: "Ein Programmtest: gleichartige Paare, von denen eines sechs bis zwölf Monate lang keine Kampagne bekommt; er summiert, was einzelne Kampagnen nicht zeigen können.",
	}}
	if !d.blocks() || d.Block != 2 {
		list = append(list, Bilingual{
			EN: "Matched pairs next time (holdout 0.5, holdout_design pairs): arms of equal size miss upwards no more often than downwards.",
			DE: "Beim nächsten Mal gleichartige Paare (holdout 0.5, holdout_design pairs): Gleich große Seiten liegen nicht öfter zu hoch als zu niedrig.",
		})
	}
	if !d.waves() {
		list = append(list, Bilingual{
			EN: "Random waves: everybody gets the letter, and those still waiting are the comparison.",
			DE: "Zufällige Wellen: Alle bekommen den Brief, und wer noch wartet, ist der Vergleich.",
		})
	}
	return append(list, Bilingual{
		EN: "The same campaign again, drawn anew, and both read together.",
		DE: "Dieselbe Kampagne noch einmal, neu ausgelost, und beide gemeinsam gelesen.",
	})
}
