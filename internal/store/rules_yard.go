package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"postlift"
	"postlift/campaigns/rules"
	"postlift/migrations"
)

// RuleYard is a made-up base of accounts on which `bench rules` measures rules in the database against statements
// written by hand.
type RuleYard struct {
	store    *Store
	accounts int
	asOf     postlift.Date
}

// YardRule is the rule of ten clauses that the yard's statement by hand says in SQL.
const YardRule = `clv.residual > 500 and clv.p_alive >= 0.25 and country in ["DE", "AT", "CH"] and segment != "C" and employees > 20` +
	` and status == "active" and revenue_12m > 100 and days_since_last_order > 30 and not has_open_contract and mails_365d < 4`

// YardFunnelRule matches about half of the yard's accounts.
const YardFunnelRule = `clv.residual > 500 and country in ["DE", "AT", "CH"]`

// byHand is YardRule as somebody would write it who knows the tables and the engine; {run} is the published score run, {day} the
// 30th day before the facts' date.
const byHand = `SELECT -1, a.id, 1 FROM accounts a {join} account_features f ON f.account_id = a.id {join} scores sc ON sc.run_id = {run} AND sc.account_id = a.id
WHERE sc.residual_minor > 50000 AND sc.p_alive >= 0.25 AND a.country IN ('DE', 'AT', 'CH') AND a.segment <> 'C' AND a.segment <> '' AND a.employee_count > 20
  AND a.status = 'active' AND f.net_12m_minor > 10000 AND f.last_order_on < {day} AND f.open_contracts = 0 AND f.mails_365d < 4`

