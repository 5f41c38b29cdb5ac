-- What the value engine adds: bands and parts of a score, the run's basis, backtests, tracked changes.
-- +goose Up
ALTER TABLE accounts ADD COLUMN discount_rate {{double}}; -- a year, the account's own; NULL: the settings'

ALTER TABLE account_features ADD COLUMN net_24m_minor BIGINT NOT NULL DEFAULT 0;       -- of the twelve months before the last twelve

ALTER TABLE score_runs ADD COLUMN kind TEXT NOT NULL DEFAULT 'full';         -- full, incremental
ALTER TABLE score_runs ADD COLUMN base_run_id BIGINT;                        -- of an incremental run: where its unchanged scores come from
ALTER TABLE score_runs ADD COLUMN change_mark BIGINT NOT NULL DEFAULT 0;     -- account_changes up to this one are in
ALTER TABLE score_runs ADD COLUMN total_minor BIGINT;                        -- sum of residual values; NULL: sum the rows
ALTER TABLE score_runs ADD COLUMN basis {{json}};                            -- all that an incremental run must share
ALTER TABLE score_runs ADD COLUMN actor TEXT NOT NULL DEFAULT '';

-- Scores of earlier runs have no bands: NULL there.
ALTER TABLE scores ADD COLUMN expansion_minor BIGINT NOT NULL DEFAULT 0;
ALTER TABLE scores ADD COLUMN contact_minor BIGINT NOT NULL DEFAULT 0;       -- a cost, positive
ALTER TABLE scores ADD COLUMN low_minor BIGINT;                              -- residual value: 5 % lie below
ALTER TABLE scores ADD COLUMN median_minor BIGINT;
ALTER TABLE scores ADD COLUMN high_minor BIGINT;                             -- 95 % lie below
ALTER TABLE scores ADD COLUMN spread_minor BIGINT;                           -- standard deviation of the account's own luck
ALTER TABLE scores ADD COLUMN p_exceeds_cost {{double}};
ALTER TABLE scores ADD COLUMN payback_month BIGINT;                          -- 0 already, -1 never within the horizon
ALTER TABLE scores ADD COLUMN clv_to_cac {{double}};
ALTER TABLE scores ADD COLUMN break_even_minor BIGINT;
ALTER TABLE scores ADD COLUMN mean_order_minor {{double}};
ALTER TABLE scores ADD COLUMN p_active {{double}};
ALTER TABLE scores ADD COLUMN rfm TEXT NOT NULL DEFAULT '';                  -- three digits 1..5, 5 best: recency, frequency, value
ALTER TABLE scores ADD COLUMN tier TEXT NOT NULL DEFAULT '';                 -- A..E by residual value
ALTER TABLE scores ADD COLUMN stage TEXT NOT NULL DEFAULT '';                -- prospect, new, growing, mature, at_risk, lapsed, lost

CREATE TABLE backtests (
  id         {{pk}},
  uid        TEXT NOT NULL UNIQUE,
  as_of      {{date}} NOT NULL,
  chosen     TEXT NOT NULL, -- the order model
  report     {{json}} NOT NULL,
  actor      TEXT NOT NULL,
  created_at {{timestamp}} NOT NULL
);

-- Accounts whose value may have changed, each with the number of its latest change. Numbers rise in the
-- order of commits, so that a score run notes up to which one it has read.
CREATE TABLE account_changes (
  account_id BIGINT PRIMARY KEY REFERENCES accounts (id),
  mark       BIGINT NOT NULL
);
CREATE INDEX account_changes_mark ON account_changes (mark);

-- What an account ordered from a product group, as of the date of its features.
CREATE TABLE account_groups (
  account_id    BIGINT NOT NULL REFERENCES accounts (id),
  product_group TEXT NOT NULL,
  first_on      {{date}} NOT NULL,
  margin_minor  BIGINT NOT NULL, -- since then, reporting currency, with the default share where unknown
  PRIMARY KEY (account_id, product_group)
);

-- Sums of logs over the order days of accounts that have more than one, as of the date of their features: what
-- the order and spend models read beside those.
CREATE TABLE account_logs (
  account_id      BIGINT PRIMARY KEY REFERENCES accounts (id),
  log_gaps        {{double}} NOT NULL, -- sum of log weeks between order days
  repeat_log_mean {{double}} NOT NULL, -- mean log net of the order days after the first, minor units
  repeat_log_ss   {{double}} NOT NULL  -- squared deviations of those logs
);

-- +goose Down
DROP TABLE account_logs;
DROP TABLE account_groups;
DROP TABLE account_changes;
DROP TABLE backtests;
ALTER TABLE scores DROP COLUMN stage;
ALTER TABLE scores DROP COLUMN tier;
ALTER TABLE scores DROP COLUMN rfm;
ALTER TABLE scores DROP COLUMN p_active;
ALTER TABLE scores DROP COLUMN mean_order_minor;
ALTER TABLE scores DROP COLUMN break_even_minor;
ALTER TABLE scores DROP COLUMN clv_to_cac;
ALTER TABLE scores DROP COLUMN payback_month;
ALTER TABLE scores DROP COLUMN p_exceeds_cost;
ALTER TABLE scores DROP COLUMN spread_minor;
ALTER TABLE scores DROP COLUMN high_minor;
ALTER TABLE scores DROP COLUMN median_minor;
ALTER TABLE scores DROP COLUMN low_minor;
ALTER TABLE scores DROP COLUMN contact_minor;
ALTER TABLE scores DROP COLUMN expansion_minor;
ALTER TABLE score_runs DROP COLUMN actor;
ALTER TABLE score_runs DROP COLUMN basis;
ALTER TABLE score_runs DROP COLUMN total_minor;
ALTER TABLE score_runs DROP COLUMN change_mark;
ALTER TABLE score_runs DROP COLUMN base_run_id;
ALTER TABLE score_runs DROP COLUMN kind;
ALTER TABLE account_features DROP COLUMN net_24m_minor;
ALTER TABLE accounts DROP COLUMN discount_rate;
