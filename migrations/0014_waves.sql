-- Waves and variants in production: a batch for each wave of a run, with a day in home of its own, and print
-- files that hold one variant's letters each.
-- +goose Up
ALTER TABLE batch_files ADD COLUMN variant TEXT NOT NULL DEFAULT ''; -- as pieces.variant of all its pieces

ALTER TABLE batches DROP CONSTRAINT batches_run_id_key;            -- only: postgres
ALTER TABLE batches ADD COLUMN wave BIGINT NOT NULL DEFAULT 0;     -- only: postgres
ALTER TABLE batches ADD COLUMN in_home_on DATE;                    -- only: postgres
ALTER TABLE batches ADD CONSTRAINT batches_wave UNIQUE (run_id, wave); -- only: postgres

-- SQLite cannot drop a constraint: the table is made anew. Files and pieces point to it meanwhile.
PRAGMA defer_foreign_keys = ON;                          -- only: sqlite
CREATE TABLE batches_before AS SELECT * FROM batches;    -- only: sqlite
DROP TABLE batches;                                      -- only: sqlite
CREATE TABLE batches (                                   -- only: sqlite
  id              {{pk}},                                -- only: sqlite
  uid             TEXT NOT NULL UNIQUE,                  -- only: sqlite
  run_id          BIGINT NOT NULL REFERENCES runs (id),  -- only: sqlite
  vendor_id       BIGINT NOT NULL REFERENCES vendors (id), -- only: sqlite
  state           TEXT NOT NULL,                         -- only: sqlite
  revision        BIGINT NOT NULL DEFAULT 1,             -- only: sqlite
  chunk_size      BIGINT NOT NULL,                       -- only: sqlite
  content_sha256  TEXT NOT NULL DEFAULT '',              -- only: sqlite
  approved_by     TEXT NOT NULL DEFAULT '',              -- only: sqlite
  approved_at     {{timestamp}},                         -- only: sqlite
  approved_sha256 TEXT NOT NULL DEFAULT '',              -- only: sqlite
  sealed_at       {{timestamp}},                         -- only: sqlite
  released_at     {{timestamp}},                         -- only: sqlite
  posted_on       {{date}},                              -- only: sqlite
  created_at      {{timestamp}} NOT NULL,                -- only: sqlite
  wave            BIGINT NOT NULL DEFAULT 0,             -- only: sqlite
  in_home_on      {{date}},                              -- only: sqlite
  UNIQUE (run_id, wave)                                  -- only: sqlite
);                                                       -- only: sqlite
INSERT INTO batches (id, uid, run_id, vendor_id, state, revision, chunk_size, content_sha256, approved_by, approved_at, approved_sha256, sealed_at, released_at, posted_on, created_at) SELECT id, uid, run_id, vendor_id, state, revision, chunk_size, content_sha256, approved_by, approved_at, approved_sha256, sealed_at, released_at, posted_on, created_at FROM batches_before; -- only: sqlite
DROP TABLE batches_before;                               -- only: sqlite

UPDATE batches SET in_home_on = (SELECT r.in_home_on FROM runs r WHERE r.id = batches.run_id) WHERE posted_on IS NOT NULL;

-- +goose Down
ALTER TABLE batches DROP CONSTRAINT batches_wave;        -- only: postgres
ALTER TABLE batches DROP COLUMN in_home_on;              -- only: postgres
ALTER TABLE batches DROP COLUMN wave;                    -- only: postgres
ALTER TABLE batches ADD CONSTRAINT batches_run_id_key UNIQUE (run_id); -- only: postgres
PRAGMA defer_foreign_keys = ON;                          -- only: sqlite
CREATE TABLE batches_after AS SELECT * FROM batches;     -- only: sqlite
DROP TABLE batches;                                      -- only: sqlite
CREATE TABLE batches (                                   -- only: sqlite
  id              {{pk}},                                -- only: sqlite
  uid             TEXT NOT NULL UNIQUE,                  -- only: sqlite
  run_id          BIGINT NOT NULL UNIQUE REFERENCES runs (id), -- only: sqlite
  vendor_id       BIGINT NOT NULL REFERENCES vendors (id), -- only: sqlite
  state           TEXT NOT NULL,                         -- only: sqlite
  revision        BIGINT NOT NULL DEFAULT 1,             -- only: sqlite
  chunk_size      BIGINT NOT NULL,                       -- only: sqlite
  content_sha256  TEXT NOT NULL DEFAULT '',              -- only: sqlite
  approved_by     TEXT NOT NULL DEFAULT '',              -- only: sqlite
  approved_at     {{timestamp}},                         -- only: sqlite
  approved_sha256 TEXT NOT NULL DEFAULT '',              -- only: sqlite
  sealed_at       {{timestamp}},                         -- only: sqlite
  released_at     {{timestamp}},                         -- only: sqlite
  posted_on       {{date}},                              -- only: sqlite
  created_at      {{timestamp}} NOT NULL                 -- only: sqlite
);                                                       -- only: sqlite
INSERT INTO batches SELECT id, uid, run_id, vendor_id, state, revision, chunk_size, content_sha256, approved_by, approved_at, approved_sha256, sealed_at, released_at, posted_on, created_at FROM batches_after; -- only: sqlite
DROP TABLE batches_after;                                -- only: sqlite
ALTER TABLE batch_files DROP COLUMN variant;
