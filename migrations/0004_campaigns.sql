-- Rules, designs, campaigns, their runs and the frozen choices.
-- +goose Up
CREATE TABLE rules (
  id   {{pk}},
  uid  TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL UNIQUE
);

CREATE TABLE rule_versions (
  id         {{pk}},
  rule_id    BIGINT NOT NULL REFERENCES rules (id),
  version    BIGINT NOT NULL,
  text       TEXT NOT NULL,
  tree       {{json}} NOT NULL,
  created_at {{timestamp}} NOT NULL,
  actor      TEXT NOT NULL,
  UNIQUE (rule_id, version)
);

CREATE TABLE designs (
  id   {{pk}},
  uid  TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL UNIQUE
);

CREATE TABLE design_versions (
  id         {{pk}},
  design_id  BIGINT NOT NULL REFERENCES designs (id),
  version    BIGINT NOT NULL,
  class      TEXT NOT NULL, -- advertising, contractual
  sha256     TEXT NOT NULL,
  files      {{json}} NOT NULL, -- file name to text
  created_at {{timestamp}} NOT NULL,
  actor      TEXT NOT NULL,
  UNIQUE (design_id, version),
  UNIQUE (design_id, sha256)
);

CREATE TABLE campaigns (
  id         {{pk}},
  uid        TEXT NOT NULL UNIQUE,
  name       TEXT NOT NULL UNIQUE,
  class      TEXT NOT NULL,
  state      TEXT NOT NULL,
  version    BIGINT NOT NULL, -- of the definition in force
  created_at {{timestamp}} NOT NULL
);

CREATE TABLE campaign_versions (
  id          {{pk}},
  campaign_id BIGINT NOT NULL REFERENCES campaigns (id),
  version     BIGINT NOT NULL,
  definition  {{json}} NOT NULL,
  created_at  {{timestamp}} NOT NULL,
  actor       TEXT NOT NULL,
  UNIQUE (campaign_id, version)
);

-- One execution of a campaign's step. Choices and batches point here; held-out accounts share its clock.
CREATE TABLE runs (
  id                {{pk}},
  uid               TEXT NOT NULL UNIQUE,
  campaign_id       BIGINT NOT NULL REFERENCES campaigns (id),
  step              BIGINT NOT NULL DEFAULT 1,
  pass              BIGINT NOT NULL DEFAULT 1,
  attempt           BIGINT NOT NULL DEFAULT 1, -- counts the previews; only an approved one is executed
  campaign_version  BIGINT NOT NULL,
  rule_version_id   BIGINT NOT NULL REFERENCES rule_versions (id),
  design_version_id BIGINT NOT NULL REFERENCES design_versions (id),
  score_run_id      BIGINT NOT NULL REFERENCES score_runs (id),
  salt              TEXT NOT NULL,
  as_of             {{date}} NOT NULL,
  state             TEXT NOT NULL,
  plan_hash         TEXT NOT NULL,
  funnel            {{json}} NOT NULL,
  currency          TEXT NOT NULL,
  cost_minor        BIGINT NOT NULL,
  approved_by       TEXT NOT NULL DEFAULT '',
  approved_at       {{timestamp}},
  in_home_on        {{date}},           -- set when the batch is posted
  window_days       BIGINT NOT NULL,
  record            {{json}} NOT NULL,  -- the pre-registered analysis: unit, metric, window, propensities, version
  created_at        {{timestamp}} NOT NULL,
  UNIQUE (campaign_id, step, pass, attempt)
);

CREATE TABLE enrolments (
  id          {{pk}},
  campaign_id BIGINT NOT NULL REFERENCES campaigns (id),
  account_id  BIGINT NOT NULL REFERENCES accounts (id),
  pass        BIGINT NOT NULL,
  run_id      BIGINT NOT NULL REFERENCES runs (id),
  state       TEXT NOT NULL, -- live, done
  entered_on  {{date}} NOT NULL,
  UNIQUE (campaign_id, account_id, pass)
);
CREATE UNIQUE INDEX enrolments_live ON enrolments (campaign_id, account_id) WHERE state = 'live';

-- Frozen when planned, one row for each account that the rule matched.
CREATE TABLE choices (
  run_id               BIGINT NOT NULL REFERENCES runs (id),
  account_id           BIGINT NOT NULL REFERENCES accounts (id),
  group_key            TEXT NOT NULL,
  outcome              TEXT NOT NULL, -- gated, over_cap, holdout, assigned
  reason               TEXT NOT NULL DEFAULT '', -- the first
  reasons              TEXT NOT NULL DEFAULT '', -- all, comma-separated, in the gate's order
  stratum              TEXT NOT NULL DEFAULT '',
  propensity           {{double}} NOT NULL,      -- of being mailed; 0 where not considered
  rank                 BIGINT NOT NULL DEFAULT 0,
  residual_minor       BIGINT NOT NULL,
  baseline_minor       BIGINT NOT NULL,
  pre_margin_minor     BIGINT NOT NULL,
  expected_value_minor BIGINT NOT NULL,
  cost_minor           BIGINT NOT NULL,
  variant              TEXT NOT NULL DEFAULT '',
  contacts             {{json}} NOT NULL, -- ids of the contacts chosen
  features             {{json}} NOT NULL, -- the values that the rule read
  PRIMARY KEY (run_id, account_id)
);
CREATE INDEX choices_group ON choices (run_id, group_key);

-- +goose Down
DROP TABLE choices;
DROP TABLE enrolments;
DROP TABLE runs;
DROP TABLE campaign_versions;
DROP TABLE campaigns;
DROP TABLE design_versions;
DROP TABLE designs;
DROP TABLE rule_versions;
DROP TABLE rules;
