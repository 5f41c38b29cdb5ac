package campaigns

import (
	"fmt"
	"slices"
	"strings"

	"postlift/campaigns/budget"
)

// capReasons are why an account that passed the gate is not planned, in the order in which a funnel shows them.
var capReasons = []Reason{
	Reason(budget.BelowThreshold.String()), Reason(budget.BelowTop.String()), Reason(budget.NoPostage.String()),
	Reason(budget.RegionTooSmall.String()), Reason(budget.OverCapacity.String()), Reason(budget.OverBudget.String()), Displaced,
}

// CapReasons lists every reason why an account that passed the gate is over the cap.
func CapReasons() []Reason { return slices.Clone(capReasons) }

// fate is what became of an account, in the parts that a sentence is made of.
type fate struct {
	outcome, role       string
	reasons             []Reason
	rank, letters, wave int
}

// Words tell in a sentence what became of the account: in German for de, else in English.
func (s Sample) Words(lang string) string {
	if s.Letters == 0 && s.Outcome == Assigned { // a plan of before the letters were kept
		return s.Sentence
	}
	return fate{s.Outcome, s.Role, s.Reasons, s.Rank, s.Letters, s.Wave}.words(lang)
}

// Words tell in a sentence what became of the account: in German for de, else in English.
func (e AccountExplained) Words(lang string) string {
	return fate{e.Outcome, e.Role, e.Reasons, e.Rank, e.Letters, e.Wave}.words(lang)
}

// sentenceOf tells in an English sentence what became of an account.
func sentenceOf(outcome, role string, reasons []Reason, rank, letters, wave int) string {
	return fate{outcome, role, reasons, rank, letters, wave}.words("en")
}

func (f fate) words(lang string) string {
	say := func(en, de string, args ...any) string {
		if german(lang) {
			return fmt.Sprintf(de, args...)
		}
		return fmt.Sprintf(en, args...)
	}
	rank := grouped(f.rank, lang)
	switch f.outcome {
	case Gated:
		return f.gated(say, lang)
	case OverCap:
		return say("Not mailed: rank %s, and %s.", "Kein Brief: Rang %s, und %s.", rank, f.capped(lang))
	case HeldOut:
		if f.role == RoleThompson {
			return say("Not mailed on purpose: rank %s, tried out by the throw of a coin, which fell on no letter.",
				"Absichtlich kein Brief: Rang %s, durch Münzwurf erprobt, der auf „kein Brief“ fiel.", rank)
		}
		return say("Not mailed on purpose: rank %s, drawn into the control group that the uplift is measured against.",
			"Absichtlich kein Brief: Rang %s, in die Kontrollgruppe gelost, an der die Wirkung gemessen wird.", rank)
	case Assigned:
		return f.mailed(say, lang)
	}
	return say("Not mailed: the rule does not take it; see the clauses that are not met or unknown.",
		"Kein Brief: Die Regel erfasst den Kunden nicht; siehe die Bedingungen, die nicht erfüllt oder nicht bekannt sind.")
}

func (f fate) gated(say func(en, de string, args ...any) string, lang string) string {
	if len(f.reasons) == 0 {
		return say("Not mailed: the gate stopped it.", "Kein Brief: nicht zugelassen.")
	}
	switch f.reasons[0] {
	case SparedKey:
		return say("Not mailed: it belongs to a key account that the campaign spares.", "Kein Brief: gehört zu einem Schlüsselkunden, den die Kampagne ausnimmt.")
	case GlobalControl:
		return say("Not mailed on purpose: its group belongs to this year's global control, which gets no advertising letter at all.",
			"Absichtlich kein Brief: Der Firmenverbund gehört zur Kontrollgruppe des Jahres, die überhaupt keine Werbebriefe bekommt.")
	}
	return say("Not mailed: the gate stopped it, first by %s.", "Kein Brief: nicht zugelassen, erster Grund: %s.", f.reasons[0].Words(lang))
}

func (f fate) capped(lang string) string {
	words := [2]string{"budget or number of pieces were used up before", "Budget oder Stückzahl waren vorher verbraucht"}
	if len(f.reasons) > 0 {
		if known, ok := capWords[f.reasons[0]]; ok {
			words = known
		}
	}
	if german(lang) {
		return words[1]
	}
	return words[0]
}

