package accounts

import (
	"strconv"
	"strings"
	"time"

	"postlift"
)

// Settings are what the organisation decides once and every stage reads: currency, sender, assumptions
// for missing figures, contact pressure. They lie in the database as one document and are edited with
// `postlift init`'s settings file.
type Settings struct {
	Currency string `json:"currency" yaml:"currency"`   // reporting currency, ISO 4217
	TimeZone string `json:"time_zone" yaml:"time_zone"` // IANA name: decides what "today" is
	Language string `json:"language" yaml:"language"`   // of accounts that name none: de or en

	Sender          Sender            `json:"sender" yaml:"sender"`
	ObjectionNotice map[string]string `json:"objection_notice" yaml:"objection_notice"` // by language; Art. 21(4) GDPR

	Value Assumptions `json:"value" yaml:"value"`
	Mail  MailPolicy  `json:"mail" yaml:"mail"`

	Attributes []Attribute `json:"attributes,omitempty" yaml:"attributes"` // of accounts, the organisation's own
}

// Attribute declares a property of accounts that the organisation imports with them, as column custom.<name> of
// accounts files; rules know it under that name.
type Attribute struct {
	Name    string `json:"name" yaml:"name"` // lower-case letters, digits and _, at most 40
	Type    string `json:"type" yaml:"type"` // number, money (major units of the reporting currency), text, boolean, date
	Unit    string `json:"unit,omitempty" yaml:"unit"`
	LabelEN string `json:"label_en" yaml:"label_en"`
	LabelDE string `json:"label_de" yaml:"label_de"`
	AboutEN string `json:"about_en,omitempty" yaml:"about_en"`
	AboutDE string `json:"about_de,omitempty" yaml:"about_de"`
}

// Rate is the dated exchange rate of a currency: units of the reporting currency for one unit, from a
// day on.
type Rate struct {
	Currency  string        `json:"currency" yaml:"currency"`
	ValidFrom postlift.Date `json:"valid_from" yaml:"valid_from"`
	Rate      float64       `json:"rate" yaml:"rate"`
}

// Sender is the company in whose name letters go out.
type Sender struct {
	Company       string `json:"company" yaml:"company"`
	Street        string `json:"street" yaml:"street"`
	Postcode      string `json:"postcode" yaml:"postcode"`
	City          string `json:"city" yaml:"city"`
	Country       string `json:"country" yaml:"country"` // ISO 3166-1 alpha-2
	Phone         string `json:"phone" yaml:"phone"`
	Fax           string `json:"fax,omitempty" yaml:"fax"` // on reply coupons
	Email         string `json:"email" yaml:"email"`
	Web           string `json:"web" yaml:"web"`
	Particulars   string `json:"particulars" yaml:"particulars"` // register, directors, VAT id: the footer
	SignatureName string `json:"signature_name" yaml:"signature_name"`
	SignatureRole string `json:"signature_role" yaml:"signature_role"`
}

// With is the sender with what another one says differently: empty fields keep their value.
func (s Sender) With(other Sender) Sender {
	for _, f := range []struct{ to, from *string }{
		{&s.Company, &other.Company}, {&s.Street, &other.Street}, {&s.Postcode, &other.Postcode}, {&s.City, &other.City},
		{&s.Country, &other.Country}, {&s.Phone, &other.Phone}, {&s.Fax, &other.Fax}, {&s.Email, &other.Email}, {&s.Web, &other.Web},
		{&s.Particulars, &other.Particulars}, {&s.SignatureName, &other.SignatureName}, {&s.SignatureRole, &other.SignatureRole},
	} {
		if *f.from != "" {
			*f.to = *f.from
		}
	}
	return s
}

// Check names the first field that every letter prints and that is still empty.
func (s Sender) Check() error {
	for _, f := range []struct{ name, value string }{{"company", s.Company}, {"street", s.Street}, {"postcode", s.Postcode}, {"city", s.City},
		{"country", s.Country}, {"particulars", s.Particulars}, {"signature_name", s.SignatureName}} {
		if strings.TrimSpace(f.value) == "" {
			return postlift.Faultf(postlift.Invalid, "accounts.Sender",
				"settings: sender.%s is empty, and every letter prints it: fill it in settings.yaml and run postlift init --apply", f.name)
		}
	}
	return nil
}

// Assumptions value what the data does not say. Money is in minor units of the reporting currency.
type Assumptions struct {
	HorizonMonths      int              `json:"horizon_months" yaml:"horizon_months"`             // 12 to 60
	DiscountRate       float64          `json:"discount_rate" yaml:"discount_rate"`               // a year, .10 = 10 %
	DefaultMargin      float64          `json:"default_margin" yaml:"default_margin"`             // share of net, where an order names none
	DefaultRenewalRate float64          `json:"default_renewal_rate" yaml:"default_renewal_rate"` // share renewing, used only while no renewal was observed
	FulfilmentMinor    int64            `json:"fulfilment_minor" yaml:"fulfilment_minor"`         // cost of one order
	ServiceMinor       map[string]int64 `json:"service_minor" yaml:"service_minor"`               // a month, by service level; "default" for the others
	AcquisitionMinor   map[string]int64 `json:"acquisition_minor" yaml:"acquisition_minor"`       // by channel, where costs are not imported; "default"
	ContactMinorYear   int64            `json:"contact_minor_year" yaml:"contact_minor_year"`     // planned mailings to one active account, a year
	BacktestDays       int              `json:"backtest_days" yaml:"backtest_days"`               // how long a comparison of models stays good for choosing one
}

