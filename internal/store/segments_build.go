package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"postlift"
	"postlift/accounts"
	"postlift/campaigns"
	"postlift/campaigns/rules"
	"postlift/migrations"
)

// BuildSegment evaluates a segment's rule in one transaction of set-based statements and keeps who entered and
// who left. Where only accounts have changed since the build before, only these are evaluated; where nothing has,
// nothing is done.
func (s *Store) BuildSegment(ctx context.Context, job campaigns.SegmentJob, by postlift.Actor) (out campaigns.SegmentBuild, fresh bool, err error) {
	settings, err := s.Settings(ctx) // before the transaction, which must not wait for a second connection
	if err != nil {
		return out, false, err
	}
	err = s.inTx(ctx, func(t *tx) error {
		b := &building{tx: t, job: job, settings: settings}
		if err := b.prepare(); err != nil {
			return err
		}
		if fresh = b.due(); fresh {
			if err := b.run(); err != nil {
				return err
			}
			b.row.Actor, b.row.CreatedAt, b.row.TookMS = by.Name, s.now(), s.clock().Sub(b.since).Milliseconds()
			if err := b.save(by); err != nil {
				return err
			}
		}
		found, err := findBuilds(t.DB, " ORDER BY b.no DESC LIMIT 1", job.Segment.ID)
		if err == nil {
			out = found[0]
		}
		return err
	})
	return out, fresh, err
}

// building is one BuildSegment under way.
type building struct {
	*tx
	job      campaigns.SegmentJob
	settings accounts.Settings
	last     *segmentBuildRow // nil before the first build
	row      segmentBuildRow
	changed  []int64 // accounts that changed since the last build
	features bool    // the rule reads account_features
	since    time.Time
}

// prepare reads what the build stands on. The change mark comes first: what changes afterwards counts as not
// read, and the next build evaluates it.
func (b *building) prepare() error {
	for _, lock := range []string{"features", "segments"} {
		if err := b.alone(lock); err != nil {
			return err
		}
	}
	var still segmentRow
	if err := b.First(&still, "id = ?", b.job.Segment.ID).Error; err != nil {
		return notFound(err, "store.BuildSegment", "segment", b.job.Segment.Name)
	}
	var last []segmentBuildRow
	if err := b.Order("no DESC").Limit(1).Find(&last, "segment_id = ?", b.job.Segment.ID).Error; err != nil {
		return fmt.Errorf("store.BuildSegment: %w", err)
	}
	b.row = segmentBuildRow{SegmentID: b.job.Segment.ID, No: 1, RuleVersionID: b.job.RuleVersionID, AsOf: b.job.AsOf, Kind: campaigns.BuildFull}
	if len(last) > 0 {
		b.last = &last[0]
		b.row.No = b.last.No + 1
	}
	var err error
	if b.row.ChangeMark, err = b.changeMark(); err != nil {
		return err
	}
	published, err := b.numbers("SELECT run_id FROM score_pointer WHERE name = ?", publishedScores)
	if err != nil {
		return err
	}
	if len(published) > 0 {
		b.row.ScoreRunID = &published[0]
	}
	b.row.Fingerprint, err = b.fingerprint()
	return err
}

// fingerprint is a hash of the question: the rule with all that it refers to and its places, as of the date, and
// what amounts are turned into the reporting currency with.
func (b *building) fingerprint() (string, error) {
	q, err := b.store.ruleSQL(b.job.Term, b.job.AsOf, false)
	if err != nil {
		return "", err
	}
	b.features = strings.Contains(q.from+q.where, "account_features")
	basis, err := b.featureBasis(b.settings)
	if err != nil {
		return "", err
	}
	h := sha256.New()
	fmt.Fprintf(h, "%s\n%s\n%s\n%q", basis, q.from, q.where, q.args)
	return hex.EncodeToString(h.Sum(nil)[:16]), nil
}

// sameQuestion tells whether the last build answered the same question on other data.
func (b *building) sameQuestion() bool {
	return b.last != nil && b.last.Fingerprint == b.row.Fingerprint && b.last.AsOf == b.row.AsOf && sameID(b.last.ScoreRunID, b.row.ScoreRunID)
}

func sameID(a, b *int64) bool { return a == b || a != nil && b != nil && *a == *b }

// due tells whether there is anything to do.
func (b *building) due() bool {
	return b.job.Full || !b.sameQuestion() || b.last.ChangeMark != b.row.ChangeMark || b.last.RuleVersionID != b.row.RuleVersionID
}

func (b *building) run() error {
	incremental := !b.job.Full && b.sameQuestion()
	if incremental {
		var err error
		if b.changed, err = b.changedSince(b.last.ChangeMark); err != nil {
			return err
		}
		incremental = len(b.changed) <= manyChanges
	}
	if b.features {
		if err := b.freshenFeatures(b.settings, b.job.AsOf); err != nil {
			return err
		}
	}
	b.since = b.store.clock() // features serve all segments: the first to be built does not pay for them
	switch {
	case incremental:
		return b.incremental()
	case b.last == nil:
		return b.first()
	}
	return b.full()
}

// first writes the members as they are found: there is nobody to compare them with.
func (b *building) first() error {
	n, err := b.insertMatches(fmt.Sprintf("INSERT INTO segment_spells (segment_id, account_id, entered_build)\nSELECT %d, a.id, %d", b.row.SegmentID, b.row.No), nil)
	b.row.Entered, b.row.Size = n, n
	if err != nil {
		return err
	}
	if err := b.analyze(); err != nil {
		return err
	}
	return b.countAll()
}

// countAll says that every account was evaluated.
func (b *building) countAll() error {
	n, err := b.numbers("SELECT COUNT(*) FROM accounts")
	if err == nil {
		b.row.Checked = n[0]
	}
	return err
}

