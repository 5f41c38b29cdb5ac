package store

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"postlift"
	"postlift/accounts"
)

// ruleAttributes are attributes of every type.
var ruleAttributes = []accounts.Attribute{{Name: "machines", Type: "number"}, {Name: "credit_limit", Type: "money"}, {Name: "trade_fair", Type: "text"},
	{Name: "key_account", Type: "boolean"}, {Name: "audit_on", Type: "date"}}

// oddWorld makes accounts up with everything that rules read, much of it missing, and texts that an engine might
// take for patterns or sort in its own way. The same seed gives the same rows on every engine.
type oddWorld struct {
	*rand.Rand
	t *testing.T
	s *Store
}

func makeOddWorld(t *testing.T, s *Store, seed uint64, n int) {
	t.Helper()
	w := oddWorld{Rand: rand.New(rand.NewPCG(seed, 1)), t: t, s: s}
	w.create(&designRow{ID: 1, UID: "dsg_1", Name: "x"})
	w.create(&designVersionRow{ID: 1, DesignID: 1, Version: 1, Class: "advertising", SHA256: "d1", Files: "{}", CreatedAt: testNow, Actor: "x"})
	w.create(&scoreRunRow{ID: 1, UID: "scr_1", AsOf: planDay, HorizonMonths: 36, Currency: "EUR", Params: "{}", Assumptions: "{}", Metrics: "{}", Status: "published", CreatedAt: testNow})
	w.create(&scorePointerRow{Name: publishedScores, RunID: 1})
	w.create(&exchangeRateRow{Currency: "GBP", ValidFrom: planDay.AddMonths(-18), Rate: 1.17})
	var employees []employeeRow
	for i := int64(1); i <= 3; i++ {
		employees = append(employees, employeeRow{ID: i, UID: fmt.Sprint("emp_", i), Source: "s", ExternalID: fmt.Sprint("E", i), LastName: "Beispiel"})
	}
	w.create(&employees)
	var list []accountRow
	for i := int64(1); i <= int64(n); i++ {
		list = append(list, w.account(i, n))
	}
	w.create(&list)
	w.letters(list)
	for i := range list {
		w.belongings(list[i].ID)
	}
}

func (w oddWorld) create(rows any) {
	w.t.Helper()
	if err := w.s.gormW.CreateInBatches(rows, 100).Error; err != nil {
		w.t.Fatal(err)
	}
}

func (w oddWorld) chance(p float64) bool { return w.Float64() < p }

func (w oddWorld) text(texts ...string) string {
	if w.chance(.2) {
		return ""
	}
	return texts[w.IntN(len(texts))]
}

// day is around the plan's day, often just where a period begins or ends.
func (w oddWorld) day() postlift.Date {
	switch w.IntN(4) {
	case 0:
		return planDay.AddMonths(-12 * w.IntN(3)).AddDays(w.IntN(3) - 1)
	case 1:
		return planDay.AddDays(w.IntN(3) - 366)
	}
	return planDay.AddDays(w.IntN(1500) - 1200)
}

func (w oddWorld) maybeDay() postlift.Date {
	if w.chance(.3) {
		return 0
	}
	return w.day()
}

func maybe[T any](w oddWorld, v T) *T {
	if w.chance(.3) {
		return nil
	}
	return &v
}

func (w oddWorld) account(i int64, n int) accountRow {
	key := fmt.Sprintf("s:%04d", 1+w.IntN(n))
	if w.chance(.5) {
		key = fmt.Sprintf("s:%04d", i)
	}
	return accountRow{ID: i, UID: fmt.Sprintf("acc_%04d", i), Source: "s", ExternalID: fmt.Sprintf("%04d", i), GroupKey: key,
		Name: w.text("Müller & Söhne", "100 % Stahl_bau", "muster gmbh", "Muster GmbH", `O"Neil?`, "Ärzte-Haus 🏥", "back\\slash'"), OwnerID: maybe(w, 1+w.Int64N(3)),
		Segment: w.text("Handel", "handel", "Bau", "%"), Industry: w.text("Stahl", "Stahlbau", "Chemie", "_"), EmployeeCount: maybe(w, w.Int64N(4)*50),
		Country: w.text("DE", "AT", "CH"), Language: w.text("de", "en", "de-AT"), AcquiredOn: w.maybeDay(), AcquisitionChannel: w.text("Messe", "Suche"),
		ServiceLevel: w.text("gold", "silver"), Status: w.text("active", "closed", "insolvent"), Dunning: w.chance(.2), Complaint: w.chance(.1), Custom: w.custom()}
}