// MailPolicy is the contact pressure that no campaign may exceed, what letters cost and how they are measured.
type MailPolicy struct {
	CoolingOffDays int `json:"cooling_off_days" yaml:"cooling_off_days"` // between two advertising mailings to one account; a week more than WindowDays keeps a later letter out of the measurement
	MaxPerYear     int `json:"max_per_year" yaml:"max_per_year"`         // advertising letters to one account

	// Pressure on persons and on groups of companies, over all campaigns; 0: none beside the account's own. A
	// person may stand at two accounts, and a group's accounts may share one head office.
	ContactCoolingOffDays int `json:"contact_cooling_off_days" yaml:"contact_cooling_off_days"`
	ContactMaxPerYear     int `json:"contact_max_per_year" yaml:"contact_max_per_year"`
	GroupCoolingOffDays   int `json:"group_cooling_off_days" yaml:"group_cooling_off_days"`
	GroupMaxPerYear       int `json:"group_max_per_year" yaml:"group_max_per_year"`

	ContactsPerSite int     `json:"contacts_per_site" yaml:"contacts_per_site"` // in one run
	PieceCostMinor  int64   `json:"piece_cost_minor" yaml:"piece_cost_minor"`   // print, finishing and postage of one letter
	PriorLift       float64 `json:"prior_lift" yaml:"prior_lift"`               // share of the baseline margin that a letter adds, until learned
	InHomeDays      int     `json:"in_home_days" yaml:"in_home_days"`           // from posting to the desk
	WindowDays      int     `json:"window_days" yaml:"window_days"`             // of measurement, from in-home
	GlobalControl   float64 `json:"global_control" yaml:"global_control"`       // share never mailed in a year

	SecondApprovalAbove int64 `json:"second_approval_above" yaml:"second_approval_above"` // minor units: plans that cost more need two people; 0: never
	UndoMinutes         int   `json:"undo_minutes" yaml:"undo_minutes"`                   // for which an approved plan waits before letters are prepared, at most 10,080

	ChunkSize       int    `json:"chunk_size" yaml:"chunk_size"`               // pieces a print file, at most 5,000
	Vendor          string `json:"vendor" yaml:"vendor"`                       // the default print vendor's name
	VendorContact   string `json:"vendor_contact" yaml:"vendor_contact"`       // on the job ticket
	TrackingBaseURL string `json:"tracking_base_url" yaml:"tracking_base_url"` // QR codes point to <this>/r/<token>

	Profile  string   `json:"profile,omitempty" yaml:"profile"`  // output profile of the press: a shipped one's name or a file among the assets; "": each design's own
	Franking Franking `json:"franking,omitzero" yaml:"franking"` // of Deutsche Post; left out, the postage zone is the vendor's

	OpportunityStages []string `json:"opportunity_stages" yaml:"opportunity_stages"` // of open opportunities, in their order; none: any word is a stage
}

// Franking is a contract for DV-Freimachung with Deutsche Post, from which letters get their marks. Numbers are those
// of the contract and of the customer's own price list. Customer 5000000000 makes marks that are worth nothing and say
// so. Without a customer there are none.
type Franking struct {
	Customer      uint64   `json:"customer" yaml:"customer"`           // customer number (EKP), ten figures
	Participation uint8    `json:"participation" yaml:"participation"` // Teilnahmenummer
	Product       int      `json:"product" yaml:"product"`             // product key
	ValueCents    int      `json:"value_cents" yaml:"value_cents"`     // franking value of a letter
	PriceList     uint8    `json:"price_list" yaml:"price_list"`       // version of the product and price list (PPL)
	Settlement    int      `json:"settlement" yaml:"settlement"`       // number of the settlement (Entgeltabrechnung): another one for each batch
	PostingDays   int      `json:"posting_days" yaml:"posting_days"`   // from preparing a batch to the day that its marks carry
	Long          bool     `json:"long,omitempty" yaml:"long"`         // marks of 42 bytes instead of 28
	Lines         []string `json:"lines,omitempty" yaml:"lines"`       // words beside the mark, as agreed with the post
}

