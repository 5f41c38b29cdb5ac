package campaigns

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"postlift"
	"postlift/accounts"
)

// strict is a policy under which every reason can arise.
func strict() Policy {
	return Policy{Class: Advertising, CoolingOffDays: 60, MaxPerYear: 6, ContactCoolingOffDays: 30, ContactMaxPerYear: 4,
		GroupCoolingOffDays: 20, GroupMaxPerYear: 12, SparedStages: []string{"quote", "negotiation"}, KnownStages: []string{"lead", "quote", "negotiation"},
		Languages: []string{"de", "en"}, Roles: []string{"management", "purchasing"}, Area: &Area{Countries: []string{"DE"}}}
}

// spoilers brings about each reason that the gate looks for in facts.
var spoilers = map[Reason]func(*Candidate){
	Objection:           func(c *Candidate) { c.Standing.Suppressed = []Reason{Objection} },
	Deceased:            func(c *Candidate) { c.Recipients[0].Status = "deceased" },
	Closed:              func(c *Candidate) { c.Recipients[0].SiteStatus = "closed" },
	Insolvent:           func(c *Candidate) { c.Standing.Status = "insolvent" },
	Undeliverable:       func(c *Candidate) { c.Recipients[0].SiteStatus = "undeliverable" },
	Competitor:          func(c *Candidate) { c.Standing.Status = "competitor" },
	OwnEmployee:         func(c *Candidate) { c.Standing.Status = "own" },
	DoNotMail:           func(c *Candidate) { c.Recipients[0].Suppressed = []Reason{DoNotMail} },
	ImportedList:        func(c *Candidate) { c.Recipients[0].Suppressed = []Reason{ImportedList} },
	DuplicateRecipient:  func(c *Candidate) { c.Recipients[0].PersonKey, c.Recipients[0].AddressKey = "P1", "A1" },
	DuplicateSite:       func(c *Candidate) { c.Recipients[0].CompanyKey, c.Recipients[0].AddressKey = "C1", "A1" },
	CoolingOff:          func(c *Candidate) { c.Standing.LastMailedOn = planDay.AddDays(-59) },
	ContactCoolingOff:   func(c *Candidate) { c.Recipients[0].LastMailedOn = planDay.AddDays(-29) },
	GroupCoolingOff:     func(c *Candidate) { c.Standing.GroupLastMailedOn = planDay.AddDays(-19) },
	FrequencyCap:        func(c *Candidate) { c.Standing.MailsLastYear = 6 },
	ContactFrequencyCap: func(c *Candidate) { c.Recipients[0].MailsLastYear = 4 },
	GroupFrequencyCap:   func(c *Candidate) { c.Standing.GroupMailsLastYear = 12 },
	ControlGroup:        func(c *Candidate) { c.Standing.ControlGroup = true },
	ProgrammeControl:    func(c *Candidate) { c.Standing.Programme = true },
	OutsideArea:         func(c *Candidate) { c.Recipients[0].Country = "CH" },
	Dunning:             func(c *Candidate) { c.Standing.Dunning = true },
	Complaint:           func(c *Candidate) { c.Standing.Complaint = true },
	OpenOpportunity:     func(c *Candidate) { c.Standing.Opportunities, c.Standing.Stages = 1, []string{"negotiation"} },
	ContactLeft:         func(c *Candidate) { c.Recipients[0].Status = "left" },
	OtherRole:           func(c *Candidate) { c.Recipients[0].Role = "technical" },
	OtherLanguage:       func(c *Candidate) { c.Recipients[0].Language = "fr" },
	NoAddress:           func(c *Candidate) { c.Recipients[0].HasAddress = false },
	NoContactLeft:       func(c *Candidate) { c.Recipients = nil },
}

// decidedElsewhere are not facts: the campaign's key accounts and the year's draw, which the plan asks itself.
var decidedElsewhere = []Reason{SparedKey, GlobalControl}

// twoAccounts is a plan of a good account and one to spoil; the first could be a duplicate.
func twoAccounts() PlanInput {
	in := goodInput(2)
	in.Policy, in.Holdout = strict(), 0
	for i := range in.Candidates {
		in.Candidates[i].Recipients[0].Country = "DE"
	}
	in.Candidates[0].Recipients[0].CompanyKey, in.Candidates[0].Recipients[0].AddressKey = "C1", "A1"
	in.Candidates[0].BaselineMinor = in.Candidates[1].BaselineMinor + 1 // so that it takes the place that both ask for
	return in
}

