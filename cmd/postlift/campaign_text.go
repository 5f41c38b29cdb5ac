package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"postlift/accounts"
	"postlift/campaigns"
	"postlift/campaigns/budget"
)

func printApproved(w io.Writer, run campaigns.Run, campaign string, settings accounts.Settings) {
	if run.State == campaigns.RunPlanned {
		fmt.Fprintf(w, "%d of %d approvals: %s; the plan costs %s, so somebody else has to approve it, too\nnext: postlift campaign approve %q --plan %s --by NAME\n",
			len(run.Approvals), run.ApprovalsNeeded, approvers(run), run.Cost.Format("en"), campaign, run.PlanHash[:12])
		return
	}
	fmt.Fprintf(w, "approved by %s: plan %s, %d letters for %s (run %s)\n", approvers(run), run.PlanHash[:12], run.Funnel.Pieces, run.Cost.Format("en"), run.UID)
	if run.UndoUntil != nil {
		fmt.Fprintf(w, "letters are prepared from %s on; until then: postlift campaign undo %q --by NAME\n", settings.Moment(*run.UndoUntil), campaign)
	}
	fmt.Fprintf(w, "next: postlift campaign run %q\n", campaign)
}

func approvers(run campaigns.Run) string {
	names := make([]string, len(run.Approvals))
	for i, a := range run.Approvals {
		names[i] = a.By
	}
	return strings.Join(names, " and ")
}

func printWhy(w io.Writer, e campaigns.AccountExplained) {
	fmt.Fprintf(w, "%s (%s) in campaign %q, plan as of %s\n%s\n", e.Account, e.AccountUID, e.Campaign, e.AsOf, e.Sentence)
	if len(e.Reasons) > 0 {
		label := "gate"
		if e.Outcome == "over_cap" {
			label = "selection"
		}
		fmt.Fprintf(w, "%s: %s\n", label, joinReasons(e.Reasons))
	}
	if e.Expected != nil {
		fmt.Fprintf(w, "expected margin from a letter, less its cost: %s\n", e.Expected.Format("en"))
	}
	if e.Baseline != nil && e.Lift != nil {
		fmt.Fprintf(w, "  margin expected without a letter %s, on which a letter adds %.1f %% (give or take %.1f), cost %s\n",
			e.Baseline.Format("en"), 100*e.Lift.Mean, 100*e.Lift.SD, e.Cost.Format("en"))
		if e.AgreedFees != nil && e.AgreedFees.Minor != 0 {
			fmt.Fprintf(w, "  contracts have agreed a margin of %s beside that for the same days: no letter raises it\n", e.AgreedFees.Format("en"))
		}
	}
	if e.Rank > 0 && e.CutRank > 0 {
		fmt.Fprintf(w, "rank %d; the last one planned has rank %d\n", e.Rank, e.CutRank)
	}
	if e.NextUnit != nil {
		fmt.Fprintf(w, "one more unit of budget would have earned %s\n", e.NextUnit.Format("en"))
	}
	if e.Cost != nil && e.Expected == nil {
		fmt.Fprintf(w, "cost %s\n", e.Cost.Format("en"))
	}
	if e.Variant != "" {
		fmt.Fprintf(w, "letter: variant %s\n", e.Variant)
	}
	switch {
	case e.Propensity > 0 && e.Stratum != "":
		fmt.Fprintf(w, "drawn in stratum %s; chance of being mailed %.2f\n", e.Stratum, e.Propensity)
	case e.Propensity > 0:
		fmt.Fprintf(w, "chance of being mailed %.2g\n", e.Propensity)
	}
	fmt.Fprintln(w, "rule:")
	printExplained(w, e.Rule, 0)
}

func joinReasons(reasons []campaigns.Reason) string {
	texts := make([]string, len(reasons))
	for i, r := range reasons {
		texts[i] = reasonText(r)
	}
	return strings.Join(texts, ", ")
}

func printCampaign(w io.Writer, c campaigns.Campaign) {
	d := c.Definition
	fmt.Fprintf(w, "%s  (%s, %s, version %d, %s)\n", c.Name, c.UID, c.Class, c.Version, c.State)
	fmt.Fprintf(w, "  rule %q, design %q in %s, landing page %s\n", d.Rule, d.Design, strings.Join(d.Languages, " and "), d.LandingURL)
	if d.Class == campaigns.Contractual {
		fmt.Fprintf(w, "  letters at %s; everybody whom it concerns gets one, nobody is held out and nothing is measured\n", letterPrice(d))
	} else {
		fmt.Fprintf(w, "  holdout %.0f %%, salt %s, window %d days, letters at %s, expected lift %.0f %% (stated prior)\n",
			*d.Holdout*100, d.Salt, d.WindowDays, letterPrice(d), d.PriorLift*100)
	}
	if limits := limitsOf(d); limits != "" {
		fmt.Fprintf(w, "  %s\n", limits)
	}
	for _, v := range d.Variants {
		how := fmt.Sprintf("%.0f %%", v.Share*100)
		if v.Rule != "" {
			how = "where " + v.Rule
		}
		fmt.Fprintf(w, "  variant %s: design %q, %s\n", v.Name, v.Design, how)
	}
}

