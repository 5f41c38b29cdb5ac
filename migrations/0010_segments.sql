-- Segments: saved rules whose members are kept, with every entry and exit.
-- +goose Up
CREATE TABLE segments (
  id         {{pk}},
  uid        TEXT NOT NULL UNIQUE,
  rule_id    BIGINT NOT NULL UNIQUE REFERENCES rules (id), -- the rule's name is the segment's
  created_at {{timestamp}} NOT NULL,
  actor      TEXT NOT NULL
);

CREATE TABLE segment_builds (
  segment_id      BIGINT NOT NULL REFERENCES segments (id),
  no              BIGINT NOT NULL, -- 1, 2, …
  kind            TEXT NOT NULL,   -- full, incremental
  rule_version_id BIGINT NOT NULL REFERENCES rule_versions (id),
  as_of           {{date}} NOT NULL,
  score_run_id    BIGINT,          -- published at the time; NULL: none was
  change_mark     BIGINT NOT NULL, -- account_changes up to this one are in
  fingerprint     TEXT NOT NULL,   -- hash of the question and of what turns amounts into the reporting currency
  size            BIGINT NOT NULL,
  checked         BIGINT NOT NULL, -- accounts that were evaluated
  entered         BIGINT NOT NULL,
  left_count      BIGINT NOT NULL,
  took_ms         BIGINT NOT NULL,
  actor           TEXT NOT NULL,
  created_at      {{timestamp}} NOT NULL,
  PRIMARY KEY (segment_id, no)
);

-- One row is an entry and later its exit; the members are the rows without left_build. Without foreign keys:
-- checking each of a million rows takes longer than finding them, and they come from accounts alone.
CREATE TABLE segment_spells (
  segment_id    BIGINT NOT NULL,
  account_id    BIGINT NOT NULL,
  entered_build BIGINT NOT NULL,
  left_build    BIGINT,
  PRIMARY KEY (segment_id, account_id, entered_build)
)
WITHOUT ROWID -- only: sqlite
;

-- What account_features stand for beside their date: which changes they hold and with which currency, rates
-- and shares they were worked out. One row, or none where nobody knows.
CREATE TABLE feature_state (
  name        TEXT PRIMARY KEY,
  as_of       {{date}} NOT NULL,
  change_mark BIGINT NOT NULL,
  fingerprint TEXT NOT NULL
);

-- +goose Down
DROP TABLE feature_state;
DROP TABLE segment_spells;
DROP TABLE segment_builds;
DROP TABLE segments;
