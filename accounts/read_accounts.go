package accounts

import "postlift/accounts/csvfile"

const manyPeople = 10_000_000

// homeCountry is the country of addresses that name none: the sender's.
func (s *session) homeCountry() string { return orDefault(s.importer.Settings.Sender.Country, "DE") }

func (s *session) hasAddress() bool {
	for _, c := range []string{"street", "po_box", "postcode", "city"} {
		if s.reader.Has(c) {
			return true
		}
	}
	return false
}

func prepareAccounts(s *session, l Loader) (func(*csvfile.Row, *Chunk), error) {
	own, err := l.Index("account", s.req.Source)
	if err != nil {
		return nil, err
	}
	owners := NewIndex(0, 0)
	if s.reader.Has("owner_id") {
		if owners, err = l.Index("employee", s.req.Source); err != nil {
			return nil, err
		}
	}
	var sites *Index
	if s.hasAddress() {
		if sites, err = l.Index("site", s.req.Source); err != nil {
			return nil, err
		}
	}
	return func(row *csvfile.Row, c *Chunk) {
		a, site := s.readAccount(row)
		blocked := row.Blocked("no_advertising")
		owner := row.Text("owner_id")
		if owner != "" {
			var ok bool
			if a.OwnerID, ok = owners.Find(owner); !ok && row.OK() {
				s.warn("unknown_owner")
			}
		}
		if !row.OK() {
			return
		}
		var again bool
		if a.Key, again = s.claim(row, own, a.ExternalID, true); again {
			return
		}
		c.Accounts = append(c.Accounts, a)
		if blocked {
			s.block(row, c, Suppression{Scope: ScopeAccount, AccountID: a.ID})
		}
		if sites == nil || site.Street == "" && site.POBox == "" && site.Postcode == "" && site.City == "" {
			return
		}
		id, fresh, _ := sites.Claim(a.ExternalID)
		site.Key = Key{ID: id, Source: s.req.Source, ExternalID: a.ExternalID, New: fresh}
		site.AccountID = a.ID
		c.Sites = append(c.Sites, site)
	}, nil
}

func (s *session) readAccount(row *csvfile.Row) (Account, Site) {
	a := Account{
		Name: row.Need("name"), Segment: row.Text("segment"), Industry: row.Text("industry"), Website: row.Text("website"),
		Language:   row.Enum("language", languageWords, "de, en"),
		AcquiredOn: s.past(row, "acquired_on"), AcquisitionChannel: row.Text("acquisition_channel"),
		ServiceLevel: row.Text("service_level"),
		Status:       s.status(row, accountStatusWords, "active, closed, insolvent, competitor, own"),
		Dunning:      row.Blocked("dunning"), Complaint: row.Bool("complaint", false),
	}
	a.ExternalID = row.Need("external_id")
	a.GroupKey = s.req.Source + ":" + a.ExternalID
	if parent := row.Text("parent_id"); parent != "" && parent != a.ExternalID {
		a.ParentKey = s.req.Source + ":" + parent
		a.GroupKey = a.ParentKey
	}
	a.Employees = optional(row.Int("employees", 0, manyPeople))
	a.AcquisitionCost = optional(row.Minor("acquisition_cost", s.importer.Settings.Currency))
	a.DiscountRate = optional(row.Float("discount_rate", 0, 1))
	if a.AcquisitionCost != nil && *a.AcquisitionCost < 0 {
		row.Reject("acquisition_cost", "range", row.Text("acquisition_cost"), "a cost must not be negative")
	}
	a.Country = country(row, "")
	site := s.readAddress(row, orDefault(a.Country, s.homeCountry()))
	site.Main, site.Status = true, "ok"
	a.MatchKey = s.keyer.Company(a.Name, site.Postcode)
	a.Custom = s.custom(row)
	return a, site
}

func (s *session) readAddress(row *csvfile.Row, land string) Site {
	site := Site{Street: row.Text("street"), POBox: row.Text("po_box"), Postcode: postcode(row, land),
		City: row.Text("city"), Region: row.Text("region"), Country: land}
	site.MatchKey = s.keyer.Address(site.Street, site.POBox, site.Postcode, site.City, land)
	return site
}

