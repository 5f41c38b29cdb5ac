package rules

// What fields of an account's master data and history have in common where they have no value.
var (
	notImported   = Words{"accounts for which none was imported", "Kunden, für die nichts importiert wurde"}
	noMainSite    = Words{"accounts without a main site, or whose main site lacks it", "Kunden ohne Hauptstandort oder mit unvollständigem"}
	neverOrdered  = Words{"accounts that never ordered", "Kunden, die nie bestellt haben"}
	neverMailed   = Words{"accounts that never got a letter", "Kunden, die nie einen Brief bekamen"}
	neverAnswered = Words{"accounts that never responded", "Kunden, die nie reagiert haben"}
)

// companyFields are an account's master data.
var companyFields = []Field{
	{Name: "country", Type: Text, Unit: "ISO 3166-1", EN: "Country", DE: "Land", Missing: notImported,
		About: Words{"Country code of the account, such as DE", "Ländercode des Kunden, etwa DE"}},
	{Name: "language", Type: Text, Unit: "ISO 639-1", EN: "Language", DE: "Sprache", Missing: notImported,
		About: Words{"Language in which the account is written to, such as de", "Sprache, in der dem Kunden geschrieben wird, etwa de"}},
	{Name: "segment", Type: Text, EN: "Segment", DE: "Segment", Missing: notImported,
		About: Words{"Your own segment of the account", "Ihr eigenes Segment des Kunden"}},
	{Name: "industry", Type: Text, EN: "Industry", DE: "Branche", Missing: notImported,
		About: Words{"Industry as imported", "Branche, wie importiert"}},
	{Name: "employees", Type: Number, Unit: "people", EN: "Employees", DE: "Beschäftigte", Missing: notImported,
		About: Words{"Number of people that the company employs", "Zahl der Beschäftigten des Unternehmens"}},
	{Name: "service_level", Type: Text, EN: "Service level", DE: "Servicestufe", Missing: notImported,
		About: Words{"Service level, on which the cost of serving depends", "Servicestufe, von der die Kosten der Betreuung abhängen"}},
	{Name: "status", Type: Text, EN: "Status", DE: "Status", Missing: notImported,
		About: Words{"Status of the account, such as active", "Status des Kunden, etwa active"}},
	{Name: "acquisition_channel", Type: Text, EN: "Acquisition channel", DE: "Akquisekanal", Missing: notImported,
		About: Words{"Channel through which the account was won", "Kanal, über den der Kunde gewonnen wurde"}},
	{Name: "acquired_on", Type: Day, EN: "Acquired on", DE: "Gewonnen am", Missing: notImported,
		About: Words{"Day on which the account was won", "Tag, an dem der Kunde gewonnen wurde"}},
	{Name: "customer_days", Type: Number, Unit: "days", EN: "Days as a customer", DE: "Tage als Kunde",
		About:   Words{"Days since the account was won or, where that is unknown, since its first order", "Tage seit der Gewinnung oder, wo sie unbekannt ist, seit der ersten Bestellung"},
		Missing: Words{"accounts without a day of acquisition and without orders", "Kunden ohne Tag der Gewinnung und ohne Bestellungen"}},
	{Name: "postcode", Type: Text, EN: "Postcode of the main site", DE: "Postleitzahl des Hauptstandorts", Missing: noMainSite,
		About: Words{"Postcode as a text, so that leading zeros count", "Postleitzahl als Text, damit führende Nullen zählen"}},
	{Name: "city", Type: Text, EN: "City of the main site", DE: "Ort des Hauptstandorts", Missing: noMainSite,
		About: Words{"City of the main site", "Ort des Hauptstandorts"}},
	{Name: "region", Type: Text, EN: "Region of the main site", DE: "Region des Hauptstandorts", Missing: noMainSite,
		About: Words{"State, province or county of the main site", "Bundesland, Provinz oder Grafschaft des Hauptstandorts"}},
	{Name: PlaceField, Type: Text, Unit: "country and postcode, such as DE-70173", EN: "Country and postcode of the main site", DE: "Land und Postleitzahl des Hauptstandorts", Missing: noMainSite,
		About: Words{"Country of the main site, a hyphen and its postcode: what circles (within_km) are looked up in", "Land des Hauptstandorts, Bindestrich und Postleitzahl: worin Umkreise (within_km) gesucht werden"}},
}

