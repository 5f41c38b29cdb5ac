package responses

import (
	"testing"

	"postlift"
)

func TestCouponsCreditOwnLettersAndLeaksCreditNothing(t *testing.T) {
	day := postlift.MustDate
	runs := []Span{
		{RunID: 1, PostedOn: day("2026-03-01"), InHomeOn: day("2026-03-03"), EndsOn: day("2026-05-02"), Coupons: []string{"FAIR-26"}},
		{RunID: 2, PostedOn: day("2026-04-01"), InHomeOn: day("2026-04-03"), EndsOn: day("2026-06-02"), Coupons: []string{"Spring"}},
	}
	pieces := []MailedPiece{
		{ID: 11, RunID: 1, AccountID: 1, Code: "C1", Token: "T1", PostedOn: day("2026-03-01")},
		{ID: 12, RunID: 1, AccountID: 4, Code: "C2", Token: "T2", PostedOn: day("2026-03-01"), Returned: true},
		{ID: 21, RunID: 2, AccountID: 1, Code: "C3", Token: "T3", PostedOn: day("2026-04-01")},
	}
	held := []HeldOut{{RunID: 1, AccountID: 2}}
	for _, c := range []struct {
		name      string
		order     Order
		piece     int64 // -1: no credit, 0: held out
		method    string
		leak      int64
		arm       string
		matchedBy string
	}{
		{"coupon of the earlier letter, not the later one", Order{AccountID: 1, PlacedOn: day("2026-04-20"), Code: "fair 26"}, 11, ByCode, 0, "", ""},
		{"before in-home, after posting", Order{AccountID: 1, PlacedOn: day("2026-03-02"), Code: "FAIR-26"}, 11, ByCode, 0, "", ""},
		{"a returned letter, known by other ways", Order{AccountID: 4, PlacedOn: day("2026-03-20"), Code: "FAIR26"}, 12, ByCode, 0, "", ""},
		{"held out", Order{AccountID: 2, PlacedOn: day("2026-03-20"), Code: "FAIR26"}, 0, ByCustomer, 1, ArmHoldout, ""},
		{"held out, before in-home: a leak all the same", Order{AccountID: 2, PlacedOn: day("2026-03-02"), Code: "FAIR26"}, -1, "", 1, ArmHoldout, ""},
		{"never mailed", Order{AccountID: 9, PlacedOn: day("2026-03-20"), Code: "FAIR26"}, -1, "", 1, ArmUnmailed, ""},
		{"after the window", Order{AccountID: 9, PlacedOn: day("2026-05-20"), Code: "FAIR26"}, -1, "", 0, "", ""},
		{"a letter passed on credits the letter and is a leak", Order{AccountID: 2, PlacedOn: day("2026-03-20"), Code: "C1"}, 11, ByCode, 1, ArmHoldout, ""},
		{"the other run's code from a mailed account", Order{AccountID: 4, PlacedOn: day("2026-04-20"), Code: "spring"}, -1, "", 2, ArmUnmailed, ""},
		{"by name and address", Order{AccountID: 1, PlacedOn: day("2026-04-20"), MatchedBy: ByName}, 21, ByName, 0, "", ""},
		{"held out, recognised in the same way", Order{AccountID: 2, PlacedOn: day("2026-04-20"), MatchedBy: ByCompany}, 0, ByCompany, 0, "", ""},
		{"known by an old letter's code", Order{AccountID: 1, PlacedOn: day("2026-04-20"), MatchedBy: ByCode}, 21, ByCustomer, 0, "", ""},
	} {
		got, credited := NewPicker(runs, pieces, held)(c.order)
		if credited != (c.piece >= 0) || credited && (got.PieceID != c.piece || got.Method != c.method) || got.LeakRun != c.leak || got.LeakArm != c.arm {
			t.Errorf("%s: %v %+v", c.name, credited, got)
		}
	}
}

func TestPathCountsAccountsOnceAndTakesMedians(t *testing.T) {
	home := postlift.MustDate("2026-03-03")
	counts := []PathCount{
		{Arm: ArmAssigned, Accounts: 200}, {Arm: ArmHoldout, Accounts: 50},
		{Stage: PathVisit, Arm: ArmAssigned, InHome: home, On: home.AddDays(-1), Accounts: 1}, // came a day early
		{Stage: PathVisit, Arm: ArmAssigned, InHome: home, On: home.AddDays(4), Accounts: 1},
		{Stage: PathOrder, Arm: ArmAssigned, InHome: home, On: home.AddDays(2), Method: ByCode, Accounts: 3},
		{Stage: PathOrder, Arm: ArmAssigned, InHome: home.AddDays(30), On: home.AddDays(40), Method: ByCompany, Accounts: 2}, // of a later wave
		{Stage: PathOrder, Compared: true, Arm: ArmAssigned, InHome: home, On: home.AddDays(8), Accounts: 40},
		{Stage: PathOrder, Compared: true, Arm: ArmHoldout, InHome: home, On: home.AddDays(9), Accounts: 5},
	}
	path := Path(counts, CodeLeaks{HeldOut: 2, Orders: 3})
	if len(path) != len(PathStages) {
		t.Fatalf("%d stages", len(path))
	}
	visit, order := path[0], path[len(path)-1]
	if visit.Accounts != 2 || *visit.MedianDays != 2 || visit.Share != .01 || !visit.Leading || visit.Compared != nil || visit.Indicator.DE == "" {
		t.Errorf("visit: %+v", visit)
	}
	if order.Accounts != 5 || *order.MedianDays != 2 || order.Leading || order.ByMethod[ByCode] != 3 || order.ByMethod[ByCompany] != 2 {
		t.Errorf("order: %+v", order)
	}
	if c := order.Compared; c.Mailed != 40 || c.HeldOut != 5 || c.MailedShare != .2 || c.HeldOutShare != .1 || *c.HeldOutMedianDays != 9 {
		t.Errorf("compared: %+v", c)
	}
	if order.Leaks.HeldOutShare != .04 {
		t.Errorf("leaks: %+v", order.Leaks)
	}
	if quote := path[4]; quote.Name != PathQuote || quote.MedianDays != nil || quote.Compared == nil || quote.Compared.HeldOut != 0 {
		t.Errorf("quote: %+v", quote)
	}
}
