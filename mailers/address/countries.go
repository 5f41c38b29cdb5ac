package address

import (
	"regexp"
	"strings"

	"golang.org/x/text/cases"
	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
)

// How a country writes the line with the city.
type cityStyle uint8

const (
	postcodeCity      cityStyle = iota // 42103 Wuppertal
	postcodeCityState                  // 00144 ROMA RM
	cityStatePostcode                  // SPRINGFIELD IL 62704
	cityAbovePostcode                  // LONDON / EC1Y 8SY
	cityThenPostcode                   // LONDON  EC1Y 8SY, when a line must be saved
)

// addressForm is how one country writes a label.
type addressForm struct {
	code             string
	cityLine         cityStyle
	personFirst      bool // the person's line stands above the company's
	german           bool // "Herrn", "Frau" on the label
	capitals         bool // the city is in capitals at home, too
	needsState       bool
	postcodeOptional bool
	postcode         *regexp.Regexp // the whole postcode in capitals; nil: not checked
	example          string
	prefixes         []string // what people put before the postcode and must not be printed
}

// forms is the table of the countries whose rules are known; line orders and postcodes are those of the
// Universal Postal Union's formats, with DIN 5008's company-first order for German-speaking countries.
var forms = map[string]addressForm{
	"DE": {german: true, postcode: code(`(0[1-9]|[1-9]\d)\d{3}`), example: "26133", prefixes: []string{"DE-", "D-", "D "}},
	"AT": {german: true, postcode: code(`[1-9]\d{3}`), example: "1010", prefixes: []string{"AT-", "A-", "A "}},
	"CH": {german: true, postcode: code(`[1-9]\d{3}`), example: "2544", prefixes: []string{"CH-", "CH "}},
	"LI": {german: true, postcode: code(`948[5-9]|949[0-8]`), example: "9496", prefixes: []string{"FL-", "LI-"}},
	"BE": {postcode: code(`[1-9]\d{3}`), example: "4000", prefixes: []string{"BE-", "B-"}},
	"LU": {postcode: code(`\d{4}`), example: "4750", prefixes: []string{"LU-", "L-"}},
	"NL": {postcode: code(`[1-9]\d{3} ?[A-Z]{2}`), example: "1234 AB", prefixes: []string{"NL-"}},
	"DK": {postcode: code(`\d{4}`), example: "8660", prefixes: []string{"DK-"}},
	"SE": {postcode: code(`\d{3} ?\d{2}`), example: "114 55", prefixes: []string{"SE-", "S-"}},
	"FI": {postcode: code(`\d{5}`), example: "00550", prefixes: []string{"FI-", "FIN-"}},
	"FR": {capitals: true, postcode: code(`\d{2} ?\d{3}`), example: "33380", prefixes: []string{"FR-", "F-"}},
	"NO": {personFirst: true, postcode: code(`\d{4}`), example: "0025", prefixes: []string{"NO-", "N-"}},
	"PL": {personFirst: true, postcode: code(`\d{2}-\d{3}`), example: "00-950", prefixes: []string{"PL-", "PL "}},
	"CZ": {personFirst: true, postcode: code(`\d{3} ?\d{2}`), example: "100 00", prefixes: []string{"CZ-"}},
	"ES": {personFirst: true, cityLine: postcodeCityState, postcode: code(`\d{5}`), example: "28039", prefixes: []string{"ES-", "E-"}},
	"IT": {personFirst: true, cityLine: postcodeCityState, postcode: code(`\d{5}`), example: "00144", prefixes: []string{"IT-", "I-"}},
	"US": {personFirst: true, capitals: true, needsState: true, cityLine: cityStatePostcode,
		postcode: code(`\d{5}(-?\d{4})?`), example: "95014", prefixes: []string{"USA-", "US-"}},
	"GB": {personFirst: true, capitals: true, cityLine: cityAbovePostcode,
		postcode: code(`GIR ?0AA|[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}`), example: "EC1Y 8SY", prefixes: []string{"GB-"}},
	"IE": {personFirst: true, cityLine: cityAbovePostcode, postcodeOptional: true,
		postcode: code(`[A-Z]\d[\dW] ?[A-Z\d]{4}`), example: "D02 X285", prefixes: []string{"IE-"}},
}

func code(pattern string) *regexp.Regexp { return regexp.MustCompile(`^(?:` + pattern + `)$`) }

// countryForm finds a country's form; a country outside the table is written the common way: person,
// company, street, postcode and city.
func countryForm(cc string) (addressForm, error) {
	if f, ok := forms[cc]; ok {
		f.code = cc
		return f, nil
	}
	if r, err := language.ParseRegion(cc); err != nil || len(cc) != 2 || !r.IsCountry() {
		return addressForm{}, addressFault("country %q is not an ISO 3166 code of two letters such as DE", cc)
	}
	return addressForm{code: cc, personFirst: true}, nil
}

// cityLines writes city, postcode and state in the country's order; abroad the city is in capitals.
func (f addressForm) cityLines(a Addressee, abroad bool) []string {
	city := a.City
	if abroad || f.capitals {
		city = upper(city, f.german)
	}
	zip := strings.ToUpper(a.Postcode)
	state := strings.ToUpper(a.State)
	switch f.cityLine {
	case postcodeCityState:
		return []string{join(zip, city, state)}
	case cityStatePostcode:
		return []string{join(strings.NewReplacer(",", "", ".", "").Replace(city), state, zip)}
	case cityAbovePostcode:
		return []string{city, zip}
	case cityThenPostcode:
		return []string{city + " " + zip}
	}
	return []string{join(zip, city)}
}

// Names that the language tables write otherwise than the post wants them.
var namesDE = map[string]string{"US": "USA", "MK": "Nordmazedonien", "SZ": "Eswatini", "HK": "Hongkong", "MO": "Macau", "CZ": "Tschechien"}
var namesEN = map[string]string{"US": "United States of America", "MK": "North Macedonia", "SZ": "Eswatini", "HK": "Hong Kong", "MO": "Macao", "CZ": "Czech Republic"}

// CountryName is the last line of a letter abroad: the country in capitals, in German when it is posted
// in a German-speaking country, else in English. An unknown code comes back as it is.
func CountryName(cc, from string) string {
	german := forms[strings.ToUpper(from)].german
	names, namer := namesEN, display.English
	if german {
		names, namer = namesDE, display.German
	}
	name := names[cc]
	if name == "" {
		r, err := language.ParseRegion(cc)
		if err != nil {
			return cc
		}
		name = namer.Regions().Name(r)
	}
	return upper(name, german)
}

// upper is upper case by the language's rules (German ß becomes SS). A Caser keeps state, so each call
// makes its own.
func upper(s string, german bool) string {
	if german {
		return cases.Upper(language.German).String(s)
	}
	return cases.Upper(language.English).String(s)
}
