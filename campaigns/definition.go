package campaigns

import (
	"math"
	"slices"

	"postlift"
	"postlift/accounts"
	"postlift/campaigns/budget"
	"postlift/campaigns/draw"
)

// MaxHoldout is the largest share of planned groups that a campaign may hold out.
const MaxHoldout = .5

// DefaultHoldout is the share that a campaign holds out where its definition names none.
const DefaultHoldout = .2

// The designs of a holdout. Auto takes matched blocks below SmallBase planned groups and strata from there on;
// what a plan took, and why, stands in its PlanDesign.
const (
	DesignAuto   = "auto"
	DesignStrata = string(draw.Strata)
	DesignPairs  = string(draw.Blocks)
	DesignWaves  = string(draw.Waves)
	DesignNone   = "none"
)

// The modes of selection.
const (
	ModeAll    = "all"    // everybody who qualifies, within budget and capacity
	ModeTop    = "top"    // the best so many accounts
	ModeBudget = "budget" // what the budget pays, as long as a letter is worth its cost
	ModeValue  = "value"  // everybody above a net value
)

// The postage that a campaign may use.
const (
	PostageLetter     = "letter"
	PostageDialogpost = "dialogpost"
)

// What is done with the groups of the top per cent.
const (
	KeyAlways = "always"
	KeyNever  = "never"
)

// Definition is a campaign as a person writes it, in YAML or JSON. Complete fills what is left out, so
// that a stored definition states every assumption.
type Definition struct {
	Name               string            `json:"name" yaml:"name"`
	Class              Class             `json:"class" yaml:"class"`   // advertising (default) or contractual
	Rule               string            `json:"rule" yaml:"rule"`     // name of a saved rule, or a rule's text
	Design             string            `json:"design" yaml:"design"` // name of a design
	Languages          []string          `json:"languages" yaml:"languages"`
	LandingURL         string            `json:"landing_url" yaml:"landing_url"`                     // where a scanned code leads, fixed
	Landing            Landing           `json:"landing,omitzero" yaml:"landing"`                    // the built-in page, instead of an address
	Treatment          string            `json:"treatment" yaml:"treatment"`                         // letter (default) or letter_and_call: what the experiment estimates
	CouponCodes        []string          `json:"coupon_codes,omitempty" yaml:"coupon_codes"`         // codes that all letters of the campaign carry
	Holdout            *float64          `json:"holdout" yaml:"holdout"`                             // share of planned groups, 0 to 0.5
	HoldoutDesign      string            `json:"holdout_design" yaml:"holdout_design"`               // auto, strata, pairs, waves, none
	Block              int               `json:"block,omitempty" yaml:"block"`                       // of pairs: groups a block, one of each is held out; 2 = 1:1, 3 = 1:2
	Waves              int               `json:"waves,omitempty" yaml:"waves"`                       // of waves: 2 to 12
	WaveDays           int               `json:"wave_days,omitempty" yaml:"wave_days"`               // of waves: days from one to the next
	GlobalControl      *float64          `json:"global_control" yaml:"global_control"`               // share of groups never mailed in a year
	KeyAccounts        KeyAccounts       `json:"key_accounts,omitzero" yaml:"key_accounts"`          // always or never mailed, left out of the estimate
	Salt               string            `json:"salt" yaml:"salt"`                                   // of the holdout's draw; the same salt gives the same plan
	Mode               string            `json:"mode" yaml:"mode"`                                   // all, top, budget, value; by what is given
	Top                int               `json:"top,omitempty" yaml:"top"`                           // of mode top: accounts
	MinValue           *Cash             `json:"min_value,omitempty" yaml:"min_value"`               // of mode value: expected net value of an account
	Budget             *Cash             `json:"budget,omitempty" yaml:"budget"`                     // for all pieces
	MaxPieces          int               `json:"max_pieces,omitempty" yaml:"max_pieces"`             // 0: no limit
	ContactsPerSite    int               `json:"contacts_per_site" yaml:"contacts_per_site"`         // 1 to 20
	PieceCost          *Cash             `json:"piece_cost" yaml:"piece_cost"`                       // of one letter, where there is no tariff
	Tariff             *budget.Tariff    `json:"tariff,omitempty" yaml:"tariff"`                     // what letters cost: set-up, steps, postage classes, minimums
	Postage            string            `json:"postage" yaml:"postage"`                             // letter or dialogpost
	PriorLift          float64           `json:"prior_lift" yaml:"prior_lift"`                       // share of the baseline margin that a letter adds
	Exploration        *float64          `json:"exploration,omitempty" yaml:"exploration"`           // share of pieces that try accounts the model would leave out; not given: by the base
	Variants           []Variant         `json:"variants,omitempty" yaml:"variants"`                 // several letters, by rule or by share
	WindowDays         int               `json:"window_days" yaml:"window_days"`                     // of measurement, from in-home
	SpareOpportunities bool              `json:"spare_opportunities" yaml:"spare_opportunities"`     // hold back where an opportunity is open
	SpareFromStage     string            `json:"spare_from_stage,omitempty" yaml:"spare_from_stage"` // hold back where one is open at this stage or a later one; enough by itself, and with spare_opportunities it says from where on
	Roles              []string          `json:"roles,omitempty" yaml:"roles"`                       // of contacts, in the order in which to write to them; management, purchasing, technical, other where left out
	Area               Area              `json:"area,omitzero" yaml:"area"`                          // where sites must lie
	Vendor             string            `json:"vendor" yaml:"vendor"`                               // the print vendor's name
	Offer              string            `json:"offer,omitempty" yaml:"offer"`                       // merge field campaign.offer
	OfferUntil         postlift.Date     `json:"offer_until,omitzero" yaml:"offer_until"`            // merge field campaign.offer_until
	Merge              map[string]string `json:"merge,omitempty" yaml:"merge"`                       // further merge fields campaign.<name>; name_de and name_en speak for name in that language
	Sender             accounts.Sender   `json:"sender,omitzero" yaml:"sender"`                      // what differs from the settings' sender
}

