package campaigns

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
// The account is taken where the outcome is Met, exactly as by the compiled rule.
func Explain(n *Node, facts *Facts, currency string) Explained {
	e := Explained{Text: n.Text(), Op: n.Op, Field: n.Field}
	switch n.Op {
	case OpAll, OpAny, OpNot:
		for _, c := range n.Nodes {
			e.Parts = append(e.Parts, Explain(c, facts, currency))
		}
		e.Outcome = combine(n.Op, e.Parts)
		return e
	}
	f, _ := FieldNamed(n.Field)
	e.Value = facts.Value(f, currency)
	switch {
	case facts.Missing(f) && n.Op != OpIsEmpty:
		e.Outcome = Unknown
	case compile(n, false, currency)(facts):
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
