package responses

import (
	"context"
	"slices"

	"postlift"
	"postlift/accounts"
)

// Stages of the way from a letter to an order. Each counts accounts, once, from the day in home to the reading's day.
const (
	PathVisit       = "visit"
	PathResponse    = "response"
	PathMeeting     = "meeting"
	PathOpportunity = "opportunity"
	PathQuote       = "quote"
	PathWon         = "won"
	PathOrder       = "order"
)

// PathStages lists the stages in their order.
var PathStages = []string{PathVisit, PathResponse, PathMeeting, PathOpportunity, PathQuote, PathWon, PathOrder}

// PathStage is one stage of the way from a response to an order. Only orders earn money: all before is a leading
// indicator, which decides nothing.
type PathStage struct {
	Name       string        `json:"name"`
	Label      Bilingual     `json:"label"`
	Leading    bool          `json:"leading_indicator"`
	Indicator  *Bilingual    `json:"indicator,omitempty"`  // the words for it
	Accounts   int           `json:"accounts"`             // mailed ones that came so far; of orders: with a credited one
	Share      float64       `json:"share"`                // of the mailed accounts
	MedianDays *float64      `json:"median_days"`          // from the day in home to the first time; null: nobody
	Compared   *PathCompared `json:"compared"`             // null where held-out accounts cannot be seen: nobody writes down what they did not answer
	ByMethod   PathMethods   `json:"by_method,omitempty"`  // of orders: accounts by the surest way in which one was credited
	Leaks      *CodeLeaks    `json:"code_leaks,omitempty"` // of orders: codes named by accounts without a letter
	Source     string        `json:"source"`               // responses, opportunities, both, orders
}

// PathMethods counts accounts by method of attribution.
type PathMethods map[string]int

// PathCompared sets mailed and held-out accounts side by side, counted in the same way from the same data: CRM
// opportunities or orders, whoever brought them.
type PathCompared struct {
	Mailed            int      `json:"mailed"`
	MailedShare       float64  `json:"mailed_share"`
	HeldOut           int      `json:"held_out"`
	HeldOutShare      float64  `json:"held_out_share"`
	MailedMedianDays  *float64 `json:"mailed_median_days"`
	HeldOutMedianDays *float64 `json:"held_out_median_days"`
}

// CodeLeaks counts accounts that ordered with a code of the run though they got no letter of it. The share of the
// held-out ones is the contamination d0 of the complier effect, as far as codes show it: a lower bound.
type CodeLeaks struct {
	HeldOut      int     `json:"held_out"`
	HeldOutShare float64 `json:"held_out_share"` // of the held-out accounts
	Unmailed     int     `json:"unmailed"`       // neither mailed nor held out
	Orders       int     `json:"orders"`         // of both
}

// PathCount is a number of accounts of one arm that came to a stage for the first time on a day. A stage "" counts all
// accounts of the arm.
type PathCount struct {
	Stage    string
	Compared bool // counted alike in both arms
	Arm      string
	InHome   postlift.Date
	On       postlift.Date
	Method   string
	Accounts int
}

// PathStore reads the stages.
type PathStore interface {
	// RunPath gives the counts of a run's accounts that the estimate compares, up to a day. quoted are the stages of
	// opportunities at which a quote is out.
	RunPath(ctx context.Context, run MeasuredRun, until postlift.Date, quoted []string, each func(PathCount) error) error
	// RunCodeLeaks counts the accounts without a letter that named a code of the run.
	RunCodeLeaks(ctx context.Context, runID int64, until postlift.Date) (CodeLeaks, error)
}

// path fills in the way from responses to orders.
func (s *Service) path(ctx context.Context, in Reading, u *Uplift) error {
	settings, err := s.store.Settings(ctx)
	if err != nil {
		return err
	}
	until := min(in.AsOf, in.Run.EndsOn())
	var counts []PathCount
	err = s.store.RunPath(ctx, in.Run, until, accounts.QuoteStages(settings.Mail.OpportunityStages), func(c PathCount) error {
		counts = append(counts, c)
		return nil
	})
	if err != nil {
		return err
	}
	leaks, err := s.store.RunCodeLeaks(ctx, in.Run.ID, until)
	if err != nil {
		return err
	}
	u.Path = Path(counts, leaks)
	return nil
}

