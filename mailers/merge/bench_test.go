package merge

import "testing"

// reference is a letter's texts: about 250 words and 20 values.
var reference = []string{
	"{{ campaign.offer }} – reserviert für {{ account.name }}",
	`{{ salutation }}

{% if account.last_order_on %}im {{ account.last_order_on | date: "month" }} haben Sie zuletzt bei uns bestellt{% if account.last_product_group %}, damals aus unserem Bereich {{ account.last_product_group }}{% endif %}. Seitdem ist es still geworden.{% else %}es ist eine Weile her, dass wir zuletzt für Sie arbeiten durften.{% endif %} Vielleicht hat sich Ihr Bedarf verändert. Vielleicht hat auch etwas nicht so geklappt, wie Sie es {% if account.customer_since %}seit {{ account.customer_since | date: "year" }} {% endif %}von uns erwarten dürfen. In beiden Fällen wüsste ich es gern – und möchte Ihnen den nächsten Schritt leicht machen.

Für Ihre nächste Bestellung haben wir deshalb reserviert: **{{ campaign.offer }}**{% if campaign.offer_until %}, gültig bis zum **{{ campaign.offer_until | date: "long" }}**{% endif %}. Ihr Umsatz von {{ account.total_net | money }} in {{ account.order_count | number }} {{ account.order_count | plural: "Bestellung", "Bestellungen" }} verdient es. Was Sie davon haben:

- **Sie fangen nicht von vorn an.** Ihre Artikel, Anschriften und Ansprechpartner liegen uns vor; eine kurze Nachricht genügt.
- **Sie sprechen mit einer Person, nicht mit einer Warteschleife.** {% if sender.owner_phone %}Meine Durchwahl ist {{ sender.owner_phone }}.{% else %}Unsere Kontaktdaten finden Sie oben rechts.{% endif %}
- **Sie bleiben frei.** Das Angebot gilt für eine einzelne Bestellung; alles Weitere entscheiden Sie danach.

{% for o in orders %}
- {{ o.number }} vom {{ o.date | date }} über {{ o.net | money }}
{% endfor %}`,
	"## In einer Minute eingelöst\nScannen Sie den Code mit Ihrem Smartphone{% if campaign.landing_host %}: Er führt Sie zu {{ campaign.landing_host }}{% endif %}. Oder nennen Sie uns bei Ihrer Bestellung einfach diesen persönlichen Code:\n\n{{ code }}",
	"Mit freundlichen Grüßen",
	"**PS:** Ihr Angebot liegt für {{ account.name }} bereit: {{ campaign.offer }}. Passt etwas nicht mehr? Dann sagen Sie mir das bitte genauso offen.",
	"{{ objection_notice }}",
}

func letterTexts(b *testing.B) ([]*Text, map[string]any) {
	var texts []*Text
	for _, s := range reference {
		texts = append(texts, compileText(b, s, "de"))
	}
	data := sampleData()
	a := data["account"].(map[string]any)
	a["customer_since"], a["last_product_group"] = "2017-05-01", "Kupplungen"
	data["sender"].(map[string]any)["owner_phone"] = "+49 40 000 000-12"
	data["campaign"].(map[string]any)["offer_until"] = "2026-04-30"
	return texts, data
}

// BenchmarkMerge merges and splits a whole letter: 24 values.
func BenchmarkMerge(b *testing.B) {
	texts, data := letterTexts(b)
	b.ReportAllocs()
	for b.Loop() {
		d := NewData(data)
		for _, t := range texts {
			s, err := t.Render(d)
			if err != nil {
				b.Fatal(err)
			}
			SplitBlocks(s)
		}
	}
}

// BenchmarkParse reads the markup of all blocks of a letter: what a cache by source saves.
func BenchmarkParse(b *testing.B) {
	texts, data := letterTexts(b)
	var raws []Raw
	d := NewData(data)
	for _, t := range texts {
		s, err := t.Render(d)
		if err != nil {
			b.Fatal(err)
		}
		raws = append(raws, SplitBlocks(s)...)
	}
	b.ReportAllocs()
	for b.Loop() {
		for _, r := range raws {
			if _, err := r.Parse(); err != nil {
				b.Fatal(err)
			}
		}
	}
}
