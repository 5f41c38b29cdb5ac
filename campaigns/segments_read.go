package campaigns

import (
	"context"
	"slices"
	"time"

	"postlift"
	"postlift/accounts"
	"postlift/campaigns/rules"
)

// Reasons why a segment's members may not be what its rule takes by now.
const (
	StaleNeverBuilt = "never_built"
	StaleRule       = "rule_changed"   // its rule or one that it refers to has been saved since
	StaleScores     = "scores_changed" // another score run is published
	StaleData       = "data_changed"   // accounts have changed since
	StaleDay        = "day_passed"     // it stands for an earlier day than today, and its rule asks for the day
)

// slowBuild is how long a build may take before the list says so.
const slowBuild = 2 * time.Second

// SegmentState is a segment with how far it can be relied on.
type SegmentState struct {
	Segment
	Rule    RuleVersion `json:"rule"`     // in force
	Stale   []string    `json:"stale"`    // why it should be built again; empty where it is up to date
	Slow    bool        `json:"slow"`     // the latest build took longer than two seconds
	UsedBy  []string    `json:"used_by"`  // saved rules that refer to it
	AgeDays int         `json:"age_days"` // since the latest build was made
	// How many days before today the date of the latest build lies; negative where it lies after today.
	BehindDays int `json:"behind_days"`
	// Members at whom nobody may be sent advertising because of objections, today; nil in lists of segments.
	Objectors *int64 `json:"objectors,omitempty"`

	SentenceEN string `json:"sentence_en"`
	SentenceDE string `json:"sentence_de"`
	Currency   string `json:"currency"` // of the rule's amounts
}

// Segment finds a segment by its name or id. A NotFound fault names the nearest one, or says how to keep a rule
// that is saved already.
func (s *Service) Segment(ctx context.Context, ref string) (Segment, error) {
	segment, err := s.store.Segment(ctx, ref)
	if postlift.KindOf(err) != postlift.NotFound || err == nil {
		return segment, err
	}
	if rule, ruleErr := s.store.Rule(ctx, ref); ruleErr == nil {
		return Segment{}, postlift.Faultf(postlift.NotFound, "campaigns.Segment",
			"%q is a saved rule whose members are not kept: postlift segment create %q starts that", rule.Name, rule.Name)
	}
	known, listErr := s.store.Segments(ctx)
	if listErr != nil {
		return Segment{}, listErr
	}
	names := make([]string, len(known))
	for i := range known {
		names[i] = known[i].Name
	}
	return Segment{}, postlift.Faultf(postlift.NotFound, "campaigns.Segment", "there is no segment %q%s", ref, rules.DidYouMean(names, ref))
}

// SegmentStates lists every segment with its latest build, by name.
func (s *Service) SegmentStates(ctx context.Context) ([]SegmentState, error) {
	segments, err := s.store.Segments(ctx)
	if err != nil || len(segments) == 0 {
		return []SegmentState{}, err
	}
	view, err := s.segmentView(ctx)
	if err != nil {
		return nil, err
	}
	states := make([]SegmentState, len(segments))
	for i, segment := range segments {
		states[i] = view.state(segment)
	}
	return states, nil
}

// SegmentState is one segment with its latest build, and with how many of its members have objected to advertising.
func (s *Service) SegmentState(ctx context.Context, ref string) (SegmentState, error) {
	segment, err := s.Segment(ctx, ref)
	if err != nil {
		return SegmentState{}, err
	}
	view, err := s.segmentView(ctx)
	if err != nil {
		return SegmentState{}, err
	}
	state := view.state(segment)
	if segment.Last != nil {
		objectors, err := s.store.SegmentObjectors(ctx, segment, view.today)
		if err != nil {
			return SegmentState{}, err
		}
		state.Objectors = &objectors
	}
	return state, nil
}

// segmentView is what decides whether segments are up to date.
type segmentView struct {
	rules    map[string]RuleVersion
	scoreRun string
	mark     int64
	settings accounts.Settings
	today    postlift.Date
}

func (s *Service) segmentView(ctx context.Context) (*segmentView, error) {
	settings, err := s.store.Settings(ctx)
	if err != nil {
		return nil, err
	}
	saved, err := s.store.Rules(ctx)
	if err != nil {
		return nil, err
	}
	view := &segmentView{rules: make(map[string]RuleVersion, len(saved)), settings: settings, today: settings.Today(s.clock)}
	for _, r := range saved {
		view.rules[r.Name] = r
	}
	run, err := s.store.PublishedRun(ctx)
	if err != nil && postlift.KindOf(err) != postlift.NotFound {
		return nil, err
	}
	view.scoreRun = run.UID
	view.mark, _, err = s.store.ChangeMark(ctx)
	return view, err
}

func (v *segmentView) state(segment Segment) SegmentState {
	st := SegmentState{Segment: segment, Rule: v.rules[segment.Name], Stale: []string{}, UsedBy: []string{}, Currency: v.settings.Currency}
	catalogue := rules.Builtin().With(v.settings.Attributes)
	st.SentenceEN, st.SentenceDE = st.Rule.Tree.Sentence(catalogue, "en", st.Currency), st.Rule.Tree.Sentence(catalogue, "de", st.Currency)
	for name, r := range v.rules {
		if slices.Contains(r.Tree.Segments(), segment.Name) {
			st.UsedBy = append(st.UsedBy, name)
		}
	}
	slices.Sort(st.UsedBy)
	b := segment.Last
	if b == nil {
		st.Stale = append(st.Stale, StaleNeverBuilt)
		return st
	}
	st.Slow = time.Duration(b.TookMS)*time.Millisecond > slowBuild
	st.BehindDays = v.today.DaysSince(b.AsOf)
	st.AgeDays = v.today.DaysSince(v.settings.Today(postlift.FixedClock(b.BuiltAt)))
	if st.Rule.ID != b.RuleVersionID || v.savedSince(st.Rule.Tree, b.BuiltAt, map[string]bool{}) {
		st.Stale = append(st.Stale, StaleRule)
	}
	if v.scoreRun != b.ScoreRun {
		st.Stale = append(st.Stale, StaleScores)
	}
	if v.mark > b.ChangeMark {
		st.Stale = append(st.Stale, StaleData)
	}
	if st.BehindDays > 0 && v.movesByDay(st.Rule.Tree, catalogue, map[string]bool{}) {
		st.Stale = append(st.Stale, StaleDay)
	}
	return st
}

