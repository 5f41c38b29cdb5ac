package mailers

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"postlift"
	"postlift/mailers/address"
	"postlift/mailers/letter"
)

// trackingField is the member of the frozen merge document that holds the QR code's text; it is no merge
// field.
const trackingField = "tracking_url"

// fields is a group of merge fields.
type fields map[string]any

// merge freezes what the letter to r may say. Names are those of merge.Builtin; empty values are left
// to the design to guard.
func (p *planner) merge(r *Recipient, k *letterKind, lang, code string) []byte {
	base := baseLanguage(lang)
	doc := fields{
		"date":     p.today.String(),
		"contact":  contactFields(r, k.used),
		"account":  p.accountFields(r, k.used),
		"sender":   p.senderFields(r),
		"campaign": p.campaignFields(base),
	}
	doc["salutation"] = address.OwnSalutation(r.Salutation, lang)
	if doc["salutation"] == "" {
		doc["salutation"] = address.Salutation(r.person(), lang)
	}
	doc["objection_notice"] = p.settings.ObjectionNotice[base]
	addFacts(doc, r, k.used)
	if k.used["ticket.code"] {
		doc["ticket"] = fields{"code": postlift.FormatCode(code)}
	}
	k.campaignOwn(doc, p.job.Definition.Merge, base, r.AccountKey)
	return mustJSON(doc)
}

// contactFields are the person's; what not every letter says is frozen only where this one does.
func contactFields(r *Recipient, used map[string]bool) fields {
	f := fields{"salutation": r.Gender, "title": r.Title, "first_name": r.FirstName, "last_name": r.LastName, "function": r.Function}
	for name, value := range map[string]string{"department": r.Department, "email": r.Email, "phone": r.Phone} {
		if used["contact."+name] {
			f[name] = value
		}
	}
	return f
}

// addFacts adds contract and orders where the letter names them.
func addFacts(doc fields, r *Recipient, used map[string]bool) {
	n := needs(used)
	if n.Contract && r.Contract != nil {
		doc["contract"] = contractFields(r.Contract)
	}
	if !n.Orders || len(r.Orders) == 0 {
		return
	}
	orders := make([]fields, len(r.Orders))
	for i := range r.Orders {
		orders[i] = orderFields(&r.Orders[i])
	}
	latest := maps.Clone(orders[0])
	delete(latest, "lines")
	doc["orders"], doc["order"] = orders, latest
}

func (p *planner) accountFields(r *Recipient, used map[string]bool) fields {
	f := fields{"name": r.AccountName, "city": r.City, "country": country(r, ""), "industry": r.Industry,
		"customer_since": r.CustomerSince.String(), "last_order_on": r.LastOrderOn.String(),
		"last_product_group": r.LastProductGroup, "contract_end": r.ContractEnd.String(), "order_count": r.OrderCount}
	for name, value := range map[string]string{"customer_no": r.AccountKey, "segment": r.Segment} {
		if used["account."+name] {
			f[name] = value
		}
	}
	if r.TotalNetMinor != 0 {
		f["total_net"] = postlift.Money{Minor: r.TotalNetMinor, Currency: p.settings.Currency}
	}
	return f
}

// senderFields are the sender's, with the account owner in the signature.
func (p *planner) senderFields(r *Recipient) fields {
	s := p.settings.Sender.With(p.job.Definition.Sender)
	f := fields{"company": s.Company, "street": s.Street, "postcode": s.Postcode, "city": s.City, "country": s.Country,
		"phone": s.Phone, "fax": s.Fax, "email": s.Email, "web": s.Web, "particulars": s.Particulars,
		"return_line":    s.Company + " · " + s.Street + " · " + s.Postcode + " " + s.City,
		"signature_name": s.SignatureName, "signature_role": s.SignatureRole}
	if r.OwnerName != "" {
		f["signature_name"], f["signature_role"] = r.OwnerName, r.OwnerRole
		f["owner_title"], f["owner_role"], f["owner_phone"], f["owner_email"] = r.OwnerTitle, r.OwnerRole, r.OwnerPhone, r.OwnerEmail
		if r.SignatureFile != "" {
			f["signature_file"], f["signature_consent_until"] = r.SignatureFile, r.SignatureConsentUntil.String()
		}
	}
	return f
}

// campaignFields are the campaign's own. A field name_de or name_en speaks for name in letters of that
// language.
func (p *planner) campaignFields(lang string) fields {
	d := p.job.Definition
	f := fields{"name": d.Name, "offer": d.Offer, "offer_until": d.OfferUntil.String()}
	if u, err := url.Parse(d.LandingURL); err == nil {
		f["landing_host"] = u.Host
	}
	for _, name := range slices.Sorted(maps.Keys(d.Merge)) {
		f[name] = d.Merge[name]
		if plain, ok := strings.CutSuffix(name, "_"+lang); ok {
			f[plain] = d.Merge[name]
		}
	}
	return f
}

// seedCustomerNo is nobody's: what comes back of a control letter must not count for its neighbour.
const seedCustomerNo = "000000"

