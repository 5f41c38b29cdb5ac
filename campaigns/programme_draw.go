package campaigns

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"maps"
	"math"
	"slices"

	"postlift"
	"postlift/campaigns/draw"
	"postlift/campaigns/experiment"
)

// ProgrammeCandidate is an account that the rule of a programme test takes.
type ProgrammeCandidate struct {
	AccountID      int64
	GroupKey       string
	Segment        string
	PreMarginMinor int64   // of the 12 months before the draw
	Mailable       bool    // somebody there may be written to, now or after a while
	Past           float64 // margin of as many months before the draw as the test lasts, minor units
	PastPre        float64 // of the 12 months before those
}

// ProgrammeInput is everything that a draw rests on.
type ProgrammeInput struct {
	Request       ProgrammeRequest
	RuleText      string
	Salt          string
	Currency      string
	GlobalControl float64         // the settings' share
	Lift          float64         // the settings' prior lift
	Busy          map[string]bool // groups in another test
	Candidates    []ProgrammeCandidate
}

// ProgrammeDraw is a programme test that is drawn and not started.
type ProgrammeDraw struct {
	Programme Programme
	Members   []ProgrammeMember // by account
}

// programmeGroup is a group with those of its accounts that the rule takes.
type programmeGroup struct {
	key      string
	segment  string // of its first account by number
	mailable bool
	pre      float64
	past     float64
	pastPre  float64
	accounts []int // in Candidates
}

// DrawProgramme forms matched blocks of neighbours by margin within every segment and holds one of each block out. It
// is pure: the order of candidates does not matter, and the same salt draws the same groups. Left out of both arms,
// by what is known before the draw, are groups that nobody may write to, of a global control, of another test, and
// the largest.
func DrawProgramme(in ProgrammeInput) (ProgrammeDraw, error) {
	r, err := in.Request.completed()
	if err != nil {
		return ProgrammeDraw{}, err
	}
	p := Programme{Name: r.Name, RuleText: in.RuleText, Salt: in.Salt, Block: r.Block, Months: r.Months, TopPercent: r.TopPercent,
		AsOf: r.AsOf, StartsOn: r.From, EndsOn: r.From.AddMonths(r.Months).AddDays(-1), Currency: in.Currency}
	p.Record = registered(len(in.Candidates))
	groups := in.groups()
	groups = in.spare(groups, p, &p.Record.LeftOut)
	groups = largestOut(groups, r.TopPercent, &p.Record.LeftOut)
	if least := 4 * r.Block; len(groups) < least {
		return ProgrammeDraw{}, postlift.Faultf(postlift.Invalid, "campaigns.DrawProgramme",
			"%d groups are left to draw from, a programme test needs at least %d: widen the rule", len(groups), least)
	}
	arms, strata, err := draw.Assign(units(groups), draw.Request{Salt: in.Salt, Design: draw.Blocks, Block: r.Block})
	if err != nil {
		return ProgrammeDraw{}, err
	}
	d := ProgrammeDraw{Programme: p}
	d.Programme.Record.Strata = strata
	for i, g := range groups {
		d.count(arms[i], len(g.accounts))
		for _, at := range g.accounts {
			c := in.Candidates[at]
			d.Members = append(d.Members, ProgrammeMember{AccountID: c.AccountID, GroupKey: g.key, Control: arms[i].Held, Block: arms[i].Stratum, PreMarginMinor: c.PreMarginMinor})
		}
	}
	slices.SortFunc(d.Members, func(a, b ProgrammeMember) int { return cmp.Compare(a.AccountID, b.AccountID) })
	d.power(in, groups)
	d.Programme.Hash = d.hash()
	return d, nil
}

func registered(matched int) ProgrammeRecord {
	return ProgrammeRecord{Unit: "group_key", Alpha: .05, Matched: matched, Estimator: experiment.PrimaryBlocked,
		Metric:    "realised margin of the accounts drawn from the first to the last day, summed by group, net of the cost of all advertising letters printed for the mailed arm",
		Covariate: "margin of the 12 months before the draw",
		Interim:   "always-valid interval (confidence sequence at 5 % over all readings)"}
}

// groups gathers the candidates by group, in order of the groups' keys.
func (in *ProgrammeInput) groups() []programmeGroup {
	by := map[string]*programmeGroup{}
	order := make([]int, len(in.Candidates))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(in.Candidates[a].AccountID, in.Candidates[b].AccountID) })
	for _, i := range order {
		c := in.Candidates[i]
		g := by[c.GroupKey]
		if g == nil {
			g = &programmeGroup{key: c.GroupKey, segment: c.Segment}
			by[c.GroupKey] = g
		}
		g.mailable = g.mailable || c.Mailable
		g.pre, g.past, g.pastPre = g.pre+float64(c.PreMarginMinor), g.past+c.Past, g.pastPre+c.PastPre
		g.accounts = append(g.accounts, i)
	}
	groups := make([]programmeGroup, 0, len(by))
	for _, key := range slices.Sorted(maps.Keys(by)) {
		groups = append(groups, *by[key])
	}
	return groups
}

// spare leaves out the groups that cannot be in a test.
func (in *ProgrammeInput) spare(groups []programmeGroup, p Programme, out *ProgrammeLeftOut) []programmeGroup {
	var kept []programmeGroup
	for _, g := range groups {
		switch {
		case !g.mailable:
			out.Unmailable++
		case in.Busy[g.key]:
			out.Programme++
		case inControlOfYears(g.key, p.StartsOn, p.EndsOn, in.GlobalControl):
			out.GlobalControl++
		default:
			kept = append(kept, g)
		}
	}
	return kept
}

