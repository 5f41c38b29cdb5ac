-- What rules read beside: the value of open sales opportunities, and the main site of an account by one look.
-- +goose Up
ALTER TABLE account_features ADD COLUMN open_amount_minor BIGINT NOT NULL DEFAULT 0; -- of open opportunities, reporting currency

DROP INDEX sites_account;
CREATE INDEX sites_main ON sites (account_id, is_main DESC, id);

-- +goose Down
DROP INDEX sites_main;
CREATE INDEX sites_account ON sites (account_id);
ALTER TABLE account_features DROP COLUMN open_amount_minor;
