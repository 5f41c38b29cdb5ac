package standalone

import (
	"encoding/json"
	"io"
	"math"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"

	"maps"

	"postlift"
	"postlift/accounts"
	"postlift/accounts/csvfile"
	"postlift/mailers/merge"
)

// parseRows reads a list as JSON: [{"name": "A", "net": 12.50}]. Amounts are numbers in major units, texts such as
// "12.50 CHF", or {"minor": 1250, "currency": "EUR"}; dates are ISO.
func parseRows(text, list string, vars merge.Vars, currency string) ([]any, error) {
	dec := json.NewDecoder(strings.NewReader(text))
	dec.UseNumber()
	var rows []any
	if err := dec.Decode(&rows); err != nil {
		return nil, inputFault(`rows as JSON are needed, such as [{"name": "A", "quantity": 2}]: %v`, err)
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, inputFault("something follows the list")
	}
	return checkRows(rows, list, vars, currency)
}

func checkRows(rows []any, list string, vars merge.Vars, currency string) ([]any, error) {
	if len(rows) > maxJSONRows {
		return nil, inputFault("a list has at most %d rows, this one has %d", maxJSONRows, len(rows))
	}
	for i, r := range rows {
		fields, ok := r.(map[string]any)
		if !ok {
			return nil, inputFault(`row %d must be an object such as {"name": "A"}`, i+1)
		}
		for _, name := range slices.Sorted(maps.Keys(fields)) {
			kind, known := vars[list+"[]."+name]
			if !known {
				return nil, inputFault("row %d: there is no field %q%s", i+1, name, csvfile.DidYouMean(fieldsOf(vars, list), name))
			}
			v, err := jsonValue(fields[name], list+"[]."+name, kind, vars, currency)
			if err != nil {
				return nil, inputFault("row %d: %s: %s", i+1, name, postlift.UserText(err))
			}
			fields[name] = v
		}
	}
	return rows, nil
}

// jsonValue brings a JSON value to what its kind needs; blank texts and null are no values.
func jsonValue(v any, name string, kind merge.Kind, vars merge.Vars, currency string) (any, error) {
	if v == nil || v == "" {
		return nil, nil
	}
	if kind == merge.List {
		rows, ok := v.([]any)
		if !ok {
			return nil, inputFault("a list is needed")
		}
		return checkRows(rows, name, vars, currency)
	}
	if m, ok := v.(map[string]any); ok {
		return jsonMoney(m, kind)
	}
	switch x := v.(type) {
	case json.Number:
		if kind == merge.Amount {
			return plainValue(kind, x.String()+" "+currency)
		}
		return plainValue(kind, x.String())
	case string:
		if kind == merge.Amount {
			return amount(x, currency)
		}
		return plainValue(kind, x)
	case bool:
		if kind == merge.String {
			return strconv.FormatBool(x), nil
		}
	}
	return nil, inputFault("%v is no %s", v, kind)
}

func jsonMoney(m map[string]any, kind merge.Kind) (any, error) {
	n, isNumber := m["minor"].(json.Number)
	currency, _ := m["currency"].(string)
	minor, err := n.Int64()
	if kind != merge.Amount || !isNumber || err != nil || !postlift.ValidCurrency(currency) || len(m) != 2 {
		return nil, inputFault(`an object is only an amount such as {"minor": 1250, "currency": "EUR"}`)
	}
	return postlift.Money{Minor: minor, Currency: currency}, nil
}

// plainValue reads a value of a kind from its plain text: numbers with a point, dates ISO, amounts "12.50 EUR".
func plainValue(kind merge.Kind, s string) (any, error) {
	s = strings.TrimSpace(s)
	switch kind {
	case merge.Day:
		d, err := postlift.ParseDate(s)
		return d.String(), err
	case merge.Number:
		f, err := strconv.ParseFloat(s, 64)
		if err != nil || math.IsNaN(f) || math.Abs(f) > maxNumber {
			return nil, inputFault("%q is not a number such as 12.5", s)
		}
		return f, nil
	case merge.Amount:
		number, currency, _ := strings.Cut(s, " ")
		f, err := strconv.ParseFloat(number, 64)
		if err != nil || math.IsNaN(f) || math.Abs(f) > 1e12 || !postlift.ValidCurrency(currency) {
			return nil, inputFault("%q is not an amount such as 1234.50 EUR", s)
		}
		return postlift.FromMajor(f, currency), nil
	}
	return s, nil
}

