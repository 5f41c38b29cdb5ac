package store

import (
	"context"
	"database/sql"
	"errors"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"postlift"
	"postlift/campaigns"
	"postlift/mailers"
	"postlift/migrations"
)

// PrepareJob finds a run by its id, or by its campaign's id or name the latest run that is approved or
// further.
func (s *Store) PrepareJob(ctx context.Context, run string) (mailers.Job, error) {
	const op = "store.PrepareJob"
	var j mailers.Job
	var definition jsonText
	err := s.read.QueryRowContext(ctx, s.bind(`SELECT r.id, r.uid, r.state, c.id, c.uid, c.state, r.step, r.pass, r.as_of, cv.definition
FROM runs r JOIN campaigns c ON c.id = r.campaign_id
JOIN campaign_versions cv ON cv.campaign_id = c.id AND cv.version = r.campaign_version
WHERE r.uid = ? OR c.uid = ? OR c.name = ?
ORDER BY CASE WHEN r.state IN ('planned', 'cancelled') THEN 1 ELSE 0 END, r.id DESC LIMIT 1`), run, run, run).
		Scan(&j.RunID, &j.RunUID, &j.RunState, &j.CampaignID, &j.CampaignUID, &j.CampaignState, &j.Step, &j.Pass, &j.AsOf, &definition)
	if errors.Is(err, sql.ErrNoRows) {
		return j, postlift.Faultf(postlift.NotFound, op, "there is no run or previewed campaign %q", run)
	}
	if err != nil {
		return j, opError(op, err)
	}
	var d campaigns.Definition
	if err := definition.into(&d); err != nil {
		return j, opError(op, err)
	}
	j.Definition = d
	j.Design, j.Variants, err = s.runDesigns(ctx, j.RunID)
	return j, opError(op, err)
}

// runDesigns reads what a run's letters are made from: the campaign's own design, and those of the variants by
// name.
func (s *Store) runDesigns(ctx context.Context, runID int64) (own mailers.DesignVersion, variants []mailers.JobVariant, err error) {
	rows, err := s.queryRead(ctx, `SELECT x.variant, x.languages, v.id, d.name, v.sha256, v.files FROM (
  SELECT '' AS variant, '' AS languages, r.design_version_id FROM runs r WHERE r.id = ?
  UNION ALL SELECT rd.variant, rd.languages, rd.design_version_id FROM run_designs rd WHERE rd.run_id = ?) x
JOIN design_versions v ON v.id = x.design_version_id JOIN designs d ON d.id = v.design_id ORDER BY x.variant`, runID, runID)
	return own, variants, eachRow(rows, err, func(r *sql.Rows) error {
		var v mailers.JobVariant
		var languages string
		var files jsonText
		if err := r.Scan(&v.Name, &languages, &v.Design.ID, &v.Design.Name, &v.Design.SHA256, &files); err != nil {
			return err
		}
		if err := files.into(&v.Design.Files); err != nil {
			return err
		}
		if v.Name == "" {
			own = v.Design
			return nil
		}
		v.Languages = strings.FieldsFunc(languages, func(c rune) bool { return c == ',' })
		variants = append(variants, v)
		return nil
	})
}

// RunRecipients reads every chosen contact of a wave with what its letter may say as of the date, with what was imported
// until now: somebody may have looked at a rule for another day since the plan, and letters must not tell of that day, nor
// of the state before an import of today. It is a Conflict when somebody has made the features stand for another date while they were read.
func (s *Store) RunRecipients(ctx context.Context, runID int64, wave int, asOf postlift.Date, needs mailers.Needs) ([]mailers.Recipient, error) {
	const op = "store.RunRecipients"
	if err := s.FreshenFeatures(ctx, asOf); err != nil {
		return nil, opError(op, err)
	}
	list, err := s.recipientsAsOf(ctx, runID, wave, asOf)
	if err == nil {
		err = opError(op, s.addFacts(ctx, runID, asOf, needs, list))
	}
	return list, err
}

