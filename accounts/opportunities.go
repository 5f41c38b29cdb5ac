package accounts

import (
	"slices"
	"strings"

	"postlift"
	"postlift/accounts/csvfile"
)

// Opportunity is a sale that may come about: a deal of a CRM system, from the first talk to won or lost.
type Opportunity struct {
	Key
	AccountID   int64
	ContactID   int64 // 0: nobody named
	Name        string
	Stage       string // one of the settings' stages, or the word of the file where they list none
	Status      string // open, won, lost
	AmountMinor *int64 // nil: unknown
	Currency    string // ISO 4217
	OpenedOn    postlift.Date
	ClosesOn    postlift.Date // expected or real; zero: unknown
	Code        string        // of the letter that brought it, if named
	Row         int           // in the file
	Who         *Identity     // whose it is where the row has no customer number; nil: AccountID says it
	MatchedBy   string        // how the account was recognised; "" is MatchedByCustomer
}

// The statuses of opportunities.
const (
	OpportunityOpen = "open"
	OpportunityWon  = "won"
	OpportunityLost = "lost"
)

// OpportunityColumns are the columns of opportunities files.
var OpportunityColumns = append([]csvfile.Column{
	required(text("external_id", "opportunity id", "deal id", "Record ID", "id", "Deal - ID", "Opportunity-ID", "Verkaufschance", "Verkaufschancen-ID", "Vorgangsnummer", "Angebotsnummer")),
	text("account_id", append([]string{"Deal - Organization ID", "Deal - Organisation ID"}, accountRef...)...),
	text("contact_id", "contact", "primary contact id", "Associated Contact IDs", "Kontakt-ID", "Ansprechpartner-ID", "Ansprechpartnernummer"),
	text("name", "deal name", "opportunity name", "Deal - Title", "Deal - Titel", "title", "Bezeichnung", "Titel", "Betreff"),
	required(text("stage", "deal stage", "StageName", "Deal - Stage", "Deal - Phase", "opportunity stage", "Phase", "Verkaufsphase", "Stufe")),
	text("status", "deal status", "Deal - Status", "Zustand"),
	number("amount", "Deal - Value", "Deal - Wert", "value", "expected revenue", "Betrag", "Wert", "Volumen", "Auftragswert"),
	text("currency", "CurrencyIsoCode", "Deal - Currency", "Deal - Currency of value", "Währung"),
	required(date("opened_on", "create date", "CreatedDate", "created", "created at", "Deal - Deal created", "opened", "Eröffnet am", "Erstellt am", "Anlagedatum", "Beginn")),
	date("closes_on", "close date", "CloseDate", "expected close date", "Deal - Expected close date", "closed on", "Abschlussdatum", "erwarteter Abschluss", "voraussichtlicher Abschluss"),
	text("code", "tracking code", "campaign code", "Aktionscode", "Werbecode"),
}, identityColumns...)

var (
	opportunityWords = map[string]string{
		"open": OpportunityOpen, "offen": OpportunityOpen, "new": OpportunityOpen, "neu": OpportunityOpen, "active": OpportunityOpen, "aktiv": OpportunityOpen,
		"inprogress": OpportunityOpen, "inbearbeitung": OpportunityOpen, "laufend": OpportunityOpen,
		"won": OpportunityWon, "gewonnen": OpportunityWon, "closedwon": OpportunityWon, "abgeschlossengewonnen": OpportunityWon,
		"lost": OpportunityLost, "verloren": OpportunityLost, "closedlost": OpportunityLost, "abgeschlossenverloren": OpportunityLost, "abgesagt": OpportunityLost,
	}
	// stageWords are words of other systems for the stages that the settings name at first.
	stageWords = map[string]string{
		"interessent": "lead", "anfrage": "lead", "erstkontakt": "lead", "prospecting": "lead",
		"qualifiziert": "qualified", "qualifizierung": "qualified", "qualification": "qualified", "qualifiedtobuy": "qualified",
		"angebot": "quote", "angeboten": "quote", "quotation": "quote", "offer": "quote", "proposal": "quote", "proposalpricequote": "quote",
		"verhandlung": "negotiation", "inverhandlung": "negotiation", "negotiationreview": "negotiation",
	}
)

