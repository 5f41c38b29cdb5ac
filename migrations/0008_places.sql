-- Where postcodes lie, imported by the organisation: what circles in rules are looked up in.
-- +goose Up
CREATE TABLE places (
  country   TEXT NOT NULL, -- ISO 3166-1 alpha-2
  postcode  TEXT NOT NULL,
  latitude  {{double}} NOT NULL, -- of the area's centre, degrees north
  longitude {{double}} NOT NULL, -- degrees east
  import_id BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (country, postcode)
);

-- +goose Down
DROP TABLE places;
