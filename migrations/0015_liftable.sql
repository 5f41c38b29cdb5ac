-- What a letter cannot change: the part of the window's expected margin that contract terms have agreed already.
-- +goose Up
ALTER TABLE scores ADD COLUMN window_committed_minor BIGINT; -- of window_margin_minor; NULL in runs from before it was kept

-- +goose Down
ALTER TABLE scores DROP COLUMN window_committed_minor;