// released asks the release gate about the letters to the first contacts of accounts, as planning knows them.
func released(in PlanInput, planned []Candidate) map[string]string {
	standings := Standings{}
	var recipients Recipients
	var pieces []BatchPiece
	for i := range in.Candidates {
		c := &in.Candidates[i]
		standings[c.AccountID] = &c.Standing
		recipients = append(recipients, c.Recipients...)
	}
	for _, c := range planned {
		pieces = append(pieces, BatchPiece{UID: c.Key, AccountID: c.AccountID, ContactID: c.Recipients[0].ContactID, GroupKey: c.GroupKey})
	}
	slices.SortFunc(recipients, func(a, b Recipient) int { return compareIDs(a.AccountID, b.AccountID) })
	return gatePieces(pieces, standings, recipients, in.Policy, in.AsOf)
}

// TestEveryReasonHoldsTwice: each reason stops a letter when planning and again at release, by the same facts. At
// release those do not, on purpose, that the approved plan itself has decided; and each holds contractual letters
// back exactly where onlyAdvertising says so.
func TestEveryReasonHoldsTwice(t *testing.T) {
	for _, reason := range Reasons() {
		if slices.Contains(decidedElsewhere, reason) {
			if setOf(reason)&decidedByPlan == 0 {
				t.Errorf("%s is not asked again at release, and nothing says why", reason)
			}
			continue
		}
		spoil, ok := spoilers[reason]
		if !ok {
			t.Errorf("nothing brings about %s", reason)
			continue
		}
		for _, class := range []Class{Advertising, Contractual} {
			in := twoAccounts()
			in.Policy.Class = class
			planned := slices.Clone(in.Candidates)
			spoil(&in.Candidates[1])
			holds := class == Advertising || setOf(reason)&onlyAdvertising == 0
			c := choiceFor(mustPlan(t, in), 2)
			if got := c.Outcome == Gated && c.Reasons[0] == reason; got != holds {
				t.Errorf("%s, %s: planned %s %v", class, reason, c.Outcome, c.Reasons)
			}
			want := ""
			if holds && setOf(reason)&decidedByPlan == 0 {
				want = string(reason)
			}
			blocked := released(in, planned)
			if blocked["s:00002"] != want || blocked["s:00001"] != "" {
				t.Errorf("%s, %s: released %v, want %q", class, reason, blocked, want)
			}
		}
	}
}

// TestReasonsAreInOrder: whatever holds is told in the fixed order, each once.
func TestReasonsAreInOrder(t *testing.T) {
	f := GateFacts{Suppressed: []Reason{ImportedList, "a reason of tomorrow", Objection}, AccountStatus: "competitor", SiteStatus: "closed", ContactStatus: "deceased",
		Duplicate: true, DuplicateSite: true, LastMailedOn: planDay, ContactLastMailedOn: planDay, GroupLastMailedOn: planDay, MailsLastYear: 6, ContactMailsLastYear: 4,
		GroupMailsLastYear: 12, ControlGroup: true, Dunning: true, Complaint: true, Opportunities: 1, Stages: []string{"unheard of"}, Language: "fr", Role: "technical",
		IsContact: true, OutsideArea: true}
	got := Gate(f, strict(), planDay)
	if !slices.IsSortedFunc(got, func(a, b Reason) int { return slices.Index(gateOrder, a) - slices.Index(gateOrder, b) }) || len(got) != 22 {
		t.Errorf("%d: %v", len(got), got)
	}
	if !slices.Contains(got, DoNotMail) {
		t.Error("a suppression of an unknown reason holds nobody back")
	}
	if Gate(GateFacts{}, strict(), planDay) != nil {
		t.Error("an account of which nothing is noted is gated")
	}
}

func TestSparedStages(t *testing.T) {
	settings := accounts.MailPolicy{OpportunityStages: []string{"lead", "qualified", "quote", "negotiation"}}
	p := Definition{Class: Advertising, SpareFromStage: "quote"}.Policy(settings)
	for stage, want := range map[string]bool{"lead": false, "qualified": false, "quote": true, "negotiation": true, "unheard of": true} {
		f := GateFacts{Opportunities: 1, Stages: []string{stage}}
		if got := len(Gate(f, p, planDay)) > 0; got != want {
			t.Errorf("an open opportunity at %s holds: %v", stage, got)
		}
	}
	if len(Gate(GateFacts{Opportunities: 1, Stages: []string{"quote"}}, Definition{Class: Advertising}.Policy(settings), planDay)) > 0 {
		t.Error("a campaign that spares no opportunity spares one")
	}
}

