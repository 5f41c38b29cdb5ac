package accounts

import "postlift/accounts/csvfile"

// Short forms for the tables of columns.
func text(name string, aliases ...string) csvfile.Column {
	return csvfile.Column{Name: name, Aliases: aliases}
}
func number(name string, aliases ...string) csvfile.Column {
	return csvfile.Column{Name: name, Type: csvfile.Number, Aliases: aliases}
}
func date(name string, aliases ...string) csvfile.Column {
	return csvfile.Column{Name: name, Type: csvfile.Date, Aliases: aliases}
}
func flag(name string, aliases ...string) csvfile.Column {
	return csvfile.Column{Name: name, Type: csvfile.Flag, Aliases: aliases}
}
func required(c csvfile.Column) csvfile.Column { c.Required = true; return c }

// Headers of other systems: HubSpot, Salesforce, Pipedrive (German and English), Shopify, Stripe, SAP and
// DATEV exports among them.
var (
	accountRef = []string{"account", "customer_id", "customer", "customer no", "customer number", "account number", "AccountId", "company id", "Associated Company IDs", "Associated Company IDs (Primary)", "Organisation - ID", "Organization - ID", "Kundennummer", "Kunden-Nr", "KdNr", "Kunde", "Debitor", "Debitorennummer", "Auftraggeber", "Kontonummer", "Sold-to party", "KUNNR", "Firma ID"}
	streetCols = []string{"street address", "billing street", "BillingStreet", "Billing Address1", "address", "address1", "address line 1", "Straße", "Strasse", "Straße und Hausnummer", "Str", "Anschrift", "Adresse", "STRAS"}
	zipCols    = []string{"postal code", "zip", "zip code", "BillingPostalCode", "Billing Zip", "plz", "Postleitzahl", "PSTLZ"}
	cityCols   = []string{"town", "BillingCity", "Billing City", "Ort", "Stadt", "ORT01"}
	regionCols = []string{"state", "BillingState", "Billing Province", "Bundesland", "Kanton", "province", "REGIO"}
	countryCol = []string{"Country/Region", "BillingCountry", "Billing Country", "country code", "Land", "Länderkennzeichen", "LAND1", "Staat"}
	blockCols  = []string{"Werbesperre", "Werbung gesperrt", "Keine Werbung", "Werbeverbot", "Mailingsperre", "no_mail", "do not mail", "advertising block", "no marketing"}
	boxCols    = []string{"post office box", "postfach", "pobox", "PFACH"}
)

// AccountColumns are the columns of accounts files. Address columns make or refresh the main site.
var AccountColumns = []csvfile.Column{
	required(text("external_id", "Record ID", "id", "account id", "AccountNumber", "account number", "customer id", "customer number", "company id", "Organization - ID", "Organisation - ID", "Kundennummer", "Kunden-Nr", "KdNr", "Debitor", "Debitorennummer", "Kontonummer", "KUNNR", "Konto")),
	required(text("name", "company name", "account name", "company", "Organization - Name", "Organisation - Name", "customer name", "Firma", "Firmenname", "Firmenbezeichnung", "Unternehmen", "Kundenname", "Name 1", "NAME1", "Name (Adressattyp Unternehmen)", "Billing Company")),
	text("parent_id", "ParentId", "parent account id", "parent company id", "parent", "Muttergesellschaft", "Mutter-ID", "Konzern", "übergeordnete Firma"),
	text("owner_id", "OwnerId", "account owner id", "Betreuer-ID", "Betreuer", "Vertriebsmitarbeiter", "Besitzer-ID", "VERTN"),
	text("segment", "Type", "customer group", "Kundengruppe", "Kundensegment", "KDGRP", "ABC", "ABC-Klasse"),
	text("industry", "Branche", "BRSCH", "sector"),
	number("employees", "NumberOfEmployees", "number of employees", "employee count", "Mitarbeiter", "Mitarbeiterzahl", "Anzahl Mitarbeiter"),
	text("country", countryCol...),
	text("language", "Sprache", "SPRAS", "preferred language", "Korrespondenzsprache"),
	text("website", "Website URL", "company domain name", "domain", "web", "Internet", "Webseite", "Homepage"),
	date("acquired_on", "customer since", "Kunde seit", "CreatedDate", "create date", "Created at", "Created", "Erstellt am", "Anlagedatum", "ERDAT"),
	text("acquisition_channel", "channel", "lead source", "LeadSource", "original source", "Source", "Akquisekanal", "Kanal", "Herkunft", "Quelle"),
	number("acquisition_cost", "cac", "Akquisekosten", "Akquisitionskosten"),
	number("discount_rate", "cost of capital", "Diskontsatz", "Abzinsungssatz", "Kalkulationszins"),
	text("service_level", "sla", "support level", "Servicestufe", "Service-Level", "Betreuungsstufe"),
	text("status", "account status", "Kundenstatus"),
	flag("dunning", "Mahnstufe", "dunning level", "Mahnsperre", "Mahnkennzeichen", "gemahnt", "im Mahnverfahren", "Mahnung"),
	flag("complaint", "open complaint", "Reklamation", "offene Reklamation", "Beschwerde"),
	text("street", streetCols...),
	text("po_box", boxCols...),
	text("postcode", zipCols...),
	text("city", cityCols...),
	text("region", regionCols...),
	flag("no_advertising", blockCols...),
}

