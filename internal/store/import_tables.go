package store

import (
	"postlift"
	"postlift/accounts"
)

var accountsTable = &loadTable[accounts.Account]{name: "accounts", prefix: postlift.AccountID,
	key: func(a *accounts.Account) *accounts.Key { return &a.Key },
	columns: []loadColumn[accounts.Account]{
		{"name", "name", func(a *accounts.Account) any { return a.Name }},
		{"parent_key", "parent_id", func(a *accounts.Account) any { return a.ParentKey }},
		{"group_key", never, func(a *accounts.Account) any { return a.GroupKey }},
		{"owner_id", "owner_id", func(a *accounts.Account) any { return nullID(a.OwnerID) }},
		{"segment", "segment", func(a *accounts.Account) any { return a.Segment }},
		{"industry", "industry", func(a *accounts.Account) any { return a.Industry }},
		{"employee_count", "employees", func(a *accounts.Account) any { return nullInt(a.Employees) }},
		{"country", "country", func(a *accounts.Account) any { return a.Country }},
		{"language", "language", func(a *accounts.Account) any { return a.Language }},
		{"website", "website", func(a *accounts.Account) any { return a.Website }},
		{"acquired_on", "acquired_on", func(a *accounts.Account) any { return nullDate(a.AcquiredOn) }},
		{"acquisition_channel", "acquisition_channel", func(a *accounts.Account) any { return a.AcquisitionChannel }},
		{"acquisition_cost_minor", "acquisition_cost", func(a *accounts.Account) any { return nullInt(a.AcquisitionCost) }},
		{"discount_rate", "discount_rate", func(a *accounts.Account) any { return nullFloat(a.DiscountRate) }},
		{"service_level", "service_level", func(a *accounts.Account) any { return a.ServiceLevel }},
		{"status", "status", func(a *accounts.Account) any { return a.Status }},
		{"dunning", "dunning", func(a *accounts.Account) any { return a.Dunning }},
		{"complaint", "complaint", func(a *accounts.Account) any { return a.Complaint }},
		{"match_key", never, func(a *accounts.Account) any { return a.MatchKey }},
	}}

var sitesTable = &loadTable[accounts.Site]{name: "sites", prefix: postlift.SiteID,
	key: func(s *accounts.Site) *accounts.Key { return &s.Key },
	columns: []loadColumn[accounts.Site]{
		{"account_id", "account_id", func(s *accounts.Site) any { return s.AccountID }},
		{"name", "name", func(s *accounts.Site) any { return s.Name }},
		{"street", "street", func(s *accounts.Site) any { return s.Street }},
		{"po_box", "po_box", func(s *accounts.Site) any { return s.POBox }},
		{"postcode", "postcode", func(s *accounts.Site) any { return s.Postcode }},
		{"city", "city", func(s *accounts.Site) any { return s.City }},
		{"region", "region", func(s *accounts.Site) any { return s.Region }},
		{"country", "country", func(s *accounts.Site) any { return s.Country }},
		{"is_main", "main", func(s *accounts.Site) any { return s.Main }},
		{"status", "status", func(s *accounts.Site) any { return s.Status }},
		{"match_key", never, func(s *accounts.Site) any { return s.MatchKey }},
	}}

var contactsTable = &loadTable[accounts.Contact]{name: "contacts", prefix: postlift.ContactID,
	key: func(p *accounts.Contact) *accounts.Key { return &p.Key },
	columns: []loadColumn[accounts.Contact]{
		{"account_id", "account_id", func(p *accounts.Contact) any { return p.AccountID }},
		{"site_id", "site_id", func(p *accounts.Contact) any { return nullID(p.SiteID) }},
		{"gender", "gender", func(p *accounts.Contact) any { return p.Gender }},
		{"title", "title", func(p *accounts.Contact) any { return p.Title }},
		{"first_name", "first_name", func(p *accounts.Contact) any { return p.FirstName }},
		{"last_name", "last_name", func(p *accounts.Contact) any { return p.LastName }},
		{"function", "function", func(p *accounts.Contact) any { return p.Function }},
		{"department", "department", func(p *accounts.Contact) any { return p.Department }},
		{"role", "role", func(p *accounts.Contact) any { return p.Role }},
		{"salutation", "salutation", func(p *accounts.Contact) any { return p.Salutation }},
		{"formality", "formality", func(p *accounts.Contact) any { return p.Formality }},
		{"language", "language", func(p *accounts.Contact) any { return p.Language }},
		{"email", "email", func(p *accounts.Contact) any { return p.Email }},
		{"phone", "phone", func(p *accounts.Contact) any { return p.Phone }},
		{"status", "status", func(p *accounts.Contact) any { return p.Status }},
		{"match_key", never, func(p *accounts.Contact) any { return p.MatchKey }},
	}}

