package sim

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"postlift"
)

// sampleRows is about how long a sample file is.
const sampleRows = 25

// sampleSeed makes a small world in which the sample campaign finds a few customers to write to.
const sampleSeed = 291

// sampleOfferDays is how long the offer of the samples' campaign stands.
const sampleOfferDays = 60

// sampleNoticeDays is how many days ahead the samples' notice announces its change.
const sampleNoticeDays = 90

// WriteSamples writes tiny files of every kind that a person can look at, copy and import, into dir, which
// it makes: the CSV files in their canonical columns without wrong rows, responses.csv, three campaigns and
// README.txt, which explains the columns in English and German. It returns the paths. Existing files are
// overwritten. The history ends the day before today and the campaign's offer stands from today on, so that
// the files fit the day on which they are written; one day gives the same files everywhere.
func WriteSamples(dir string, today postlift.Date) ([]string, error) {
	asOf := today.AddDays(-1)
	w := NewWorld(Config{Seed: sampleSeed, Accounts: sampleRows, AsOf: asOf, Clean: true})
	s := &writing{w: w, won: map[winKey]int{}, habit: plain, orderRows: sampleRows, oneContact: true, costMonths: sampleRows / len(channels)}
	files, err := s.run(dir, func() (*table, error) { return newTable(dir, "accounts.csv", accountHeader) })
	if err != nil {
		return nil, err
	}
	var paths []string
	for _, f := range files.List {
		paths = append(paths, f.Path)
	}
	texts := []struct{ name, content string }{
		{"opportunities.csv", sampleOpportunities(asOf)},
		{"responses.csv", sampleResponses(asOf)},
		{"campaign.yaml", SampleCampaign("https://www.nordlicht-werkzeuge.example/willkommen-zurueck", today.AddDays(sampleOfferDays))},
		{"campaign-bulk.yaml", sampleBulkCampaign},
		{"campaign-notice.yaml", sampleNotice(today.AddDays(sampleNoticeDays))},
		{"README.txt", samplesReadme},
	}
	for _, t := range texts {
		path := filepath.Join(dir, t.name)
		if err := os.WriteFile(path, []byte(t.content), 0o640); err != nil {
			return nil, postlift.Faultf(postlift.Invalid, "sim.WriteSamples", "%s cannot be written: %v", path, err)
		}
		paths = append(paths, path)
	}
	slices.Sort(paths)
	return paths, nil
}

func sampleResponses(asOf postlift.Date) string {
	day := asOf.AddDays(-9)
	return fmt.Sprintf(`external_id,date,kind,code,account_id,note
A-1,%sT10:15:00+01:00,call,,%s,asked for a visit
A-2,%s,meeting,,%s,trade fair
A-3,%s,quote,,%s,grinding service
`, day, accountID(0), day.AddDays(2), accountID(3), day.AddDays(4), accountID(7))
}

func sampleOpportunities(asOf postlift.Date) string {
	day := asOf.AddDays(-40)
	return fmt.Sprintf(`external_id,account_id,contact_id,name,stage,status,amount,currency,opened_on,closes_on,code
D-1,%s,,Band saw with installation,quote,open,18400.00,EUR,%s,%s,
D-2,%s,,Yearly sharpening contract,lead,open,,EUR,%s,,
D-3,%s,,Replacement drill,negotiation,won,5200.00,EUR,%s,%s,
`, accountID(1), day, asOf.AddDays(50), accountID(4), day.AddDays(12), accountID(6), day.AddDays(3), day.AddDays(30))
}

// SampleRule selects customers who are worth a letter and have not ordered for a while.
const SampleRule = `clv.residual > 150 and days_since_last_order > 120 and status == "active"`

// SampleCampaign is the definition of a win-back campaign; landingURL is where scanned codes lead, until is
// the last day of the offer.
func SampleCampaign(landingURL string, until postlift.Date) string {
	return fmt.Sprintf(`# A win-back letter. What is left out comes from the settings.
name: Welcome back
class: advertising
rule: >-
  %s
design: winback
languages: [de, en]
landing_url: %s
holdout: 0.2          # share of the planned that gets no letter: the measure of what letters do
budget: 2500 EUR
window_days: 90
# treatment: letter_and_call    # the account's owner calls two working days after the letter: postlift followup list
# coupon_codes: [SPRING-26]     # printed on all letters; orders that name it are theirs
# landing:                      # a page with a reply form, shown by postlift serve, in place of landing_url
#   built_in: true
#   title: {de: Lieferung frei Haus, en: Free delivery}
#   text: {de: "Bestellen Sie jetzt, wir liefern frei Haus.", en: "Order now and we deliver free."}
offer_until: %s
merge:                # a field with _de or _en speaks in letters of that language
  offer_de: Lieferung frei Haus und 5 %% Nachlass
  offer_en: Free delivery and 5%% off
`, SampleRule, landingURL, until)
}

