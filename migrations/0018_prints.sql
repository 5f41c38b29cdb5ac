-- The hash of what each piece prints, beside that of its design and data: what a vendor compares pieces by.
-- +goose Up
ALTER TABLE pieces ADD COLUMN print_sha256 TEXT NOT NULL DEFAULT ''; -- '' until printed, and of what an earlier postlift printed

-- +goose Down
ALTER TABLE pieces DROP COLUMN print_sha256;