// tally is how many accounts came to a stage, by days since in-home.
type tally struct {
	accounts int
	days     map[int]int
}

func (t *tally) add(c PathCount) {
	if t.days == nil {
		t.days = map[int]int{}
	}
	t.accounts += c.Accounts
	t.days[max(c.On.DaysSince(c.InHome), 0)] += c.Accounts
}

// median is that of the days; nil without an account. Of an even number it is the mean of the two in the middle.
func (t tally) median() *float64 {
	if t.accounts == 0 {
		return nil
	}
	days := make([]int, 0, len(t.days))
	for d := range t.days {
		days = append(days, d)
	}
	slices.Sort(days)
	nth := func(n int) float64 {
		for _, d := range days {
			if n -= t.days[d]; n < 0 {
				return float64(d)
			}
		}
		return float64(days[len(days)-1])
	}
	m := (nth((t.accounts-1)/2) + nth(t.accounts/2)) / 2
	return &m
}

func (t tally) share(all int) float64 {
	if all == 0 {
		return 0
	}
	return float64(t.accounts) / float64(all)
}

// Path makes the stages from counts.
func Path(counts []PathCount, leaks CodeLeaks) []PathStage {
	type key struct {
		stage, arm string
		compared   bool
	}
	tallies, arms, methods := map[key]*tally{}, map[string]int{}, PathMethods{}
	for _, c := range counts {
		if c.Stage == "" {
			arms[c.Arm] += c.Accounts
			continue
		}
		k := key{c.Stage, c.Arm, c.Compared}
		if tallies[k] == nil {
			tallies[k] = &tally{}
		}
		tallies[k].add(c)
		if c.Method != "" && c.Arm == ArmAssigned {
			methods[c.Method] += c.Accounts
		}
	}
	of := func(stage, arm string, compared bool) tally {
		if t := tallies[key{stage, arm, compared}]; t != nil {
			return *t
		}
		return tally{}
	}
	out := make([]PathStage, 0, len(PathStages))
	for _, name := range PathStages {
		words := pathWords[name]
		p := PathStage{Name: name, Label: words.label, Source: words.source, Leading: name != PathOrder}
		mailed := of(name, ArmAssigned, false)
		p.Accounts, p.Share, p.MedianDays = mailed.accounts, mailed.share(arms[ArmAssigned]), mailed.median()
		if p.Leading {
			p.Indicator = &leadingIndicator
		}
		if words.compared && arms[ArmHoldout] > 0 {
			a, h := of(name, ArmAssigned, true), of(name, ArmHoldout, true)
			p.Compared = &PathCompared{Mailed: a.accounts, MailedShare: a.share(arms[ArmAssigned]), MailedMedianDays: a.median(),
				HeldOut: h.accounts, HeldOutShare: h.share(arms[ArmHoldout]), HeldOutMedianDays: h.median()}
		}
		if name == PathOrder {
			leaks.HeldOutShare = tally{accounts: leaks.HeldOut}.share(arms[ArmHoldout])
			p.ByMethod, p.Leaks = methods, &leaks
		}
		out = append(out, p)
	}
	return out
}

var leadingIndicator = Bilingual{EN: "leading indicator: shows early whether letters are noticed, proves no gain",
	DE: "Frühindikator: zeigt früh, ob Briefe beachtet werden, belegt keinen Ertrag"}

var pathWords = map[string]struct {
	label    Bilingual
	source   string
	compared bool
}{
	PathVisit:       {Bilingual{EN: "Visited the page", DE: "Seite besucht"}, "responses", false},
	PathResponse:    {Bilingual{EN: "Responded", DE: "Geantwortet"}, "responses", false},
	PathMeeting:     {Bilingual{EN: "Meeting", DE: "Termin"}, "responses", false},
	PathOpportunity: {Bilingual{EN: "Opportunity opened", DE: "Verkaufschance eröffnet"}, "opportunities", true},
	PathQuote:       {Bilingual{EN: "Quote", DE: "Angebot"}, "both", true},
	PathWon:         {Bilingual{EN: "Opportunity won", DE: "Verkaufschance gewonnen"}, "opportunities", true},
	PathOrder:       {Bilingual{EN: "Order", DE: "Auftrag"}, "orders", true},
}
