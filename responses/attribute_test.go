package responses

import (
	"fmt"
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"postlift"
)

func TestAttributeRules(t *testing.T) {
	day := postlift.MustDate
	runs := []Span{
		{RunID: 1, PostedOn: day("2026-03-01"), InHomeOn: day("2026-03-03"), EndsOn: day("2026-05-02")},
		{RunID: 2, PostedOn: day("2026-04-01"), InHomeOn: day("2026-04-03"), EndsOn: day("2026-06-02")},
	}
	pieces := []MailedPiece{
		{ID: 11, RunID: 1, AccountID: 1, Code: "K7M29QXP4TB", Token: "AAAA", PostedOn: day("2026-03-01")},
		{ID: 12, RunID: 1, AccountID: 1, Code: "C2", Token: "BBBB", PostedOn: day("2026-03-01")},
		{ID: 13, RunID: 1, AccountID: 3, Code: "C3", Token: "CCCC", PostedOn: day("2026-03-01"), Returned: true},
		{ID: 21, RunID: 2, AccountID: 1, Code: "C4", Token: "DDDD", PostedOn: day("2026-04-01")},
	}
	held := []HeldOut{{RunID: 1, AccountID: 2}, {RunID: 2, AccountID: 2}, {RunID: 2, AccountID: 3}}
	for _, c := range []struct {
		name       string
		order      Order
		run, piece int64 // 0: no credit
		method     string
	}{
		{"code as typed", Order{AccountID: 9, PlacedOn: day("2026-04-20"), Code: "k7m2-9qxp-4tb"}, 1, 11, ByCode},
		{"token from the code field", Order{AccountID: 1, PlacedOn: day("2026-03-01"), Code: "aaaa"}, 1, 11, ByCode},
		{"code before the posting", Order{AccountID: 9, PlacedOn: day("2026-02-28"), Code: "AAAA"}, 0, 0, ""},
		{"code after the window: by customer", Order{AccountID: 1, PlacedOn: day("2026-05-20"), Code: "AAAA"}, 2, 21, ByCustomer},
		{"first day", Order{AccountID: 1, PlacedOn: day("2026-03-03")}, 1, 11, ByCustomer},
		{"before in-home", Order{AccountID: 1, PlacedOn: day("2026-03-02")}, 0, 0, ""},
		{"the later letter", Order{AccountID: 1, PlacedOn: day("2026-04-03")}, 2, 21, ByCustomer},
		{"last day", Order{AccountID: 1, PlacedOn: day("2026-06-02")}, 2, 21, ByCustomer},
		{"a day too late", Order{AccountID: 1, PlacedOn: day("2026-06-03")}, 0, 0, ""},
		{"returned letter, no code: the holdout it is in", Order{AccountID: 3, PlacedOn: day("2026-04-10")}, 2, 0, ByCustomer},
		{"returned letter, with code", Order{AccountID: 3, PlacedOn: day("2026-04-10"), Code: "C3"}, 1, 13, ByCode},
		{"held out of two runs", Order{AccountID: 2, PlacedOn: day("2026-04-10")}, 2, 0, ByCustomer},
		{"nobody's", Order{AccountID: 7, PlacedOn: day("2026-04-10"), Code: "XYZ"}, 0, 0, ""},
	} {
		got := Attribute(runs, pieces, held, []Order{c.order})
		if c.run == 0 {
			if len(got) != 0 {
				t.Errorf("%s: credited %+v", c.name, got)
			}
			continue
		}
		if len(got) != 1 || got[0].RunID != c.run || got[0].PieceID != c.piece || got[0].Method != c.method {
			t.Errorf("%s: %+v, want run %d piece %d %s", c.name, got, c.run, c.piece, c.method)
		}
		if arm := got[0].Arm; (arm == ArmHoldout) != (c.piece == 0) {
			t.Errorf("%s: arm %s", c.name, arm)
		}
	}
}

// One order is credited at most once, inside the window of the run it is credited to, whatever the order
// in which pieces and runs are listed.
func TestAttributeProperties(t *testing.T) {
	start := postlift.MustDate("2026-01-01")
	rapid.Check(t, func(t *rapid.T) {
		var runs []Span
		var pieces []MailedPiece
		var held []HeldOut
		for r := range rapid.IntRange(1, 4).Draw(t, "runs") {
			posted := start.AddDays(rapid.IntRange(0, 60).Draw(t, "posted"))
			s := Span{RunID: int64(r + 1), PostedOn: posted, InHomeOn: posted.AddDays(2), EndsOn: posted.AddDays(rapid.IntRange(3, 60).Draw(t, "days"))}
			runs = append(runs, s)
			for a := range int64(6) {
				switch rapid.IntRange(0, 2).Draw(t, "arm") {
				case 0:
					id := int64(len(pieces) + 1)
					pieces = append(pieces, MailedPiece{ID: id, RunID: s.RunID, AccountID: a, Code: fmt.Sprint("C", id), Token: fmt.Sprint("T", id), PostedOn: posted})
				case 1:
					held = append(held, HeldOut{RunID: s.RunID, AccountID: a})
				}
			}
		}
		var orders []Order
		for i := range int64(20) {
			o := Order{ID: i, AccountID: rapid.Int64Range(0, 6).Draw(t, "account"), PlacedOn: start.AddDays(rapid.IntRange(0, 130).Draw(t, "day"))}
			if len(pieces) > 0 && rapid.Bool().Draw(t, "coded") {
				o.Code = pieces[rapid.IntRange(0, len(pieces)-1).Draw(t, "code")].Code
			}
			orders = append(orders, o)
		}
		got := Attribute(runs, pieces, held, orders)
		byRun, seen := map[int64]Span{}, map[int64]bool{}
		for _, s := range runs {
			byRun[s.RunID] = s
		}
		for _, c := range got {
			placed, s := orders[c.OrderID].PlacedOn, byRun[c.RunID]
			if seen[c.OrderID] || placed < s.PostedOn || placed > s.EndsOn || c.Method == ByCustomer && placed < s.InHomeOn {
				t.Fatalf("credit %+v of an order on %s in %+v", c, placed, s)
			}
			seen[c.OrderID] = true
		}
		again := Attribute(rapid.Permutation(runs).Draw(t, "runs"), rapid.Permutation(pieces).Draw(t, "pieces"), rapid.Permutation(held).Draw(t, "held"), orders)
		if !reflect.DeepEqual(got, again) {
			t.Fatalf("listed otherwise: %+v, then %+v", got, again)
		}
	})
}
