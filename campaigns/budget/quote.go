package budget

import (
	"slices"

	"postlift"
)

// Count is how many pieces of a run go where.
type Count struct {
	Country string `json:"country"` // ISO 3166-1 alpha-2; empty: the home country
	Region  string `json:"region"`  // see RegionOf; empty: unknown, letter class only
	Pieces  int    `json:"pieces"`
}

// RegionOf is the postal region whose minimum counts: the first two digits of the postcode (Leitregion in
// Germany). Empty where the postcode has no two leading digits.
func RegionOf(postcode string) string {
	if len(postcode) < 2 || postcode[0] < '0' || postcode[0] > '9' || postcode[1] < '0' || postcode[1] > '9' {
		return ""
	}
	return postcode[:2]
}

// What a part of a quote is for.
const (
	PartSetup      = "setup"
	PartProduction = "production"
	PartMinOrder   = "min_order" // what is missing to the vendor's minimum order value
	PartPostage    = "postage"
	PartTopUp      = "top_up" // pieces paid for and not posted, to reach a postal minimum
)

// Part is one line of a quote.
type Part struct {
	Code    string         `json:"code"`
	Name    string         `json:"name,omitzero"`    // of the production part or postage class
	Country string         `json:"country,omitzero"` // of postage
	Terms   Terms          `json:"terms,omitzero"`   // under which a bulk class was possible
	Pieces  int            `json:"pieces,omitzero"`
	Each    Price          `json:"each,omitzero"`
	Amount  postlift.Money `json:"amount"`
}

// Terms is the condition under which a class was used.
type Terms string

// The terms of a class.
const (
	TermsLetter     Terms = "letter"     // none
	TermsNationwide Terms = "nationwide" // minimum in the country, reached or topped up
	TermsRegion     Terms = "region"     // minimum in each region, reached or topped up
	TermsEasy       Terms = "easy"       // lower minimum with surcharge
)

// Posting is how the pieces of one region are posted.
type Posting struct {
	Count
	Class string `json:"class"`
	Terms Terms  `json:"terms"`
	Each  Price  `json:"each"`
}

// Quote is what a run costs, part by part; the total is the sum of the parts.
type Quote struct {
	Pieces      int            `json:"pieces"`
	Total       postlift.Money `json:"total"`
	Parts       []Part         `json:"parts"`
	Postings    []Posting      `json:"postings,omitempty"` // by country and region
	Suggestions []Suggestion   `json:"suggestions,omitempty"`
}

// Suggestion is a change that costs less than what is planned.
type Suggestion struct {
	Code    string         `json:"code"`             // step, region, nationwide, easy
	Name    string         `json:"name,omitzero"`    // production part or class
	Country string         `json:"country,omitzero"` // of region, nationwide and easy
	Region  string         `json:"region,omitzero"`  // of region
	Pieces  int            `json:"pieces"`           // planned
	Reach   int            `json:"reach"`            // better
	Saving  postlift.Money `json:"saving"`           // although more pieces are mailed
}

// Cost quotes a run under the cheapest way of posting for each country, and names changes that would cost
// less. The tariff must be settled and valid. Contractual mail is quoted by LetterOnly().Cost.
func (t Tariff) Cost(counts []Count) (Quote, error) {
	r, err := t.newRun(counts)
	if err != nil {
		return Quote{}, err
	}
	q := Quote{Pieces: r.pieces, Total: postlift.Money{Currency: t.Currency}}
	if r.pieces > 0 {
		q.making(r)
		for i := range r.zones {
			q.post(r, i)
		}
		q.Suggestions = r.suggestions()
	}
	for _, p := range q.Parts {
		q.Total.Minor += p.Amount.Minor
	}
	return q, nil
}

// Marginal is what pieces more of a country and region add to the run's cost, steps, minimums and postage
// classes considered; it is negative where a step or minimum is reached.
func (t Tariff) Marginal(counts []Count, more Count) (Price, error) {
	before, err := t.newRun(counts)
	if err != nil {
		return 0, err
	}
	after, err := t.newRun(append(slices.Clone(counts), more))
	if err != nil {
		return 0, err
	}
	return after.total() - before.total(), nil
}

func (q *Quote) add(p Part, amount Price) {
	if amount == 0 {
		return
	}
	p.Amount = amount.Money(q.Total.Currency)
	q.Parts = append(q.Parts, p)
}

func (q *Quote) making(r *run) {
	q.add(Part{Code: PartSetup}, r.t.Setup)
	for i := range r.t.Production {
		p := &r.t.Production[i]
		each := p.at(r.pieces)
		q.add(Part{Code: PartProduction, Name: p.Name, Pieces: r.pieces, Each: each}, each.times(r.pieces))
	}
	q.add(Part{Code: PartMinOrder}, r.t.making(r.pieces)-r.t.Setup-r.t.piecePrice(r.pieces).times(r.pieces))
}

// post adds the postage of one country: a part for each class, one for pieces paid and not posted.
func (q *Quote) post(r *run, i int) {
	z, regions := &r.zones[i], r.regions[i]
	chosen := cheapest(z.ways(regions))
	posted, paid := map[Terms]int{}, 0
	used := map[Terms]way{}
	for _, c := range regions {
		w := chosen
		switch {
		case c.Region == "":
			w = way{terms: TermsLetter, class: z.letter}
		case chosen.terms == TermsRegion:
			w = z.regionWay(chosen.class, c.Region, c.Pieces)
			paid += w.paid
		}
		posted[w.terms] += c.Pieces
		used[w.terms] = w
		if c.Pieces > 0 {
			q.Postings = append(q.Postings, Posting{Count: c, Class: w.class.Name, Terms: w.terms, Each: w.each()})
		}
	}
	if chosen.terms == TermsNationwide {
		paid = chosen.paid
	}
	for _, terms := range []Terms{TermsLetter, TermsNationwide, TermsRegion, TermsEasy} {
		w := used[terms]
		q.add(Part{Code: PartPostage, Name: w.class.Name, Country: z.country, Terms: terms, Pieces: posted[terms], Each: w.each()},
			w.each().times(posted[terms]))
	}
	q.add(Part{Code: PartTopUp, Name: chosen.class.Name, Country: z.country, Terms: chosen.terms, Pieces: paid, Each: chosen.class.Price},
		chosen.class.Price.times(paid))
}
