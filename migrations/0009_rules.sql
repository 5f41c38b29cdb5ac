-- What rules read beside: the value of open sales opportunities, and the main site of an account by one look.
-- +goose Up
ALTER TABLE account_features ADD COLUMN open_amount_minor BIGINT NOT NULL DEFAULT 0; -- of open opportunities, reporting currency

DROP INDEX sites_account;
CREATE INDEX sites_main ON sites (account_id, is_main DESC, id);

-- SQLite looks scores and features up by their keys for every account of a rule: kept in the key itself, that is
-- one search in place of two.
ALTER TABLE account_features RENAME TO account_features_before; -- only: sqlite
CREATE TABLE account_features ( -- only: sqlite
  account_id INTEGER PRIMARY KEY REFERENCES accounts (id), as_of TEXT NOT NULL, order_days BIGINT NOT NULL, first_order_on TEXT, last_order_on TEXT, -- only: sqlite
  net_minor BIGINT NOT NULL, first_day_net_minor BIGINT NOT NULL, margin_minor BIGINT NOT NULL, assumed_net_minor BIGINT NOT NULL, -- only: sqlite
  net_12m_minor BIGINT NOT NULL, margin_12m_minor BIGINT NOT NULL, orders_12m BIGINT NOT NULL, -- only: sqlite
  open_contracts BIGINT NOT NULL, contract_monthly_minor BIGINT NOT NULL, contract_margin_minor BIGINT NOT NULL, next_term_end_on TEXT, next_notice_on TEXT, -- only: sqlite
  open_opportunities BIGINT NOT NULL, last_mailed_on TEXT, mails_365d BIGINT NOT NULL, responses_365d BIGINT NOT NULL, last_response_on TEXT, -- only: sqlite
  excluded_orders BIGINT NOT NULL DEFAULT 0, net_24m_minor BIGINT NOT NULL DEFAULT 0, open_amount_minor BIGINT NOT NULL DEFAULT 0); -- only: sqlite
INSERT INTO account_features SELECT * FROM account_features_before; -- only: sqlite
DROP TABLE account_features_before; -- only: sqlite
ALTER TABLE scores RENAME TO scores_before; -- only: sqlite
CREATE TABLE scores ( -- only: sqlite
  run_id BIGINT NOT NULL REFERENCES score_runs (id), account_id BIGINT NOT NULL REFERENCES accounts (id), p_alive REAL NOT NULL, expected_orders REAL NOT NULL, -- only: sqlite
  orders_minor BIGINT NOT NULL, committed_minor BIGINT NOT NULL, renewal_minor BIGINT NOT NULL, fulfilment_minor BIGINT NOT NULL, service_minor BIGINT NOT NULL, -- only: sqlite
  acquisition_minor BIGINT NOT NULL, residual_minor BIGINT NOT NULL, prospect_minor BIGINT NOT NULL, window_margin_minor BIGINT NOT NULL, -- only: sqlite
  assumed_share REAL NOT NULL, decile BIGINT NOT NULL, flags TEXT NOT NULL DEFAULT '', expansion_minor BIGINT NOT NULL DEFAULT 0, contact_minor BIGINT NOT NULL DEFAULT 0, -- only: sqlite
  low_minor BIGINT, median_minor BIGINT, high_minor BIGINT, spread_minor BIGINT, p_exceeds_cost REAL, payback_month BIGINT, clv_to_cac REAL, -- only: sqlite
  break_even_minor BIGINT, mean_order_minor REAL, p_active REAL, rfm TEXT NOT NULL DEFAULT '', tier TEXT NOT NULL DEFAULT '', stage TEXT NOT NULL DEFAULT '', -- only: sqlite
  PRIMARY KEY (run_id, account_id)) WITHOUT ROWID; -- only: sqlite
INSERT INTO scores SELECT * FROM scores_before; -- only: sqlite
DROP TABLE scores_before; -- only: sqlite
CREATE INDEX scores_residual ON scores (run_id, residual_minor); -- only: sqlite

-- +goose Down
DROP INDEX sites_main;
CREATE INDEX sites_account ON sites (account_id);
ALTER TABLE account_features DROP COLUMN open_amount_minor;
