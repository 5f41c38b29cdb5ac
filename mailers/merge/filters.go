package merge

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"postlift"
	"postlift/mailers/address"
)

// filter is one filter of the language.
type filter struct {
	name     string
	usage    string // an example, for messages and help
	min, max int    // arguments
	// check tells, when the text is read, what the filter makes of its input, or why it cannot take it.
	check func(c *compiler, e *expr, args []operand) (Kind, string, error)
	apply func(r *run, v value, args []value) (value, error)
}

func (f *filter) count() string {
	switch {
	case f.max == 0:
		return "no values"
	case f.min == f.max:
		return fmt.Sprintf("%d values", f.min)
	}
	return fmt.Sprintf("%d to %d values", f.min, f.max)
}

// FilterNames are the filters that a text may use, sorted.
func FilterNames() []string {
	var out []string
	for n := range filterNamed {
		out = append(out, n)
	}
	slices.Sort(out)
	return out
}

// filterNamed finds a filter of the table.

var filterNamed = func() map[string]*filter {
	out := map[string]*filter{}
	for i := range filterTable {
		out[filterTable[i].name] = &filterTable[i]
	}
	return out
}()

// filterTable is all of them. Nothing stays nothing, so that the output can name the variable that has no value.
var filterTable = []filter{
	{name: "default", usage: `{{ account.city | default: "Ihrer Stadt" }}`, min: 1, max: 1, check: checkDefault, apply: defaultTo},
	{name: "upcase", usage: `{{ account.name | upcase }}`, check: scalar(String), apply: mapped("upcase", strings.ToUpper)},
	{name: "downcase", usage: `{{ account.name | downcase }}`, check: scalar(String), apply: mapped("downcase", strings.ToLower)},
	{name: "capitalize", usage: `{{ account.industry | capitalize }}`, check: scalar(String), apply: mapped("capitalize", capitalize)},
	{name: "append", usage: `{{ account.name | append: "!" }}`, min: 1, max: 1, check: scalar(String), apply: attach(false)},
	{name: "prepend", usage: `{{ account.city | prepend: "in " }}`, min: 1, max: 1, check: scalar(String), apply: attach(true)},
	{name: "size", usage: `{{ orders | size }}`, check: takes(Number, String, List), apply: size},
	{name: "money", usage: `{{ account.total_net | money }} or {{ account.total_net | money: "whole" }}`, max: 1, check: checkForm(String, []string{"whole", "cents"}, Amount), apply: money},
	{name: "date", usage: `{{ date | date: "long" }}`, max: 1, check: checkForm(String, dateForms, Day), apply: date},
	{name: "number", usage: `{{ account.order_count | number }} or {{ order.quantity | number: 2 }}`, max: 1, check: checkDecimals, apply: number},
	{name: "percent", usage: `{{ campaign.discount | percent }}: 5 becomes 5 %`, max: 1, check: checkDecimals, apply: percent},
	{name: "plural", usage: `{{ account.order_count | plural: "Bestellung", "Bestellungen" }}`, min: 2, max: 2, check: takes(String, Number, List), apply: plural},
	{name: "join", usage: `{{ orders | join: ", ", "number" }}`, min: 1, max: 2, check: checkJoin, apply: joined},
	{name: "map", usage: `{{ orders | map: "number" | join: ", " }}`, min: 1, max: 1, check: checkMap, apply: mapField},
	{name: "first", usage: `{% assign newest = orders | first %}`, check: checkElement, apply: firstOf},
	{name: "last", usage: `{% assign oldest = orders | last %}`, check: checkElement, apply: lastOf},
	{name: "sum", usage: `{{ orders | sum: "net" | money }}`, min: 1, max: 1, check: checkSum, apply: sum},
	{name: "salutation", usage: `{{ contact | salutation }} or {{ contact | salutation: "informal" }}`, max: 1, check: checkPerson("formal", "informal"), apply: salutation},
	{name: "name", usage: `{{ contact | name }}, or "short" without the first name`, max: 1, check: checkPerson("full", "short"), apply: fullName},
}

func defaultTo(_ *run, v value, args []value) (value, error) {
	if v.empty() || v.kind == vBool && v.n == 0 {
		return args[0], nil
	}
	return v, nil
}

func mapped(name string, f func(string) string) func(*run, value, []value) (value, error) {
	return func(_ *run, v value, _ []value) (value, error) {
		s, err := v.printed(name)
		if err != nil || s == "" {
			return value{}, err
		}
		return text(f(s)), nil
	}
}

func capitalize(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[n:]
}

// attach joins text to a value that is there; nothing plus text stays nothing, and the text itself must have a
// value. The limit keeps a chain of assignments from doubling a text without end.
func attach(before bool) func(*run, value, []value) (value, error) {
	return func(_ *run, v value, args []value) (value, error) {
		s, err := v.printed("append")
		if err != nil || s == "" {
			return value{}, err
		}
		more, err := args[0].printed("append")
		switch {
		case err != nil:
			return value{}, err
		case more == "":
			return value{}, pieceFault("append and prepend: the text to add to %q has no value", clip(s))
		case len(s)+len(more) > maxValue:
			return value{}, pieceFault("a text grows beyond %d bytes", maxValue)
		case before:
			return text(more + s), nil
		}
		return text(s + more), nil
	}
}

