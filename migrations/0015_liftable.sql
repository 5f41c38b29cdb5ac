-- What a letter cannot change: the part of the window's expected margin that contract terms have agreed already.
-- +goose Up
ALTER TABLE scores ADD COLUMN window_committed_minor BIGINT; -- of window_margin_minor; NULL in runs from before it was kept
ALTER TABLE choices ADD COLUMN agreed_minor BIGINT NOT NULL DEFAULT 0; -- margin that contracts have agreed within the window, beside the baseline

-- +goose Down
ALTER TABLE choices DROP COLUMN agreed_minor;
ALTER TABLE scores DROP COLUMN window_committed_minor;
