package store

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"gorm.io/gorm"

	"postlift"
	"postlift/clv/scoring"
)

// Distribution counts the published run's accounts by value and by decile.
func (s *Store) Distribution(ctx context.Context) (scoring.Distribution, error) {
	run, err := s.PublishedRun(ctx)
	if err != nil {
		return scoring.Distribution{}, err
	}
	d := scoring.Distribution{Run: run}
	if d.Deciles, err = s.deciles(ctx, run); err != nil {
		return d, err
	}
	d.Bins, err = s.bins(ctx, run)
	return d, err
}

func (s *Store) deciles(ctx context.Context, run scoring.Run) ([]scoring.Decile, error) {
	rows, err := s.queryRead(ctx, `SELECT decile, COUNT(*), SUM(residual_minor), MIN(residual_minor), MAX(residual_minor)
FROM scores WHERE run_id = ? GROUP BY decile ORDER BY decile`, run.ID)
	if err != nil {
		return nil, fmt.Errorf("deciles: %w", err)
	}
	defer rows.Close()
	var found []scoring.Decile
	for rows.Next() {
		d := scoring.Decile{Total: money(run), Lowest: money(run), Highest: money(run)}
		if err := rows.Scan(&d.Decile, &d.Accounts, &d.Total.Minor, &d.Lowest.Minor, &d.Highest.Minor); err != nil {
			return nil, err
		}
		found = append(found, d)
	}
	return found, rows.Err()
}

func money(run scoring.Run) postlift.Money { return postlift.Money{Currency: run.Currency} }

// bins counts accounts between the edges of scoring.BinEdges in one pass.
func (s *Store) bins(ctx context.Context, run scoring.Run) ([]scoring.Bin, error) {
	factor := int64(postlift.MinorFactor(run.Currency))
	edges := scoring.BinEdges
	var sums []string
	bins := make([]scoring.Bin, len(edges)+1)
	counts := make([]any, len(bins))
	for i := range bins {
		var where []string
		if i > 0 {
			where = append(where, fmt.Sprintf("residual_minor >= %d", edges[i-1]*factor))
			bins[i].From = &postlift.Money{Minor: edges[i-1] * factor, Currency: run.Currency}
		}
		if i < len(edges) {
			where = append(where, fmt.Sprintf("residual_minor < %d", edges[i]*factor))
			bins[i].To = &postlift.Money{Minor: edges[i] * factor, Currency: run.Currency}
		}
		sums = append(sums, "COALESCE(SUM(CASE WHEN "+strings.Join(where, " AND ")+" THEN 1 ELSE 0 END), 0)")
		counts[i] = &bins[i].Accounts
	}
	row := s.read.QueryRowContext(ctx, s.bind("SELECT "+strings.Join(sums, ", ")+" FROM scores WHERE run_id = ?"), run.ID)
	return bins, row.Scan(counts...)
}

// accountByRef finds an account by id, external id or exact name; two of one name are a Conflict.
func (s *Store) accountByRef(ctx context.Context, ref string) (accountRow, error) {
	for _, where := range []string{"uid = ?", "external_id = ?", "name = ?"} {
		var rows []accountRow
		if err := s.reader(ctx).Where(where, ref).Limit(2).Find(&rows).Error; err != nil {
			return accountRow{}, err
		}
		if len(rows) == 1 {
			return rows[0], nil
		}
		if len(rows) > 1 {
			return accountRow{}, postlift.Faultf(postlift.Conflict, "store.Account",
				"more than one account is called %q: use the id (%s or %s)", ref, rows[0].UID, rows[1].UID)
		}
	}
	return accountRow{}, notFound(gorm.ErrRecordNotFound, "store.Account", "account", ref)
}

// Account reads one account with its value, its parts and its history.
func (s *Store) Account(ctx context.Context, ref string) (scoring.AccountCard, error) {
	a, err := s.accountByRef(ctx, ref)
	if err != nil {
		return scoring.AccountCard{}, err
	}
	card := scoring.AccountCard{UID: a.UID, Source: a.Source, ExternalID: a.ExternalID, Name: a.Name, GroupKey: a.GroupKey,
		Segment: a.Segment, Industry: a.Industry, Country: a.Country, Language: a.Language, Status: a.Status,
		ServiceLevel: a.ServiceLevel, AcquiredOn: a.AcquiredOn, Channel: a.AcquisitionChannel}
	for _, fill := range []func(context.Context, accountRow, *scoring.AccountCard) error{
		s.cardValue, s.cardFeatures, s.cardPeople, s.cardOrders, s.cardContracts, s.cardLetters, s.cardBlocks,
	} {
		if err := fill(ctx, a, &card); err != nil {
			return card, fmt.Errorf("account %s: %w", a.UID, err)
		}
	}
	return card, nil
}