// recipientsAsOf reads the recipients and checks with each that its features are of the date.
func (s *Store) recipientsAsOf(ctx context.Context, runID int64, wave int, asOf postlift.Date) ([]mailers.Recipient, error) {
	const op = "store.RunRecipients"
	unnest, id := "json_each(ch.contacts) e", "e.value"
	if s.dialect == migrations.Postgres {
		unnest, id = "jsonb_array_elements_text(ch.contacts) e(value)", "CAST(e.value AS BIGINT)"
	}
	rows, err := s.queryRead(ctx, `SELECT a.id, COALESCE(i.id, 0), k.id, k.source || ':' || k.external_id, ch.variant,
  a.external_id, a.name, a.country, a.language, a.industry, COALESCE(a.acquired_on, f.first_order_on), f.last_order_on, f.next_term_end_on,
  COALESCE(g.product_group, ''), COALESCE(f.order_days, 0), COALESCE(f.net_minor, 0),
  k.gender, k.title, k.first_name, k.last_name, k.function, k.department, k.salutation, k.language,
  COALESCE(i.street, ''), COALESCE(i.po_box, ''), COALESCE(i.postcode, ''), COALESCE(i.city, ''), COALESCE(i.region, ''), COALESCE(i.country, ''),
  a.match_key, COALESCE(i.match_key, ''), k.match_key,
  COALESCE(TRIM(e2.title || ' ' || TRIM(e2.first_name || ' ' || e2.last_name)), ''), COALESCE(e2.title, ''), COALESCE(e2.job_title, ''), COALESCE(e2.phone, ''), COALESCE(e2.email, ''),
  COALESCE(e2.signature_file, ''), e2.signature_consent_until, k.email, k.phone, a.segment, f.as_of
FROM choices ch CROSS JOIN `+unnest+`
JOIN contacts k ON k.id = `+id+`
JOIN accounts a ON a.id = ch.account_id
LEFT JOIN sites i ON i.id = COALESCE(k.site_id, `+mainSite("a.id")+`)
LEFT JOIN employees e2 ON e2.id = a.owner_id AND e2.active
LEFT JOIN account_features f ON f.account_id = a.id
LEFT JOIN (
  SELECT account_id, product_group FROM (
    SELECT o.account_id, l.product_group, ROW_NUMBER() OVER (PARTITION BY o.account_id ORDER BY o.placed_on DESC, l.net_minor DESC, o.id, l.line_no) AS n
    FROM choices c2 JOIN orders o ON o.account_id = c2.account_id AND o.doc_type = 'order' AND o.placed_on <= ?
    JOIN order_lines l ON l.order_id = o.id AND l.product_group <> ''
    WHERE c2.run_id = ? AND c2.outcome = 'assigned') ranked
  WHERE n = 1) g ON g.account_id = a.id
WHERE ch.run_id = ? AND ch.outcome = 'assigned' AND (? = -1 OR `+waveOf("ch.wave")+` = ?)`, asOf, runID, runID, int64(wave), runID, int64(wave))
	var list []mailers.Recipient
	return list, opError(op, eachRow(rows, err, func(rs *sql.Rows) error {
		var r mailers.Recipient
		var have postlift.Date
		err := rs.Scan(&r.AccountID, &r.SiteID, &r.ContactID, &r.ContactKey, &r.Variant,
			&r.AccountKey, &r.AccountName, &r.AccountCountry, &r.AccountLanguage, &r.Industry, &r.CustomerSince, &r.LastOrderOn, &r.ContractEnd,
			&r.LastProductGroup, &r.OrderCount, &r.TotalNetMinor,
			&r.Gender, &r.Title, &r.FirstName, &r.LastName, &r.Function, &r.Department, &r.Salutation, &r.Language,
			&r.Street, &r.POBox, &r.Postcode, &r.City, &r.Region, &r.Country, &r.CompanyMatch, &r.SiteMatch, &r.PersonKey,
			&r.OwnerName, &r.OwnerTitle, &r.OwnerRole, &r.OwnerPhone, &r.OwnerEmail, &r.SignatureFile, &r.SignatureConsentUntil, &r.Email, &r.Phone, &r.Segment, &have)
		list = append(list, r)
		if err != nil {
			return err
		}
		return sameDate(op, have, asOf)
	}))
}

// VendorSeeds lists the control addresses of a vendor and those of all vendors, by their ids.
func (s *Store) VendorSeeds(ctx context.Context, vendor string) ([]mailers.Seed, error) {
	rows, err := s.queryRead(ctx, `SELECT s.id, s.uid, COALESCE(v.name, ''), s.name, s.company, s.gender, s.first_name, s.last_name, s.street, s.postcode, s.city, s.country, s.language, s.active
FROM seed_addresses s LEFT JOIN vendors v ON v.id = s.vendor_id WHERE s.vendor_id IS NULL OR v.name = ? ORDER BY s.uid`, vendor)
	var list []mailers.Seed
	return list, opError("store.VendorSeeds", eachRow(rows, err, func(r *sql.Rows) error {
		var x mailers.Seed
		err := r.Scan(&x.ID, &x.UID, &x.Vendor, &x.Name, &x.Company, &x.Gender, &x.FirstName, &x.LastName, &x.Street, &x.Postcode, &x.City, &x.Country, &x.Language, &x.Active)
		list = append(list, x)
		return err
	}))
}

