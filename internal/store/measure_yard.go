package store

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"strings"

	"postlift"
	"postlift/accounts"
	"postlift/migrations"
)

// MeasureYard counts what was made up for `bench measure`: a run with letters, held-out accounts and what came back.
type MeasureYard struct {
	Accounts      int64         `json:"accounts"`
	Assigned      int64         `json:"assigned"`
	HeldOut       int64         `json:"held_out"`
	Pieces        int64         `json:"pieces"`
	Orders        int64         `json:"orders"`
	InWindow      int64         `json:"orders_in_window"`
	Contracts     int64         `json:"contracts"`
	Opportunities int64         `json:"opportunities"`
	Responses     int64         `json:"responses"`
	RunUID        string        `json:"-"`
	RunID         int64         `json:"-"`
	InHomeOn      postlift.Date `json:"in_home_on"`
	EndsOn        postlift.Date `json:"window_ends_on"`
}

// yardWindow is the measuring window of the yard's run in days.
const yardWindow = 90

// YardAddress is the made-up company, last name of its contact, street and postcode of an account of the yard.
func YardAddress(i int) (company, person, street, postcode string) {
	return "Muster Nr. " + strconv.Itoa(i) + " GmbH", "Beispiel" + strconv.Itoa(i), "Musterweg " + strconv.Itoa(1+i%200), strconv.Itoa(10000 + i*7919%89999)
}

