package rules

import "strings"

// movingFields are the fields whose value changes from one day to the next although nothing happens, beside those that
// count days and those that look back over a window: what contracts and opportunities are on a day.
var movingFields = map[string]bool{"customer_days": true, "has_open_contract": true, "open_contracts": true, "contract_monthly": true,
	"next_term_end_on": true, "next_notice_on": true, "contract.products": true, "contract.groups": true, "contract.auto_renews": true}

// MovesByDay tells whether the field's value depends on the day on which it is asked.
func (f *Field) MovesByDay() bool {
	if f.Custom {
		return false
	}
	return movingFields[f.Name] || strings.HasSuffix(f.Name, "_12m") || strings.HasSuffix(f.Name, "_365d") ||
		strings.Contains(f.Name, "days_since_") || strings.HasPrefix(f.Name, "days_to_")
}

// MovesByDay tells whether the rule's own text can take other accounts on another day although no data has changed: it
// names a relative date, or a field that moves. Saved rules that it refers to are not looked at.
func (n *Node) MovesByDay(c *Catalogue) bool {
	moves := false
	n.walk(func(n *Node) {
		f, known := c.Field(n.Field)
		moves = moves || known && f.MovesByDay() || n.Value != nil && n.Value.kind == relativeLiteral
		for _, v := range n.Values {
			moves = moves || v.kind == relativeLiteral
		}
	})
	return moves
}
