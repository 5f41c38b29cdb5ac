package campaigns

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"postlift"
	"postlift/campaigns/draw"
)

var planDay = postlift.MustDate("2026-06-01")

func goodRecipient(id int64) Recipient {
	return Recipient{ContactID: id, AccountID: id, SiteID: id, Key: fmt.Sprintf("s:c%d", id), PersonKey: fmt.Sprintf("P%d", id),
		AddressKey: fmt.Sprintf("A%d", id), Role: "management", Language: "de", Status: "active", SiteStatus: "ok", HasAddress: true}
}

func goodCandidate(id int64) Candidate {
	key := fmt.Sprintf("s:%05d", id)
	return Candidate{AccountID: id, Key: key, GroupKey: key, Segment: "Handel", ResidualMinor: 1000 * id, BaselineMinor: 100 * id,
		PreMarginMinor: 50, Features: []byte("{}"), Standing: Standing{Status: "active"}, Recipients: []Recipient{goodRecipient(id)}}
}

func goodInput(n int) PlanInput {
	in := PlanInput{Policy: Policy{Class: Advertising, CoolingOffDays: 60, MaxPerYear: 6, Languages: []string{"de", "en"}}, AsOf: planDay,
		Salt: "salt-1", Currency: "EUR", Holdout: .2, Lift: .15, PieceCostMinor: 120, ContactsPerSite: 1}
	for i := range n {
		in.Candidates = append(in.Candidates, goodCandidate(int64(i+1)))
	}
	return in
}

