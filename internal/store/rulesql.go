package store

import (
	"encoding/json"
	"math"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"postlift"
	"postlift/campaigns/rules"
	"postlift/migrations"
)

// ruleQuery is a bound rule in SQL: SELECT a.id FROM <from> WHERE <where> gives the accounts that it takes. args
// belong to the placeholders of where.
type ruleQuery struct {
	from, where string
	args        []any
}

// ruleSQL compiles a bound rule for the facts of a date, which account_features must stand for. With ids the query
// reads the accounts of idList only, which then stands before SELECT, its parameter before args.
func (s *Store) ruleSQL(t *rules.Term, asOf postlift.Date, ids bool) (ruleQuery, error) {
	w := s.newRuleWriter(asOf)
	where, err := w.write(t)
	if err != nil {
		return ruleQuery{}, err
	}
	if ids {
		where = "a.id = ids.id AND " + where
	}
	return ruleQuery{from: w.from(ids), where: where, args: w.args}, nil
}

// ruleWriter writes conditions. As Term.Compile does, it pushes negations down to the clauses first, where a
// clause is written so that it is true, negated or not, for known values only; so it does not matter to what is
// around it whether a clause is false or NULL.
type ruleWriter struct {
	factSource
	b    strings.Builder
	args []any
	err  error
}

func (s *Store) newRuleWriter(asOf postlift.Date) *ruleWriter {
	return &ruleWriter{factSource: s.newFactSource(asOf)}
}

// write gives the condition of a rule in brackets; its parameters go behind those written before.
func (w *ruleWriter) write(t *rules.Term) (string, error) {
	w.b.Reset()
	w.need(t, false)
	w.b.WriteByte('(')
	w.condition(t, false)
	w.b.WriteByte(')')
	return w.b.String(), w.err
}

// plainColumn is an expression that is unknown where its table has no row.
var plainColumn = regexp.MustCompile(`^(f|sc)\.[a-z0-9_]+( > 0)?$`)

// need notes the tables without whose row the rule is never true.
func (w *ruleWriter) need(t *rules.Term, negate bool) {
	switch t.Op {
	case rules.OpNot:
		w.need(t.Terms[0], !negate)
	case rules.OpInSegment:
		if !negate {
			w.need(t.Terms[0], false)
		}
	case rules.OpAll, rules.OpAny:
		if (t.Op == rules.OpAny) == negate {
			for _, part := range t.Terms {
				w.need(part, negate)
			}
		}
	default:
		column, err := w.store.columnOf(t.Field)
		if err != nil || t.Op == rules.OpIsEmpty && !negate {
			return
		}
		if found := plainColumn.FindStringSubmatch(column.expr); found != nil {
			w.needs[found[1]] = true
		}
	}
}

func (w *ruleWriter) condition(t *rules.Term, negate bool) {
	switch t.Op {
	case rules.OpNot:
		w.condition(t.Terms[0], !negate)
	case rules.OpInSegment: // an account is in a segment or it is not
		w.b.WriteByte('(')
		w.condition(t.Terms[0], false)
		w.b.WriteString(map[bool]string{false: ")", true: ") IS NOT TRUE"}[negate])
	case rules.OpAll, rules.OpAny:
		word := " OR "
		if (t.Op == rules.OpAll) != negate {
			word = " AND "
		}
		w.group(t.Terms, word, negate)
	default:
		w.clause(t, negate)
	}
}

// group brackets its parts in halves: engines bound how deep an expression may nest, and a chain of n parts
// nests n deep.
func (w *ruleWriter) group(parts []*rules.Term, word string, negate bool) {
	if len(parts) == 1 {
		w.condition(parts[0], negate)
		return
	}
	half := len(parts) / 2
	w.b.WriteByte('(')
	w.group(parts[:half], word, negate)
	w.b.WriteString(word)
	w.group(parts[half:], word, negate)
	w.b.WriteByte(')')
}

func (w *ruleWriter) clause(t *rules.Term, negate bool) {
	column, err := w.store.columnOf(t.Field)
	if err != nil {
		w.err = err
		return
	}
	column = w.read(column)
	switch {
	case column.as == asSet:
		w.set(t, column, negate)
	case column.as == asText:
		w.text(t, column.expr, negate)
	case t.Op == rules.OpIsEmpty:
		w.puts("(", column.expr, map[bool]string{false: ") IS NULL", true: ") IS NOT NULL"}[negate])
	case column.as == asFlag:
		if ((t.Number != 0) == (t.Op == rules.OpEqual)) == negate {
			w.b.WriteString("NOT ")
		}
		w.puts("(", column.expr, ")")
	default:
		w.ordered(t, column, negate)
	}
}

