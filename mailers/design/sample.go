package design

import (
	"maps"
	"strings"

	"postlift"
	"postlift/mailers/merge"
)

// SampleCase is an invented recipient for previews and checks.
type SampleCase struct {
	Name        string // present, absent or extreme
	Language    string
	Address     []string // label lines
	TrackingURL string
	Code        string // typed code as stored, ungrouped
	MatchCode   string
	Merge       map[string]any
}

// Samples are three invented recipients in a language: with every optional value, with none, and with extreme ones
// (the longest names, umlauts, product names of 300 characters, large amounts). The maps are the caller's.
func (d *Design) Samples(lang string) []SampleCase {
	return []SampleCase{d.present(lang), d.absent(lang), d.extreme(lang)}
}

// Sample is the recipient with every optional value.
func (d *Design) Sample(lang string) map[string]any { return d.present(lang).Merge }

func (d *Design) present(lang string) SampleCase {
	c := newCase("present", lang)
	c.Merge = d.sampleData(lang)
	c.Address = words(lang, "Erfundene Blechwerke GmbH & Co. KG|Leitung Einkauf|Frau Dr. Änne Süßkind|Lange Straße 12a|42103 Wuppertal",
		"Invented Sheet Metal Ltd|Purchasing|Dr Anna Sample|12a Long Street|WUPPERTON|WX1 2YZ")
	return c
}

// absent has only what every letter prints.
func (d *Design) absent(lang string) SampleCase {
	c := newCase("absent", lang)
	all := d.sampleData(lang)
	c.Merge = map[string]any{}
	take := func(names ...string) {
		for _, name := range names {
			if v := get(all, name); v != nil {
				put(c.Merge, name, v)
			}
		}
	}
	take("date", "salutation", "sender.company", "sender.street", "sender.postcode", "sender.city", "sender.particulars", "sender.signature_name")
	for _, b := range d.spec.Blocks {
		if b.Kind == "datamatrix" && b.If == "" {
			take(b.Variable)
		}
	}
	for range 3 { // a value that is there may open a branch that asks for another
		for _, s := range d.texts[lang] {
			if lacks, err := s.Text.Lacks(merge.NewData(c.Merge)); err == nil {
				take(lacks...)
			}
		}
	}
	c.Address = words(lang, "Erfundene Blechwerke|Postfach 10 00 01|42001 Wuppertal", "Invented Sheet Metal|WUPPERTON|WX1 2YZ")
	return c
}

// extreme has what is as long and large as customer files really hold it.
func (d *Design) extreme(lang string) SampleCase {
	c := newCase("extreme", lang)
	c.Merge = d.sampleData(lang)
	long := map[string]string{
		"account.name":          "Vereinigte Erfundene Präzisionswerkzeugmaschinenbaugesellschaft Oberschwaben-Allgäu mbH & Co. KG",
		"contact.last_name":     "Freifrau von Überlingen-Großmühlhausen",
		"contact.first_name":    "Änne-Jürgengarda Sölvi",
		"contact.title":         "Prof. Dr. Dr.-Ing. habil.",
		"account.city":          "Öhningen-Überlingen am Großen Erfundenen Mühlenweiher",
		"sender.signature_name": "Dr. Maximiliane-Franziska Erfundenberg-Süßkindhausen",
		"sender.signature_role": "Leitung Vertrieb Antriebstechnik Süd, Österreich und deutschsprachige Schweiz",
		"campaign.offer":        words(lang, "12,5 % Nachlass auf Ihre nächste Bestellung aus allen Produktbereichen", "12.5% off your next order from every one of our product lines")[0],
	}
	for _, name := range sorted(long) {
		put(c.Merge, name, long[name])
	}
	delete(c.Merge, "salutation") // made of the long name
	big := map[string]any{"minor": int64(123_456_789_012), "currency": "EUR"}
	for _, name := range []string{"account.total_net", "contract.annual_net", "order.net"} {
		put(c.Merge, name, big)
	}
	product := strings.TrimSpace(strings.Repeat("Stirnradgetriebemotor für höchste Ansprüche, ", 7))[:300]
	for _, at := range [][2]string{{"contract", "lines"}, {"", "orders"}} {
		c.Merge = extremeLines(c.Merge, at[0], at[1], product, big)
	}
	c.Address = words(lang, "Vereinigte Erfundene Präzisionswerkzeug-|maschinenbau Oberschwaben mbH & Co. KG|Frau Prof. Dr. Änne-Jürgengarda Großmühl|Gebäude 12, Aufgang C, 3. Obergeschoss|Südliche Münchner-Freiheit-Straße 123a|88999 Öhningen-Überlingen am Großweiher",
		"United Invented Precision Machine Tools|Manufacturing Company (Holdings) Limited|Professor Maximiliana Featherstonehaugh|Building 12, Staircase C, Third Floor|123a Southern Great Invented Street|WUPPERTON-UNDER-EDGE WX1 2YZ")
	return c
}

