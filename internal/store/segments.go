package store

import (
	"context"
	"fmt"
	"strings"

	"gorm.io/gorm"

	"postlift"
	"postlift/campaigns"
)

// segmentPrefix begins the outward ids of segments.
const segmentPrefix = "seg"

// CreateSegment starts keeping the members of a saved rule. From now on imports note what they change: an import
// that runs already is waited for, and what features stand for is forgotten, as changes up to here may not have
// been noted.
func (s *Store) CreateSegment(ctx context.Context, rule campaigns.RuleVersion, by postlift.Actor) (campaigns.Segment, error) {
	const op = "store.CreateSegment"
	segment := campaigns.Segment{Name: rule.Name, RuleUID: rule.UID, By: by.Name}
	err := s.inTx(ctx, func(t *tx) error {
		for _, lock := range []string{"imports", "features"} {
			if err := t.alone(lock); err != nil {
				return err
			}
		}
		var saved ruleRow
		if err := t.First(&saved, "uid = ?", rule.UID).Error; err != nil {
			return notFound(err, op, "rule", rule.Name)
		}
		row := segmentRow{UID: s.ids(segmentPrefix, rule.Name), RuleID: saved.ID, CreatedAt: s.now(), Actor: by.Name}
		if err := t.Create(&row).Error; err != nil {
			return conflictOnDuplicate(err, op, fmt.Sprintf("the members of rule %q are kept already: postlift segment build brings them up to date", rule.Name))
		}
		segment.ID, segment.UID, segment.CreatedAt = row.ID, row.UID, row.CreatedAt
		if err := t.forgetFeatureState(); err != nil {
			return err
		}
		return t.event(by, "segment", row.UID, "created", map[string]string{"rule_id": rule.UID})
	})
	return segment, err
}

// segmentsSQL selects segments with their latest builds.
const segmentsSQL = `SELECT s.id, s.uid, r.name, r.uid AS rule_uid, s.created_at, s.actor,
  COALESCE((SELECT MAX(b.no) FROM segment_builds b WHERE b.segment_id = s.id), 0) AS last_no
FROM segments s JOIN rules r ON r.id = s.rule_id`

// segmentFound is a row of segmentsSQL.
type segmentFound struct {
	Row     segmentRow `gorm:"embedded"`
	Name    string
	RuleUID string
	LastNo  int64
}

func (s *Store) findSegments(ctx context.Context, where string, args ...any) ([]campaigns.Segment, error) {
	var rows []segmentFound
	if err := s.reader(ctx).Raw(segmentsSQL+where, args...).Scan(&rows).Error; err != nil {
		return nil, fmt.Errorf("store.Segments: %w", err)
	}
	found := make([]campaigns.Segment, len(rows))
	for i, r := range rows {
		found[i] = campaigns.Segment{ID: r.Row.ID, UID: r.Row.UID, Name: r.Name, RuleUID: r.RuleUID, CreatedAt: r.Row.CreatedAt.UTC(), By: r.Row.Actor}
		if r.LastNo == 0 {
			continue
		}
		last, err := s.SegmentBuild(ctx, found[i], int(r.LastNo))
		if err != nil {
			return nil, err
		}
		found[i].Last = &last
	}
	return found, nil
}

// Segment finds a segment with its latest build by its id or its rule's name or id.
func (s *Store) Segment(ctx context.Context, ref string) (campaigns.Segment, error) {
	found, err := s.findSegments(ctx, " WHERE r.name = ? OR s.uid = ? OR r.uid = ?", ref, ref, ref)
	if err == nil && len(found) == 0 {
		err = postlift.Faultf(postlift.NotFound, "store.Segment", "there is no segment %q", ref)
	}
	if err != nil {
		return campaigns.Segment{}, err
	}
	return found[0], nil
}

// Segments lists all with their latest builds, by name.
func (s *Store) Segments(ctx context.Context) ([]campaigns.Segment, error) {
	return s.findSegments(ctx, " ORDER BY r.name")
}

