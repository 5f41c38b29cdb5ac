package tables

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"postlift"
	"postlift/accounts/csvfile"
)

// What the documents of a log are.
const (
	docUnknown = iota
	docOrder
	docCredit
	docCancellation
	docIgnored
)

// docWords name what documents are, as LogOptions.Types says it.
var docWords = map[string]int{"order": docOrder, "credit": docCredit, "cancellation": docCancellation, "ignore": docIgnored}

// wordOf is the word for what a document is.
func wordOf(kind int) string {
	for word, k := range docWords {
		if k == kind {
			return word
		}
	}
	return "unknown"
}

// documentTypes are the words by which systems call their documents, folded, and their codes.
var documentTypes = documentWords(map[int]string{
	docOrder: `order auftrag bestellung terminauftrag auftragsbestaetigung salesorder sale verkauf ta or
		invoice rechnung rechn rechng teilrechnung schlussrechnung abschlagsrechnung sammelrechnung ausgangsrechnung einzelrechnung
		barverkauf inv re rg ar au ab f2`,
	docCredit: `creditnote creditmemo credit refund return gutschrift gutschriften rechnungsgutschrift wertgutschrift
		gutschriftanforderung gutschriftsanforderung creditmemorequest rueckerstattung retoure ruecksendung rechnungskorrektur
		korrekturrechnung gs gu rk cn cr g2`,
	docCancellation: `cancellation cancelled canceled cancel storno stornierung stornorechnung rechnungsstorno storniert reversal void st sr s1`,
	docIgnored: `angebot offer quote quotation proforma proformarechnung lieferschein deliverynote anfrage inquiry mahnung reminder
		an ls pf`,
})

// ambiguousTypes are codes that mean something else in another system, with what they are besides.
var ambiguousTypes = map[string]string{
	"re": "a return in SAP", "ab": "an Auftragsbestätigung here, an Abschlag elsewhere", "ar": "an Ausgangsrechnung here", "au": "an Auftrag here",
	"st": "a Storno here", "gs": "a Gutschrift here", "gu": "a Gutschrift here", "an": "an Angebot here", "cr": "a credit request here",
	"sr": "a Stornorechnung here, a Schlussrechnung elsewhere", "rk": "a Rechnungskorrektur here",
}

func documentWords(lists map[int]string) map[string]int {
	out := map[string]int{}
	for kind, words := range lists {
		for _, word := range strings.Fields(words) {
			out[word] = kind
		}
	}
	return out
}

// TypeCount is how many rows bear one document type, and as what they were read.
type TypeCount struct {
	Code string `json:"code"`
	As   string `json:"as"` // order, credit, cancellation, ignore or unknown
	Rows int    `json:"rows"`
	// Doubt is not empty where another system means something else by the code.
	Doubt string `json:"doubt,omitempty"`
}

// doctypes reads the types of documents and counts them.
type doctypes struct {
	given map[string]int
	seen  map[string]*TypeCount // by the text in the file
}

// mostTypes bounds how many different types are counted one by one: a column of more holds no types.
const mostTypes = 1000

func newDoctypes(given map[string]string) (doctypes, error) {
	d := doctypes{given: map[string]int{}, seen: map[string]*TypeCount{}}
	for code, word := range given {
		kind, known := docWords[word]
		if !known || csvfile.Fold(code) == "" {
			return d, postlift.Faultf(postlift.Invalid, "clv.ReadOrders",
				"document type %q=%q: say what the code is: order, credit, cancellation or ignore, for example RE=order", code, word)
		}
		d.given[csvfile.Fold(code)] = kind
	}
	return d, nil
}

// kind reads a document's type; where a row has none, a negative amount or a reference makes it a credit.
func (d doctypes) kind(word string, value float64, refers string) int {
	if word != "" {
		return d.named(word)
	}
	if value < 0 || refers != "" {
		return docCredit
	}
	return docOrder
}

func (d doctypes) named(word string) int {
	if known := d.seen[word]; known != nil {
		known.Rows++
		return docWords[known.As]
	}
	folded := csvfile.Fold(word)
	kind, given := d.given[folded]
	doubt := ""
	if !given {
		kind, doubt = documentTypes[folded], ambiguousTypes[folded]
	}
	if len(d.seen) < mostTypes {
		word = strings.Clone(word)
		d.seen[word] = &TypeCount{Code: word, As: wordOf(kind), Rows: 1, Doubt: doubt}
	}
	return kind
}

// counted lists the types, the most frequent first.
func (d doctypes) counted() []TypeCount {
	var out []TypeCount
	for _, code := range slices.Sorted(maps.Keys(d.seen)) {
		out = append(out, *d.seen[code])
	}
	slices.SortStableFunc(out, func(a, b TypeCount) int { return cmp.Compare(b.Rows, a.Rows) })
	return out[:min(len(out), 20)]
}