// SaveSeed adds a control address or changes the one of that name.
func (s *Store) SaveSeed(ctx context.Context, x mailers.Seed, by postlift.Actor) error {
	return opError("store.SaveSeed", s.inTx(ctx, func(t *tx) error {
		row := seedAddressRow{UID: x.UID, Name: x.Name, Company: x.Company, Gender: x.Gender, FirstName: x.FirstName, LastName: x.LastName,
			Street: x.Street, Postcode: x.Postcode, City: x.City, Country: x.Country, Language: x.Language, Active: x.Active}
		if x.Vendor != "" {
			id, err := t.vendor(x.Vendor, s.ids(postlift.VendorID, x.Vendor))
			if err != nil {
				return err
			}
			row.VendorID = &id
		}
		changed := []string{"vendor_id", "company", "gender", "first_name", "last_name", "street", "postcode", "city", "country", "language", "active"}
		err := t.Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "name"}}, DoUpdates: clause.AssignmentColumns(changed)}).Create(&row).Error
		if err != nil {
			return err
		}
		return t.event(by, "seed_address", x.UID, "saved", nil)
	}))
}

// vendor finds a vendor by name, making it under uid when it is new.
func (t *tx) vendor(name, uid string) (int64, error) {
	row := vendorRow{UID: uid, Name: name}
	if err := t.Clauses(clause.OnConflict{DoNothing: true}).Create(&row).Error; err != nil {
		return 0, err
	}
	err := t.First(&row, "name = ?", name).Error
	return row.ID, err
}

// SaveDesign keeps a design as a new version, unless that very version is kept already.
func (s *Store) SaveDesign(ctx context.Context, name, class, sha256 string, files map[string]string, by postlift.Actor) (mailers.DesignVersion, error) {
	v := mailers.DesignVersion{Name: name, SHA256: sha256, Files: files}
	err := s.inTx(ctx, func(t *tx) error {
		design := designRow{UID: s.ids(postlift.DesignID, name), Name: name}
		if err := t.Clauses(clause.OnConflict{DoNothing: true}).Create(&design).Error; err != nil {
			return err
		}
		var head designRow
		if err := t.First(&head, "name = ?", name).Error; err != nil {
			return err
		}
		var have designVersionRow
		err := t.First(&have, "design_id = ? AND sha256 = ?", head.ID, sha256).Error
		if err == nil {
			v.ID = have.ID
			return nil
		}
		if !errors.Is(err, gorm.ErrRecordNotFound) {
			return err
		}
		var last int64
		if err := t.Raw("SELECT COALESCE(MAX(version), 0) FROM design_versions WHERE design_id = ?", head.ID).Scan(&last).Error; err != nil {
			return err
		}
		row := designVersionRow{DesignID: head.ID, Version: last + 1, Class: class, SHA256: sha256, Files: toJSON(files), CreatedAt: s.now(), Actor: by.Name}
		if err := t.Create(&row).Error; err != nil {
			return err
		}
		v.ID = row.ID
		return t.event(by, "design", head.UID, "version_saved", map[string]any{"version": row.Version, "sha256": sha256})
	})
	return v, opError("store.SaveDesign", err)
}

// CreateBatch claims the approved run, or the next wave of one that has begun, and writes batch, files, pieces
// and addresses in one transaction. The campaign's row is taken first, as cancelling it does.
func (s *Store) CreateBatch(ctx context.Context, b mailers.NewBatch, by postlift.Actor) error {
	const op = "store.CreateBatch"
	err := s.inTx(ctx, func(t *tx) error {
		if err := t.claim(op, b.Job, by); err != nil {
			return err
		}
		vendor, err := t.vendor(b.Vendor, b.VendorUID)
		if err != nil {
			return err
		}
		row := batchRow{UID: b.UID, RunID: b.Job.RunID, Wave: int64(b.Job.Wave), VendorID: vendor, State: string(mailers.BatchPlanned), Revision: 1,
			ChunkSize: int64(b.ChunkSize), CreatedAt: s.now()}
		if err := t.Create(&row).Error; err != nil {
			return err
		}
		if err := t.insertFiles(row.ID, b.Files); err != nil {
			return err
		}
		if err := t.insertPieces(row.ID, b); err != nil {
			return err
		}
		detail := map[string]any{"run": b.Job.RunUID, "files": len(b.Files), "pieces": len(b.Pieces)}
		if b.Job.Wave > 0 {
			detail["wave"] = b.Job.Wave
		}
		return t.event(by, "batch", b.UID, "planned", detail)
	})
	if isDuplicate(err) {
		return postlift.Faultf(postlift.Conflict, op, "run %s: letters of this campaign's step and pass exist already", b.Job.RunUID)
	}
	return opError(op, err)
}

