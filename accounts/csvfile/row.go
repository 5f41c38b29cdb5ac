package csvfile

import (
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"

	"postlift"
)

// Row is the current row of a Reader. Its methods take canonical column names, note what is wrong as
// Rejects and return the zero value then, so that a kind's reading is one straight list; look at
// Rejects at its end. Asking for a column that the kind doesn't declare is a programming error and panics.
type Row struct {
	reader  *Reader
	at      []int // place of each column in the record, -1 where the file has none
	fields  []string
	number  int
	text    string // as the file has it
	rejects []Reject
}

func (r *Row) begin(rec *record) {
	r.fields, r.number, r.text, r.rejects = rec.fields, rec.row-r.reader.above, rec.text, r.rejects[:0]
	if rec.rule != "" {
		r.fields = nil
		r.Reject("", rec.rule, beginning(rec.text, 80), structureText[rec.rule])
	}
}

// Number is the row as a spreadsheet counts it: the header is row 1. A field that holds line breaks does
// not add rows, a blank line does.
func (r *Row) Number() int { return r.number }

// Record is the row as the file has it.
func (r *Row) Record() string { return r.text }

// OK tells whether nothing has been found wrong so far.
func (r *Row) OK() bool { return len(r.rejects) == 0 }

// Rejects lists what was found wrong; the slice is reused by the next row.
func (r *Row) Rejects() []Reject { return r.rejects }

// Reject notes that a field breaks a rule (a short stable word); message says how to put it right.
func (r *Row) Reject(field, rule, value, message string) {
	r.rejects = append(r.rejects, Reject{Row: r.number, Field: field, Rule: rule, Value: beginning(value, 200), Message: message, Record: r.text})
}

func (r *Row) column(name string) int {
	i, ok := r.reader.index[name]
	if !ok {
		panic(fmt.Sprintf("csvfile: the kind declares no column %q", name))
	}
	return i
}

// raw is the field as it stands, "" where the row or the file has none.
func (r *Row) raw(column int) string {
	at := r.at[column]
	if at < 0 || at >= len(r.fields) {
		return ""
	}
	return strings.TrimSpace(r.fields[at])
}

// Text is the cleaned field: surrounding blanks gone, line breaks turned into ", ", a spreadsheet's
// leading apostrophe guard removed.
func (r *Row) Text(name string) string {
	s := clean(r.raw(r.column(name)))
	if len(s) > MaxTextRunes && len([]rune(s)) > MaxTextRunes {
		r.Reject(name, "too_long", s, fmt.Sprintf("at most %d characters are possible", MaxTextRunes))
		return ""
	}
	return s
}

// Verbatim is the field with its line breaks and whatever length it has; only surrounding blanks and a
// spreadsheet's apostrophe guard are gone.
func (r *Row) Verbatim(name string) string {
	s := r.raw(r.column(name))
	if len(s) > 1 && s[0] == '\'' && strings.IndexByte("0123456789+-=@", s[1]) >= 0 {
		return s[1:]
	}
	return s
}

// Need is Text of a field that must not be empty.
func (r *Row) Need(name string) string {
	s := r.Text(name)
	if s == "" && r.fields != nil && !r.blames(name) {
		r.Reject(name, "required", "", "the field must not be empty")
	}
	return s
}

func (r *Row) blames(name string) bool {
	for _, rej := range r.rejects {
		if rej.Field == name {
			return true
		}
	}
	return false
}

func clean(s string) string {
	if len(s) > 1 && s[0] == '\'' && strings.IndexByte("0123456789+-=@", s[1]) >= 0 {
		s = s[1:]
	}
	control := false
	for i := range len(s) {
		if s[i] < 0x20 || s[i] == 0x7f {
			control = true
			break
		}
	}
	if !control {
		return s
	}
	lines := strings.FieldsFunc(s, func(c rune) bool { return c == '\n' || c == '\r' })
	for i, l := range lines {
		lines[i] = strings.TrimSpace(strings.Map(func(c rune) rune {
			if unicode.IsControl(c) {
				return ' '
			}
			return c
		}, l))
	}
	return strings.Join(lines, ", ")
}

// Int reads a whole number between low and high; ok is false where the field is empty or wrong.
func (r *Row) Int(name string, low, high int64) (v int64, ok bool) {
	i := r.column(name)
	raw := clean(r.raw(i))
	if raw == "" {
		return 0, false
	}
	v, err := parseWhole(raw)
	if err != nil {
		r.Reject(name, "number", raw, "a whole number is needed")
		return 0, false
	}
	if v < low || v > high {
		r.Reject(name, "range", raw, fmt.Sprintf("%d to %d is possible", low, high))
		return 0, false
	}
	return v, true
}

// Float reads a decimal number between low and high; ok is false where the field is empty or wrong.
func (r *Row) Float(name string, low, high float64) (v float64, ok bool) {
	i := r.column(name)
	raw := clean(r.raw(i))
	if raw == "" {
		return 0, false
	}
	v, err := parseFloat(raw, r.reader.number[i])
	switch {
	case err != nil:
		r.Reject(name, "number", raw, "a number is needed, with the decimal sign "+string(r.reader.number[i])+" that this column uses")
	case v < low || v > high:
		r.Reject(name, "range", raw, fmt.Sprintf("%g to %g is possible", low, high))
	default:
		return v, true
	}
	return 0, false
}

