package standalone

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"

	"postlift"
	"postlift/accounts/csvfile"
	"postlift/mailers/merge"
)

// input reads recipients from a table.
type input struct {
	reader   *csvfile.Reader
	vars     merge.Vars
	cols     []column // those that the file has
	currency string   // of amounts whose row names none
	unused   []string // headers that no column knows, with the nearest name
}

// record is a row as read, before anything is made of it.
type record struct {
	row     int // as a spreadsheet counts: the header is row 1
	seq     int // among the rows, from 1: the piece's number in its batch
	values  []any
	about   about
	rejects []csvfile.Reject
	text    string // the row as the file has it
}

// about is what a row says beside variables.
type about struct {
	name, formality, street, number, extra, district, box, postcode, region, careOf, language, kind, url string
	bulk                                                                                                 bool
}

// headBytes are read ahead to learn the header before the columns are known.
const headBytes = 1 << 20

// openInput finds out how the file is written and which columns it has.
func openInput(r io.Reader, vars merge.Vars, currency string) (*input, error) {
	head, err := io.ReadAll(io.LimitReader(r, headBytes))
	if err != nil {
		return nil, inputFault("the recipients cannot be read: %v", err)
	}
	cols := variables(vars, merge.Builtin())
	first, err := csvfile.Open(bytes.NewReader(head), csvColumns(cols), csvfile.Options{})
	var more []column
	if err == nil {
		more, err = numberedColumns(first.Header(), vars)
	}
	if err != nil {
		return nil, err
	}
	all := slices.Concat(cols, more)
	in := &input{vars: vars, currency: currency}
	if in.reader, err = csvfile.Open(io.MultiReader(bytes.NewReader(head), r), csvColumns(all), csvfile.Options{}); err != nil {
		return nil, err
	}
	for _, c := range all {
		if in.reader.Has(c.name) {
			in.cols = append(in.cols, c)
		}
	}
	in.unused = unknownHeaders(in.reader.Format().Ignored, csvColumns(all))
	return in, nil
}

// next reads a row; io.EOF ends the file.
func (in *input) next(seq int) (record, error) {
	row, err := in.reader.Next()
	if err != nil {
		if errors.Is(err, io.EOF) {
			return record{}, io.EOF
		}
		return record{}, err
	}
	rec := record{row: row.Number(), seq: seq, text: row.Record()}
	if row.OK() {
		rec.about = in.about(row)
		rec.values = in.values(row)
	}
	if !row.OK() {
		rec.rejects = slices.Clone(row.Rejects())
		rec.values = nil
	}
	return rec, nil
}

func (in *input) about(row *csvfile.Row) about {
	a := about{name: row.Text(colName), formality: row.Enum(colFormality, formalityWords, "formal, informal"),
		street: row.Text(colStreet), number: row.Text(colNumber), extra: row.Text(colExtra), district: row.Text(colDistrict), box: row.Text(colBox),
		postcode: row.Text(colPostcode), region: row.Text(colRegion), careOf: row.Text(colCareOf), language: language(row.Text(colLanguage)),
		kind: row.Enum(colKind, kindWords, "live, seed, proof"), url: row.Verbatim(colURL), bulk: row.Bool(colBulk, false)}
	return a
}

var (
	formalityWords = map[string]string{"formal": "formal", "sie": "formal", "informal": "informal", "du": "informal"}
	kindWords      = map[string]string{"live": "live", "echt": "live", "seed": "seed", "kontrolladresse": "seed", "control": "seed", "proof": "proof", "muster": "proof", "andruck": "proof"}
	languageWords  = map[string]string{"deutsch": "de", "german": "de", "ger": "de", "deu": "de", "englisch": "en", "english": "en", "eng": "en"}
)

// language is a tag such as de, en or en-US; words for a language become its tag.
func language(s string) string {
	if tag := languageWords[csvfile.Fold(s)]; tag != "" {
		return tag
	}
	base, region, tagged := strings.Cut(strings.ReplaceAll(s, "_", "-"), "-")
	if !tagged {
		return strings.ToLower(base)
	}
	return strings.ToLower(base) + "-" + strings.ToUpper(region)
}

// values are the row's variables, in the order of the columns; nil has no value.
func (in *input) values(row *csvfile.Row) []any {
	currency := in.currency
	if c := strings.ToUpper(row.Text(colCurrency)); c != "" {
		if !postlift.ValidCurrency(c) {
			row.Reject(colCurrency, "currency", c, "a code of ISO 4217 such as EUR is needed")
		}
		currency = c
	}
	out := make([]any, len(in.cols))
	for i := range in.cols {
		out[i] = in.value(row, &in.cols[i], currency)
	}
	return out
}

// maxNumber is beyond every quantity and count that a letter prints.
const maxNumber = 1e15

func (in *input) value(row *csvfile.Row, c *column, currency string) any {
	switch c.kind {
	case merge.Amount:
		if minor, ok := row.Minor(c.name, currency); ok {
			return postlift.Money{Minor: minor, Currency: currency}
		}
		return nil
	case merge.Number:
		if v, ok := row.Float(c.name, -maxNumber, maxNumber); ok {
			return v
		}
		return nil
	case merge.Day:
		if d := row.Date(c.name); !d.IsZero() {
			return d.String()
		}
		return nil
	case merge.List:
		return in.list(row, c.name, currency)
	}
	s := row.Text
	if c.own || c.list != "" {
		s = row.Verbatim
	}
	if v := s(c.name); v != "" {
		return v
	}
	return nil
}

// list reads a list written as JSON: rows with the list's own fields.
func (in *input) list(row *csvfile.Row, name, currency string) any {
	text := row.Verbatim(name)
	if text == "" {
		return nil
	}
	rows, err := parseRows(text, name, in.vars, currency)
	if err != nil {
		row.Reject(name, "list", text, postlift.UserText(err))
		return nil
	}
	return rows
}
