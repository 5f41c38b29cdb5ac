package standalone

import (
	"net/url"
	"slices"
	"strings"

	"postlift"
	"postlift/accounts"
	"postlift/accounts/csvfile"
	"postlift/mailers"
	"postlift/mailers/address"
	"postlift/mailers/kit"
	"postlift/mailers/letter"
)

// recipient is a row on its way to a piece.
type recipient struct {
	piece    letter.Piece
	country  string
	postcode string
}

// maker makes pieces of rows. It is pure and safe for concurrent use.
type maker struct {
	job       *Job
	cols      []column
	constants []constant
	languages []string // of the design
	batch     string
	ids       postlift.IDMaker
	limits    address.Limits // of the design's place for addresses
	key       []byte
	base      string // of tracking addresses; without a slash at its end
	host      string
}

func newMaker(j *Job, cols []column, constants []constant) (*maker, error) {
	m := &maker{job: j, cols: cols, constants: constants, languages: j.Design.Languages(), limits: address.WindowLimits, key: j.Key,
		ids: postlift.DerivedIDs(j.Key, j.Date), base: strings.TrimSuffix(j.BaseURL, "/")}
	m.batch = j.BatchID()
	if j.BaseURL == "" {
		return m, nil
	}
	u, err := url.Parse(j.BaseURL)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return nil, inputFault("the base address %q must begin with https:// or http:// and name a host", j.BaseURL)
	}
	m.host = u.Host
	return m, nil
}

// make makes a piece of a row, or says why there is none.
func (m *maker) make(r *record) (recipient, []csvfile.Reject) {
	reject := func(field, rule, value, message string) (recipient, []csvfile.Reject) {
		return recipient{}, []csvfile.Reject{{Row: r.row, Field: field, Rule: rule, Value: cut(value), Message: message, Record: r.text}}
	}
	uid := m.ids(postlift.PieceID, m.batch, itoa(r.seq))
	doc := m.merged(r)
	who, place := m.person(doc, &r.about), text(doc, "account.country")
	from := senderCountry(m.job.Sender)
	country := from
	if place != "" {
		code, ok := accounts.ParseCountry(place)
		if !ok {
			return reject("account.country", "country", place, "no country is called that: write a code such as DE, or its German or English name")
		}
		country = code
		put(doc, "account.country", code)
	}
	who.Country = country
	lang, ok := m.language(r.about.language, country)
	if !ok {
		return reject(colLanguage, "language", r.about.language, "the design is written in "+strings.Join(m.languages, ", ")+": correct the row, or give --lang and leave the field empty")
	}
	to := addressee(doc, &r.about, who, country)
	lines, _, err := address.LinesWithin(to, from, m.limits)
	if err != nil {
		field, rule := "address", "address"
		for _, p := range address.CheckWithin(to, from, m.limits) {
			if p.Stops {
				field, rule = p.Field, p.Rule
				break
			}
		}
		return reject(field, rule, "", postlift.UserText(err))
	}
	m.spoken(doc, &r.about, who, lang)
	kind := r.about.kind
	if kind == "" {
		kind = mailers.KindLive
	}
	p := letter.Piece{ID: uid, BatchID: m.batch, Language: lang, Code: postlift.TypedCode(m.key, uid), Kind: kind, Seq: r.seq,
		MatchCode: mailers.MatchCode(m.batch, r.seq), Address: lines, Merge: doc, TrackingURL: r.about.url}
	if p.TrackingURL == "" && m.base != "" {
		p.TrackingURL = m.base + "/r/" + postlift.TrackingToken(m.key, uid)
	}
	return recipient{p, country, address.Postcode(country, to.Postcode)}, nil
}

// merged are the row's variables over the constants and the sender.
func (m *maker) merged(r *record) map[string]any {
	doc := map[string]any{"date": m.job.Date.String()}
	for name, v := range m.job.Sender.Fields {
		if v != "" {
			put(doc, "sender."+name, v)
		}
	}
	if m.host != "" {
		put(doc, "campaign.landing_host", m.host)
	}
	put(doc, "campaign.name", m.job.Batch)
	for _, c := range m.constants {
		if c.value != nil {
			put(doc, c.name, c.value)
		}
	}
	list := ""
	for i := range m.cols { // numbered columns come last, those of a list together
		switch c := &m.cols[i]; {
		case r.values[i] == nil:
		case c.list == "":
			put(doc, c.name, r.values[i])
			outspoken(doc, c.name)
		default:
			if c.list != list { // whatever else filled the list belongs to all pieces
				list = c.list
				put(doc, list, []any{})
			}
			putRow(doc, c, r.values[i])
		}
	}
	if file := text(doc, "sender.signature_file"); file != "" && !strings.HasPrefix(file, kit.Signatures) {
		put(doc, "sender.signature_file", kit.Signatures+file)
	}
	return doc
}

// outspoken takes away what constants say in a language, where the row says it itself.
func outspoken(doc map[string]any, name string) {
	if field, ok := strings.CutPrefix(name, "campaign."); ok {
		campaign, _ := doc["campaign"].(map[string]any)
		delete(campaign, field+"_de")
		delete(campaign, field+"_en")
	}
}