// DropSegment forgets members, builds and spells of a segment; its rule stays.
func (s *Store) DropSegment(ctx context.Context, segment campaigns.Segment, by postlift.Actor) error {
	return s.inTx(ctx, func(t *tx) error {
		if err := t.alone("segments"); err != nil {
			return err
		}
		for _, statement := range []string{"DELETE FROM segment_spells WHERE segment_id = ?", "DELETE FROM segment_builds WHERE segment_id = ?"} {
			if _, err := t.exec(statement, segment.ID); err != nil {
				return err
			}
		}
		n, err := t.exec("DELETE FROM segments WHERE id = ?", segment.ID)
		if err != nil {
			return err
		}
		if n == 0 {
			return postlift.Faultf(postlift.NotFound, "store.DropSegment", "segment %q was dropped already", segment.Name)
		}
		return t.event(by, "segment", segment.UID, "dropped", nil)
	})
}

// NoteFailedBuild records that a build failed and changed nothing.
func (s *Store) NoteFailedBuild(ctx context.Context, segment campaigns.Segment, by postlift.Actor) error {
	return s.inTx(ctx, func(t *tx) error { return t.event(by, "segment", segment.UID, "build_failed", nil) })
}

// buildsSQL selects builds with what people call their rule version and score run.
const buildsSQL = `SELECT b.*, v.version AS rule_version, COALESCE(r.uid, '') AS score_run_uid
FROM segment_builds b JOIN rule_versions v ON v.id = b.rule_version_id LEFT JOIN score_runs r ON r.id = b.score_run_id
WHERE b.segment_id = ?`

// buildFound is a row of buildsSQL.
type buildFound struct {
	Row         segmentBuildRow `gorm:"embedded"`
	RuleVersion int64
	ScoreRunUID string
}

func (f *buildFound) build() campaigns.SegmentBuild {
	b := &f.Row
	return campaigns.SegmentBuild{No: int(b.No), Kind: b.Kind, RuleVersionID: b.RuleVersionID, RuleVersion: int(f.RuleVersion), AsOf: b.AsOf,
		ScoreRun: f.ScoreRunUID, ChangeMark: b.ChangeMark, Size: b.Size, Checked: b.Checked, Entered: b.Entered, Left: b.LeftCount,
		TookMS: b.TookMS, BuiltAt: b.CreatedAt.UTC(), By: b.Actor}
}

func findBuilds(db *gorm.DB, tail string, args ...any) ([]campaigns.SegmentBuild, error) {
	var rows []buildFound
	if err := db.Raw(buildsSQL+tail, args...).Scan(&rows).Error; err != nil {
		return nil, fmt.Errorf("store.SegmentBuilds: %w", err)
	}
	found := make([]campaigns.SegmentBuild, len(rows))
	for i := range rows {
		found[i] = rows[i].build()
	}
	return found, nil
}

// SegmentBuilds lists the latest builds, the newest first.
func (s *Store) SegmentBuilds(ctx context.Context, segment campaigns.Segment, limit int) ([]campaigns.SegmentBuild, error) {
	return findBuilds(s.reader(ctx), " ORDER BY b.no DESC LIMIT ?", segment.ID, limit)
}

// SegmentBuild reads one build; NotFound where there is none of that number.
func (s *Store) SegmentBuild(ctx context.Context, segment campaigns.Segment, no int) (campaigns.SegmentBuild, error) {
	found, err := findBuilds(s.reader(ctx), " AND b.no = ?", segment.ID, no)
	if err == nil && len(found) == 0 {
		last, lastErr := findBuilds(s.reader(ctx), " ORDER BY b.no DESC LIMIT 1", segment.ID)
		switch {
		case lastErr != nil:
			err = lastErr
		case len(last) == 0:
			err = postlift.Faultf(postlift.NotFound, "store.SegmentBuild", "segment %q was never built", segment.Name)
		default:
			err = postlift.Faultf(postlift.NotFound, "store.SegmentBuild", "segment %q has no build %d: its builds are 1 to %d", segment.Name, no, last[0].No)
		}
	}
	if err != nil {
		return campaigns.SegmentBuild{}, err
	}
	return found[0], nil
}

