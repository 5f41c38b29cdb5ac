-- Vendors, batches and their files (the ledger that the queue only rings for), pieces and what was printed.
-- +goose Up
CREATE TABLE vendors (
  id       {{pk}},
  uid      TEXT NOT NULL UNIQUE,
  name     TEXT NOT NULL UNIQUE,
  delivery {{json}}
);

CREATE TABLE seed_addresses (
  id         {{pk}},
  uid        TEXT NOT NULL UNIQUE,
  vendor_id  BIGINT REFERENCES vendors (id), -- NULL: in the batches of every vendor
  name       TEXT NOT NULL UNIQUE,
  company    TEXT NOT NULL DEFAULT '',
  gender     TEXT NOT NULL DEFAULT '',
  first_name TEXT NOT NULL DEFAULT '',
  last_name  TEXT NOT NULL DEFAULT '',
  street     TEXT NOT NULL,
  postcode   TEXT NOT NULL,
  city       TEXT NOT NULL,
  country    TEXT NOT NULL,
  language   TEXT NOT NULL,
  active     BOOLEAN NOT NULL DEFAULT TRUE
);

CREATE TABLE batches (
  id              {{pk}},
  uid             TEXT NOT NULL UNIQUE,
  run_id          BIGINT NOT NULL UNIQUE REFERENCES runs (id),
  vendor_id       BIGINT NOT NULL REFERENCES vendors (id),
  state           TEXT NOT NULL,
  revision        BIGINT NOT NULL DEFAULT 1, -- of the sealed content
  chunk_size      BIGINT NOT NULL,
  content_sha256  TEXT NOT NULL DEFAULT '',  -- over design and data; what an approval stands for
  approved_by     TEXT NOT NULL DEFAULT '',
  approved_at     {{timestamp}},
  approved_sha256 TEXT NOT NULL DEFAULT '',
  sealed_at       {{timestamp}},
  released_at     {{timestamp}},
  posted_on       {{date}},
  created_at      {{timestamp}} NOT NULL
);

CREATE TABLE batch_files (
  id          {{pk}},
  batch_id    BIGINT NOT NULL REFERENCES batches (id),
  chunk       BIGINT NOT NULL, -- 1-based; letters-0001.pdf
  language    TEXT NOT NULL,
  first_seq   BIGINT NOT NULL,
  last_seq    BIGINT NOT NULL,
  state       TEXT NOT NULL,   -- queued, rendering, rendered, failed
  revision    BIGINT NOT NULL DEFAULT 1,
  attempt     BIGINT NOT NULL DEFAULT 1,
  lease_until {{timestamp}},
  artefact    TEXT NOT NULL DEFAULT '',
  sha256      TEXT NOT NULL DEFAULT '',
  bytes       BIGINT NOT NULL DEFAULT 0,
  pages       BIGINT NOT NULL DEFAULT 0,
  error       TEXT NOT NULL DEFAULT '',
  UNIQUE (batch_id, chunk)
);

CREATE TABLE pieces (
  id            {{pk}},
  uid           TEXT NOT NULL UNIQUE,
  run_id        BIGINT NOT NULL REFERENCES runs (id),
  campaign_id   BIGINT NOT NULL REFERENCES campaigns (id),
  step          BIGINT NOT NULL,
  pass          BIGINT NOT NULL,
  kind          TEXT NOT NULL, -- live, seed, proof
  reprint_no    BIGINT NOT NULL DEFAULT 0,
  account_id    BIGINT REFERENCES accounts (id), -- NULL: a seed address
  site_id       BIGINT REFERENCES sites (id),
  contact_id    BIGINT REFERENCES contacts (id),
  recipient_key TEXT NOT NULL,
  batch_id      BIGINT NOT NULL REFERENCES batches (id),
  chunk         BIGINT NOT NULL,
  seq_no        BIGINT NOT NULL,
  token         TEXT NOT NULL UNIQUE,
  code          TEXT NOT NULL UNIQUE,
  language      TEXT NOT NULL,
  variant       TEXT NOT NULL DEFAULT '',
  design_sha256 TEXT NOT NULL,
  state         TEXT NOT NULL,
  reason        TEXT NOT NULL DEFAULT '', -- why withdrawn, failed or returned
  first_page    BIGINT NOT NULL DEFAULT 0,
  page_count    BIGINT NOT NULL DEFAULT 0,
  sha256        TEXT NOT NULL DEFAULT '', -- of the composed piece
  posted_on     {{date}},
  returned_on   {{date}},
  UNIQUE (campaign_id, step, pass, contact_id),
  UNIQUE (campaign_id, step, pass, recipient_key),
  UNIQUE (batch_id, seq_no)
);
CREATE INDEX pieces_account ON pieces (account_id, posted_on);
CREATE INDEX pieces_run ON pieces (run_id, state);
CREATE INDEX pieces_contact ON pieces (contact_id, state);

-- Personal data of a piece, apart so that it can be erased while the piece stays countable.
CREATE TABLE printed_addresses (
  piece_id BIGINT PRIMARY KEY REFERENCES pieces (id),
  lines    {{json}} NOT NULL,
  country  TEXT NOT NULL,
  postcode TEXT NOT NULL,
  merge    {{json}} NOT NULL -- the frozen merge fields
);

-- +goose Down
DROP TABLE printed_addresses;
DROP TABLE pieces;
DROP TABLE batch_files;
DROP TABLE batches;
DROP TABLE seed_addresses;
DROP TABLE vendors;
