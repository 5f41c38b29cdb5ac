package rules

// Texts that fields of the levels around the account have in common.
var (
	noOpenOpportunity = Words{"accounts without an open opportunity that has one", "Kunden ohne offene Verkaufschance mit dieser Angabe"}
	noOpenContract    = Words{"accounts without a running contract", "Kunden ohne laufenden Vertrag"}
)

// groupFields are what an account's group has in all: the parent and everyone under it, or the account alone.
var groupFields = []Field{
	{Name: "group.accounts", Type: Number, Unit: "accounts", Level: OfGroup, EN: "Companies of the group", DE: "Unternehmen der Gruppe",
		About: Words{"Number of accounts in the account's group, itself included", "Zahl der Kunden in der Unternehmensgruppe, der Kunde selbst mitgezählt"}},
	{Name: "group.residual", Type: Amount, Level: OfGroup, EN: "Residual customer lifetime value of the group", DE: "Verbleibender Kundenwert der Gruppe",
		About:   Words{"Sum of the residual values of the group's accounts", "Summe der verbleibenden Kundenwerte aller Kunden der Gruppe"},
		Missing: Words{"groups of which the published score run holds no account", "Gruppen, von denen der veröffentlichte Bewertungslauf keinen Kunden enthält"}},
	{Name: "group.revenue_12m", Type: Amount, Level: OfGroup, EN: "Net revenue of the group in 12 months", DE: "Nettoumsatz der Gruppe in 12 Monaten",
		About: Words{"Net value of the orders of all accounts of the group in the last twelve months", "Nettowert der Bestellungen aller Kunden der Gruppe in den letzten zwölf Monaten"}},
	{Name: "group.mails_365d", Type: Number, Unit: "letters", Level: OfGroup, EN: "Letters to the group in 365 days", DE: "Briefe an die Gruppe in 365 Tagen",
		About: Words{"Letters posted to all accounts of the group in 365 days", "Briefe an alle Kunden der Gruppe in 365 Tagen"}},
	{Name: "group.days_since_last_mail", Type: Number, Unit: "days", Level: OfGroup, EN: "Days since the group's last letter", DE: "Tage seit dem letzten Brief an die Gruppe",
		About:   Words{"Days since a letter was last posted to any account of the group", "Tage, seit irgendeinem Kunden der Gruppe zuletzt ein Brief geschickt wurde"},
		Missing: Words{"groups that never got a letter", "Gruppen, die nie einen Brief bekamen"}},
}

// standingFields are who an account is and how it stands with us.
var standingFields = []Field{
	{Name: "name", Type: Text, EN: "Name of the company", DE: "Name des Unternehmens",
		About: Words{"Name of the account as imported", "Name des Kunden, wie importiert"}},
	{Name: "owner", Type: Text, Unit: "external id", EN: "Account owner", DE: "Betreuung", Missing: Words{"accounts without an owner", "Kunden ohne Betreuung"},
		About: Words{"External id of the employee who looks after the account", "Externe Kennung der Person, die den Kunden betreut"}},
	{Name: "dunning", Type: Boolean, EN: "Is being dunned", DE: "Ist im Mahnverfahren",
		Yes: Words{"open dunning", "laufendes Mahnverfahren"}, No: Words{"no open dunning", "kein laufendes Mahnverfahren"},
		About: Words{"Whether dunning of the account is open", "Ob ein Mahnverfahren gegen den Kunden läuft"}},
	{Name: "complaint", Type: Boolean, EN: "Has an open complaint", DE: "Hat eine offene Beschwerde",
		Yes: Words{"an open complaint", "offene Beschwerde"}, No: Words{"no open complaint", "keine offene Beschwerde"},
		About: Words{"Whether a complaint of the account is open", "Ob eine Beschwerde des Kunden offen ist"}},
}