// grouped is a number whose point may group thousands as well as begin decimals.
var grouped = regexp.MustCompile(`^-?[1-9]\d{0,2}\.\d{3}$`)

// amount reads a text such as "12.50 EUR"; without a currency it is in the job's. Three digits behind the only point are
// refused as in a column of amounts, unless the currency has three.
func amount(text, currency string) (any, error) {
	number, own, named := strings.Cut(strings.TrimSpace(text), " ")
	if !named {
		own = currency
	}
	v, err := plainValue(merge.Amount, number+" "+own)
	m, ok := v.(postlift.Money)
	if err != nil || !ok || !grouped.MatchString(number) || postlift.MinorDigits(m.Currency) == 3 {
		return v, err
	}
	whole, err := plainValue(merge.Amount, strings.Replace(number, ".", "", 1)+" "+own)
	if err != nil {
		return nil, err
	}
	return nil, inputFault("%q can be read in two ways: write %v or %v", text, whole, m)
}

// constant is a value that every piece has whose row has none.
type constant struct {
	name  string
	value any
}

// parseConstants reads name=value pairs against the variables of a design: amounts as "12.50 EUR" (without a
// currency: in the job's), dates as in columns (2026-05-31, 31.05.2026), lists as JSON.
func parseConstants(pairs []string, vars merge.Vars, currency string) ([]constant, error) {
	values := map[string]any{}
	for _, pair := range pairs {
		name, text, ok := strings.Cut(pair, "=")
		name = strings.TrimSpace(name)
		kind, known := vars[inLanguage(name)]
		switch {
		case !ok:
			return nil, inputFault("--set %q: name=value is needed, such as campaign.offer=\"5 %% off\"", pair)
		case !known || derived[name] || strings.Contains(name, "[]"):
			return nil, inputFault("--set: the design has no variable %q%s", name, csvfile.DidYouMean(settable(vars), name))
		}
		v, err := constantValue(kind, name, text, vars, currency)
		if err != nil {
			return nil, inputFault("--set %s: %s", name, postlift.UserText(err))
		}
		values[name] = v
	}
	var out []constant
	for _, name := range slices.Sorted(maps.Keys(values)) {
		out = append(out, constant{name, values[name]})
	}
	return out, nil
}

// inLanguage is the variable that campaign.offer_de and campaign.offer_en speak for.
func inLanguage(name string) string {
	if strings.HasPrefix(name, "campaign.") {
		for _, suffix := range []string{"_de", "_en"} {
			name = strings.TrimSuffix(name, suffix)
		}
	}
	return name
}

func constantValue(kind merge.Kind, name, text string, vars merge.Vars, currency string) (any, error) {
	switch {
	case strings.TrimSpace(text) == "":
		return nil, nil
	case kind == merge.List:
		return parseRows(text, name, vars, currency)
	case kind == merge.Amount:
		return amount(text, currency)
	case kind == merge.Day:
		d, err := csvfile.ParseDate(text)
		return d.String(), err
	case name == "account.country":
		code, ok := accounts.ParseCountry(text)
		if !ok {
			return nil, inputFault("%q is no country", text)
		}
		return code, nil
	}
	return plainValue(kind, text)
}

// settable are the variables that a constant may fill.
func settable(vars merge.Vars) []string {
	var out []string
	for name := range vars {
		if !strings.Contains(name, "[]") && !derived[name] {
			out = append(out, name)
		}
	}
	sort.Strings(out)
	return out
}