// sampleNotice is a contractual campaign: a notice of new terms that take effect on a day.
func sampleNotice(from postlift.Date) string {
	return fmt.Sprintf(`# A notice that partners must get to be valid. Contractual letters also go to those who objected to advertising; nobody is
# held out or cut, they go by letter post, and nothing is measured. Whom they do not reach: postlift campaign unreachable.
name: New terms
class: contractual
rule: has_open_contract
design: notice            # shipped: designs/notice; its fields stand under merge
languages: [de, en]
landing_url: https://www.nordlicht-werkzeuge.example/agb
contacts_per_site: 1
merge:                    # a field with _de or _en speaks in letters of that language
  subject_de: Änderung unserer Geschäftsbedingungen
  subject_en: Change of our terms and conditions
  change_de: Abschnitt 4 (Lieferfristen) und Abschnitt 7 (Rechnungsstellung) werden neu gefasst. Den vollen Wortlaut senden wir Ihnen auf Wunsch zu.
  change_en: Section 4 (delivery times) and section 7 (invoicing) are worded anew. We will send you the full text on request.
  valid_from: "%s"
  rights_de: Sie können der Änderung bis zum Tag davor in Textform widersprechen; Ihr Vertrag läuft dann unverändert weiter.
  rights_en: You may object to the change in writing until the day before; your contract then continues unchanged.
`, from)
}

// sampleBulkCampaign shows what a campaign may say beside the usual: tariff, key accounts, area, matched pairs and variants.
const sampleBulkCampaign = `# Advertising by bulk postage where it pays, measured by matched pairs. All prices are invented: take your vendor's.
name: Spring by bulk post
class: advertising
rule: clv.residual > 100 and status == "active"
design: winback
languages: [de, en]
landing_url: https://www.nordlicht-werkzeuge.example/fruehjahr

mode: budget              # all, top (with top: accounts), budget, value (with min_value)
budget: 4000 EUR          # never exceeded; held-out accounts count towards it
max_pieces: 6000
area: {countries: [DE]}   # further: postcodes, exclude_postcodes, within_km
roles: [purchasing, management]

holdout_design: pairs     # auto, strata, pairs, waves, none
block: 3                  # one held out for two mailed; 2 is one for one
key_accounts:             # declared before the draw, left out of the estimate
  top_percent: 2          # of the groups, by last year's margin; further: always, never: [K-1001, "Muster GmbH"]
  top: always

tariff:                   # instead of piece_cost; net prices in major units, tenths of a cent are possible
  name: Print vendor 2026
  setup: 85
  min_order: 150
  capacity: 20000
  production:
    - name: print and inserting
      steps: [{from: 1, price: 0.39}, {from: 1000, price: 0.31}, {from: 5000, price: 0.265}]  # the step reached holds for all letters
  postage:
    - {class: letter, price: 0.95}
    - {class: dialogpost, price: 0.42, nationwide: 5000, region: 200, top_up: true}           # region: the first two digits of the postcode

variants:                 # whole groups, always the same ones
  - {name: english, rule: language == "en"}
  - {name: short, share: 0.5}
  - {name: long, share: 0.5}
offer: Frei Haus
`