// custom is an object in which values may be missing or of another type.
func (w oddWorld) custom() jsonText {
	if w.chance(.1) {
		return ""
	}
	values := map[string]any{}
	wrong := []any{nil, true, false, 7, 0.1, "7", "true", "Hannover", "hannover 100%", "2026-03-01", "2024-02-29", "2026-02-29", "2026-3-1", "now", []int{1}, map[string]int{"a": 1}}
	right := map[string][]any{"machines": {0, 1, 7, 0.1, 0.30000000000000004, -2.5, 1e15}, "credit_limit": {0, 100, 99999, -5}, "trade_fair": {"Hannover", "Nürnberg", "hannover 100%", ""},
		"key_account": {true, false}, "audit_on": {"2026-06-01", "2026-03-01", "2024-02-29", "2023-12-31", "2100-02-29", "2000-02-29", "0000-01-01"}}
	for _, a := range ruleAttributes {
		switch {
		case w.chance(.6):
			values[a.Name] = right[a.Name][w.IntN(len(right[a.Name]))]
		case w.chance(.7):
			values[a.Name] = wrong[w.IntN(len(wrong))]
		}
	}
	return toJSON(values)
}

func (w oddWorld) belongings(account int64) {
	w.sites(account)
	if w.chance(.85) {
		w.create(&[]scoreRow{w.score(account)})
	}
	w.orders(account)
	w.contracts(account)
	var deals []opportunityRow
	for i := range w.IntN(3) {
		id := account*10 + int64(i)
		deals = append(deals, opportunityRow{ID: id, UID: fmt.Sprint("opp_", id), Source: "s", ExternalID: fmt.Sprint(id), AccountID: account, Stage: w.text("Angebot", "Kontakt", "angebot"),
			Status: []string{"open", "open", "won", "lost"}[w.IntN(4)], AmountMinor: maybe(w, w.Int64N(5)*12345), Currency: []string{"EUR", "EUR", "GBP"}[w.IntN(3)], OpenedOn: w.day(), ClosesOn: w.maybeDay()})
	}
	var answers []responseRow
	for i := range w.IntN(3) {
		id := account*10 + int64(i)
		answers = append(answers, responseRow{ID: id, UID: fmt.Sprint("rsp_", id), Source: "s", ExternalID: fmt.Sprint(id), AccountID: &account,
			Kind: []string{"visit", "call", "quote", "return", "objection"}[w.IntN(5)], OccurredAt: w.day().Time().Add(time.Duration(w.IntN(24)) * time.Hour)})
	}
	if len(deals) > 0 {
		w.create(&deals)
	}
	if len(answers) > 0 {
		w.create(&answers)
	}
}

func (w oddWorld) sites(account int64) {
	for i := range w.IntN(4) {
		id := account*10 + int64(i)
		w.create(&siteRow{ID: id, UID: fmt.Sprint("sit_", id), Source: "s", ExternalID: fmt.Sprint(id), AccountID: account, Postcode: w.text("01067", "1067", "SW1A 1AA", "8001"),
			City: w.text("Dresden", "Zürich", "zürich", "Łódź"), Region: w.text("Sachsen", "SACHSEN"), Country: w.text("DE", "AT", "CH", "GB"), IsMain: w.chance(.3),
			Status: w.text("ok", "undeliverable", "moved")})
	}
	for i := range w.IntN(3) {
		id := account*10 + int64(i)
		w.create(&contactRow{ID: id, UID: fmt.Sprint("con_", id), Source: "s", ExternalID: fmt.Sprint(id), AccountID: account, LastName: "Beispiel",
			Role: w.text("management", "purchasing", "technical", "other"), Language: w.text("de", "en", "fr"), Status: []string{"active", "active", "left"}[w.IntN(3)]})
	}
}

func (w oddWorld) score(account int64) scoreRow {
	third := 1.0 / float64(1+w.IntN(9))
	sc := scoreRow{RunID: 1, AccountID: account, PAlive: third, ExpectedOrders: .1 + .2*third, CommittedMinor: w.Int64N(900), RenewalMinor: w.Int64N(900),
		AcquisitionMinor: w.Int64N(2) * 500, ResidualMinor: w.Int64N(5000) - 500, ProspectMinor: w.Int64N(900), WindowMarginMinor: w.Int64N(900), AssumedShare: third,
		Decile: 1 + w.Int64N(10), Flags: w.text("acquisition_unknown", "no_orders,acquisition_unknown,x", "margin_pooled", "not_acquisition_unknown"), ExpansionMinor: w.Int64N(100) - 50}
	if w.chance(.2) { // a run before the value engine
		return sc
	}
	sc.LowMinor, sc.MedianMinor, sc.HighMinor, sc.BreakEvenMinor = maybe(w, w.Int64N(900)), maybe(w, w.Int64N(900)), maybe(w, w.Int64N(900)), maybe(w, w.Int64N(900))
	sc.PExceedsCost, sc.PActive, sc.CLVToCAC = maybe(w, third), maybe(w, third*third), maybe(w, third*10)
	sc.PaybackMonth, sc.WindowCommittedMinor = maybe(w, w.Int64N(20)-1), maybe(w, w.Int64N(900)-100)
	sc.MeanOrderMinor = maybe(w, []float64{0, .49999999999999994, .5, 12345.5, 12346.5, 12345.499, third * 1e5}[w.IntN(7)])
	sc.RFM, sc.Tier = w.text("555", "312", "111"), w.text("A", "B", "C", "D", "E")
	sc.Stage = w.text("prospect", "new", "at_risk", "lost")
	return sc
}