// extremeLines makes 24 long positions of the sample's list.
func extremeLines(data map[string]any, group, field, product string, big map[string]any) map[string]any {
	name := strings.TrimPrefix(group+"."+field, ".")
	rows, _ := get(data, name).([]any)
	var out []any
	for i := 0; len(rows) > 0 && i < 24; i++ {
		row := maps.Clone(rows[i%len(rows)].(map[string]any))
		for _, key := range []string{"name", "product_group"} {
			if i == 0 && row[key] != nil {
				row[key] = product
			}
		}
		for _, key := range []string{"net", "unit_price"} {
			if i == 1 && row[key] != nil {
				row[key] = big
			}
		}
		if row["position"] != nil {
			row["position"] = i + 1
		}
		out = append(out, row)
	}
	put(data, name, out)
	return data
}

func newCase(name, lang string) SampleCase {
	return SampleCase{Name: name, Language: lang, TrackingURL: "https://antwort.example/r/WAEX9QEPTZVKWWQ89HJYD43WHK", Code: "BJ7KEFQN4XN", MatchCode: "SAMPLE-000001"}
}

// sampleData fills every built-in name and the design's own.
func (d *Design) sampleData(lang string) map[string]any {
	out := builtinSample(lang)
	for _, name := range sorted(d.spec.Variables) {
		v := d.spec.Variables[name]
		kind, _ := kindOf(v)
		if kind == merge.List {
			rows, err := rowsOf(v, v.Sample.In(lang))
			if err != nil || len(rows) == 0 {
				rows = inventedRows(v, lang)
			}
			put(out, name, rows)
			continue
		}
		value, err := scalarOf(kind, v.Sample.In(lang))
		if v.Sample.In(lang) == "" || err != nil {
			value = invented(kind, or(v.Label[lang], name), lang)
		}
		put(out, name, value)
	}
	return out
}

// invented is a value of a kind for a variable that its design gives no sample.
func invented(kind merge.Kind, label, lang string) any {
	switch kind {
	case merge.Day:
		return "2026-03-31"
	case merge.Number:
		return 12
	case merge.Amount:
		return euros(123_450)
	case merge.Image:
		return ""
	}
	return label + words(lang, " (Muster)", " (sample)")[0]
}

func inventedRows(v Variable, lang string) []any {
	var out []any
	for range 3 {
		row := map[string]any{}
		for _, f := range sorted(v.Fields) {
			kind, _ := merge.KindNamed(v.Fields[f])
			row[f] = invented(kind, f, lang)
		}
		out = append(out, row)
	}
	return out
}

// words are the parts of the German or English text, cut at bars.
func words(lang, de, en string) []string {
	if strings.HasPrefix(lang, "de") {
		return strings.Split(de, "|")
	}
	return strings.Split(en, "|")
}

func euros(minor int64) map[string]any {
	return map[string]any{"minor": minor, "currency": "EUR"}
}

// put sets a dotted name of one or two parts.
func put(data map[string]any, name string, v any) {
	group, field, dotted := strings.Cut(name, ".")
	if !dotted {
		data[name] = v
		return
	}
	m, _ := data[group].(map[string]any)
	if m == nil {
		m = map[string]any{}
		data[group] = m
	}
	m[field] = v
}

// get finds a dotted name of one or two parts.
func get(data map[string]any, name string) any {
	group, field, dotted := strings.Cut(name, ".")
	if !dotted {
		return data[name]
	}
	m, _ := data[group].(map[string]any)
	return m[field]
}

// day adds days to the sample's date.
func day(plus int) string { return postlift.NewDate(2026, 3, 2).AddDays(plus).String() }