// KeyAccounts are declared before anybody is assigned: their groups are mailed or spared whatever the draw
// would have said, and stay out of the estimate.
type KeyAccounts struct {
	Always     []string `json:"always,omitempty" yaml:"always"`           // external ids or names
	Never      []string `json:"never,omitempty" yaml:"never"`             // external ids or names
	TopPercent float64  `json:"top_percent,omitempty" yaml:"top_percent"` // of the matched groups, by margin of the year before
	Top        string   `json:"top,omitempty" yaml:"top"`                 // what becomes of them: always or never
}

// IsZero tells whether no key account is declared.
func (k KeyAccounts) IsZero() bool {
	return len(k.Always) == 0 && len(k.Never) == 0 && k.TopPercent == 0 && k.Top == ""
}

// Variant is one of several letters of a campaign. Those with a rule or languages take the accounts that
// fit, the first that does; those without a rule share what is left over by weight, whole groups at a time
// and always the same ones. Whom no variant takes gets the campaign's own design.
type Variant struct {
	Name      string   `json:"name" yaml:"name"`
	Design    string   `json:"design" yaml:"design"`                 // name of a design; the campaign's where left out
	Share     float64  `json:"share,omitempty" yaml:"share"`         // of the accounts that no rule takes; equal shares where none is given
	Rule      string   `json:"rule,omitempty" yaml:"rule"`           // name of a saved rule, or a rule's text
	Languages []string `json:"languages,omitempty" yaml:"languages"` // in which it exists; the campaign's where left out
}

// Complete fills what the definition leaves out from the settings and validates the whole.
func (d Definition) Complete(s accounts.Settings, ids postlift.IDMaker) (Definition, error) {
	d = d.filled(s, ids)
	return d, d.Validate(s.Currency)
}