// movesByDay tells whether a tree, or a rule that it refers to at any depth, asks for the day.
func (v *segmentView) movesByDay(tree *rules.Node, catalogue *rules.Catalogue, seen map[string]bool) bool {
	if tree.MovesByDay(catalogue) {
		return true
	}
	for _, name := range tree.Segments() {
		if seen[name] {
			continue
		}
		seen[name] = true
		if r, ok := v.rules[name]; ok && v.movesByDay(r.Tree, catalogue, seen) {
			return true
		}
	}
	return false
}

// savedSince tells whether a rule that the tree refers to, at any depth, was saved after an instant.
func (v *segmentView) savedSince(tree *rules.Node, at time.Time, seen map[string]bool) bool {
	for _, name := range tree.Segments() {
		if seen[name] {
			continue
		}
		seen[name] = true
		if r, ok := v.rules[name]; ok && (r.CreatedAt.After(at) || v.savedSince(r.Tree, at, seen)) {
			return true
		}
	}
	return false
}

// SegmentMembers lists members of a segment, the most valuable first; limit 0 lists all.
func (s *Service) SegmentMembers(ctx context.Context, segment Segment, limit int) ([]SegmentMember, error) {
	settings, err := s.store.Settings(ctx)
	if err != nil {
		return nil, err
	}
	return s.store.SegmentMembers(ctx, segment, limit, settings.Today(s.clock))
}

// SegmentBuilds lists a segment's latest builds, the newest first.
func (s *Service) SegmentBuilds(ctx context.Context, segment Segment, limit int) ([]SegmentBuild, error) {
	return s.store.SegmentBuilds(ctx, segment, limit)
}

// SegmentDiff is what changed between two builds of a segment.
type SegmentDiff struct {
	Segment string        `json:"segment"`
	From    *SegmentBuild `json:"from"` // nil: before the first build
	To      SegmentBuild  `json:"to"`
	Entered int64         `json:"entered"`
	Left    int64         `json:"left"`
	Moves   []SegmentMove `json:"moves"` // at most as many of each as asked for
	// What changed in the rule's own text from From to To; rules that it refers to have versions of their own.
	RuleChanges []rules.Change `json:"rule_changes"`
}

// DiffSegment compares the members after two builds; to 0 is the latest build, from -1 the one before to, from 0
// before the first. At most limit accounts are listed each way, all where limit is 0.
func (s *Service) DiffSegment(ctx context.Context, ref string, from, to, limit int) (SegmentDiff, error) {
	segment, err := s.Segment(ctx, ref)
	if err != nil {
		return SegmentDiff{}, err
	}
	if segment.Last == nil {
		return SegmentDiff{}, postlift.Faultf(postlift.Invalid, "campaigns.DiffSegment", "segment %q was never built: run postlift segment build %q", segment.Name, segment.Name)
	}
	if to == 0 {
		to = segment.Last.No
	}
	if from < 0 {
		from = to - 1
	}
	if from >= to {
		return SegmentDiff{}, postlift.Faultf(postlift.Invalid, "campaigns.DiffSegment", "build %d is not before build %d", from, to)
	}
	d := SegmentDiff{Segment: segment.Name, RuleChanges: []rules.Change{}}
	if d.To, err = s.store.SegmentBuild(ctx, segment, to); err != nil {
		return d, err
	}
	if from > 0 {
		before, err := s.store.SegmentBuild(ctx, segment, from)
		if err != nil {
			return d, err
		}
		d.From = &before
		if d.RuleChanges, err = s.ruleChanges(ctx, before.RuleVersionID, d.To.RuleVersionID); err != nil {
			return d, err
		}
	}
	d.Moves, d.Entered, d.Left, err = s.store.SegmentMoves(ctx, segment, from, to, limit)
	return d, err
}

// ruleChanges compares two versions of a rule.
func (s *Service) ruleChanges(ctx context.Context, from, to int64) ([]rules.Change, error) {
	if from == to {
		return []rules.Change{}, nil
	}
	old, err := s.store.RuleVersion(ctx, from)
	if err != nil {
		return nil, err
	}
	changed, err := s.store.RuleVersion(ctx, to)
	if err != nil {
		return nil, err
	}
	return append([]rules.Change{}, rules.Diff(old.Tree, changed.Tree)...), nil
}

// DroppedSegment is what remains after a segment was dropped.
type DroppedSegment struct {
	Segment string   `json:"segment"`
	Rule    string   `json:"rule"`    // which stays
	UsedBy  []string `json:"used_by"` // saved rules that refer to it and go on doing so
}

// DropSegment ends keeping a segment's members. The rule stays, so that rules and campaigns that refer to it go on
// working.
func (s *Service) DropSegment(ctx context.Context, ref string, by postlift.Actor) (DroppedSegment, error) {
	state, err := s.SegmentState(ctx, ref)
	if err != nil {
		return DroppedSegment{}, err
	}
	return DroppedSegment{Segment: state.Name, Rule: state.Rule.Text, UsedBy: state.UsedBy}, s.store.DropSegment(ctx, state.Segment, by)
}
