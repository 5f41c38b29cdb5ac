package budget

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"postlift"
	"postlift/campaigns/draw"
)

// What exploration takes unless a campaign says otherwise: it learns on large bases only, as below about
// 50,000 accounts what it learns does not pay for itself.
const (
	ExploreShare   = .10
	ExploreUniform = .02
	ExploreMinBase = 50_000
)

// ThompsonPropensity is of each candidate of the Thompson draw: of two like ones, one is mailed.
const ThompsonPropensity = .5

// Exploring is the input of Explore.
type Exploring struct {
	Items      []Item
	Selected   Result  // of the same items
	DrawnMinor []int64 // value of each item under one Thompson draw of the lift model, before cost, minor units
	Tariff     Tariff
	Limits     Limits
	Share      float64 // share of the pieces for Thompson draws (ExploreShare)
	Uniform    float64 // share of the pieces drawn from everybody left (ExploreUniform)
	MinBase    int     // items below which nothing is explored (ExploreMinBase)
	Salt       string  // decides all draws
}

// Role is an item's part in exploration.
type Role uint8

// The roles.
const (
	RoleNone      Role = iota // as selected; or not considered
	RoleDisplaced             // selected, but gave way to exploration
	RoleThompson              // candidate of the Thompson draw: mailed or not by a coin
	RoleUniform               // drawn from everybody left, and mailed
	RoleLeft                  // not drawn from everybody left
)

// Exploration is what exploring changes. Propensity is of being mailed before any holdout: 1 for the
// selected, ThompsonPropensity for both of a pair, the drawn share for everybody left, 0 for the displaced
// and for those that cannot be mailed.
type Exploration struct {
	Roles      []Role
	Mailed     []bool
	Propensity []float64
	Quote      Quote
	Thompson   int    // accounts mailed by a coin; as many were not
	Uniform    int    // accounts drawn from everybody left
	Displaced  int    // accounts that gave way
	Off        string // why nothing was explored: no_share, small_base, nobody_selected, nobody_left, no_room; empty: explored
}

// Explore spends a share of the pieces on learning. The worst of the selected give way until their cost
// pays for it; then pairs of like cost are taken by their value under the Thompson draw, of each pair one
// by a coin; and everybody left takes part in a draw. Of a group at most one account explores, and only
// where none of it is selected, so that clusters are never split. All draws are by hash of the salt, the
// cost stays within the budget, and the pieces within those selected.
func Explore(e Exploring) (Exploration, error) {
	bad := func(text string, args ...any) (Exploration, error) {
		return Exploration{}, postlift.Faultf(postlift.Invalid, "budget.Explore", text, args...)
	}
	switch {
	case !(e.Share >= 0 && e.Uniform >= 0 && e.Share+e.Uniform <= .5):
		return bad("shares of %g and %g are not possible; both together are at most 0.5", e.Share, e.Uniform)
	case e.Selected.problem == nil || len(e.Selected.Verdicts) != len(e.Items) || len(e.DrawnMinor) != len(e.Items):
		return bad("the selection or the drawn values are not of these %d accounts", len(e.Items))
	case e.Salt == "":
		return bad("the exploration has no salt")
	}
	if off := e.off(); off != "" {
		return e.unchanged(off), nil
	}
	for _, room := range []float64{1, .98, .95, .9, .8, .6, .4} {
		x := e.newExplorer(room)
		x.pairs()
		x.lots()
		out, err := x.outcome()
		if err != nil || out.Off == "" && x.affordable(&out) {
			return out, err
		}
		if out.Off != "" {
			return e.unchanged(out.Off), nil
		}
	}
	return e.unchanged("no_room"), nil
}

func (e *Exploring) off() string {
	switch {
	case e.Share+e.Uniform == 0:
		return "no_share"
	case len(e.Items) < e.MinBase:
		return "small_base"
	case e.Selected.Accounts == 0:
		return "nobody_selected"
	case e.Selected.Accounts+e.Selected.Counts[NoPostage] == len(e.Items):
		return "nobody_left"
	}
	return ""
}

// unchanged is the selection as it stands.
func (e *Exploring) unchanged(why string) Exploration {
	n := len(e.Items)
	out := Exploration{Roles: make([]Role, n), Mailed: make([]bool, n), Propensity: make([]float64, n), Quote: e.Selected.Quote, Off: why}
	for i, v := range e.Selected.Verdicts {
		if v.In() {
			out.Mailed[i], out.Propensity[i] = true, 1
		}
	}
	return out
}

// explorer is one attempt with a given room.
type explorer struct {
	*Exploring
	out        Exploration
	thompson   int64 // cost that pairs may have
	uniform    int64 // cost that lots may have
	pieces     int   // that may be explored
	candidates []int32
}

// newExplorer makes room: the selected that earn least for their cost give way.
func (e *Exploring) newExplorer(room float64) *explorer {
	x := &explorer{Exploring: e, out: e.unchanged("")}
	var taken []int32
	for i, v := range e.Selected.Verdicts {
		if v == Taken {
			taken = append(taken, int32(i))
		}
	}
	slices.SortFunc(taken, func(a, b int32) int {
		return cmp.Or(cmp.Compare(e.worth(a, e.Items[a].ValueMinor), e.worth(b, e.Items[b].ValueMinor)), cmp.Compare(e.Items[b].Key, e.Items[a].Key))
	})
	wanted := int(math.Floor((e.Share + e.Uniform) * float64(e.Selected.Quote.Pieces)))
	var cost int64
	for _, i := range taken {
		if x.pieces >= wanted {
			break
		}
		x.out.Mailed[i], x.out.Propensity[i], x.out.Roles[i] = false, 0, RoleDisplaced
		x.out.Displaced++
		x.pieces += e.Items[i].Pieces
		cost += e.Selected.CostsMinor[i]
	}
	x.thompson = int64(room * float64(cost) * e.Share / (e.Share + e.Uniform))
	x.uniform = int64(room*float64(cost)) - x.thompson
	x.pieces = int(room * float64(x.pieces))
	x.findCandidates()
	return x
}

