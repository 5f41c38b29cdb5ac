-- What comes back, what it is credited to, what was learned.
-- +goose Up
CREATE TABLE responses (
  id          {{pk}},
  uid         TEXT NOT NULL UNIQUE,
  source      TEXT NOT NULL,
  external_id TEXT NOT NULL,
  kind        TEXT NOT NULL, -- visit, call, mail, meeting, quote, reply_card, fax, return, objection
  piece_id    BIGINT REFERENCES pieces (id),
  account_id  BIGINT REFERENCES accounts (id),
  occurred_at {{timestamp}} NOT NULL,
  reason      TEXT NOT NULL DEFAULT '', -- of a return
  detail      {{json}},
  import_id   BIGINT NOT NULL DEFAULT 0,
  UNIQUE (source, external_id)
);
CREATE INDEX responses_piece ON responses (piece_id, kind);
CREATE INDEX responses_account ON responses (account_id, occurred_at);

-- One order credits one piece; held-out accounts' orders in the same window stand here without a piece.
CREATE TABLE attributions (
  id           {{pk}},
  run_id       BIGINT NOT NULL REFERENCES runs (id),
  order_id     BIGINT NOT NULL UNIQUE REFERENCES orders (id),
  piece_id     BIGINT REFERENCES pieces (id),
  account_id   BIGINT NOT NULL REFERENCES accounts (id),
  arm          TEXT NOT NULL, -- assigned, holdout
  method       TEXT NOT NULL, -- code, customer
  net_minor    BIGINT NOT NULL,
  margin_minor BIGINT NOT NULL
);
CREATE INDEX attributions_run ON attributions (run_id, arm);

CREATE TABLE lift_tables (
  id         {{pk}},
  uid        TEXT NOT NULL UNIQUE,
  run_id     BIGINT REFERENCES runs (id), -- the measured run it learned from; NULL: a stated prior
  version    BIGINT NOT NULL,
  rows       {{json}} NOT NULL,           -- segment, lift, standard error, campaigns
  created_at {{timestamp}} NOT NULL
);

-- +goose Down
DROP TABLE lift_tables;
DROP TABLE attributions;
DROP TABLE responses;