func mustPlan(t testing.TB, in PlanInput) Plan {
	t.Helper()
	p, err := MakePlan(in)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func choiceFor(p Plan, id int64) Choice {
	i := slices.IndexFunc(p.Choices, func(c Choice) bool { return c.AccountID == id })
	return p.Choices[i]
}

func TestPlanRanksAndHoldsOut(t *testing.T) {
	p := mustPlan(t, goodInput(100))
	if f := p.Funnel; f.Matched != 100 || f.Holdout != 20 || f.Assigned != 80 || f.Pieces != 80 || p.Cost.Minor != 80*120 {
		t.Fatalf("funnel %+v, cost %v", f, p.Cost)
	}
	best := choiceFor(p, 100)
	if best.Rank != 1 || best.ExpectedValueMinor != 100*100*15/100-120 || best.Propensity != .8 || best.Stratum != "01|Handel" {
		t.Errorf("best %+v", best)
	}
	// of each stratum of 20 the 4 groups with the smallest draw are held out
	byStratum := map[string][]Choice{}
	for _, c := range p.Choices {
		byStratum[c.Stratum] = append(byStratum[c.Stratum], c)
	}
	if len(byStratum) != 5 {
		t.Errorf("%d strata of 100 groups, want 5", len(byStratum))
	}
	for name, members := range byStratum {
		slices.SortFunc(members, func(a, b Choice) int {
			return cmp.Compare(draw.Uniform("salt-1", a.GroupKey), draw.Uniform("salt-1", b.GroupKey))
		})
		for i, c := range members {
			if want := i < 4; (c.Outcome == HeldOut) != want || len(members) != 20 {
				t.Errorf("%s of stratum %s is %s, place %d of %d by its draw", c.Key, name, c.Outcome, i, len(members))
			}
		}
	}
}

func TestPlanBudgetAndCaps(t *testing.T) {
	in := goodInput(100)
	in.BudgetMinor = 10*120 + 60
	p := mustPlan(t, in)
	if p.Funnel.Planned() != 10 || p.Funnel.OverCap != 90 || p.Cost.Minor > in.BudgetMinor {
		t.Errorf("budget: %+v, cost %v", p.Funnel, p.Cost)
	}
	for id := int64(1); id <= 90; id++ {
		if c := choiceFor(p, id); c.Outcome != OverCap || c.Propensity != 0 {
			t.Errorf("account %d is %s with propensity %v", id, c.Outcome, c.Propensity)
		}
	}
	in = goodInput(100)
	in.MaxPieces = 3
	if p := mustPlan(t, in); p.Funnel.Planned() != 3 {
		t.Errorf("max pieces: %+v", p.Funnel)
	}
}

func TestPlanGatesEachReason(t *testing.T) {
	for reason, spoil := range map[Reason]func(*Candidate){
		Objection:       func(c *Candidate) { c.Standing.Suppressed = []Reason{Objection} },
		Closed:          func(c *Candidate) { c.Standing.Status = "closed" },
		Insolvent:       func(c *Candidate) { c.Standing.Status = "insolvent" },
		Competitor:      func(c *Candidate) { c.Standing.Status = "competitor" },
		OwnEmployee:     func(c *Candidate) { c.Standing.Status = "own" },
		DoNotMail:       func(c *Candidate) { c.Standing.Suppressed = []Reason{DoNotMail} },
		ImportedList:    func(c *Candidate) { c.Standing.Suppressed = []Reason{ImportedList} },
		CoolingOff:      func(c *Candidate) { c.Standing.LastMailedOn = planDay.AddDays(-59) },
		FrequencyCap:    func(c *Candidate) { c.Standing.MailsLastYear = 6 },
		ControlGroup:    func(c *Candidate) { c.Standing.ControlGroup = true },
		Dunning:         func(c *Candidate) { c.Standing.Dunning = true },
		Complaint:       func(c *Candidate) { c.Standing.Complaint = true },
		OpenOpportunity: func(c *Candidate) { c.Standing.Opportunities = 1 },
		NoContactLeft:   func(c *Candidate) { c.Recipients = nil },
	} {
		in := goodInput(3)
		in.Policy.SparesOpportunities = true
		spoil(&in.Candidates[1])
		c := choiceFor(mustPlan(t, in), 2)
		if c.Outcome != Gated || c.Reasons[0] != reason || len(c.Contacts) > 0 || c.Propensity != 0 {
			t.Errorf("%s: %+v", reason, c)
		}
	}
	in := goodInput(1)
	in.Candidates[0].Standing.LastMailedOn = planDay.AddDays(-60)
	if c := choiceFor(mustPlan(t, in), 1); c.Outcome == Gated {
		t.Errorf("the cooling-off lasts 60 days, on the 60th the account was gated: %v", c.Reasons)
	}
}

func TestPlanGatesContacts(t *testing.T) {
	for reason, spoil := range map[Reason]func(*Recipient){
		Objection:     func(r *Recipient) { r.Suppressed = []Reason{Objection} },
		Deceased:      func(r *Recipient) { r.Status = "deceased" },
		Closed:        func(r *Recipient) { r.SiteStatus = "closed" },
		Undeliverable: func(r *Recipient) { r.SiteStatus = "moved" },
		ContactLeft:   func(r *Recipient) { r.Status = "left" },
		OtherLanguage: func(r *Recipient) { r.Language = "fr" },
		NoAddress:     func(r *Recipient) { r.HasAddress = false },
	} {
		in := goodInput(2)
		spoil(&in.Candidates[0].Recipients[0])
		if c := choiceFor(mustPlan(t, in), 1); !reflect.DeepEqual(c.Reasons, []Reason{reason}) {
			t.Errorf("%s: %v", reason, c.Reasons)
		}
		second := goodRecipient(77) // a colleague is mailed instead
		second.Role = "technical"
		in.Candidates[0].Recipients = append(in.Candidates[0].Recipients, second)
		if c := choiceFor(mustPlan(t, in), 1); !reflect.DeepEqual(c.Contacts, []int64{77}) {
			t.Errorf("%s: contacts %v, reasons %v", reason, c.Contacts, c.Reasons)
		}
	}
}

func TestContactsBySiteAndRole(t *testing.T) {
	in := goodInput(1)
	add := func(id, site int64, key, role string) {
		r := goodRecipient(id)
		r.SiteID, r.Key, r.Role = site, key, role
		in.Candidates[0].Recipients = append(in.Candidates[0].Recipients, r)
	}
	in.Candidates[0].Recipients = nil
	add(10, 1, "s:z", "management")
	add(11, 1, "s:a", "management")
	add(12, 1, "s:0", "other")
	add(13, 2, "s:b", "technical")
	add(14, 2, "s:c", "purchasing")
	if c := choiceFor(mustPlan(t, in), 1); !reflect.DeepEqual(c.Contacts, []int64{11, 14}) || c.CostMinor != 240 {
		t.Errorf("contacts %v, cost %d", c.Contacts, c.CostMinor)
	}
	in.Candidates[0].Standing.MailsLastYear = 5 // one letter is left this year
	if c := choiceFor(mustPlan(t, in), 1); !reflect.DeepEqual(c.Contacts, []int64{11}) {
		t.Errorf("contacts %v beyond the yearly cap", c.Contacts)
	}
}

func TestDuplicateRecipients(t *testing.T) {
	in := goodInput(3)
	for i := range in.Candidates {
		in.Candidates[i].Recipients[0].PersonKey, in.Candidates[i].Recipients[0].AddressKey = "same", "same"
		in.Candidates[i].BaselineMinor = 50000
	}
	in.Candidates[0].Standing.Dunning = true // gated itself, it does not block the others
	p := mustPlan(t, in)
	if c := choiceFor(p, 2); c.Outcome == Gated {
		t.Errorf("the first that may be mailed is gated: %v", c.Reasons)
	}
	if c := choiceFor(p, 3); !reflect.DeepEqual(c.Reasons, []Reason{DuplicateRecipient}) {
		t.Errorf("the duplicate: %v", c.Reasons)
	}
}

func TestContractualIgnoresObjections(t *testing.T) {
	in := goodInput(2)
	in.Policy.Class, in.Holdout, in.GlobalControl = Contractual, 0, 0
	in.Candidates[0].Standing = Standing{Status: "active", Suppressed: []Reason{Objection, ImportedList}, Dunning: true, Complaint: true, MailsLastYear: 9, LastMailedOn: planDay}
	in.Candidates[1].Standing.Suppressed = []Reason{Deceased, Objection}
	p := mustPlan(t, in)
	if c := choiceFor(p, 1); c.Outcome != Assigned || c.Propensity != 1 {
		t.Errorf("%+v", c)
	}
	if c := choiceFor(p, 2); !reflect.DeepEqual(c.Reasons, []Reason{Deceased}) {
		t.Errorf("%v", c.Reasons)
	}
	in.Holdout = .1
	if _, err := MakePlan(in); postlift.KindOf(err) != postlift.Invalid {
		t.Errorf("a contractual holdout: %v", err)
	}
}

// TestGlobalControlAcrossTheYear: letters of December are posted in January, and waves reach further: the control
// groups of every year in which letters of the plan may go out are spared.
func TestGlobalControlAcrossTheYear(t *testing.T) {
	in := goodInput(400)
	in.GlobalControl, in.Holdout = .1, 0
	spared := func(asOf string, years ...int) {
		t.Helper()
		in.AsOf = postlift.MustDate(asOf)
		p := mustPlan(t, in)
		for i := range p.Choices {
			c := &p.Choices[i]
			want := slices.ContainsFunc(years, func(y int) bool { return draw.InGlobalControl(c.GroupKey, y, .1) })
			if got := slices.Equal(c.Reasons, []Reason{GlobalControl}); got != want {
				t.Fatalf("%s: %s is spared: %v, want %v for %v", asOf, c.Key, got, want, years)
			}
		}
	}
	spared("2026-11-20", 2026)
	spared("2026-12-10", 2026, 2027)
	spared("2027-01-02", 2027)
	in.Design, in.Waves, in.WaveDays = DesignWaves, 4, 30
	spared("2026-09-01", 2026)
	spared("2026-09-20", 2026, 2027)
}

func TestGlobalControl(t *testing.T) {
	in := goodInput(500)
	in.GlobalControl = .1
	p := mustPlan(t, in)
	for _, c := range p.Choices {
		want := draw.Uniform("global-2026", c.GroupKey) < .1
		if got := c.Outcome == Gated && slices.Equal(c.Reasons, []Reason{GlobalControl}); got != want {
			t.Errorf("%s: %s %v", c.Key, c.Outcome, c.Reasons)
		}
	}
}

func TestFunnelCheckAlarms(t *testing.T) {
	f := mustPlan(t, goodInput(30)).Funnel
	if f.Check() != nil {
		t.Fatal("a good funnel does not close")
	}
	f.Assigned--
	if f.Check() == nil {
		t.Error("an account went missing without an alarm")
	}
}

// candidatesGen draws small worlds with groups, duplicates, suppressions and odd values.
func candidatesGen() *rapid.Generator[[]Candidate] {
	return rapid.Custom(func(t *rapid.T) []Candidate {
		n := rapid.IntRange(1, 120).Draw(t, "n")
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		var out []Candidate
		for i := range n {
			c := goodCandidate(int64(i + 1))
			c.GroupKey = fmt.Sprintf("g:%d", rng.IntN(n))
			c.ResidualMinor, c.Segment = rng.Int64N(1000000), fmt.Sprintf("seg%d", rng.IntN(3))
			c.BaselineMinor = rng.Int64N(100000) - 10000
			if rng.IntN(5) == 0 {
				c.Standing.Suppressed = []Reason{gateOrder[rng.IntN(9)]}
			}
			for j := range rng.IntN(3) {
				r := goodRecipient(int64(1000*(i+1) + j))
				r.SiteID = int64(rng.IntN(2))
				if rng.IntN(4) == 0 {
					r.Suppressed = []Reason{gateOrder[rng.IntN(9)]}
				}
				if rng.IntN(4) == 0 {
					r.PersonKey, r.AddressKey = fmt.Sprintf("dup%d", rng.IntN(5)), "x"
				}
				c.Recipients = append(c.Recipients, r)
			}
			out = append(out, c)
		}
		return out
	})
}

func TestPlanProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := goodInput(0)
		in.Candidates = candidatesGen().Draw(t, "candidates")
		in.Holdout = rapid.SampledFrom([]float64{0, .05, .2, .5}).Draw(t, "holdout")
		in.ContactsPerSite = rapid.IntRange(1, 2).Draw(t, "contacts")
		in.BudgetMinor = rapid.SampledFrom([]int64{0, 500, 5000}).Draw(t, "budget")
		p, err := MakePlan(in)
		if err != nil {
			t.Fatal(err)
		}
		checkPlan(t, in, p)
		shuffled := in
		shuffled.Candidates = rapid.Permutation(in.Candidates).Draw(t, "order")
		again, err := MakePlan(shuffled)
		if err != nil || again.Hash != p.Hash || !reflect.DeepEqual(again.Choices, p.Choices) {
			t.Fatalf("another order gave another plan: %v", err)
		}
	})
}

