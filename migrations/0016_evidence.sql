-- What stands behind a block: which other block it was made from, and every entry where there are several.
-- +goose Up
ALTER TABLE suppressions ADD COLUMN origin_uid TEXT NOT NULL DEFAULT ''; -- uid of the block whose entry made this one, too; '' where it has one of its own
CREATE INDEX suppressions_derived ON suppressions (origin_uid) WHERE origin_uid <> '';

CREATE TABLE suppression_entries (
  id              {{pk}},
  suppression_uid TEXT NOT NULL REFERENCES suppressions (uid), -- all entries of a block that has more than one
  origin_uid    TEXT NOT NULL DEFAULT '',                    -- as in suppressions
  received_on     {{date}} NOT NULL,
  effective_on    {{date}} NOT NULL,
  until_on        {{date}},
  channel         TEXT NOT NULL DEFAULT '',
  evidence        TEXT NOT NULL DEFAULT '',
  source          TEXT NOT NULL DEFAULT '',
  external_id     TEXT NOT NULL DEFAULT '',
  list_name       TEXT NOT NULL DEFAULT '',
  import_id       BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX suppression_entries_block ON suppression_entries (suppression_uid);
CREATE INDEX suppression_entries_derived ON suppression_entries (origin_uid) WHERE origin_uid <> '';

-- Until now a block that a list's entry made on somebody known, or on the same person elsewhere, bore that entry's names.
CREATE INDEX suppressions_named ON suppressions (source, external_id, reason, scope);
UPDATE suppressions SET origin_uid = (SELECT e.uid FROM suppressions e WHERE e.source = suppressions.source AND e.external_id = suppressions.external_id
    AND e.reason = suppressions.reason AND e.scope = suppressions.scope ORDER BY e.id LIMIT 1)
  WHERE external_id <> '' AND EXISTS (SELECT 1 FROM suppressions e WHERE e.source = suppressions.source AND e.external_id = suppressions.external_id
    AND e.reason = suppressions.reason AND e.scope = suppressions.scope AND e.id < suppressions.id);
DROP INDEX suppressions_named;

-- +goose Down
DROP TABLE suppression_entries;
DROP INDEX suppressions_derived;
ALTER TABLE suppressions DROP COLUMN origin_uid;
