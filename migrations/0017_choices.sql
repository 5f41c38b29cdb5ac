-- Groups are looked up among the planned alone: four of five rows of a large plan are gated or over the cap, and each
-- would go into a random place of the index, once when written and once when the plan is superseded.
-- +goose Up
DROP INDEX choices_group;
CREATE INDEX choices_group ON choices (run_id, group_key) WHERE outcome IN ('assigned', 'holdout');

-- +goose Down
DROP INDEX choices_group;
CREATE INDEX choices_group ON choices (run_id, group_key);
