package mailers

import (
	"postlift"
	"postlift/campaigns"
	"postlift/mailers/address"
)

// Job is what Prepare reads of a run, beside its recipients and waves.
type Job struct {
	RunID         int64
	RunUID        string
	RunState      RunState
	CampaignID    int64
	CampaignUID   string
	CampaignState string
	Step, Pass    int
	AsOf          postlift.Date        // of the plan
	Definition    campaigns.Definition // of the run's campaign version
	Design        DesignVersion        // of the letters that no variant takes
	Variants      []JobVariant         // by name
	Wave          int                  // which one is prepared; 0 in a run without waves
}

// JobVariant is one of several letters of a run.
type JobVariant struct {
	Name      string
	Languages []string // in which it is written to people; none: the campaign's
	Design    DesignVersion
}

// Designs are the design versions behind a run's letters, by variant; "" is the campaign's own.
type Designs map[string]DesignVersion

// Of is a variant's design.
func (d Designs) Of(variant string) (DesignVersion, error) {
	v, ok := d[variant]
	if !ok {
		return v, postlift.Faultf(postlift.Internal, "mailers.Designs", "variant %q has no design in this run", variant)
	}
	return v, nil
}

// Designs lists what the job's letters are made from.
func (j *Job) Designs() Designs {
	d := Designs{"": j.Design}
	for _, v := range j.Variants {
		d[v.Name] = v.Design
	}
	return d
}

// DesignVersion is one stored version of a design.
type DesignVersion struct {
	ID     int64
	Name   string
	SHA256 string // design.Design.Hash when it was saved
	Files  map[string]string

	Warnings []string // what deserves a look, told when it is saved and not kept
}

// Recipient is one chosen contact with all that its letter may say, read when the run is prepared.
type Recipient struct {
	AccountID, SiteID, ContactID int64 // SiteID 0: the account has no site
	ContactKey                   string
	Variant                      string

	AccountKey                                             string // external id
	AccountName, AccountCountry, AccountLanguage, Industry string
	CustomerSince, LastOrderOn, ContractEnd                postlift.Date
	LastProductGroup                                       string
	OrderCount                                             int64
	TotalNetMinor                                          int64 // reporting currency

	Gender, Title, FirstName, LastName string
	Function, Department, Salutation   string
	Language                           string
	Street, POBox, Postcode, City      string
	Region, Country                    string
	CompanyMatch, SiteMatch, PersonKey string // keyed hashes of the normalised company, address and person

	Email, Phone, Segment string

	OwnerName, OwnerTitle, OwnerRole, OwnerPhone, OwnerEmail string
	SignatureFile                                            string // image of the owner's signature among the assets
	SignatureConsentUntil                                    postlift.Date

	Facts
}

func (r *Recipient) person() address.Person {
	return address.Person{Salutation: r.Gender, Title: r.Title, FirstName: r.FirstName, LastName: r.LastName,
		Function: r.Function, Country: r.AccountCountry}
}

// Seed is a control address: it gets the letters of every file in its language, and so those of every
// variant, is flagged in the manifest and never counted.
type Seed struct {
	ID        int64  `json:"-" yaml:"-"`
	UID       string `json:"id" yaml:"-"`
	Vendor    string `json:"vendor" yaml:"vendor"` // "" means every vendor
	Name      string `json:"name" yaml:"name"`     // unique
	Company   string `json:"company" yaml:"company"`
	Gender    string `json:"gender" yaml:"gender"`
	FirstName string `json:"first_name" yaml:"first_name"`
	LastName  string `json:"last_name" yaml:"last_name"`
	Street    string `json:"street" yaml:"street"`
	Postcode  string `json:"postcode" yaml:"postcode"`
	City      string `json:"city" yaml:"city"`
	Country   string `json:"country" yaml:"country"`
	Language  string `json:"language" yaml:"language"` // de or en
	Active    bool   `json:"active" yaml:"active"`
}

// Kinds of pieces.
const (
	KindLive  = "live"
	KindSeed  = "seed"
	KindProof = "proof"
)

// NewPiece is a piece as Prepare plans it.
type NewPiece struct {
	UID          string
	Kind         string
	AccountID    int64 // 0 for a seed
	SiteID       int64 // 0 where the account has no site
	ContactID    int64 // 0 for a seed
	RecipientKey string
	Chunk, SeqNo int
	Token, Code  string
	Language     string
	Variant      string
	DesignSHA256 string     // of its variant
	State        PieceState // planned or failed
	Reason       string
	SHA256       string
	Lines        []string
	Country      string
	Postcode     string
	Merge        []byte   // JSON object; its member tracking_url is the QR code's text
	Notes        []string // what the label says otherwise than the customer file

	sortKey                 string
	accountKey, accountName string // for examples in a Trial
}

// NewBatch is a whole batch, of Job.Wave where the run has waves, as Prepare hands it to the store, to be written in one transaction with the
// run's change of state.
type NewBatch struct {
	Job       Job
	UID       string
	Vendor    string
	VendorUID string // used where the vendor is not known yet
	ChunkSize int
	Files     []PrintFile
	Pieces    []NewPiece // in the order of SeqNo
}
