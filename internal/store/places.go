package store

import (
	"context"
	"database/sql"
	"fmt"
	"math"
	"strings"

	"postlift"
	"postlift/accounts"
	"postlift/campaigns/rules"
	"postlift/migrations"
)

// placeRow is where a postcode lies.
type placeRow struct {
	Country   string `gorm:"primaryKey"`
	Postcode  string `gorm:"primaryKey"`
	Latitude  float64
	Longitude float64
	ImportID  int64
}

func (placeRow) TableName() string { return "places" }

// savePlaces inserts places and moves those that lie elsewhere now.
func (l *loader) savePlaces(list []accounts.Place, out *accounts.Changed) error {
	if len(list) == 0 {
		return nil
	}
	before, err := l.count("SELECT COUNT(*) FROM places")
	if err != nil {
		return err
	}
	columns := []string{"country", "postcode", "latitude", "longitude", "import_id"}
	tail := upsertTail("places", columns[:2], columns[2:])
	i := 0
	next := func() ([]any, bool) {
		if i == len(list) {
			return nil, false
		}
		p := &list[i]
		i++
		return []any{p.Country, p.Postcode, p.Latitude, p.Longitude, l.importID}, true
	}
	var affected int64
	if l.store.dialect == migrations.Postgres {
		affected, err = l.copyPlaces(columns, tail, next)
	} else {
		affected, err = l.sqliteInsert("places", columns, tail, next)
	}
	if err != nil {
		return err
	}
	after, err := l.count("SELECT COUNT(*) FROM places")
	out.Inserted += after - before
	out.Updated += affected - (after - before)
	return err
}

// copyPlaces goes through a temporary table, as COPY knows no ON CONFLICT; upsertRows wants a table with ids.
func (l *loader) copyPlaces(columns []string, tail string, next func() ([]any, bool)) (int64, error) {
	if _, err := l.exec("CREATE TEMPORARY TABLE load_places (LIKE places INCLUDING DEFAULTS) ON COMMIT DROP"); err != nil {
		return 0, err
	}
	if _, err := l.pgCopy("load_places", columns, next); err != nil {
		return 0, err
	}
	cols := strings.Join(columns, ", ")
	return l.exec("INSERT INTO places (" + cols + ") SELECT " + cols + " FROM load_places" + tail)
}

// PlacesNear lists the places, in order, whose centre lies within the circle, its own centre included. Distances
// are measured on a sphere. Only places between the circle's northernmost and southernmost latitude are looked at.
func (s *Store) PlacesNear(ctx context.Context, near rules.Near) ([]string, error) {
	const op = "store.PlacesNear"
	if !(near.KM >= 0) || math.IsInf(near.KM, 0) {
		return nil, postlift.Faultf(postlift.Invalid, op, "a circle of %g km cannot be drawn: give kilometres of 0 or more", near.KM)
	}
	country, postcode := strings.ToUpper(strings.TrimSpace(near.Country)), strings.ToUpper(strings.TrimSpace(near.Postcode))
	var centre placeRow
	if err := s.reader(ctx).Where("country = ? AND postcode = ?", country, postcode).Limit(1).Find(&centre).Error; err != nil {
		return nil, fmt.Errorf("%s: %w", op, err)
	}
	if centre.Country == "" {
		return nil, s.placeUnknown(ctx, country, postcode)
	}
	reach := near.KM/kmPerDegree + 1e-6 // a little more, for what rounding does at the edge
	rows, err := s.queryRead(ctx, "SELECT country, postcode, latitude, longitude FROM places WHERE latitude BETWEEN ? AND ? ORDER BY country, postcode",
		centre.Latitude-reach, centre.Latitude+reach)
	var found []string
	err = eachRow(rows, err, func(r *sql.Rows) error {
		var p placeRow
		if err := r.Scan(&p.Country, &p.Postcode, &p.Latitude, &p.Longitude); err != nil {
			return err
		}
		if distanceKM(centre.Latitude, centre.Longitude, p.Latitude, p.Longitude) <= near.KM {
			found = append(found, p.Country+"-"+p.Postcode)
		}
		return nil
	})
	return found, opError(op, err)
}

// placeUnknown says what to do about a circle whose centre is not known.
func (s *Store) placeUnknown(ctx context.Context, country, postcode string) error {
	const op = "store.PlacesNear"
	var known int64
	if err := s.reader(ctx).Model(&placeRow{}).Where("country = ?", country).Count(&known).Error; err != nil {
		return fmt.Errorf("%s: %w", op, err)
	}
	if known == 0 {
		return postlift.Faultf(postlift.NotFound, op,
			"it is not known where %s-%s lies: import a file of postcodes with their centres (postlift import places FILE)", country, postcode)
	}
	return postlift.Faultf(postlift.NotFound, op,
		"it is not known where %s-%s lies, though %d postcodes of %s are: check it, or import its centre (postlift import places FILE)", country, postcode, known, country)
}

// earthKM is the mean radius of the earth (IUGG), kmPerDegree a degree of latitude on such a sphere.
const (
	earthKM     = 6371.0088
	kmPerDegree = earthKM * math.Pi / 180
)

// distanceKM is the great-circle distance of two places in degrees, by the haversine formula.
func distanceKM(lat1, lon1, lat2, lon2 float64) float64 {
	const radian = math.Pi / 180
	dLat, dLon := (lat2-lat1)*radian/2, (lon2-lon1)*radian/2
	h := math.Sin(dLat)*math.Sin(dLat) + math.Cos(lat1*radian)*math.Cos(lat2*radian)*math.Sin(dLon)*math.Sin(dLon)
	return 2 * earthKM * math.Asin(math.Min(1, math.Sqrt(h)))
}