// orderFields are what an account ordered. Credit notes and cancellations are taken off their order.
var orderFields = []Field{
	{Name: "orders", Type: Number, Unit: "order days", EN: "Orders in all", DE: "Bestellungen insgesamt",
		About: Words{"Days with orders of positive net value; several documents of a day count once", "Tage mit Bestellungen von positivem Nettowert; mehrere Belege eines Tages zählen einmal"}},
	{Name: "orders_12m", Type: Number, Unit: "order days", EN: "Orders in 12 months", DE: "Bestellungen in 12 Monaten",
		About: Words{"Order days of the last twelve months", "Bestelltage der letzten zwölf Monate"}},
	{Name: "revenue_total", Type: Amount, EN: "Net revenue in all", DE: "Nettoumsatz insgesamt",
		About: Words{"Net value of all orders, credit notes taken off; without contract fees", "Nettowert aller Bestellungen nach Gutschriften; ohne Vertragsentgelte"}},
	{Name: "revenue_12m", Type: Amount, EN: "Net revenue in 12 months", DE: "Nettoumsatz in 12 Monaten",
		About: Words{"Net value of the orders of the last twelve months", "Nettowert der Bestellungen der letzten zwölf Monate"}},
	{Name: "revenue_prior_12m", Type: Amount, EN: "Net revenue in the 12 months before", DE: "Nettoumsatz in den 12 Monaten davor",
		About: Words{"Net value of the orders of the twelve months before the last twelve", "Nettowert der Bestellungen der zwölf Monate vor den letzten zwölf"}},
	{Name: "margin_12m", Type: Amount, EN: "Margin in 12 months", DE: "Deckungsbeitrag in 12 Monaten",
		About: Words{"Margin of the orders of the last twelve months, by the default share where it is unknown", "Deckungsbeitrag der Bestellungen der letzten zwölf Monate, nach der Vorgabe, wo er unbekannt ist"}},
	{Name: "first_order_on", Type: Day, EN: "First order on", DE: "Erste Bestellung am", Missing: neverOrdered,
		About: Words{"Day of the first imported order", "Tag der ersten importierten Bestellung"}},
	{Name: "last_order_on", Type: Day, EN: "Last order on", DE: "Letzte Bestellung am", Missing: neverOrdered,
		About: Words{"Day of the last order", "Tag der letzten Bestellung"}},
	{Name: "days_since_last_order", Type: Number, Unit: "days", EN: "Days since the last order", DE: "Tage seit der letzten Bestellung", Missing: neverOrdered,
		About: Words{"Days from the last order to the date of the facts", "Tage von der letzten Bestellung bis zum Stichtag"}},
	{Name: "product_groups", Type: Texts, EN: "Product groups ordered", DE: "Bestellte Produktgruppen",
		About: Words{"Product groups in the lines of all the account's orders", "Produktgruppen in den Positionen aller Bestellungen des Kunden"}},
	{Name: "product_groups_12m", Type: Texts, EN: "Product groups ordered in 12 months", DE: "In 12 Monaten bestellte Produktgruppen",
		About: Words{"Product groups in the order lines of the last twelve months", "Produktgruppen in den Bestellpositionen der letzten zwölf Monate"}},
	{Name: "products", Type: Texts, EN: "Products ordered", DE: "Bestellte Produkte",
		About: Words{"Products in the lines of all the account's orders", "Produkte in den Positionen aller Bestellungen des Kunden"}},
	{Name: "order_lines_12m", Type: Number, Unit: "lines", EN: "Order lines in 12 months", DE: "Bestellpositionen in 12 Monaten",
		About: Words{"Number of order lines of the last twelve months", "Zahl der Bestellpositionen der letzten zwölf Monate"}},
}

