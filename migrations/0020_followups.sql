-- Sales calls after letters, the links under which sales people find them, and quick search for whom an answer is from.
-- +goose Up
CREATE TABLE followups (
  id          {{pk}},
  uid         TEXT NOT NULL UNIQUE,
  source      TEXT NOT NULL,               -- sales, entry, command line
  external_id TEXT NOT NULL,               -- recognises it when it arrives twice
  run_id      BIGINT REFERENCES runs (id), -- NULL: a note that belongs to no letter
  account_id  BIGINT NOT NULL REFERENCES accounts (id),
  piece_id    BIGINT REFERENCES pieces (id),
  result      TEXT NOT NULL,               -- reached, not_reached, meeting, quote, no, objection, note
  occurred_at {{timestamp}} NOT NULL,
  next_on     {{date}},                    -- call again on this day
  detail      {{json}},                    -- what was written down: may be erased
  actor       TEXT NOT NULL,
  UNIQUE (source, external_id)
);
CREATE INDEX followups_run ON followups (run_id, account_id, occurred_at);
CREATE INDEX followups_account ON followups (account_id, occurred_at);

-- The key itself is kept nowhere: it is made anew from the installation's secret, the employee and the epoch.
CREATE TABLE sales_links (
  employee_id BIGINT PRIMARY KEY REFERENCES employees (id),
  epoch       BIGINT NOT NULL,
  key_sha256  TEXT NOT NULL UNIQUE,
  issued_at   {{timestamp}} NOT NULL,
  actor       TEXT NOT NULL
);

-- Companies by how their names begin, written in one way, and by customer number.
CREATE INDEX accounts_search ON accounts (LOWER(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(name, 'Ä', 'ae'), 'ä', 'ae'), 'Ö', 'oe'), 'ö', 'oe'), 'Ü', 'ue'), 'ü', 'ue'), 'ß', 'ss'))); -- only: sqlite
CREATE INDEX accounts_search ON accounts (LOWER(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(name COLLATE "C", 'Ä', 'ae'), 'ä', 'ae'), 'Ö', 'oe'), 'ö', 'oe'), 'Ü', 'ue'), 'ü', 'ue'), 'ß', 'ss'))); -- only: postgres
CREATE INDEX accounts_number ON accounts (external_id);

-- +goose Down
DROP INDEX accounts_number;
DROP INDEX accounts_search;
DROP TABLE sales_links;
DROP TABLE followups;
