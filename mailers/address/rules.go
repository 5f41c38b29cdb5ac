package address

// rule is what was checked by hand for one country and stands before the table.
type rule struct {
	format   string   // line order; empty: the table's
	german   bool     // "Herrn" and "Frau" on the label, "Postfach", company first (DIN 5008)
	postcode string   // of the whole postcode in capitals; empty: the table's
	example  string   // of a postcode; empty: the table's
	shape    string   // how the postcode is grouped, # for a letter or digit
	signs    []string // what people put before the postcode, beside the ISO code
	known    bool     // a postcode that does not fit the pattern stops the letter; elsewhere it is only noted
	region   bool     // the region is needed, as one of regions.tsv
}

// rules are those of Europe and of the larger English-speaking countries. Where the table's postcode
// pattern is that of the Universal Postal Union, it is kept. The corrections:
//   - DE, AT, CH, LI: company first (DIN 5008, ÖNORM A 1080, SN 010130). DE: the first two digits are a
//     region that exists; 00, 05, 43 and 62 do not.
//   - US: no comma between city and state (USPS Publication 28).
//   - Netherlands, Belgium, Austria, Switzerland: postcodes do not begin with 0.
//   - Romania, Latvia, Lithuania, Estonia: the form without the county, as businesses are written to.
var rules = map[string]rule{
	"DE": {format: companyFirst, german: true, known: true, signs: []string{"D"}, postcode: `(?:0[1-46-9]|[1-357-9]\d|4[0-24-9]|6[013-9])\d{3}`},
	"AT": {format: companyFirst, german: true, known: true, signs: []string{"A"}, postcode: `[1-9]\d{3}`},
	"CH": {format: companyFirst, german: true, known: true, postcode: `[1-9]\d{3}`},
	"LI": {format: companyFirst, german: true, known: true, signs: []string{"FL"}},

	"AD": {known: true}, "AL": {known: true}, "BA": {known: true, signs: []string{"BIH"}},
	"BE": {known: true, signs: []string{"B"}, postcode: `[1-9]\d{3}`},
	"BG": {known: true}, "CY": {known: true},
	"CZ": {known: true, shape: "### ##"},
	"DK": {known: true},
	"EE": {format: postcodeCity, known: true, signs: []string{"EST"}},
	"ES": {known: true, signs: []string{"E"}, postcode: `(?:0[1-9]|[1-4]\d|5[0-2])\d{3}`},
	"FI": {known: true, signs: []string{"FIN", "SF"}},
	"FR": {known: true, signs: []string{"F"}, shape: "#####"},
	"GB": {known: true, signs: []string{"UK"}},
	"GG": {known: true}, "GI": {known: true}, "GL": {known: true, signs: []string{"DK"}},
	"GR": {known: true, shape: "### ##"},
	"HR": {known: true}, "HU": {known: true, signs: []string{"H"}, postcode: `[1-9]\d{3}`},
	"IE": {known: true, signs: []string{"IRL"}, shape: "### ####", postcode: `[A-Z]\d[\dW] [A-Z\d]{4}`, example: "D02 X285"},
	"IM": {known: true}, "IS": {known: true},
	"IT": {known: true, signs: []string{"I"}}, "JE": {known: true},
	"LT": {format: "%O%n%N%n%A%n%Z %C", known: true},
	"LU": {known: true, signs: []string{"L"}},
	"LV": {format: "%N%n%O%n%A%n%C, %Z", known: true, shape: "LV-####"},
	"MC": {known: true}, "MD": {known: true}, "ME": {known: true}, "MK": {known: true},
	"MT": {known: true, shape: "### ####"},
	"NL": {known: true, signs: []string{"NL"}, shape: "#### ##", postcode: `[1-9]\d{3} ?[A-Z]{2}`},
	"NO": {known: true, signs: []string{"N"}},
	"PL": {known: true, signs: []string{"PL"}, shape: "##-###"},
	"PT": {known: true, signs: []string{"P"}, shape: "####-###"},
	"RO": {format: postcodeCity, known: true},
	"RS": {known: true, signs: []string{"SRB"}},
	"SE": {known: true, signs: []string{"S"}, shape: "### ##"},
	"SI": {known: true, signs: []string{"SLO"}}, "SK": {known: true, shape: "### ##"},
	"SM": {known: true}, "TR": {known: true, postcode: `(?:0[1-9]|[1-7]\d|8[01])\d{3}`, example: "06101"},
	"UA": {known: true}, "VA": {known: true}, "XK": {known: true},

	"AU": {known: true, region: true},
	"CA": {known: true, region: true, shape: "### ###", signs: []string{"CDN"}},
	"NZ": {known: true},
	"US": {format: "%N%n%O%n%A%n%C %S %Z", known: true, region: true, signs: []string{"USA"}, postcode: `\d{5}(?:-\d{4})?`, shape: "#####-####"},
	"BR": {shape: "#####-###"}, "JP": {shape: "###-####"},
}

const (
	companyFirst = "%O%n%N%n%A%n%Z %C"
	postcodeCity = "%N%n%O%n%A%n%Z %C"
)

// boxWords is how a post office box is called where only its number is in the customer file.
var boxWords = map[string]string{"DE": "Postfach", "AT": "Postfach", "CH": "Postfach", "LI": "Postfach", "FR": "BP", "IT": "Casella Postale",
	"ES": "Apartado", "PT": "Apartado", "NL": "Postbus", "BE": "Postbus", "DK": "Postboks", "NO": "Postboks", "SE": "Box", "FI": "PL", "PL": "skr. poczt."}

// streetWords are the ends of street names that may be written short where a street does not fit its
// line: German by Duden, English by USPS Publication 28.
var streetWords = []struct {
	german      bool
	long, short string
}{
	{true, "straße", "str."}, {true, "strasse", "str."}, {true, "platz", "pl."},
	{false, "street", "St"}, {false, "road", "Rd"}, {false, "avenue", "Ave"}, {false, "boulevard", "Blvd"}, {false, "drive", "Dr"},
	{false, "parkway", "Pkwy"}, {false, "highway", "Hwy"}, {false, "suite", "Ste"}, {false, "building", "Bldg"}, {false, "square", "Sq"},
}

// englishStreets are the countries whose streets have the English short forms.
var englishStreets = map[string]bool{"US": true, "CA": true, "GB": true, "IE": true, "AU": true, "NZ": true, "GG": true, "JE": true, "IM": true}
