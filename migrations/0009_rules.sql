-- What rules read beside: the value of open sales opportunities.
-- +goose Up
ALTER TABLE account_features ADD COLUMN open_amount_minor BIGINT NOT NULL DEFAULT 0; -- of open opportunities, reporting currency

-- +goose Down
ALTER TABLE account_features DROP COLUMN open_amount_minor;
