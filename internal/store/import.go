package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"postlift"
	"postlift/accounts"
	"postlift/migrations"
)

// errRehearsal rolls a rehearsed import back.
var errRehearsal = errors.New("rehearsal")

// ImportFile runs one import in one transaction: the record with its provenance, the rows, the event.
func (s *Store) ImportFile(ctx context.Context, head accounts.ImportHead, dry bool, work func(accounts.Loader) (accounts.ImportCounts, error)) (string, error) {
	var uid string
	err := s.inTx(ctx, func(t *tx) error {
		if err := t.alone("imports"); err != nil {
			return err
		}
		var last int64
		if err := t.sql.QueryRowContext(ctx, "SELECT COALESCE(MAX(id), 0) FROM imports").Scan(&last); err != nil {
			return fmt.Errorf("store.ImportFile: %w", err)
		}
		row := importRunRow{UID: s.ids(postlift.ImportID, head.Kind, head.Source, strconv.FormatInt(last+1, 10)), Kind: head.Kind,
			Source: head.Source, FileName: head.FileName, Actor: head.Actor.Name, StartedAt: head.StartedAt.UTC(), FinishedAt: s.now()}
		if err := t.Create(&row).Error; err != nil {
			return fmt.Errorf("store.ImportFile: %w", err)
		}
		l := newLoader(t, row.ID, head)
		counts, err := work(l)
		if err != nil {
			return err
		}
		if err := l.advanceSequences(); err != nil {
			return err
		}
		if err := l.noteImported(); err != nil {
			return err
		}
		if dry {
			return errRehearsal
		}
		uid = row.UID
		row.RowsRead, row.Inserted, row.Updated, row.Unchanged, row.Rejected = counts.Rows, counts.Inserted, counts.Updated, counts.Unchanged, counts.Rejected
		row.SHA256, row.FinishedAt = counts.SHA256, s.now()
		if err := t.Save(&row).Error; err != nil {
			return fmt.Errorf("store.ImportFile: %w", err)
		}
		return t.event(head.Actor, "import", uid, "imported", map[string]any{"kind": head.Kind, "rows": counts.Rows,
			"inserted": counts.Inserted, "updated": counts.Updated, "rejected": counts.Rejected})
	})
	if errors.Is(err, errRehearsal) {
		return "", nil
	}
	return uid, err
}

// loader writes the chunks of one import; it implements accounts.Loader.
type loader struct {
	*tx
	importID   int64
	kind       string
	by         postlift.Actor
	keyer      accounts.Keyer
	indexes    map[string]*accounts.Index
	first      map[string]int64 // noun to the first id that this import may give
	staged     bool             // the temporary table of lines stands
	left       map[int64]bool   // accounts that a row moved away from
	dropped    map[int64]bool   // nouns of the file that name no account
	hits       *listHits        // whom a file of suppressions hits
	siteStatus bool             // the file of sites has a status of its own
}

func newLoader(t *tx, importID int64, head accounts.ImportHead) *loader {
	return &loader{tx: t, importID: importID, kind: head.Kind, by: head.Actor, keyer: accounts.Keyer{Secret: t.store.secret},
		indexes: map[string]*accounts.Index{}, first: map[string]int64{}, left: map[int64]bool{}, dropped: map[int64]bool{}, hits: newListHits()}
}

// nounTables are the tables whose rows an import numbers itself.
var nounTables = map[string]string{"account": "accounts", "site": "sites", "contact": "contacts",
	"employee": "employees", "order": "orders", "contract": "contracts", "opportunity": "opportunities"}

// numbered are the nouns that a kind of file gives ids to.
var numbered = map[string][]string{"accounts": {"account", "site"}, "sites": {"site"}, "contacts": {"contact"},
	"employees": {"employee"}, "orders": {"order"}, "contracts": {"contract"}, "opportunities": {"opportunity"}}

