package letter

import (
	"strings"
	"testing"

	"postlift/mailers/sheet"
)

// TestLongSenderNameTakesLines: a company's name cannot be shortened at will.
func TestLongSenderNameTakesLines(t *testing.T) {
	c := compiled(t, "reference")
	p := loadPiece(t, "de")
	name := "Gebrüder Beispiel Präzisionswerkzeug- und Vorrichtungsbau Beteiligungsgesellschaft für Erfundenes mbH & Co. KG"
	group(p, "sender")["company"], group(p, "sender")["return_line"] = name, "Gebrüder Beispiel"
	plan, err := c.Compose(p)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	plan.Pages[0].All(func(op sheet.Op) {
		if op.Kind == sheet.OpText && op.Style == sheet.Bold && strings.Contains(name, op.Text) && op.Y < 45_000 {
			lines = append(lines, op.Text)
		}
	})
	if len(lines) < 2 || strings.Join(lines, " ") != name {
		t.Errorf("%q", lines)
	}
}
