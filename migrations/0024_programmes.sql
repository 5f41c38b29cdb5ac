-- Programme tests: groups in matched blocks, one of each block held out of every advertising campaign for some months.
-- +goose Up
CREATE TABLE programmes (
  id          {{pk}},
  uid         TEXT NOT NULL UNIQUE,
  name        TEXT NOT NULL UNIQUE,
  rule_text   TEXT NOT NULL,                      -- as it was drawn from; a later version of a saved rule changes nothing
  salt        TEXT NOT NULL,
  block_size  BIGINT NOT NULL,                    -- groups a block, one of them held out: 2 or 3
  months      BIGINT NOT NULL,
  top_percent {{double}} NOT NULL,                -- largest groups left out of the test
  as_of       {{date}} NOT NULL,                  -- the margins before are those up to this day
  starts_on   {{date}} NOT NULL,
  ends_on     {{date}} NOT NULL,                  -- last day, inclusive
  ended_on    {{date}},                           -- ended early; last day, inclusive
  hash        TEXT NOT NULL,
  currency    TEXT NOT NULL,
  record      {{json}} NOT NULL,                  -- what was registered before anybody was mailed
  created_at  {{timestamp}} NOT NULL,
  actor       TEXT NOT NULL
);

CREATE TABLE programme_members (
  programme_id     BIGINT NOT NULL REFERENCES programmes (id),
  account_id       BIGINT NOT NULL REFERENCES accounts (id),
  group_key        TEXT NOT NULL,                 -- frozen with the draw
  control          BOOLEAN NOT NULL,
  block            TEXT NOT NULL,
  pre_margin_minor BIGINT NOT NULL,               -- of the 12 months before as_of
  PRIMARY KEY (programme_id, account_id)
);
CREATE INDEX programme_members_group ON programme_members (programme_id, group_key);
CREATE INDEX programme_members_account ON programme_members (account_id);

-- +goose Down
DROP TABLE programme_members;
DROP TABLE programmes;
