package store

import (
	"context"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"postlift"
	"postlift/campaigns/rules"
)

func TestImportPlaces(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		file := "Land;PLZ;Breitengrad;Längengrad\nDE;10115;52,532;13,384\nDE;01067;51,06;13,72\nDE;1067;51,08;13,74\n;20095;53,55;10,00\nÖsterreich;1010;48,208;16,372\n" +
			"DE;80331;91;11,5\nDE;80331;48,1;190\nDE;80331;0;0\nDE;80331;abc;11\nDE;123;50;10\nDE;;50;10\nDE;80331;48.1.2;11\n"
		r, rejects := importText(t, s, "places", file)
		counts(t, r, 4, 0, 0, 7)
		for _, want := range []string{"7,latitude,range,91,", "8,longitude,range,190,", "9,latitude,range,", "10,latitude,number,abc,", "11,postcode,postcode,123,", "12,postcode,required,", "13,latitude,number,48.1.2,"} {
			if !strings.Contains(rejects, want) {
				t.Errorf("rejects lack %q:\n%s", want, rejects)
			}
		}
		expect(t, s, "AT-1010 48208 16372,DE-01067 51070 13730,DE-10115 52532 13384,DE-20095 53550 10000",
			"SELECT country || '-' || postcode || ' ' || CAST(CAST(ROUND(latitude * 1000) AS BIGINT) AS TEXT) || ' ' || CAST(CAST(ROUND(longitude * 1000) AS BIGINT) AS TEXT) AS v FROM places ORDER BY country, postcode")
		r, _ = importText(t, s, "places", file)
		counts(t, r, 0, 0, 4, 7)
		r, _ = importText(t, s, "places", "country,postcode,lat,lon\nDE,10115,52.533,13.384\nGB,SW1A 1AA,51.501,-0.142\n")
		counts(t, r, 1, 1, 0, 0)
	})
}

// TestImportGeonames reads GeoNames' own layout, which has no header; rows count from the first.
func TestImportGeonames(t *testing.T) {
	const file = "DE\t01945\tTettau\tBrandenburg\tBB\t\t00\tOberspreewald-Lausitz\t12066\t51.4333\t13.7333\t4\n" +
		"DE\t01945\tFrauendorf \"Nord\"\tBrandenburg\tBB\t\t00\tOberspreewald-Lausitz\t12066\t51.4\t13.7\t\n" +
		"DE\t01\tNirgends\tBrandenburg\tBB\t\t00\tOberspreewald-Lausitz\t12066\t51.4\t13.7\t4\n"
	eachEngine(t, func(t *testing.T, s *Store) {
		for _, text := range []string{file, "\xef\xbb\xbf" + file} {
			_, rejects := importText(t, s, "places", text)
			if !strings.Contains(rejects, "\n3,postcode,postcode,01,") {
				t.Errorf("%s", rejects)
			}
			expect(t, s, "1", "SELECT COUNT(*) AS v FROM places WHERE postcode = '01945' AND ABS(latitude - 51.41665) < 1e-6 AND ABS(longitude - 13.71665) < 1e-6")
		}
	})
}

// Distances of three German cities, by their postcodes' centres: Berlin to Hamburg is about 255 km, to Dresden 165 km.
func TestPlacesNear(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		importText(t, s, "places", "country,postcode,lat,lon\nDE,10115,52.532,13.385\nDE,20095,53.551,9.999\nDE,01067,51.059,13.725\nAT,1010,48.208,16.372\nNZ,0622,-36.78,174.75\n")
		ctx := context.Background()
		for km, want := range map[float64]string{0: "DE-10115", 160: "DE-10115", 170: "DE-01067 DE-10115", 260: "DE-01067 DE-10115 DE-20095", 21000: "AT-1010 DE-01067 DE-10115 DE-20095 NZ-0622"} {
			found, err := s.PlacesNear(ctx, rules.Near{KM: km, Country: "DE", Postcode: "10115"})
			if err != nil || strings.Join(found, " ") != want {
				t.Errorf("%g km: %v, %v; want %s", km, found, err, want)
			}
		}
		if _, err := s.PlacesNear(ctx, rules.Near{KM: math.NaN(), Country: "DE", Postcode: "10115"}); postlift.KindOf(err) != postlift.Invalid {
			t.Errorf("%v", err)
		}
		for country, want := range map[string]string{"DE": "though 3 postcodes of DE are", "CH": "import a file of postcodes"} {
			_, err := s.PlacesNear(ctx, rules.Near{KM: 5, Country: country, Postcode: "99999"})
			if postlift.KindOf(err) != postlift.NotFound || !strings.Contains(postlift.UserText(err), want) {
				t.Errorf("%s: %v", country, err)
			}
		}
	})
}

// TestPlacesInReach: the band of latitudes that PlacesNear looks at holds every place within the circle.
func TestPlacesInReach(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		lat, lon := rapid.Float64Range(-90, 90), rapid.Float64Range(-180, 180)
		a, b, c, d := lat.Draw(t, "lat1"), lon.Draw(t, "lon1"), lat.Draw(t, "lat2"), lon.Draw(t, "lon2")
		if km := distanceKM(a, b, c, d); math.Abs(a-c) > km/kmPerDegree+1e-6 {
			t.Fatalf("%g km, but %g degrees of latitude apart", km, math.Abs(a-c))
		}
	})
}
