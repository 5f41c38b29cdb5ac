package store

import (
	"context"
	"database/sql"
	"fmt"
	"math"

	"postlift"
	"postlift/campaigns/rules"
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

// PlacesNear lists the places, in order, whose centre lies within the circle, its own centre included. Distances
// are measured on a sphere.
func (s *Store) PlacesNear(ctx context.Context, near rules.Near) ([]string, error) {
	const op = "store.PlacesNear"
	var centre placeRow
	err := s.reader(ctx).Where("country = ? AND postcode = ?", near.Country, near.Postcode).Limit(1).Find(&centre).Error
	if err != nil {
		return nil, fmt.Errorf("%s: %w", op, err)
	}
	if centre.Country == "" {
		return nil, postlift.Faultf(postlift.NotFound, op,
			"it is not known where %s-%s lies: import a file of postcodes with their centres (postlift import places FILE)", near.Country, near.Postcode)
	}
	rows, err := s.queryRead(ctx, "SELECT country, postcode, latitude, longitude FROM places ORDER BY country, postcode")
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

// earthKM is the mean radius of the earth (IUGG).
const earthKM = 6371.0088

// distanceKM is the great-circle distance of two places in degrees, by the haversine formula.
func distanceKM(lat1, lon1, lat2, lon2 float64) float64 {
	const radian = math.Pi / 180
	dLat, dLon := (lat2-lat1)*radian/2, (lon2-lon1)*radian/2
	h := math.Sin(dLat)*math.Sin(dLat) + math.Cos(lat1*radian)*math.Cos(lat2*radian)*math.Sin(dLon)*math.Sin(dLon)
	return 2 * earthKM * math.Asin(math.Min(1, math.Sqrt(h)))
}
