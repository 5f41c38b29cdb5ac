package sim

import (
	"slices"
	"strconv"

	"postlift"
)

// Headers of the files: the published columns of the import, but for the accounts, which come in the
// habit of a German spreadsheet.
var (
	accountHeader = []string{"external_id", "name", "parent_id", "owner_id", "segment", "industry", "employees", "country",
		"language", "website", "acquired_on", "acquisition_channel", "acquisition_cost", "service_level", "status", "dunning",
		"complaint", "street", "po_box", "postcode", "city", "region", "discount_rate"}
	accountHeaderDE = []string{"Kundennummer", "Firma", "Muttergesellschaft", "Betreuer", "Segment", "Branche", "Mitarbeiter", "Land",
		"Sprache", "Webseite", "Kunde seit", "Akquisekanal", "Akquisekosten", "Servicelevel", "Status", "Mahnsperre",
		"Reklamation", "Straße", "Postfach", "PLZ", "Ort", "Region", "Abzinsungssatz"}
	siteHeader    = []string{"external_id", "account_id", "name", "street", "po_box", "postcode", "city", "region", "country", "main", "status"}
	contactHeader = []string{"external_id", "account_id", "site_id", "gender", "title", "first_name", "last_name", "function",
		"department", "role", "salutation", "formality", "language", "email", "phone", "status"}
	employeeHeader = []string{"external_id", "first_name", "last_name", "title", "job_title", "email", "phone", "signature_file",
		"signature_consent_until", "active"}
	orderHeader = []string{"external_id", "account_id", "date", "type", "refers_to", "currency", "net", "margin", "code",
		"line_no", "product", "product_group", "quantity", "line_net", "line_margin"}
	contractHeader = []string{"external_id", "account_id", "started_on", "term_months", "term_ends_on", "notice_days",
		"auto_renew", "notice_given_on", "ended_on", "end_reason", "currency", "line_no", "product", "product_group", "quantity",
		"monthly_fee", "monthly_margin", "valid_from", "valid_to"}
	costHeader        = []string{"channel", "month", "spend", "currency", "won", "leads"}
	suppressionHeader = []string{"external_id", "scope", "account_id", "site_id", "contact_id", "first_name", "last_name",
		"company", "street", "postcode", "city", "country", "reason", "date", "effective_on", "until", "channel", "evidence"}
	responseHeader = []string{"external_id", "date", "kind", "code", "account_id", "note"}
	returnHeader   = []string{"external_id", "date", "code", "piece_id", "reason"}
)

const currency = "EUR"

// habit is how a file writes dates, numbers, flags and enumerations.
type habit struct {
	point   byte
	date    func(postlift.Date) string
	yes, no string
	words   map[string]string // what is not written as it is
}

var (
	plain = habit{'.', postlift.Date.String, "true", "false", nil}
	excel = habit{',', func(d postlift.Date) string { return d.Format("de") }, "ja", "nein", map[string]string{
		"active": "aktiv", "closed": "geschlossen", "competitor": "Wettbewerber", "own": "eigen", "de": "Deutsch", "en": "Englisch",
		"DE": "Deutschland", "AT": "Österreich", "CH": "Schweiz", "GB": "Großbritannien", "US": "USA"}}
)

func (h habit) word(s string) string {
	if w, ok := h.words[s]; ok {
		return w
	}
	return s
}

func (a *account) row(h habit) []string {
	cost, discount := "", ""
	if a.cost > 0 {
		cost = amount(a.cost, h.point)
	}
	if a.discount > 0 {
		discount = amount(a.discount, h.point)
	}
	return []string{a.id, a.name, a.parent, a.owner, a.seg.name, a.seg.industry, strconv.Itoa(a.employees), h.word(a.addr.country), h.word(a.lang),
		a.website(), h.date(a.acquired), channels[a.channel].name, cost, a.level, h.word(a.status), yesNo(a.dunning, h.yes, h.no),
		yesNo(a.complaint, h.yes, h.no), a.addr.street, a.addr.box, a.addr.postcode, a.addr.city, a.addr.region, discount}
}

func (s *site) row(accountID string) []string {
	return []string{s.id, accountID, s.name, s.addr.street, s.addr.box, s.addr.postcode, s.addr.city, s.addr.region, s.addr.country, "false", "ok"}
}

func (c *contact) row(accountID string) []string {
	return []string{c.id, accountID, c.site, c.gender, c.title, c.first, c.last, c.function, c.department, c.role, c.salutation,
		c.formality, c.lang, c.email, c.phone, c.status}
}

func (e *employee) row() []string {
	return []string{e.id, e.first, e.last, e.title, e.job, e.email, e.phone, "", e.consent.String(), yesNo(e.active, "true", "false")}
}

// orderRows writes a document, a row for each line. Fields that do not change are set once: this is the
// widest and longest file.
func orderRows(t *table, accountID string, o *document) {
	net, margin := o.totals()
	row := [15]string{o.id, accountID, o.date.String(), o.kind, o.refers, currency, amount(net, '.'), "", o.code}
	if o.marginKnown {
		row[7] = amount(margin, '.')
	}
	for i := range o.lines {
		l := &o.lines[i]
		row[9], row[10], row[11] = strconv.Itoa(i+1), l.article(), productGroups[l.group].name
		row[12], row[13], row[14] = strconv.Itoa(l.quantity), amount(l.net, '.'), ""
		if o.marginKnown {
			row[14] = amount(l.margin, '.')
		}
		t.row(row[:]...)
	}
}

func contractRows(t *table, accountID string, c *contract) {
	lines := slices.Clone(c.lines)
	slices.SortStableFunc(lines, func(a, b contractLine) int {
		if a.no != b.no {
			return a.no - b.no
		}
		return a.from.DaysSince(b.from)
	})
	for _, l := range lines {
		p := contractProducts[l.product]
		t.row(c.id, accountID, c.started.String(), strconv.Itoa(c.term), c.termEnds.String(), strconv.Itoa(noticeDays),
			yesNo(c.autoRenew, "true", "false"), c.notice.String(), c.ended.String(), c.reason, currency, strconv.Itoa(l.no), p.article,
			p.group, strconv.Itoa(l.quantity), amount(l.fee, '.'), amount(l.margin, '.'), l.from.String(), l.to.String())
	}
}
