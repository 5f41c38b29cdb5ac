package campaigns

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"postlift"
	"postlift/accounts"
	"postlift/campaigns/rules"
)

// CreateSegment starts keeping the members of a rule. The text is saved as the rule of that name; without a text
// the saved rule of that name is meant. A Conflict where the name's rule says something else, so that nobody
// changes by accident what campaigns and other segments refer to.
func (s *Service) CreateSegment(ctx context.Context, name, text string, by postlift.Actor) (Segment, error) {
	const op = "campaigns.CreateSegment"
	version, err := s.store.Rule(ctx, name)
	switch {
	case postlift.KindOf(err) == postlift.NotFound && text == "":
		return Segment{}, postlift.Faultf(postlift.NotFound, op, "there is no saved rule %q: give the segment a rule's text, or save the rule first", name)
	case postlift.KindOf(err) == postlift.NotFound:
		if version, err = s.SaveRule(ctx, name, text, by); err != nil {
			return Segment{}, err
		}
	case err != nil:
		return Segment{}, err
	case text != "":
		catalogue, err := s.Catalogue(ctx)
		if err != nil {
			return Segment{}, err
		}
		tree, err := catalogue.Parse(text)
		if err != nil {
			return Segment{}, err
		}
		if tree.Text() != version.Text {
			return Segment{}, postlift.Faultf(postlift.Conflict, op,
				"there is a saved rule %q that says something else: %s; choose another name, or change that rule with `postlift rule save`", version.Name, version.Text)
		}
	}
	settings, err := s.store.Settings(ctx)
	if err != nil {
		return Segment{}, err
	}
	if _, err := s.bind(ctx, version.Tree, settings, settings.Today(s.clock)); err != nil {
		return Segment{}, err
	}
	return s.store.CreateSegment(ctx, version, by)
}

// CreateSegmentOf starts keeping whom a saved rule takes, under a name of its own: the segment's rule refers to the
// saved one and follows its versions. Under the saved rule's own name the rule itself is meant.
func (s *Service) CreateSegmentOf(ctx context.Context, name, saved string, by postlift.Actor) (Segment, error) {
	rule, err := s.store.Rule(ctx, saved)
	if err != nil {
		return Segment{}, err
	}
	if rule.Name == name {
		return s.CreateSegment(ctx, name, "", by)
	}
	return s.CreateSegment(ctx, name, rules.OpInSegment+"("+strconv.Quote(rule.Name)+")", by)
}

// BuildOptions say how segments are built.
type BuildOptions struct {
	AsOf postlift.Date
	Full bool // evaluate every account even where the changed ones would do
}

// SegmentBuilt is a segment after a build, or why it could not be built.
type SegmentBuilt struct {
	Segment string        `json:"segment"`
	Changed bool          `json:"built"` // false: nothing that the rule reads has changed since Build
	Build   *SegmentBuild `json:"build,omitempty"`
	Error   string        `json:"error,omitempty"`
}

// BuildSegments brings segments up to date, all where none is named. A segment that cannot be built keeps its
// members; the others are built nevertheless, and the error names those that failed.
func (s *Service) BuildSegments(ctx context.Context, names []string, o BuildOptions, by postlift.Actor) ([]SegmentBuilt, error) {
	wanted, err := s.segmentsNamed(ctx, names)
	if err != nil {
		return nil, err
	}
	settings, err := s.store.Settings(ctx)
	if err != nil {
		return nil, err
	}
	built := make([]SegmentBuilt, 0, len(wanted))
	var failed []error
	for _, segment := range wanted {
		b, fresh, err := s.buildSegment(ctx, segment, settings, o, by)
		if ctx.Err() != nil {
			return built, errors.Join(err, ctx.Err())
		}
		if err != nil {
			failed = append(failed, s.failedBuild(ctx, segment, err, by))
			built = append(built, SegmentBuilt{Segment: segment.Name, Error: postlift.UserText(err)})
			continue
		}
		built = append(built, SegmentBuilt{Segment: segment.Name, Changed: fresh, Build: &b})
	}
	return built, failedBuilds(failed)
}

// failedBuild notes a failure and says which segment it was.
func (s *Service) failedBuild(ctx context.Context, segment Segment, err error, by postlift.Actor) error {
	named := postlift.Wrap("campaigns.BuildSegments", fmt.Sprintf("segment %q was not built and stays as it was: %s", segment.Name, postlift.UserText(err)), err)
	return errors.Join(named, s.store.NoteFailedBuild(ctx, segment, by))
}

// failedBuilds is one fault over all failures, of the first one's kind.
func failedBuilds(failed []error) error {
	if len(failed) < 2 {
		return errors.Join(failed...)
	}
	texts := make([]string, len(failed))
	for i, err := range failed {
		texts[i] = postlift.UserText(err)
	}
	return &postlift.Fault{Kind: postlift.KindOf(failed[0]), Op: "campaigns.BuildSegments", Text: strings.Join(texts, "\n"), Cause: errors.Join(failed...)}
}

// segmentsNamed finds each named segment once, or all.
func (s *Service) segmentsNamed(ctx context.Context, names []string) ([]Segment, error) {
	if len(names) == 0 {
		return s.store.Segments(ctx)
	}
	found := make([]Segment, 0, len(names))
	for _, name := range names {
		segment, err := s.Segment(ctx, name)
		if err != nil {
			return nil, err
		}
		if !slices.ContainsFunc(found, func(f Segment) bool { return f.ID == segment.ID }) {
			found = append(found, segment)
		}
	}
	return found, nil
}

func (s *Service) buildSegment(ctx context.Context, segment Segment, settings accounts.Settings, o BuildOptions, by postlift.Actor) (SegmentBuild, bool, error) {
	version, err := s.store.Rule(ctx, segment.RuleUID)
	if err != nil {
		return SegmentBuild{}, false, err
	}
	term, err := s.bind(ctx, version.Tree, settings, o.AsOf)
	if err != nil {
		return SegmentBuild{}, false, err
	}
	return s.store.BuildSegment(ctx, SegmentJob{Segment: segment, RuleVersionID: version.ID, Term: term, AsOf: o.AsOf, Full: o.Full}, by)
}
