-- Score runs are built unseen and published by flipping the pointer; history is keyed by (run, account).
-- +goose Up
CREATE TABLE score_runs (
  id             {{pk}},
  uid            TEXT NOT NULL UNIQUE,
  as_of          {{date}} NOT NULL,
  horizon_months BIGINT NOT NULL,
  currency       TEXT NOT NULL,
  params         {{json}} NOT NULL, -- fitted models with standard errors and flags
  assumptions    {{json}} NOT NULL,
  metrics        {{json}},          -- retention, CPA, conversion, counted exclusions
  status         TEXT NOT NULL,     -- building, published, superseded
  accounts       BIGINT NOT NULL DEFAULT 0,
  created_at     {{timestamp}} NOT NULL,
  published_at   {{timestamp}}
);

CREATE TABLE score_pointer (
  name   TEXT PRIMARY KEY,
  run_id BIGINT NOT NULL REFERENCES score_runs (id)
);

CREATE TABLE scores (
  run_id              BIGINT NOT NULL REFERENCES score_runs (id),
  account_id          BIGINT NOT NULL REFERENCES accounts (id),
  p_alive             {{double}} NOT NULL,
  expected_orders     {{double}} NOT NULL,
  orders_minor        BIGINT NOT NULL, -- discounted expected margin of orders
  committed_minor     BIGINT NOT NULL, -- of contracts within the running term
  renewal_minor       BIGINT NOT NULL, -- of contracts after it
  fulfilment_minor    BIGINT NOT NULL, -- a cost, positive
  service_minor       BIGINT NOT NULL, -- a cost, positive
  acquisition_minor   BIGINT NOT NULL, -- cost, positive
  residual_minor      BIGINT NOT NULL,
  prospect_minor      BIGINT NOT NULL,
  window_margin_minor BIGINT NOT NULL, -- expected margin in the mailing decision's window, undiscounted
  assumed_share       {{double}} NOT NULL,
  decile              BIGINT NOT NULL, -- 1 best .. 10
  flags               TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (run_id, account_id)
);
CREATE INDEX scores_residual ON scores (run_id, residual_minor);

-- What rules and models read of an account, rebuilt set-based for a date.
CREATE TABLE account_features (
  account_id             BIGINT PRIMARY KEY REFERENCES accounts (id),
  as_of                  {{date}} NOT NULL,
  order_days             BIGINT NOT NULL, -- distinct days with a positive net value
  first_order_on         {{date}},
  last_order_on          {{date}},
  net_minor              BIGINT NOT NULL, -- all orders less credits, reporting currency
  first_day_net_minor    BIGINT NOT NULL, -- of that, the first order day's
  margin_minor           BIGINT NOT NULL, -- with the default share where unknown
  assumed_net_minor      BIGINT NOT NULL, -- net whose margin is assumed
  net_12m_minor          BIGINT NOT NULL,
  margin_12m_minor       BIGINT NOT NULL,
  orders_12m             BIGINT NOT NULL,
  open_contracts         BIGINT NOT NULL,
  contract_monthly_minor BIGINT NOT NULL, -- fees of open contracts, reporting currency
  contract_margin_minor  BIGINT NOT NULL, -- their margin, with the default share where unknown
  next_term_end_on       {{date}},
  next_notice_on         {{date}},
  open_opportunities     BIGINT NOT NULL,
  last_mailed_on         {{date}},
  mails_365d             BIGINT NOT NULL,
  responses_365d         BIGINT NOT NULL,
  last_response_on       {{date}},
  excluded_orders        BIGINT NOT NULL DEFAULT 0 -- documents left out: no exchange rate
);

-- +goose Down
DROP TABLE account_features;
DROP TABLE scores;
DROP TABLE score_pointer;
DROP TABLE score_runs;
