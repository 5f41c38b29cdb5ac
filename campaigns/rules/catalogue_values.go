package rules

import "postlift/clv/segments"

// What the fields of a valued account have in common where they have no value.
var (
	unscored = Words{"accounts that the published score run does not hold", "Kunden, die der veröffentlichte Bewertungslauf nicht enthält"}
	unbanded = Words{"accounts without a score, or with one from before bands were computed: score again",
		"Kunden ohne Bewertung oder mit einer aus der Zeit vor den Bandbreiten: neu bewerten"}
)

// valueFields are what the value engine says of an account in money and probabilities. Values are discounted
// and hold for the horizon of the score run.
var valueFields = []Field{
	{Name: "clv.residual", Type: Amount, EN: "Residual customer lifetime value", DE: "Verbleibender Kundenwert", Missing: unscored,
		About: Words{"Expected margin of orders and contracts within the horizon, less service, contact and handling, with the acquisition cost sunk; 0 without orders and running contracts",
			"Erwarteter Deckungsbeitrag aus Bestellungen und Verträgen im Horizont abzüglich Betreuung, Kontakt und Abwicklung, ohne die schon ausgegebenen Akquisekosten; 0 ohne Bestellungen und laufende Verträge"}},
	{Name: "clv.prospect", Type: Amount, EN: "Residual value less acquisition cost", DE: "Kundenwert abzüglich Akquisekosten", Missing: unscored,
		About: Words{"The residual value less what winning the account cost; an unknown cost counts as 0",
			"Der verbleibende Kundenwert abzüglich der Kosten der Gewinnung; unbekannte Kosten zählen als 0"}},
	{Name: "clv.low", Type: Amount, EN: "Residual value, lower bound (5 %)", DE: "Kundenwert, untere Grenze (5 %)", Missing: unbanded,
		About: Words{"With 5 % probability the residual value stays below it: what can be counted on",
			"Mit 5 % Wahrscheinlichkeit liegt der Kundenwert darunter: worauf man zählen kann"}},
	{Name: "clv.median", Type: Amount, EN: "Residual value, median", DE: "Kundenwert, Median", Missing: unbanded,
		About: Words{"As likely exceeded as not; below the expected value where few accounts bring much",
			"Wird ebenso wahrscheinlich über- wie unterschritten; unter dem Erwartungswert, wo wenige Kunden viel bringen"}},
	{Name: "clv.high", Type: Amount, EN: "Residual value, upper bound (95 %)", DE: "Kundenwert, obere Grenze (95 %)", Missing: unbanded,
		About: Words{"With 5 % probability the residual value exceeds it: what is in it at best",
			"Mit 5 % Wahrscheinlichkeit liegt der Kundenwert darüber: was im besten Fall möglich ist"}},
	{Name: "clv.decile", Type: Number, Unit: "1 best to 10", EN: "Value decile", DE: "Wertdezil", Missing: unscored,
		About: Words{"The tenth of all accounts by residual value", "Das Zehntel aller Kunden nach verbleibendem Kundenwert"}},
	{Name: "clv.p_alive", Type: Number, Unit: "share", EN: "Probability of being an active customer", DE: "Wahrscheinlichkeit, noch aktiv zu sein", Missing: unscored,
		About: Words{"Probability of still ordering, by the rhythm of past orders; 0 without orders, even under contract",
			"Wahrscheinlichkeit, noch zu bestellen, nach dem Rhythmus der Bestellungen; 0 ohne Bestellungen, auch unter Vertrag"}},
	{Name: "clv.p_active", Type: Number, Unit: "share", EN: "Probability of ordering still or being under contract", DE: "Wahrscheinlichkeit, noch zu bestellen oder unter Vertrag zu stehen",
		About: Words{"Whether the account is retained today, by orders or by contracts; 0 for a former customer under contract only",
			"Ob der Kunde heute gehalten ist, durch Bestellungen oder Verträge; 0 für ehemalige reine Vertragskunden"},
		Missing: Words{"prospects (neither order nor contract ever), and accounts without a score of this kind", "Interessenten (nie Bestellung oder Vertrag) und Kunden ohne Bewertung dieser Art"}},
	{Name: "clv.expected_orders", Type: Number, Unit: "orders", EN: "Orders expected within the horizon", DE: "Erwartete Bestellungen im Horizont", Missing: unscored,
		About: Words{"Expected number of order days within the horizon", "Erwartete Zahl der Bestelltage im Horizont"}},
	{Name: "clv.mean_order", Type: Amount, EN: "Expected net value of a future order", DE: "Erwarteter Nettowert einer künftigen Bestellung",
		About: Words{"What one future order day is expected to be worth, between the account's own mean and that of all",
			"Was ein künftiger Bestelltag voraussichtlich wert ist, zwischen dem eigenen Mittel und dem aller Kunden"},
		Missing: Words{"accounts without orders of positive value, and those without a score of this kind", "Kunden ohne Bestellungen von positivem Wert und solche ohne Bewertung dieser Art"}},
	{Name: "clv.window_margin", Type: Amount, EN: "Margin expected within the mailing window", DE: "Erwarteter Deckungsbeitrag im Messzeitraum", Missing: unscored,
		About: Words{"Margin expected without a letter within the measuring window of the settings, not discounted, before service and handling",
			"Ohne Brief erwarteter Deckungsbeitrag im Messzeitraum der Einstellungen, nicht abgezinst, vor Betreuung und Abwicklung"}},
	{Name: "clv.window_open", Type: Amount, EN: "Margin expected within the mailing window without agreed fees", DE: "Erwarteter Deckungsbeitrag im Messzeitraum ohne vereinbarte Entgelte",
		About: Words{"clv.window_margin less what running contract terms bring in it: orders, renewals still to be decided and new contracts. A letter can raise this, not an agreed fee",
			"clv.window_margin ohne das, was laufende Vertragszeiträume darin bringen: Bestellungen, noch offene Verlängerungen und neue Verträge. Das kann ein Brief steigern, ein vereinbartes Entgelt nicht"},
		Missing: Words{"accounts without a score, or with one from before agreed fees were kept apart: score again",
			"Kunden ohne Bewertung oder mit einer von früher, als vereinbarte Entgelte noch nicht getrennt waren: neu bewerten"}},
	{Name: "clv.committed", Type: Amount, EN: "Value of running contract terms", DE: "Wert laufender Vertragszeiträume", Missing: unscored,
		About: Words{"Discounted margin of contract terms that run already: the part that is sure but for default",
			"Abgezinster Deckungsbeitrag laufender Vertragszeiträume: der bis auf Ausfall sichere Teil"}},
	{Name: "clv.renewal", Type: Amount, EN: "Value expected from renewals", DE: "Erwarteter Wert aus Verlängerungen", Missing: unscored,
		About: Words{"Discounted margin of the terms after each renewal, at today's fee, weighted by the probability of renewing: what keeping the contracts is worth",
			"Abgezinster Deckungsbeitrag der Zeiträume nach jeder Verlängerung zum heutigen Entgelt, gewichtet mit deren Wahrscheinlichkeit: was es wert ist, die Verträge zu halten"}},
	{Name: "clv.expansion", Type: Amount, EN: "Value expected from expansion", DE: "Erwarteter Wert aus Ausbau", Missing: unscored,
		About: Words{"Discounted margin of changes of price and volume and of product groups not held yet; negative where contracts shrink; 0 in runs before it was computed",
			"Abgezinster Deckungsbeitrag aus Preis- und Mengenänderungen und noch nicht bezogenen Produktgruppen; negativ, wo Verträge schrumpfen; 0 in Läufen, bevor er berechnet wurde"}},
	{Name: "clv.exceeds_cost", Type: Number, Unit: "share", EN: "Probability that the value exceeds the acquisition cost", DE: "Wahrscheinlichkeit, dass der Kundenwert die Akquisekosten übersteigt",
		About: Words{"Probability that the residual value exceeds what winning the account cost", "Wahrscheinlichkeit, dass der verbleibende Kundenwert die Kosten der Gewinnung übersteigt"},
		Missing: Words{"accounts of unknown acquisition cost, prospects, and accounts without a score of this kind",
			"Kunden mit unbekannten Akquisekosten, Interessenten und Kunden ohne Bewertung dieser Art"}},
	{Name: "clv.payback_month", Type: Number, Unit: "months after the scores' date, 0 already", EN: "Month of payback", DE: "Monat der Amortisation",
		About: Words{"The month in which margin earned so far and expected covers the acquisition cost; 0: it does already",
			"Der Monat, in dem verdienter und erwarteter Deckungsbeitrag die Akquisekosten deckt; 0: er deckt sie schon"},
		Missing: Words{"accounts that do not pay back within the horizon (they have clv.to_cac), those of unknown acquisition cost, and those without a score of this kind",
			"Kunden, die sich im Horizont nicht amortisieren (sie haben clv.to_cac), solche mit unbekannten Akquisekosten und solche ohne Bewertung dieser Art"}},
	{Name: "clv.to_cac", Type: Number, Unit: "ratio", EN: "Residual value by acquisition cost", DE: "Verhältnis von Kundenwert zu Akquisekosten",
		About: Words{"How often the residual value holds the acquisition cost; below 1 the rest of the relation alone does not earn it",
			"Wie oft der verbleibende Kundenwert die Akquisekosten enthält; unter 1 verdient der Rest der Beziehung allein sie nicht"},
		Missing: Words{"accounts whose acquisition cost is unknown or nothing, and those without a score of this kind",
			"Kunden, deren Akquisekosten unbekannt oder null sind, und solche ohne Bewertung dieser Art"}},
	{Name: "clv.break_even", Type: Amount, EN: "Highest acquisition cost that pays", DE: "Höchste lohnende Akquisekosten", Missing: unbanded,
		About: Words{"The acquisition cost at which the account still pays: its residual value, at least 0",
			"Die Akquisekosten, bei denen sich der Kunde noch lohnt: sein verbleibender Wert, mindestens 0"}},
	{Name: "clv.assumed_share", Type: Number, Unit: "share", EN: "Share of the value that rests on assumptions", DE: "Anteil des Werts, der auf Annahmen beruht", Missing: unscored,
		About: Words{"Share of the value's parts that rests on default margins, renewal rates and costs and not on the account's own figures",
			"Anteil der Wertbestandteile, der auf Vorgaben für Marge, Verlängerung und Kosten beruht statt auf eigenen Zahlen des Kunden"}},
}