// person is the recipient, whose name may stand in one field or in several.
func (m *maker) person(doc map[string]any, a *about) address.Person {
	p := address.Person{Salutation: text(doc, "contact.salutation"), Title: text(doc, "contact.title"), FirstName: text(doc, "contact.first_name"),
		LastName: text(doc, "contact.last_name"), Function: text(doc, "contact.function")}
	if p.LastName == "" && a.name != "" {
		if p.FirstName != "" { // "Vorname" and "Name"
			p.LastName = a.name
		} else {
			read, _ := address.ParseName(a.name)
			p.FirstName, p.LastName, p.Suffix = read.FirstName, read.LastName, read.Suffix
			p.Salutation, p.Title = first(p.Salutation, read.Salutation), first(p.Title, read.Title)
			if p.LastName == "" { // one word
				p.FirstName, p.LastName = "", read.FirstName
			}
		}
		for _, f := range [][2]string{{"salutation", p.Salutation}, {"title", p.Title}, {"first_name", p.FirstName}, {"last_name", p.LastName}} {
			if f[1] != "" {
				put(doc, "contact."+f[0], f[1])
			}
		}
	}
	return p
}

// spoken adds what depends on the piece's language.
func (m *maker) spoken(doc map[string]any, a *about, who address.Person, lang string) {
	base, _, _ := strings.Cut(lang, "-")
	if base == "de" { // the one German text of a design goes on in small letters after a comma, in Switzerland, too
		lang = base
	}
	own := address.OwnSalutation(text(doc, "salutation"), lang)
	if own == "" {
		own = address.SalutationFor(lang, address.ToneOf(a.formality), who)
	}
	doc["salutation"] = own
	if notice := m.job.Sender.ObjectionNotice[base]; notice != "" {
		doc["objection_notice"] = notice
	}
	if text(doc, "sender.particulars") == "" && m.job.Sender.Particulars[base] != "" {
		put(doc, "sender.particulars", m.job.Sender.Particulars[base])
	}
	campaign, _ := doc["campaign"].(map[string]any)
	for _, c := range m.constants { // an offer in each language: campaign.offer_de and campaign.offer_en
		name, ok := strings.CutSuffix(strings.TrimPrefix(c.name, "campaign."), "_"+base)
		if ok && campaign[name+"_"+base] != nil {
			campaign[name] = c.value
		}
	}
}

// germanSpeaking are countries whose companies are written to in German where a row names no language.
var germanSpeaking = []string{"DE", "AT", "CH", "LI", "LU"}

// language is that of the row; of a row without one that of the job, else of the design or the country.
func (m *maker) language(tag, country string) (string, bool) {
	if tag == "" {
		tag = m.job.Language
	}
	if tag == "" {
		tag = "en"
		if slices.Contains(germanSpeaking, country) {
			tag = "de"
		}
		if !slices.Contains(m.languages, tag) {
			tag = m.languages[0]
		}
		if tag == "en" && country == "US" {
			tag = "en-US"
		}
	}
	base, _, _ := strings.Cut(tag, "-")
	return tag, slices.Contains(m.languages, base)
}

// addressee names a department only where the function does not say the same.
func addressee(doc map[string]any, a *about, who address.Person, country string) address.Addressee {
	department := text(doc, "contact.department")
	if strings.EqualFold(strings.TrimSpace(department), strings.TrimSpace(who.Function)) {
		who.Function = ""
	}
	return address.Addressee{Company: text(doc, "account.name"), Department: department, Person: who, CareOf: a.careOf, Street: streetLine(a.street, a.number, country),
		Extra: a.extra, District: a.district, POBox: a.box, Postcode: a.postcode, City: text(doc, "account.city"), State: a.region,
		Country: country, BulkPostcode: a.bulk}
}

// numberFirst are the countries that write the house number before the street.
const numberFirst = "AU CA FR GB GG HK IE IM IN JE LU MC MT NZ SG US ZA"

// streetLine puts street and house number together as the country writes them.
func streetLine(street, number, country string) string {
	if street == "" || number == "" {
		return first(street, number)
	}
	if strings.Contains(numberFirst, country) && country != "" {
		return number + " " + street
	}
	return street + " " + number
}

func senderCountry(s Sender) string { return first(strings.ToUpper(s.Fields["country"]), "DE") }

// text is a text of the merge data by its dotted name; anything else is "".
func text(doc map[string]any, name string) string {
	group, field, dotted := strings.Cut(name, ".")
	v := doc[group]
	if dotted {
		m, _ := v.(map[string]any)
		v = m[field]
	}
	s, _ := v.(string)
	return s
}

// put sets a dotted name of one or two parts.
func put(doc map[string]any, name string, v any) {
	group, field, dotted := strings.Cut(name, ".")
	if !dotted {
		doc[name] = v
		return
	}
	m, _ := doc[group].(map[string]any)
	if m == nil {
		m = map[string]any{}
		doc[group] = m
	}
	m[field] = v
}

// putRow sets a field of a list's row; rows without a value in any field are left out when the list is printed.
func putRow(doc map[string]any, c *column, v any) {
	group, field, dotted := strings.Cut(c.list, ".")
	holder, key := doc, c.list
	if dotted {
		holder, _ = doc[group].(map[string]any)
		key = field
	}
	rows, _ := holder[key].([]any)
	for len(rows) < c.at {
		rows = append(rows, map[string]any{})
	}
	rows[c.at-1].(map[string]any)[c.of] = v
	holder[key] = rows
}

func first(texts ...string) string {
	for _, s := range texts {
		if s != "" {
			return s
		}
	}
	return ""
}

// cut shortens a value for a list of rejects.
func cut(s string) string {
	if r := []rune(s); len(r) > 200 {
		return string(r[:200]) + "…"
	}
	return s
}