// maxMinor keeps sums of many amounts within int64.
const maxMinor = 1_000_000_000_000_00

// Minor reads an amount in major units as integer minor units of the currency; ok is false where the
// field is empty or wrong.
//
// An amount whose only sign is the column's decimal sign with three digits behind it ("1,234") is refused with both
// readings, because the other reading is a thousand times as much; so it is in currencies without decimals. It counts as
// three decimals where the column shows that it has them: most of its values that can mean one thing only ("0,125",
// "1234,567", "12,3400") have three decimals or more. Currencies of three decimals are read as they stand.
func (r *Row) Minor(name, currency string) (v int64, ok bool) {
	i := r.column(name)
	raw := clean(r.raw(i))
	if raw == "" {
		return 0, false
	}
	decimal, digits := r.reader.number[i], postlift.MinorDigits(currency)
	v, err := parseMinor(raw, decimal, digits)
	switch {
	case err == nil && !inCurrency(raw, currency):
		r.Reject(name, "currency", raw, "the amount names another currency than "+currency+", which this row is in")
	case errors.Is(err, errRange) || err == nil && (v > maxMinor || v < -maxMinor):
		r.Reject(name, "range", raw, "the amount is too large")
	case err == nil && digits != 3 && !r.reader.fine[i] && thousandsOrDecimals(raw, decimal):
		thousands, decimals := bothReadings(raw, decimal, digits)
		r.Reject(name, "ambiguous", raw, "the amount can be read in two ways: write "+thousands+" or "+decimals)
	case err != nil:
		r.Reject(name, "number", raw, "an amount is needed, with the decimal sign "+string(r.reader.number[i])+" that this column uses")
	default:
		return v, true
	}
	return 0, false
}

// Date reads a civil date; an instant with a zone counts in the reader's Location. Zero where the field
// is empty or wrong.
func (r *Row) Date(name string) postlift.Date {
	i := r.column(name)
	raw := clean(r.raw(i))
	if raw == "" {
		return 0
	}
	if len(raw) <= 10 {
		d, err := civil(raw, r.reader.order[i])
		if err != nil {
			r.rejectDate(name, raw, err)
		}
		return d
	}
	t, _, err := instant(raw, r.reader.order[i], r.reader.loc)
	if err != nil {
		r.rejectDate(name, raw, err)
		return 0
	}
	return postlift.DateOf(t)
}

// Time reads an instant; a date without a time is its midnight in the reader's Location and hasTime is
// false. The zero time where the field is empty or wrong.
func (r *Row) Time(name string) (t time.Time, hasTime bool) {
	i := r.column(name)
	raw := clean(r.raw(i))
	if raw == "" {
		return time.Time{}, false
	}
	t, hasTime, err := instant(raw, r.reader.order[i], r.reader.loc)
	if err != nil {
		r.rejectDate(name, raw, err)
	}
	return t, hasTime
}

func (r *Row) rejectDate(name, raw string, err error) {
	message := "a date such as 2026-05-31 or 31.05.2026 is needed"
	if errors.Is(err, errAmbiguous) {
		message = "day and month cannot be told apart in this column: write 2026-05-31 or 31.05.2026"
	}
	r.Reject(name, "date", raw, message)
}

var flags = map[string]bool{
	"1": true, "true": true, "yes": true, "y": true, "ja": true, "j": true, "wahr": true, "x": true, "on": true,
	"0": false, "false": false, "no": false, "n": false, "nein": false, "falsch": false, "off": false,
}

// Bool reads yes or no in German or English; an empty field gives the default.
func (r *Row) Bool(name string, otherwise bool) bool {
	raw := clean(r.raw(r.column(name)))
	if raw == "" {
		return otherwise
	}
	v, ok := flags[Fold(raw)]
	if !ok {
		r.Reject(name, "flag", raw, "yes or no is needed (ja, nein, true, false, 1, 0)")
		return otherwise
	}
	return v
}

// blocks are further words of columns that say whether something is blocked.
var blocks = map[string]bool{
	"gesperrt": true, "sperre": true, "blocked": true, "optout": true, "optedout": true,
	"frei": false, "offen": false, "keine": false, "none": false, "kein": false,
}

// Blocked reads whether something is blocked: yes or no, a word for it, or a level, of which every one above
// 0 counts as yes. An empty field and a column that the file lacks are no.
func (r *Row) Blocked(name string) bool {
	raw := clean(r.raw(r.column(name)))
	if raw == "" {
		return false
	}
	if v, ok := blocks[Fold(raw)]; ok {
		return v
	}
	if level, err := parseWhole(raw); err == nil && level >= 0 {
		return level > 0
	}
	return r.Bool(name, false)
}

// Enum maps the words of a field to a known value; the keys of words are folded (see Fold). An empty
// field gives "".
func (r *Row) Enum(name string, words map[string]string, known string) string {
	raw := clean(r.raw(r.column(name)))
	if raw == "" {
		return ""
	}
	v, ok := words[Fold(raw)]
	if !ok {
		r.Reject(name, "unknown", raw, "possible are "+known)
	}
	return v
}
