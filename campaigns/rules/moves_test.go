package rules

import (
	"strings"
	"testing"
)

// TestMovesByDay: relative dates, counts of days, windows that look back and what holds on a day make a rule move;
// what stands in the data does not.
func TestMovesByDay(t *testing.T) {
	c := Builtin()
	for text, want := range map[string]bool{
		`last_order_on < days_ago(90)`:                         true,
		`first_order_on in ["2025-01-01", "2025-01-02"]`:       false,
		`last_order_on < "2026-01-01"`:                         false,
		`days_since_last_order > 120`:                          true,
		`group.days_since_last_mail > 30`:                      true,
		`days_to_notice_deadline < 60`:                         true,
		`customer_days > 365`:                                  true,
		`revenue_12m > 100`:                                    true,
		`group.mails_365d == 0`:                                true,
		`has_open_contract`:                                    true,
		`country == "DE" and (clv.residual > 1 or orders > 2)`: false,
		`not (country == "DE" and orders_12m > 2)`:             true,
		`in_segment("x")`:                                      false,
	} {
		n, err := c.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		if got := n.MovesByDay(c); got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
}

// TestFieldsOfDaysMove: a field that is measured in days, or says in its name that it looks back, is never taken for
// one that stands still.
func TestFieldsOfDaysMove(t *testing.T) {
	for _, f := range Builtin().Fields() {
		looksBack := f.Unit == "days" || strings.Contains(f.EN, "in 12 months") || strings.Contains(f.EN, "in 365 days")
		if looksBack && !f.MovesByDay() {
			t.Errorf("%s stands still", f.Name)
		}
	}
}
