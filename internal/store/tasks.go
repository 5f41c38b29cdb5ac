package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"gorm.io/gorm"

	"postlift"
	"postlift/accounts"
	"postlift/responses"
)

const taskColumns = `SELECT t.uid, t.kind, COALESCE(a.external_id, ''), COALESCE(a.name, ''), COALESCE(c.first_name, ''), COALESCE(c.last_name, ''),
  COALESCE(NULLIF(s.street, ''), s.po_box, ''), COALESCE(s.postcode, ''), COALESCE(s.city, ''), COALESCE(p.uid, ''), t.reason, t.source, t.external_id,
  t.opened_at, t.latest_at, t.detail, COALESCE(d.decision, ''), COALESCE(d.note, ''), COALESCE(d.actor, ''), d.at
FROM tasks t LEFT JOIN task_decisions d ON d.task_id = t.id LEFT JOIN accounts a ON a.id = t.account_id LEFT JOIN contacts c ON c.id = t.contact_id
LEFT JOIN sites s ON s.id = t.site_id LEFT JOIN pieces p ON p.id = t.piece_id `

// openTasks is the condition of tasks that wait for somebody. An unmatched event that came again with a number that is
// known, and was recorded, waits no more.
const openTasks = `WHERE d.id IS NULL AND (t.kind <> 'unmatched' OR NOT EXISTS (
  SELECT 1 FROM responses r WHERE r.source = t.source AND r.external_id = t.external_id)) `

// Tasks lists what is to be looked after, see responses.TaskStore.
func (s *Store) Tasks(ctx context.Context, all bool) ([]responses.Task, error) {
	where := openTasks
	if all {
		where = ""
	}
	list, err := s.tasks(ctx, where+"ORDER BY CASE t.kind WHEN 'objection_candidate' THEN 1 WHEN 'new_address' THEN 2 WHEN 'find_successor' THEN 3 ELSE 4 END, t.opened_at, t.source, t.external_id")
	return list, opError("store.Tasks", err)
}

// Task finds one task.
func (s *Store) Task(ctx context.Context, uid string) (responses.Task, error) {
	list, err := s.tasks(ctx, "WHERE t.uid = ?", uid)
	if err != nil {
		return responses.Task{}, opError("store.Task", err)
	}
	if len(list) == 0 {
		return responses.Task{}, postlift.Faultf(postlift.NotFound, "store.Task", "there is no task %q: postlift task list shows them", uid)
	}
	return list[0], nil
}

func (s *Store) tasks(ctx context.Context, where string, args ...any) (list []responses.Task, err error) {
	err = s.each(ctx, func(rows *sql.Rows) error {
		var t responses.Task
		var first, last, street, postcode, city string
		var detail jsonText
		var decided sql.NullTime
		err := rows.Scan(&t.ID, &t.Kind, &t.AccountID, &t.Account, &first, &last, &street, &postcode, &city, &t.PieceID, &t.Reason, &t.Source, &t.ExternalID,
			&t.OpenedAt, &t.LatestAt, &detail, &t.Decision, &t.Note, &t.By, &decided)
		if err != nil {
			return err
		}
		t.OpenedAt, t.LatestAt = t.OpenedAt.UTC(), t.LatestAt.UTC()
		t.Contact = strings.TrimSpace(first + " " + last)
		t.Address = strings.Trim(street+", "+strings.TrimSpace(postcode+" "+city), ", ")
		if decided.Valid {
			at := decided.Time.UTC()
			t.DecidedAt = &at
		}
		list = append(list, t)
		return detail.into(&list[len(list)-1].Detail)
	}, taskColumns+where, args...)
	return list, err
}

// DecideTask appends a decision, with the new address of the site where one is accepted.
func (s *Store) DecideTask(ctx context.Context, uid string, d responses.TaskDecision, by postlift.Actor) error {
	const op = "store.DecideTask"
	return s.inTx(ctx, func(t *tx) error {
		if err := t.alone("tasks"); err != nil {
			return err
		}
		var task taskRow
		if err := t.Where("uid = ?", uid).Take(&task).Error; err != nil {
			if errors.Is(err, gorm.ErrRecordNotFound) {
				return postlift.Faultf(postlift.NotFound, op, "there is no task %q", uid)
			}
			return fmt.Errorf("%s: %w", op, err)
		}
		row := taskDecisionRow{TaskID: task.ID, Decision: d.Decision, Note: d.Note, ActorKind: by.Kind, Actor: by.Name, At: s.now()}
		if err := t.Create(&row).Error; err != nil {
			if errors.Is(err, gorm.ErrDuplicatedKey) {
				return postlift.Faultf(postlift.Conflict, op, "task %s was decided already", uid)
			}
			return fmt.Errorf("%s: %w", op, err)
		}
		if d.Decision == responses.TaskAccepted && task.Kind == responses.NewAddress {
			if err := t.moveSite(task, row.At); err != nil {
				return err
			}
		}
		return t.event(by, "task", uid, d.Decision, map[string]string{"kind": task.Kind})
	})
}

// moveSite gives a site the address that the post told. The block of this company at its old address is lifted; one
// that holds everybody there stays with the address and lets the site go.
func (t *tx) moveSite(task taskRow, at time.Time) error {
	const op = "store.DecideTask"
	var detail responses.TaskDetail
	if err := task.Detail.into(&detail); err != nil {
		return fmt.Errorf("%s: %w", op, err)
	}
	if task.SiteID == nil || detail.Told == nil || !detail.Told.HasAddress() {
		return postlift.Faultf(postlift.Invalid, op, "the post told no full new address for this task")
	}
	var site siteRow
	if err := t.Where("id = ?", *task.SiteID).Take(&site).Error; err != nil {
		return fmt.Errorf("%s: %w", op, err)
	}
	told, keyer := detail.Told, accounts.Keyer{Secret: t.store.secret}
	own := postlift.MatchKey(t.store.secret, accounts.ScopeAddress, "id", site.UID)
	for _, step := range []struct {
		statement string
		args      []any
	}{
		{"UPDATE sites SET street = ?, po_box = '', postcode = ?, city = ?, region = '', country = ?, status = 'ok', match_key = ? WHERE id = ?",
			[]any{told.Street, told.Postcode, told.City, told.Country, keyer.Address(told.Street, "", told.Postcode, told.City, told.Country), site.ID}},
		{"UPDATE suppressions SET revoked_at = ? WHERE scope = 'address' AND reason = 'undeliverable' AND revoked_at IS NULL AND site_id = ? AND match_key = ?",
			[]any{at, site.ID, own}},
		{"UPDATE suppressions SET site_id = NULL WHERE scope = 'address' AND reason = 'undeliverable' AND site_id = ? AND match_key <> ?",
			[]any{site.ID, own}},
	} {
		if _, err := t.exec(step.statement, step.args...); err != nil {
			return err
		}
	}
	if err := t.rekeyAccount(keyer, site, told.Postcode); err != nil {
		return err
	}
	return t.noteChanges(accountsOf["sites"]+"(?)", site.ID)
}

// rekeyAccount follows a main site to its new postcode, by which the company is recognised.
func (t *tx) rekeyAccount(keyer accounts.Keyer, site siteRow, postcode string) error {
	if !site.IsMain {
		return nil
	}
	var account accountRow
	if err := t.Where("id = ?", site.AccountID).Take(&account).Error; err != nil {
		return fmt.Errorf("store.DecideTask: %w", err)
	}
	_, err := t.exec("UPDATE accounts SET match_key = ? WHERE id = ?", keyer.Company(account.Name, postcode), account.ID)
	return err
}