// siteFields are sums and sets over an account's sites.
var siteFields = []Field{
	{Name: "site.count", Type: Number, Unit: "sites", Level: OfSite, EN: "Sites", DE: "Standorte",
		About: Words{"Number of the account's sites", "Zahl der Standorte des Kunden"}},
	{Name: "site.countries", Type: Texts, Unit: "ISO 3166-1", Level: OfSite, EN: "Countries of the sites", DE: "Länder der Standorte",
		About: Words{"Country codes of all the account's sites", "Ländercodes aller Standorte des Kunden"}},
	{Name: "site.postcodes", Type: Texts, Level: OfSite, EN: "Postcodes of the sites", DE: "Postleitzahlen der Standorte",
		About: Words{"Postcodes of all the account's sites, as texts", "Postleitzahlen aller Standorte des Kunden, als Texte"}},
	{Name: "site.undeliverable", Type: Number, Unit: "sites", Level: OfSite, EN: "Undeliverable sites", DE: "Unzustellbare Standorte",
		About: Words{"Number of the account's sites whose address is known to be undeliverable", "Zahl der Standorte des Kunden, deren Anschrift als unzustellbar bekannt ist"}},
}

// personFields are sums and sets over an account's active contacts.
var personFields = []Field{
	{Name: "contact.count", Type: Number, Unit: "contacts", Level: OfContact, EN: "Active contacts", DE: "Aktive Ansprechpersonen",
		About: Words{"Number of the account's active contacts", "Zahl der aktiven Ansprechpersonen des Kunden"}},
	{Name: "contact.roles", Type: Texts, Level: OfContact, EN: "Roles of the contacts", DE: "Rollen der Ansprechpersonen", Values: roleValues,
		About: Words{"Buying roles of the account's active contacts", "Kaufrollen der aktiven Ansprechpersonen des Kunden"}},
	{Name: "contact.languages", Type: Texts, Unit: "ISO 639-1", Level: OfContact, EN: "Languages of the contacts", DE: "Sprachen der Ansprechpersonen",
		About: Words{"Languages of the account's active contacts, such as de", "Sprachen der aktiven Ansprechpersonen des Kunden, etwa de"}},
}

// roleValues are the roles that importing knows.
var roleValues = []Value{{"management", "Management", "Geschäftsleitung"}, {"purchasing", "Purchasing", "Einkauf"},
	{"technical", "Technical", "Technik"}, {"other", "Other", "Andere"}}

// opportunityFields are sales opportunities, open ones unless they say otherwise.
var opportunityFields = []Field{
	{Name: "open_opportunities", Type: Number, Unit: "opportunities", EN: "Open opportunities", DE: "Offene Verkaufschancen",
		About: Words{"Number of open sales opportunities", "Zahl der offenen Verkaufschancen"}},
	{Name: "opportunity.stages", Type: Texts, EN: "Stages of open opportunities", DE: "Stufen offener Verkaufschancen",
		About: Words{"Stages in which the account's open opportunities are, as imported", "Stufen, auf denen die offenen Verkaufschancen des Kunden stehen, wie importiert"}},
	{Name: "opportunity.amount", Type: Amount, EN: "Amount of open opportunities", DE: "Summe offener Verkaufschancen",
		About: Words{"Sum of the amounts of the account's open opportunities, 0 without one", "Summe der Beträge der offenen Verkaufschancen des Kunden, 0 ohne eine"}},
	{Name: "opportunity.next_close_on", Type: Day, EN: "Next expected close of an opportunity", DE: "Nächster erwarteter Abschluss einer Verkaufschance", Missing: noOpenOpportunity,
		About: Words{"The nearest day on which an open opportunity is expected to close", "Der nächste Tag, an dem eine offene Verkaufschance voraussichtlich entschieden wird"}},
	{Name: "opportunities_won_12m", Type: Number, Unit: "opportunities", EN: "Opportunities won in 12 months", DE: "Gewonnene Verkaufschancen in 12 Monaten",
		About: Words{"Number of opportunities won in the last twelve months", "Zahl der in den letzten zwölf Monaten gewonnenen Verkaufschancen"}},
	{Name: "opportunities_lost_12m", Type: Number, Unit: "opportunities", EN: "Opportunities lost in 12 months", DE: "Verlorene Verkaufschancen in 12 Monaten",
		About: Words{"Number of opportunities lost in the last twelve months", "Zahl der in den letzten zwölf Monaten verlorenen Verkaufschancen"}},
}
