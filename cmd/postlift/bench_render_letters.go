package main

import (
	"embed"
	"fmt"
	"io/fs"
	"strconv"

	"postlift"
	"postlift/mailers/design"
	"postlift/mailers/letter"
)

//go:embed benchdata
var benchData embed.FS

// referenceDesign is the letter that printing is measured with.
func referenceDesign() (*design.Design, error) {
	folder, err := fs.Sub(benchData, "benchdata")
	if err != nil {
		return nil, err
	}
	return design.Parse(folder, "reference")
}

const (
	benchBatch = "bt_01jmessbrief0000000000001"
	benchHost  = "antwort.example"
	benchDay   = "2026-03-02"
)

// The made-up recipients: every combination is of invented parts.
var (
	benchNames   = []string{"Erfundene", "Muster", "Beispiel", "Ersonnene", "Gedachte", "Neue", "Vereinigte", "Test"}
	benchTrades  = []string{"Blechwerke", "Fördertechnik", "Antriebstechnik", "Maschinenfabrik", "Verpackungen", "Gießerei", "Werkzeugbau", "Druckluftanlagen", "Armaturen", "Stahlhandel"}
	benchForms   = []string{"GmbH", "GmbH & Co. KG", "AG", "KG"}
	benchFirsts  = []string{"Änne", "Jörg", "Katharina", "Sebastian", "Ute", "Maximilian", "Ida", "Björn"}
	benchLasts   = []string{"Süßkind", "Weißenfels", "Mustermann", "Köhler", "Vogt", "Brandstätter", "Öztürk", "Lindenberg", "Fuchs", "Großkopf", "Avenarius"}
	benchTitles  = []string{"", "", "", "Dr."}
	benchDuties  = []string{"Leitung Einkauf", "Technische Leitung", "Geschäftsführung", "Instandhaltung"}
	benchStreets = []string{"Lange Straße", "Musterweg", "Am Beispielhafen", "Erfindergasse", "Industriestraße"}
	benchTowns   = []string{"Musterstadt", "Beispielheim", "Testhausen", "Probedorf", "Bad Erfunden", "Neu Gedacht"}
	benchFields  = []string{"Kupplungen", "Getriebe", "Wälzlager", "Förderbänder", "Hydraulikschläuche"}
	benchCodes   = []string{"01067", "10115", "20095", "26133", "39104", "42103", "50667", "70173", "80331", "99084"}
)

func pick(list []string, h uint64, shift uint) string { return list[(h>>shift)%uint64(len(list))] }

// benchSender is the same for all pieces.
func benchSender() map[string]any {
	return map[string]any{"company": "Antriebstechnik Beispiel GmbH", "street": "Musterweg 4", "postcode": "20095", "city": "Hamburg", "country": "DE",
		"phone": "+49 40 000 000-0", "fax": "+49 40 000 000-9", "email": "kontakt@beispiel.example", "web": "www.beispiel.example",
		"particulars":    "Geschäftsführung: Ina Muster · Amtsgericht Hamburg, HRB 00000 · USt-IdNr. DE000000000 · Erfundene Bank, IBAN DE00 0000 0000 0000 0000 00",
		"signature_name": "Tom Erfunden", "signature_role": "Kundenbetreuung Nord", "owner_phone": "+49 40 000 000-12", "owner_email": "tom.erfunden@beispiel.example"}
}

const benchNotice = "Sie können der Verwendung Ihrer Daten für Werbung jederzeit widersprechen: eine kurze Nachricht an die Antriebstechnik Beispiel GmbH, Musterweg 4, 20095 Hamburg, oder an widerspruch@beispiel.example genügt."

// benchRecipient is what differs from letter to letter, in the order of its columns.
type benchRecipient struct {
	company, salutation, title, first, last, duty, street, postcode, town, number, since, lastOn, field string
	orders                                                                                              int
	net, saving                                                                                         int64 // minor units
}

// recipientNo makes up the recipient of piece i, from 1: the same on every machine.
func recipientNo(i int) benchRecipient {
	h, g := mix(uint64(i)), mix(uint64(i)^0x9E3779B97F4A7C15)
	r := benchRecipient{company: pick(benchNames, h, 0) + " " + pick(benchTrades, h, 8) + " " + strconv.Itoa(i) + " " + pick(benchForms, h, 16),
		salutation: []string{"Frau", "Herr"}[h>>20&1], title: pick(benchTitles, h, 24), last: pick(benchLasts, h, 32), duty: pick(benchDuties, h, 40),
		street: pick(benchStreets, h, 48) + " " + strconv.FormatUint(1+g%199, 10), postcode: pick(benchCodes, g, 8), town: pick(benchTowns, g, 16),
		number: fmt.Sprintf("K-%05d", 10000+i), since: fmt.Sprintf("20%02d-%02d-%02d", 5+g>>20%17, 1+g>>24%12, 1+g>>28%28),
		lastOn: fmt.Sprintf("2025-%02d-%02d", 1+g>>32%12, 1+g>>36%28), field: pick(benchFields, g, 40), orders: int(3 + g>>44%90)}
	women := []string{benchFirsts[0], benchFirsts[2], benchFirsts[4], benchFirsts[6]}
	men := []string{benchFirsts[1], benchFirsts[3], benchFirsts[5], benchFirsts[7]}
	r.first = pick(women, g, 50)
	if r.salutation == "Herr" {
		r.first = pick(men, g, 50)
	}
	r.net = int64(r.orders) * int64(20_000+h>>50%180_000)
	r.saving = r.net / int64(r.orders) / 20
	return r
}

// benchPiece is a piece as a batch holds it.
func benchPiece(i int) letter.Piece {
	r := recipientNo(i)
	id := fmt.Sprintf("pc_01jmessbrief%013d", i)
	money := func(minor int64) postlift.Money { return postlift.Money{Minor: minor, Currency: "EUR"} }
	title := r.title
	if title != "" {
		title += " "
	}
	return letter.Piece{ID: id, BatchID: benchBatch, Language: "de", Kind: "live", Seq: i, MatchCode: "000001 " + pad(i),
		TrackingURL: "https://" + benchHost + "/r/" + postlift.TrackingToken(benchSecret, id), Code: postlift.TypedCode(benchSecret, id),
		Address: []string{r.company, r.duty, r.salutation + " " + title + r.first + " " + r.last, r.street, r.postcode + " " + r.town},
		Merge: map[string]any{"date": benchDay, "objection_notice": benchNotice, "sender": benchSender(), "saving": money(r.saving),
			"contact":  map[string]any{"salutation": r.salutation, "title": r.title, "first_name": r.first, "last_name": r.last, "function": r.duty},
			"campaign": map[string]any{"name": "Messbrief", "offer": "5 % Nachlass auf Ihre nächste Bestellung", "offer_until": "2026-04-30", "landing_host": benchHost},
			"account": map[string]any{"name": r.company, "city": r.town, "country": "DE", "customer_no": r.number, "customer_since": r.since, "last_order_on": r.lastOn,
				"last_product_group": r.field, "order_count": r.orders, "total_net": money(r.net)}}}
}
