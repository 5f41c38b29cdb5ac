package store

import (
	"cmp"
	"database/sql"
	"slices"
	"strconv"
	"strings"

	"postlift/accounts"
	"postlift/campaigns"
)

// siteTraits are what the gate asks of a site.
type siteTraits struct {
	status            string
	country, postcode string
	address           bool
}

// siteTable are the sites of the accounts asked for, those that their contacts name, and which stands for an
// account: its main one, else its first.
type siteTable struct {
	traits idTable[*siteTraits]
	main   idTable[mainSiteOf] // by account
}

// mainSiteOf is the site that stands for an account, as far as its sites are read.
type mainSiteOf struct {
	id   int64
	main bool
}

// settle gives a contact its site: its own, else the one that stands for its account.
func (t *siteTable) settle(r *campaigns.Recipient) {
	if r.SiteID == 0 {
		r.SiteID = t.main.get(r.AccountID).id
	}
	site := t.traits.get(r.SiteID)
	if site == nil {
		r.SiteID = 0
		return
	}
	r.SiteStatus, r.HasAddress, r.Country, r.Postcode = site.status, site.address, site.country, site.postcode
}

// sites reads the site table. What a handful of values repeat in, a million times, comes as one text and is
// looked up.
func (g *gateReader) sites() (*siteTable, error) {
	const columns = `si.status || '|' || CASE WHEN (si.street <> '' OR si.po_box <> '') AND si.postcode <> '' AND si.city <> '' THEN '1' ELSE '' END || '|' || si.country || '|' || si.postcode`
	only := ""
	if !g.all {
		only = " WHERE si.id IN (" + sitesAsked + ")"
	}
	t := &siteTable{traits: newIDTable[*siteTraits](g.rows), main: newIDTable[mainSiteOf](g.rows)}
	known := map[string]*siteTraits{}
	var text sql.RawBytes
	return t, g.run("SELECT si.id, si.account_id, si.is_main, "+columns+" FROM sites si"+only, nil, func(r *sql.Rows) error {
		var id, account int64
		var main bool
		if err := r.Scan(&id, &account, &main, &text); err != nil {
			return err
		}
		traits := known[string(text)]
		if traits == nil {
			parts := strings.SplitN(string(text), "|", 4)
			traits = &siteTraits{status: parts[0], address: parts[1] != "", country: parts[2], postcode: parts[3]}
			known[string(text)] = traits
		}
		*t.traits.at(id) = traits
		if old := t.main.at(account); old.id == 0 || main && !old.main || main == old.main && id < old.id {
			*old = mainSiteOf{id, main}
		}
		return nil
	})
}

// recipients reads the contacts with the sites that they name, in order of account and contact.
func (g *gateReader) recipients(accountIDs []int64, language string) (campaigns.Recipients, error) {
	wanted := newIDSet(accountIDs)
	languages, err := g.languages(language)
	if err != nil {
		return nil, err
	}
	from := "contacts c"
	if !g.all {
		from = "ids CROSS JOIN contacts c WHERE c.account_id = ids.id"
	}
	found := make(campaigns.Recipients, 0, len(accountIDs)+len(accountIDs)/4)
	known := map[string]campaigns.Recipient{}
	var text sql.RawBytes
	sorted := true
	err = g.run(`SELECT c.id, c.account_id, COALESCE(c.site_id, 0), c.source || ':' || c.external_id, c.role || '|' || c.status || '|' || c.language
FROM `+from, nil, func(rows *sql.Rows) error {
		var r campaigns.Recipient
		if err := rows.Scan(&r.ContactID, &r.AccountID, &r.SiteID, &r.Key, &text); err != nil || !wanted.has(r.AccountID) {
			return err
		}
		t, ok := known[string(text)]
		if !ok {
			t = traitsOf(string(text))
			known[string(text)] = t
		}
		r.Role, r.Status, r.Language = t.Role, t.Status, t.Language
		if r.Language == "" {
			r.Language = languages.of(r.AccountID)
		}
		if last := len(found) - 1; last >= 0 && byAccount(&found[last], &r) > 0 {
			sorted = false
		}
		found = append(found, r)
		return nil
	})
	if !sorted {
		found = inOrder(found)
	}
	return found, err
}

// inOrder sorts contacts by way of their numbers, as moving each of them once takes a third of the time.
func inOrder(found campaigns.Recipients) campaigns.Recipients {
	type place struct {
		account, contact int64
		at               int
	}
	places := make([]place, len(found))
	for i := range found {
		places[i] = place{found[i].AccountID, found[i].ContactID, i}
	}
	slices.SortFunc(places, func(a, b place) int {
		return cmp.Or(cmp.Compare(a.account, b.account), cmp.Compare(a.contact, b.contact))
	})
	sorted := make(campaigns.Recipients, len(found))
	for i, p := range places {
		sorted[i] = found[p.at]
	}
	return sorted
}

func byAccount(a, b *campaigns.Recipient) int {
	return cmp.Or(cmp.Compare(a.AccountID, b.AccountID), cmp.Compare(a.ContactID, b.ContactID))
}

// accountLanguages are those of accounts that differ from the organisation's.
type accountLanguages struct {
	usual   string
	unusual map[int64]string
}

func (l *accountLanguages) of(account int64) string {
	if language, ok := l.unusual[account]; ok {
		return language
	}
	return l.usual
}