// SegmentMembers lists members after the latest build, the most valuable first, with who has objected on a day; limit
// 0 lists all.
func (s *Store) SegmentMembers(ctx context.Context, segment campaigns.Segment, limit int, asOf postlift.Date) ([]campaigns.SegmentMember, error) {
	run, err := s.PublishedRun(ctx)
	if err != nil && postlift.KindOf(err) != postlift.NotFound {
		return nil, err
	}
	objected, args := segmentObjectors(segment, asOf)
	query := objected + `SELECT a.uid, a.external_id, a.name, m.entered_build, b.as_of, sc.residual_minor, m.account_id IN (SELECT id FROM objected)
FROM segment_spells m JOIN accounts a ON a.id = m.account_id
JOIN segment_builds b ON b.segment_id = m.segment_id AND b.no = m.entered_build
LEFT JOIN scores sc ON sc.run_id = ? AND sc.account_id = m.account_id
WHERE m.segment_id = ? AND m.left_build IS NULL ORDER BY CASE WHEN sc.residual_minor IS NULL THEN 1 ELSE 0 END, sc.residual_minor DESC, a.id`
	args = append(args, run.ID, segment.ID)
	if limit > 0 {
		query, args = query+" LIMIT ?", append(args, limit)
	}
	rows, err := s.queryRead(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("store.SegmentMembers: %w", err)
	}
	defer rows.Close()
	found := []campaigns.SegmentMember{}
	for rows.Next() {
		var m campaigns.SegmentMember
		var residual *int64
		if err := rows.Scan(&m.AccountUID, &m.ExternalID, &m.Name, &m.Since, &m.SinceDate, &residual, &m.Objected); err != nil {
			return nil, fmt.Errorf("store.SegmentMembers: %w", err)
		}
		if residual != nil {
			m.Residual = &postlift.Money{Minor: *residual, Currency: run.Currency}
		}
		found = append(found, m)
	}
	return found, rows.Err()
}

// segmentObjectors is SQL for a common table expression objected(id): the members of a segment at whom nobody may be
// sent advertising because of objections, by the joins that the gate itself reads. An account counts by its own
// objection, or where each contact who has neither left nor died has one, of the person or of the address.
func segmentObjectors(segment campaigns.Segment, asOf postlift.Date) (string, []any) {
	var args []any
	hits := func(name string, q hitQuery) string {
		parts := make([]string, len(q))
		for i, part := range q {
			parts[i] = part.all + " AND " + activeSuppression + " AND s.reason = '" + string(campaigns.Objection) + "'"
		}
		args = append(args, twice(asOf, len(q))...)
		return name + " (id, reason) AS (\n" + strings.Join(parts, "\nUNION\n") + "\n)"
	}
	query := "WITH " + strings.Join([]string{hits("by_account", accountHits), hits("by_contact", contactHits), hits("by_site", siteHits)}, ", ") + `, members AS (
  SELECT account_id AS id FROM segment_spells WHERE segment_id = ? AND left_build IS NULL
), there AS (
  SELECT c.id, c.account_id, COALESCE(c.site_id, ` + mainSite("c.account_id") + `) AS site_id FROM contacts c WHERE c.status NOT IN ('left', 'deceased')
    AND c.account_id IN (SELECT k.account_id FROM contacts k WHERE k.id IN (SELECT id FROM by_contact)
      UNION SELECT k.account_id FROM contacts k WHERE k.site_id IN (SELECT id FROM by_site)
      UNION SELECT i.account_id FROM sites i WHERE i.id IN (SELECT id FROM by_site))
), objected AS (
  SELECT id FROM members WHERE id IN (SELECT id FROM by_account)
    OR id IN (SELECT t.account_id FROM there t GROUP BY t.account_id
      HAVING MIN(CASE WHEN t.id IN (SELECT id FROM by_contact) OR t.site_id IN (SELECT id FROM by_site) THEN 1 ELSE 0 END) = 1)
)
`
	return query, append(args, segment.ID)
}

