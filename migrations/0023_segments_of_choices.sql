-- The segment in which a group was drawn, so that a report by segment does not follow what is imported later.
-- +goose Up
ALTER TABLE choices ADD COLUMN segment TEXT NOT NULL DEFAULT ''; -- of the planned; '' of the others and in plans from before it was kept

-- +goose Down
ALTER TABLE choices DROP COLUMN segment;