func letterPrice(d campaigns.Definition) string {
	switch {
	case d.Tariff != nil && d.Tariff.Name != "":
		return "the prices of tariff " + d.Tariff.Name + " (" + d.Postage + ")"
	case d.Tariff != nil:
		return "the prices of the campaign's tariff (" + d.Postage + ")"
	}
	return d.PieceCost.Format("en")
}

func limitsOf(d campaigns.Definition) string {
	var parts []string
	if d.Mode != "" && d.Mode != campaigns.ModeAll {
		parts = append(parts, "mode "+d.Mode)
	}
	if d.Top > 0 {
		parts = append(parts, fmt.Sprintf("the best %d accounts", d.Top))
	}
	if d.MinValue != nil {
		parts = append(parts, "from "+d.MinValue.Format("en")+" expected net value")
	}
	if d.Budget != nil {
		parts = append(parts, "budget "+d.Budget.Format("en"))
	}
	if d.MaxPieces > 0 {
		parts = append(parts, fmt.Sprintf("at most %d letters", d.MaxPieces))
	}
	return strings.Join(parts, ", ")
}

func printPreview(w io.Writer, p shownPreview) {
	printCampaign(w, p.Campaign)
	printRunPlan(w, p.Run, p.Campaign.Class)
	if o := p.Run.Outlook; o != nil {
		printOutlook(w, *o, p.Campaign.Class)
	}
	for _, warning := range p.Warnings {
		fmt.Fprintln(w, "  note: "+warning)
	}
	if p.Trial != nil {
		if !slices.Contains(p.Warnings, p.Trial.Blocked) {
			printTrial(w, *p.Trial)
		}
		if p.Trial.Blocked != "" {
			fmt.Fprintln(w, "the letters cannot be printed, so this plan cannot be approved\nnext: put that right, then preview again")
			return
		}
	}
	if p.Run.Funnel.Assigned == 0 {
		fmt.Fprintf(w, "next: change the rule or the campaign, then preview again; postlift campaign explain %q ACCOUNT tells why somebody is left out\n", p.Campaign.Name)
		return
	}
	if p.Run.ApprovalsNeeded > 1 {
		fmt.Fprintf(w, "  this plan needs the approval of %d people\n", p.Run.ApprovalsNeeded)
	}
	fmt.Fprintf(w, "next: postlift campaign approve %q --plan %s --by NAME\n", p.Campaign.Name, p.Run.PlanHash)
}

func printRunPlan(w io.Writer, r campaigns.Run, class campaigns.Class) {
	f := r.Funnel
	fmt.Fprintf(w, "plan as of %s, %s, hash %s\n", r.AsOf, r.State, r.PlanHash)
	fmt.Fprintf(w, "  %7d accounts fulfil the rule\n", f.Matched)
	for _, reason := range f.ByReason {
		fmt.Fprintf(w, "  %7d stopped: %s%s\n", -reason.Accounts, reasonText(reason.Reason), inAll(f, reason))
	}
	printEveryReason(w, f)
	if f.BadAddress > 0 {
		fmt.Fprintf(w, "          (of the stopped, %d only for want of a usable address)\n", f.BadAddress)
	}
	if len(f.Capped) == 0 && class != campaigns.Contractual {
		fmt.Fprintf(w, "  %7d over budget or number\n", -f.OverCap)
	}
	for _, reason := range f.Capped {
		fmt.Fprintf(w, "  %7d not selected: %s\n", -reason.Accounts, reasonText(reason.Reason))
	}
	if class != campaigns.Contractual {
		fmt.Fprintf(w, "  %7d held out (%d groups)\n", -f.Holdout, f.Groups.Holdout)
	}
	fmt.Fprintf(w, "  %7d mailed (%d groups): %d letters for %s\n", f.Assigned, f.Groups.Assigned, f.Pieces, r.Cost.Format("en"))
	if f.Key > 0 {
		fmt.Fprintf(w, "          (of the mailed, %d key accounts, left out of the estimate)\n", f.Key)
	}
	if f.Explored > 0 {
		fmt.Fprintf(w, "          (%d accounts are tried out whatever the model says)\n", f.Explored)
	}
	if d := r.Record.Design; d.Design != "" && class != campaigns.Contractual {
		fmt.Fprintf(w, "  holdout by %s: %s\n", d.Design, d.Why)
	}
	if len(r.Approvals) > 0 {
		fmt.Fprintf(w, "  approved by %s (%d of %d)\n", approvers(r), len(r.Approvals), max(r.ApprovalsNeeded, 1))
	}
}

