package rules

// Outcome is what a condition says of an account.
type Outcome string

// The outcomes of a condition, in Kleene's logic.
const (
	Met     Outcome = "met"
	NotMet  Outcome = "not_met"
	Unknown Outcome = "unknown" // a value is missing; an account is not taken for it
)

// Explained is one condition with what the account holds and what came of it. Groups carry their parts.
type Explained struct {
	Text    string      `json:"text"`
	Op      string      `json:"op"`
	Field   string      `json:"field,omitempty"`
	Value   any         `json:"value,omitempty"` // the account's value; absent where missing
	Outcome Outcome     `json:"outcome"`
	Parts   []Explained `json:"parts,omitempty"`
}

// Explain evaluates every clause, none skipped, and tells clause by clause why the account is in or out.
// The account is taken where the outcome is Met, exactly as by the compiled rule. Money is shown in the currency.
func (t *Term) Explain(facts *Facts, currency string) Explained {
	if t.Node.Op == OpNone && t.Op == OpNot { // shown as it was written: one group, not two
		e := t.Terms[0].Explain(facts, currency)
		e.Outcome = combine(OpNot, []Explained{e})
		return e
	}
	e := Explained{Text: t.Node.Text(), Op: t.Node.Op, Field: t.Node.Field}
	if t.Field != nil {
		e.Field = t.Field.Name // a circle names none, it is looked up in the main site's place
	}
	switch t.Op {
	case OpAll, OpAny, OpNot, OpInSegment:
		for _, c := range t.Terms {
			e.Parts = append(e.Parts, c.Explain(facts, currency))
		}
		e.Outcome = combine(t.Op, e.Parts)
		return e
	}
	e.Value = facts.Value(t.Field, currency)
	switch {
	case facts.Missing(t.Field) && t.Op != OpIsEmpty:
		e.Outcome = Unknown
	case t.Compile()(facts):
		e.Outcome = Met
	default:
		e.Outcome = NotMet
	}
	return e
}

func combine(op string, parts []Explained) Outcome {
	count := map[Outcome]int{}
	for _, p := range parts {
		count[p.Outcome]++
	}
	decisive, other := NotMet, Met // of all: one that is not met decides
	switch op {
	case OpAny:
		decisive, other = Met, NotMet
	case OpInSegment:
		if parts[0].Outcome == Unknown {
			return NotMet
		}
		return parts[0].Outcome
	case OpNot:
		return map[Outcome]Outcome{Met: NotMet, NotMet: Met, Unknown: Unknown}[parts[0].Outcome]
	}
	switch {
	case count[decisive] > 0:
		return decisive
	case count[Unknown] > 0:
		return Unknown
	}
	return other
}
