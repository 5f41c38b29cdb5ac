-- Who we know: employees, accounts, sites, contacts; what they bought and signed; who must not be mailed.
-- Bulk tables join on BIGINT ids; uid is the outward, prefixed, sortable name. Money is in minor units.
-- +goose Up
CREATE TABLE employees (
  id                      {{pk}},
  uid                     TEXT NOT NULL UNIQUE,
  source                  TEXT NOT NULL,
  external_id             TEXT NOT NULL,
  first_name              TEXT NOT NULL DEFAULT '',
  last_name               TEXT NOT NULL,
  title                   TEXT NOT NULL DEFAULT '',
  job_title               TEXT NOT NULL DEFAULT '',
  email                   TEXT NOT NULL DEFAULT '',
  phone                   TEXT NOT NULL DEFAULT '',
  signature_file          TEXT NOT NULL DEFAULT '',
  signature_consent_until {{date}},
  active                  BOOLEAN NOT NULL DEFAULT TRUE,
  import_id               BIGINT NOT NULL DEFAULT 0,
  UNIQUE (source, external_id)
);

CREATE TABLE accounts (
  id                     {{pk}},
  uid                    TEXT NOT NULL UNIQUE,
  source                 TEXT NOT NULL,
  external_id            TEXT NOT NULL,
  name                   TEXT NOT NULL,
  parent_key             TEXT NOT NULL DEFAULT '', -- source:external_id of the parent company
  group_key              TEXT NOT NULL,            -- the parent's key, else the account's own: the randomisation cluster
  owner_id               BIGINT REFERENCES employees (id),
  segment                TEXT NOT NULL DEFAULT '',
  industry               TEXT NOT NULL DEFAULT '',
  employee_count         BIGINT,
  country                TEXT NOT NULL DEFAULT '',
  language               TEXT NOT NULL DEFAULT '',
  website                TEXT NOT NULL DEFAULT '',
  acquired_on            {{date}},
  acquisition_channel    TEXT NOT NULL DEFAULT '',
  acquisition_cost_minor BIGINT,                   -- reporting currency; NULL: the channel's average
  service_level          TEXT NOT NULL DEFAULT '',
  status                 TEXT NOT NULL DEFAULT 'active', -- active, closed, insolvent, competitor, own
  dunning                BOOLEAN NOT NULL DEFAULT FALSE,
  complaint              BOOLEAN NOT NULL DEFAULT FALSE,
  match_key              TEXT NOT NULL DEFAULT '', -- keyed hash of the normalised company
  custom                 {{json}},
  import_id              BIGINT NOT NULL DEFAULT 0,
  UNIQUE (source, external_id)
);
CREATE INDEX accounts_group ON accounts (group_key);
CREATE INDEX accounts_name ON accounts (name);
CREATE INDEX accounts_match ON accounts (match_key);

CREATE TABLE sites (
  id          {{pk}},
  uid         TEXT NOT NULL UNIQUE,
  source      TEXT NOT NULL,
  external_id TEXT NOT NULL,
  account_id  BIGINT NOT NULL REFERENCES accounts (id),
  name        TEXT NOT NULL DEFAULT '',
  street      TEXT NOT NULL DEFAULT '',
  po_box      TEXT NOT NULL DEFAULT '',
  postcode    TEXT NOT NULL DEFAULT '',
  city        TEXT NOT NULL DEFAULT '',
  region      TEXT NOT NULL DEFAULT '',
  country     TEXT NOT NULL DEFAULT '',
  is_main     BOOLEAN NOT NULL DEFAULT FALSE,
  status      TEXT NOT NULL DEFAULT 'ok', -- ok, undeliverable, moved, closed
  match_key   TEXT NOT NULL DEFAULT '', -- keyed hash of the normalised postal address
  import_id   BIGINT NOT NULL DEFAULT 0,
  UNIQUE (source, external_id)
);
CREATE INDEX sites_account ON sites (account_id);
CREATE INDEX sites_match ON sites (match_key);