func size(_ *run, v value, _ []value) (value, error) {
	switch v.kind {
	case vText:
		return whole(int64(utf8.RuneCountInString(v.s))), nil
	case vList:
		return whole(int64(len(v.elements(nil)))), nil
	}
	return whole(0), nil
}

// plural picks the word for a count.
func plural(r *run, v value, args []value) (value, error) {
	if v.kind == vList {
		v, _ = size(r, v, nil)
	}
	n, ok := v.number()
	switch {
	case v.kind == vNone:
		return value{}, nil
	case !ok || v.kind == vAmount:
		return value{}, pieceFault("plural needs a whole number, got %s", v.shape())
	case n == 1:
		return args[0], nil
	}
	return args[1], nil
}

func joined(_ *run, v value, args []value) (value, error) {
	sep, err := args[0].printed("join")
	if err != nil || v.kind == vNone {
		return value{}, err
	}
	if v.kind != vList {
		return value{}, pieceFault("join needs a list, got %s", v.shape())
	}
	var b strings.Builder
	for _, e := range v.elements(nil) {
		if len(args) == 2 {
			e = e.field(args[1].s)
		}
		s, err := e.printed("join")
		if err != nil {
			return value{}, err
		}
		if s == "" {
			continue
		}
		if b.Len() > 0 {
			b.WriteString(sep)
		}
		if b.WriteString(s); b.Len() > maxValue {
			return value{}, pieceFault("a text grows beyond %d bytes", maxValue)
		}
	}
	return text(b.String()), nil
}

func mapField(_ *run, v value, args []value) (value, error) {
	if v.kind != vList {
		return value{}, nil
	}
	var out []value
	for _, e := range v.elements(nil) {
		if f := e.field(args[0].s); f.kind != vNone {
			out = append(out, f)
		}
	}
	if len(out) == 0 {
		return value{}, nil
	}
	return value{kind: vList, ref: out}, nil
}

func firstOf(_ *run, v value, _ []value) (value, error) { return element(v, 0) }
func lastOf(_ *run, v value, _ []value) (value, error)  { return element(v, -1) }

func element(v value, at int) (value, error) {
	if v.kind == vNone {
		return v, nil
	}
	list := v.elements(nil)
	if v.kind != vList || len(list) == 0 {
		return value{}, pieceFault("first and last need a list, got %s", v.shape())
	}
	return list[(at+len(list))%len(list)], nil
}

// sum adds a field of a list's elements: numbers, or amounts of one currency.
func sum(_ *run, v value, args []value) (value, error) {
	if v.kind == vNone {
		return v, nil
	}
	var total value
	for _, e := range v.elements(nil) {
		f := e.field(args[0].s)
		if f.kind == vText {
			f = amountIn(f)
		}
		if f.kind == vNone {
			continue
		}
		var err error
		if total, err = add(total, f); err != nil {
			return value{}, err
		}
	}
	return total, nil
}

func add(a, b value) (value, error) {
	x, okX := a.number()
	y, okY := b.number()
	switch {
	case a.kind == vNone:
		return b, nil
	case a.kind == vAmount && b.kind == vAmount && a.s == b.s, a.kind == vWhole && b.kind == vWhole:
		if s := a.n + b.n; (s > a.n) == (b.n > 0) {
			return value{kind: a.kind, n: s, s: a.s}, nil
		}
		return value{}, pieceFault("sum: the total is too large")
	case a.kind == vAmount || b.kind == vAmount || !okX || !okY:
		return value{}, pieceFault("sum: %s and %s cannot be added", a.shape(), b.shape())
	}
	return real(x + y), nil
}

// person reads a group as a person; the country that decides about titles is the account's.
func person(r *run, v value) address.Person {
	f := func(name string) string { return v.field(name).s }
	country := r.data.lookup("account.country", []string{"account", "country"}).s
	return address.Person{Salutation: f("salutation"), Title: f("title"), FirstName: f("first_name"), LastName: f("last_name"), Country: country}
}

func salutation(r *run, v value, args []value) (value, error) {
	tone := address.Formal
	if len(args) == 1 {
		tone = address.ToneOf(args[0].s)
	}
	return text(address.SalutationFor(r.text.lang, tone, person(r, v))), nil
}

// fullName is title, first and last name; short leaves the first name out.
func fullName(r *run, v value, args []value) (value, error) {
	p := person(r, v)
	if len(args) == 1 && args[0].s == "short" {
		p.FirstName = ""
	}
	return text(strings.Join(slices.DeleteFunc([]string{p.Title, p.FirstName, p.LastName}, blank), " ")), nil
}

// amountIn reads an amount as a file has it: 1234.56 EUR.
func amountIn(v value) value {
	number, currency, ok := strings.Cut(strings.TrimSpace(v.s), " ")
	if f := text(number); ok && postlift.ValidCurrency(currency) {
		if major, isNumber := f.number(); isNumber {
			m := postlift.FromMajor(major, currency)
			return value{kind: vAmount, n: m.Minor, s: m.Currency}
		}
	}
	if f, ok := v.number(); ok {
		return real(f)
	}
	return v
}
