-- Who it was that came back: by which of its words a row without a customer number was recognised, the stages that
-- opportunities went through, codes that were passed on to accounts without a letter, and what a person has to do.
-- +goose Up
ALTER TABLE orders ADD COLUMN matched_by TEXT NOT NULL DEFAULT 'customer';        -- code, customer, name_address, company_postcode
ALTER TABLE opportunities ADD COLUMN matched_by TEXT NOT NULL DEFAULT 'customer';
ALTER TABLE responses ADD COLUMN matched_by TEXT NOT NULL DEFAULT '';             -- '': by code or piece alone

-- The first day on which an opportunity was known to stand in a stage with a status.
CREATE TABLE opportunity_stages (
  id             {{pk}},
  opportunity_id BIGINT NOT NULL REFERENCES opportunities (id),
  stage          TEXT NOT NULL,
  status         TEXT NOT NULL, -- open, won, lost
  since_on       {{date}} NOT NULL,
  UNIQUE (opportunity_id, stage, status)
);
INSERT INTO opportunity_stages (opportunity_id, stage, status, since_on)
SELECT id, stage, status, CASE WHEN status <> 'open' AND closes_on IS NOT NULL THEN closes_on ELSE opened_on END FROM opportunities;

-- Orders that name a code of a run though their account had no letter of it: computed with the attributions.
CREATE TABLE code_leaks (
  id         {{pk}},
  run_id     BIGINT NOT NULL REFERENCES runs (id),
  order_id   BIGINT NOT NULL UNIQUE REFERENCES orders (id),
  account_id BIGINT NOT NULL REFERENCES accounts (id),
  arm        TEXT NOT NULL -- holdout, unmailed
);
CREATE INDEX code_leaks_run ON code_leaks (run_id, arm);

-- What a person has to look after because of something that came back. A task follows from the events alone, so that it
-- is the same in whatever order they come.
CREATE TABLE tasks (
  id          {{pk}},
  uid         TEXT NOT NULL UNIQUE,
  kind        TEXT NOT NULL, -- new_address, find_successor, objection_candidate, unmatched
  subject     TEXT NOT NULL, -- whom it is about, so that several events make one task
  account_id  BIGINT REFERENCES accounts (id),
  site_id     BIGINT REFERENCES sites (id),
  contact_id  BIGINT REFERENCES contacts (id),
  piece_id    BIGINT REFERENCES pieces (id),
  opened_at   {{timestamp}} NOT NULL, -- of the first event
  latest_at   {{timestamp}} NOT NULL, -- of the event that the rest of the row is of
  reason      TEXT NOT NULL DEFAULT '',
  source      TEXT NOT NULL,
  external_id TEXT NOT NULL,
  detail      {{json}},               -- what the post told, or the words that were not recognised
  UNIQUE (kind, subject)
);
CREATE INDEX tasks_site ON tasks (site_id, kind);

-- Decisions are appended, never changed.
CREATE TABLE task_decisions (
  id         {{pk}},
  task_id    BIGINT NOT NULL UNIQUE REFERENCES tasks (id),
  decision   TEXT NOT NULL, -- done, accepted, rejected
  note       TEXT NOT NULL DEFAULT '',
  actor_kind TEXT NOT NULL,
  actor      TEXT NOT NULL,
  at         {{timestamp}} NOT NULL
);

-- +goose Down
DROP TABLE task_decisions;
DROP TABLE tasks;
DROP TABLE code_leaks;
DROP TABLE opportunity_stages;
ALTER TABLE responses DROP COLUMN matched_by;
ALTER TABLE opportunities DROP COLUMN matched_by;
ALTER TABLE orders DROP COLUMN matched_by;