func prepareOpportunities(s *session, l Loader) (func(*csvfile.Row, *Chunk), error) {
	own, err := l.Index("opportunity", s.req.Source)
	if err != nil {
		return nil, err
	}
	accounts, err := l.Index("account", s.req.Source)
	if err != nil {
		return nil, err
	}
	if err := s.needsCustomer(); err != nil {
		return nil, err
	}
	contacts, owners := NewIndex(0, 0), map[int64]int64{}
	if s.reader.Has("contact_id") {
		if contacts, err = l.Index("contact", s.req.Source); err != nil {
			return nil, err
		}
		if owners, err = l.AccountsOf("contact", s.req.Source); err != nil {
			return nil, err
		}
	}
	return func(row *csvfile.Row, c *Chunk) {
		o := s.readOpportunity(row)
		ext := row.Need("external_id")
		o.AccountID, o.Who = s.customer(row, accounts)
		o.Row = row.Number()
		if contact := row.Text("contact_id"); contact != "" {
			var ok bool
			if o.ContactID, ok = contacts.Find(contact); !ok {
				row.Reject("contact_id", "reference", contact, "no contact of source "+s.req.Source+" has this id: import contacts first")
			} else if o.AccountID == 0 {
				o.AccountID, o.Who = owners[o.ContactID], nil // a contact's number names its account
			} else if owners[o.ContactID] != o.AccountID {
				row.Reject("contact_id", "reference", contact, "the contact belongs to another account")
			}
		}
		if !row.OK() {
			return
		}
		var again bool
		if o.Key, again = s.claim(row, own, ext, true); !again {
			c.Opportunities = append(c.Opportunities, o)
		}
	}, nil
}

func (s *session) readOpportunity(row *csvfile.Row) Opportunity {
	o := Opportunity{Name: row.Text("name"), Currency: s.currency(row), Code: row.Text("code"),
		OpenedOn: sensible(row, "opened_on", s.past(row, "opened_on")), ClosesOn: row.Date("closes_on")}
	if o.OpenedOn.IsZero() && row.OK() {
		row.Need("opened_on")
	}
	if !o.ClosesOn.IsZero() && o.ClosesOn < o.OpenedOn {
		row.Reject("closes_on", "range", o.ClosesOn.String(), "the date lies before opened_on ("+o.OpenedOn.String()+")")
	}
	if o.AmountMinor = optional(row.Minor("amount", o.Currency)); o.AmountMinor != nil && *o.AmountMinor < 0 {
		row.Reject("amount", "range", row.Text("amount"), "the amount of an opportunity must not be negative")
	}
	o.Stage, o.Status = s.stage(row)
	return o
}

// stage reads stage and status. Systems without a status say won and lost as last stages, which therefore need not
// be listed in the settings.
func (s *session) stage(row *csvfile.Row) (stage, status string) {
	status = row.Enum("status", opportunityWords, "open, won, lost")
	raw := row.Need("stage")
	if raw == "" {
		return "", status
	}
	end := opportunityWords[csvfile.Fold(raw)]
	if listed, ok := listedStage(s.importer.Settings.Mail.OpportunityStages, raw); ok {
		return listed, orDefault(status, OpportunityOpen)
	}
	if end == OpportunityWon || end == OpportunityLost {
		if status != "" && status != end {
			row.Reject("stage", "contradiction", raw, "the status of the same row says "+status)
		}
		return raw, end
	}
	known := s.importer.Settings.Mail.OpportunityStages
	row.Reject("stage", "unknown", raw, "possible are "+strings.Join(known, ", ")+" (setting mail.opportunity_stages)"+csvfile.DidYouMean(known, raw))
	return "", status
}

// listedStage finds a word among the stages of the settings; where they list none, every word is a stage.
func listedStage(stages []string, raw string) (stage string, ok bool) {
	if len(stages) == 0 {
		return raw, true
	}
	folded := csvfile.Fold(raw)
	for _, st := range stages {
		if csvfile.Fold(st) == folded {
			return st, true
		}
	}
	if st, ok := stageWords[folded]; ok && slices.Contains(stages, st) {
		return st, true
	}
	return "", false
}

// checkStages names what is wrong with the settings' list of stages.
func checkStages(stages []string) (stage, rule string) {
	seen := map[string]bool{}
	for _, st := range stages {
		folded := csvfile.Fold(st)
		switch {
		case folded == "" || len(st) > 60 || st != strings.TrimSpace(st):
			return st, "a stage is a word of at most 60 characters"
		case seen[folded]:
			return st, "the stage is listed twice"
		case opportunityWords[folded] == OpportunityWon || opportunityWords[folded] == OpportunityLost:
			return st, "won and lost are statuses, which need no stage: list the stages of open opportunities in their order"
		}
		seen[folded] = true
	}
	if len(stages) > 50 {
		return stages[50], "at most 50 stages are possible"
	}
	return "", ""
}

// QuoteStages lists the stages, of those in their order, at which a quote is out: the one that is called so and all
// after it. Without such a stage there is none, and only what was won tells of a quote.
func QuoteStages(stages []string) []string {
	for i, st := range stages {
		folded := csvfile.Fold(st)
		if folded == "quote" || stageWords[folded] == "quote" {
			return stages[i:]
		}
	}
	return nil
}
