-- Imported lists of people and companies who must not be mailed: which list a block came from; circles around postcodes.
-- +goose Up
ALTER TABLE suppressions ADD COLUMN list_name TEXT NOT NULL DEFAULT ''; -- the imported list that named it, if it has a name
CREATE INDEX places_latitude ON places (latitude);

-- +goose Down
DROP INDEX places_latitude;
ALTER TABLE suppressions DROP COLUMN list_name;