// segmentFields are the classes into which a score run sorts accounts.
var segmentFields = []Field{
	{Name: "clv.tier", Type: Text, EN: "Value tier", DE: "Wertklasse", Values: tierValues(), Missing: unbanded,
		About: Words{"Class by residual value among the accounts of positive value: A the top 5 %, B the next 15 %, C the next 30 %, D the rest; E is without value",
			"Klasse nach verbleibendem Wert unter den Kunden mit positivem Wert: A die oberen 5 %, B die nächsten 15 %, C die nächsten 30 %, D der Rest; E ist ohne Wert"}},
	{Name: "clv.stage", Type: Text, EN: "Lifecycle stage", DE: "Lebensphase", Values: stageValues(), Missing: unbanded,
		About: Words{"Where the account stands in its life as a customer, by probability of being active, contracts, age and trend of revenue",
			"Wo der Kunde in seinem Leben als Kunde steht, nach Wahrscheinlichkeit der Aktivität, Verträgen, Alter und Umsatztrend"}},
	{Name: "clv.rfm", Type: Text, Unit: "three digits from 1 to 5, such as \"543\"", Pattern: "[1-5]{3}", EN: "RFM class", DE: "RFM-Klasse", Missing: neverScoredOrder,
		About: Words{"Fifths by recency, frequency and value of orders, each 5 the best; \"startsWith\" selects by recency, the three fields below by each",
			"Fünftel nach Aktualität, Häufigkeit und Wert der Bestellungen, je 5 das beste; \"startsWith\" wählt nach Aktualität, die drei folgenden Felder einzeln"}},
	{Name: "clv.rfm_recency", Type: Number, Unit: "1 to 5 best", EN: "Recency class of orders", DE: "Aktualität der Bestellungen (Fünftel)", Missing: neverScoredOrder,
		About: Words{"Fifth of the accounts with orders by days since the last order, 5 the latest", "Fünftel der Kunden mit Bestellungen nach Tagen seit der letzten, 5 die jüngsten"}},
	{Name: "clv.rfm_frequency", Type: Number, Unit: "1 to 5 best", EN: "Frequency class of orders", DE: "Häufigkeit der Bestellungen (Fünftel)", Missing: neverScoredOrder,
		About: Words{"Fifth of the accounts with orders by number of order days, 5 the most", "Fünftel der Kunden mit Bestellungen nach Zahl der Bestelltage, 5 die meisten"}},
	{Name: "clv.rfm_value", Type: Number, Unit: "1 to 5 best", EN: "Value class of orders", DE: "Wert der Bestellungen (Fünftel)", Missing: neverScoredOrder,
		About: Words{"Fifth of the accounts with orders by their net value in all, 5 the highest", "Fünftel der Kunden mit Bestellungen nach deren Nettowert insgesamt, 5 die höchsten"}},
}

var neverScoredOrder = Words{"accounts that never ordered, and those without a score of this kind", "Kunden, die nie bestellt haben, und solche ohne Bewertung dieser Art"}

// stageWords name the lifecycle stages.
var stageWords = map[segments.Stage]Words{
	segments.Prospect: {"Prospect", "Interessent"},
	segments.New:      {"New", "Neu"},
	segments.Growing:  {"Growing", "Wachsend"},
	segments.Mature:   {"Mature", "Etabliert"},
	segments.AtRisk:   {"At risk", "Gefährdet"},
	segments.Lapsed:   {"Lapsed", "Eingeschlafen"},
	segments.Lost:     {"Lost", "Verloren"},
}

func stageValues() []Value {
	var values []Value
	for _, s := range segments.Stages() {
		values = append(values, Value{string(s), stageWords[s].EN, stageWords[s].DE})
	}
	return values
}

func tierValues() []Value {
	var values []Value
	for _, t := range segments.Tiers() {
		values = append(values, Value{string(t), string(t), string(t)})
	}
	return values
}