// seedMerge takes a neighbour's fields and puts the control address's own name and code in.
func seedMerge(neighbour []byte, seed Seed, code string) ([]byte, error) {
	doc := fields{}
	if err := json.Unmarshal(neighbour, &doc); err != nil {
		return nil, fmt.Errorf("mailers: merge fields: %w", err)
	}
	account, _ := doc["account"].(map[string]any)
	account = maps.Clone(account)
	if account == nil {
		account = map[string]any{}
	}
	account["name"], account["city"], account["country"] = seedCompany(seed), seed.City, seed.Country
	if _, ok := account["customer_no"]; ok {
		account["customer_no"] = seedCustomerNo
	}
	doc["account"] = account
	if ticket, ok := doc["ticket"].(map[string]any); ok && ticket["code"] != nil {
		ticket["code"] = postlift.FormatCode(code)
	}
	doc["contact"] = fields{"salutation": seed.Gender, "first_name": seed.FirstName, "last_name": seed.LastName}
	doc["salutation"] = address.Salutation(address.Person{Salutation: seed.Gender, FirstName: seed.FirstName, LastName: seed.LastName, Country: seed.Country}, seed.Language)
	return mustJSON(doc), nil
}

func seedCompany(s Seed) string {
	if s.Company != "" {
		return s.Company
	}
	return s.Name
}

func withTrackingURL(merge []byte, url string) ([]byte, error) {
	doc := map[string]json.RawMessage{}
	if err := json.Unmarshal(merge, &doc); err != nil {
		return nil, fmt.Errorf("mailers: merge fields: %w", err)
	}
	doc[trackingField] = mustJSON(url)
	return mustJSON(doc), nil
}

// mustJSON marshals maps of plain values, which cannot fail.
func mustJSON(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("mailers: marshal %T: %v", v, err))
	}
	return b
}

// Stored puts a piece together from what the database keeps of it. merge is the frozen document.
func Stored(id int64, seqNo int, batchUID, uid, kind, language, code string, lines []string, merge []byte) (StoredPiece, error) {
	p := StoredPiece{ID: id, SeqNo: seqNo, Piece: letter.Piece{ID: uid, BatchID: batchUID, Kind: kind, Language: language,
		Code: code, Address: lines, MatchCode: MatchCode(batchUID, seqNo), Seq: seqNo}}
	if err := json.Unmarshal(merge, &p.Merge); err != nil {
		return p, fmt.Errorf("mailers: merge fields of piece %s: %w", uid, err)
	}
	p.TrackingURL, _ = p.Merge[trackingField].(string)
	delete(p.Merge, trackingField)
	return p, nil
}

// MatchCode is the short text on every sheet by which camera and eye find the piece: the end of the
// batch's id and the sequence number.
func MatchCode(batchUID string, seqNo int) string {
	return fmt.Sprintf("%s-%06d", strings.ToUpper(batchUID[max(0, len(batchUID)-6):]), seqNo)
}

// recipientKey recognises one person at one company and address. The parts are the keyed hashes that the
// import made of the normalised fields; rows without them are normalised here, simply.
func recipientKey(secret []byte, r *Recipient) string {
	person, company, address := r.PersonKey, r.CompanyMatch, r.SiteMatch
	if person == "" {
		person = plain(r.FirstName, r.LastName, r.Function)
	}
	if company == "" {
		company = plain(r.AccountName)
	}
	if address == "" {
		address = plain(r.Street, r.POBox, r.Postcode, r.City, r.Country)
	}
	return postlift.RecipientKey(secret, person, company, address)
}

func plain(parts ...string) string {
	return strings.ToLower(strings.Join(strings.Fields(strings.Join(parts, " ")), " "))
}

// country is the address's own, else the account's, else the given one.
func country(r *Recipient, otherwise string) string {
	for _, c := range []string{r.Country, r.AccountCountry} {
		if c != "" {
			return strings.ToUpper(c)
		}
	}
	return otherwise
}

// addressee names a department only where the function does not say the same.
func addressee(r *Recipient, country string) address.Addressee {
	person := r.person()
	if strings.EqualFold(strings.TrimSpace(r.Department), strings.TrimSpace(r.Function)) {
		person.Function = ""
	}
	return address.Addressee{Company: r.AccountName, Department: r.Department, Person: person, Street: r.Street,
		POBox: r.POBox, Postcode: r.Postcode, City: r.City, State: r.Region, Country: country}
}

// seedLines is a control address's label. One that is too wide for the design stops with its piece, as a recipient's
// does, and not the batch.
func seedLines(s Seed, from string, limits address.Limits) ([]string, error) {
	to := address.Addressee{Company: seedCompany(s),
		Person: address.Person{Salutation: s.Gender, FirstName: s.FirstName, LastName: s.LastName, Country: s.Country},
		Street: s.Street, Postcode: s.Postcode, City: s.City, Country: s.Country}
	if lines, _, err := address.LinesWithin(to, from, limits); err == nil {
		return lines, nil
	}
	return address.Lines(to, from)
}

// baseLanguage is the part of a language tag before its region.
func baseLanguage(tag string) string {
	base, _, _ := strings.Cut(strings.ToLower(tag), "-")
	return base
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

func itoa(n int) string { return strconv.Itoa(n) }
