package store

import (
	"context"
	"database/sql"
	"errors"

	"postlift"
	"postlift/mailers"
)

// SavedDesigns lists the newest stored version of every design by name, without its files.
func (s *Store) SavedDesigns(ctx context.Context) ([]mailers.SavedDesign, error) {
	rows, err := s.queryRead(ctx, `SELECT v.id, d.name, v.version, v.sha256, v.created_at, v.actor FROM design_versions v
JOIN designs d ON d.id = v.design_id
WHERE v.version = (SELECT MAX(x.version) FROM design_versions x WHERE x.design_id = v.design_id) ORDER BY d.name`)
	var list []mailers.SavedDesign
	err = eachRow(rows, err, func(r *sql.Rows) error {
		var v mailers.SavedDesign
		if err := r.Scan(&v.ID, &v.Name, &v.Version, &v.SHA256, &v.SavedAt, &v.By); err != nil {
			return err
		}
		v.SavedAt = v.SavedAt.UTC()
		list = append(list, v)
		return nil
	})
	return list, opError("store.SavedDesigns", err)
}

// SavedDesign is a stored version of a design with its files; 0 is the newest.
func (s *Store) SavedDesign(ctx context.Context, name string, version int) (mailers.SavedDesign, error) {
	const op = "store.SavedDesign"
	v := mailers.SavedDesign{}
	var files jsonText
	err := s.read.QueryRowContext(ctx, s.bind(`SELECT v.id, d.name, v.version, v.sha256, v.created_at, v.actor, v.files FROM design_versions v
JOIN designs d ON d.id = v.design_id WHERE d.name = ? AND (v.version = ? OR ? = 0) ORDER BY v.version DESC LIMIT 1`), name, version, version).
		Scan(&v.ID, &v.Name, &v.Version, &v.SHA256, &v.SavedAt, &v.By, &files)
	if errors.Is(err, sql.ErrNoRows) {
		return v, postlift.Faultf(postlift.NotFound, op, "no design %q is stored in that version", name)
	}
	if err == nil {
		err = files.into(&v.Files)
	}
	v.SavedAt = v.SavedAt.UTC()
	return v, opError(op, err)
}