CREATE TABLE contacts (
  id          {{pk}},
  uid         TEXT NOT NULL UNIQUE,
  source      TEXT NOT NULL,
  external_id TEXT NOT NULL,
  account_id  BIGINT NOT NULL REFERENCES accounts (id),
  site_id     BIGINT REFERENCES sites (id),      -- NULL: the account's main site
  gender      TEXT NOT NULL DEFAULT '',          -- m, f, d or unknown: from the form of address only
  title       TEXT NOT NULL DEFAULT '',
  first_name  TEXT NOT NULL DEFAULT '',
  last_name   TEXT NOT NULL DEFAULT '',
  function    TEXT NOT NULL DEFAULT '',          -- "Leitung Einkauf": the line where nobody is known by name
  department  TEXT NOT NULL DEFAULT '',
  role        TEXT NOT NULL DEFAULT '',          -- management, purchasing, technical, other
  salutation  TEXT NOT NULL DEFAULT '',          -- own override of the whole salutation line
  formality   TEXT NOT NULL DEFAULT '',          -- formal, informal
  language    TEXT NOT NULL DEFAULT '',
  email       TEXT NOT NULL DEFAULT '',
  phone       TEXT NOT NULL DEFAULT '',
  status      TEXT NOT NULL DEFAULT 'active',    -- active, left, deceased
  match_key   TEXT NOT NULL DEFAULT '',          -- keyed hash of the normalised person at the company
  import_id   BIGINT NOT NULL DEFAULT 0,
  UNIQUE (source, external_id)
);
CREATE INDEX contacts_account ON contacts (account_id);
CREATE INDEX contacts_match ON contacts (match_key);

CREATE TABLE orders (
  id                    {{pk}},
  source                TEXT NOT NULL,
  external_id           TEXT NOT NULL,
  account_id            BIGINT NOT NULL REFERENCES accounts (id),
  doc_type              TEXT NOT NULL,          -- order, credit_note, cancellation
  refers_to             TEXT NOT NULL DEFAULT '', -- external id of the order that a credit note reduces
  placed_on             {{date}} NOT NULL,
  currency              TEXT NOT NULL,
  net_minor             BIGINT NOT NULL,        -- credit notes and cancellations are negative
  margin_minor          BIGINT,                 -- NULL: unknown, the stated default share applies
  credited_minor        BIGINT NOT NULL DEFAULT 0, -- sum over the documents that refer here, kept by the import
  credited_margin_minor BIGINT NOT NULL DEFAULT 0,
  code                  TEXT NOT NULL DEFAULT '', -- tracking, coupon or ticket code named with the order
  import_id             BIGINT NOT NULL DEFAULT 0,
  UNIQUE (source, external_id)
);
CREATE INDEX orders_summary ON orders (account_id, placed_on, doc_type, source, refers_to, currency, net_minor, margin_minor, credited_minor, credited_margin_minor);
CREATE INDEX orders_refers ON orders (source, refers_to) WHERE refers_to <> '';
CREATE INDEX orders_placed ON orders (placed_on, account_id);

CREATE TABLE order_lines (
  id            {{pk}},
  order_id      BIGINT NOT NULL REFERENCES orders (id),
  line_no       BIGINT NOT NULL,
  product       TEXT NOT NULL DEFAULT '',
  product_group TEXT NOT NULL DEFAULT '',
  quantity      {{double}} NOT NULL DEFAULT 1,
  net_minor     BIGINT NOT NULL,
  margin_minor  BIGINT,
  UNIQUE (order_id, line_no)
);

CREATE TABLE contracts (
  id              {{pk}},
  uid             TEXT NOT NULL UNIQUE,
  source          TEXT NOT NULL,
  external_id     TEXT NOT NULL,
  account_id      BIGINT NOT NULL REFERENCES accounts (id),
  started_on      {{date}} NOT NULL,
  term_months     BIGINT NOT NULL CHECK (term_months > 0),
  term_ends_on    {{date}} NOT NULL,  -- end of the running term
  notice_days     BIGINT NOT NULL DEFAULT 0,
  auto_renew      BOOLEAN NOT NULL DEFAULT FALSE,
  notice_given_on {{date}},
  ended_on        {{date}},
  end_reason      TEXT NOT NULL DEFAULT '',
  currency        TEXT NOT NULL,
  import_id       BIGINT NOT NULL DEFAULT 0,
  UNIQUE (source, external_id)
);
CREATE INDEX contracts_account ON contracts (account_id);

