package columns

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"postlift"
	"postlift/accounts/csvfile"
)

const readOp = "experiment"

// Read reads a table of rows, plain or gzip by its first bytes, whatever separator and decimal sign it has. Every cell
// of a named column must hold a value: an empty one, NaN or an infinity is an Invalid fault that names the row.
func Read(r io.Reader, roles Roles) (Table, error) {
	plain, err := unzipped(r)
	if err != nil {
		return Table{}, err
	}
	p := newPlan(roles)
	if err := p.check(); err != nil {
		return Table{}, err
	}
	in, err := csvfile.Open(plain, p.columns, csvfile.Options{})
	if err != nil {
		return Table{}, err
	}
	if err := p.open(in); err != nil {
		return Table{}, err
	}
	for {
		row, err := in.Next()
		if errors.Is(err, io.EOF) {
			return p.table()
		}
		if err != nil {
			return Table{}, err
		}
		if err := p.take(row); err != nil {
			return Table{}, err
		}
	}
}

func unzipped(r io.Reader) (io.Reader, error) {
	buf := bufio.NewReaderSize(r, 1<<16)
	if head, _ := buf.Peek(2); !bytes.Equal(head, []byte{0x1f, 0x8b}) { // an error shows again when the text is read
		return buf, nil
	}
	z, err := gzip.NewReader(buf)
	if err != nil {
		return nil, &postlift.Fault{Kind: postlift.Invalid, Op: readOp, Text: "the file begins like gzip and cannot be unpacked", Cause: err}
	}
	return z, nil
}

// numbers and names are the columns of a plan as they are filled.
type numbers struct {
	name   string
	flag   bool // 0 to 1 only
	values []float64
	comma  bool
}

type names struct {
	name  string
	codes Codes
	seen  map[string]int32
}

// plan is which columns are read as what.
type plan struct {
	roles   Roles
	columns []csvfile.Column
	numbers []*numbers
	names   []*names
	format  csvfile.Format
}

func newPlan(roles Roles) *plan {
	p := &plan{roles: roles}
	for _, name := range append([]string{roles.Outcome, roles.Denominator, roles.Propensity, roles.Delivered}, roles.Covariates...) {
		if name != "" && p.number(name) == nil {
			p.numbers = append(p.numbers, &numbers{name: key(name), flag: key(name) == key(roles.Delivered)})
			p.add(name, csvfile.Number)
		}
	}
	for _, name := range []string{roles.Arm, roles.Cluster, roles.Stratum, roles.Pair} {
		if name != "" && p.codes(name) == nil {
			p.names = append(p.names, &names{name: key(name), seen: map[string]int32{}})
			p.add(name, csvfile.Text)
		}
	}
	return p
}

func key(name string) string { return strings.ToLower(strings.TrimSpace(name)) }

func (p *plan) add(name string, kind csvfile.Type) {
	if !slices.ContainsFunc(p.columns, func(c csvfile.Column) bool { return c.Name == key(name) }) {
		p.columns = append(p.columns, csvfile.Column{Name: key(name), Type: kind, Exact: true})
	}
}

func (p *plan) number(name string) *numbers {
	for _, c := range p.numbers {
		if c.name == key(name) {
			return c
		}
	}
	return nil
}

func (p *plan) codes(name string) *names {
	for _, c := range p.names {
		if c.name == key(name) {
			return c
		}
	}
	return nil
}

// check refuses roles that contradict each other.
func (p *plan) check() error {
	r := p.roles
	needed := []struct{ what, value string }{{"the column of the arms (--arm)", r.Arm}, {"the name of the control arm (--control)", r.Control}, {"the column of the outcome (--outcome)", r.Outcome}}
	for _, n := range needed {
		if strings.TrimSpace(n.value) == "" {
			return postlift.Faultf(postlift.Invalid, readOp, "%s is missing", n.what)
		}
	}
	used := map[string]string{}
	for _, c := range []struct{ role, name string }{{"arm", r.Arm}, {"outcome", r.Outcome}, {"denominator", r.Denominator}, {"cluster", r.Cluster}, {"pair", r.Pair}, {"propensity", r.Propensity}, {"delivered", r.Delivered}} {
		if c.name == "" {
			continue
		}
		if other, twice := used[key(c.name)]; twice {
			return postlift.Faultf(postlift.Invalid, readOp, "column %q is named as %s and as %s; a column has one of these roles", c.name, other, c.role)
		}
		used[key(c.name)] = c.role
	}
	seen := map[string]bool{}
	for _, c := range r.Covariates {
		if role := used[key(c)]; role != "" && role != "propensity" {
			return postlift.Faultf(postlift.Invalid, readOp, "column %q is the %s; a covariate is what was known before the draw", c, role)
		}
		if seen[key(c)] {
			return postlift.Faultf(postlift.Invalid, readOp, "covariate %q is named twice", c)
		}
		seen[key(c)] = true
	}
	switch {
	case r.Pair != "" && (r.Stratum != "" || r.Propensity != "" || r.Denominator != ""):
		return postlift.Faultf(postlift.Invalid, readOp, "pairs are compared within themselves: leave --stratum, --propensity and --denominator away")
	case r.Propensity != "" && r.Denominator != "":
		return postlift.Faultf(postlift.Invalid, readOp, "a ratio of two outcomes cannot be weighted by propensities here: leave --propensity or --denominator away")
	}
	return nil
}