// reasonText names a reason in words.
func reasonText(r campaigns.Reason) string {
	if r == campaigns.SparedKey {
		return "key account that the campaign spares"
	}
	return r.Words("en")
}

// inAll tells how many accounts a reason stopped in all, where others stood before it.
func inAll(f campaigns.Funnel, first campaigns.ReasonCount) string {
	if all := f.AllCounts[first.Reason]; all > first.Accounts {
		return fmt.Sprintf(" (%d in all)", all)
	}
	return ""
}

func printOutlook(w io.Writer, o campaigns.Outlook, class campaigns.Class) {
	if class != campaigns.Contractual {
		printEarnings(w, o)
	}
	printPlanParts(w, o)
	for _, part := range o.Quote.Parts {
		fmt.Fprintf(w, "  cost: %s %s\n", partName(part), part.Amount.Format("en"))
	}
	if class != campaigns.Contractual {
		printAlternatives(w, o)
	}
	if len(o.Samples) > 0 {
		fmt.Fprintln(w, "  ten accounts to look at:")
	}
	for _, s := range o.Samples {
		fmt.Fprintf(w, "    %-12s %-30s %s\n", s.ExternalID, s.Account, s.Sentence)
	}
}

// flatName is how a quote names the one price of campaigns without a tariff.
const flatName = "piece"

// partName names a part of a quote; of a campaign without a tariff there is one, its letters.
func partName(part budget.Part) string {
	if part.Code == budget.PartProduction && part.Name == flatName {
		return "letters"
	}
	return strings.TrimSpace(strings.Join([]string{part.Code, part.Name, part.Country, string(part.Terms)}, " "))
}

// printPlanParts tells what goes out when, and as which letter.
func printPlanParts(w io.Writer, o campaigns.Outlook) {
	for _, x := range o.Waves {
		fmt.Fprintf(w, "  wave %d: %d accounts (%d groups), %s, from %s on\n", x.Wave, x.Accounts, x.Groups, countedLetters(x.Letters), x.DueOn)
	}
	if len(o.Waves) > 1 {
		fmt.Fprintln(w, "          (the days after the first are counted anew when it is posted)")
	}
	for _, v := range o.Variants {
		name := "variant " + v.Variant
		if v.Variant == "" {
			name = "the campaign's own design"
		}
		fmt.Fprintf(w, "  %s: %d accounts, %s\n", name, v.Accounts, countedLetters(v.Letters))
	}
}

func printEarnings(w io.Writer, o campaigns.Outlook) {
	fmt.Fprintf(w, "  expected gain after cost %s (90 %%: %s to %s)\n", o.Gain.Value.Format("en"), o.Gain.Low.Format("en"), o.Gain.High.Format("en"))
	fmt.Fprintf(w, "  not mailing the held-out gives up %s by the plan's own expectation\n", o.Holdout.Format("en"))
}

func printAlternatives(w io.Writer, o campaigns.Outlook) {
	if n := o.Next; n != nil && n.Letters == 0 {
		fmt.Fprintln(w, "  1,000 more would bring nothing: money does not end this selection")
	} else if n != nil {
		fmt.Fprintf(w, "  1,000 more would bring %s (90 %%: %s to %s) with %d letters more\n", n.Gain.Value.Format("en"), n.Gain.Low.Format("en"), n.Gain.High.Format("en"), n.Letters)
	}
	if c := o.Cut; c != nil && c.Letters != 0 {
		fmt.Fprintf(w, "  20 %% less than the plan costs would change the gain by %s (90 %%: %s to %s) with %d letters fewer\n", c.Gain.Value.Format("en"), c.Gain.Low.Format("en"), c.Gain.High.Format("en"), -c.Letters)
	}
	if k := o.KeyAccounts; k != nil {
		fmt.Fprintf(w, "  key accounts: %d mailed always, %d spared; %.1f %% of last year's revenue is left out of the estimate\n", k.Mailed, k.Spared, 100*k.RevenueShare)
	}
}