func TestRolesInTheCampaignsOrder(t *testing.T) {
	in := goodInput(1)
	in.Candidates[0].Recipients = nil
	for i, role := range []string{"management", "technical", "", "purchasing"} {
		r := goodRecipient(int64(10 + i))
		r.SiteID, r.Role = 1, role
		in.Candidates[0].Recipients = append(in.Candidates[0].Recipients, r)
	}
	for _, c := range []struct {
		roles []string
		sites int
		want  []int64
	}{
		{nil, 9, []int64{10, 13, 11, 12}},
		{[]string{"technical", "management"}, 9, []int64{11, 10}},
		{[]string{"other", "purchasing"}, 1, []int64{12}},
	} {
		in.Policy.Roles, in.ContactsPerSite = c.roles, c.sites
		if got := choiceFor(mustPlan(t, in), 1).Contacts; !reflect.DeepEqual(got, c.want) {
			t.Errorf("%v: %v, want %v", c.roles, got, c.want)
		}
	}
}

// TestCapsWithinAPlan: letters of one plan do not pass a cap together; of equals the lowest keys win.
func TestCapsWithinAPlan(t *testing.T) {
	in := goodInput(4)
	in.Holdout, in.Policy.GroupMaxPerYear = 0, 4
	for i := range in.Candidates {
		c := &in.Candidates[i]
		c.GroupKey, c.Standing.GroupMailsLastYear, c.BaselineMinor = "s:group", 1, 50000
	}
	second := goodRecipient(77)
	in.Candidates[1].Recipients = append(in.Candidates[1].Recipients, second)
	p := mustPlan(t, in)
	for id, want := range map[int64]int{1: 1, 2: 2, 3: 0, 4: 0} {
		c := choiceFor(p, id)
		if len(c.Contacts) != want || want == 0 && !slices.Equal(c.Reasons, []Reason{GroupFrequencyCap}) {
			t.Errorf("account %d: %v %v", id, c.Contacts, c.Reasons)
		}
	}
	in = goodInput(3) // one person at two sites of one company, in the CRM twice
	in.Holdout, in.Policy.ContactMaxPerYear = 0, 2
	for i := range in.Candidates {
		r := &in.Candidates[i].Recipients[0]
		r.PersonKey, r.AddressKey, r.MailsLastYear = "P", fmt.Sprint(i), 1
	}
	p = mustPlan(t, in)
	if c := choiceFor(p, 2); !slices.Equal(c.Reasons, []Reason{ContactFrequencyCap}) {
		t.Errorf("a second letter beyond the person's cap: %v", c.Reasons)
	}
}

// TestPlacesGoToWhoEarnsMost: where accounts compete for a place, it goes to the one that the selection would rank first,
// so that none is lost to an account that falls out of the budget; key accounts go before.
func TestPlacesGoToWhoEarnsMost(t *testing.T) {
	competing := map[string]func(*PlanInput){
		"group cap": func(in *PlanInput) {
			in.Policy.GroupMaxPerYear = 1
			for i := range in.Candidates[:3] {
				in.Candidates[i].GroupKey = "s:group"
			}
		},
		"same person": func(in *PlanInput) {
			for i := range in.Candidates[:3] {
				in.Candidates[i].Recipients[0].PersonKey, in.Candidates[i].Recipients[0].AddressKey = "same", "same"
			}
		},
		"same company": func(in *PlanInput) {
			for i := range in.Candidates[:3] {
				in.Candidates[i].Recipients[0].CompanyKey, in.Candidates[i].Recipients[0].AddressKey = "C", "A"
			}
		},
	}
	for name, compete := range competing {
		in := goodInput(6)
		in.Holdout, in.Mode, in.Top = 0, ModeTop, 4
		for i := range in.Candidates {
			in.Candidates[i].BaselineMinor = int64(50000 + 100*i)
		}
		in.Candidates[0].BaselineMinor, in.Candidates[1].BaselineMinor = 2000, 90000
		compete(&in)
		p := mustPlan(t, in)
		if c := choiceFor(p, 2); c.Outcome != Assigned || p.Funnel.Assigned != 4 {
			t.Errorf("%s: the best of the competing is %s %v of %+v", name, c.Outcome, c.Reasons, p.Funnel)
		}
		for _, id := range []int64{1, 3} {
			if c := choiceFor(p, id); c.Outcome != Gated {
				t.Errorf("%s: account %d is %s beside it", name, id, c.Outcome)
			}
		}
		slices.Reverse(in.Candidates)
		if again := mustPlan(t, in); again.Hash != p.Hash {
			t.Errorf("%s: the plan depends on the order of its input", name)
		}
		if name == "group cap" {
			continue // a group is a key group as a whole
		}
		in.Keys = PlanKeys{Always: map[int64]bool{1: true}}
		if c := choiceFor(mustPlan(t, in), 1); c.Outcome != Assigned {
			t.Errorf("%s: a key account is %s %v", name, c.Outcome, c.Reasons)
		}
	}
}

