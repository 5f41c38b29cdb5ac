package accounts

import (
	"strings"
	"sync"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"postlift/accounts/csvfile"
)

// Words of enumerations as files write them, folded (csvfile.Fold), to the known values.
var (
	genderWords = map[string]string{
		"m": "m", "male": "m", "mann": "m", "maennlich": "m", "herr": "m", "herrn": "m", "mr": "m", "sir": "m",
		"f": "f", "w": "f", "female": "f", "frau": "f", "weiblich": "f", "ms": "f", "mrs": "f", "miss": "f", "madam": "f",
		"d": "d", "divers": "d", "diverse": "d", "x": "d", "mx": "d", "nonbinary": "d",
		"unknown": "", "unbekannt": "", "u": "", "firma": "", "company": "",
	}
	roleWords = map[string]string{
		"management": "management", "geschaeftsfuehrung": "management", "geschaeftsleitung": "management", "leitung": "management", "ceo": "management", "gf": "management", "inhaber": "management", "owner": "management", "executive": "management", "decisionmaker": "management",
		"purchasing": "purchasing", "einkauf": "purchasing", "procurement": "purchasing", "buyer": "purchasing", "beschaffung": "purchasing",
		"technical": "technical", "technik": "technical", "engineering": "technical", "produktion": "technical", "it": "technical", "operations": "technical",
		"other": "other", "sonstige": "other", "sonstiges": "other", "andere": "other",
	}
	formalityWords = map[string]string{"formal": "formal", "sie": "formal", "informal": "informal", "du": "informal"}
	languageWords  = map[string]string{
		"de": "de", "deutsch": "de", "german": "de", "dede": "de", "deat": "de", "dech": "de", "ger": "de", "deu": "de",
		"en": "en", "englisch": "en", "english": "en", "enus": "en", "engb": "en", "eng": "en",
	}
	accountStatusWords = map[string]string{
		"active": "active", "aktiv": "active", "customer": "active", "kunde": "active", "prospect": "active", "interessent": "active",
		"closed": "closed", "geschlossen": "closed", "erloschen": "closed",
		"inactive": "active", "inaktiv": "active", "dormant": "active", "ruhend": "active", "ruht": "active", // buys nothing at present: whom a win-back letter is for
		"insolvent": "insolvent", "insolvenz": "insolvent", "bankrupt": "insolvent",
		"competitor": "competitor", "wettbewerber": "competitor", "konkurrent": "competitor", "own": "own", "eigen": "own", "eigene": "own",
	}
	siteStatusWords = map[string]string{
		"ok": "ok", "active": "ok", "aktiv": "ok", "undeliverable": "undeliverable", "unzustellbar": "undeliverable",
		"moved": "moved", "verzogen": "moved", "umgezogen": "moved", "closed": "closed", "geschlossen": "closed",
	}
	contactStatusWords = map[string]string{
		"active": "active", "aktiv": "active", "left": "left", "ausgeschieden": "left", "inactive": "left", "inaktiv": "left", "former": "left",
		"deceased": "deceased", "verstorben": "deceased",
	}
	docTypeWords = map[string]string{
		"order": DocOrder, "auftrag": DocOrder, "bestellung": DocOrder, "invoice": DocOrder, "rechnung": DocOrder, "sale": DocOrder, "ta": DocOrder,
		"creditnote": DocCreditNote, "gutschrift": DocCreditNote, "creditmemo": DocCreditNote, "credit": DocCreditNote, "refund": DocCreditNote, "rueckerstattung": DocCreditNote, "return": DocCreditNote, "retoure": DocCreditNote, "rechnungskorrektur": DocCreditNote,
		"cancellation": DocCancellation, "storno": DocCancellation, "stornierung": DocCancellation, "stornorechnung": DocCancellation, "cancelled": DocCancellation, "canceled": DocCancellation,
	}
	scopeWords = map[string]string{
		"person": ScopePerson, "contact": ScopePerson, "kontakt": ScopePerson, "ansprechpartner": ScopePerson,
		"address": ScopeAddress, "adresse": ScopeAddress, "anschrift": ScopeAddress, "site": ScopeAddress, "standort": ScopeAddress,
		"both": scopeBoth, "personandcompany": scopeBoth, "beide": scopeBoth, "personundfirma": scopeBoth,
		"account": ScopeAccount, "company": ScopeAccount, "firma": ScopeAccount, "unternehmen": ScopeAccount, "konto": ScopeAccount,
	}
	reasonWords = map[string]string{
		"objection": ReasonObjection, "widerspruch": ReasonObjection, "werbewiderspruch": ReasonObjection, "optout": ReasonObjection, "unsubscribe": ReasonObjection,
		"deceased": ReasonDeceased, "verstorben": ReasonDeceased, "closed": ReasonClosed, "geschlossen": ReasonClosed, "erloschen": ReasonClosed,
		"undeliverable": ReasonUndeliverable, "unzustellbar": ReasonUndeliverable, "competitor": ReasonCompetitor, "wettbewerber": ReasonCompetitor,
		"employee": ReasonEmployee, "mitarbeiter": ReasonEmployee, "donotmail": ReasonDoNotMail, "werbesperre": ReasonDoNotMail, "gesperrt": ReasonDoNotMail, "blocked": ReasonDoNotMail,
		"importedlist": ReasonImportedList, "robinson": ReasonImportedList, "robinsonliste": ReasonImportedList, "sperrliste": ReasonImportedList,
	}
)

// regionWords maps codes (two and three letters) and the German and English names of countries, folded,
// to ISO 3166-1 alpha-2.
var regionWords = sync.OnceValue(func() map[string]string {
	out := map[string]string{
		"usa": "US", "unitedstatesofamerica": "US", "uk": "GB", "greatbritain": "GB", "grossbritannien": "GB", "england": "GB",
		"brd": "DE", "bundesrepublikdeutschland": "DE", "holland": "NL", "tschechischerepublik": "CZ", "czechrepublic": "CZ",
		"d": "DE", "a": "AT", "nordmazedonien": "MK", "eswatini": "SZ",
	}
	german, english := display.German.Regions(), display.English.Regions()
	for a := 'A'; a <= 'Z'; a++ {
		for b := 'A'; b <= 'Z'; b++ {
			code := string([]rune{a, b})
			region, err := language.ParseRegion(code)
			if err != nil || !region.IsCountry() || region.String() != code || region.ISO3() == "ZZZ" {
				continue
			}
			for _, name := range []string{code, region.ISO3(), german.Name(region), english.Name(region)} {
				if key := csvfile.Fold(name); key != "" {
					out[key] = code
				}
			}
		}
	}
	return out
})

// ParseCountry reads a country's code or its German or English name as ISO 3166-1 alpha-2.
func ParseCountry(s string) (code string, ok bool) {
	code, ok = regionWords()[csvfile.Fold(strings.TrimSpace(s))]
	return code, ok
}