var employeesTable = &loadTable[accounts.Employee]{name: "employees", prefix: postlift.EmployeeID,
	key: func(e *accounts.Employee) *accounts.Key { return &e.Key },
	columns: []loadColumn[accounts.Employee]{
		{"first_name", "first_name", func(e *accounts.Employee) any { return e.FirstName }},
		{"last_name", "last_name", func(e *accounts.Employee) any { return e.LastName }},
		{"title", "title", func(e *accounts.Employee) any { return e.Title }},
		{"job_title", "job_title", func(e *accounts.Employee) any { return e.JobTitle }},
		{"email", "email", func(e *accounts.Employee) any { return e.Email }},
		{"phone", "phone", func(e *accounts.Employee) any { return e.Phone }},
		{"signature_file", "signature_file", func(e *accounts.Employee) any { return e.SignatureFile }},
		{"signature_consent_until", "signature_consent_until", func(e *accounts.Employee) any { return nullDate(e.SignatureConsentUntil) }},
		{"active", "active", func(e *accounts.Employee) any { return e.Active }},
	}}

var ordersTable = &loadTable[accounts.Order]{name: "orders",
	key: func(o *accounts.Order) *accounts.Key { return &o.Key },
	columns: []loadColumn[accounts.Order]{
		{"account_id", always, func(o *accounts.Order) any { return o.AccountID }},
		{"doc_type", always, func(o *accounts.Order) any { return o.DocType }},
		{"refers_to", "refers_to", func(o *accounts.Order) any { return o.RefersTo }},
		{"placed_on", always, func(o *accounts.Order) any { return nullDate(o.PlacedOn) }},
		{"currency", always, func(o *accounts.Order) any { return o.Currency }},
		{"net_minor", "net", func(o *accounts.Order) any { return o.NetMinor }},
		{"margin_minor", "margin", func(o *accounts.Order) any { return nullInt(o.MarginMinor) }},
		{"code", "code", func(o *accounts.Order) any { return o.Code }},
		{"matched_by", always, func(o *accounts.Order) any { return matchedBy(o.MatchedBy) }},
	}}

var contractsTable = &loadTable[accounts.Contract]{name: "contracts", prefix: postlift.ContractID,
	key: func(k *accounts.Contract) *accounts.Key { return &k.Key },
	columns: []loadColumn[accounts.Contract]{
		{"account_id", always, func(k *accounts.Contract) any { return k.AccountID }},
		{"started_on", always, func(k *accounts.Contract) any { return nullDate(k.StartedOn) }},
		{"term_months", "term_months", func(k *accounts.Contract) any { return k.TermMonths }},
		{"term_ends_on", always, func(k *accounts.Contract) any { return nullDate(k.TermEndsOn) }},
		{"notice_days", "notice_days", func(k *accounts.Contract) any { return k.NoticeDays }},
		{"auto_renew", "auto_renew", func(k *accounts.Contract) any { return k.AutoRenew }},
		{"notice_given_on", "notice_given_on", func(k *accounts.Contract) any { return nullDate(k.NoticeGivenOn) }},
		{"ended_on", "ended_on", func(k *accounts.Contract) any { return nullDate(k.EndedOn) }},
		{"end_reason", "end_reason", func(k *accounts.Contract) any { return k.EndReason }},
		{"currency", always, func(k *accounts.Contract) any { return k.Currency }},
	}}

var opportunitiesTable = &loadTable[accounts.Opportunity]{name: "opportunities", prefix: postlift.OppID,
	key: func(o *accounts.Opportunity) *accounts.Key { return &o.Key },
	columns: []loadColumn[accounts.Opportunity]{
		{"account_id", always, func(o *accounts.Opportunity) any { return o.AccountID }},
		{"contact_id", "contact_id", func(o *accounts.Opportunity) any { return nullID(o.ContactID) }},
		{"name", "name", func(o *accounts.Opportunity) any { return o.Name }},
		{"stage", always, func(o *accounts.Opportunity) any { return o.Stage }},
		{"status", always, func(o *accounts.Opportunity) any { return o.Status }},
		{"amount_minor", "amount", func(o *accounts.Opportunity) any { return nullInt(o.AmountMinor) }},
		{"currency", always, func(o *accounts.Opportunity) any { return o.Currency }},
		{"opened_on", always, func(o *accounts.Opportunity) any { return nullDate(o.OpenedOn) }},
		{"closes_on", "closes_on", func(o *accounts.Opportunity) any { return nullDate(o.ClosesOn) }},
		{"code", "code", func(o *accounts.Opportunity) any { return o.Code }},
		{"matched_by", always, func(o *accounts.Opportunity) any { return matchedBy(o.MatchedBy) }},
	}}