// insertMatches completes an INSERT … SELECT with the rule, over all accounts or those of a list.
func (b *building) insertMatches(insert string, ids []int64) (int64, error) {
	q, err := b.store.ruleSQL(b.job.Term, b.job.AsOf, ids != nil)
	if err != nil {
		return 0, err
	}
	if ids == nil {
		return b.exec(insert+" FROM "+q.from+" WHERE "+q.where, q.args...)
	}
	into, selects, _ := strings.Cut(insert, "\n")
	return b.exec(into+"\n"+b.store.idList()+selects+" FROM "+q.from+" WHERE "+q.where, append([]any{idParameter(ids)}, q.args...)...)
}

// full evaluates everybody once into a staging table and compares that with the members.
func (b *building) full() error {
	if err := b.stage(nil); err != nil {
		return err
	}
	if err := b.compare(nil); err != nil {
		return err
	}
	if err := b.analyze(); err != nil {
		return err
	}
	return b.countAll()
}

// analyze tells PostgreSQL how many members there are, where many came or went: without knowing, it may compare
// them with a list row by row.
func (b *building) analyze() error {
	if b.store.dialect != migrations.Postgres || (b.row.Entered+b.row.LeftCount)*10 < b.row.Size {
		return nil
	}
	_, err := b.exec("ANALYZE segment_spells")
	return err
}

// incremental evaluates the changed accounts and, where the rule reads sums over groups, all of their groups.
func (b *building) incremental() error {
	b.row.Kind = campaigns.BuildIncremental
	ids := b.changed
	if slices.ContainsFunc(b.job.Term.Fields(), func(f *rules.Field) bool { return f.Level == rules.OfGroup }) {
		var err error
		ids, err = b.numbers(b.store.idList()+`SELECT DISTINCT g.id FROM ids CROSS JOIN accounts a JOIN accounts g ON g.group_key = a.group_key
WHERE a.id = ids.id ORDER BY 1`, idParameter(ids))
		if err != nil {
			return err
		}
	}
	if len(ids) == 0 {
		b.row.Size = b.last.Size
		return nil
	}
	b.row.Checked = int64(len(ids))
	if err := b.stage(ids); err != nil {
		return err
	}
	return b.compare(ids)
}

// segmentStage is the temporary table of those whom the rule takes.
const segmentStage = "segment_stage"

func (b *building) stage(ids []int64) error {
	key := "INTEGER PRIMARY KEY"
	switch postgres := b.store.dialect == migrations.Postgres; {
	case postgres && ids == nil: // an index over very many costs more than it saves
		key = "BIGINT NOT NULL"
	case postgres:
		key = "BIGINT PRIMARY KEY"
	}
	for _, statement := range []string{"DROP TABLE IF EXISTS " + segmentStage, "CREATE TEMPORARY TABLE " + segmentStage + " (account_id " + key + ")"} {
		if _, err := b.exec(statement); err != nil {
			return err
		}
	}
	if _, err := b.insertMatches("INSERT INTO "+segmentStage+" (account_id)\nSELECT a.id", ids); err != nil {
		return err
	}
	if b.store.dialect != migrations.Postgres {
		return nil
	}
	_, err := b.exec("ANALYZE " + segmentStage) // without knowing its size the comparison may run row by row
	return err
}

// compare ends the spells of members who are staged no more and opens one for each staged account that is no
// member, within a list of accounts where there is one; then it drops the stage.
func (b *building) compare(ids []int64) (err error) {
	only, args := "", []any{}
	if ids != nil {
		only, args = " AND account_id "+b.oneOf(), []any{b.listed(ids)}
	}
	segment, no := b.row.SegmentID, b.row.No
	b.row.LeftCount, err = b.exec(fmt.Sprintf(`UPDATE segment_spells SET left_build = %d
WHERE segment_id = %d AND left_build IS NULL%s AND NOT EXISTS (SELECT 1 FROM `+segmentStage+` g WHERE g.account_id = segment_spells.account_id)`, no, segment, only), args...)
	if err != nil {
		return err
	}
	b.row.Entered, err = b.exec(fmt.Sprintf(`INSERT INTO segment_spells (segment_id, account_id, entered_build)
SELECT %d, g.account_id, %d FROM `+segmentStage+` g WHERE NOT EXISTS (
  SELECT 1 FROM segment_spells m WHERE m.segment_id = %[1]d AND m.account_id = g.account_id AND m.left_build IS NULL)`, segment, no))
	if err != nil {
		return err
	}
	b.row.Size = b.last.Size + b.row.Entered - b.row.LeftCount
	_, err = b.exec("DROP TABLE " + segmentStage)
	return err
}

// oneOf is SQL for being in a list of ids, which is the parameter listed: written so that each engine looks the ids
// up in an index whatever it knows of the table.
func (b *building) oneOf() string {
	if b.store.dialect == migrations.Postgres {
		return "= ANY(CAST(? AS BIGINT[]))"
	}
	return "IN (SELECT value FROM json_each(?))"
}

func (b *building) listed(ids []int64) string {
	list := idParameter(ids)
	if b.store.dialect == migrations.Postgres {
		return "{" + strings.Trim(list, "[]") + "}"
	}
	return list
}

func (b *building) save(by postlift.Actor) error {
	if err := b.Create(&b.row).Error; err != nil {
		return fmt.Errorf("store.BuildSegment: %w", err)
	}
	return b.event(by, "segment", b.job.Segment.UID, "built", map[string]int64{"build": b.row.No, "size": b.row.Size, "entered": b.row.Entered, "left": b.row.LeftCount})
}
