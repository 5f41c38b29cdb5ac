package main

import (
	"fmt"

	"postlift/clv/fitting"
)

// language is the language in which charts and warnings are written, en or de.
type language string

// pick gives the text in the language.
func (l language) pick(en, de string) string {
	if l == "de" {
		return de
	}
	return en
}

// sentences say in one plain sentence what each flag of a model, a fit or a value means for its reader, in English and German.
var sentences = map[string][2]string{
	"boundary": {"the best fit lies at an edge of what is possible, so the data alone do not settle the parameters",
		"die beste Anpassung liegt am Rand des Möglichen: die Daten allein legen die Parameter nicht fest"},
	"not_identified": {"the data do not settle all parameters: quite different ones fit equally well",
		"die Daten legen nicht alle Parameter fest: ganz andere passen ebenso gut"},
	"prior_used": {"a weak assumption about usual customers holds the parameters; its weight shrinks as data grow",
		"eine schwache Annahme über übliche Kunden hält die Parameter; ihr Gewicht sinkt mit mehr Daten"},
	"few_accounts": {fmt.Sprintf("fewer than %d customers or decisions to learn from: read the values as rough", fitting.FewAccounts),
		fmt.Sprintf("weniger als %d Kunden oder Entscheidungen als Grundlage: die Werte sind grob", fitting.FewAccounts)},
	"not_converged": {"the search found no best fit: do not rely on these parameters",
		"die Suche fand keine beste Anpassung: auf diese Parameter ist kein Verlass"},
	"covariance_clipped": {"some combinations of parameters are hardly narrowed down: bands take the widest spread that is still believed",
		"manche Kombinationen der Parameter sind kaum eingegrenzt: die Bänder nehmen die größte noch glaubhafte Streuung"},
	"gaps_unknown": {"the times between orders are not known, so whether customers buy regularly was not learned: k is 1",
		"die Abstände zwischen Bestellungen sind unbekannt; ob regelmäßig gekauft wird, ließ sich nicht lernen: k ist 1"},
	"level_few_accounts": {"a covariate is told by few customers: read its effect as rough",
		"ein Merkmal kommt bei wenigen Kunden vor: seine Wirkung ist grob"},
	"covariate_not_identified": {"the data hardly narrow a covariate's effect down: it is held near none",
		"die Daten grenzen die Wirkung eines Merkmals kaum ein: sie wird nahe null gehalten"},

	"spend_depends_on_frequency": {"customers who order more often also spend differently an order, which a single spend model does not know",
		"wer öfter bestellt, gibt je Bestellung anders aus; ein einzelnes Ausgabenmodell weiß das nicht"},
	"spend_mean_unbounded": {"order values differ so widely that the mean over all customers hangs on a few very large ones",
		"Bestellwerte liegen so weit auseinander, dass das Mittel über alle Kunden an wenigen sehr großen hängt"},
	"spend_by_frequency_band": {"spend was fitted for bands of how often customers order",
		"die Ausgaben wurden nach Bestellhäufigkeit getrennt angepasst"},
	"spend_logs_missing": {"customers whose single order values are not known were left out of the spend model",
		"Kunden ohne bekannte einzelne Bestellwerte blieben im Ausgabenmodell außen vor"},
	"ratio_pooled": {"accounts do not differ beyond chance: all get the ratio of the portfolio",
		"die Konten unterscheiden sich nicht über den Zufall hinaus: alle erhalten die Quote des Bestands"},
	"channel_free": {"nothing was spent on this channel: its cost of 0 tells nothing of others",
		"für diesen Kanal wurde nichts ausgegeben: seine Kosten von 0 sagen nichts über andere"},
	"channel_no_wins": {"this channel has won nobody yet: its cost per acquisition is that of all channels",
		"dieser Kanal hat noch niemanden gewonnen: seine Kosten je Neukunde sind die aller Kanäle"},
	"channel_few_wins": {"this channel has won few: most of its cost per acquisition is that of all channels",
		"dieser Kanal hat wenige gewonnen: seine Kosten je Neukunde sind überwiegend die aller Kanäle"},

	"constant_hazard": {"older contracts are not safer than young ones here: one constant renewal rate is used",
		"ältere Verträge sind hier nicht sicherer als junge: eine feste Verlängerungsquote gilt"},
	"renewal_pooled": {"too few renewals of contracts of this term: those of all terms are taken together",
		"zu wenige Verlängerungen von Verträgen dieser Laufzeit: alle Laufzeiten zählen zusammen"},
	"renewal_cell_pooled": {"few renewals of this kind of contract: the rate is mostly that of similar ones",
		"wenige Verlängerungen dieser Vertragsart: die Quote ist überwiegend die ähnlicher Verträge"},
	"renewal_cell_unseen": {"no renewal of this kind of contract was seen yet: similar contracts speak for it",
		"noch keine Verlängerung dieser Vertragsart gesehen: ähnliche Verträge sprechen für sie"},
	"renewal_one_outcome": {"all decisions went the same way: only similar contracts or a stated assumption give a rate",
		"alle Entscheidungen fielen gleich aus: nur ähnliche Verträge oder eine genannte Annahme geben eine Quote"},
	"renewal_nothing_observed": {"no renewal decision was seen at all: the rate is a stated assumption",
		"keine einzige Verlängerungsentscheidung gesehen: die Quote ist eine genannte Annahme"},
	"renewal_assumed": {"there is no renewal model: the stated default rate is used",
		"es gibt kein Verlängerungsmodell: die genannte Vorgabe gilt"},
	"no_events_observed": {"the event never happened: its rate is a stated, tiny one",
		"das Ereignis trat nie ein: seine Rate ist eine genannte, winzige"},
	"one_rate_for_all": {"contracts do not visibly differ in this rate: one holds for all",
		"die Verträge unterscheiden sich in dieser Rate nicht sichtbar: eine gilt für alle"},
	"no_change_observed": {"no change of this kind was seen: its size is a stated assumption",
		"keine Änderung dieser Art gesehen: ihre Größe ist eine genannte Annahme"},
	"few_changes": {"few contracts saw such a change: its size is mostly a stated assumption",
		"wenige Verträge mit einer solchen Änderung: ihre Größe ist überwiegend eine genannte Annahme"},
	"odd_changes_excluded": {"contracts with changes of more than tenfold were left out: look whether their quantities are right",
		"Verträge mit mehr als zehnfachen Änderungen blieben außen vor: bitte ihre Mengen prüfen"},

	"adoption_pooled": {"few took up this product group here: its probability is mostly that of similar accounts",
		"wenige haben diese Produktgruppe hier aufgenommen: die Wahrscheinlichkeit ist überwiegend die ähnlicher Konten"},
	"adoption_group_few": {"few took up this product group at all: its probability is mostly that of all groups",
		"überhaupt wenige haben diese Produktgruppe aufgenommen: die Wahrscheinlichkeit ist überwiegend die aller Gruppen"},
	"adoption_group_unknown": {"nobody's records show this product group: the mean of all groups is taken",
		"diese Produktgruppe kommt in den Daten nicht vor: das Mittel aller Gruppen gilt"},
	"adoption_margin_unknown": {"nobody has this product group with a known margin: it is valued at 0",
		"niemand hat diese Produktgruppe mit bekannter Marge: sie zählt 0"},
	"adoption_none_seen": {"no account took up a further product group: probabilities are a stated assumption",
		"kein Konto hat eine weitere Produktgruppe aufgenommen: die Wahrscheinlichkeiten sind eine genannte Annahme"},
	"no_recurring_revenue": {"nobody had recurring revenue at the first date: retention of revenue has no meaning yet",
		"zum ersten Stichtag gab es keine wiederkehrenden Erlöse: Erlösbindung hat noch keine Bedeutung"},

	"no_history":         {"neither orders nor contracts: the value is 0", "weder Bestellungen noch Verträge: der Wert ist 0"},
	"no_orders":          {"valued by contracts alone", "nur nach Verträgen bewertet"},
	"no_order_model":     {"has orders, but no order model could be fitted", "hat Bestellungen, aber kein Bestellmodell ließ sich anpassen"},
	"spend_unpooled":     {"there is no spend model: the account's own mean order value is used", "es gibt kein Ausgabenmodell: der eigene mittlere Bestellwert gilt"},
	"no_positive_value":  {"past orders were worth nothing on balance: no spend is expected", "frühere Bestellungen waren im Saldo nichts wert: es werden keine Ausgaben erwartet"},
	"dates_inconsistent": {"order dates contradict each other or the observation date", "Bestelldaten widersprechen sich oder dem Stichtag"},
	"history_truncated": {"the account is older than the imported orders: what it ordered before is assumed",
		"das Konto ist älter als die importierten Bestellungen: frühere sind angenommen"},
	"term_rolled":           {"a term that ended without notice is taken as renewed", "eine ohne Kündigung abgelaufene Laufzeit gilt als verlängert"},
	"contract_over":         {"a contract's term has ended: it counts for nothing", "die Laufzeit eines Vertrags ist abgelaufen: er zählt nicht"},
	"contract_ends":         {"a contract's end is known: it earns until then, and no renewal counts", "das Ende eines Vertrags steht fest: er zählt bis dahin, ohne Verlängerung"},
	"contract_signed":       {"a contract is signed but has not begun: it earns from its first day on", "ein Vertrag ist geschlossen, läuft aber noch nicht: er zählt ab seinem ersten Tag"},
	"contract_open_ended":   {"a contract has no end: the next decision is taken to be one term away", "ein Vertrag ist unbefristet: die nächste Entscheidung gilt als eine Laufzeit entfernt"},
	"notice_passed":         {"the last day for notice is over: the next term is certain", "die Kündigungsfrist ist verstrichen: die nächste Laufzeit ist sicher"},
	"margin_pooled":         {"no margin of the account's own orders is known: that of the portfolio is used", "keine Marge eigener Bestellungen bekannt: die des Bestands gilt"},
	"discount_out_of_range": {"the account's own discount rate cannot be: that of the portfolio is used", "der eigene Zinssatz des Kontos ist unmöglich: der des Bestands gilt"},
	"acquisition_assumed":   {"what winning the account cost is the stated figure of its channel", "die Akquisekosten sind die genannten des Kanals"},
	"acquisition_unknown":   {"what winning the account cost is not known", "die Akquisekosten sind unbekannt"},

	"truncated_histories_learned": {"too few accounts are known from their first order on: the visible part of older ones is learned from, too",
		"zu wenige Konten sind ab ihrer ersten Bestellung bekannt: auch aus dem sichtbaren Teil älterer wird gelernt"},
	"truncated_histories_left_out": {"accounts older than the imported orders are valued, but not learned from",
		"Konten, die älter sind als die importierten Bestellungen, werden bewertet; gelernt wird aus ihnen nicht"},
	"contradicting_dates_left_out": {"accounts whose order dates contradict each other are not learned from",
		"aus Konten mit widersprüchlichen Bestelldaten wird nicht gelernt"},
	"spend_model_unusable": {"order values hardly differ: no spend model could be fitted, and each account's own mean is used",
		"die Bestellwerte unterscheiden sich kaum: kein Ausgabenmodell ließ sich anpassen, der eigene Mittelwert gilt"},

	"orders_end_early": {"the newest order lies long before the date of the valuation, so that customers look silent: give --as-of, or import what is missing",
		"die neueste Bestellung liegt lange vor dem Stichtag, Kunden wirken dadurch verstummt: --as-of angeben oder Fehlendes importieren"},

	"log_too_short": {"the log is too short: no day leaves both a past to learn from and a future to test",
		"das Protokoll ist zu kurz: kein Tag lässt Vergangenheit zum Lernen und Zukunft zum Prüfen"},
	"few_origins":         {"fewer than four origins: choice and bands rest on little", "weniger als vier Stichtage: Wahl und Bänder stehen auf wenig"},
	"monthly_origins":     {"the log is too short for origins three months apart: they are one month apart", "das Protokoll ist zu kurz für Stichtage im Abstand von drei Monaten: sie liegen einen Monat auseinander"},
	"origins_dropped":     {"some origins asked for lie outside what the log can test", "einige gewünschte Stichtage liegen außerhalb dessen, was sich prüfen lässt"},
	"horizons_dropped":    {"some horizons asked for are longer than the log can test", "einige gewünschte Zeiträume sind länger, als sich prüfen lässt"},
	"sampled":             {"the figures are of a sample of the customers", "die Zahlen gelten für eine Stichprobe der Kunden"},
	"calibration_thin":    {"fewer than three past origins: the bands lean on a stated default", "weniger als drei vergangene Stichtage: die Bänder stützen sich auf eine genannte Vorgabe"},
	"no_model_choice":     {"nothing could be tested: the default model stands", "nichts ließ sich prüfen: das Standardmodell bleibt"},
	"choice_within_noise": {"a simpler model is preferred to one that is better by noise only", "ein einfacheres Modell hat Vorrang vor einem nur zufällig besseren"},
	"baseline_wins":       {"a naive prediction has the smaller mean absolute error", "eine naive Vorhersage hat den kleineren mittleren Fehler"},
	"model_not_compared":  {"a model could not be fitted at every origin and was not compared", "ein Modell ließ sich nicht an jedem Stichtag anpassen und wurde nicht verglichen"},
	"few_renewals":        {"no origin has enough renewal decisions before and one after it", "kein Stichtag hat genug Verlängerungsentscheidungen davor und eine danach"},
	"renewal_naive_wins":  {"last year's renewal rate predicts better than the chosen model", "die Verlängerungsquote des letzten Jahres sagt besser voraus als das gewählte Modell"},
	"population_small":    {"few accounts are behind the value of a new one: read it as rough", "wenige Konten stehen hinter dem Wert eines neuen: er ist grob"},
}