func (f fate) mailed(say func(en, de string, args ...any) string, lang string) string {
	s := say("Mailed: rank %s, letters: %d", "Bekommt einen Brief: Rang %s, Briefe: %d", grouped(f.rank, lang), f.letters)
	if f.rank == 0 { // contractual letters are not ranked
		s = say("Mailed, letters: %d", "Bekommt einen Brief, Briefe: %d", f.letters)
	}
	if f.wave > 0 {
		s += say(", in wave %d", ", in Welle %d", f.wave)
	}
	switch f.role {
	case RoleKey:
		s += say("; a key account that is mailed always, left out of the estimate", "; ein Schlüsselkunde, der immer angeschrieben wird und aus der Schätzung bleibt")
	case RoleThompson:
		s += say("; tried out by the throw of a coin, because the model may be wrong about it", "; durch Münzwurf erprobt, weil sich das Modell hier irren kann")
	case RoleExplore:
		s += say("; drawn by lot from those who were left over, to learn about them", "; aus den Übrigen ausgelost, um über sie zu lernen")
	}
	return s + "."
}

// capWords say what ended the selection before an account, in English and German.
var capWords = map[Reason][2]string{
	capReasons[0]: {"its letters cost more than they are expected to earn, or it earns less than the campaign asks for",
		"seine Briefe kosten mehr, als sie voraussichtlich einbringen, oder er bringt weniger, als die Kampagne verlangt"},
	capReasons[1]: {"the campaign takes fewer accounts than that", "so viele Kunden nimmt die Kampagne nicht"},
	capReasons[2]: {"the tariff has no postage to its country", "der Tarif hat kein Porto in sein Land"},
	capReasons[3]: {"its region has too few letters for the cheaper postage, and as a single letter it does not earn its cost",
		"seine Leitregion hat zu wenige Briefe für das günstigere Porto, und als einzelner Brief bringt er seine Kosten nicht ein"},
	capReasons[4]: {"capacity or number of pieces were used up before", "Kapazität oder Stückzahl waren vorher verbraucht"},
	capReasons[5]: {"the budget was used up before", "das Budget war vorher verbraucht"},
	Displaced:     {"it gave way to accounts that are tried out", "er machte Kunden Platz, die erprobt werden"},
}

// Words name a reason in a language: in German for de, else in English, as people say it within a sentence.
func (r Reason) Words(lang string) string {
	if words, ok := germanReasons[r]; ok && german(lang) {
		return words
	}
	return strings.ReplaceAll(string(r), "_", " ")
}

var germanReasons = map[Reason]string{
	Objection: "Werbewiderspruch", Deceased: "verstorben", Closed: "Firma erloschen", Insolvent: "insolvent", Undeliverable: "Anschrift unzustellbar",
	Competitor: "Wettbewerber", OwnEmployee: "eigenes Haus", DoNotMail: "nicht anschreiben", ImportedList: "auf einer importierten Sperrliste",
	DuplicateRecipient: "dieselbe Person doppelt", DuplicateSite: "dasselbe Unternehmen an derselben Anschrift doppelt",
	CoolingOff: "kürzlich angeschrieben", ContactCoolingOff: "Person kürzlich angeschrieben", GroupCoolingOff: "Unternehmensgruppe kürzlich angeschrieben",
	FrequencyCap: "in diesem Jahr genug Briefe", ContactFrequencyCap: "in diesem Jahr genug Briefe an diese Person",
	GroupFrequencyCap: "in diesem Jahr genug Briefe an diese Unternehmensgruppe", ControlGroup: "Kontrollgruppe einer laufenden Messung", ProgrammeControl: "Kontrollgruppe eines Programmtests",
	OutsideArea: "außerhalb des Kampagnengebiets", Dunning: "im Mahnverfahren", Complaint: "offene Reklamation", OpenOpportunity: "offene Verkaufschance",
	ContactLeft: "Ansprechpartner ausgeschieden", OtherRole: "nicht in einer angeschriebenen Funktion", OtherLanguage: "kein Brief in dieser Sprache",
	NoAddress: "Anschrift unvollständig", NoContactLeft: "kein Ansprechpartner darf angeschrieben werden",
	SparedKey: "Schlüsselkunde, der ausgenommen ist", GlobalControl: "Kontrollgruppe des Jahres",
}