func (w oddWorld) orders(account int64) {
	var orders []orderRow
	var lines []orderLineRow
	for i := range w.IntN(5) {
		id := account*10 + int64(i)
		orders = append(orders, orderRow{ID: id, Source: "s", ExternalID: fmt.Sprint(id), AccountID: account, DocType: []string{"order", "order", "order", "credit_note"}[w.IntN(4)],
			PlacedOn: w.day(), Currency: []string{"EUR", "EUR", "EUR", "GBP"}[w.IntN(4)], NetMinor: w.Int64N(30000) - 2000, MarginMinor: maybe(w, w.Int64N(900))})
		for l := range w.Int64N(3) {
			lines = append(lines, orderLineRow{OrderID: id, LineNo: l, Product: w.text("Pumpe", "Pumpe 7", "Öl"), ProductGroup: w.text("Pumpen", "Teile", "pumpen"), Quantity: 1})
		}
	}
	if len(orders) > 0 {
		w.create(&orders)
	}
	if len(lines) > 0 {
		w.create(&lines)
	}
}

func (w oddWorld) contracts(account int64) {
	for i := range w.IntN(3) {
		id := account*10 + int64(i)
		w.create(&contractRow{ID: id, UID: fmt.Sprint("ctr_", id), Source: "s", ExternalID: fmt.Sprint(id), AccountID: account, StartedOn: w.day(), TermMonths: 12, TermEndsOn: w.day(),
			NoticeDays: w.Int64N(90), AutoRenew: w.chance(.5), EndedOn: w.maybeDay(), Currency: "EUR"})
		w.create(&contractLineRow{ContractID: id, LineNo: 1, Product: w.text("Wartung S", "Wartung M"), ProductGroup: w.text("Wartung", "Miete"), MonthlyFeeMinor: w.Int64N(9000),
			ValidFrom: w.day(), ValidTo: w.maybeDay()})
	}
}

// letters gives a third of the accounts letters of two campaigns.
func (w oddWorld) letters(list []accountRow) {
	w.create(&ruleRow{ID: 1, UID: "rul_1", Name: "r"})
	w.create(&ruleVersionRow{ID: 1, RuleID: 1, Version: 1, Text: "x", Tree: "{}", CreatedAt: testNow, Actor: "x"})
	w.create(&vendorRow{ID: 1, UID: "vnd_1", Name: "V"})
	for i, name := range []string{"Spring 100%", "Herbst_Aktion"} {
		id := int64(i + 1)
		w.create(&campaignRow{ID: id, UID: fmt.Sprint("cmp_", id), Name: name, Class: "advertising", State: "released", Version: 1, CreatedAt: testNow})
		w.run(id)
		w.create(&batchRow{ID: id, UID: fmt.Sprint("bt_", id), RunID: id, VendorID: 1, State: "released", ChunkSize: 1, CreatedAt: testNow})
		var pieces []pieceRow
		for _, a := range list {
			if !w.chance(.33) {
				continue
			}
			uid := fmt.Sprintf("pc_%d_%d", id, a.ID)
			pieces = append(pieces, pieceRow{UID: uid, RunID: id, CampaignID: id, Step: 1, Pass: 1, Kind: []string{"live", "live", "proof"}[w.IntN(3)], AccountID: &a.ID, RecipientKey: uid,
				BatchID: id, Chunk: 1, SeqNo: a.ID, Token: uid, Code: uid, Language: "de", State: "posted", PostedOn: w.maybeDay()})
		}
		w.create(&pieces)
	}
}

// run inserts what the schema asks of a run, by hand: other tests care for what it may hold beside.
func (w oddWorld) run(id int64) {
	w.t.Helper()
	err := w.s.gormW.Exec(`INSERT INTO runs (id, uid, campaign_id, campaign_version, rule_version_id, design_version_id, score_run_id, salt, as_of, state, plan_hash, funnel, currency, cost_minor, window_days, record, created_at)
VALUES (?, ?, ?, 1, 1, 1, 1, 'x', ?, 'released', 'x', '{}', 'EUR', 0, 90, '{}', ?)`, id, fmt.Sprint("run_", id), id, planDay, testNow).Error
	if err != nil {
		w.t.Fatal(err)
	}
}

func oneOf[T any](r *rand.Rand, list []T) T { return list[r.IntN(len(list))] }

func sortedTexts(texts []string) []string {
	slices.Sort(texts)
	return slices.Compact(texts)
}