// Index loads the ids of a noun by external id. On PostgreSQL it keeps other writers out of a table to
// which the import gives ids, until it ends.
func (l *loader) Index(noun, source string) (*accounts.Index, error) {
	if x := l.indexes[noun]; x != nil {
		return x, nil
	}
	table, ok := nounTables[noun]
	if !ok {
		return nil, fmt.Errorf("store: no noun %q", noun)
	}
	if l.store.dialect == migrations.Postgres && slices.Contains(numbered[l.kind], noun) {
		if _, err := l.exec("LOCK TABLE " + table + " IN SHARE ROW EXCLUSIVE MODE"); err != nil {
			return nil, err
		}
	}
	var next, size int64
	if err := l.sql.QueryRowContext(l.ctx, "SELECT COALESCE(MAX(id), 0) + 1 FROM "+table).Scan(&next); err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	if err := l.sql.QueryRowContext(l.ctx, l.store.bind("SELECT COUNT(*) FROM "+table+" WHERE source = ?"), source).Scan(&size); err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	x := accounts.NewIndex(int(size), next)
	rows, err := l.query("SELECT external_id, id FROM "+table+" WHERE source = ?", source)
	if err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	defer rows.Close()
	var ext string
	var id int64
	for rows.Next() {
		if err := rows.Scan(&ext, &id); err != nil {
			return nil, fmt.Errorf("store: %w", err)
		}
		x.Add(ext, id)
	}
	l.indexes[noun], l.first[noun] = x, next
	return x, rows.Err()
}

// AccountsOf gives the account of each site or contact of a source.
func (l *loader) AccountsOf(noun, source string) (map[int64]int64, error) {
	if noun != "site" && noun != "contact" {
		return nil, fmt.Errorf("store: no noun %q at accounts", noun)
	}
	out := map[int64]int64{}
	rows, err := l.query("SELECT id, account_id FROM "+nounTables[noun]+" WHERE source = ?", source)
	if err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var id, account int64
		if err := rows.Scan(&id, &account); err != nil {
			return nil, fmt.Errorf("store: %w", err)
		}
		out[id] = account
	}
	return out, rows.Err()
}

// advanceSequences tells PostgreSQL's identity columns which ids the import has given.
func (l *loader) advanceSequences() error {
	if l.store.dialect != migrations.Postgres {
		return nil
	}
	for _, noun := range numbered[l.kind] {
		table := nounTables[noun]
		if l.indexes[noun] == nil {
			continue
		}
		if _, err := l.exec("SELECT setval(pg_get_serial_sequence('" + table + "', 'id'), COALESCE((SELECT MAX(id) FROM " + table + "), 0) + 1, false)"); err != nil {
			return err
		}
	}
	return nil
}

// existing tells whether the noun had rows before this import: a first load can skip what only old rows
// need.
func (l *loader) existing(noun string) bool { return l.first[noun] > 1 }

// count runs a query that gives one number.
func (l *loader) count(query string, args ...any) (n int64, err error) {
	if err := l.sql.QueryRowContext(l.ctx, l.store.bind(query), args...).Scan(&n); err != nil {
		return 0, fmt.Errorf("store: %w", err)
	}
	return n, nil
}

// pair is a row's new value in one text column.
type pair struct {
	id    int64
	value string
}

// setTexts writes one text column of many rows in one statement.
func (t *tx) setTexts(table, column string, pairs []pair) error {
	if len(pairs) == 0 {
		return nil
	}
	temp := "set_" + table
	if _, err := t.exec("CREATE TEMPORARY TABLE " + temp + " (id BIGINT PRIMARY KEY, value TEXT NOT NULL)"); err != nil {
		return err
	}
	i := 0
	row := make([]any, 2)
	if _, err := t.copyRows(temp, []string{"id", "value"}, func() ([]any, bool) {
		if i == len(pairs) {
			return nil, false
		}
		row[0], row[1] = pairs[i].id, pairs[i].value
		i++
		return row, true
	}); err != nil {
		return err
	}
	if _, err := t.exec("UPDATE " + table + " SET " + column + " = n.value FROM " + temp + " n WHERE n.id = " + table + ".id"); err != nil {
		return err
	}
	_, err := t.exec("DROP TABLE " + temp)
	return err
}
