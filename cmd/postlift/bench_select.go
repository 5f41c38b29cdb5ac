package main

import (
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"runtime"
	"time"

	"github.com/spf13/cobra"

	"postlift"
	"postlift/campaigns"
	"postlift/campaigns/budget"
	"postlift/campaigns/budget/yardstick"
)

// selectBench measures the selection: the pure part alone, a whole plan with gate, holdout, caps and
// budget, and the distance from the exact optimum on small instances.
type selectBench struct {
	accounts int
	runs     int
	seed     uint64
}

func newBenchSelectCommand(a *app) *cobra.Command {
	b, stored, inStore := selectBench{}, storedBench{app: a}, false
	cmd := &cobra.Command{
		Use:   "select",
		Short: "Select a tenth of made-up accounts under a tariff and a budget",
		Long: `Makes up accounts in memory and selects about a tenth of them under a tariff with set-up fee, print
steps and postage by region, once by the selection alone and once by a whole plan with gate,
holdout, caps and budget. Then it solves small selections whose exact optimum is known by
dynamic programming and prints the largest gap.

With --store it measures a whole preview on a database instead, part by part: the rule over made-up
accounts with sites, contacts, letters and blocks, what the gate needs of those it takes, the plan
with gate, holdout, caps and budget, and its choices written down; first with nothing in any cache,
then in place of the plan before it. That is a temporary SQLite file, or with --postgres a schema
of its own on the server of DATABASE_URL, which is dropped at the end.`,
		Example: "  postlift bench select\n  postlift bench select --accounts 200000 --json\n  postlift bench select --store",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if b.accounts < 1000 || b.runs < 1 {
				return postlift.Faultf(postlift.Invalid, "bench select", "at least 1,000 accounts and one run are needed")
			}
			if stored.postgres && !inStore {
				return postlift.Faultf(postlift.Invalid, "bench select", "--postgres goes with --store")
			}
			if inStore {
				stored.accounts, stored.runs = b.accounts, b.runs
				result, err := stored.run(cmd.Context())
				if err != nil {
					return err
				}
				return a.print(result, result.text)
			}
			result, err := b.run(a.errOut)
			if err != nil {
				return err
			}
			return a.print(result, result.text)
		},
	}
	f := cmd.Flags()
	f.IntVar(&b.accounts, "accounts", benchMillion, "accounts to choose from")
	f.IntVar(&b.runs, "runs", 3, "how often each step is run; the best time counts")
	f.Uint64Var(&b.seed, "seed", 1, "decides all accounts in memory")
	f.BoolVar(&inStore, "store", false, "measure a whole preview on a database")
	f.BoolVar(&stored.postgres, "postgres", false, "with --store: on the PostgreSQL server of DATABASE_URL")
	f.StringVar(&stored.dir, "dir", "", "with --store: where the temporary folder is made (about 3 GB for a million accounts)")
	return cmd
}

// The bars of a selection of a tenth out of a million on a quiet machine.
const (
	selectPlanBar = 5.0  // seconds, a whole plan
	selectGapBar  = .001 // of the exact optimum
)

type selectResult struct {
	CPUs        int     `json:"cpus"`
	Accounts    int     `json:"accounts"`
	Selected    int     `json:"selected"`
	Pieces      int     `json:"pieces"`
	Select      float64 `json:"select_seconds"`
	BoundGap    float64 `json:"bound_gap"`       // of the net value to the Lagrangian bound
	NextAndCut  float64 `json:"what_if_seconds"` // value of the next 1,000 and of a cut, and a curve of 20 points
	Plan        float64 `json:"plan_seconds"`
	Planned     int     `json:"planned"`
	PlanPass    bool    `json:"plan_pass"` // within the bar; judged for a million accounts
	Instances   int     `json:"instances"`
	LargestGap  float64 `json:"largest_gap"` // to the exact optimum
	InstPass    bool    `json:"gap_pass"`
	AllocsBytes uint64  `json:"select_alloc_bytes"`
}

func (b *selectBench) run(progress io.Writer) (r selectResult, err error) {
	r = selectResult{CPUs: runtime.NumCPU(), Accounts: b.accounts}
	fmt.Fprintf(progress, "selection from %d accounts …\n", b.accounts)
	if err = b.pure(&r); err != nil {
		return r, err
	}
	fmt.Fprintf(progress, "a whole plan …\n")
	if err = b.plan(&r); err != nil {
		return r, err
	}
	fmt.Fprintf(progress, "instances with known optimum …\n")
	return r, b.instances(&r)
}

// benchTariff has all that a tariff may have.
func benchTariff() budget.Tariff {
	return budget.Tariff{Currency: "EUR", Home: "DE", Setup: budget.FromMoney(euro(25_000)), MinOrder: budget.FromMoney(euro(50_000)),
		Production: []budget.Production{{Name: "print", Steps: []budget.Step{{From: 1, Price: 450_000}, {From: 5000, Price: 380_000}, {From: 50_000, Price: 290_000}}}},
		Postage: []budget.Class{{Name: "letter", Price: 950_000},
			{Name: "dialogpost", Price: 385_000, Region: 200, Nationwide: 5000, TopUp: true, EasyFrom: 500, EasySurcharge: 180_000},
			{Name: "abroad", Countries: []string{budget.Everywhere}, Price: 1_250_000}}}
}

func euro(minor int64) postlift.Money { return postlift.Money{Minor: minor, Currency: "EUR"} }

