package main

import (
	"fmt"
	"postlift/clv/purchase"
	"strings"

	"postlift"
)

// say writes a line in the language: the English format, or the German one that stands beside it in german.
func (l language) say(english string, args ...any) string {
	format := english
	if de, ok := german[english]; ok && l == "de" {
		format = de
	}
	return fmt.Sprintf(format, l.local(args...)...)
}

// local makes values be written as the language does: in German numbers with a decimal comma and dates with points.
func (l language) local(args ...any) []any {
	if l != "de" {
		return args
	}
	out := make([]any, len(args))
	for i, arg := range args {
		switch v := arg.(type) {
		case float64:
			out[i] = commaNumber(v)
		case postlift.Date:
			out[i] = v.Format("de")
		default:
			out[i] = arg
		}
	}
	return out
}

// commaNumber is a number that every verb writes with a decimal comma.
type commaNumber float64

// Format implements fmt.Formatter.
func (n commaNumber) Format(f fmt.State, verb rune) {
	text := fmt.Sprintf(fmt.FormatString(f, verb), float64(n))
	_, _ = f.Write([]byte(strings.Replace(text, ".", ",", 1))) // fmt keeps what is written, it cannot fail
}

// story says in a line what an order model takes customers to do.
func (l language) story(model string) string {
	switch model {
	case purchase.ModelBGNBD:
		return l.say("customers order at random times and may leave after a repeat order, never after the first")
	case purchase.ModelMBGNBD:
		return l.say("customers order at random times and may leave after any order, the first included")
	case purchase.ModelMBGCNBD:
		return l.say("customers order more regularly than at random (every k-th event) and may leave after any order")
	case purchase.ModelParetoNBD:
		return l.say("customers order at random times and may leave at any time")
	case purchase.ModelBGBB:
		return l.say("customers order or not at each opportunity and may leave before any of them")
	}
	return model
}

// terms names a class of terms.
func (l language) terms(class string) string {
	switch class {
	case "short":
		return l.say("contracts of less than 12 months")
	case "annual":
		return l.say("contracts of 12 to 23 months")
	}
	return l.say("contracts of 24 months and more")
}

// notWeeks is why a model of opportunities is not fitted to a log.
const notWeeks = "counts opportunities, not weeks"

// missing says why a model could not be fitted.
func (l language) missing(why string) string {
	if why == notWeeks {
		return l.say("counts opportunities, not weeks")
	}
	return why
}

