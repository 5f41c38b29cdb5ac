-- What a plan decides beyond arm and rank: waves, roles, lift, variants; approvals by several people; the undo window.
-- +goose Up
ALTER TABLE choices ADD COLUMN wave BIGINT NOT NULL DEFAULT 0;             -- 1.. in a design of waves, else 0
ALTER TABLE choices ADD COLUMN role TEXT NOT NULL DEFAULT '';              -- '' planned, key (always mailed), explore, thompson
ALTER TABLE choices ADD COLUMN lift {{double}} NOT NULL DEFAULT 0;         -- expected share of the baseline that a letter adds
ALTER TABLE choices ADD COLUMN lift_sd {{double}} NOT NULL DEFAULT 0;      -- the doubt about it, one standard deviation

ALTER TABLE runs ADD COLUMN outlook {{json}};                              -- what a person reads before approving: quote, gain, alternatives, samples, warnings
ALTER TABLE runs ADD COLUMN approvals_needed BIGINT NOT NULL DEFAULT 1;    -- 2 where the cost is above the settings' limit
ALTER TABLE runs ADD COLUMN undo_until {{timestamp}};                      -- the approval may be taken back until preparation; preparation waits for this

-- Who stood for a run's plan. The approvals of a plan that was superseded or taken back stay as history.
CREATE TABLE run_approvals (
  run_id     BIGINT NOT NULL REFERENCES runs (id),
  number     BIGINT NOT NULL,                     -- 1, 2, .. over all rounds
  actor      TEXT NOT NULL,
  at         {{timestamp}} NOT NULL,
  withdrawn_at {{timestamp}},                     -- taken back by undo
  PRIMARY KEY (run_id, number)
);

-- The design version behind each variant of a run; a run without variants has none here and uses
-- runs.design_version_id.
CREATE TABLE run_designs (
  run_id            BIGINT NOT NULL REFERENCES runs (id),
  variant           TEXT NOT NULL,                -- as choices.variant names it
  design_version_id BIGINT NOT NULL REFERENCES design_versions (id),
  languages         TEXT NOT NULL DEFAULT '',     -- comma-separated; '': the campaign's
  PRIMARY KEY (run_id, variant)
);

-- +goose Down
DROP TABLE run_designs;
DROP TABLE run_approvals;
ALTER TABLE runs DROP COLUMN undo_until;
ALTER TABLE runs DROP COLUMN approvals_needed;
ALTER TABLE runs DROP COLUMN outlook;
ALTER TABLE choices DROP COLUMN lift_sd;
ALTER TABLE choices DROP COLUMN lift;
ALTER TABLE choices DROP COLUMN role;
ALTER TABLE choices DROP COLUMN wave;