// SiteColumns are the columns of sites files.
var SiteColumns = []csvfile.Column{
	required(text("external_id", "site id", "id", "location id", "address id", "Standort-ID", "Standortnummer", "Adress-ID", "Adressnummer", "ADRNR")),
	required(text("account_id", accountRef...)),
	text("name", "site name", "location name", "Standort", "Standortname", "Bezeichnung", "Niederlassung"),
	text("street", streetCols...),
	text("po_box", boxCols...),
	text("postcode", zipCols...),
	text("city", cityCols...),
	text("region", regionCols...),
	text("country", countryCol...),
	flag("main", "is_main", "primary", "main address", "Hauptstandort", "Hauptadresse", "Hauptsitz"),
	text("status", "address status", "Adressstatus"),
}

// ContactColumns are the columns of contacts files.
var ContactColumns = []csvfile.Column{
	required(text("external_id", "contact id", "Record ID", "id", "person id", "Person - ID", "Kontakt-ID", "Ansprechpartner-ID", "Ansprechpartnernummer", "PARNR")),
	required(text("account_id", accountRef...)),
	text("site_id", "location id", "Standort-ID", "Standortnummer", "Standort", "Adress-ID"),
	text("gender", "Anrede", "Geschlecht", "form of address", "sex"),
	text("title", "academic title", "Titel", "Namenstitel", "akademischer Titel"),
	text("first_name", "given name", "Vorname", "NAMEV", "Person - First name", "Person - Vorname"),
	text("last_name", "surname", "family name", "Nachname", "Name", "Familienname", "NAME1", "Person - Last name", "Person - Nachname"),
	text("function", "job title", "position", "Funktion", "Stelle", "Stellenbezeichnung", "Berufsbezeichnung"),
	text("department", "Abteilung", "ABTNR"),
	text("role", "buying role", "Rolle", "Kaufrolle"),
	text("salutation", "Briefanrede", "Anredezeile", "salutation line"),
	text("formality", "Du/Sie", "Ansprache", "Anredeform"),
	text("language", "Sprache", "Korrespondenzsprache", "preferred language"),
	text("email", "e-mail", "Person - Email (Work)", "Person - E-Mail", "E-Mail-Adresse", "Mail"),
	text("phone", "phone number", "Person - Phone", "Telefon", "Telefonnummer", "TELF1"),
	text("status", "contact status", "Kontaktstatus"),
	flag("no_advertising", blockCols...),
}

// EmployeeColumns are the columns of employees files.
var EmployeeColumns = []csvfile.Column{
	required(text("external_id", "employee id", "user id", "owner id", "id", "Personalnummer", "Mitarbeiter-ID", "Mitarbeiternummer", "PERNR")),
	text("first_name", "given name", "FirstName", "Vorname"),
	required(text("last_name", "surname", "family name", "LastName", "Nachname", "Name", "Familienname")),
	text("title", "Titel"),
	text("job_title", "position", "Funktion", "Stelle", "Stellenbezeichnung"),
	text("email", "e-mail", "E-Mail-Adresse", "Mail"),
	text("phone", "direct dial", "Durchwahl", "Telefon", "Telefonnummer"),
	text("signature_file", "signature", "Unterschrift", "Unterschriftsdatei"),
	date("signature_consent_until", "signature consent", "Unterschrift bis", "Einwilligung Unterschrift bis"),
	flag("active", "is active", "IsActive", "aktiv"),
}

// OrderColumns are the columns of orders files. Rows with one external_id are lines of one order where
// the file has line amounts. Rows without a customer number are recognised by a letter's code, by name and address, or by
// company and postcode.
var OrderColumns = append([]csvfile.Column{
	required(text("external_id", "order id", "order no", "order number", "document number", "invoice number", "id", "Name", "Auftragsnummer", "Auftrags-Nr", "Bestellnummer", "Belegnummer", "Belegfeld 1", "Rechnungsnummer", "VBELN", "Deal - ID")),
	text("account_id", accountRef...),
	required(date("date", "order date", "invoice date", "document date", "close date", "Created at", "Created (UTC)", "Paid at", "Auftragsdatum", "Bestelldatum", "Belegdatum", "Rechnungsdatum", "Datum", "AUDAT", "FKDAT")),
	text("type", "document type", "doc_type", "Belegart", "Art", "Typ", "AUART", "FKART"),
	text("refers_to", "original order", "reference", "credit for", "Bezug", "Bezugsbeleg", "Referenz", "Originalbeleg", "Rechnungsbezug", "VGBEL"),
	text("currency", "Währung", "WAERK", "WKZ Umsatz", "Deal - Currency"),
	number("net", "net amount", "net value", "amount", "subtotal", "Netto", "Nettobetrag", "Nettowert", "Nettoumsatz", "Umsatz", "Betrag", "NETWR", "Umsatz (ohne Soll/Haben-Kz)", "Deal - Value"),
	number("margin", "contribution margin", "gross profit", "profit", "Marge", "Deckungsbeitrag", "DB", "Rohertrag"),
	text("code", "discount code", "coupon", "voucher", "tracking code", "Aktionscode", "Gutscheincode", "Rabattcode", "Werbecode"),
	number("line_no", "line", "position", "item", "item no", "Positionsnummer", "Pos", "Posnr", "POSNR"),
	text("product", "sku", "article", "lineitem name", "material", "Artikel", "Artikelnummer", "Produkt", "MATNR"),
	text("product_group", "product family", "category", "Warengruppe", "Produktgruppe", "Artikelgruppe", "MATKL"),
	number("quantity", "qty", "lineitem quantity", "Menge", "Anzahl", "KWMENG"),
	number("line_net", "line amount", "line total", "item net", "Positionsbetrag", "Positionswert", "Netto Position", "Positionsnetto"),
	number("line_margin", "line profit", "item margin", "Positionsmarge", "Deckungsbeitrag Position"),
}, identityColumns...)