const samplesReadme = `Samples of postlift: all people, companies and streets in them are invented.

ENGLISH
Import in this order: employees, accounts, sites, contacts, orders, contracts, opportunities, costs,
suppressions, responses. Example:   postlift import accounts samples/accounts.csv --source sample
Give all files that belong together the same --source; external_id is the number in the system they
come from, and account_id, owner_id, site_id, contact_id, parent_id, refers_to name such numbers.
A second import of a file changes nothing. Separator, encoding, decimal sign and date order are found;
headers may be German or English. Dates are 2026-01-31 or 31.01.2026, flags true/false, yes/no, ja/nein.

employees     account owners: name, title, job_title, e-mail, phone, until when their signature may be printed
accounts      companies. parent_id: the parent company; companies of one group share an arm of an
              experiment. acquired_on, acquisition_channel, acquisition_cost (reporting currency).
              status: active, closed, insolvent, competitor, own. dunning, complaint: no advertising
              meanwhile. street … region: the main site. discount_rate: the account's own, a year
              custom.NAME: an attribute that the settings declare
sites         further places of a company. main: true replaces the main site
contacts      people, or a function without a name ("Leitung Einkauf"). gender m, f, d or empty.
              role: management, purchasing, technical, other. formality: formal, informal.
              salutation: a whole line of its own. status: active, left, deceased
orders        one row for each line; rows with one external_id are one order. net and margin are totals,
              line_net and line_margin the line's. type: order, credit_note, cancellation; the latter two
              name their order in refers_to. An empty margin means unknown. code: of the letter, if named
contracts     one row for each line and each time it was valid. term_ends_on: last day of the running
              term. monthly_fee and monthly_margin are for the whole quantity
opportunities sales that may come about. stage: one of the setting mail.opportunity_stages; status: open, won,
              lost. amount may be empty; closes_on: expected or real; code: of the letter, if named
costs         spend, customers won and leads of an acquisition channel in a month
suppressions  what must not be mailed. scope: person, address, account, both (person and company). hash: see
              "postlift import --help". reason: objection, deceased,
              closed, undeliverable, competitor, employee, do_not_mail, imported_list
responses     kind: visit, call, mail, meeting, quote, reply_card, fax, objection; code or account_id
places        where postcodes lie (no sample): country,postcode,latitude,longitude, or a postal code file of
              GeoNames as it comes; rules with a radius need it
returns       external_id,date,code,piece_id,reason; where the post tells it, new_street, new_postcode, new_city,
              successor (no sample: codes exist after a first batch; postlift import returns --template).
              reason: moved_new_address, moved_unknown, addressee_unknown, insufficient_address,
              no_such_number, vacant, refused, unclaimed, deceased, closed_business, no_receptacle,
              temporarily_away, other
campaign.yaml a win-back campaign:   postlift campaign create -f samples/campaign.yaml
              campaign-bulk.yaml shows tariff, key accounts, area, matched pairs and variants
              campaign-notice.yaml is contractual: a notice of new terms to everybody under contract

DEUTSCH
Reihenfolge des Imports: employees, accounts, sites, contacts, orders, contracts, opportunities, costs,
suppressions, responses. Beispiel:   postlift import accounts samples/accounts.csv --source sample
Dateien, die zusammengehören, bekommen dieselbe --source. external_id ist die Nummer im Herkunftssystem;
account_id, owner_id, site_id, contact_id, parent_id und refers_to nennen solche Nummern. Ein zweiter
Import derselben Datei ändert nichts. Trennzeichen, Zeichensatz, Dezimalzeichen und Datumsfolge werden
erkannt, Überschriften dürfen deutsch oder englisch sein. Datum: 2026-01-31 oder 31.01.2026.

employees     Betreuer: Name, Titel, Stelle, E-Mail, Telefon, bis wann die Unterschrift gedruckt werden darf
accounts      Firmen. parent_id: Muttergesellschaft; Firmen eines Konzerns kommen in dieselbe Versuchsgruppe.
              acquired_on, acquisition_channel, acquisition_cost: Kunde seit, Kanal, Akquisekosten.
              status: active, closed, insolvent, competitor, own. dunning (Mahnsperre) und complaint
              (Reklamation): solange keine Werbung. street … region: der Hauptstandort.
              discount_rate: eigener Abzinsungssatz im Jahr
              custom.NAME: ein Merkmal, das die Einstellungen festlegen
sites         weitere Standorte. main: true ersetzt den Hauptstandort
contacts      Personen oder eine Funktion ohne Namen. gender m, f, d oder leer. role: management,
              purchasing, technical, other. formality: formal (Sie), informal (Du). salutation: eine
              ganze eigene Anredezeile. status: active, left (ausgeschieden), deceased (verstorben)
orders        eine Zeile je Position; Zeilen mit gleicher external_id sind ein Auftrag. net und margin sind
              Summen, line_net und line_margin die der Position. type: order, credit_note (Gutschrift),
              cancellation (Storno); die beiden letzten nennen ihren Auftrag in refers_to. Leere margin
              heißt unbekannt. code: der Code des Briefs, wenn genannt
contracts     eine Zeile je Position und Gültigkeit. term_ends_on: letzter Tag der laufenden Laufzeit.
              monthly_fee und monthly_margin gelten für die ganze Menge
opportunities Verkaufschancen. stage: eine der Stufen der Einstellung mail.opportunity_stages; status: open
              (offen), won (gewonnen), lost (verloren). amount darf fehlen; closes_on: erwartet oder wirklich
costs         Ausgaben, gewonnene Kunden und Anfragen eines Akquisekanals im Monat
suppressions  was nicht angeschrieben werden darf. scope: person, address, account, both
              (Person und Firma). hash: siehe "postlift import --help". reason: siehe oben
responses     Reaktionen: kind siehe oben; dazu code oder account_id
places        wo Postleitzahlen liegen (kein Muster): country,postcode,latitude,longitude oder eine
              Postleitzahlendatei von GeoNames, wie sie kommt; Regeln mit Umkreis brauchen sie
returns       Rückläufer: external_id,date,code,piece_id,reason; wo die Post sie nennt, new_street, new_postcode,
              new_city, successor (kein Muster: Codes gibt es erst nach dem ersten Versand;
              postlift import returns --template)
campaign.yaml eine Kampagne zur Rückgewinnung:   postlift campaign create -f samples/campaign.yaml
              campaign-bulk.yaml zeigt Tarif, Schlüsselkunden, Gebiet, Paarvergleich und Varianten
              campaign-notice.yaml ist Vertragspost: neue Geschäftsbedingungen an alle mit Vertrag
`
