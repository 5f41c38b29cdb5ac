package main

import (
	"encoding/csv"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
)

// poison are rows that cannot be printed, by the rule that tells so.
func poison() map[int][2]string {
	pages := strings.Repeat("Ein Absatz, der nicht endet und immer weiter geht. ", 18_000) // some 900 kB
	return map[int][2]string{
		7:    {"address", `Firma ` + strings.Repeat("Gesellschaft", 25) + `,Herr,Otto Muster,Weg 1,42103,Wuppertal,de,,`}, // 300 characters
		400:  {"too_long", `Muster GmbH,Herr,Otto Muster,Weg 1,42103,Wuppertal,de,"` + pages + `",`},
		1234: {"unprintable", `Muster GmbH,Herr,Otto Muster 😀,Weg 1,42103,Wuppertal,de,,`},
		2500: {"picture", `Muster GmbH,Herr,Otto Muster,Weg 1,42103,Wuppertal,de,,missing.png`},
		3000: {"picture", `Muster GmbH,Herr,Otto Muster,Weg 1,42103,Wuppertal,de,,../../etc/passwd`},
		3001: {"format", `Muster GmbH,Herr,Otto Muster,Weg 1,4210,Wuppertal,de,,`},
		3002: {"language", `Muster GmbH,Herr,Otto Muster,Weg 1,42103,Wuppertal,fr,,`},
		4000: {"columns", `Muster GmbH,Herr,Otto Muster,Weg 1,42103,Wuppertal,de,,,one,too,many`},
		4999: {"unprintable", `Muster GmbH,Herr,Otto Muster,Weg 1,42103,Wuppertal,de,{{ 1 | panic }}` + "\x01\ue000" + `,`},
	}
}