// SegmentObjectors counts the members at whom nobody may be sent advertising on a day because of objections.
func (s *Store) SegmentObjectors(ctx context.Context, segment campaigns.Segment, asOf postlift.Date) (n int64, err error) {
	query, args := segmentObjectors(segment, asOf)
	err = s.read.QueryRowContext(ctx, s.bind(query+"SELECT COUNT(*) FROM objected"), args...).Scan(&n)
	return n, opError("store.SegmentObjectors", err)
}

// spellsAt selects accounts of spells that hold after one build and of none that holds after the other, with the
// build in which they came (entered) or went.
func spellsAt(build, in, out string) string {
	covers := func(spell, at string) string {
		return spell + ".entered_build <= " + at + " AND (" + spell + ".left_build IS NULL OR " + spell + ".left_build > " + at + ")"
	}
	return "SELECT m.account_id, " + build + " AS build FROM segment_spells m WHERE m.segment_id = %[1]d AND " + covers("m", in) + `
  AND NOT EXISTS (SELECT 1 FROM segment_spells o WHERE o.segment_id = m.segment_id AND o.account_id = m.account_id AND ` + covers("o", out) + ")"
}

// Who is in after the later build only, and after the earlier one only. Who left may have come and gone again
// since; the build in which it went first is told.
var (
	enteredSpells = spellsAt("m.entered_build", "%[3]d", "%[2]d")
	leftSpells    = spellsAt("m.left_build", "%[2]d", "%[3]d")
)

// SegmentMoves lists who is in after one build and was not after another, and the other way round.
func (s *Store) SegmentMoves(ctx context.Context, segment campaigns.Segment, from, to, limit int) (moves []campaigns.SegmentMove, entered, left int64, err error) {
	moves = []campaigns.SegmentMove{}
	for _, way := range []struct {
		spells  string
		entered bool
		count   *int64
	}{{enteredSpells, true, &entered}, {leftSpells, false, &left}} {
		spells := fmt.Sprintf(way.spells, segment.ID, from, to)
		if err := s.read.QueryRowContext(ctx, "SELECT COUNT(*) FROM ("+spells+") x").Scan(way.count); err != nil {
			return nil, 0, 0, fmt.Errorf("store.SegmentMoves: %w", err)
		}
		found, err := s.moves(ctx, segment, spells, limit)
		if err != nil {
			return nil, 0, 0, err
		}
		for i := range found {
			found[i].Entered = way.entered
		}
		moves = append(moves, found...)
	}
	return moves, entered, left, nil
}

func (s *Store) moves(ctx context.Context, segment campaigns.Segment, spells string, limit int) ([]campaigns.SegmentMove, error) {
	query := "SELECT a.uid, a.external_id, a.name, x.build, b.as_of FROM (" + spells + `) x JOIN accounts a ON a.id = x.account_id
JOIN segment_builds b ON b.segment_id = ? AND b.no = x.build ORDER BY a.name, a.id`
	args := []any{segment.ID}
	if limit > 0 {
		query, args = query+" LIMIT ?", append(args, limit)
	}
	rows, err := s.queryRead(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("store.SegmentMoves: %w", err)
	}
	defer rows.Close()
	var found []campaigns.SegmentMove
	for rows.Next() {
		var m campaigns.SegmentMove
		if err := rows.Scan(&m.AccountUID, &m.ExternalID, &m.Name, &m.Build, &m.On); err != nil {
			return nil, fmt.Errorf("store.SegmentMoves: %w", err)
		}
		found = append(found, m)
	}
	return found, rows.Err()
}
