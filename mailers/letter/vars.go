package letter

import (
	"postlift"
	"sort"
	"strings"
)

// VarKind is what a variable of the merge data is; it decides which filter may print it.
type VarKind uint8

// The kinds of variables.
const (
	Text   VarKind = iota + 1 // printed as it is
	Number                    // printed as it is, or through `number` with grouped digits
	Day                       // ISO date, printed through `date`
	Amount                    // money, printed through `money`
	List                      // a list, walked by `for`; its elements' fields are named list[].field
	local                     // set by the text itself: not checked further
)

// String names the kind as a design file writes it.
func (k VarKind) String() string {
	return [...]string{"?", "text", "number", "date", "money", "list", "local"}[k]
}

var kindNames = map[string]VarKind{"text": Text, "number": Number, "date": Day, "money": Amount}

// variables are the names that every text may use, beside those that a design declares itself.
var variables = map[string]VarKind{
	"salutation": Text, "date": Day, "code": Text, "objection_notice": Text,

	"contact.salutation": Text, "contact.title": Text, "contact.first_name": Text, "contact.last_name": Text, "contact.function": Text,

	"account.name": Text, "account.city": Text, "account.country": Text, "account.industry": Text,
	"account.customer_since": Day, "account.last_order_on": Day, "account.last_product_group": Text,
	"account.order_count": Number, "account.total_net": Amount, "account.contract_end": Day,

	"sender.company": Text, "sender.street": Text, "sender.postcode": Text, "sender.city": Text, "sender.country": Text,
	"sender.phone": Text, "sender.email": Text, "sender.web": Text, "sender.return_line": Text, "sender.particulars": Text,
	"sender.signature_name": Text, "sender.signature_role": Text, "sender.owner_phone": Text, "sender.owner_email": Text,

	"campaign.name": Text, "campaign.offer": Text, "campaign.offer_until": Day, "campaign.landing_host": Text,

	"order.number": Text, "order.date": Day, "order.product_group": Text, "order.net": Amount, "order.quantity": Number,
	"orders": List, "orders[].number": Text, "orders[].date": Day, "orders[].product_group": Text, "orders[].net": Amount, "orders[].quantity": Number,
}

// Variables lists what a text may name, sorted, with the kind of each.
func Variables() map[string]VarKind {
	out := make(map[string]VarKind, len(variables))
	for k, v := range variables {
		out[k] = v
	}
	return out
}

// isGroup tells whether a name is only the first part of variables, as "account" is.
func isGroup(vars map[string]VarKind, name string) bool {
	for k := range vars {
		if strings.HasPrefix(k, name+".") {
			return true
		}
	}
	return false
}

// nearest suggests the known name that is fewest edits away, or "" when none is near.
func nearest[V any](known map[string]V, name string) string {
	names := make([]string, 0, len(known))
	for k := range known {
		if !strings.Contains(k, "[]") && !strings.HasPrefix(k, hiddenPrefix) {
			names = append(names, k)
		}
	}
	sort.Strings(names)
	best, least := "", max(2, len(name)/3)+1
	for _, k := range names {
		if d := postlift.EditDistance(k, name); d < least {
			best, least = k, d
		}
	}
	return best
}

// didYouMean is the end of a message about an unknown name.
func didYouMean[V any](known map[string]V, name string) string {
	if n := nearest(known, name); n != "" {
		return "; did you mean " + n + "?"
	}
	return ""
}
