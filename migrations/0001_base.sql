-- Settings, provenance and the append-only events.
-- +goose Up
CREATE TABLE settings (
  key        TEXT PRIMARY KEY,
  value      {{json}} NOT NULL,
  updated_at {{timestamp}} NOT NULL
);

CREATE TABLE exchange_rates (
  currency   TEXT NOT NULL,
  valid_from {{date}} NOT NULL,
  rate       {{double}} NOT NULL CHECK (rate > 0), -- units of the reporting currency for one unit
  PRIMARY KEY (currency, valid_from)
);

CREATE TABLE imports (
  id          {{pk}},
  uid         TEXT NOT NULL UNIQUE,
  kind        TEXT NOT NULL,
  source      TEXT NOT NULL,
  file_name   TEXT NOT NULL,
  sha256      TEXT NOT NULL,
  rows_read   BIGINT NOT NULL,
  inserted    BIGINT NOT NULL,
  updated     BIGINT NOT NULL,
  unchanged   BIGINT NOT NULL,
  rejected    BIGINT NOT NULL,
  actor       TEXT NOT NULL,
  started_at  {{timestamp}} NOT NULL,
  finished_at {{timestamp}} NOT NULL
);

-- Written in the transaction of the change that it tells of; ids only, no personal data.
CREATE TABLE events (
  id         {{pk}},
  at         {{timestamp}} NOT NULL,
  actor_kind TEXT NOT NULL,
  actor      TEXT NOT NULL,
  noun       TEXT NOT NULL,
  noun_uid   TEXT NOT NULL,
  verb       TEXT NOT NULL,
  detail     {{json}}
);
CREATE INDEX events_noun ON events (noun, noun_uid, id);

-- +goose Down
DROP TABLE events;
DROP TABLE imports;
DROP TABLE exchange_rates;
DROP TABLE settings;