// claim moves an approved run to preparing, or takes hold of one that has begun and has a further wave.
func (t *tx) claim(op string, job mailers.Job, by postlift.Actor) error {
	n, err := t.exec("UPDATE campaigns SET state = 'running' WHERE id = ? AND state IN ('approved', 'scheduled', 'running')", job.CampaignID)
	if err != nil {
		return err
	}
	if n == 0 {
		return postlift.Faultf(postlift.Conflict, op, "campaign %s is not approved any more, or it was cancelled", job.Definition.Name)
	}
	list, from := inStates(mailers.RunsBefore(mailers.RunPreparing))
	n, err = t.exec("UPDATE runs SET state = ? WHERE id = ? AND (undo_until IS NULL OR undo_until <= ?) AND state IN "+list,
		append([]any{string(mailers.RunPreparing), job.RunID, t.store.now()}, from...)...)
	if err != nil {
		return err
	}
	if n > 0 {
		return t.event(by, "run", job.RunUID, "preparing", nil)
	}
	if job.Wave > 0 {
		list, begun := inStates(mailers.RunsWithWaves())
		n, err = t.exec("UPDATE runs SET state = state WHERE id = ? AND EXISTS (SELECT 1 FROM batches b WHERE b.run_id = runs.id) AND state IN "+list,
			append([]any{job.RunID}, begun...)...)
	}
	if err == nil && n == 0 {
		err = postlift.Faultf(postlift.Conflict, op, "run %s is not approved any more, or its approval may still be taken back: look at its campaign", job.RunUID)
	}
	return err
}

func (t *tx) insertFiles(batchID int64, files []mailers.PrintFile) error {
	i := 0
	_, err := t.copyRows("batch_files", []string{"batch_id", "chunk", "variant", "language", "first_seq", "last_seq", "state"}, func() ([]any, bool) {
		if i == len(files) {
			return nil, false
		}
		f := files[i]
		i++
		return []any{batchID, int64(f.Chunk), f.Variant, f.Language, int64(f.FirstSeq), int64(f.LastSeq), string(f.State)}, true
	})
	return err
}

var pieceColumns = []string{"uid", "run_id", "campaign_id", "step", "pass", "kind", "account_id", "site_id", "contact_id", "recipient_key",
	"batch_id", "chunk", "seq_no", "token", "code", "language", "variant", "design_sha256", "state", "reason", "sha256"}

// insertPieces loads the pieces, reads back the ids that the database gave them, and loads the addresses.
func (t *tx) insertPieces(batchID int64, b mailers.NewBatch) error {
	i := 0
	_, err := t.copyRows("pieces", pieceColumns, func() ([]any, bool) {
		if i == len(b.Pieces) {
			return nil, false
		}
		p := &b.Pieces[i]
		i++
		return []any{p.UID, b.Job.RunID, b.Job.CampaignID, int64(b.Job.Step), int64(b.Job.Pass), p.Kind, orNull(p.AccountID), orNull(p.SiteID), orNull(p.ContactID),
			p.RecipientKey, batchID, int64(p.Chunk), int64(p.SeqNo), p.Token, p.Code, p.Language, p.Variant, p.DesignSHA256, string(p.State), p.Reason, p.SHA256}, true
	})
	if err != nil {
		return err
	}
	ids := make([]int64, 0, len(b.Pieces))
	rows, err := t.query("SELECT id FROM pieces WHERE batch_id = ? ORDER BY seq_no", batchID)
	err = eachRow(rows, err, func(r *sql.Rows) error {
		var id int64
		err := r.Scan(&id)
		ids = append(ids, id)
		return err
	})
	if err != nil {
		return err
	}
	i = 0
	_, err = t.copyRows("printed_addresses", []string{"piece_id", "lines", "country", "postcode", "merge"}, func() ([]any, bool) {
		if i == len(ids) {
			return nil, false
		}
		p := &b.Pieces[i]
		i++
		lines := p.Lines
		if lines == nil {
			lines = []string{}
		}
		return []any{ids[i-1], string(toJSON(lines)), p.Country, p.Postcode, string(p.Merge)}, true
	})
	return err
}

func orNull(id int64) any {
	if id == 0 {
		return nil
	}
	return id
}