// MakeRuleYard fills an empty database with accounts, each with a site, most with a score, orders, contracts and
// letters, by a few set-based statements, and builds their features as of a date. It is a Conflict where the
// database holds accounts.
func (s *Store) MakeRuleYard(ctx context.Context, accounts int, asOf postlift.Date) (*RuleYard, error) {
	const op = "store.MakeRuleYard"
	y := &RuleYard{store: s, accounts: accounts, asOf: asOf}
	err := s.inTx(ctx, func(t *tx) error {
		var some int64
		if err := t.sql.QueryRowContext(ctx, "SELECT COUNT(*) FROM accounts").Scan(&some); err != nil {
			return err
		}
		if some > 0 {
			return postlift.Faultf(postlift.Conflict, op, "the database holds %d accounts: measuring needs an empty one", some)
		}
		for _, statement := range y.statements() {
			if _, err := t.exec(statement); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, opError(op, err)
	}
	if err := s.RefreshFeatures(ctx, asOf); err != nil {
		return nil, err
	}
	if s.dialect == migrations.Postgres { // as the server does by itself after a while
		err = y.run(ctx, "ANALYZE")
	}
	return y, err
}

// statements fill the tables. Numbers are spread by multiplying with primes.
func (y *RuleYard) statements() []string {
	n := fmt.Sprintf("(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d) SELECT i FROM n) n", y.accounts)
	text, yes, no := func(x string) string { return "CAST(" + x + " AS TEXT)" }, "1", "0"
	if y.store.dialect == migrations.Postgres {
		n, yes, no = fmt.Sprintf("(SELECT CAST(i AS BIGINT) AS i FROM generate_series(1, %d) AS i) n", y.accounts), "TRUE", "FALSE"
	}
	pick := func(by int, values ...string) string {
		b := &strings.Builder{}
		fmt.Fprintf(b, "CASE (i * %d) %% 1009 %% %d", by, len(values))
		for i, v := range values {
			fmt.Fprintf(b, " WHEN %d THEN %s", i, v)
		}
		return b.String() + " END"
	}
	date, at := y.store.dateLiteral, "'"+y.asOf.String()+" 00:00:00+00:00'"
	days := make([]string, 12)
	for i := range days {
		days[i] = date(y.asOf.AddDays(-25 * (i + 1)))
	}
	flag := func(condition string) string {
		return "CASE WHEN " + condition + " THEN " + yes + " ELSE " + no + " END"
	}
	return append([]string{
		`INSERT INTO accounts (id, uid, source, external_id, name, group_key, segment, industry, employee_count, country, language, status, dunning, acquired_on, match_key)
SELECT i, 'acc_' || ` + text("i") + `, 'bench', ` + text("i") + `, 'Muster Nr. ' || ` + text("i") + `, 'bench:' || ` + text("i - i % 3") + `, ` + pick(7, "'A'", "'B'", "'C'", "''") + `,
  ` + pick(11, "'Bau'", "'Handel'", "'Chemie'") + `, (i * 13) % 500, ` + pick(17, "'DE'", "'DE'", "'AT'", "'CH'", "'GB'", "'FR'") + `, 'de', CASE WHEN i % 47 = 0 THEN 'closed' ELSE 'active' END,
  ` + flag("i % 41 = 0") + `, ` + date(y.asOf.AddMonths(-30)) + `, 'M' || ` + text("i * 7919 % 1000003") + ` FROM ` + n,
		`INSERT INTO sites (id, uid, source, external_id, account_id, street, postcode, city, country, is_main, status)
SELECT i, 'sit_' || ` + text("i") + `, 'bench', ` + text("i") + `, i, 'Musterweg 1', ` + text("10000 + i * 7919 % 89999") + `, 'Musterstadt', 'DE', ` + yes + `,
  CASE WHEN i % 61 = 0 THEN 'undeliverable' ELSE 'ok' END FROM ` + n,
		`INSERT INTO orders (source, external_id, account_id, doc_type, placed_on, currency, net_minor)
SELECT 'bench', ` + text("i") + ` || '-' || ` + text("k.k") + `, i, 'order', ` + strings.ReplaceAll(pick(19, days...), "(i * 19)", "(i * 19 + k.k * 5)") + `, 'EUR', (i * 29 + k.k) % 90000
FROM ` + n + `, (SELECT 1 AS k UNION ALL SELECT 2) k WHERE i % 5 > 0`,
		`INSERT INTO contracts (uid, source, external_id, account_id, started_on, term_months, term_ends_on, auto_renew, currency)
SELECT 'ctr_' || ` + text("i") + `, 'bench', ` + text("i") + `, i, ` + date(y.asOf.AddMonths(-6)) + `, 12, ` + date(y.asOf.AddMonths(6)) + `, ` + yes + `, 'EUR' FROM ` + n + ` WHERE i % 7 = 0`,
		`INSERT INTO suppressions (uid, scope, match_key, reason, account_id, received_on, effective_on)
SELECT 'sup_' || ` + text("i") + `, 'account', 'S' || ` + text("i") + `, 'objection', i, ` + date(y.asOf.AddMonths(-3)) + `, ` + date(y.asOf.AddMonths(-3)) + ` FROM ` + n + ` WHERE i % 31 = 0`,
		`INSERT INTO score_runs (id, uid, as_of, horizon_months, currency, params, assumptions, status, created_at) VALUES (1, 'scr_bench', ` + date(y.asOf) + `, 36, 'EUR', '{}', '{}', 'published', ` + at + `)`,
		`INSERT INTO score_pointer (name, run_id) VALUES ('` + publishedScores + `', 1)`,
		`INSERT INTO scores (run_id, account_id, p_alive, expected_orders, orders_minor, committed_minor, renewal_minor, fulfilment_minor, service_minor, acquisition_minor,
  residual_minor, prospect_minor, window_margin_minor, assumed_share, decile, tier, stage)
SELECT 1, i, (i * 31 % 1000) / 1000.0, 1.5, 100, 0, 0, 0, 0, 0, i * 37 % 300000, 100, 100, 0.5, 1 + i * 37 % 10, 'B', 'mature' FROM ` + n + ` WHERE i % 20 > 0`,
	}, y.letters(n, text, at)...)
}

// letters are five to some accounts, the last a while ago, and a late one to others.
func (y *RuleYard) letters(n string, text func(string) string, at string) []string {
	date := y.store.dateLiteral
	statements := []string{
		`INSERT INTO vendors (id, uid, name) VALUES (1, 'vnd_bench', 'bench')`,
		`INSERT INTO designs (id, uid, name) VALUES (1, 'dsg_bench', 'bench')`,
		`INSERT INTO design_versions (id, design_id, version, class, sha256, files, created_at, actor) VALUES (1, 1, 1, 'advertising', 'x', '{}', ` + at + `, 'bench')`,
		`INSERT INTO rules (id, uid, name) VALUES (1000, 'rul_bench', 'letters')`,
		`INSERT INTO rule_versions (id, rule_id, version, text, tree, created_at, actor) VALUES (1000, 1000, 1, 'x', '{}', ` + at + `, 'bench')`,
	}
	for k := 1; k <= 6; k++ {
		id, day, who := fmt.Sprint(k), date(y.asOf.AddDays(-100-30*k)), "i % 23 = 0"
		if k == 6 {
			day, who = date(y.asOf.AddDays(-40)), "i % 4 = 1"
		}
		statements = append(statements,
			`INSERT INTO campaigns (id, uid, name, class, state, version, created_at) VALUES (`+id+`, 'cmp_`+id+`', 'bench `+id+`', 'advertising', 'measuring', 1, `+at+`)`,
			`INSERT INTO runs (id, uid, campaign_id, campaign_version, rule_version_id, design_version_id, score_run_id, salt, as_of, state, plan_hash, funnel, currency, cost_minor, window_days, record, created_at)
VALUES (`+id+`, 'run_`+id+`', `+id+`, 1, 1000, 1, 1, 'x', `+day+`, 'measuring', 'x', '{}', 'EUR', 0, 90, '{}', `+at+`)`,
			`INSERT INTO batches (id, uid, run_id, vendor_id, state, chunk_size, created_at) VALUES (`+id+`, 'bt_`+id+`', `+id+`, 1, 'posted', 500, `+at+`)`,
			`INSERT INTO pieces (uid, run_id, campaign_id, step, pass, kind, account_id, recipient_key, batch_id, chunk, seq_no, token, code, language, design_sha256, state, posted_on)
SELECT 'pc_`+id+`_' || `+text("i")+`, `+id+`, `+id+`, 1, 1, 'live', i, 'r' || `+text("i")+`, `+id+`, 1, i, 't`+id+`_' || `+text("i")+`, 'c`+id+`_' || `+text("i")+`, 'de', 'x', 'posted', `+day+` FROM `+n+` WHERE `+who)
	}
	return statements
}

// yardTable is like that of segments' members.
const yardTable = "bench_spells"

// Compiled takes the time of writing the members of a rule, compiled here, into a table.
func (y *RuleYard) Compiled(ctx context.Context, rule *rules.Term) (rows int64, took time.Duration, err error) {
	q, err := y.store.ruleSQL(rule, y.asOf, false)
	if err != nil {
		return 0, 0, err
	}
	return y.insert(ctx, "SELECT -1, a.id, 1 FROM "+q.from+" WHERE "+q.where, q.args...)
}

// ByHand takes the time of the same for YardRule by a statement written by hand.
func (y *RuleYard) ByHand(ctx context.Context) (rows int64, took time.Duration, err error) {
	join := "CROSS JOIN" // half the time of JOIN: accounts in their order
	if y.store.dialect == migrations.Postgres {
		join = "JOIN"
	}
	return y.insert(ctx, strings.NewReplacer("{join}", join, "{run}", "1", "{day}", y.store.dateLiteral(y.asOf.AddDays(-30))).Replace(byHand))
}

func (y *RuleYard) insert(ctx context.Context, query string, args ...any) (rows int64, took time.Duration, err error) {
	tail := ""
	if y.store.dialect != migrations.Postgres {
		tail = " WITHOUT ROWID"
	}
	for _, statement := range []string{"DROP TABLE IF EXISTS " + yardTable, "CREATE TABLE " + yardTable +
		" (segment_id BIGINT NOT NULL, account_id BIGINT NOT NULL, entered_build BIGINT NOT NULL, left_build BIGINT, PRIMARY KEY (segment_id, account_id, entered_build))" + tail} {
		if err := y.run(ctx, statement); err != nil {
			return 0, 0, err
		}
	}
	start := time.Now()
	err = y.store.inTx(ctx, func(t *tx) error {
		rows, err = t.exec("INSERT INTO "+yardTable+" (segment_id, account_id, entered_build)\n"+query, args...)
		return err
	})
	took = time.Since(start)
	if err == nil {
		err = y.run(ctx, "DROP TABLE "+yardTable)
	}
	return rows, took, err
}

func (y *RuleYard) run(ctx context.Context, statement string) error {
	return y.store.inTx(ctx, func(t *tx) error {
		_, err := t.exec(statement)
		return err
	})
}

// YardSteps name the steps of Funnel: those who are left, then the reasons in their order.
var YardSteps = []string{"left", "objection", "closed", "undeliverable", "cooling_off", "frequency_cap", "dunning"}

// Funnel takes the time of counting, in one pass, how many of those whom a rule takes are left after six
// exclusions, and how many have which as their first reason.
func (y *RuleYard) Funnel(ctx context.Context, rule *rules.Term) (counts [7]int64, took time.Duration, err error) {
	w := y.store.newRuleWriter(y.asOf)
	where, err := w.write(rule)
	if err != nil {
		return counts, 0, err
	}
	w.reads["f"] = true
	args := append(append(twice(y.asOf, 1), twice(y.asOf, 1)...), w.args...)
	start := time.Now()
	rows, err := y.store.queryRead(ctx, `WITH blocked AS (
  SELECT s.account_id AS id FROM suppressions s WHERE s.account_id IS NOT NULL AND s.scope || '' = 'account' AND `+activeSuppression+`
  UNION SELECT k.id FROM suppressions s CROSS JOIN accounts k WHERE k.match_key = s.match_key AND s.scope = 'account' AND k.match_key <> '' AND `+activeSuppression+`
), astray AS (
  SELECT x.account_id AS id FROM sites x WHERE x.status <> 'ok' AND NOT EXISTS (SELECT 1 FROM sites o WHERE o.account_id = x.account_id AND o.status = 'ok')
), steps AS (
  SELECT CASE WHEN a.id IN (SELECT id FROM blocked) THEN 1 WHEN a.status <> 'active' THEN 2 WHEN a.id IN (SELECT id FROM astray) THEN 3
    WHEN f.last_mailed_on > `+y.store.dateLiteral(y.asOf.AddDays(-90))+` THEN 4 WHEN f.mails_365d >= 4 THEN 5 WHEN a.dunning THEN 6 ELSE 0 END AS step
  FROM `+w.from(false)+` WHERE `+where+`
) SELECT step, COUNT(*) FROM steps GROUP BY step`, args...)
	err = eachRow(rows, err, func(r *sql.Rows) error {
		var step, n int64
		err := r.Scan(&step, &n)
		counts[step] = n
		return err
	})
	return counts, time.Since(start), opError("store.Funnel", err)
}

// Change alters the orders of n accounts, others in every round, as an import would.
func (y *RuleYard) Change(ctx context.Context, n, round int) error {
	step := max(y.accounts/n, 1)
	return y.store.inTx(ctx, func(t *tx) error {
		some := fmt.Sprintf("SELECT id AS account_id FROM accounts WHERE id %% %d = %d", step, round%step)
		if _, err := t.exec("UPDATE orders SET net_minor = 90000 - net_minor WHERE account_id IN (" + some + ")"); err != nil {
			return err
		}
		return t.noteChanges(some)
	})
}

// TemporarySchema makes a schema on a PostgreSQL server for measuring in; url then leads there. drop removes it
// with all that is in it.
func TemporarySchema(ctx context.Context, server, name string) (url string, drop func(context.Context) error, err error) {
	db, err := sql.Open("pgx", server)
	if err != nil {
		return "", nil, opError("store.TemporarySchema", err)
	}
	if _, err := db.ExecContext(ctx, `CREATE SCHEMA "`+name+`"`); err != nil {
		return "", nil, errors.Join(opError("store.TemporarySchema", err), db.Close())
	}
	mark := "?"
	if strings.Contains(server, "?") {
		mark = "&"
	}
	return server + mark + "search_path=" + name, func(ctx context.Context) error {
		_, err := db.ExecContext(ctx, `DROP SCHEMA "`+name+`" CASCADE`)
		return errors.Join(err, db.Close())
	}, nil
}
