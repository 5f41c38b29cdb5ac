package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"gorm.io/gorm"

	"postlift"
	"postlift/responses"
)

// FollowUpTarget finds a posted letter.
func (s *Store) FollowUpTarget(ctx context.Context, pieceUID string) (responses.FollowUpTarget, error) {
	const op = "store.FollowUpTarget"
	var row struct {
		PieceID, RunID, AccountID, OwnerID int64
		InHomeOn                           postlift.Date
	}
	err := s.reader(ctx).Raw(`SELECT p.id AS piece_id, p.run_id, p.account_id, COALESCE(a.owner_id, 0) AS owner_id, COALESCE(b.in_home_on, r.in_home_on) AS in_home_on
		FROM pieces p JOIN runs r ON r.id = p.run_id JOIN batches b ON b.id = p.batch_id JOIN accounts a ON a.id = p.account_id
		WHERE p.uid = ? AND p.kind = 'live' AND p.state IN ('posted', 'returned') AND r.in_home_on IS NOT NULL`, pieceUID).Scan(&row).Error
	if err != nil {
		return responses.FollowUpTarget{}, fmt.Errorf("%s: %w", op, err)
	}
	if row.PieceID == 0 {
		return responses.FollowUpTarget{}, postlift.Faultf(postlift.NotFound, op, "there is no posted letter %q", pieceUID)
	}
	return responses.FollowUpTarget(row), nil
}

// SaveFollowUp keeps a result once, with its event.
func (s *Store) SaveFollowUp(ctx context.Context, k responses.KeptResult, by postlift.Actor) error {
	const op = "store.SaveFollowUp"
	return s.inTx(ctx, func(t *tx) error {
		ref := func(id int64) any {
			if id == 0 {
				return nil
			}
			return id
		}
		var detail any
		if k.Note != "" {
			detail = string(toJSON(map[string]string{"note": k.Note}))
		}
		n, err := t.exec(`INSERT INTO followups (uid, source, external_id, run_id, account_id, piece_id, result, occurred_at, next_on, detail, actor)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (source, external_id) DO NOTHING`,
			k.UID, k.Source, k.ExternalID, ref(k.RunID), k.AccountID, ref(k.PieceID), k.Result, k.At.UTC(), k.NextOn, detail, by.Name)
		if err != nil {
			return fmt.Errorf("%s: %w", op, err)
		}
		if n > 0 {
			return t.event(by, "followup", k.UID, "recorded", map[string]string{"result": k.Result})
		}
		var known followUpRow
		if err := t.Where("source = ? AND external_id = ?", k.Source, k.ExternalID).First(&known).Error; err != nil {
			return fmt.Errorf("%s: %w", op, err)
		}
		if known.AccountID != k.AccountID || known.Result != k.Result || !known.OccurredAt.Equal(k.At) || known.NextOn != k.NextOn {
			return postlift.Faultf(postlift.Conflict, op, "this entry was sent before with another content: open the page again and enter a correction")
		}
		return nil
	})
}

// Owner finds an active employee by id, external id, e-mail or full name.
func (s *Store) Owner(ctx context.Context, ref string) (responses.Owner, error) {
	return findOwner(s.reader(ctx), ref)
}

func findOwner(db *gorm.DB, ref string) (responses.Owner, error) {
	const op = "store.Owner"
	for _, where := range []string{"uid = ?", "external_id = ?", "LOWER(email) = LOWER(?)", "LOWER(first_name || ' ' || last_name) = LOWER(?)", "LOWER(last_name) = LOWER(?)"} {
		var rows []employeeRow
		if err := db.Where(where, ref).Where("active").Order("id").Limit(2).Find(&rows).Error; err != nil {
			return responses.Owner{}, fmt.Errorf("%s: %w", op, err)
		}
		switch {
		case ref == "":
		case len(rows) > 1:
			return responses.Owner{}, postlift.Faultf(postlift.Conflict, op, "more than one employee is called %q: use the id (%s or %s)", ref, rows[0].UID, rows[1].UID)
		case len(rows) == 1:
			return ownerOf(rows[0]), nil
		}
	}
	return responses.Owner{}, postlift.Faultf(postlift.NotFound, op, "there is no active employee %q: give the whole name, the last name, the e-mail or the number as imported; postlift followup owners lists those with letters", ref)
}

func ownerOf(e employeeRow) responses.Owner {
	return responses.Owner{ID: e.ID, UID: e.UID, Name: strings.TrimSpace(e.FirstName + " " + e.LastName)}
}

// salesKey is the key of an owner's link: 26 characters of base32 of a keyed hash over employee and epoch.
func (s *Store) salesKey(employee string, epoch int64) string {
	return postlift.MatchKey(s.secret, "sales", employee, strconv.FormatInt(epoch, 10))[:26]
}

func hashOfKey(key string) string {
	sum := sha256.Sum256([]byte(key))
	return hex.EncodeToString(sum[:])
}

// SalesLink gives an owner's link. What is stored is the epoch and the key's hash.
func (s *Store) SalesLink(ctx context.Context, ref string, renew bool, by postlift.Actor) (link responses.SalesLink, err error) {
	err = s.inTx(ctx, func(t *tx) error {
		if err := t.alone("sales_links"); err != nil {
			return err
		}
		owner, err := findOwner(t.DB, ref)
		if err != nil {
			return err
		}
		var row salesLinkRow
		err = t.Where("employee_id = ?", owner.ID).First(&row).Error
		fresh := errors.Is(err, gorm.ErrRecordNotFound)
		if err != nil && !fresh {
			return fmt.Errorf("store.SalesLink: %w", err)
		}
		if fresh || renew {
			row = salesLinkRow{EmployeeID: owner.ID, Epoch: row.Epoch + 1, IssuedAt: s.now(), Actor: by.Name}
			row.KeySHA256 = hashOfKey(s.salesKey(owner.UID, row.Epoch))
			if err := t.Save(&row).Error; err != nil {
				return fmt.Errorf("store.SalesLink: %w", err)
			}
			if err := t.event(by, "employee", owner.UID, "sales link issued", map[string]int64{"epoch": row.Epoch}); err != nil {
				return err
			}
		}
		key := s.salesKey(owner.UID, row.Epoch)
		link = responses.SalesLink{Owner: owner, Key: key, Path: "/sales/" + key, Epoch: int(row.Epoch), IssuedAt: row.IssuedAt.UTC()}
		return nil
	})
	return link, err
}

// SalesOwner finds whose link a key is.
func (s *Store) SalesOwner(ctx context.Context, key string) (responses.Owner, error) {
	var e employeeRow
	err := s.reader(ctx).Where("active AND id IN (SELECT employee_id FROM sales_links WHERE key_sha256 = ?)", hashOfKey(strings.ToUpper(key))).First(&e).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return responses.Owner{}, postlift.Faultf(postlift.NotFound, "store.SalesOwner", "this link does not hold, or no longer: ask for a new one")
	}
	if err != nil {
		return responses.Owner{}, fmt.Errorf("store.SalesOwner: %w", err)
	}
	return ownerOf(e), nil
}
