package main

import (
	"encoding/csv"
	"fmt"
	"os"
	"strings"
	"testing"
)

// poison are rows that cannot be printed, by the rule that tells so.
func poison() map[int][2]string {
	pages := strings.Repeat("Ein Absatz, der nicht endet und immer weiter geht. ", 18_000) // some 900 kB
	return map[int][2]string{
		7:    {"address", `Firma ` + strings.Repeat("Gesellschaft", 25) + `,Herr,Otto Muster,Weg 1,42103,Wuppertal,de,,`}, // 300 characters
		400:  {"compose", `Muster GmbH,Herr,Otto Muster,Weg 1,42103,Wuppertal,de,"` + pages + `",`},
		1234: {"compose", `Muster GmbH,Herr,Otto Muster 😀,Weg 1,42103,Wuppertal,de,,`},
		2500: {"compose", `Muster GmbH,Herr,Otto Muster,Weg 1,42103,Wuppertal,de,,missing.png`},
		3000: {"compose", `Muster GmbH,Herr,Otto Muster,Weg 1,42103,Wuppertal,de,,../../etc/passwd`},
		3001: {"format", `Muster GmbH,Herr,Otto Muster,Weg 1,4210,Wuppertal,de,,`},
		3002: {"language", `Muster GmbH,Herr,Otto Muster,Weg 1,42103,Wuppertal,fr,,`},
		4000: {"columns", `Muster GmbH,Herr,Otto Muster,Weg 1,42103,Wuppertal,de,,,one,too,many`},
		4999: {"compose", `Muster GmbH,Herr,Otto Muster,Weg 1,42103,Wuppertal,de,{{ 1 | panic }}` + "\x01\ue000" + `,`},
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