// inControlOfYears tells whether a group is in the global control of a year between two days.
func inControlOfYears(group string, from, to postlift.Date, share float64) bool {
	for year := from.Time().Year(); year <= to.Time().Year(); year++ {
		if draw.InGlobalControl(group, year, share) {
			return true
		}
	}
	return false
}

// largestOut leaves out the given per cent of the groups with the largest margin; a few very large ones make every
// interval wide, and they are worth a visit rather than a place in a control.
func largestOut(groups []programmeGroup, percent float64, out *ProgrammeLeftOut) []programmeGroup {
	n := int(math.Ceil(percent/100*float64(len(groups)) - 1e-9))
	if n <= 0 {
		return groups
	}
	slices.SortStableFunc(groups, func(a, b programmeGroup) int { return cmp.Or(cmp.Compare(b.pre, a.pre), cmp.Compare(a.key, b.key)) })
	all, top := 0.0, 0.0
	for i, g := range groups {
		all += max(g.pre, 0)
		if i < n {
			top += max(g.pre, 0)
		}
	}
	out.Largest = n
	if all > 0 {
		out.LargestShare = top / all
	}
	return groups[n:]
}

func units(groups []programmeGroup) []draw.Unit {
	list := make([]draw.Unit, len(groups))
	for i, g := range groups {
		list[i] = draw.Unit{Key: g.key, Segment: g.segment, Pre: g.pre}
	}
	return list
}

func (d *ProgrammeDraw) count(a draw.Arm, accounts int) {
	r := &d.Programme.Record
	if a.Held {
		r.Blocks++
		r.ControlGroups, r.ControlAccounts = r.ControlGroups+1, r.ControlAccounts+accounts
		return
	}
	r.TreatedGroups, r.TreatedAccounts = r.TreatedGroups+1, r.TreatedAccounts+accounts
}

// pastDraws is how often blocks are formed on the past, at most and at least; pastWork bounds groups times draws.
const (
	mostPastDraws  = 40
	leastPastDraws = 3
	pastWork       = 400_000
)

// power forms the same kind of blocks on the past, by the margin before it, and takes the mean variance of the
// report's own estimator: letters then and now cancel out, as both arms of such a draw got them alike.
func (d *ProgrammeDraw) power(in ProgrammeInput, groups []programmeGroup) {
	rec := &d.Programme.Record
	var pre, past float64
	list := units(groups)
	for i, g := range groups {
		pre, past = pre+g.pre, past+g.past
		list[i].Pre = g.pastPre
	}
	n := float64(len(groups))
	minor := func(v float64) postlift.Money {
		return postlift.Money{Minor: postlift.RoundMinor(v), Currency: in.Currency}
	}
	months := float64(d.Programme.Months)
	rec.Margin = minor(pre / n)
	rec.Power.Lift = in.Lift
	rec.Power.GivenUp = minor(max(pre/n, 0) * months / 12 * in.Lift * float64(rec.ControlGroups))
	draws := min(mostPastDraws, max(leastPastDraws, pastWork/len(groups)))
	var variance float64
	for k := range draws {
		se, ok := pastError(list, groups, fmt.Sprintf("%s|past %d", in.Salt, k), d.Programme.Block)
		if !ok {
			return
		}
		variance += se * se
		rec.Power.Draws++
	}
	found := experiment.Detectable(math.Sqrt(variance / float64(rec.Power.Draws)))
	per := minor(found)
	rec.Power.Detectable = &per
	if past > 0 {
		lift := found / (past / n)
		rec.Power.DetectableLift = &lift
	}
}

// pastError is the standard error per group of a test drawn on the past.
func pastError(list []draw.Unit, groups []programmeGroup, salt string, block int) (float64, bool) {
	arms, _, err := draw.Assign(list, draw.Request{Salt: salt, Design: draw.Blocks, Block: block})
	if err != nil {
		return 0, false
	}
	drawn := make([]experiment.Unit, len(groups))
	for i, g := range groups {
		drawn[i] = experiment.Unit{Treated: !arms[i].Held, Block: arms[i].Stratum, Propensity: arms[i].Propensity, Accounts: len(g.accounts), Outcome: g.past, Pre: g.pastPre}
	}
	r, err := experiment.AnalyseBlocks(drawn)
	if err != nil || r.Refused != "" {
		return 0, false
	}
	return r.Designed.SE, true
}

// hash is over everything that a person agrees to: terms and who is in which arm.
func (d *ProgrammeDraw) hash() string {
	h := sha256.New()
	p := d.Programme
	hashed(h, "programme 1", p.Name, p.RuleText, p.Salt, fmt.Sprint(p.Block, p.Months, p.TopPercent), p.AsOf.String(), p.StartsOn.String(), p.EndsOn.String())
	for _, m := range d.Members {
		hashed(h, fmt.Sprint(m.AccountID, m.Control, m.PreMarginMinor), m.GroupKey, m.Block)
	}
	return hex.EncodeToString(h.Sum(nil))[:32]
}

// hashed writes texts so that none can pass for another.
func hashed(h hash.Hash, parts ...string) {
	for _, p := range parts {
		fmt.Fprintf(h, "%d:%s;", len(p), p)
	}
}