func (s *Store) cardValue(ctx context.Context, a accountRow, card *scoring.AccountCard) error {
	run, err := s.PublishedRun(ctx)
	if postlift.KindOf(err) == postlift.NotFound {
		return nil
	}
	if err != nil {
		return err
	}
	card.Run = run
	var r scoreRow
	err = s.reader(ctx).First(&r, "run_id = ? AND account_id = ?", run.ID, a.ID).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	card.Value = partsOf(&r, run)
	return nil
}

// partsOf gives a score as people see it.
func partsOf(r *scoreRow, run scoring.Run) *scoring.Parts {
	in := func(minor int64) postlift.Money { return postlift.Money{Minor: minor, Currency: run.Currency} }
	p := &scoring.Parts{Orders: in(r.OrdersMinor), Committed: in(r.CommittedMinor), Renewal: in(r.RenewalMinor), Expansion: in(r.ExpansionMinor),
		Service: in(r.ServiceMinor), Contact: in(r.ContactMinor), Fulfilment: in(r.FulfilmentMinor), Acquisition: in(r.AcquisitionMinor),
		Residual: in(r.ResidualMinor), Prospect: in(r.ProspectMinor), WindowMargin: in(r.WindowMarginMinor),
		PAlive: r.PAlive, PActive: r.PActive, ExpectedOrders: r.ExpectedOrders, AssumedShare: r.AssumedShare, Decile: int(r.Decile),
		PExceedsCost: r.PExceedsCost, Tier: r.Tier, RFM: r.RFM, Stage: r.Stage,
		Flags: strings.FieldsFunc(r.Flags, func(c rune) bool { return c == ',' })}
	if r.LowMinor != nil && r.MedianMinor != nil && r.HighMinor != nil {
		p.Band = &scoring.Band{Low: in(*r.LowMinor), Median: in(*r.MedianMinor), High: in(*r.HighMinor)}
	}
	if r.WindowCommittedMinor != nil {
		v := in(r.WindowMarginMinor - *r.WindowCommittedMinor)
		p.WindowOpen = &v
	}
	if r.CLVToCAC != nil && *r.CLVToCAC != 0 {
		p.CLVToCAC = r.CLVToCAC
	}
	if r.PaybackMonth != nil {
		month := int(*r.PaybackMonth)
		p.PaybackMonth = &month
	}
	if r.BreakEvenMinor != nil {
		v := in(*r.BreakEvenMinor)
		p.BreakEven = &v
	}
	if r.MeanOrderMinor != nil {
		v := in(postlift.RoundMinor(*r.MeanOrderMinor))
		p.MeanOrder = &v
	}
	return p
}

func (s *Store) cardFeatures(ctx context.Context, a accountRow, card *scoring.AccountCard) error {
	settings, err := s.Settings(ctx)
	if err != nil {
		return err
	}
	var rows []accountFeatureRow
	if err := s.reader(ctx).Where("account_id = ?", a.ID).Find(&rows).Error; err != nil {
		return err
	}
	card.Net.Currency, card.Net12M.Currency = settings.Currency, settings.Currency
	for _, f := range rows {
		card.OrderDays, card.FirstOrder, card.LastOrder = int(f.OrderDays), f.FirstOrderOn, f.LastOrderOn
		card.Net.Minor, card.Net12M.Minor = f.NetMinor, f.Net12MMinor
	}
	return nil
}

