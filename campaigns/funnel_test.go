package campaigns

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// TestFirstReason: the account's own reasons come first, then what holds for every contact, or no_contact_left where
// nothing does; what holds for some follows.
func TestFirstReason(t *testing.T) {
	two := func(spoil ...func(*Recipient)) func(*Candidate) {
		return func(c *Candidate) {
			c.Recipients = nil
			for i, s := range spoil {
				r := goodRecipient(int64(700 + i))
				r.Country, r.Role = "DE", "management"
				s(&r)
				c.Recipients = append(c.Recipients, r)
			}
		}
	}
	outside := func(r *Recipient) { r.Country = "CH" }
	left := func(r *Recipient) { r.Status = "left" }
	noAddress := func(r *Recipient) { r.HasAddress = false }
	for name, c := range map[string]struct {
		spoil func(*Candidate)
		want  []Reason
	}{
		"nobody there":          {two(), []Reason{NoContactLeft}},
		"all outside":           {two(outside, outside), []Reason{OutsideArea}},
		"all outside, one gone": {two(outside, func(r *Recipient) { outside(r); left(r) }), []Reason{OutsideArea, ContactLeft}},
		"two in common":         {two(func(r *Recipient) { noAddress(r); left(r) }, func(r *Recipient) { left(r); noAddress(r) }), []Reason{ContactLeft, NoAddress}},
		"different":             {two(outside, noAddress), []Reason{NoContactLeft, OutsideArea, NoAddress}},
		"its own first": {func(c *Candidate) { two(outside, outside)(c); c.Standing.Dunning = true },
			[]Reason{Dunning, OutsideArea}},
		"its own first, nobody there": {func(c *Candidate) { two()(c); c.Standing.Dunning = true }, []Reason{Dunning, NoContactLeft}},
		"its own is theirs": {func(c *Candidate) {
			two(func(r *Recipient) { r.SiteStatus = "closed" }, func(r *Recipient) { r.SiteStatus = "closed"; left(r) })(c)
			c.Standing.Status = "closed"
		}, []Reason{Closed, ContactLeft}},
	} {
		in := twoAccounts()
		c.spoil(&in.Candidates[1])
		p := mustPlan(t, in)
		got := choiceFor(p, 2)
		if got.Outcome != Gated || !slices.Equal(got.Reasons, c.want) {
			t.Errorf("%s: %s %v, want %v", name, got.Outcome, got.Reasons, c.want)
		}
		if len(p.Funnel.ByReason) != 1 || p.Funnel.ByReason[0] != (ReasonCount{c.want[0], 1}) || len(p.Funnel.EveryReason()) != len(c.want) {
			t.Errorf("%s: the funnel counts %v of %v", name, p.Funnel.ByReason, p.Funnel.AllCounts)
		}
		if want := name == "two in common"; want && p.Funnel.BadAddress != 0 {
			t.Errorf("%s: who has left does not want of an address", name)
		}
	}
	in := twoAccounts()
	two(noAddress, func(r *Recipient) { r.SiteStatus = "moved" })(&in.Candidates[1])
	if f := mustPlan(t, in).Funnel; f.BadAddress != 1 || f.ByReason[0].Reason != NoContactLeft {
		t.Errorf("one without an address, one moved: %+v", f)
	}
}

// TestDecisiveReasonHoldsForAll: whatever holds for whom, the reason under which an account counts is its own or one of
// every contact; where there is such a reason, it is the first in the gate's order; no_contact_left otherwise.
func TestDecisiveReasonHoldsForAll(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := newGatekeeper(strict(), planDay)
		c := Candidate{AccountID: 1, GroupKey: "g", Standing: Standing{Dunning: rapid.Bool().Draw(t, "dunning")}}
		for i := range rapid.IntRange(0, 4).Draw(t, "contacts") {
			r := goodRecipient(int64(10 + i))
			r.Country = rapid.SampledFrom([]string{"DE", "CH"}).Draw(t, "country")
			r.Status = rapid.SampledFrom([]string{"active", "left", "deceased"}).Draw(t, "status")
			r.HasAddress = rapid.Bool().Draw(t, "address")
			if rapid.Bool().Draw(t, "objection") {
				r.Suppressed = []Reason{Objection}
			}
			c.Recipients = append(c.Recipients, r)
		}
		var each reasonSet
		passes := false
		for i := range c.Recipients {
			held := newGatekeeper(strict(), planDay).contact(&c.Recipients[i])
			passes = passes || held == 0
			if i == 0 {
				each = held
			}
			each &= held
		}
		own := g.account(&c.Standing, "g")
		chosen, reasons := g.admit(&c, 9)
		want := NoContactLeft
		switch {
		case own != 0:
			want = own.list()[0]
		case each != 0:
			want = each.list()[0]
		case passes:
			if len(chosen) == 0 || len(reasons) > 0 {
				t.Fatalf("%v %v", chosen, reasons)
			}
			return
		}
		if len(reasons) == 0 || reasons[0] != want {
			t.Fatalf("%v, want %s first", reasons, want)
		}
		for i, r := range reasons {
			if slices.Contains(reasons[:i], r) {
				t.Fatalf("%s twice in %v", r, reasons)
			}
		}
	})
}
