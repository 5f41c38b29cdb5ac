package codes

import "postlift"

// TestCustomer is the customer number of marks that are no postage.
const TestCustomer = 5_000_000_000

// testWords stand beside every mark of the test customer.
const testWords = "TEST - NICHT FRANKIERT"

// FrankingConfig is a customer's contract with Deutsche Post, from which marks are made. The empty value
// makes none: the zone stays empty for the vendor. Product keys and values are those of the customer's own
// price list and are never known here.
type FrankingConfig struct {
	Customer      uint64       `yaml:"customer"`      // customer number (EKP), ten figures
	Participation uint8        `yaml:"participation"` // Teilnahmenummer
	Product       int          `yaml:"product"`       // product key of the price list
	ValueCents    int          `yaml:"value_cents"`   // franking value of an item
	PriceList     uint8        `yaml:"price_list"`    // version of the product and price list (PPL)
	Settlement    int          `yaml:"settlement"`    // number of the settlement (Entgeltabrechnung)
	Kind          FrankingKind `yaml:"kind"`          // layout; 0 is DV-Freimachung
	EDS           uint32       `yaml:"eds"`           // Entgeltdatensatz, where the layout is Premiumadress
	Variant       uint8        `yaml:"variant"`       // Premiumadress variant
	AddressID     int          `yaml:"address_id"`    // Premiumadress-ID
	Long          bool         `yaml:"long"`          // 42 bytes instead of 28: more room for own data
	Lines         []string     `yaml:"lines"`         // words above the mark, as agreed with the post ("DIALOGPOST")
}

// Postage is a mark ready to be printed.
type Postage struct {
	Payload []byte
	Code    Matrix
	ID      string   // Frankier-ID; empty where the layout has none
	Lines   []string // words that stand with the code
	Test    bool     // of the test customer: worth nothing, and says so in Lines
}

// TestFranking is a configuration whose marks are worth nothing and say so.
func TestFranking() FrankingConfig { return FrankingConfig{Customer: TestCustomer} }

// Test tells whether the marks are worth nothing.
func (c FrankingConfig) Test() bool { return c.Customer == TestCustomer }

// Check refuses a configuration that could not have come from a contract. The empty one is good.
func (c FrankingConfig) Check() error {
	switch {
	case c.Customer == 0 || c.Test():
		return nil
	case c.Customer > maxCustomer || c.Customer < 1_000_000_000:
		return frankingFault("the customer number %d does not have ten figures", c.Customer)
	case c.Product < 1 || c.Product > 0xFFFF:
		return frankingFault("the product key %d is not one of a price list: it is 1 to 65535", c.Product)
	case c.Kind == PremiumadressTag:
		return nil
	case c.ValueCents < 1 || c.ValueCents > 0xFFFF:
		return frankingFault("the franking value of %d cents is not 1 to 65535", c.ValueCents)
	case c.PriceList == 0:
		return frankingFault("the version of the product and price list is missing")
	case (c.Kind == 0 || c.Kind == DVFreimachung) && c.Participation == 0:
		return frankingFault("the participation number of the franking contract is missing")
	}
	return nil
}

// Mark franks an item, numbered as the customer counts, with own data. ok is false where nothing is
// configured: the postage zone stays empty.
func (c FrankingConfig) Mark(item int, posted postlift.Date, data []byte) (p Postage, ok bool, err error) {
	if c.Customer == 0 {
		return Postage{}, false, nil
	}
	if err := c.Check(); err != nil {
		return Postage{}, false, err
	}
	m := c.mark(item, posted, data)
	if p.Payload, err = m.Bytes(); err != nil {
		return Postage{}, false, err
	}
	if p.Code, err = m.Matrix(); err != nil {
		return Postage{}, false, err
	}
	if m.Kind == DVFreimachung {
		if p.ID, err = m.FrankierID(); err != nil {
			return Postage{}, false, err
		}
	}
	p.Test = c.Test()
	if p.Test {
		p.Lines = append(p.Lines, testWords)
	}
	p.Lines = append(p.Lines, c.Lines...)
	return p, true, nil
}

func (c FrankingConfig) mark(item int, posted postlift.Date, data []byte) FrankingMark {
	m := FrankingMark{Kind: c.Kind, PriceList: c.PriceList, Customer: c.Customer, ValueCents: c.ValueCents, Posted: posted,
		Product: c.Product, Item: item, Participation: c.Participation, Settlement: c.Settlement, Variant: c.Variant,
		EDS: c.EDS, AddressID: c.AddressID, CustomerData: data, Long: c.Long}
	if m.Kind == 0 {
		m.Kind = DVFreimachung
	}
	if m.Test() { // worth nothing in every layout
		m.ValueCents, m.Product = 0, 0
	}
	return m
}

// Test tells whether the mark is the test customer's and so worth nothing.
func (m FrankingMark) Test() bool { return m.Customer == TestCustomer }
