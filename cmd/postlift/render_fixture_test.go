package main

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// testDesign is a letter with a list, a picture per recipient and a guarded text; it is small, so that thousands are
// quick, and its own, so that no shipped design's change moves the tests.
const testDesign = `name: probe
version: 1
title: {de: Probe, en: Probe}
class: advertising
format: A4
layout: din5008-b
envelope: DL
max_pages: 3
fonts:
  regular: {file: SourceSans3-Regular.ttf, sha256: 4644c81b86ec9caaa76b634889968ed3c4f4f52f054855933acc7c2b21e53b0f}
  bold: {file: SourceSans3-Bold.ttf, sha256: 9214b9d95e4231c609802815c2646c98174e2102d0d37f88978a7f8e71006e6a}
  italic: {file: SourceSans3-It.ttf, sha256: 192afd78f0f54a3c69eaf02d43f4d9a821e9d6110e41d3d25d61a7385cd580e4}
body: {size: 10, leading: 13.4, align: justified}
colours:
  accent: {c: 95, m: 55, y: 25, k: 15}
  tint: {c: 8, m: 3, y: 2, k: 0}
variables:
  remark: {type: text, sample: Eine Bemerkung}
  site.photo: {type: image}
blocks:
  - {kind: image, variable: site.photo, if: site.photo, page: first, x: 150, y: 20, w: 20, h: 15}
  - {kind: qr, page: first, x: 165, y: 240, w: 25, h: 25}
texts: {de: de.txt, en: en.txt}
`

const testTextDE = `@subject
{{ campaign.offer }} für {{ account.name }}

@body
{{ salutation }}

Ihr Umsatz war {% if account.total_net %}{{ account.total_net | money }}{% else %}noch nicht da{% endif %}. Ihr Code ist {{ code }}.

{% if remark %}{{ remark }}{% endif %}

{% if orders %}| Nummer | Netto |
|:--|--:|
{% for o in orders %}| {{ o.number }} | {{ o.net | money }} |
{% endfor %}{% endif %}

@signature
Mit freundlichen Grüßen

@notice
{{ objection_notice }}
`

const testTextEN = `@subject
{{ campaign.offer }} for {{ account.name }}

@body
{{ salutation }}

Your code is {{ code }}.

{% if remark %}{{ remark }}{% endif %}

@signature
Kind regards

@notice
{{ objection_notice }}
`

const testSender = `company: Absender Beispiel GmbH
street: Musterweg 4
postcode: "20095"
city: Hamburg
country: Deutschland
phone: "+49 40 000 000-0"
particulars: {de: "Geschäftsführung: Ina Muster", en: "Managing director: Ina Muster"}
signature_name: Ina Muster
`

// renderWorld is a folder with a design, a sender and what else a test puts into it.
type renderWorld struct {
	t   *testing.T
	dir string
}

func newRenderWorld(t *testing.T) *renderWorld {
	t.Helper()
	w := &renderWorld{t, t.TempDir()}
	for name, text := range map[string]string{"probe/design.yaml": testDesign, "probe/de.txt": testTextDE, "probe/en.txt": testTextEN, "sender.yaml": testSender} {
		w.write(name, text)
	}
	return w
}

func (w *renderWorld) path(name string) string { return filepath.Join(w.dir, filepath.FromSlash(name)) }

func (w *renderWorld) write(name, text string) string {
	w.t.Helper()
	if err := os.MkdirAll(filepath.Dir(w.path(name)), 0o750); err != nil {
		w.t.Fatal(err)
	}
	write(w.t, w.path(name), text)
	return w.path(name)
}

func (w *renderWorld) read(name string) string {
	w.t.Helper()
	raw, err := os.ReadFile(w.path(name))
	if err != nil {
		w.t.Fatal(err)
	}
	return string(raw)
}

// args are those of rendering a file's recipients into a folder.
func (w *renderWorld) args(data, out string, more ...string) []string {
	return append([]string{"render", "--design", w.path("probe"), "--data", w.path(data), "--out", w.path(out), "--sender", w.path("sender.yaml"),
		"--base-url", "https://reply.beispiel.example/", "--set", "campaign.offer=5 percent off", "--set", "campaign.offer_de=5 % Nachlass", "--date", "2026-03-02", "--batch", "spring"}, more...)
}

// manifest reads a batch's manifest, a map for each line.
func (w *renderWorld) manifest(out string) []map[string]string {
	w.t.Helper()
	lines, err := csv.NewReader(strings.NewReader(w.read(out + "/manifest.csv"))).ReadAll()
	if err != nil || len(lines) == 0 {
		w.t.Fatalf("manifest: %v, %d lines", err, len(lines))
	}
	var rows []map[string]string
	for _, line := range lines[1:] {
		row := map[string]string{}
		for i, name := range lines[0] {
			row[name] = line[i]
		}
		rows = append(rows, row)
	}
	return rows
}

// recipients is a table in German as spreadsheets write it.
const recipients = `Kundennummer;Firma;Anrede;Titel;Vorname;Nachname;Funktion;Straße;Hausnummer;PLZ;Ort;Land;Sprache;account.total_net;orders.1.number;orders.1.net;orders.2.number;orders.2.net;Bemerkungen
K-1;Erfundene Blechwerke GmbH;Frau;Dr.;Änne;Süßkind;Leitung Einkauf;Lange Straße;12a;42103;Wuppertal;Deutschland;de;1.234,50;A-1;10,00;A-2;20,50;egal
K-2;Invented Sheet Metal Ltd;Ms;;Anna;Sample;;1 Long Street;;EC1Y 8SY;London;GB;english;99,00;;;;;
K-3;Wiener Muster AG;Herr;;Otto;Beispiel;;Ring 1;;1010;Wien;Österreich;;;;;;;
`