// filled is the definition with every assumption stated.
func (d Definition) filled(s accounts.Settings, ids postlift.IDMaker) Definition {
	if d.Class == "" {
		d.Class = Advertising
	}
	d.fillHoldout(s)
	if len(d.Languages) == 0 {
		d.Languages = []string{"de", "en"}
	}
	if d.Salt == "" {
		d.Salt = ids("salt", d.Name)
	}
	if d.PieceCost == nil {
		d.PieceCost = &Cash{postlift.Money{Minor: s.Mail.PieceCostMinor, Currency: s.Currency}}
	}
	d.ContactsPerSite = orDefault(d.ContactsPerSite, s.Mail.ContactsPerSite)
	d.WindowDays = orDefault(d.WindowDays, s.Mail.WindowDays)
	d.PriorLift = orDefault(d.PriorLift, s.Mail.PriorLift)
	d.Vendor = orDefault(d.Vendor, s.Mail.Vendor)
	d.Treatment = orDefault(d.Treatment, TreatmentLetter)
	d.fillLanding(s.Mail.TrackingBaseURL)
	d.fillPostage(s.Currency)
	d.Mode = orDefault(d.Mode, d.modeByWhatIsGiven())
	for _, c := range []*Cash{d.Budget, d.PieceCost, d.MinValue} {
		if c != nil {
			c.settle(s.Currency)
		}
	}
	d.fillVariants()
	return d
}

func (d *Definition) fillHoldout(s accounts.Settings) {
	design, share, control := DesignAuto, DefaultHoldout, s.Mail.GlobalControl
	if d.Class == Contractual {
		design, share, control = DesignNone, 0, 0
	}
	d.HoldoutDesign = orDefault(d.HoldoutDesign, design)
	switch d.HoldoutDesign {
	case DesignPairs:
		if d.Block == 0 {
			d.Block = 2
			if d.Holdout != nil && *d.Holdout > 0 {
				d.Block = int(math.Round(1 / *d.Holdout))
			}
		}
		share = 1 / float64(max(d.Block, 1))
	case DesignWaves:
		share = 0
		d.Waves, d.WaveDays = orDefault(d.Waves, 4), orDefault(d.WaveDays, 14)
	case DesignNone:
		share = 0
	}
	if d.Holdout == nil {
		d.Holdout = &share
	}
	if d.GlobalControl == nil {
		d.GlobalControl = &control
	}
}

// fillPostage settles the tariff. Advertising goes by bulk postage where the tariff has any.
func (d *Definition) fillPostage(currency string) {
	postage := PostageLetter
	if d.Tariff != nil {
		settled := d.Tariff.Settle(currency)
		d.Tariff = &settled
		if d.Class != Contractual && slices.ContainsFunc(settled.Postage, budget.Class.Bulk) {
			postage = PostageDialogpost
		}
	}
	d.Postage = orDefault(d.Postage, postage)
}

// tariff is what the campaign's letters cost, nil where each costs PieceCost.
func (d *Definition) tariff() *budget.Tariff {
	if d.Tariff == nil || d.Postage == PostageDialogpost {
		return d.Tariff
	}
	letters := d.Tariff.LetterOnly()
	return &letters
}

func (d *Definition) modeByWhatIsGiven() string {
	switch {
	case d.Top > 0:
		return ModeTop
	case d.MinValue != nil:
		return ModeValue
	case d.Budget != nil:
		return ModeBudget
	}
	return ModeAll
}

// fillVariants gives those without a rule equal shares where none is given, and everyone a design.
func (d *Definition) fillVariants() {
	if len(d.Variants) == 0 {
		return
	}
	d.Variants = slices.Clone(d.Variants)
	d.Design = orDefault(d.Design, d.Variants[0].Design)
	sharing, given := 0, 0.0
	for _, v := range d.Variants {
		if v.Rule == "" {
			sharing, given = sharing+1, given+v.Share
		}
	}
	for i := range d.Variants {
		v := &d.Variants[i]
		v.Design = orDefault(v.Design, d.Design)
		if v.Rule == "" && given == 0 {
			v.Share = 1 / float64(sharing)
		}
	}
}

func orDefault[T comparable](v, otherwise T) T {
	var zero T
	if v == zero {
		return otherwise
	}
	return v
}
