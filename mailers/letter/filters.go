package letter

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"postlift"
)

// filters are all filters that a text may use, for one language. Empty input stays empty, so that the
// hidden last filter can name the variable that has no value.
func filters(lang string) map[string]any {
	return map[string]any{
		"default":    defaultTo,
		"upcase":     func(v any) (string, error) { s, err := printed(v, "upcase"); return strings.ToUpper(s), err },
		"downcase":   func(v any) (string, error) { s, err := printed(v, "downcase"); return strings.ToLower(s), err },
		"capitalize": capitalize,
		"append":     func(v, tail any) (string, error) { return attach(v, tail, false) },
		"prepend":    func(v, head any) (string, error) { return attach(v, head, true) },
		"size":       size,
		"money":      func(v any) (string, error) { return money(v, lang) },
		"date":       func(v any, form func(string) string) (string, error) { return date(v, form("short"), lang) },
		"number":     func(v any) (string, error) { return number(v, lang) },
		"plural":     plural,
	}
}

// filterNames is the set of filters that the scan accepts.
func filterNames() map[string]struct{} {
	names := map[string]struct{}{}
	for n := range filters("en") {
		names[n] = struct{}{}
	}
	return names
}

// printed is a scalar as text; nil is empty. Lists, groups and raw money are refused with the remedy.
func printed(v any, what string) (string, error) {
	switch x := v.(type) {
	case nil:
		return "", nil
	case string:
		return x, nil
	case bool:
		return strconv.FormatBool(x), nil
	case int, int64, int32, uint8, uint16, uint32, uint64:
		return fmt.Sprint(x), nil
	case float64:
		return strconv.FormatFloat(x, 'f', -1, 64), nil
	}
	return "", pieceFault("%s is no text but %s: print a field of it, or use money, date or for", what, shape(v))
}

func shape(v any) string {
	switch v.(type) {
	case map[string]any:
		return "a group"
	case []any:
		return "a list"
	}
	return fmt.Sprintf("%T", v)
}

func defaultTo(v, fallback any) any {
	if v == nil || v == "" || v == false {
		return fallback
	}
	return v
}

func capitalize(v any) (string, error) {
	s, err := printed(v, "capitalize")
	r, n := utf8.DecodeRuneInString(s)
	if n == 0 || err != nil {
		return s, err
	}
	return string(unicode.ToUpper(r)) + s[n:], nil
}

// attach joins text to a value that is there; nothing plus text stays nothing, and the text itself must
// have a value. The limit keeps a chain of assignments from doubling a text without end.
func attach(v, more any, before bool) (string, error) {
	s, err := printed(v, "append")
	if err != nil || s == "" {
		return "", err
	}
	m, err := printed(more, "append")
	switch {
	case err != nil:
		return "", err
	case m == "":
		return "", pieceFault("append and prepend: the text to add to %q has no value", clip(s))
	case len(s)+len(m) > maxMergedBytes:
		return "", pieceFault("a text grows beyond %d bytes", maxMergedBytes)
	case before:
		return m + s, nil
	}
	return s + m, nil
}

func size(v any) int {
	switch x := v.(type) {
	case string:
		return utf8.RuneCountInString(x)
	case []any:
		return len(x)
	case map[string]any:
		return len(x)
	}
	return 0
}

// money prints {minor, currency} for readers of the language.
func money(v any, lang string) (string, error) {
	switch x := v.(type) {
	case nil:
		return "", nil
	case postlift.Money:
		return x.Format(lang), nil
	case map[string]any:
		currency, _ := x["currency"].(string)
		minor, ok := whole(x["minor"])
		if ok && postlift.ValidCurrency(currency) {
			return postlift.Money{Minor: minor, Currency: currency}.Format(lang), nil
		}
	}
	return "", pieceFault(`money needs {"minor": 12345, "currency": "EUR"}, got %s`, clip(fmt.Sprint(v)))
}

// whole reads an integer as JSON or Go gives it.
func whole(v any) (int64, bool) {
	switch x := v.(type) {
	case int:
		return int64(x), true
	case int64:
		return x, true
	case float64:
		return int64(x), x == float64(int64(x))
	}
	return 0, false
}

var monthsDE = [...]string{"Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November", "Dezember"}

// date prints an ISO date: short (02.01.2006 or 2 January 2006), long (2. Januar 2006 or 2 January 2006),
// month (Januar 2006 or January 2006) or year.
func date(v any, form, lang string) (string, error) {
	d, err := dayOf(v)
	if err != nil || d.IsZero() {
		return "", err
	}
	t, german := d.Time(), strings.HasPrefix(lang, "de")
	month := t.Month().String()
	if german {
		month = monthsDE[t.Month()-1]
	}
	switch form {
	case "short":
		return d.Format(lang), nil
	case "long":
		if german {
			return fmt.Sprintf("%d. %s %d", t.Day(), month, t.Year()), nil
		}
		return d.Format(lang), nil
	case "month":
		return fmt.Sprintf("%s %d", month, t.Year()), nil
	case "year":
		return strconv.Itoa(t.Year()), nil
	}
	return "", pieceFault("date form %q is not known: use short, long, month or year", form)
}

func dayOf(v any) (postlift.Date, error) {
	switch x := v.(type) {
	case nil:
		return 0, nil
	case postlift.Date:
		return x, nil
	case time.Time:
		return postlift.DateOf(x), nil
	case string:
		if x == "" {
			return 0, nil
		}
		return postlift.ParseDate(x)
	}
	return 0, pieceFault("date needs an ISO date such as 2006-01-02, got %s", shape(v))
}

// number groups the digits of a whole number: 12.345 in German, 12,345 in English.
func number(v any, lang string) (string, error) {
	n, ok := whole(v)
	if !ok {
		return printed(v, "number")
	}
	s := strconv.FormatInt(n, 10)
	sign := ""
	if n < 0 {
		sign, s = "-", s[1:]
	}
	sep := ","
	if strings.HasPrefix(lang, "de") {
		sep = "."
	}
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + sep + s[i:]
	}
	return sign + s, nil
}

// plural picks the word for a count: {{ n | plural: "Bestellung", "Bestellungen" }}.
func plural(v any, one, many string) (string, error) {
	if l, ok := v.([]any); ok {
		v = len(l)
	}
	n, ok := whole(v)
	switch {
	case v == nil:
		return "", nil
	case !ok:
		return "", pieceFault("plural needs a whole number, got %s", clip(fmt.Sprint(v)))
	case n == 1:
		return one, nil
	}
	return many, nil
}
