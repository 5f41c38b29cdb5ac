package main

import "fmt"

// say writes a line in the language: the English format, or the German one that stands beside it in german.
func (l language) say(english string, args ...any) string {
	format := english
	if de, ok := german[english]; ok && l == "de" {
		format = de
	}
	return fmt.Sprintf(format, args...)
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

	"%d of %d rows are orders":                                                    "%d von %d Zeilen sind Bestellungen",
	"credits taken off the order that they name":                                  "Gutschriften von der genannten Bestellung abgezogen",
	"credits without a reference taken off the latest orders before them":         "Gutschriften ohne Bezug von den letzten Bestellungen davor abgezogen",
	"order days of which nothing is left":                                         "Bestelltage, von denen nichts übrig ist",
	"credits of more than there was to credit":                                    "Gutschriften über mehr, als gutzuschreiben war",
	"orders of value 0 are counted as orders (--zero-lines drop leaves them out)": "Bestellungen mit Wert 0 zählen als Bestellung (--zero-lines drop lässt sie aus)",
	"opening dates that are no date":                                              "Eröffnungsdaten, die kein Datum sind",
	"customers won before the history begins are left out of the fit":             "vor Beginn der Historie gewonnene Kunden bleiben in der Anpassung außen vor",
	"  left out: %d %s":                                                           "  außen vor: %d %s",
	"  the first of them: %s":                                                     "  der erste Fall: %s",
	"credits that name an order which the log does not hold":                      "Gutschriften zu einer Bestellung, die im Protokoll fehlt",
	"credits without a reference and without an earlier order":                    "Gutschriften ohne Bezug und ohne frühere Bestellung",
	"credits that say neither how much nor which document they cancel":            "Gutschriften ohne Betrag und ohne das stornierte Dokument",
	"lines of value 0":                                                            "Zeilen mit Wert 0",
	"documents that are neither orders nor credits":                               "Belege, die weder Bestellung noch Gutschrift sind",
	"rows in a currency without a rate":                                           "Zeilen in einer Währung ohne Kurs",
	"rows after the last day that counts":                                         "Zeilen nach dem letzten Tag, der zählt",
	"rows dated in the future":                                                    "Zeilen mit Datum in der Zukunft",
	"rows dated before the company existed":                                       "Zeilen mit Datum vor Gründung des Unternehmens",
	"rows before the history begins":                                              "Zeilen vor Beginn der Historie",
	"rows without a customer":                                                     "Zeilen ohne Kunden",
	"rows with a bad date":                                                        "Zeilen mit unlesbarem Datum",
	"rows with a bad value":                                                       "Zeilen mit unlesbarem Wert",
	"rows that are too short":                                                     "zu kurze Zeilen",
}