func checkPlan(t *rapid.T, in PlanInput, p Plan) {
	byID := map[int64]Candidate{}
	for _, c := range in.Candidates {
		byID[c.AccountID] = c
	}
	arms, persons := map[string]string{}, map[string]bool{}
	var cost int64
	for _, c := range p.Choices {
		if c.Outcome == Gated || c.Outcome == OverCap {
			if c.Propensity != 0 || c.Stratum != "" {
				t.Fatalf("%s: not considered, but propensity %v in %q", c.Key, c.Propensity, c.Stratum)
			}
			continue
		}
		if arm, ok := arms[c.GroupKey]; ok && arm != c.Outcome {
			t.Fatalf("group %s is split", c.GroupKey)
		}
		arms[c.GroupKey] = c.Outcome
		cost += c.CostMinor
		if len(byID[c.AccountID].Standing.Suppressed) > 0 {
			t.Fatalf("%s is suppressed and planned", c.Key)
		}
		for _, id := range c.Contacts {
			i := slices.IndexFunc(byID[c.AccountID].Recipients, func(r Recipient) bool { return r.ContactID == id })
			r := byID[c.AccountID].Recipients[i]
			if len(r.Suppressed) > 0 || persons[r.PersonKey+r.AddressKey] {
				t.Fatalf("contact %d is suppressed or chosen twice", id)
			}
			persons[r.PersonKey+r.AddressKey] = true
		}
	}
	if in.BudgetMinor > 0 && cost > in.BudgetMinor {
		t.Fatalf("planned cost %d beyond the budget %d", cost, in.BudgetMinor)
	}
	checkStrata(t, in, p, arms)
}