// TestDuplicateSites: of two accounts that are one company at one address one gets its letters; a gated
// one takes nothing away. Contractual letters go to both.
func TestDuplicateSites(t *testing.T) {
	in := goodInput(3)
	in.Holdout = 0
	for i := range in.Candidates {
		in.Candidates[i].Recipients[0].CompanyKey, in.Candidates[i].Recipients[0].AddressKey = "C", "A"
		in.Candidates[i].BaselineMinor = 50000
	}
	in.Candidates[0].Standing.Dunning = true
	p := mustPlan(t, in)
	if c := choiceFor(p, 2); c.Outcome != Assigned {
		t.Errorf("%s %v", c.Outcome, c.Reasons)
	}
	if c := choiceFor(p, 3); !slices.Equal(c.Reasons, []Reason{DuplicateSite}) {
		t.Errorf("%v", c.Reasons)
	}
	in.Policy.Class = Contractual
	if f := mustPlan(t, in).Funnel; f.Assigned != 3 {
		t.Errorf("contractual letters: %+v", f)
	}
	in = goodInput(2) // the same name at the same address, under two companies
	for i := range in.Candidates {
		in.Candidates[i].Recipients[0].NameKey, in.Candidates[i].Recipients[0].AddressKey = "muster|kim", "A"
		in.Candidates[i].BaselineMinor = 50000
	}
	if c := choiceFor(mustPlan(t, in), 2); !slices.Equal(c.Reasons, []Reason{DuplicateRecipient}) {
		t.Errorf("%v", c.Reasons)
	}
}

// TestObjectionLeavesNoProfile: an account that has objected keeps its reason in the plan, and nothing that was
// computed of it; the company of a person who has objected does.
func TestObjectionLeavesNoProfile(t *testing.T) {
	in := goodInput(2)
	in.Candidates[0].Features = []byte(`{"orders":9}`)
	in.Candidates[0].Standing.Suppressed = []Reason{Objection}
	in.Candidates[1].Features = []byte(`{"orders":9}`)
	in.Candidates[1].Recipients[0].Suppressed = []Reason{Objection}
	p := mustPlan(t, in)
	if c := choiceFor(p, 1); c.ResidualMinor != 0 || c.BaselineMinor != 0 || c.PreMarginMinor != 0 || string(c.Features) != "{}" || !slices.Equal(c.Reasons, []Reason{Objection}) {
		t.Errorf("%+v", c)
	}
	if c := choiceFor(p, 2); c.ResidualMinor == 0 || string(c.Features) == "{}" || !slices.Equal(c.Reasons, []Reason{Objection}) {
		t.Errorf("%+v", c)
	}
}

// blocksFor is written down apart from the gate: which lists hold a class of letters.
func blocksFor(class Class, reasons []Reason) bool {
	for _, r := range reasons {
		switch r {
		case Objection, Competitor, OwnEmployee, DoNotMail, ImportedList:
			if class == Advertising {
				return true
			}
		default:
			return true
		}
	}
	return false
}