// german holds the German of every text of the value commands on files, by its English format. Both take the
// same values.
var german = map[string]string{
	"model":          "Modell",
	"log-likelihood": "Log-Likelihood",
	"(none)":         "(ohne)",
	"chart %s":       "Diagramm %s",

	"%s  %d customers, %d distinct histories, log-likelihood %.6f":                                                            "%s  %d Kunden, %d verschiedene Verläufe, Log-Likelihood %.6f",
	"%s  %d repeat buyers, log-likelihood %.6f":                                                                               "%s  %d Wiederkäufer, Log-Likelihood %.6f",
	"  %s on the last third of the log: mean log score %.5f, mean absolute error %.4g":                                        "  %s im letzten Drittel des Protokolls: mittlerer Log-Score %.5f, mittlerer absoluter Fehler %.4g",
	"  %-6s %.8g  (standard error %.4g)":                                                                                      "  %-6s %.8g  (Standardfehler %.4g)",
	"  %-6s %.8g  (standard error not identified)":                                                                            "  %-6s %.8g  (Standardfehler nicht bestimmbar)",
	"the lower the AIC, the better a model describes these data; how well it predicts is what postlift clv backtest measures": "je kleiner das AIC, desto besser beschreibt ein Modell diese Daten; wie gut es vorhersagt, misst postlift clv backtest",
	"segment %s  %d customers, log-likelihood %.6f":                                                                           "Segment %s  %d Kunden, Log-Likelihood %.6f",
	"  a new customer places %s repeat orders in its first 52 weeks":                                                          "  ein neuer Kunde bestellt in seinen ersten 52 Wochen %s-mal nach",

	"renewals  %d decisions; %s describes them best":                                                                          "Verlängerungen  %d Entscheidungen; %s beschreibt sie am besten",
	"%s  log-likelihood %.6f, AIC %.4f":                                                                                       "%s  Log-Likelihood %.6f, AIC %.4f",
	"%d of %d rows used; without a decision yet %d, beginning in the future %d, before 1900 %d":                               "%d von %d Zeilen verwendet; noch ohne Entscheidung %d, mit Beginn in der Zukunft %d, vor 1900 %d",
	"%d contracts ended within a term: counted as ended at the next decision":                                                 "%d Verträge endeten innerhalb einer Laufzeit: gezählt als Ende bei der nächsten Entscheidung",
	"covariates  log-likelihood %.6f, likelihood ratio %.2f with %d degrees of freedom (p %.3g)":                              "Merkmale  Log-Likelihood %.6f, Likelihood-Quotient %.2f bei %d Freiheitsgraden (p %.3g)",
	"  all of it together may be chance: treat the customers alike until there are more of them":                              "  alles zusammen kann Zufall sein: die Kunden gleich behandeln, bis es mehr sind",
	"  %s=%s stands for the rare values %s":                                                                                   "  %s=%s steht für die seltenen Werte %s",
	"  few customers: %s":                                                                                                     "  wenige Kunden: %s",
	"customers of %s order %[3]s more often than those of %[2]s (95%% interval %[4]s to %[5]s)":                               "Kunden mit %s bestellen %[3]s häufiger als die mit %[2]s (95-%%-Intervall %[4]s bis %[5]s)",
	"customers of %s order %[3]s less often than those of %[2]s (95%% interval %[4]s to %[5]s)":                               "Kunden mit %s bestellen %[3]s seltener als die mit %[2]s (95-%%-Intervall %[4]s bis %[5]s)",
	"customers of %s order %[3]s times as often as those of %[2]s (95%% interval %[4]s to %[5]s times)":                       "Kunden mit %s bestellen %[3]s-mal so häufig wie die mit %[2]s (95-%%-Intervall %[4]s- bis %[5]s-mal)",
	"customers of %s order about as often as those of %s: no clear difference (%s, 95%% interval %s to %s)":                   "Kunden mit %s bestellen etwa so häufig wie die mit %s: kein klarer Unterschied (%s, 95-%%-Intervall %s bis %s)",
	"customers of %s against those of %s: odds of ordering at an opportunity %s higher (95%% interval %s to %s)":              "Kunden mit %s gegen die mit %s: Chance, bei einer Gelegenheit zu bestellen, %s höher (95-%%-Intervall %s bis %s)",
	"customers of %s against those of %s: odds of ordering at an opportunity %s lower (95%% interval %s to %s)":               "Kunden mit %s gegen die mit %s: Chance, bei einer Gelegenheit zu bestellen, %s geringer (95-%%-Intervall %s bis %s)",
	"customers of %s against those of %s: odds of ordering at an opportunity %s times as high (95%% interval %s to %s times)": "Kunden mit %s gegen die mit %s: Chance, bei einer Gelegenheit zu bestellen, %s-mal so hoch (95-%%-Intervall %s- bis %s-mal)",
	"customers of %s against those of %s: no clear difference in the odds of ordering (%s, 95%% interval %s to %s)":           "Kunden mit %s gegen die mit %s: kein klarer Unterschied in der Chance zu bestellen (%s, 95-%%-Intervall %s bis %s)",
	"they leave at a rate %s higher (95%% interval %s to %s)":                                                                 "ihre Abwanderungsrate ist %s höher (95-%%-Intervall %s bis %s)",
	"they leave at a rate %s lower (95%% interval %s to %s)":                                                                  "ihre Abwanderungsrate ist %s geringer (95-%%-Intervall %s bis %s)",
	"they leave at a rate %s times as high (95%% interval %s to %s times)":                                                    "ihre Abwanderungsrate ist %s-mal so hoch (95-%%-Intervall %s- bis %s-mal)",
	"they leave at about the same rate: no clear difference (%s, 95%% interval %s to %s)":                                     "ihre Abwanderungsrate ist etwa gleich: kein klarer Unterschied (%s, 95-%%-Intervall %s bis %s)",
	"their odds of leaving at an opportunity are %s higher (95%% interval %s to %s)":                                          "das Chancenverhältnis, bei einer Gelegenheit abzuwandern, ist %s höher (95-%%-Intervall %s bis %s)",
	"their odds of leaving at an opportunity are %s lower (95%% interval %s to %s)":                                           "das Chancenverhältnis, bei einer Gelegenheit abzuwandern, ist %s geringer (95-%%-Intervall %s bis %s)",
	"their odds of leaving at an opportunity are %s times as high (95%% interval %s to %s times)":                             "das Chancenverhältnis, bei einer Gelegenheit abzuwandern, ist %s-mal so hoch (95-%%-Intervall %s- bis %s-mal)",
	"their odds of leaving at an opportunity hardly differ (%s, 95%% interval %s to %s)":                                      "das Chancenverhältnis, bei einer Gelegenheit abzuwandern, ist kaum anders (%s, 95-%%-Intervall %s bis %s)",
	"their odds of leaving after an order are %s higher (95%% interval %s to %s)":                                             "das Chancenverhältnis, nach einer Bestellung abzuwandern, ist %s höher (95-%%-Intervall %s bis %s)",
	"their odds of leaving after an order are %s lower (95%% interval %s to %s)":                                              "das Chancenverhältnis, nach einer Bestellung abzuwandern, ist %s geringer (95-%%-Intervall %s bis %s)",
	"their odds of leaving after an order are %s times as high (95%% interval %s to %s times)":                                "das Chancenverhältnis, nach einer Bestellung abzuwandern, ist %s-mal so hoch (95-%%-Intervall %s- bis %s-mal)",
	"their odds of leaving after an order hardly differ (%s, 95%% interval %s to %s)":                                         "das Chancenverhältnis, nach einer Bestellung abzuwandern, ist kaum anders (%s, 95-%%-Intervall %s bis %s)",

	"%s customers predicted with the effects of %s":               "%s Kunden vorhergesagt, mit der Wirkung von %s",
	"%s customers predicted, each by the fit of its segment (%s)": "%s Kunden vorhergesagt, jeder nach der Anpassung seines Segments (%s)",
	"  %s have a value of %s that the fit does not know (%s): ":   "  %s haben einen Wert von %s, den die Anpassung nicht kennt (%s): ",
	"predicted by the fit of all customers":                       "vorhergesagt nach der Anpassung aller Kunden",
	"taken as one of its rare values":                             "als einer der seltenen Werte gewertet",
	"taken as its most frequent value":                            "als der häufigste Wert gewertet",
	"  together %s customers":                                     "  zusammen %s Kunden",
	"%d of %d customers, orders from %s to %s, %d tests":          "%d von %d Kunden, Bestellungen vom %s bis %s, %d Prüfungen",
	"horizon %s": "Zeitraum %s",
	"bias":       "Abw.",
	"top 10%%":   "beste 10%%",
	"log score":  "Log-Score",
	"tracking":   "Verlauf",
	"%s (naive)": "%s (naiv)",
	"segment %s, %s: predicted %.0f, came %.0f (%s)": "Segment %s, %s: vorhergesagt %.0f, eingegangen %.0f (%s)",
	"look twice: %s": "bitte beachten: %s",
	"renewals  %d decisions tested, %s renewed":                              "Verlängerungen  %d Entscheidungen geprüft, %s verlängert",
	"  %-18s log loss %.5f, bias %s, calibration slope %.2f, intercept %.2f": "  %-18s Log-Verlust %.5f, Abweichung %s, Kalibrierung: Steigung %.2f, Abschnitt %.2f",
	"as it would have been on %s for %s: %s predicted %.0f orders, %.0f came; 90%% band %.0f to %.0f (width %s of the prediction), learned from %d origins": "wie es am %s für %s gewesen wäre: %s sagte %.0f Bestellungen voraus, %.0f kamen; 90-%%-Band %.0f bis %.0f (Breite %s der Vorhersage), gelernt aus %d Stichtagen",

	"credits taken off the order that they name":                                  "Gutschriften von der genannten Bestellung abgezogen",
	"credits without a reference taken off the latest orders before them":         "Gutschriften ohne Bezug von den letzten Bestellungen davor abgezogen",
	"order days of which nothing is left":                                         "Bestelltage, von denen nichts übrig ist",
	"credits of more than there was to credit":                                    "Gutschriften über mehr, als gutzuschreiben war",
	"orders of value 0 are counted as orders (--zero-lines drop leaves them out)": "Bestellungen mit Wert 0 zählen als Bestellung (--zero-lines drop lässt sie aus)",
	"opening dates that are no date":                                              "Eröffnungsdaten, die kein Datum sind",
	"customers won before the history begins are left out of the fit":             "vor Beginn der Historie gewonnene Kunden bleiben in der Anpassung außen vor",
	"credits that name an order which the log does not hold":                      "Gutschriften zu einer Bestellung, die im Protokoll fehlt",
	"credits without a reference and without an earlier order":                    "Gutschriften ohne Bezug und ohne frühere Bestellung",
	"credits that say neither how much nor which document they cancel":            "Gutschriften ohne Betrag und ohne das stornierte Dokument",
	"lines of value 0":                      "Zeilen mit Wert 0",
	"rows in a currency without a rate":     "Zeilen in einer Währung ohne Kurs",
	"rows after the last day that counts":   "Zeilen nach dem letzten Tag, der zählt",
	"rows dated in the future":              "Zeilen mit Datum in der Zukunft",
	"rows dated before the company existed": "Zeilen mit Datum vor Gründung des Unternehmens",
	"rows before the history begins":        "Zeilen vor Beginn der Historie",
	"rows without a customer":               "Zeilen ohne Kunden",
	"rows with a bad date":                  "Zeilen mit unlesbarem Datum",
	"rows with a bad value":                 "Zeilen mit unlesbarem Wert",
	"rows that are too short":               "zu kurze Zeilen",

	"%s of %s rows are orders": "%s von %s Zeilen sind Bestellungen",
	"  left out: %s %s":        "  außen vor: %s %s",
	"    currencies: %s":       "    Währungen: %s",
	"    the first: »%s«":      "    der erste Fall: »%s«",
	"documents that are neither orders nor credits (--types says what they are)": "Belege, die weder Bestellung noch Gutschrift sind (--types sagt, was sie sind)",
	"offers, delivery notes and other documents that are no orders":              "Angebote, Lieferscheine und andere Belege, die keine Bestellungen sind",
	"rows dated before any plausible history (--not-before takes them)":          "Zeilen mit Datum vor jeder glaubhaften Historie (--not-before lässt sie zu)",
	"customers of the file have no order that can be used":                       "Kunden der Datei haben keine verwendbare Bestellung",
	"rows hold a quotation mark that is never closed: read as it stands":         "Zeilen mit einem Anführungszeichen, das nie endet: so gelesen, wie es dasteht",
	"columns: %s":                          "Spalten: %s",
	"columns: %s; not used: %s":            "Spalten: %s; nicht verwendet: %s",
	"values are read with a decimal %s":    "Werte werden mit Dezimal%s gelesen",
	"point":                                "punkt",
	"comma":                                "komma",
	"  document types: %s":                 "  Belegarten: %s",
	"order":                                "Bestellung",
	"credit":                               "Gutschrift",
	"cancellation":                         "Storno",
	"ignored":                              "ignoriert",
	"unknown":                              "unbekannt",
	"the fit was made from other data: %s": "die Anpassung stammt von anderen Daten: %s",
	"%s was %s there and is %s here":       "%s war dort %s und ist hier %s",
	"last day":                             "letzter Tag",
	"currency":                             "Währung",
	"rates":                                "Kurse",
	"first day of the company":             "erster Tag des Unternehmens",
	"beginning of the history":             "Beginn der Historie",
	"columns":                              "Spalten",
	"decimal sign":                         "Dezimalzeichen",
	"zero lines":                           "Nullzeilen",
	"document types":                       "Belegarten",

	"customers order at random times and may leave after a repeat order, never after the first":              "Kunden bestellen zu zufälligen Zeiten und können nach einer Folgebestellung abwandern, nie nach der ersten",
	"customers order at random times and may leave after any order, the first included":                      "Kunden bestellen zu zufälligen Zeiten und können nach jeder Bestellung abwandern, auch nach der ersten",
	"customers order more regularly than at random (every k-th event) and may leave after any order":         "Kunden bestellen regelmäßiger als zufällig (jedes k-te Ereignis) und können nach jeder Bestellung abwandern",
	"customers order at random times and may leave at any time":                                              "Kunden bestellen zu zufälligen Zeiten und können jederzeit abwandern",
	"customers order or not at each opportunity and may leave before any of them":                            "Kunden bestellen bei jeder Gelegenheit oder nicht und können vor jeder abwandern",
	"contracts of less than 12 months":                                                                       "Verträge unter 12 Monaten",
	"contracts of 12 to 23 months":                                                                           "Verträge von 12 bis 23 Monaten",
	"contracts of 24 months and more":                                                                        "Verträge ab 24 Monaten",
	"counts opportunities, not weeks":                                                                        "zählt Gelegenheiten, nicht Wochen",
	"  mbgcnbd found k = 1, which is mbgnbd: these customers do not order more regularly than at random":     "  mbgcnbd fand k = 1, und das ist mbgnbd: diese Kunden bestellen nicht regelmäßiger als zufällig",
	"k counts as a parameter of mbgcnbd, since it was searched":                                              "k zählt bei mbgcnbd als Parameter, denn es wurde gesucht",
	"  mu is the share of contracts that end at their first renewal: %s":                                     "  mu ist der Anteil der Verträge, die bei der ersten Verlängerung enden: %s",
	"  %s  %d decisions, %d ended; %s of such contracts end at their first renewal, %s are left after three": "  %s  %d Entscheidungen, %d beendet; %s solcher Verträge enden bei der ersten Verlängerung, %s sind nach dreien noch da",
}
