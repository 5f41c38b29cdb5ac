package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"gorm.io/gorm"

	"postlift"
	"postlift/campaigns"
)

var memberColumns = []string{"programme_id", "account_id", "group_key", "control", "block", "pre_margin_minor"}

// StartProgramme stores a programme test with its members.
func (s *Store) StartProgramme(ctx context.Context, p campaigns.Programme, members []campaigns.ProgrammeMember, by postlift.Actor) (campaigns.Programme, error) {
	const op = "store.StartProgramme"
	row := programmeRow{UID: p.UID, Name: p.Name, RuleText: p.RuleText, Salt: p.Salt, BlockSize: int64(p.Block), Months: int64(p.Months), TopPercent: p.TopPercent,
		AsOf: p.AsOf, StartsOn: p.StartsOn, EndsOn: p.EndsOn, Hash: p.Hash, Currency: p.Currency, Record: toJSON(p.Record), CreatedAt: s.now(), Actor: by.Name}
	err := s.inTx(ctx, func(t *tx) error {
		if err := t.alone("programmes"); err != nil {
			return err
		}
		if err := t.Create(&row).Error; err != nil {
			if errors.Is(err, gorm.ErrDuplicatedKey) {
				return postlift.Faultf(postlift.Conflict, op, "there is a programme test %q already: take another name", p.Name)
			}
			return err
		}
		if err := t.writeMembers(row.ID, members); err != nil {
			return err
		}
		if err := t.refuseShared(op, row); err != nil {
			return err
		}
		return t.event(by, "programme", p.UID, "started", map[string]any{"hash": p.Hash, "groups": p.Record.TreatedGroups + p.Record.ControlGroups})
	})
	if err != nil {
		return campaigns.Programme{}, opError(op, err)
	}
	return row.programme()
}

func (t *tx) writeMembers(programmeID int64, members []campaigns.ProgrammeMember) error {
	i, row := 0, make([]any, len(memberColumns))
	_, err := t.copyRows("programme_members", memberColumns, func() ([]any, bool) {
		if i == len(members) {
			return nil, false
		}
		m := members[i]
		i++
		copy(row, []any{programmeID, m.AccountID, m.GroupKey, m.Control, m.Block, m.PreMarginMinor})
		return row, true
	})
	return err
}

// refuseShared refuses a test one of whose groups is in another that was started since the draw.
func (t *tx) refuseShared(op string, p programmeRow) error {
	var shared int64
	err := t.Raw(`SELECT COUNT(*) FROM programme_members m JOIN programme_members o ON o.account_id = m.account_id AND o.programme_id <> m.programme_id
		JOIN programmes p ON p.id = o.programme_id WHERE m.programme_id = ? AND COALESCE(p.ended_on, p.ends_on) >= ?`, p.ID, p.StartsOn).Scan(&shared).Error
	if err == nil && shared > 0 {
		err = postlift.Faultf(postlift.Conflict, op, "%d accounts are in another programme test that was started meanwhile: draw again", shared)
	}
	return err
}

// EndProgramme ends a test on a day.
func (s *Store) EndProgramme(ctx context.Context, p campaigns.Programme, on postlift.Date, by postlift.Actor) error {
	const op = "store.EndProgramme"
	return opError(op, s.inTx(ctx, func(t *tx) error {
		n, err := t.exec("UPDATE programmes SET ended_on = ? WHERE id = ? AND ended_on IS NULL", on, p.ID)
		if err != nil {
			return err
		}
		if n == 0 {
			return postlift.Faultf(postlift.Conflict, op, "programme test %q is over already", p.Name)
		}
		return t.event(by, "programme", p.UID, "ended", map[string]any{"on": on})
	}))
}

// Programme finds a test by id or name.
func (s *Store) Programme(ctx context.Context, ref string) (campaigns.Programme, error) {
	var row programmeRow
	err := s.reader(ctx).Where("uid = ? OR name = ?", ref, ref).Order("id").First(&row).Error
	if err := notFound(err, "store.Programme", "programme test", ref); err != nil {
		return campaigns.Programme{}, err
	}
	return row.programme()
}

// Programmes lists all tests, the newest first.
func (s *Store) Programmes(ctx context.Context) ([]campaigns.Programme, error) {
	var rows []programmeRow
	if err := s.reader(ctx).Order("id DESC").Find(&rows).Error; err != nil {
		return nil, opError("store.Programmes", err)
	}
	list := make([]campaigns.Programme, len(rows))
	for i, row := range rows {
		var err error
		if list[i], err = row.programme(); err != nil {
			return nil, err
		}
	}
	return list, nil
}