CREATE TABLE contract_lines (
  id                   {{pk}},
  contract_id          BIGINT NOT NULL REFERENCES contracts (id),
  line_no              BIGINT NOT NULL,
  product              TEXT NOT NULL DEFAULT '',
  product_group        TEXT NOT NULL DEFAULT '',
  quantity             {{double}} NOT NULL DEFAULT 1,
  monthly_fee_minor    BIGINT NOT NULL, -- for the whole quantity
  monthly_margin_minor BIGINT,
  valid_from           {{date}} NOT NULL,
  valid_to             {{date}},        -- last day; NULL: open
  UNIQUE (contract_id, line_no, valid_from)
);

CREATE TABLE contract_events (
  id          {{pk}},
  contract_id BIGINT NOT NULL REFERENCES contracts (id),
  kind        TEXT NOT NULL, -- started, renewed, repriced, resized, notice, ended
  occurred_on {{date}} NOT NULL,
  reason      TEXT NOT NULL DEFAULT '',
  detail      {{json}},
  UNIQUE (contract_id, kind, occurred_on)
);

CREATE TABLE opportunities (
  id           {{pk}},
  uid          TEXT NOT NULL UNIQUE,
  source       TEXT NOT NULL,
  external_id  TEXT NOT NULL,
  account_id   BIGINT NOT NULL REFERENCES accounts (id),
  contact_id   BIGINT REFERENCES contacts (id),
  name         TEXT NOT NULL DEFAULT '',
  stage        TEXT NOT NULL,
  status       TEXT NOT NULL DEFAULT 'open', -- open, won, lost
  amount_minor BIGINT,
  currency     TEXT NOT NULL DEFAULT '',
  opened_on    {{date}} NOT NULL,
  closes_on    {{date}},
  code         TEXT NOT NULL DEFAULT '',
  import_id    BIGINT NOT NULL DEFAULT 0,
  UNIQUE (source, external_id)
);
CREATE INDEX opportunities_account ON opportunities (account_id);

CREATE TABLE channel_costs (
  id          {{pk}},
  channel     TEXT NOT NULL,
  month       {{date}} NOT NULL, -- first day
  spend_minor BIGINT NOT NULL,
  currency    TEXT NOT NULL,
  won         BIGINT NOT NULL,
  leads       BIGINT,
  import_id   BIGINT NOT NULL DEFAULT 0,
  UNIQUE (channel, month)
);

-- What must not be mailed. The match key is a keyed hash of the normalised person, address, company or
-- e-mail, so that a block outlives the erasure of what it blocks.
CREATE TABLE suppressions (
  id           {{pk}},
  uid          TEXT NOT NULL UNIQUE,
  scope        TEXT NOT NULL,            -- person, address, account
  match_key    TEXT NOT NULL,
  reason       TEXT NOT NULL,            -- objection, deceased, closed, undeliverable, competitor, employee, do_not_mail, imported_list
  account_id   BIGINT REFERENCES accounts (id),
  site_id      BIGINT REFERENCES sites (id),
  contact_id   BIGINT REFERENCES contacts (id),
  received_on  {{date}} NOT NULL,
  effective_on {{date}} NOT NULL,
  until_on     {{date}},
  channel      TEXT NOT NULL DEFAULT '',
  evidence     TEXT NOT NULL DEFAULT '',
  source       TEXT NOT NULL DEFAULT '',
  external_id  TEXT NOT NULL DEFAULT '',
  revoked_at   {{timestamp}},
  import_id    BIGINT NOT NULL DEFAULT 0,
  UNIQUE (scope, match_key, reason)
);
CREATE INDEX suppressions_account ON suppressions (account_id);
CREATE INDEX suppressions_contact ON suppressions (contact_id);
CREATE INDEX suppressions_site ON suppressions (site_id);

-- +goose Down
DROP TABLE suppressions;
DROP TABLE channel_costs;
DROP TABLE opportunities;
DROP TABLE contract_events;
DROP TABLE contract_lines;
DROP TABLE contracts;
DROP TABLE order_lines;
DROP TABLE orders;
DROP TABLE contacts;
DROP TABLE sites;
DROP TABLE accounts;
DROP TABLE employees;