// checkStrata: counts in every stratum are floor(h n), plus one exactly when draw.Uniform(salt, stratum) is below
// the fraction; no stratum is below 20 groups where there are 20 at all.
func checkStrata(t *rapid.T, in PlanInput, p Plan, arms map[string]string) {
	total, held := 0, 0
	for _, s := range p.Strata {
		total, held = total+s.Clusters, held+s.Holdout
		exact := in.Holdout * float64(s.Clusters)
		want := int(math.Floor(exact + 1e-9))
		if f := exact - float64(want); f > 1e-6 && draw.Uniform(in.Salt, s.Name) < f {
			want++
		}
		if s.Holdout != want {
			t.Fatalf("stratum %s of %d groups holds out %d, want %d", s.Name, s.Clusters, s.Holdout, want)
		}
		if s.Clusters < 20 && len(p.Strata) > 1 {
			t.Fatalf("stratum %s has only %d groups", s.Name, s.Clusters)
		}
	}
	inArm := 0
	for _, arm := range arms {
		if arm == HeldOut {
			inArm++
		}
	}
	if total != len(arms) || held != inArm {
		t.Fatalf("strata count %d groups, %d held out; the choices %d and %d", total, held, len(arms), inArm)
	}
}

func TestHashCoversWhatMatters(t *testing.T) {
	base := mustPlan(t, goodInput(40)).Hash
	if again := mustPlan(t, goodInput(40)).Hash; again != base {
		t.Fatal("the same input has another hash")
	}
	for what, change := range map[string]func(*PlanInput){
		"salt":        func(in *PlanInput) { in.Salt = "salt-2" },
		"date":        func(in *PlanInput) { in.AsOf = planDay.AddDays(1) },
		"holdout":     func(in *PlanInput) { in.Holdout = .21 },
		"lift":        func(in *PlanInput) { in.Lift = .16 },
		"cost":        func(in *PlanInput) { in.PieceCostMinor = 121 },
		"rule":        func(in *PlanInput) { in.Versions.RuleText = "orders > 1" },
		"design":      func(in *PlanInput) { in.Versions.DesignHash = "x" },
		"scores":      func(in *PlanInput) { in.Versions.ScoreRun = "scr_x" },
		"policy":      func(in *PlanInput) { in.Policy.CoolingOffDays = 61 },
		"value":       func(in *PlanInput) { in.Candidates[3].BaselineMinor++ },
		"covariate":   func(in *PlanInput) { in.Candidates[3].PreMarginMinor++ },
		"features":    func(in *PlanInput) { in.Candidates[3].Features = []byte(`{"orders":1}`) },
		"contact":     func(in *PlanInput) { in.Candidates[3].Recipients[0].Key = "s:other" },
		"group":       func(in *PlanInput) { in.Candidates[3].GroupKey = "s:other" },
		"suppression": func(in *PlanInput) { in.Candidates[3].Standing.Suppressed = []Reason{Objection} },
	} {
		in := goodInput(40)
		change(&in)
		if mustPlan(t, in).Hash == base {
			t.Errorf("another %s has the same hash", what)
		}
	}
	in := goodInput(40) // internal ids are not part of it
	for i := range in.Candidates {
		in.Candidates[i].AccountID += 1000
		in.Candidates[i].Recipients[0].ContactID += 5000
	}
	if mustPlan(t, in).Hash != base {
		t.Error("internal ids change the hash")
	}
}

