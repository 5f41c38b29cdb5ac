-- What the gate looks up for hundreds of thousands of accounts at once, and the privacy report by date.
-- +goose Up
CREATE INDEX accounts_noted ON accounts (id) WHERE status <> 'active' OR dunning OR complaint;
CREATE INDEX accounts_language ON accounts (language);
CREATE INDEX opportunities_open ON opportunities (account_id, stage, opened_on) WHERE status = 'open';
CREATE INDEX pieces_site ON pieces (site_id);
CREATE INDEX suppressions_received ON suppressions (reason, received_on);

-- +goose Down
DROP INDEX suppressions_received;
DROP INDEX pieces_site;
DROP INDEX opportunities_open;
DROP INDEX accounts_language;
DROP INDEX accounts_noted;