func (g *gateReader) languages(usual string) (*accountLanguages, error) {
	l := &accountLanguages{usual: usual, unusual: map[int64]string{}}
	names := map[string]string{}
	var text sql.RawBytes
	return l, g.each("SELECT a.id, a.language FROM accounts a WHERE a.language > '' AND a.language <> ?%s", "a.id", []any{usual}, func(r *sql.Rows) error {
		var id int64
		err := r.Scan(&id, &text)
		name, ok := names[string(text)]
		if !ok {
			name = baseLanguage(string(text))
			names[string(text)] = name
		}
		if name != usual {
			l.unusual[id] = name
		}
		return err
	})
}

// baseLanguage is a language without its region: de of de-AT.
func baseLanguage(s string) string {
	s, _, _ = strings.Cut(strings.ToLower(s), "-")
	s, _, _ = strings.Cut(s, "_")
	return s
}

// traitsOf takes role, status and language apart.
func traitsOf(text string) (r campaigns.Recipient) {
	r.Role, text, _ = strings.Cut(text, "|")
	r.Status, r.Language, _ = strings.Cut(text, "|")
	r.Language = baseLanguage(r.Language)
	return r
}

// siteRef is a site whose address another site has, too.
type siteRef struct {
	account int64
	address string
}

// doubles are by what contacts can be the same as others: the person, the name at an address that several
// accounts share, and the company at such an address. Only those carry keys, as few do.
type doubles struct {
	sites     map[int64]siteRef
	crowded   map[string]bool // addresses that several accounts share
	companies map[int64]string
	names     map[int64]string
}

func (g *gateReader) doubles() (*doubles, error) {
	d := &doubles{companies: map[int64]string{}, names: map[int64]string{}}
	var err error
	if d.sites, d.crowded, err = g.sharedSites(); err != nil || len(d.crowded) == 0 {
		return d, err
	}
	if err := g.sameCompanies(d.companies); err != nil {
		return d, err
	}
	return d, g.namesAt(d.names)
}

// fill gives a contact, whose site is settled, its keys.
func (d *doubles) fill(r *campaigns.Recipient, twins map[int64]string) {
	r.PersonKey = twins[r.ContactID]
	site, shared := d.sites[r.SiteID]
	switch {
	case shared:
		r.AddressKey = site.address
	case r.PersonKey != "":
		r.AddressKey = "site:" + strconv.FormatInt(r.SiteID, 10)
	}
	if shared && d.crowded[site.address] {
		r.CompanyKey, r.NameKey = d.companies[r.AccountID], d.names[r.ContactID]
	}
}

// addressKeys is SQL for the keys of addresses that can be shared.
func (g *gateReader) addressKeys() string {
	if g.all {
		return "SELECT match_key FROM sites WHERE match_key <> '' GROUP BY match_key HAVING COUNT(*) > 1"
	}
	return "SELECT o.match_key FROM ids CROSS JOIN sites o WHERE o.account_id = ids.id AND o.match_key <> ''"
}

// sharedSites reads the sites whose address another has, and which addresses several accounts share.
func (g *gateReader) sharedSites() (sites map[int64]siteRef, crowded map[string]bool, err error) {
	sites, crowded = map[int64]siteRef{}, map[string]bool{}
	first, size := map[string]int64{}, map[string]int{}
	err = g.run("SELECT si.id, si.account_id, si.match_key FROM sites si WHERE si.match_key IN ("+g.addressKeys()+")", nil, func(r *sql.Rows) error {
		var id int64
		var s siteRef
		err := r.Scan(&id, &s.account, &s.address)
		sites[id] = s
		size[s.address]++
		if owner, known := first[s.address]; !known {
			first[s.address] = s.account
		} else if owner != s.account {
			crowded[s.address] = true
		}
		return err
	})
	for id, s := range sites {
		if size[s.address] < 2 {
			delete(sites, id)
		}
	}
	return sites, crowded, err
}

// sameCompanies reads the accounts that are one company by name and postcode.
func (g *gateReader) sameCompanies(into map[int64]string) error {
	keys := "SELECT match_key FROM accounts WHERE match_key <> '' GROUP BY match_key HAVING COUNT(*) > 1"
	if !g.all {
		keys = "SELECT o.match_key FROM ids CROSS JOIN accounts o WHERE o.id = ids.id AND o.match_key <> ''"
	}
	size := map[string]int{}
	err := g.run("SELECT a.id, a.match_key FROM accounts a WHERE a.match_key IN ("+keys+")", nil, func(r *sql.Rows) error {
		var id int64
		var key string
		err := r.Scan(&id, &key)
		into[id] = key
		size[key]++
		return err
	})
	for id, key := range into {
		if size[key] < 2 {
			delete(into, id)
		}
	}
	return err
}

// namesAt reads the full names of contacts of accounts with an address that can be shared.
func (g *gateReader) namesAt(into map[int64]string) error {
	return g.run(`SELECT c.id, c.first_name, c.last_name FROM contacts c WHERE c.first_name <> '' AND c.last_name <> ''
  AND c.account_id IN (SELECT si.account_id FROM sites si WHERE si.match_key IN (`+g.addressKeys()+"))", nil, func(r *sql.Rows) error {
		var id int64
		var first, last string
		err := r.Scan(&id, &first, &last)
		into[id] = accounts.NormalText(last) + "|" + accounts.NormalText(first)
		return err
	})
}