// ContractColumns are the columns of contracts files; rows with one external_id are lines of one contract.
var ContractColumns = []csvfile.Column{
	required(text("external_id", "contract id", "contract no", "contract number", "subscription id", "id", "Vertragsnummer", "Vertrags-Nr", "Vertrag", "Abo-ID")),
	required(text("account_id", accountRef...)),
	required(date("started_on", "start date", "contract start", "Start (UTC)", "Start Date (UTC)", "Vertragsbeginn", "Beginn", "Startdatum", "Laufzeitbeginn")),
	number("term_months", "term", "contract term", "Laufzeit", "Laufzeit (Monate)", "Laufzeit in Monaten", "Vertragslaufzeit"),
	date("term_ends_on", "term end", "current period end", "Current Period End (UTC)", "end of term", "Laufzeitende", "Ende der Laufzeit", "Vertragsende"),
	number("notice_days", "notice period", "notice period (days)", "Kündigungsfrist", "Kündigungsfrist (Tage)"),
	flag("auto_renew", "automatic renewal", "auto renewal", "automatische Verlängerung", "Verlängerung"),
	date("notice_given_on", "notice date", "cancelled at", "Canceled At (UTC)", "Canceled On", "gekündigt am", "Kündigung am", "Kündigungsdatum"),
	date("ended_on", "end date", "ended at", "Ended At (UTC)", "beendet am", "Enddatum"),
	text("end_reason", "cancellation reason", "reason code", "Kündigungsgrund", "Beendigungsgrund", "Grund"),
	text("currency", "Währung"),
	number("line_no", "line", "position", "Pos", "Positionsnummer"),
	text("product", "plan", "current plan", "sku", "Produkt", "Artikel", "Tarif"),
	text("product_group", "product family", "Produktgruppe", "Warengruppe"),
	number("quantity", "plan quantity", "seats", "licences", "Menge", "Anzahl", "Lizenzen"),
	required(number("monthly_fee", "mrr", "monthly amount", "monthly price", "Monatsgebühr", "Monatspreis", "monatlich", "Monatsbetrag")),
	number("monthly_margin", "monthly profit", "Monatsmarge", "Marge monatlich"),
	date("valid_from", "gültig ab", "gültig von", "price from"),
	date("valid_to", "valid until", "gültig bis", "price to"),
}

// CostColumns are the columns of costs files.
var CostColumns = []csvfile.Column{
	required(text("channel", "Kanal", "acquisition channel", "Akquisekanal", "source", "Quelle")),
	required(text("month", "Monat", "date", "period", "Zeitraum", "Periode")),
	required(number("spend", "cost", "costs", "amount", "Kosten", "Ausgaben", "Betrag")),
	text("currency", "Währung"),
	number("won", "customers", "new customers", "Neukunden", "gewonnen", "Abschlüsse"),
	number("leads", "Anfragen", "Interessenten"),
}

// SuppressionColumns are the columns of suppressions files.
var SuppressionColumns = []csvfile.Column{
	text("external_id", "id", "record id", "Nummer"),
	text("scope", "Bereich", "Ebene", "Art"),
	text("account_id", accountRef...),
	text("site_id", "location id", "Standort-ID", "Standortnummer"),
	text("contact_id", "contact", "Kontakt-ID", "Ansprechpartner-ID"),
	text("first_name", "given name", "Vorname"),
	text("last_name", "surname", "family name", "Nachname", "Name"),
	text("company", "company name", "Firma", "Firmenname", "Unternehmen"),
	text("street", streetCols...),
	text("postcode", zipCols...),
	text("city", cityCols...),
	text("country", countryCol...),
	text("hash", "sha256", "sha-256", "hash sha256", "email hash", "E-Mail-Hash", "Hashwert"),
	text("reason", "Grund", "Sperrgrund"),
	date("date", "received on", "received", "Datum", "Eingang", "Eingangsdatum"),
	date("effective_on", "effective", "wirksam ab", "gültig ab"),
	date("until", "valid until", "valid_until", "gültig bis", "bis"),
	text("channel", "Kanal", "Eingangsweg"),
	text("evidence", "Nachweis", "Beleg"),
}
