package merge

import (
	"maps"
	"slices"
	"strings"

	"postlift"
)

// Kind is what a variable of the merge data is; it decides which filter may print it.
type Kind uint8

// The kinds of variables.
const (
	String Kind = iota + 1 // a text, printed as it is
	Number                 // printed as it is, or through number with grouped digits
	Day                    // an ISO date, printed through date
	Amount                 // money, printed through money
	Image                  // the name of a picture, placed by a block of the design and never printed
	List                   // a list, walked by for; the fields of its elements are named list[].field
	group                  // what has fields: the element of a list, or a group of variables
	open                   // set by the text itself in a way that cannot be told before: not checked further
)

// String names the kind as a design file writes it.
func (k Kind) String() string {
	return [...]string{"?", "text", "number", "date", "money", "image", "list", "group", "value", "?"}[min(k, open+1)]
}

// KindNamed is the kind that a design file writes by this name; ok is false where there is none.
func KindNamed(name string) (k Kind, ok bool) {
	for k := String; k <= List; k++ {
		if k.String() == name {
			return k, true
		}
	}
	return 0, false
}

// Vars are the names that a text may use, dotted, with the kind of each: "account.name", "orders" and
// "orders[].net".
type Vars map[string]Kind

// With is the union of both; more wins.
func (v Vars) With(more Vars) Vars {
	out := maps.Clone(v)
	maps.Copy(out, more)
	return out
}

// Group tells whether a name is only the first part of variables, as "account" is.
func (v Vars) Group(name string) bool {
	for k := range v {
		if strings.HasPrefix(k, name+".") {
			return true
		}
	}
	return false
}

// Names are all names, sorted.
func (v Vars) Names() []string { return slices.Sorted(maps.Keys(v)) }

// fields are the names of a group's or a list element's own fields, sorted.
func (v Vars) fields(group string) []string {
	var out []string
	for _, k := range v.Names() {
		if f, ok := strings.CutPrefix(k, group+"."); ok && !strings.ContainsAny(f, ".[") {
			out = append(out, f)
		}
	}
	return out
}

// builtin are the names that every text may use, beside those that a design declares itself, by group.
var builtin = map[Kind]map[string]string{
	String: {
		"":                 "salutation code objection_notice",
		"contact":          "salutation title first_name last_name function department email phone mobile",
		"account":          "name customer_no city country industry segment last_product_group",
		"sender":           "company street postcode city country phone fax email web return_line particulars signature_name signature_role signature_file owner_title owner_role owner_phone owner_mobile owner_email",
		"campaign":         "name offer landing_host",
		"order":            "number product_group",
		"orders[]":         "number product_group",
		"orders[].lines[]": "article name unit",
		"contract":         "number name",
		"contract.lines[]": "position article name unit",
		"ticket":           "code event place seat",
		"coupon":           "code title terms",
	},
	Number: {
		"account":          "order_count",
		"order":            "quantity",
		"orders[]":         "quantity",
		"orders[].lines[]": "quantity",
		"contract":         "term_months",
		"contract.lines[]": "quantity",
	},
	Day: {
		"":                 "date",
		"account":          "customer_since last_order_on contract_end",
		"sender":           "signature_consent_until",
		"campaign":         "offer_until",
		"order":            "date",
		"orders[]":         "date",
		"contract":         "start end notice_deadline",
		"contract.lines[]": "from until",
		"ticket":           "date",
		"coupon":           "until",
	},
	Amount: {
		"account":          "total_net",
		"order":            "net",
		"orders[]":         "net",
		"orders[].lines[]": "unit_price net",
		"contract":         "annual_net",
		"contract.lines[]": "unit_price net",
		"coupon":           "value",
	},
	Image: {"sender": "logo", "account": "image", "contact": "image"},
	List:  {"": "orders", "orders[]": "lines", "contract": "lines"},
}

// Builtin lists what every text may name, with the kind of each. The map is the caller's.
func Builtin() Vars {
	out := Vars{}
	for kind, groups := range builtin {
		for group, names := range groups {
			for _, n := range strings.Fields(names) {
				out[strings.TrimPrefix(group+"."+n, ".")] = kind
			}
		}
	}
	return out
}

// common tells whether a name's value is the same for many recipients: what the campaign, the sender and the day
// give. A block with no other values can be shared by letters.
func common(name string) bool {
	first, _, _ := strings.Cut(name, ".")
	return first == "campaign" || first == "sender" || name == "date" || name == "objection_notice"
}

// didYouMean is the end of a message about an unknown name: the known one that is fewest edits away, or nothing.
func didYouMean(known []string, name string) string {
	best, least := "", max(2, len(name)/3)+1
	for _, k := range known {
		if d := postlift.EditDistance(k, name); d < least && !strings.Contains(k, "[]") {
			best, least = k, d
		}
	}
	if best == "" {
		return ""
	}
	return "; did you mean " + best + "?"
}
