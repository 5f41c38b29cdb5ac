package accounts

import (
	"bufio"
	"bytes"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"postlift/accounts/csvfile"
)

// Place is where a postcode lies.
type Place struct {
	Country   string  // ISO 3166-1 alpha-2
	Postcode  string  // as sites have it
	Latitude  float64 // degrees north, of the area's centre
	Longitude float64 // degrees east
}

// PlaceColumns are the columns of places files.
var PlaceColumns = []csvfile.Column{
	text("country", countryCol...),
	required(text("postcode", zipCols...)),
	required(text("latitude", "lat", "Breite", "Breitengrad", "geographische Breite", "y")),
	required(text("longitude", "lon", "lng", "long", "Länge", "Längengrad", "geographische Länge", "x")),
}

// geonamesHeader names the columns of GeoNames' postal code files, which have no header.
const geonamesHeader = "country\tpostcode\tplace\tadmin_name1\tadmin_code1\tadmin_name2\tadmin_code2\tadmin_name3\tadmin_code3\tlatitude\tlongitude\taccuracy\n"

// withGeonamesHeader puts a header before a GeoNames file; other files stay as they are.
func withGeonamesHeader(r io.Reader) (out io.Reader, added bool) {
	buf := bufio.NewReader(r)
	head, _ := buf.Peek(2048) // an error shows again when the file is read
	first, _, _ := bytes.Cut(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")), []byte("\n"))
	f := strings.Split(strings.TrimRight(string(first), "\r"), "\t")
	if len(f) < 11 || len(f) > 12 || len(f[0]) != 2 {
		return buf, false
	}
	for _, degrees := range f[9:11] {
		if _, ok := parseDegrees(degrees); !ok {
			return buf, false
		}
	}
	if bytes.HasPrefix(head, []byte("\xef\xbb\xbf")) {
		_, _ = buf.Discard(3) // the mark has just been seen
	}
	return io.MultiReader(strings.NewReader(geonamesHeader), buf), true
}

// centre is the mean of the places of one postcode.
type centre struct {
	latitude, longitude, n float64
	west                   float64 // places with a negative longitude
	least, most            float64 // longitude
}

func (c *centre) add(latitude, longitude float64) {
	if c.n == 0 {
		c.least, c.most = longitude, longitude
	}
	c.least, c.most = min(c.least, longitude), max(c.most, longitude)
	c.latitude, c.longitude, c.n = c.latitude+latitude, c.longitude+longitude, c.n+1
	if longitude < 0 {
		c.west++
	}
}

// place is the mean, to 0.1 m, so that the order of rows does not show. Places on both sides of the date line are
// taken together there, not on the other side of the earth.
func (c *centre) place(country, postcode string) Place {
	longitude := c.longitude / c.n
	if c.most-c.least > 180 {
		if longitude = (c.longitude + 360*c.west) / c.n; longitude > 180 {
			longitude -= 360
		}
	}
	round := func(v float64) float64 { return math.Round(v*1e6) / 1e6 }
	return Place{Country: country, Postcode: postcode, Latitude: round(c.latitude / c.n), Longitude: round(longitude)}
}

func preparePlaces(s *session, _ Loader) (func(*csvfile.Row, *Chunk), error) {
	type name struct{ country, postcode string }
	centres := map[name]*centre{}
	s.rest = func(c *Chunk) {
		for at, mean := range centres {
			c.Places = append(c.Places, mean.place(at.country, at.postcode))
		}
		slices.SortFunc(c.Places, func(a, b Place) int {
			if a.Country != b.Country {
				return strings.Compare(a.Country, b.Country)
			}
			return strings.Compare(a.Postcode, b.Postcode)
		})
		s.accepted = int64(len(c.Places))
	}
	return func(row *csvfile.Row, _ *Chunk) {
		at := name{country: country(row, s.homeCountry())}
		at.postcode = postcode(row, at.country)
		if at.postcode == "" && row.OK() {
			row.Need("postcode")
		}
		latitude, longitude := degrees(row, "latitude", 90), degrees(row, "longitude", 180)
		if row.OK() && latitude == 0 && longitude == 0 {
			row.Reject("latitude", "range", "0, 0", "no postcode lies there, systems write it where they lack a place: give the right one")
		}
		if !row.OK() {
			return
		}
		if centres[at] == nil {
			centres[at] = &centre{}
		}
		centres[at].add(latitude, longitude)
	}, nil
}

// degrees reads a coordinate between -limit and limit.
func degrees(row *csvfile.Row, name string, limit float64) float64 {
	raw := row.Need(name)
	if raw == "" {
		return 0
	}
	v, ok := parseDegrees(raw)
	switch {
	case !ok:
		row.Reject(name, "number", raw, "decimal degrees such as 52.5163 or 52,5163 are needed")
	case v < -limit || v > limit:
		row.Reject(name, "range", raw, "-"+strconv.Itoa(int(limit))+" to "+strconv.Itoa(int(limit))+" degrees are possible")
	}
	return v
}

// parseDegrees reads decimal degrees. Their one comma or point is always a decimal sign, also before three digits:
// coordinates do not group thousands.
func parseDegrees(raw string) (v float64, ok bool) {
	s := strings.TrimSuffix(strings.TrimSpace(raw), "°")
	digits := false
	for i, r := range s {
		switch {
		case r >= '0' && r <= '9':
			digits = true
		case r == ',' || r == '.':
		case (r == '-' || r == '+') && i == 0:
		default:
			return 0, false
		}
	}
	if !digits || strings.Count(s, ",")+strings.Count(s, ".") > 1 || len(s) > 40 {
		return 0, false
	}
	v, err := strconv.ParseFloat(strings.Replace(s, ",", ".", 1), 64)
	return v, err == nil
}
