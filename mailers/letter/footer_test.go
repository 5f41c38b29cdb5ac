package letter

import (
	"strings"
	"testing"

	"postlift/mailers/sheet"
)

// footerOf is the words of a piece's footer, line by line, and the bottom of its lowest line.
func footerOf(p sheet.Plan) (words string, bottom int) {
	p.Pages[0].All(func(op sheet.Op) {
		if op.Kind == sheet.OpText && op.Part == sheet.PartFooter {
			words += op.Text + "\n"
			bottom = max(bottom, op.Y)
		}
	})
	return words, bottom
}

// A GmbH & Co. KG names its seat and register, its general partner with theirs, its managers and its tax number. All
// of it is printed, within the footer's place and the sheet's width.
func TestFooterOfAKG(t *testing.T) {
	c := compiled(t, "reference")
	particulars := "Sitz Beispielstadt, Amtsgericht Beispielstadt, HRA 00000 · Persönlich haftende Gesellschafterin: Erfundene Antriebstechnik Verwaltungs GmbH, Sitz Beispielstadt · " +
		"Amtsgericht Beispielstadt, HRB 00000 · Geschäftsführung: Dipl.-Ing. Ina Muster (Vorsitz), Dr. Tom Erfunden, Änne Süßkind · USt-IdNr. DE000000000 · Steuernummer 00/000/00000"
	for name, more := range map[string]string{
		"six lines":   "",
		"with a bank": " · Erfundene Bank, IBAN DE00 0000 0000 0000 0000 00 · Gläubiger-Identifikationsnummer DE00ZZZ00000000000",
	} {
		p := loadPiece(t, "de")
		group(p, "sender")["company"] = "Erfundene Antriebstechnik GmbH & Co. KG"
		group(p, "sender")["particulars"] = particulars + more
		plan, err := c.Compose(p)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		words, bottom := footerOf(plan)
		flat := strings.ReplaceAll(words, "\n", " ")
		for part := range strings.SplitSeq(particulars+more, " · ") {
			if !strings.Contains(flat, part) {
				t.Errorf("%s: %q is missing in\n%s", name, part, words)
			}
		}
		l := c.Design().Layout().Footer
		if bottom > l.Y+l.H {
			t.Errorf("%s: the lowest line stands at %s, the footer ends at %s", name, sheet.MM(bottom), sheet.MM(l.Y+l.H))
		}
		noCrossing(t, name, plan)
	}
}

// noCrossing asserts that no two texts of the footer overlap and none leaves its width.
func noCrossing(t *testing.T, name string, plan sheet.Plan) {
	t.Helper()
	var ops []sheet.Op
	plan.Pages[0].All(func(op sheet.Op) {
		if op.Kind == sheet.OpText && op.Part == sheet.PartFooter {
			ops = append(ops, op)
		}
	})
	for i, a := range ops {
		if a.X+a.W > 190_000 {
			t.Errorf("%s: %q ends at %s", name, a.Text, sheet.MM(a.X+a.W))
		}
		for _, b := range ops[i+1:] {
			if a.Y == b.Y && a.X < b.X+b.W && b.X < a.X+a.W {
				t.Errorf("%s: %q and %q overlap", name, a.Text, b.Text)
			}
		}
	}
}