// MakeMeasureYard fills an empty database with accounts and one posted run: of every fifteen groups of one to three
// accounts six are mailed, three held out and six gated. Two accounts in three order about then, a few name
// their letter's code; some respond, some have opportunities or contracts. It is a Conflict where the database holds
// accounts.
func (s *Store) MakeMeasureYard(ctx context.Context, n int, inHome postlift.Date) (MeasureYard, error) {
	const op = "store.MakeMeasureYard"
	m := MeasureYard{Accounts: int64(n), RunUID: "run_bench", RunID: 1, InHomeOn: inHome, EndsOn: inHome.AddDays(yardWindow)}
	y := &measureYard{RuleYard: RuleYard{store: s, accounts: n, asOf: inHome}}
	err := s.inTx(ctx, func(t *tx) error {
		var some int64
		if err := t.sql.QueryRowContext(ctx, "SELECT COUNT(*) FROM accounts").Scan(&some); err != nil {
			return err
		}
		if some > 0 {
			return postlift.Faultf(postlift.Conflict, op, "the database holds %d accounts: measuring needs an empty one", some)
		}
		if err := y.copyAccounts(t); err != nil {
			return err
		}
		for _, statement := range y.fill() {
			if _, err := t.exec(statement); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil && s.dialect == migrations.Postgres { // as the server does by itself after a while
		err = y.run(ctx, "ANALYZE")
	}
	if err == nil {
		err = y.count(ctx, &m)
	}
	return m, opError(op, err)
}

type measureYard struct{ RuleYard }

// copyAccounts writes accounts, sites and contacts with the keys that an import gives them.
func (y *measureYard) copyAccounts(t *tx) error {
	keyer := accounts.Keyer{Secret: y.store.secret}
	since := y.asOf.AddMonths(-30)
	load := func(table, columns string, row func(i int) []any) error {
		i := 0
		_, err := t.copyRows(table, strings.Split(columns, ","), func() ([]any, bool) {
			if i == y.accounts {
				return nil, false
			}
			i++
			return row(i), true
		})
		return err
	}
	err := load("accounts", "id,uid,source,external_id,name,group_key,segment,industry,country,language,status,acquired_on,match_key", func(i int) []any {
		company, _, _, postcode := YardAddress(i)
		id := strconv.Itoa(i)
		return []any{int64(i), "acc_" + id, "import", "K" + id, company, yardGroup(i), "ABC"[i%3 : i%3+1], "Handel", "DE", "de", "active", since, keyer.Company(company, postcode)}
	})
	if err != nil {
		return err
	}
	err = load("sites", "id,uid,source,external_id,account_id,street,postcode,city,country,is_main,status,match_key", func(i int) []any {
		_, _, street, postcode := YardAddress(i)
		id := strconv.Itoa(i)
		return []any{int64(i), "sit_" + id, "import", "K" + id, int64(i), street, postcode, "Musterstadt", "DE", true, "ok", keyer.Address(street, "", postcode, "Musterstadt", "DE")}
	})
	if err != nil {
		return err
	}
	return load("contacts", "id,uid,source,external_id,account_id,first_name,last_name,status,language,match_key", func(i int) []any {
		company, person, _, _ := YardAddress(i)
		id := strconv.Itoa(i)
		return []any{int64(i), "con_" + id, "import", "P" + id, int64(i), "Kim", person, "active", "de", keyer.Person("Kim", person, company)}
	})
}

// yardGroup: of every ten groups one has three accounts, one two.
func yardGroup(i int) string { return "bench:" + strconv.Itoa(yardGroupNumber(i)) }

func yardGroupNumber(i int) int {
	switch i % 13 {
	case 1, 2:
		return i - i%13
	case 5:
		return i - 1
	}
	return i
}

// fill are the statements behind MakeMeasureYard. Numbers are spread by multiplying with primes.
func (y *measureYard) fill() []string {
	n := fmt.Sprintf("(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d) SELECT i FROM n) n", y.accounts)
	day := func(days string) string {
		return "date('" + y.asOf.String() + "', (" + days + ") || ' days')"
	}
	at := func(days string) string { return day(days) + " || ' 10:00:00+00:00'" }
	yes, json := "1", "TEXT"
	if y.store.dialect == migrations.Postgres {
		n = fmt.Sprintf("(SELECT CAST(i AS BIGINT) AS i FROM generate_series(1, %d) AS i) n", y.accounts)
		day = func(days string) string { return "(DATE '" + y.asOf.String() + "' + CAST(" + days + " AS INT))" }
		at = func(days string) string { return "CAST(" + day(days) + " AS TIMESTAMPTZ)" }
		yes, json = "TRUE", "JSONB"
	}
	text := func(x string) string { return "CAST(" + x + " AS TEXT)" }
	now := "'" + y.asOf.String() + " 00:00:00+00:00'"
	// The arm is that of the group, of which group is the number.
	const group = "CASE WHEN i % 13 IN (1, 2) THEN i - i % 13 WHEN i % 13 = 5 THEN i - 1 ELSE i END"
	const arm = "(" + group + ") * 7919 % 15"
	order := func(name, days, where string, lift string) string {
		return `INSERT INTO orders (source, external_id, account_id, doc_type, placed_on, currency, net_minor, margin_minor, code)
SELECT 'bench', '` + name + `' || ` + text("i") + `, i, 'order', ` + day(days) + `, 'EUR', x.net, x.net * (3 + i % 2) / 10,
  CASE WHEN '` + name + `' = 'w' AND i * 13 % 101 < 10 AND ` + arm + ` < 6 THEN 'C' || ` + text("i") + ` WHEN '` + name + `' = 'w' AND i * 13 % 101 = 12 THEN 'C' || ` + text("i + 7") + ` ELSE '' END
FROM (SELECT i, 5000 + i * 7919 % 997 * (i * 31 % 211)` + lift + ` AS net FROM ` + n + ` WHERE ` + where + `) x`
	}
	return []string{
		`INSERT INTO vendors (id, uid, name) VALUES (1, 'vnd_bench', 'bench')`,
		`INSERT INTO designs (id, uid, name) VALUES (1, 'dsg_bench', 'bench')`,
		`INSERT INTO design_versions (id, design_id, version, class, sha256, files, created_at, actor) VALUES (1, 1, 1, 'advertising', 'x', '{}', ` + now + `, 'bench')`,
		`INSERT INTO rules (id, uid, name) VALUES (1, 'rul_bench', 'bench')`,
		`INSERT INTO rule_versions (id, rule_id, version, text, tree, created_at, actor) VALUES (1, 1, 1, 'x', '{}', ` + now + `, 'bench')`,
		`INSERT INTO score_runs (id, uid, as_of, horizon_months, currency, params, assumptions, status, created_at) VALUES (1, 'scr_bench', ` + day("-14") + `, 36, 'EUR', '{}', '{}', 'published', ` + now + `)`,
		`INSERT INTO campaigns (id, uid, name, class, state, version, created_at) VALUES (1, 'cmp_bench', 'bench', 'advertising', 'running', 1, ` + now + `)`,
		`INSERT INTO campaign_versions (campaign_id, version, definition, created_at, actor) VALUES (1, 1, '{}', ` + now + `, 'bench')`,
		`INSERT INTO runs (id, uid, campaign_id, campaign_version, rule_version_id, design_version_id, score_run_id, salt, as_of, state, plan_hash, funnel, currency, cost_minor, window_days, in_home_on, record, created_at)
VALUES (1, 'run_bench', 1, 1, 1, 1, 1, 'x', ` + day("-14") + `, 'measuring', 'x', '{}', 'EUR', 74, ` + strconv.Itoa(yardWindow) + `, ` + day("0") + `, '{"reading_days":[],"piece_cost":{"minor":74,"currency":"EUR"}}', ` + now + `)`,
		`INSERT INTO batches (id, uid, run_id, vendor_id, state, chunk_size, created_at) VALUES (1, 'bt_bench', 1, 1, 'posted', 500, ` + now + `)`,
		`INSERT INTO choices (run_id, account_id, group_key, outcome, reason, reasons, propensity, rank, residual_minor, baseline_minor, pre_margin_minor, expected_value_minor, cost_minor, contacts, features, segment)
SELECT 1, i, 'bench:' || ` + text(group) + `, CASE WHEN ` + arm + ` < 6 THEN 'assigned' WHEN ` + arm + ` < 9 THEN 'holdout' ELSE 'gated' END,
  CASE WHEN ` + arm + ` < 9 THEN '' ELSE 'cooling_off' END, CASE WHEN ` + arm + ` < 9 THEN '' ELSE 'cooling_off' END, CASE WHEN ` + arm + ` < 9 THEN 2.0 / 3 ELSE 0 END,
  i, i * 37 % 300000, 1000, i * 7919 % 997 * 100, 900, 74, '[1]', CAST('{"clv.residual":' || ` + text("i * 37 % 300000") + ` || ',"country":"DE","segment":"A","revenue_12m":1000}' AS ` + json + `), 'ABC' FROM ` + n,
		`INSERT INTO pieces (uid, run_id, campaign_id, step, pass, kind, account_id, site_id, contact_id, recipient_key, batch_id, chunk, seq_no, token, code, language, design_sha256, state, posted_on)
SELECT 'pc_' || ` + text("i") + `, 1, 1, 1, 1, 'live', i, i, i, 'r' || ` + text("i") + `, 1, 1, i, 'T' || ` + text("i") + `, 'C' || ` + text("i") + `, 'de', 'x',
  CASE WHEN i % 97 = 0 THEN 'returned' ELSE 'posted' END, ` + day("-2") + ` FROM ` + n + ` WHERE ` + arm + ` < 6`,
		order("a", "-400 - i * 17 % 300", "i % 2 = 0", ""), order("b", "-30 - i * 19 % 370", "i % 3 > 0", ""), order("c", "-30 - i * 23 % 600", "i % 5 > 1", ""),
		order("w", "i * 29 % 101", "i * 31 % 3 < 2", " + CASE WHEN "+arm+" < 6 THEN 4000 ELSE 0 END"),
		`INSERT INTO contracts (id, uid, source, external_id, account_id, started_on, term_months, term_ends_on, auto_renew, currency)
SELECT i, 'ctr_' || ` + text("i") + `, 'bench', ` + text("i") + `, i, ` + day("-200 - i % 100") + `, 12, ` + day("165 - i % 200") + `, ` + yes + `, 'EUR' FROM ` + n + ` WHERE i % 7 = 0`,
		`INSERT INTO contract_lines (contract_id, line_no, monthly_fee_minor, monthly_margin_minor, valid_from)
SELECT i, 1, 10000, 3000, ` + day("-200 - i % 100") + ` FROM ` + n + ` WHERE i % 7 = 0`,
		`INSERT INTO opportunities (id, uid, source, external_id, account_id, stage, status, opened_on)
SELECT i, 'opp_' || ` + text("i") + `, 'bench', ` + text("i") + `, i, 'lead', 'open', ` + day("i * 41 % 120 - 20") + ` FROM ` + n + ` WHERE i % 16 = 3`,
		`INSERT INTO opportunity_stages (opportunity_id, stage, status, since_on)
SELECT i, 'lead', 'open', ` + day("i * 41 % 120 - 20") + ` FROM ` + n + ` WHERE i % 16 = 3
UNION ALL SELECT i, 'quote', 'open', ` + day("i * 41 % 120 - 15") + ` FROM ` + n + ` WHERE i % 32 = 3
UNION ALL SELECT i, 'won', 'won', ` + day("i * 41 % 120 - 5") + ` FROM ` + n + ` WHERE i % 64 = 3`,
		`INSERT INTO responses (uid, source, external_id, kind, piece_id, account_id, occurred_at)
SELECT 'rsp_' || ` + text("p.id") + ` || k.kind, 'bench', ` + text("p.id") + ` || k.kind, k.kind, p.id, p.account_id, ` + at("p.account_id * 43 % 95") + `
FROM pieces p JOIN (SELECT 7 AS every, 'visit' AS kind UNION ALL SELECT 50, 'call' UNION ALL SELECT 90, 'meeting' UNION ALL SELECT 150, 'quote' UNION ALL SELECT 200, 'objection') k ON p.account_id % k.every = 0`,
	}
}

// count tells what there is.
func (y *measureYard) count(ctx context.Context, m *MeasureYard) error {
	for _, c := range []struct {
		into  *int64
		query string
		args  []any
	}{
		{&m.Assigned, "SELECT COUNT(*) FROM choices WHERE outcome = 'assigned'", nil}, {&m.HeldOut, "SELECT COUNT(*) FROM choices WHERE outcome = 'holdout'", nil},
		{&m.Pieces, "SELECT COUNT(*) FROM pieces", nil}, {&m.Orders, "SELECT COUNT(*) FROM orders", nil},
		{&m.InWindow, "SELECT COUNT(*) FROM orders WHERE placed_on >= ? AND placed_on <= ?", []any{m.InHomeOn, m.EndsOn}},
		{&m.Contracts, "SELECT COUNT(*) FROM contracts", nil}, {&m.Opportunities, "SELECT COUNT(*) FROM opportunities", nil}, {&m.Responses, "SELECT COUNT(*) FROM responses", nil},
	} {
		if err := y.store.each(ctx, func(r *sql.Rows) error { return r.Scan(c.into) }, c.query, c.args...); err != nil {
			return err
		}
	}
	return nil
}

// SumOrders adds up the orders of some days by account, by one scan: what every reading of a run has to look at.
func (s *Store) SumOrders(ctx context.Context, from, until postlift.Date) (accounts, net int64, err error) {
	err = s.each(ctx, func(r *sql.Rows) error { return r.Scan(&accounts, &net) }, `SELECT COUNT(*), CAST(SUM(net) AS BIGINT) FROM (
  SELECT account_id, SUM(net_minor) AS net FROM orders WHERE placed_on >= ? AND placed_on <= ? GROUP BY account_id) x`, from, until)
	return accounts, net, opError("store.SumOrders", err)
}