// TestPoisonedRowsCostThemselvesOnly: of 5,000 rows exactly the poisoned ones are missing, each with its reason.
func TestPoisonedRowsCostThemselvesOnly(t *testing.T) {
	w := newRenderWorld(t)
	const n = 5000
	bad := poison()
	lines := strings.Split(strings.TrimSpace(manyRows(n)), "\n")
	for seq, p := range bad {
		lines[seq] = p[1]
	}
	w.write("r.csv", strings.Join(lines, "\n")+"\n")
	w.write("pictures/there.png", "no picture")
	doc := document(t, w.args("r.csv", "out", "--assets", w.path("pictures"), "--rejects", w.path("rejects.csv"))...)
	if doc["rows"] != float64(n) || doc["printed"] != float64(n-len(bad)) || doc["rejected"] != float64(len(bad)) {
		t.Errorf("rows %v, printed %v, rejected %v, want %d poisoned; %v", doc["rows"], doc["printed"], doc["rejected"], len(bad), doc["reasons"])
	}
	in, err := os.Open(w.path("rejects.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	rejects, err := csv.NewReader(in).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	told := map[string]string{}
	for _, r := range rejects[1:] {
		told[r[0]] = r[2]
		if r[4] == "" {
			t.Errorf("row %s has no reason", r[0])
		}
		if seq, err := strconv.Atoi(r[0]); err != nil || strings.TrimPrefix(r[5], "'") == "" || !strings.HasPrefix(bad[seq-1][1], r[5][:20]) {
			t.Errorf("row %s: the record is not the row: %.80q", r[0], r[5])
		}
	}
	for seq, p := range bad {
		row := fmt.Sprint(seq + 1) // the header is row 1
		if told[row] == "" || p[0] != "address" && told[row] != p[0] {
			t.Errorf("row %s: rule %q, want %q", row, told[row], p[0])
		}
	}
	printed := map[string]bool{}
	for _, row := range w.manifest("out") {
		printed[row["seq_no"]] = true
	}
	for seq := 1; seq <= n; seq++ {
		if _, poisoned := bad[seq]; printed[fmt.Sprint(seq)] == poisoned {
			t.Errorf("piece %d: printed %t, poisoned %t", seq, !poisoned, poisoned)
		}
	}
}

// TestNothingPrintedIsAFailure: exit code 2 and no folder.
func TestNothingPrintedIsAFailure(t *testing.T) {
	w := newRenderWorld(t)
	w.write("r.csv", "Firma,PLZ,Ort\nMuster GmbH,1,Wuppertal\n,,\n")
	code, _, errOut := call(t, w.args("r.csv", "out")...)
	if code != 2 || !strings.Contains(errOut, "none of 1 rows") {
		t.Errorf("exit code %d, %s", code, errOut)
	}
	if _, err := os.Stat(w.path("out")); !os.IsNotExist(err) {
		t.Errorf("a folder without letters: %v", err)
	}
}

// TestFaultsOfTheJobEndIt: what no row can put right is told once, with its remedy, and exit code 2.
func TestFaultsOfTheJobEndIt(t *testing.T) {
	w := newRenderWorld(t)
	w.write("r.csv", manyRows(60))
	w.write("fr.csv", strings.ReplaceAll(strings.ReplaceAll(manyRows(60), ",de,,", ",,,"), ",en,,", ",,,"))
	w.write("nowhere.csv", strings.ReplaceAll(manyRows(60), "PLZ", "Kürzel"))
	for name, c := range map[string]struct {
		want string
		args []string
	}{
		"an offer that nobody gives": {"--set campaign.offer=VALUE", append(w.args("r.csv", "out"), "--set", "campaign.offer=", "--set", "campaign.offer_de=", "--lang", "de")},
		"a language without a text":  {"de, en", append(w.args("fr.csv", "out"), "--lang", "fr")},
		"no postcodes":               {"postcode is missing", w.args("nowhere.csv", "out")},
		"no tracking addresses":      {"give --base-url", append(w.args("r.csv", "out"), "--base-url", "")},
	} {
		code, _, errOut := call(t, c.args...)
		if code != 2 || !strings.Contains(errOut, c.want) || !strings.Contains(errOut, "so would every row") || strings.Count(errOut, c.want) != 1 {
			t.Errorf("%s: exit code %d, %s", name, code, errOut)
		}
		if _, err := os.Stat(w.path("out")); !os.IsNotExist(err) {
			t.Errorf("%s: a folder was made: %v", name, err)
		}
	}
}

// TestManyBadRowsAreNotTheJobs: rows that can be corrected cost themselves only, however many come first.
func TestManyBadRowsAreNotTheJobs(t *testing.T) {
	w := newRenderWorld(t)
	lines := strings.SplitAfter(manyRows(60), "\n")
	for i := 1; i <= 40; i++ {
		lines[i] = strings.ReplaceAll(lines[i], "42103", "")
	}
	w.write("r.csv", strings.Join(lines, ""))
	doc := document(t, w.args("r.csv", "out")...)
	if doc["printed"] != float64(20) || doc["rejected"] != float64(40) {
		t.Errorf("printed %v, rejected %v", doc["printed"], doc["rejected"])
	}
}

// TestNotesOnRows: a second letter to the same label, and letters that got lost, are printed and told.
func TestNotesOnRows(t *testing.T) {
	w := newRenderWorld(t)
	row := func(firma, person, kind string) string {
		return firma + "," + person + ",Weg 1,d-42103,Wuppertal," + kind + "\n"
	}
	w.write("r.csv", "Firma,Ansprechpartner,Straße,PLZ,Ort,kind\n"+row("A & B GmbH", "Frau Ina Muster", "")+row("M?ller Werke AG", "Herr Otto Muster", "")+
		row("A & B GmbH", "Frau Ina Muster", "")+row("A & B GmbH", "Frau Ina Muster", "seed")+row("Was nun? GmbH", "", "")+row("BlÃ¶cke KG", "", "")+row("Fehler GmbH", "Herr 😀", ""))
	doc := document(t, w.args("r.csv", "out")...)
	warnings := fmt.Sprint(doc["warnings"])
	if doc["printed"] != float64(6) || !strings.Contains(warnings, "same_recipient:1") || !strings.Contains(warnings, "lost_letter:2") {
		t.Errorf("printed %v, warnings %v", doc["printed"], warnings)
	}
	notes := fmt.Sprint(doc["notes"])
	for _, want := range []string{"row 4: the recipient is that of row 2: A & B GmbH, Frau Ina Muster", `row 3: address_1: "M?ller Werke AG"`, "row 7: address_1:"} {
		if !strings.Contains(notes, want) {
			t.Errorf("the notes lack %q: %s", want, notes)
		}
	}
	if m := w.manifest("out"); m[0]["postcode"] != "42103" || m[0]["sort_zone"] != "42" {
		t.Errorf("postcode %q, sort zone %q", m[0]["postcode"], m[0]["sort_zone"])
	}
	ticket := w.read("out/ticket.json")
	if strings.Contains(ticket, `"approval"`) || !strings.Contains(ticket, "from 1 to 7: 1 number is missing") {
		t.Errorf("ticket %s", ticket)
	}
	must(t, append(w.args("r.csv", "out2"), "--batch", "A & B")...)
	if !strings.Contains(w.read("out2/ticket.json"), `"campaign": "A & B"`) {
		t.Error("the ticket's & is escaped")
	}
}