func prepareSites(s *session, l Loader) (func(*csvfile.Row, *Chunk), error) {
	own, err := l.Index("site", s.req.Source)
	if err != nil {
		return nil, err
	}
	accounts, err := l.Index("account", s.req.Source)
	if err != nil {
		return nil, err
	}
	mains := map[int64]bool{}
	return func(row *csvfile.Row, c *Chunk) {
		site := s.readAddress(row, country(row, s.homeCountry()))
		ext := row.Need("external_id")
		site.AccountID = s.account(row, accounts, "account_id")
		site.Name = row.Text("name")
		site.Main = row.Bool("main", false)
		site.Status = s.status(row, siteStatusWords, "ok, undeliverable, moved, closed")
		if !row.OK() {
			return
		}
		var again bool
		if site.Key, again = s.claim(row, own, ext, true); again {
			return
		}
		if site.Main && mains[site.AccountID] {
			site.Main = false
			s.warn("second_main_site")
		}
		mains[site.AccountID] = mains[site.AccountID] || site.Main
		c.Sites = append(c.Sites, site)
	}, nil
}

func prepareContacts(s *session, l Loader) (func(*csvfile.Row, *Chunk), error) {
	own, err := l.Index("contact", s.req.Source)
	if err != nil {
		return nil, err
	}
	accounts, err := l.Index("account", s.req.Source)
	if err != nil {
		return nil, err
	}
	sites, siteAccounts := NewIndex(0, 0), map[int64]int64{}
	if s.reader.Has("site_id") {
		if sites, err = l.Index("site", s.req.Source); err != nil {
			return nil, err
		}
		if siteAccounts, err = l.AccountsOf("site", s.req.Source); err != nil {
			return nil, err
		}
	}
	return func(row *csvfile.Row, c *Chunk) {
		p := s.readContact(row)
		blocked := row.Blocked("no_advertising")
		ext := row.Need("external_id")
		p.AccountID = s.account(row, accounts, "account_id")
		if site := row.Text("site_id"); site != "" {
			var ok bool
			if p.SiteID, ok = sites.Find(site); !ok {
				row.Reject("site_id", "reference", site, "no site of this source has this id: import sites first")
			} else if p.AccountID != 0 && siteAccounts[p.SiteID] != p.AccountID {
				row.Reject("site_id", "reference", site, "the site belongs to another account")
			}
		}
		if !row.OK() {
			return
		}
		var again bool
		if p.Key, again = s.claim(row, own, ext, true); again {
			return
		}
		c.Contacts = append(c.Contacts, p)
		if blocked {
			s.block(row, c, Suppression{Scope: ScopePerson, ContactID: p.ID, AccountID: p.AccountID})
		}
	}, nil
}

func (s *session) readContact(row *csvfile.Row) Contact {
	p := Contact{
		Gender: row.Enum("gender", genderWords, "m, f, d"),
		Title:  row.Text("title"), FirstName: row.Text("first_name"), LastName: row.Text("last_name"),
		Function: row.Text("function"), Department: row.Text("department"),
		Salutation: row.Text("salutation"), Formality: row.Enum("formality", formalityWords, "formal, informal"),
		Language: row.Enum("language", languageWords, "de, en"), Email: row.Text("email"), Phone: row.Text("phone"),
		Status: s.status(row, contactStatusWords, "active, left, deceased"),
	}
	p.Role = s.role(row, p.Function, p.Department)
	// Some systems call the form of address "Salutation" (Mr., Frau): it is no salutation line.
	if g, ok := genderWords[csvfile.Fold(p.Salutation)]; ok && p.Salutation != "" {
		p.Salutation = ""
		p.Gender = orDefault(p.Gender, g)
	}
	if row.OK() && p.FirstName == "" && p.LastName == "" && p.Function == "" && p.Department == "" {
		row.Reject("last_name", "required", "", "a name, a function or a department is needed")
	}
	return p
}

func prepareEmployees(s *session, l Loader) (func(*csvfile.Row, *Chunk), error) {
	own, err := l.Index("employee", s.req.Source)
	if err != nil {
		return nil, err
	}
	return func(row *csvfile.Row, c *Chunk) {
		e := Employee{FirstName: row.Text("first_name"), LastName: row.Need("last_name"), Title: row.Text("title"),
			JobTitle: row.Text("job_title"), Email: row.Text("email"), Phone: row.Text("phone"),
			SignatureFile: row.Text("signature_file"), SignatureConsentUntil: row.Date("signature_consent_until"),
			Active: row.Bool("active", true)}
		ext := row.Need("external_id")
		if !row.OK() {
			return
		}
		var again bool
		if e.Key, again = s.claim(row, own, ext, true); !again {
			c.Employees = append(c.Employees, e)
		}
	}, nil
}
