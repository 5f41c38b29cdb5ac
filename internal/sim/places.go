package sim

import "strconv"

// place is a town with the range of its postcodes.
type place struct {
	city   string
	lo, hi int
	region string
}

var german = []place{
	{"Berlin", 10115, 10999, ""}, {"Hamburg", 20095, 20257, ""}, {"Bremen", 28195, 28239, ""}, {"Hannover", 30159, 30179, ""},
	{"Bielefeld", 33602, 33619, ""}, {"Kassel", 34117, 34134, ""}, {"Braunschweig", 38100, 38126, ""}, {"Magdeburg", 39104, 39130, ""},
	{"Düsseldorf", 40210, 40239, ""}, {"Wuppertal", 42103, 42119, ""}, {"Dortmund", 44135, 44147, ""}, {"Essen", 45127, 45149, ""},
	{"Münster", 48143, 48167, ""}, {"Osnabrück", 49074, 49090, ""}, {"Köln", 50667, 50679, ""}, {"Aachen", 52062, 52080, ""},
	{"Mainz", 55116, 55131, ""}, {"Siegen", 57072, 57080, ""}, {"Frankfurt am Main", 60308, 60329, ""}, {"Darmstadt", 64283, 64297, ""},
	{"Saarbrücken", 66111, 66123, ""}, {"Mannheim", 68159, 68169, ""}, {"Stuttgart", 70173, 70199, ""}, {"Reutlingen", 72760, 72770, ""},
	{"Karlsruhe", 76131, 76149, ""}, {"Freiburg im Breisgau", 79098, 79117, ""}, {"München", 80331, 80339, ""}, {"Augsburg", 86150, 86169, ""},
	{"Ulm", 89073, 89081, ""}, {"Nürnberg", 90402, 90419, ""}, {"Regensburg", 93047, 93059, ""}, {"Würzburg", 97070, 97084, ""},
	{"Jena", 7743, 7751, ""}, {"Leipzig", 4103, 4129, ""}, {"Dresden", 1067, 1099, ""}, {"Chemnitz", 9111, 9131, ""},
	{"Rostock", 18055, 18069, ""}, {"Kiel", 24103, 24118, ""}, {"Flensburg", 24937, 24944, ""}, {"Oldenburg", 26121, 26135, ""},
}

var austrian = []place{
	{"Wien", 1010, 1230, ""}, {"Linz", 4020, 4040, ""}, {"Graz", 8010, 8055, ""}, {"Salzburg", 5020, 5026, ""}, {"Innsbruck", 6020, 6020, ""},
	{"Klagenfurt am Wörthersee", 9020, 9020, ""}, {"Wels", 4600, 4600, ""}, {"Dornbirn", 6850, 6850, ""},
}

var swiss = []place{
	{"Zürich", 8001, 8008, "ZH"}, {"Bern", 3004, 3014, "BE"}, {"Basel", 4051, 4058, "BS"}, {"Winterthur", 8400, 8408, "ZH"},
	{"Luzern", 6003, 6006, "LU"}, {"St. Gallen", 9000, 9016, "SG"}, {"Schaffhausen", 8200, 8203, "SH"}, {"Chur", 7000, 7000, "GR"},
}

// british postcodes are the district in front and an invented inward part.
var british = []struct{ city, district string }{
	{"Manchester", "M"}, {"Birmingham", "B"}, {"Leeds", "LS"}, {"Sheffield", "S"}, {"Bristol", "BS"}, {"Nottingham", "NG"},
	{"Coventry", "CV"}, {"Leicester", "LE"}, {"Glasgow", "G"}, {"Newcastle upon Tyne", "NE"}, {"Norwich", "NR"}, {"Cardiff", "CF"},
}

var american = []place{
	{"Cleveland", 44101, 44115, "OH"}, {"Milwaukee", 53202, 53211, "WI"}, {"Pittsburgh", 15201, 15222, "PA"},
	{"Rochester", 14604, 14620, "NY"}, {"Grand Rapids", 49503, 49508, "MI"}, {"Charlotte", 28202, 28217, "NC"},
	{"Portland", 97201, 97217, "OR"}, {"Tulsa", 74103, 74120, "OK"}, {"Dayton", 45402, 45420, "OH"}, {"Worcester", 1602, 1610, "MA"},
}

// address is where letters go.
type address struct {
	street, box, postcode, city, region, country string
}

// newAddress invents a street in a real town; three in a hundred German companies take mail in a
// post-office box only.
func newAddress(d dice, country string) address {
	a := address{country: country}
	switch country {
	case "GB":
		town := pick(d, british)
		const letters = "ABDEFGHJLNPQRSTUWXYZ"
		a.city = town.city
		a.postcode = town.district + strconv.Itoa(d.between(1, 20)) + " " + strconv.Itoa(d.between(1, 9)) +
			string(letters[d.IntN(len(letters))]) + string(letters[d.IntN(len(letters))])
		a.street = strconv.Itoa(d.between(1, 180)) + " " + pick(d, englishStreets)
		return a
	case "US":
		a.fill(d, pick(d, american), 5)
		a.street = strconv.Itoa(d.between(100, 9800)) + " " + pick(d, englishStreets)
		return a
	case "AT":
		a.fill(d, pick(d, austrian), 4)
		if a.city == "Wien" { // the two digits in the middle are the district, the last is 0
			a.postcode = strconv.Itoa(1000 + 10*d.between(1, 23))
		}
	case "CH":
		a.fill(d, pick(d, swiss), 4)
	default:
		a.fill(d, pick(d, german), 5)
		if d.chance(.03) {
			a.box = strconv.Itoa(d.between(10, 99)) + " " + strconv.Itoa(d.between(10, 99)) + " " + strconv.Itoa(d.between(10, 99))
			return a
		}
	}
	a.street = pick(d, germanStreets) + " " + strconv.Itoa(d.between(1, 160))
	if d.chance(.08) {
		a.street += string(rune('a' + d.IntN(4)))
	}
	return a
}

func (a *address) fill(d dice, p place, digits int) {
	a.city, a.region = p.city, p.region
	a.postcode = pad(d.between(p.lo, p.hi), digits)
}

// pad writes n with leading zeros.
func pad(n, digits int) string {
	s := strconv.Itoa(n)
	for len(s) < digits {
		s = "0" + s
	}
	return s
}