// TestNobodySuppressedIsSelectedOrReleased follows random worlds from plan over late objections and changes of
// status to release, in both classes: who is suppressed for the letters' class when asked gets none.
func TestNobodySuppressedIsSelectedOrReleased(t *testing.T) {
	lists := []Reason{Objection, Deceased, Closed, Undeliverable, Competitor, OwnEmployee, DoNotMail, ImportedList}
	rapid.Check(t, func(t *rapid.T) {
		in := goodInput(0)
		in.Policy = strict()
		in.Policy.Roles, in.Policy.Area, in.Policy.Languages = nil, nil, nil
		in.Policy.Class = rapid.SampledFrom([]Class{Advertising, Contractual}).Draw(t, "class")
		if in.Policy.Class == Contractual {
			in.Holdout = 0
		}
		in.ContactsPerSite = rapid.IntRange(1, 3).Draw(t, "contacts")
		in.Candidates = candidatesGen().Draw(t, "candidates")
		p, err := MakePlan(in)
		if err != nil {
			t.Fatal(err)
		}
		byID := map[int64]*Candidate{}
		for i := range in.Candidates {
			byID[in.Candidates[i].AccountID] = &in.Candidates[i]
		}
		suppressed := func(c *Candidate, contact int64) bool {
			i := slices.IndexFunc(c.Recipients, func(r Recipient) bool { return r.ContactID == contact })
			return blocksFor(in.Policy.Class, c.Standing.Suppressed) || blocksFor(in.Policy.Class, c.Recipients[i].Suppressed)
		}
		var pieces []BatchPiece
		for _, ch := range p.Choices {
			if ch.Outcome != Assigned && ch.Outcome != HeldOut {
				continue
			}
			for _, contact := range ch.Contacts {
				if suppressed(byID[ch.AccountID], contact) {
					t.Fatalf("%s: contact %d is suppressed and selected", ch.Key, contact)
				}
				if ch.Outcome == Assigned {
					pieces = append(pieces, BatchPiece{UID: fmt.Sprint(contact), AccountID: ch.AccountID, ContactID: contact, GroupKey: ch.GroupKey})
				}
			}
		}
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "late"), 2))
		standings := Standings{}
		var recipients Recipients
		for i := range in.Candidates {
			c := &in.Candidates[i]
			if rng.IntN(5) == 0 {
				c.Standing.Suppressed = append(slices.Clone(c.Standing.Suppressed), lists[rng.IntN(len(lists))])
			}
			for j := range c.Recipients {
				if rng.IntN(5) == 0 {
					c.Recipients[j].Suppressed = append(slices.Clone(c.Recipients[j].Suppressed), lists[rng.IntN(len(lists))])
				}
			}
			standings[c.AccountID] = &c.Standing
			recipients = append(recipients, c.Recipients...)
			for j := range c.Recipients {
				recipients[len(recipients)-1-j].AccountID = c.AccountID
			}
		}
		blocked := gatePieces(pieces, standings, recipients, in.Policy, in.AsOf)
		for _, piece := range pieces {
			if got, want := blocked[piece.UID] != "", suppressed(byID[piece.AccountID], piece.ContactID); got != want {
				t.Fatalf("%s letter to contact %d: blocked by %q, suppressed %v", in.Policy.Class, piece.ContactID, blocked[piece.UID], want)
			}
		}
	})
}

func TestArea(t *testing.T) {
	circle := Area{WithinKM: Circle{KM: 20, Country: "de", Postcode: "70173"}}.normal()
	circle.places = map[string]bool{"DE-70173": true}
	for _, c := range []struct {
		area              *Area
		country, postcode string
		want              bool
	}{
		{Area{}.normal(), "", "", true},
		{Area{Countries: []string{"de", " AT"}}.normal(), "AT", "1010", true},
		{Area{Countries: []string{"DE"}}.normal(), "CH", "8001", false},
		{Area{Countries: []string{"DE"}}.normal(), "", "70173", false},
		{Area{Postcodes: []string{"70", "8"}}.normal(), "DE", "70173", true},
		{Area{Postcodes: []string{"70", "8"}}.normal(), "DE", "80331", true},
		{Area{Postcodes: []string{"70", "8"}}.normal(), "DE", "10115", false},
		{Area{Postcodes: []string{"ec1"}}.normal(), "GB", "EC1A 1BB", true},
		{Area{Postcodes: []string{"7"}, ExcludePostcodes: []string{"701"}}.normal(), "DE", "70173", false},
		{Area{ExcludePostcodes: []string{"701"}}.normal(), "DE", "", true},
		{circle, "DE", "70173", true},
		{circle, "DE", "70999", false},
	} {
		if got := c.area.holds(c.country, c.postcode); got != c.want {
			t.Errorf("%+v holds %s-%s: %v", *c.area, c.country, c.postcode, got)
		}
	}
}

func TestReachIsChecked(t *testing.T) {
	for field, d := range map[string]Definition{
		"roles":                   {Roles: []string{"managment"}},
		"area.countries":          {Area: Area{Countries: []string{"Germany"}}},
		"area.postcodes":          {Area: Area{Postcodes: []string{"-"}}},
		"area.within_km.km":       {Area: Area{WithinKM: Circle{KM: -1, Country: "DE", Postcode: "70173"}}},
		"area.within_km.country":  {Area: Area{WithinKM: Circle{KM: 5, Postcode: "70173"}}},
		"area.within_km.postcode": {Area: Area{WithinKM: Circle{KM: 5, Country: "DE"}}},
	} {
		c := checker{d: d}
		c.contacts()
		c.area()
		if len(c.found) != 1 || c.found[0].Field != field || postlift.KindOf(c.found[0].fault()) != postlift.Invalid {
			t.Errorf("%s: %v", field, c.found)
		}
	}
}
