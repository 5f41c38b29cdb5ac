package campaigns

import (
	"context"
	"time"

	"postlift"
	"postlift/campaigns/rules"
)

// Segment is a saved rule whose members are kept. It has its rule's name.
type Segment struct {
	ID        int64         `json:"-"`
	UID       string        `json:"id"`
	Name      string        `json:"name"`
	RuleUID   string        `json:"rule_id"`
	Last      *SegmentBuild `json:"last_build"` // nil before the first
	CreatedAt time.Time     `json:"created_at"`
	By        string        `json:"by"`
}

// The kinds of builds of a segment.
const (
	BuildFull        = "full"        // every account was evaluated
	BuildIncremental = "incremental" // only accounts that changed since the build before
)

// SegmentBuild is one evaluation of a segment's rule with what it changed.
type SegmentBuild struct {
	No            int           `json:"build"`
	Kind          string        `json:"kind"`
	RuleVersionID int64         `json:"-"`
	RuleVersion   int           `json:"rule_version"`
	AsOf          postlift.Date `json:"as_of"`
	ScoreRun      string        `json:"score_run,omitempty"` // published at the time
	ChangeMark    int64         `json:"-"`                   // changes of accounts up to this one are in
	Size          int64         `json:"size"`
	Checked       int64         `json:"checked"` // accounts that were evaluated
	Entered       int64         `json:"entered"`
	Left          int64         `json:"left"`
	TookMS        int64         `json:"took_ms"` // without working out features, which all segments share
	BuiltAt       time.Time     `json:"built_at"`
	By            string        `json:"by"`
}

// SegmentJob is a segment on its way into a build.
type SegmentJob struct {
	Segment       Segment
	RuleVersionID int64
	Term          *rules.Term // the rule as of AsOf
	AsOf          postlift.Date
	Full          bool // evaluate everybody even where an incremental build would do
}

// SegmentMember is an account within a segment.
type SegmentMember struct {
	AccountUID string          `json:"account_id"`
	ExternalID string          `json:"external_id"`
	Name       string          `json:"name"`
	Since      int             `json:"since_build"`
	SinceDate  postlift.Date   `json:"since"`
	Residual   *postlift.Money `json:"residual,omitempty"` // by the published scores
	Objected   bool            `json:"objected"`           // nobody at it may be sent advertising, because of objections
}

// SegmentMove is an account that entered or left a segment between two builds.
type SegmentMove struct {
	AccountUID string        `json:"account_id"`
	ExternalID string        `json:"external_id"`
	Name       string        `json:"name"`
	Entered    bool          `json:"entered"`
	Build      int           `json:"build"` // in which it came or went, the last time in between
	On         postlift.Date `json:"on"`
}

// SegmentStore keeps segments, their builds and who was in them when.
type SegmentStore interface {
	// CreateSegment starts keeping the members of a saved rule; Conflict where they are kept already.
	CreateSegment(ctx context.Context, rule RuleVersion, by postlift.Actor) (Segment, error)
	// Segment finds a segment with its latest build by its id or its rule's name; NotFound otherwise.
	Segment(ctx context.Context, ref string) (Segment, error)
	// Segments lists all with their latest builds, by name.
	Segments(ctx context.Context) ([]Segment, error)
	// DropSegment forgets members, builds and spells of a segment; its rule stays.
	DropSegment(ctx context.Context, segment Segment, by postlift.Actor) error
	// BuildSegment evaluates the rule in one transaction and keeps who entered and who left. Where nothing that
	// the rule reads has changed since the latest build it gives that one and false.
	BuildSegment(ctx context.Context, job SegmentJob, by postlift.Actor) (SegmentBuild, bool, error)
	// NoteFailedBuild records that a build failed and changed nothing.
	NoteFailedBuild(ctx context.Context, segment Segment, by postlift.Actor) error
	// SegmentBuilds lists the latest builds, the newest first.
	SegmentBuilds(ctx context.Context, segment Segment, limit int) ([]SegmentBuild, error)
	// SegmentBuild reads one build; NotFound where there is none of that number.
	SegmentBuild(ctx context.Context, segment Segment, no int) (SegmentBuild, error)
	// SegmentMembers lists members after the latest build, the most valuable first, with who has objected on a day; limit
	// 0 lists all.
	SegmentMembers(ctx context.Context, segment Segment, limit int, asOf postlift.Date) ([]SegmentMember, error)
	// SegmentObjectors counts the members at whom nobody may be sent advertising on a day because of objections, as the
	// gate knows them: the account's own, or one of each contact who is still there.
	SegmentObjectors(ctx context.Context, segment Segment, asOf postlift.Date) (int64, error)
	// SegmentMoves lists who is in after the build to and was not after from, and the other way round, entries
	// first and then by name; from 0 is before the first build. It counts all and lists at most limit of each, all
	// where limit is 0.
	SegmentMoves(ctx context.Context, segment Segment, from, to, limit int) (moves []SegmentMove, entered, left int64, err error)
	// ChangeMark is the number of the latest change of an account, and that of the latest import.
	ChangeMark(ctx context.Context) (change, imported int64, err error)
}
