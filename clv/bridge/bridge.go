package bridge

import (
	"postlift"
)

// Kind says what became of an account between the two dates.
type Kind int

// The kinds. A new account had neither ordered nor signed anything at the first date; a lost one was a customer then
// and is none now.
const (
	Continuing Kind = iota
	New
	Lost
)

// Account is one account's values that its steps are worked out of, minor units of the reporting currency. Values are
// residual: what is still expected within the horizon of the respective date, discounted to it.
type Account struct {
	Kind    Kind
	Opening int64 // as stored by the opening run; 0 where it has no score there
	Closing int64 // as stored by the closing run; 0 likewise
	// Then and Now are the two values worked out anew from the documents that are known today: they differ from the
	// stored ones where something was recorded after the run.
	Then, Now int64
	// OldModel is the value at the closing date under the opening run's models and assumptions, OldAssumptions that
	// under the closing run's models and the opening run's assumptions.
	OldModel, OldAssumptions int64
	Forecast                 Forecast // that the opening run made
	Earned                   int64    // margin earned between the dates, less the costs that the forecast assumes
}

// Line is the bridge of one account or of many, minor units. Its steps add up exactly:
//
//	Opening + Late + New + Lost + Realised + Unwound + Further + Cash + Value + Model + Assumptions = Closing
type Line struct {
	Accounts int `json:"accounts"`

	Opening     int64 `json:"opening"`
	Late        int64 `json:"recorded_later"`     // documents that became known after the run to which they belong
	New         int64 `json:"new"`                // accounts won: what they have earned and are worth now
	Lost        int64 `json:"lost"`               // accounts lost: what was still expected of them
	Realised    int64 `json:"realised"`           // earned between the dates, which is no longer ahead; mostly negative
	Unwound     int64 `json:"discount_unwound"`   // what is ahead is nearer
	Further     int64 `json:"horizon_moved_on"`   // the horizon reaches as many months further
	Cash        int64 `json:"earned_against"`     // earned, against the forecast, of accounts that go on
	Value       int64 `json:"prospects_against"`  // still ahead, against the forecast, of accounts that go on
	Model       int64 `json:"model_change"`       // the closing run's models instead of the opening run's
	Assumptions int64 `json:"assumption_changes"` // rates, margins and costs that were stated anew, and the horizon
	Closing     int64 `json:"closing"`
}

// Of works out an account's steps. What is expected is compared with what came under the opening run's models and
// assumptions, so that neither a refit nor a new assumption counts as behaviour; then the models change, then the
// assumptions. New and lost accounts have all that differs from the forecast in one step.
func Of(a Account) Line {
	l := Line{Accounts: 1, Opening: a.Opening, Closing: a.Closing,
		Late:     (a.Then - a.Opening) + (a.Closing - a.Now),
		Realised: -a.Earned,
		Unwound:  a.Forecast.Cash + a.Forecast.Rest - a.Then,
		Further:  a.Forecast.Further,
		Model:    a.OldAssumptions - a.OldModel, Assumptions: a.Now - a.OldAssumptions,
	}
	cash, value := a.Earned-a.Forecast.Cash, a.OldModel-a.Forecast.Rest-a.Forecast.Further
	switch a.Kind {
	case New:
		l.New = cash + value
	case Lost:
		l.Lost = cash + value
	default:
		l.Cash, l.Value = cash, value
	}
	return l
}

// Add adds another line's steps.
func (l *Line) Add(o Line) {
	l.Accounts += o.Accounts
	for i, step := range l.steps() {
		*step += *o.steps()[i]
	}
	l.Opening, l.Closing = l.Opening+o.Opening, l.Closing+o.Closing
}

// steps are those between opening and closing, in their order.
func (l *Line) steps() []*int64 {
	return []*int64{&l.Late, &l.New, &l.Lost, &l.Realised, &l.Unwound, &l.Further, &l.Cash, &l.Value, &l.Model, &l.Assumptions}
}

// Check is an Internal error where the steps do not lead from the opening to the closing value.
func (l *Line) Check() error {
	sum := l.Opening
	for _, step := range l.steps() {
		sum += *step
	}
	if sum != l.Closing {
		return postlift.Faultf(postlift.Internal, "bridge.Check", "the steps lead to %d, the closing value is %d", sum, l.Closing)
	}
	return nil
}

// Step is one bar of the waterfall.
type Step struct {
	Name   string `json:"name"` // as Line names it
	Amount int64  `json:"amount_minor"`
	After  int64  `json:"after_minor"` // sum up to here
	Total  bool   `json:"total"`
}

// Names of the steps, in the order of the bridge.
var Names = []string{"opening", "recorded_later", "new", "lost", "realised", "discount_unwound", "horizon_moved_on", "earned_against",
	"prospects_against", "model_change", "assumption_changes", "closing"}

// Waterfall lists the bars.
func (l *Line) Waterfall() []Step {
	steps := []Step{{Name: Names[0], Amount: l.Opening, After: l.Opening, Total: true}}
	sum := l.Opening
	for i, step := range l.steps() {
		sum += *step
		steps = append(steps, Step{Name: Names[i+1], Amount: *step, After: sum})
	}
	return append(steps, Step{Name: Names[len(Names)-1], Amount: l.Closing, After: l.Closing, Total: true})
}