// open checks that every column is there.
func (p *plan) open(in *csvfile.Reader) error {
	for _, c := range p.columns {
		if in.Has(c.Name) {
			continue
		}
		var have []string
		for _, h := range in.Header() {
			have = append(have, key(h))
		}
		return postlift.Faultf(postlift.Invalid, readOp, "there is no column %q%s; the file has: %s", c.Name, csvfile.DidYouMean(have, c.Name), strings.Join(in.Header(), ", "))
	}
	p.format = in.Format()
	for _, c := range p.numbers {
		c.comma = p.format.Decimal[c.name] == ","
	}
	return nil
}

func (p *plan) take(row *csvfile.Row) error {
	if !row.OK() { // its structure is broken
		r := row.Rejects()[0]
		return postlift.Faultf(postlift.Invalid, readOp, "row %d: %s", row.Number(), r.Message)
	}
	for _, c := range p.numbers {
		v, err := c.read(row)
		if err != nil {
			return err
		}
		c.values = append(c.values, v)
	}
	for _, c := range p.names {
		text := row.Text(c.name)
		if text == "" {
			return postlift.Faultf(postlift.Invalid, readOp, "row %d, column %q: the cell is empty; every row needs one", row.Number(), c.name)
		}
		code, known := c.seen[text]
		if !known {
			code = int32(len(c.codes.Names))
			text = strings.Clone(text)
			c.seen[text] = code
			c.codes.Names = append(c.codes.Names, text)
		}
		c.codes.Of = append(c.codes.Of, code)
	}
	return nil
}

// read reads one number: as programs write it where that is plain, else as the column does.
func (c *numbers) read(row *csvfile.Row) (float64, error) {
	text := row.Text(c.name)
	refuse := func(what string) (float64, error) {
		return 0, postlift.Faultf(postlift.Invalid, readOp, "row %d, column %q: %s", row.Number(), c.name, what)
	}
	if text == "" {
		return refuse("the cell is empty; write 0 where nothing happened, or take the row out before the arms are compared")
	}
	v, err := strconv.ParseFloat(text, 64)
	if err != nil || c.comma && strings.ContainsAny(text, ".,") {
		var ok bool
		if v, ok = row.Float(c.name, -math.MaxFloat64, math.MaxFloat64); !ok {
			return refuse(strconv.Quote(text) + " is not a number")
		}
	}
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return refuse(strconv.Quote(text) + " cannot be compared; a number is needed")
	}
	if c.flag && (v < 0 || v > 1) {
		return refuse(strconv.Quote(text) + " is not 0 or 1 (delivered or not)")
	}
	return v, nil
}

func (p *plan) table() (Table, error) {
	r := p.roles
	t := Table{Roles: r, Separator: p.format.Separator, Decimal: p.format.Decimal[key(r.Outcome)]}
	column := func(name string) []float64 {
		if name == "" {
			return nil
		}
		return p.number(name).values
	}
	codes := func(name string) *Codes {
		if name == "" {
			return nil
		}
		return &p.codes(name).codes
	}
	t.Outcome, t.Denominator, t.Propensity, t.Delivered = column(r.Outcome), column(r.Denominator), column(r.Propensity), column(r.Delivered)
	for _, c := range r.Covariates {
		t.Covariates = append(t.Covariates, column(c))
	}
	t.Cluster, t.Stratum, t.Pair = codes(r.Cluster), codes(r.Stratum), codes(r.Pair)
	t.Arm = *codes(r.Arm)
	if t.Rows = len(t.Outcome); t.Rows == 0 {
		return t, postlift.Faultf(postlift.Invalid, readOp, "the file has a header and no rows")
	}
	return t, nil
}