// DefaultSettings are usable values for an organisation that has decided nothing yet; the sender's
// particulars stay empty and are asked for before a letter can be composed.
func DefaultSettings() Settings {
	return Settings{
		Currency: "EUR", TimeZone: "Europe/Berlin", Language: "de",
		ObjectionNotice: map[string]string{
			"de": "Sie können der Nutzung Ihrer Daten für Werbung jederzeit widersprechen – eine kurze Nachricht an die oben genannte Adresse genügt.",
			"en": "You may object to the use of your data for advertising at any time; a short message to the address above is enough.",
		},
		Value: Assumptions{
			HorizonMonths: 36, DiscountRate: .10, DefaultMargin: .30, DefaultRenewalRate: .80, FulfilmentMinor: 1500,
			ServiceMinor: map[string]int64{"default": 2000}, AcquisitionMinor: map[string]int64{"default": 60000},
			ContactMinorYear: 480, BacktestDays: 100,
		},
		Mail: MailPolicy{
			CoolingOffDays: 97, MaxPerYear: 6, ContactMaxPerYear: 6, GroupMaxPerYear: 12, ContactsPerSite: 1, PieceCostMinor: 120, PriorLift: .15,
			InHomeDays: 2, WindowDays: 90, GlobalControl: .02, ChunkSize: 5000, Vendor: "Print vendor",
			TrackingBaseURL:   "http://localhost:8080",
			OpportunityStages: []string{"lead", "qualified", "quote", "negotiation"},
		},
	}
}

// Validate names the first setting that breaks a rule.
func (s Settings) Validate() error {
	bad := func(field, rule string, value any) error {
		return postlift.Faultf(postlift.Invalid, "settings", "%s is %v: %s", field, value, rule)
	}
	if !postlift.ValidCurrency(s.Currency) {
		return bad("currency", "an ISO 4217 code such as EUR is needed", s.Currency)
	}
	if _, err := time.LoadLocation(s.TimeZone); err != nil {
		return bad("time_zone", "an IANA name such as Europe/Berlin is needed", s.TimeZone)
	}
	if s.Language != "de" && s.Language != "en" {
		return bad("language", "de or en is needed", s.Language)
	}
	for lang, text := range s.ObjectionNotice {
		if strings.TrimSpace(text) == "" {
			return bad("objection_notice."+lang, "the notice must not be blank", text)
		}
	}
	v, m := s.Value, s.Mail
	switch {
	case v.HorizonMonths < 12 || v.HorizonMonths > 60:
		return bad("value.horizon_months", "12 to 60 are possible", v.HorizonMonths)
	case v.DiscountRate < 0 || v.DiscountRate > 1:
		return bad("value.discount_rate", "0 to 1 (a year) are possible", v.DiscountRate)
	case v.DefaultMargin <= -1 || v.DefaultMargin > 1:
		return bad("value.default_margin", "a share above -1 and at most 1 is needed", v.DefaultMargin)
	case v.ContactMinorYear < 0:
		return bad("value.contact_minor_year", "it must not be negative", v.ContactMinorYear)
	case v.BacktestDays < 1 || v.BacktestDays > 3650:
		return bad("value.backtest_days", "1 to 3650 days are possible", v.BacktestDays)
	case min(m.CoolingOffDays, m.MaxPerYear, m.ContactCoolingOffDays, m.ContactMaxPerYear, m.GroupCoolingOffDays, m.GroupMaxPerYear) < 0:
		return bad("mail", "cooling-off days and letters a year must not be negative; 0 means no limit", "wrong")
	case m.ContactsPerSite < 1:
		return bad("mail.contacts_per_site", "at least 1 is needed", m.ContactsPerSite)
	case m.PieceCostMinor < 0:
		return bad("mail.piece_cost_minor", "it must not be negative", m.PieceCostMinor)
	case m.WindowDays < 1 || m.WindowDays > 730:
		return bad("mail.window_days", "1 to 730 days are possible", m.WindowDays)
	case m.ChunkSize < 1 || m.ChunkSize > 5000:
		return bad("mail.chunk_size", "1 to 5000 pieces a file are possible", m.ChunkSize)
	case m.SecondApprovalAbove < 0:
		return bad("mail.second_approval_above", "it must not be negative; 0 asks for one approval always", m.SecondApprovalAbove)
	case m.UndoMinutes < 0 || m.UndoMinutes > 10080:
		return bad("mail.undo_minutes", "0 to 10080 (a week) are possible", m.UndoMinutes)
	case m.GlobalControl < 0 || m.GlobalControl > .5:
		return bad("mail.global_control", "a share from 0 to 0.5 is needed", m.GlobalControl)
	case m.Franking.PostingDays < 0 || m.Franking.PostingDays > 60:
		return bad("mail.franking.posting_days", "0 to 60 are possible", m.Franking.PostingDays)
	case m.Franking.Customer != 0 && (m.Franking.Customer < 1_000_000_000 || m.Franking.Customer > 9_999_999_999):
		return bad("mail.franking.customer", "a customer number has ten figures; leave franking away for none", m.Franking.Customer)
	case !strings.HasPrefix(m.TrackingBaseURL, "http://") && !strings.HasPrefix(m.TrackingBaseURL, "https://"):
		return bad("mail.tracking_base_url", "an http or https address is needed", m.TrackingBaseURL)
	}
	if stage, rule := checkStages(m.OpportunityStages); rule != "" {
		return bad("mail.opportunity_stages", rule, strconv.Quote(stage))
	}
	return checkAttributes(s.Attributes)
}

// Today is the civil date in the organisation's time zone.
func (s Settings) Today(clock postlift.Clock) postlift.Date {
	return postlift.DateOf(s.Local(clock()))
}