// items are accounts with lognormal values; one in twenty lives abroad, one in a hundred has no postcode.
func (b *selectBench) items() []budget.Item {
	rng := rand.New(rand.NewPCG(b.seed, 41))
	items := make([]budget.Item, b.accounts)
	for i := range items {
		key := fmt.Sprintf("bench:%07d", i)
		v := int64(60 * math.Exp(rng.NormFloat64()*1.1))
		items[i] = budget.Item{Key: key, Group: key, Country: "DE", Region: fmt.Sprintf("%02d", 1+int(98*math.Pow(rng.Float64(), 1.5))),
			Pieces: 1 + rng.IntN(10)/9, ValueMinor: v, LiftSD: float64(v) / 2, BaseSD: float64(v)}
		switch u := rng.Float64(); {
		case u < .05:
			items[i].Country, items[i].Region = "AT", ""
		case u < .06:
			items[i].Region = ""
		}
	}
	return items
}

// limits buy pieces for about a tenth of the accounts.
func (b *selectBench) limits() budget.Limits {
	return budget.Limits{Mode: budget.ModeBudget, BudgetMinor: int64(b.accounts) * 74 / 10}
}

func (b *selectBench) pure(r *selectResult) error {
	items := b.items()
	r.Select, r.NextAndCut = math.Inf(1), math.Inf(1)
	for range b.runs {
		runtime.GC()
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		start := time.Now()
		got, err := budget.Select(items, benchTariff(), b.limits())
		if err != nil {
			return err
		}
		r.Select = min(r.Select, time.Since(start).Seconds())
		runtime.ReadMemStats(&after)
		r.AllocsBytes = after.TotalAlloc - before.TotalAlloc
		r.Selected, r.Pieces = got.Accounts, got.Quote.Pieces
		r.BoundGap = (got.BoundMinor - float64(got.Net.Minor)) / got.BoundMinor
		start = time.Now()
		got.Next(100_000)
		got.Cut(.2)
		got.Curve(20)
		r.NextAndCut = min(r.NextAndCut, time.Since(start).Seconds())
	}
	return nil
}

// planInput is a campaign over as many candidates: one in twenty is held back by the gate, one in thirty
// stands in the global control, a fifth is held out.
func (b *selectBench) planInput() campaigns.PlanInput {
	in := campaigns.PlanInput{AsOf: postlift.NewDate(2026, time.September, 1), Salt: "bench", Currency: "EUR",
		Policy:  campaigns.Policy{Class: campaigns.Advertising, CoolingOffDays: 30, MaxPerYear: 12},
		Holdout: .2, GlobalControl: .03, Lift: .15, PieceCostMinor: 74, BudgetMinor: b.limits().BudgetMinor, ContactsPerSite: 1}
	for i, it := range b.items() {
		c := campaigns.Candidate{AccountID: int64(i), Key: it.Key, GroupKey: it.Group, Segment: "ABCDEF"[i%6 : i%6+1], ResidualMinor: it.ValueMinor * 30,
			BaselineMinor: it.ValueMinor * 7, PreMarginMinor: it.ValueMinor * 20}
		c.Standing.Dunning = i%20 == 0
		c.Recipients = []campaigns.Recipient{{ContactID: int64(i), AccountID: int64(i), SiteID: int64(i), Key: it.Key, Language: "de",
			Country: it.Country, Postcode: it.Region + "001", HasAddress: true}}
		in.Candidates = append(in.Candidates, c)
	}
	return in
}

func (b *selectBench) plan(r *selectResult) error {
	in := b.planInput()
	r.Plan = math.Inf(1)
	for range b.runs {
		runtime.GC()
		start := time.Now()
		plan, err := campaigns.MakePlan(in)
		if err != nil {
			return err
		}
		r.Plan = min(r.Plan, time.Since(start).Seconds())
		r.Planned = 0
		for i := range plan.Choices {
			if o := plan.Choices[i].Outcome; o == campaigns.Assigned || o == campaigns.HeldOut {
				r.Planned++
			}
		}
	}
	r.PlanPass = b.accounts != benchMillion || r.Plan <= selectPlanBar
	return nil
}

func (b *selectBench) instances(r *selectResult) error {
	for seed := range uint64(20) {
		in := yardstick.Regional(seed)
		got, err := budget.Select(in.Items, in.Tariff, in.Limits)
		if err != nil {
			return err
		}
		r.Instances++
		r.LargestGap = max(r.LargestGap, float64(in.Exact-got.Net.Minor)/float64(in.Exact))
	}
	r.InstPass = r.LargestGap <= selectGapBar
	return nil
}

func (r selectResult) text(w io.Writer) {
	fmt.Fprintf(w, "selection: %d of %d accounts, %d pieces: %.3f s, %d MiB allocated, at most %.4f %% below the optimum\n",
		r.Selected, r.Accounts, r.Pieces, r.Select, r.AllocsBytes>>20, 100*r.BoundGap)
	fmt.Fprintf(w, "value of the next 1,000 and of a cut by a fifth, curve of 20 points: %.3f s\n", r.NextAndCut)
	fmt.Fprintf(w, "whole plan: %d planned: %.3f s   %s (at most %g s for a million accounts)\n", r.Planned, r.Plan, passed(r.PlanPass), selectPlanBar)
	fmt.Fprintf(w, "%d instances with known optimum: largest gap %.4f %%   %s (at most %g %%)\n",
		r.Instances, 100*r.LargestGap, passed(r.InstPass), 100*selectGapBar)
	fmt.Fprintf(w, "on %d CPUs\n", r.CPUs)
}