// contractFields are what runs or is about to.
var contractFields = []Field{
	{Name: "has_open_contract", Type: Boolean, EN: "Has an open contract", DE: "Hat einen laufenden Vertrag",
		Yes: Words{"an open contract", "laufender Vertrag"}, No: Words{"no open contract", "kein laufender Vertrag"},
		About: Words{"Whether any contract runs", "Ob irgendein Vertrag läuft"}},
	{Name: "open_contracts", Type: Number, Unit: "contracts", EN: "Open contracts", DE: "Laufende Verträge",
		About: Words{"Number of running contracts", "Zahl der laufenden Verträge"}},
	{Name: "contract_monthly", Type: Amount, Unit: "a month", EN: "Monthly fees of open contracts", DE: "Monatsentgelte laufender Verträge",
		About: Words{"Sum of the monthly fees of running contracts", "Summe der Monatsentgelte laufender Verträge"}},
	{Name: "next_term_end_on", Type: Day, EN: "Next end of a contract term", DE: "Nächstes Ende einer Vertragslaufzeit",
		About:   Words{"The nearest end of a running contract term", "Das nächste Ende einer laufenden Vertragslaufzeit"},
		Missing: Words{"accounts without a running contract of fixed term", "Kunden ohne laufenden Vertrag mit fester Laufzeit"}},
	{Name: "days_to_notice_deadline", Type: Number, Unit: "days", EN: "Days to the next notice deadline", DE: "Tage bis zum nächsten Kündigungstermin",
		About:   Words{"Days until the next last day for notice; contracts to whose end notice was given or that have an end do not count", "Tage bis zum nächsten letzten Tag einer Kündigung; gekündigte Verträge und solche mit vereinbartem Ende zählen nicht"},
		Missing: Words{"accounts without a running contract whose notice can still be given", "Kunden ohne laufenden Vertrag, der noch gekündigt werden kann"}},
	{Name: "next_notice_on", Type: Day, EN: "Next notice deadline", DE: "Nächster Kündigungstermin",
		About:   Words{"The next last day for notice of a running contract; those to whose end notice was given or that have an end do not count", "Der nächste letzte Tag für die Kündigung eines laufenden Vertrags; gekündigte Verträge und solche mit vereinbartem Ende zählen nicht"},
		Missing: Words{"accounts without a running contract whose notice can still be given", "Kunden ohne laufenden Vertrag, der noch gekündigt werden kann"}},
	{Name: "contract.products", Type: Texts, EN: "Products under contract", DE: "Produkte unter Vertrag",
		About: Words{"Products of the account's running contracts", "Produkte der laufenden Verträge des Kunden"}},
	{Name: "contract.groups", Type: Texts, EN: "Product groups under contract", DE: "Produktgruppen unter Vertrag",
		About: Words{"Product groups of the account's running contracts", "Produktgruppen der laufenden Verträge des Kunden"}},
	{Name: "contract.auto_renews", Type: Boolean, EN: "Has a contract that renews by itself", DE: "Hat einen Vertrag, der sich selbst verlängert", Missing: noOpenContract,
		Yes: Words{"a contract that renews by itself", "Vertrag mit selbsttätiger Verlängerung"}, No: Words{"no contract that renews by itself", "kein Vertrag mit selbsttätiger Verlängerung"},
		About: Words{"Whether any running contract renews by itself unless notice is given", "Ob sich irgendein laufender Vertrag ohne Kündigung von selbst verlängert"}},
	{Name: "contracts_ended_12m", Type: Number, Unit: "contracts", EN: "Contracts ended in 12 months", DE: "Beendete Verträge in 12 Monaten",
		About: Words{"Number of contracts that ended in the last twelve months", "Zahl der Verträge, die in den letzten zwölf Monaten endeten"}},
}

// mailFields are letters sent and what came back.
var mailFields = []Field{
	{Name: "days_since_last_mail", Type: Number, Unit: "days", EN: "Days since the last letter", DE: "Tage seit dem letzten Brief", Missing: neverMailed,
		About: Words{"Days since a letter was last posted to the account", "Tage, seit dem Kunden zuletzt ein Brief geschickt wurde"}},
	{Name: "mails_365d", Type: Number, Unit: "letters", EN: "Letters in 365 days", DE: "Briefe in 365 Tagen",
		About: Words{"Letters posted to the account in 365 days", "Briefe an den Kunden in 365 Tagen"}},
	{Name: "last_mailed_on", Type: Day, EN: "Last letter on", DE: "Letzter Brief am", Missing: neverMailed,
		About: Words{"Day on which a letter was last posted to the account", "Tag, an dem dem Kunden zuletzt ein Brief geschickt wurde"}},
	{Name: "campaigns", Type: Texts, EN: "Campaigns mailed", DE: "Kampagnen mit Brief",
		About: Words{"Names of the campaigns whose letters were posted to the account", "Namen der Kampagnen, deren Briefe an den Kunden geschickt wurden"}},
	{Name: "responses_365d", Type: Number, Unit: "responses", EN: "Responses in 365 days", DE: "Reaktionen in 365 Tagen",
		About: Words{"Calls, mails, meetings, quotes and cards in 365 days; visits of the page, returns and objections do not count", "Anrufe, Mails, Treffen, Angebote und Karten in 365 Tagen; Seitenbesuche, Rückläufer und Widersprüche zählen nicht"}},
	{Name: "days_since_last_response", Type: Number, Unit: "days", EN: "Days since the last response", DE: "Tage seit der letzten Reaktion", Missing: neverAnswered,
		About: Words{"Days since the account last responded, of the same kinds", "Tage seit der letzten Reaktion derselben Arten"}},
	{Name: "last_response_on", Type: Day, EN: "Last response on", DE: "Letzte Reaktion am", Missing: neverAnswered,
		About: Words{"Day on which the account last responded, of the same kinds", "Tag der letzten Reaktion des Kunden, derselben Arten"}},
	{Name: "response.kinds_365d", Type: Texts, EN: "Kinds of responses in 365 days", DE: "Arten der Reaktionen in 365 Tagen", Values: responseValues,
		About: Words{"How the account responded in 365 days, visits of the page included; returns and objections are none", "Wie der Kunde in 365 Tagen reagiert hat, Seitenbesuche eingeschlossen; Rückläufer und Widersprüche zählen nicht"}},
}

// responseValues are the kinds of responses that say interest.
var responseValues = []Value{{"visit", "Visit of the page", "Seitenbesuch"}, {"call", "Call", "Anruf"}, {"mail", "Mail", "Mail"},
	{"meeting", "Meeting", "Treffen"}, {"quote", "Quote", "Angebot"}, {"reply_card", "Reply card", "Antwortkarte"}, {"fax", "Fax", "Fax"}}
