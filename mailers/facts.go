package mailers

import (
	"slices"
	"strings"

	"postlift"
	"postlift/mailers/design"
	"postlift/mailers/merge"
)

// Needs are further facts about recipients that some letter of a run names. They are read for all recipients at once,
// and not at all where no letter names them.
type Needs struct {
	Contract bool // the contract that ends next
	Orders   bool // the last orders
}

// Facts are what Needs asks for.
type Facts struct {
	Contract *Contract // nil: the account has none that runs
	Orders   []Order   // the latest first
}

// What a letter may tell of an account's orders.
const (
	MaxOrders     = 10
	MaxOrderLines = 20 // of one order
)

// Contract is the running contract whose term ends next.
type Contract struct {
	Number         string // external id
	Start, End     postlift.Date
	NoticeDeadline postlift.Date // zero where notice was given or the end is agreed
	TermMonths     int
	Currency       string
	Lines          []ContractLine // those in force, in their order
}

// ContractLine is a position of a contract.
type ContractLine struct {
	LineNo         int
	Product, Group string
	Quantity       float64
	MonthlyMinor   int64 // fee for the whole quantity
	From, Until    postlift.Date
}

// Order is a past order.
type Order struct {
	Number   string // external id
	Date     postlift.Date
	Currency string
	NetMinor int64
	Lines    []OrderLine // in their order
}

// OrderLine is a position of an order.
type OrderLine struct {
	Product, Group string
	Quantity       float64
	NetMinor       int64
}

// uses are the names that a design's texts and blocks use, in any language.
func uses(d *design.Design) map[string]bool {
	out := map[string]bool{}
	for _, lang := range d.Languages() {
		sections, _ := d.Text(lang)
		for _, s := range sections {
			for _, name := range s.Text.Uses() {
				out[name] = true
			}
		}
	}
	for _, b := range d.Spec().Blocks {
		out[b.Variable], out[b.If] = true, true
		if b.Kind == "coupon" { // it fills itself in
			out["account.customer_no"] = true
		}
		for _, row := range b.Rows {
			if name, ok := rowNames[row]; ok {
				out[name] = true
			}
		}
	}
	delete(out, "")
	return out
}

// rowNames are the variables behind rows of an info block that not every letter's data have.
var rowNames = map[string]string{"customer_no": "account.customer_no", "contract": "contract.number", "mobile": "sender.owner_mobile"}

// needs are the further facts that letters with these names ask for.
func needs(used map[string]bool) Needs {
	var n Needs
	for name := range used {
		group, _, _ := strings.Cut(name, ".")
		group = strings.TrimSuffix(group, "[]")
		n.Contract = n.Contract || group == "contract"
		n.Orders = n.Orders || group == "order" || group == "orders"
	}
	return n
}

// and joins two needs.
func (n Needs) and(o Needs) Needs { return Needs{n.Contract || o.Contract, n.Orders || o.Orders} }

// contractFields are merge fields of a contract. Fees are those of a year, so that positions sum up to annual_net.
func contractFields(c *Contract) fields {
	lines := make([]fields, 0, len(c.Lines))
	total := int64(0)
	for i, l := range c.Lines {
		net := l.MonthlyMinor * 12
		total += net
		f := fields{"position": itoa(i + 1), "name": nameOf(l.Product, l.Group), "from": l.From.String(), "until": l.Until.String(),
			"net": postlift.Money{Minor: net, Currency: c.Currency}}
		quantityFields(f, l.Quantity, net, c.Currency)
		lines = append(lines, f)
	}
	out := fields{"number": c.Number, "start": c.Start.String(), "end": c.End.String(), "notice_deadline": c.NoticeDeadline.String(), "lines": lines}
	if c.TermMonths > 0 {
		out["term_months"] = c.TermMonths
	}
	if len(lines) > 0 {
		out["annual_net"] = postlift.Money{Minor: total, Currency: c.Currency}
	}
	return out
}

// orderFields are merge fields of an order.
func orderFields(o *Order) fields {
	lines := make([]fields, 0, len(o.Lines))
	group, most := "", int64(-1)
	for _, l := range o.Lines {
		f := fields{"name": nameOf(l.Product, l.Group), "net": postlift.Money{Minor: l.NetMinor, Currency: o.Currency}}
		quantityFields(f, l.Quantity, l.NetMinor, o.Currency)
		lines = append(lines, f)
		if l.Group != "" && l.NetMinor > most {
			group, most = l.Group, l.NetMinor
		}
	}
	return fields{"number": o.Number, "date": o.Date.String(), "product_group": group, "net": postlift.Money{Minor: o.NetMinor, Currency: o.Currency}, "lines": lines}
}

// quantityFields add quantity and the price of one, where the latter is a whole number of minor units.
func quantityFields(f fields, quantity float64, net int64, currency string) {
	if quantity <= 0 {
		return
	}
	f["quantity"] = quantity
	if whole := int64(quantity); float64(whole) == quantity && net%whole == 0 {
		f["unit_price"] = postlift.Money{Minor: net / whole, Currency: currency}
	}
}

func nameOf(product, group string) string {
	if product != "" {
		return product
	}
	return group
}

// customerNoHole stands in a picture's name for the account's number: logos/{customer_no}.png.
const customerNoHole = "{customer_no}"

// campaignOwn fills variables that are the design's own, and those of tickets, coupons, the logo and recipients'
// pictures, from the campaign's merge fields: ticket.place from ticket_place, or from ticket_place_de in a German letter.
func (k *letterKind) campaignOwn(doc fields, given map[string]string, lang, customerNo string) {
	for _, name := range k.own {
		key := strings.ReplaceAll(name, ".", "_")
		text, ok := given[key+"_"+lang]
		if !ok {
			text, ok = given[key]
		}
		if !ok {
			continue
		}
		text = strings.ReplaceAll(text, customerNoHole, customerNo)
		group, field, dotted := strings.Cut(name, ".")
		if !dotted {
			doc[name] = text
			continue
		}
		m, _ := doc[group].(fields)
		if m == nil {
			m = fields{}
			doc[group] = m
		}
		m[field] = text
	}
}

// ownNames are the variables that campaignOwn fills.
func ownNames(d *design.Design) []string {
	builtin := merge.Builtin()
	var out []string
	for _, name := range d.Vars().Names() {
		group, _, _ := strings.Cut(name, ".")
		if strings.Contains(name, "[]") || group == "campaign" {
			continue
		}
		kind, shared := builtin[name]
		if !shared || kind == merge.Image || slices.Contains([]string{"ticket", "coupon"}, group) {
			out = append(out, name)
		}
	}
	return out
}