func TestGateOrder(t *testing.T) {
	f := GateFacts{Suppressed: []Reason{ImportedList, DoNotMail, Objection}, AccountStatus: "insolvent", SiteStatus: "moved",
		ContactStatus: "left", Duplicate: true, LastMailedOn: planDay, MailsLastYear: 6, ControlGroup: true, Dunning: true, Complaint: true, Opportunities: 1,
		IsContact: true, Language: "fr"}
	p := Policy{Class: Advertising, CoolingOffDays: 60, MaxPerYear: 6, SparesOpportunities: true, Languages: []string{"de"}}
	got := joinReasons(Gate(f, p, planDay))
	want := "objection,insolvent,undeliverable,do_not_mail,imported_list,duplicate_recipient,cooling_off,frequency_cap,control_group,dunning,complaint,open_opportunity,contact_left,other_language,no_address"
	if got != want {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
	if strings.Contains(joinReasons(Gate(f, Policy{Class: Contractual}, planDay)), "objection") {
		t.Error("contractual letters ask for objections")
	}
}

// BenchmarkPlan plans 100,000 matched accounts with one contact each.
func BenchmarkPlan(b *testing.B) {
	in := goodInput(100000)
	b.ReportAllocs()
	for b.Loop() {
		mustPlan(b, in)
	}
}