func (r programmeRow) programme() (campaigns.Programme, error) {
	p := campaigns.Programme{ID: r.ID, UID: r.UID, Name: r.Name, RuleText: r.RuleText, Salt: r.Salt, Block: int(r.BlockSize), Months: int(r.Months),
		TopPercent: r.TopPercent, AsOf: r.AsOf, StartsOn: r.StartsOn, EndsOn: r.EndsOn, EndedOn: r.EndedOn, Hash: r.Hash, Currency: r.Currency, CreatedAt: r.CreatedAt, By: r.Actor}
	return p, opError("store.programme", r.Record.into(&p.Record))
}

// ProgrammeGroups are the groups of all tests that are not over before a day: as they were drawn, and as the members'
// accounts belong now.
func (s *Store) ProgrammeGroups(ctx context.Context, from postlift.Date) (map[string]bool, error) {
	groups := map[string]bool{}
	const members = ` FROM programmes p JOIN programme_members m ON m.programme_id = p.id `
	err := s.each(ctx, func(rows *sql.Rows) error {
		var key string
		err := rows.Scan(&key)
		groups[key] = true
		return err
	}, "SELECT m.group_key"+members+"WHERE COALESCE(p.ended_on, p.ends_on) >= ? UNION SELECT a.group_key"+members+
		"JOIN accounts a ON a.id = m.account_id WHERE COALESCE(p.ended_on, p.ends_on) >= ?", from, from)
	return groups, opError("store.ProgrammeGroups", err)
}

// AccountMargins gives the margin of orders by account between two days, in minor units of the reporting currency.
func (s *Store) AccountMargins(ctx context.Context, from, until postlift.Date) (map[int64]float64, error) {
	margins := map[int64]float64{}
	documents, err := s.reportedDocuments(ctx)
	if err != nil {
		return nil, opError("store.AccountMargins", err)
	}
	err = s.each(ctx, func(rows *sql.Rows) error {
		var id int64
		var margin float64
		err := rows.Scan(&id, &margin)
		margins[id] = margin
		return err
	}, "SELECT d.account_id, SUM(d.margin * d.rate) FROM ("+documents+" AND o.placed_on >= ?) d WHERE d.rate IS NOT NULL GROUP BY d.account_id", until, from)
	return margins, opError("store.AccountMargins", err)
}

// reportedDocuments selects documents up to a day, in the reporting currency.
func (s *Store) reportedDocuments(ctx context.Context) (string, error) {
	settings, err := s.Settings(ctx)
	if err != nil {
		return "", err
	}
	rates, err := orderRate(s.reader(ctx), settings.Currency)
	return documentSQL(rates, settings.Value.DefaultMargin), err
}

// programmes notes which accounts a programme test holds out: those of the control groups, wherever they belong now,
// and whatever has joined these groups since.
func (g *gateReader) programmes(a *aboutContacts) error {
	rows, err := g.queryRead(g.ctx, "SELECT id FROM programmes WHERE COALESCE(ended_on, ends_on) >= ? ORDER BY id", g.p.AsOf)
	var running []int64
	err = eachRow(rows, err, func(r *sql.Rows) error {
		var id int64
		err := r.Scan(&id)
		running = append(running, id)
		return err
	})
	if err != nil {
		return fmt.Errorf("programme tests: %w", err)
	}
	for _, id := range running {
		query := `SELECT a.id FROM ids CROSS JOIN accounts a CROSS JOIN programme_members m
WHERE a.id = ids.id AND m.programme_id = ? AND m.group_key = a.group_key AND m.control
UNION SELECT m.account_id FROM ids CROSS JOIN programme_members m WHERE m.programme_id = ? AND m.account_id = ids.id AND m.control`
		if g.all {
			query = `SELECT a.id FROM programme_members m CROSS JOIN accounts a WHERE m.programme_id = ? AND m.control AND a.group_key = m.group_key
UNION SELECT m.account_id FROM programme_members m WHERE m.programme_id = ? AND m.control`
		}
		err := g.run(query, []any{id, id}, func(r *sql.Rows) error {
			var account int64
			err := r.Scan(&account)
			a.note(account).Programme = true
			return err
		})
		if err != nil {
			return fmt.Errorf("controls of programme tests: %w", err)
		}
	}
	return nil
}