func (w *ruleWriter) puts(texts ...string) {
	for _, s := range texts {
		w.b.WriteString(s)
	}
}

// comparisons are operators in SQL; opposite gives the one that is true of a known value where the other is not,
// mirrored the one with both sides exchanged.
var (
	comparisons = map[string]string{rules.OpEqual: "=", rules.OpNotEqual: "<>", rules.OpLess: "<", rules.OpAtMost: "<=", rules.OpGreater: ">", rules.OpAtLeast: ">="}
	opposite    = map[string]string{"=": "<>", "<>": "=", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
	mirrored    = map[string]string{"=": "=", "<>": "<>", "<": ">", ">": "<", "<=": ">=", ">=": "<="}
)

// ordered writes a comparison of a number or a date, or its place in a list.
func (w *ruleWriter) ordered(t *rules.Term, column factColumn, negate bool) {
	x := column.expr
	switch column.as {
	case asMinor:
		x = w.wholeMinor(x)
	case asNumber:
		x = w.asFloat(x, t)
	case asISODate:
		if w.store.dialect == migrations.Postgres {
			x = "(" + x + `) COLLATE "C"`
		}
	}
	if t.Op == rules.OpIn {
		w.puts(x, map[bool]string{false: " IN (", true: " NOT IN ("}[negate])
		for i, v := range t.Numbers {
			if i > 0 {
				w.b.WriteString(", ")
			}
			w.literal(column.as, "=", v)
		}
		w.b.WriteByte(')')
		return
	}
	op := comparisons[t.Op]
	if negate {
		op = opposite[op]
	}
	if column.as == daysSince {
		w.puts(x, " ", mirrored[op], " ")
	} else {
		w.puts(x, " ", op, " ")
	}
	w.literal(column.as, op, t.Number)
}

// literal writes a value that a column read as such is compared with by op.
func (w *ruleWriter) literal(as reading, op string, v float64) {
	switch as {
	case asDate:
		w.b.WriteString(w.store.dateLiteral(postlift.Date(v)))
	case asISODate:
		w.puts("'", postlift.Date(v).String(), "'")
	case daysSince, daysUntil:
		w.b.WriteString(w.store.dateLiteral(w.dayAt(as, op, v)))
	default:
		w.number(v)
	}
}

// maxExact bounds the whole numbers that a float64 holds each.
const maxExact = 1 << 53

func (w *ruleWriter) number(v float64) {
	if v == math.Trunc(v) && math.Abs(v) < maxExact {
		w.b.WriteString(strconv.FormatInt(int64(v), 10))
		return
	}
	w.argument("DOUBLE PRECISION", v)
}

// asFloat lets a column count as the float64 that facts hold, where the difference shows.
func (w *ruleWriter) asFloat(x string, t *rules.Term) string {
	large := math.Abs(t.Number) >= maxExact
	for _, v := range t.Numbers {
		large = large || math.Abs(v) >= maxExact
	}
	if large {
		return "CAST(" + x + " AS DOUBLE PRECISION)"
	}
	return x
}

// wholeMinor is SQL for a positive number rounded half up. Neither engine's own rounding agrees with Go's: one
// rounds half to even, the other adds a half first, which takes 0.49999999999999994 to 1.
func (w *ruleWriter) wholeMinor(x string) string {
	whole := "CAST(" + x + " AS INTEGER)"
	if w.store.dialect == migrations.Postgres {
		whole = "TRUNC(" + x + ")"
	}
	return "(" + whole + " + CASE WHEN " + x + " - " + whole + " >= 0.5 THEN 1 ELSE 0 END)"
}

// dayAt is the day with which a date is compared in place of the number v of days between it and the facts' date:
// the comparison then needs no arithmetic. A number with a fraction moves to the next whole one that decides
// alike; a number of days out of the calendar gives a day before or after all others.
func (w *ruleWriter) dayAt(as reading, op string, v float64) postlift.Date {
	switch whole := math.Floor(v); {
	case whole == v:
	case op == "<" || op == ">=":
		v = whole + 1
	case op == ">" || op == "<=":
		v = whole
	default:
		return 0 // equal to none
	}
	if as == daysSince {
		v = -v
	}
	return postlift.Date(math.Max(0, math.Min(float64(w.asOf)+v, math.MaxInt32)))
}

// text writes a clause about a text, of which the empty one is a missing value.
func (w *ruleWriter) text(t *rules.Term, x string, negate bool) {
	known := func() {
		if negate {
			w.puts(x, " <> '' AND ")
		}
	}
	not := map[bool]string{true: "NOT "}[negate]
	switch t.Op {
	case rules.OpIsEmpty:
		if negate {
			w.puts(x, " <> ''")
			return
		}
		w.puts("COALESCE(", x, ", '') = ''")
	case rules.OpIn:
		known()
		if len(t.Texts) == 0 {
			w.b.WriteString(map[bool]string{false: "FALSE", true: "TRUE"}[negate])
			return
		}
		w.puts(x, " ", not, "IN ")
		w.list(t.Texts)
	case rules.OpContains, rules.OpStartsWith, rules.OpEndsWith:
		known()
		w.puts(not, "(")
		w.part(t, x)
		w.b.WriteByte(')')
	default:
		op := comparisons[t.Op]
		if negate {
			op = opposite[op]
		}
		if op == "<>" {
			w.puts(x, " <> '' AND ")
		}
		w.puts(x, " ", op, " ")
		w.parameter(t.Text)
	}
}

// part compares a part of a text without patterns, in which characters might mean something.
func (w *ruleWriter) part(t *rules.Term, x string) {
	postgres, n := w.store.dialect == migrations.Postgres, strconv.Itoa(utf8.RuneCountInString(t.Text))
	switch {
	case t.Op == rules.OpContains:
		w.puts(map[bool]string{false: "INSTR(", true: "STRPOS("}[postgres], x, ", ")
		w.parameter(t.Text)
		w.b.WriteString(") > 0")
		return
	case t.Op == rules.OpStartsWith:
		w.puts("SUBSTR(", x, ", 1, ", n, ") = ")
	case postgres:
		w.puts("RIGHT(", x, ", ", n, ") = ")
	default:
		w.puts("SUBSTR(", x, ", -", n, ") = ")
	}
	w.parameter(t.Text)
}

// set writes a clause about a set of texts, which is never missing.
func (w *ruleWriter) set(t *rules.Term, column factColumn, negate bool) {
	if t.Op == rules.OpIn && len(t.Texts) == 0 {
		w.b.WriteString(map[bool]string{false: "FALSE", true: "TRUE"}[negate])
		return
	}
	if negate != (t.Op == rules.OpIsEmpty) {
		w.b.WriteString("NOT ")
	}
	w.puts("EXISTS (SELECT 1 FROM ", column.from)
	switch t.Op {
	case rules.OpIn:
		w.puts(" AND ", column.expr, " IN ")
		w.list(t.Texts)
	case rules.OpContains:
		w.puts(" AND ", column.expr, " = ")
		w.parameter(t.Text)
	}
	w.b.WriteByte(')')
}

func (w *ruleWriter) parameter(text string) { w.argument("TEXT", text) }

// argument writes a placeholder; PostgreSQL would take its type from what stands around it.
func (w *ruleWriter) argument(of string, v any) {
	if w.store.dialect == migrations.Postgres {
		w.puts("CAST(? AS ", of, ")")
	} else {
		w.b.WriteByte('?')
	}
	w.args = append(w.args, v)
}

// Lists up to shortList are parameters of their own, unless a rule has very many; longer ones are one JSON
// parameter, as engines bound the number of parameters.
const (
	shortList = 16
	manyArgs  = 8000
)

func (w *ruleWriter) list(texts []string) {
	if len(texts) <= shortList && len(w.args) < manyArgs {
		w.b.WriteByte('(')
		for i, s := range texts {
			if i > 0 {
				w.b.WriteString(", ")
			}
			w.parameter(s)
		}
		w.b.WriteByte(')')
		return
	}
	document, err := json.Marshal(texts)
	if err != nil {
		w.err = err
		return
	}
	w.b.WriteString(map[bool]string{false: "(SELECT value FROM json_each(?))",
		true: "(SELECT value FROM jsonb_array_elements_text(CAST(? AS JSONB)) AS value)"}[w.store.dialect == migrations.Postgres])
	w.args = append(w.args, string(document))
}
