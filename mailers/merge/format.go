package merge

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"

	"postlift"
)

// money prints an amount for readers of the language: 1.234,56 € or €1,234.56; whole leaves the cents out,
// rounded.
func money(r *run, v value, args []value) (value, error) {
	if v.kind == vNone {
		return v, nil
	}
	if v.kind == vText {
		v = amountIn(v)
	}
	if v.kind != vAmount {
		return value{}, pieceFault(`money needs {"minor": 12345, "currency": "EUR"}, got %s`, v.shape())
	}
	m := postlift.Money{Minor: v.n, Currency: v.s}
	if len(args) == 1 && args[0].s == "whole" {
		return text(r.minus(wholeMoney(m, r.text.lang))), nil
	}
	return text(r.minus(m.Format(r.text.lang))), nil
}

// minus gives a number below nothing the minus sign of print (U+2212), as wide as its figures and never parted from
// them, instead of the hyphen; a design whose fonts lack it keeps the hyphen.
func (r *run) minus(s string) string {
	rest, negative := strings.CutPrefix(s, "-")
	if !negative {
		return s
	}
	if missing := r.data.Missing; missing != nil {
		if _, lacks := missing(minusSign); lacks {
			return s
		}
	}
	return minusSign + rest
}

const minusSign = "\u2212"

// wholeMoney rounds half away from zero to major units. The cents are cut from the amount as it is printed, so that
// signs, groups and symbols stay where the language has them.
func wholeMoney(m postlift.Money, lang string) string {
	digits := postlift.MinorDigits(m.Currency)
	factor := int64(math.Pow10(digits))
	if m.Minor > math.MaxInt64-factor || m.Minor < math.MinInt64+factor {
		return m.Format(lang)
	}
	half := factor / 2
	if m.Minor < 0 {
		half = -half
	}
	m.Minor = (m.Minor + half) / factor * factor
	s := m.Format(lang)
	if digits == 0 {
		return s
	}
	point := "."
	if german(lang) {
		point = ","
	}
	return strings.Replace(s, point+strings.Repeat("0", digits), "", 1)
}

func german(lang string) bool { return strings.HasPrefix(lang, "de") }

var (
	monthsDE   = [...]string{"Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November", "Dezember"}
	weekdaysDE = [...]string{"Sonntag", "Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag"}
	dateForms  = []string{"short", "long", "month", "year", "weekday"}
)

// date prints an ISO date: short (02.01.2006 or 2 January 2006), long (2. Januar 2006), month (Januar 2006), year,
// or weekday (Montag).
func date(r *run, v value, args []value) (value, error) {
	d, err := dayOf(v)
	if err != nil || d.IsZero() {
		return value{}, err
	}
	form := "short"
	if len(args) == 1 {
		form = args[0].s
	}
	return text(together(FormatDate(d, form, r.text.lang))), nil
}

// together keeps a day on one line with its month: no line of a letter ends in "30.".
func together(date string) string {
	if date == "" || !digit(date[0]) {
		return date
	}
	return strings.Replace(date, " ", "\u00a0", 1)
}

// FormatDate prints a date in one of the forms short, long, month, year and weekday.
func FormatDate(d postlift.Date, form, lang string) string {
	t := d.Time()
	month, weekday := t.Month().String(), t.Weekday().String()
	if german(lang) {
		month, weekday = monthsDE[t.Month()-1], weekdaysDE[t.Weekday()]
	}
	switch form {
	case "weekday":
		return weekday
	case "month":
		return month + " " + strconv.Itoa(t.Year())
	case "year":
		return strconv.Itoa(t.Year())
	}
	if form == "long" && german(lang) {
		return strconv.Itoa(t.Day()) + ". " + month + " " + strconv.Itoa(t.Year())
	}
	return d.Format(lang)
}

// dayForm is a date's form, whether or not the calendar has the day.
var dayForm = regexp.MustCompile(`^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$`)

func dayOf(v value) (postlift.Date, error) {
	switch v.kind {
	case vNone:
		return 0, nil
	case vText:
		day, err := postlift.ParseDate(v.s)
		if err != nil && dayForm.MatchString(v.s) {
			return 0, pieceFault("%q: there is no such day", v.s)
		}
		return day, err
	}
	return 0, pieceFault("date needs an ISO date such as 2006-01-02, got %s", v.shape())
}

// number groups digits: 12.345,5 in German, 12,345.5 in English. Without decimals a number keeps those it has.
func number(r *run, v value, args []value) (value, error) {
	s, err := grouped(v, args, r.text.lang)
	return text(r.minus(s)), err
}

// percent prints a number of hundredths: 5 becomes 5 % in German and 5% in English.
func percent(r *run, v value, args []value) (value, error) {
	s, err := grouped(v, args, r.text.lang)
	switch {
	case err != nil || s == "":
		return value{}, err
	case german(r.text.lang):
		return text(r.minus(s) + "\u00a0%"), nil
	}
	return text(r.minus(s) + "%"), nil
}

func grouped(v value, args []value, lang string) (string, error) {
	if v.kind == vNone {
		return "", nil
	}
	f, ok := v.number()
	if !ok || v.kind == vAmount {
		return "", pieceFault("number needs a number, got %s", v.shape())
	}
	decimals := -1
	if len(args) == 1 {
		decimals = int(args[0].n)
	}
	s := strconv.FormatFloat(f, 'f', decimals, 64)
	if v.kind == vWhole {
		s = strconv.FormatInt(v.n, 10)
		if decimals > 0 {
			s += "." + strings.Repeat("0", decimals)
		}
	}
	return groupDigits(s, lang), nil
}

func groupDigits(s, lang string) string {
	sign := ""
	if rest, ok := strings.CutPrefix(s, "-"); ok {
		sign, s = "-", rest
	}
	group, point := ",", "."
	if german(lang) {
		group, point = ".", ","
	}
	digits, fraction, has := strings.Cut(s, ".")
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + group + digits[i:]
	}
	if has {
		return fmt.Sprint(sign, digits, point, fraction)
	}
	return sign + digits
}