func (s *Store) cardPeople(ctx context.Context, a accountRow, card *scoring.AccountCard) error {
	if a.OwnerID != nil {
		var owner employeeRow
		if err := s.reader(ctx).First(&owner, *a.OwnerID).Error; err != nil {
			return err
		}
		card.Owner = strings.TrimSpace(owner.FirstName + " " + owner.LastName)
	}
	var site []siteRow
	if err := s.reader(ctx).Where("account_id = ?", a.ID).Order("is_main DESC, id").Limit(1).Find(&site).Error; err != nil {
		return err
	}
	for _, x := range site {
		card.City = x.City
	}
	var contacts []contactRow
	if err := s.reader(ctx).Where("account_id = ?", a.ID).Order("id").Find(&contacts).Error; err != nil {
		return err
	}
	for _, c := range contacts {
		name := strings.Join(strings.Fields(c.Title+" "+c.FirstName+" "+c.LastName), " ")
		card.Contacts = append(card.Contacts, scoring.ContactLine{UID: c.UID, Name: name, Function: c.Function, Role: c.Role, Status: c.Status})
	}
	return nil
}

func (s *Store) cardOrders(ctx context.Context, a accountRow, card *scoring.AccountCard) error {
	var orders []orderRow
	if err := s.reader(ctx).Where("account_id = ?", a.ID).Order("placed_on DESC, id DESC").Limit(20).Find(&orders).Error; err != nil {
		return err
	}
	for _, o := range orders {
		card.Orders = append(card.Orders, scoring.OrderLine{PlacedOn: o.PlacedOn, Number: o.ExternalID, Type: o.DocType, Code: o.Code,
			Net: postlift.Money{Minor: o.NetMinor + o.CreditedMinor, Currency: o.Currency}})
	}
	return nil
}

func (s *Store) cardContracts(ctx context.Context, a accountRow, card *scoring.AccountCard) error {
	var contracts []contractRow
	if err := s.reader(ctx).Where("account_id = ?", a.ID).Order("started_on, id").Find(&contracts).Error; err != nil {
		return err
	}
	for _, c := range contracts {
		var monthly int64
		if err := s.reader(ctx).Model(&contractLineRow{}).Where("contract_id = ? AND valid_to IS NULL", c.ID).
			Select("COALESCE(SUM(monthly_fee_minor), 0)").Scan(&monthly).Error; err != nil {
			return err
		}
		card.Contracts = append(card.Contracts, scoring.ContractLine{Number: c.ExternalID, StartedOn: c.StartedOn, TermEndsOn: c.TermEndsOn,
			EndedOn: c.EndedOn, TermMonths: int(c.TermMonths), AutoRenew: c.AutoRenew, Monthly: postlift.Money{Minor: monthly, Currency: c.Currency}})
	}
	return nil
}

func (s *Store) cardLetters(ctx context.Context, a accountRow, card *scoring.AccountCard) error {
	rows, err := s.queryRead(ctx, `SELECT p.uid, c.name, p.state, p.reason, p.posted_on, b.uid, p.first_page
FROM pieces p JOIN campaigns c ON c.id = p.campaign_id JOIN batches b ON b.id = p.batch_id
WHERE p.account_id = ? AND p.kind = 'live' ORDER BY p.id DESC`, a.ID)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var l scoring.LetterLine
		if err := rows.Scan(&l.PieceUID, &l.Campaign, &l.State, &l.Reason, &l.PostedOn, &l.BatchUID, &l.FirstPage); err != nil {
			return err
		}
		card.Letters = append(card.Letters, l)
	}
	return rows.Err()
}

// cardBlocks shows the suppressions that name the account, its sites or its contacts, by id or by key.
func (s *Store) cardBlocks(ctx context.Context, a accountRow, card *scoring.AccountCard) error {
	var rows []suppressionRow
	err := s.reader(ctx).Where(`revoked_at IS NULL AND (account_id = ?
  OR contact_id IN (SELECT id FROM contacts WHERE account_id = ?) OR site_id IN (SELECT id FROM sites WHERE account_id = ?)
  OR match_key IN (SELECT match_key FROM contacts WHERE account_id = ? AND match_key <> '')
  OR match_key IN (SELECT match_key FROM sites WHERE account_id = ? AND match_key <> '')
  OR match_key = ?)`, a.ID, a.ID, a.ID, a.ID, a.ID, a.MatchKey).Order("id").Find(&rows).Error
	for _, r := range rows {
		card.Suppressions = append(card.Suppressions, scoring.BlockLine{Scope: r.Scope, Reason: r.Reason, EffectiveOn: r.EffectiveOn})
	}
	return err
}
