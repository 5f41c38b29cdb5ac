-- What a plan knew of each account that the lift model reads, readings as they were taken, and what they taught.
-- +goose Up
ALTER TABLE choices ADD COLUMN traits TEXT NOT NULL DEFAULT ''; -- segment, affinity, rank, P(alive), months, basket as JSON; '' where nothing was drawn

CREATE TABLE run_readings (
  run_id           BIGINT NOT NULL REFERENCES runs (id),
  day              BIGINT NOT NULL,        -- after the in-home date; 0: the end of the window, which decides
  due_on           {{date}} NOT NULL,      -- the last day that it covers
  read_on          {{date}} NOT NULL,      -- the day on which it was taken
  data_on          {{date}},               -- the newest order that was known then
  analysis_version BIGINT NOT NULL,
  verdict          TEXT NOT NULL,
  document         TEXT NOT NULL,          -- the report, byte for byte, which JSON columns are not
  sha256           TEXT NOT NULL,
  created_at       {{timestamp}} NOT NULL,
  actor            TEXT NOT NULL,
  PRIMARY KEY (run_id, day)
);

-- A run counts once: what it taught, as sums that are put together anew for each version of the lift table.
CREATE TABLE run_lessons (
  run_id      BIGINT PRIMARY KEY REFERENCES runs (id),
  outcome     TEXT NOT NULL,               -- learned, or why it was not
  sums        TEXT NOT NULL,               -- a lift table of this run alone; '' where nothing was learned
  diagnostics TEXT NOT NULL,
  created_at  {{timestamp}} NOT NULL,
  actor       TEXT NOT NULL
);

-- +goose Down
DROP TABLE run_lessons;
DROP TABLE run_readings;
ALTER TABLE choices DROP COLUMN traits;
