package address

import (
	"strings"
	"sync"

	"golang.org/x/text/cases"
	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
)

// Names that the language tables write otherwise than the post wants them.
var namesDE = map[string]string{"US": "USA", "MK": "Nordmazedonien", "SZ": "Eswatini", "HK": "Hongkong", "MO": "Macau", "CZ": "Tschechien"}
var namesEN = map[string]string{"US": "United States of America", "MK": "North Macedonia", "SZ": "Eswatini", "HK": "Hong Kong", "MO": "Macao", "CZ": "Czech Republic"}

// CountryName is the last line of a letter abroad: the country in capitals, in German when it is posted
// in a German-speaking country, else in English. An unknown code comes back as it is.
func CountryName(cc, from string) string {
	if rules[strings.ToUpper(from)].german {
		return nameOf(cc, namesDE, germanNames(), true)
	}
	return nameOf(cc, namesEN, englishNames(), false)
}

// The tables of names take long to make and are safe to share.
var (
	germanNames  = sync.OnceValue(display.German.Regions)
	englishNames = sync.OnceValue(display.English.Regions)
)

func nameOf(cc string, own map[string]string, namer display.Namer, german bool) string {
	name := own[cc]
	if name == "" {
		r, err := language.ParseRegion(cc)
		if err != nil {
			return cc
		}
		name = namer.Name(r)
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