// worth is a value for each minor unit of cost.
func (e *Exploring) worth(i int32, value int64) float64 {
	return float64(value) / float64(max(e.Selected.CostsMinor[i], 1))
}

// findCandidates takes of every group without a selected account its best one under the draw.
func (x *explorer) findCandidates() {
	selected := map[string]bool{}
	for i, v := range x.Selected.Verdicts {
		if v.In() {
			selected[x.Items[i].Group] = true
		}
	}
	for i, v := range x.Selected.Verdicts {
		if !v.In() && v != NoPostage && !selected[x.Items[i].Group] {
			x.candidates = append(x.candidates, int32(i))
		}
	}
	slices.SortFunc(x.candidates, func(a, b int32) int {
		return cmp.Or(cmp.Compare(x.worth(b, x.DrawnMinor[b]), x.worth(a, x.DrawnMinor[a])), cmp.Compare(x.Items[a].Key, x.Items[b].Key))
	})
	x.candidates = slices.DeleteFunc(x.candidates, func(i int32) bool {
		group := x.Items[i].Group
		again := selected[group]
		selected[group] = true
		return again
	})
}

// like is what two accounts have in common when one can stand for the other: pieces, their cost and where
// they count.
type like struct {
	pieces          int
	cost            int64
	country, region string
}

func (x *explorer) like(i int32) like {
	return like{x.Items[i].Pieces, x.Selected.CostsMinor[i], x.Items[i].Country, x.Items[i].Region}
}

// pairs takes candidates that are worth their cost under the draw, two alike at a time, while the room
// lasts, and throws a coin for each pair.
func (x *explorer) pairs() {
	waiting := map[like]int32{}
	paired := map[int32]bool{}
	for _, i := range x.candidates {
		if x.DrawnMinor[i] <= x.Selected.CostsMinor[i] {
			continue
		}
		kind := x.like(i)
		if kind.cost > x.thompson || kind.pieces > x.pieces {
			continue
		}
		other, ok := waiting[kind]
		if !ok {
			waiting[kind] = i
			continue
		}
		delete(waiting, kind)
		paired[i], paired[other] = true, true
		x.thompson, x.pieces = x.thompson-kind.cost, x.pieces-kind.pieces
		mailed := other
		if draw.Uniform(x.Salt+"|coin", x.Items[other].Key+"|"+x.Items[i].Key) < ThompsonPropensity {
			mailed = i
		}
		for _, j := range []int32{i, other} {
			x.out.Roles[j], x.out.Propensity[j], x.out.Mailed[j] = RoleThompson, ThompsonPropensity, j == mailed
		}
		x.out.Thompson++
	}
	x.candidates = slices.DeleteFunc(x.candidates, func(i int32) bool { return paired[i] })
}

// lots draws from everybody left. The share is the same for all; within accounts of the same pieces and cost the number
// is the share's whole part, plus one when a draw is below the fraction, so that each account's propensity
// is exactly the share.
func (x *explorer) lots() {
	kinds := map[like][]int32{}
	var cost, pieces float64
	for _, i := range x.candidates {
		kind := x.like(i)
		kind.country, kind.region = "", ""
		kinds[kind] = append(kinds[kind], i)
		cost += float64(kind.cost)
		pieces += float64(kind.pieces)
	}
	if pieces == 0 {
		return
	}
	share := min(float64(x.pieces)/pieces, 1)
	if cost > 0 {
		share = min(share, float64(x.uniform)/cost)
	}
	for kind, members := range kinds { // every kind by itself: their order does not matter
		name := fmt.Sprintf("%d pieces at %d", kind.pieces, kind.cost)
		x.drawLots(members, share, draw.HoldoutCount(len(members), x.Salt+"|lots", name, share))
	}
}

func (x *explorer) drawLots(members []int32, share float64, n int) {
	u := make(map[int32]float64, len(members))
	for _, i := range members {
		u[i] = draw.Uniform(x.Salt+"|lots", x.Items[i].Group)
		x.out.Roles[i], x.out.Propensity[i] = RoleLeft, share
	}
	slices.SortFunc(members, func(a, b int32) int {
		return cmp.Or(cmp.Compare(u[a], u[b]), cmp.Compare(x.Items[a].Key, x.Items[b].Key))
	})
	for _, i := range members[:n] {
		x.out.Roles[i], x.out.Mailed[i] = RoleUniform, true
	}
	x.out.Uniform += n
}

func (x *explorer) outcome() (Exploration, error) {
	if x.out.Thompson+x.out.Uniform == 0 {
		return Exploration{Off: "no_room"}, nil
	}
	verdicts := make([]Verdict, len(x.Items))
	for i, mailed := range x.out.Mailed {
		if mailed {
			verdicts[i] = Taken
		}
	}
	q, err := x.Tariff.Cost(x.Selected.problem.counts(verdicts))
	x.out.Quote = q
	return x.out, err
}

// affordable tells whether the exploration stays within what the selection may cost and mail.
func (x *explorer) affordable(out *Exploration) bool {
	limit := x.Limits.BudgetMinor
	if limit == 0 {
		limit = math.MaxInt64
	}
	return out.Quote.Total.Minor <= limit && out.Quote.Pieces <= x.Selected.Quote.Pieces
}
