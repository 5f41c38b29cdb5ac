package web

import (
	"context"

	"postlift"
	"postlift/accounts"
	"postlift/campaigns"
	"postlift/campaigns/rules"
)

// segmentState is a segment of two builds whose rule has changed since.
func segmentState() (campaigns.SegmentState, error) {
	tree, err := rules.Builtin().Parse(`clv.residual > 5000 and (country == "DE" or not in_segment("others"))`)
	if err != nil {
		return campaigns.SegmentState{}, err
	}
	builds, _ := (&fakes{}).SegmentBuilds(context.Background(), campaigns.Segment{}, 2)
	objectors := int64(17)
	return campaigns.SegmentState{Objectors: &objectors, Segment: campaigns.Segment{ID: 1, UID: "seg_1", Name: hostile, RuleUID: "rul_1", Last: &builds[0]},
		Rule: campaigns.RuleVersion{UID: "rul_1", Name: hostile, Version: 3, Text: tree.Text(), Tree: tree}, Stale: []string{campaigns.StaleRule, campaigns.StaleData, campaigns.StaleDay},
		Slow: true, UsedBy: []string{hostile}, SentenceEN: hostile, SentenceDE: hostile, Currency: "EUR"}, nil
}

// Settings are those of an organisation in Berlin.
func (f *fakes) Settings(context.Context) (accounts.Settings, error) {
	return accounts.DefaultSettings(), nil
}

func (f *fakes) SegmentStates(context.Context) ([]campaigns.SegmentState, error) {
	if f.unplanned {
		return nil, nil
	}
	one, err := segmentState()
	if err != nil {
		return nil, err
	}
	never, err := neverBuilt()
	return []campaigns.SegmentState{one, never}, err
}

func neverBuilt() (campaigns.SegmentState, error) {
	s, err := segmentState()
	s.Last, s.Stale, s.UID, s.Slow = nil, []string{campaigns.StaleNeverBuilt}, "seg_2", false
	return s, err
}

func (f *fakes) SegmentState(_ context.Context, ref string) (campaigns.SegmentState, error) {
	if ref == "seg_2" {
		return neverBuilt()
	}
	if ref != "seg_1" {
		return campaigns.SegmentState{}, postlift.Faultf(postlift.NotFound, "test", "there is no segment %q", ref)
	}
	return segmentState()
}

func (f *fakes) SegmentMembers(context.Context, campaigns.Segment, int) ([]campaigns.SegmentMember, error) {
	worth := eur(14_939)
	return []campaigns.SegmentMember{{AccountUID: "acc_1", ExternalID: "K-1", Name: hostile, Since: 1, SinceDate: today, Residual: &worth},
		{AccountUID: "acc_1", ExternalID: "K-2", Name: "Ohne Wert GmbH", Since: 2, SinceDate: today, Objected: true}}, nil
}

func (f *fakes) SegmentBuilds(context.Context, campaigns.Segment, int) ([]campaigns.SegmentBuild, error) {
	return []campaigns.SegmentBuild{
		{No: 2, Kind: campaigns.BuildIncremental, RuleVersion: 2, AsOf: today, Size: 1234, Checked: 77, Entered: 12, Left: 8, TookMS: 48, BuiltAt: now, By: hostile},
		{No: 1, Kind: campaigns.BuildFull, RuleVersion: 1, AsOf: today, Size: 1230, Checked: 5000, Entered: 1230, TookMS: 2345, BuiltAt: now, By: hostile}}, nil
}

func (f *fakes) DiffSegment(ctx context.Context, _ string, _, _, _ int) (campaigns.SegmentDiff, error) {
	builds, err := f.SegmentBuilds(ctx, campaigns.Segment{}, 2)
	return campaigns.SegmentDiff{Segment: hostile, From: &builds[1], To: builds[0], Entered: 12, Left: 8, Moves: []campaigns.SegmentMove{
		{AccountUID: "acc_1", Name: hostile, Entered: true, Build: 2, On: today}, {AccountUID: "acc_1", Name: "Ohne Wert GmbH", Build: 2, On: today}}}, err
}
