package typeset

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"

	"postlift/mailers/sheet"
	"postlift/templates"
)

// The shipped fonts; that these are the files is checked by the test of templates.
var shipped = [sheet.Styles]sheet.FontRef{
	{File: "SourceSans3-Regular.ttf", SHA256: "4644c81b86ec9caaa76b634889968ed3c4f4f52f054855933acc7c2b21e53b0f"},
	{File: "SourceSans3-Bold.ttf", SHA256: "9214b9d95e4231c609802815c2646c98174e2102d0d37f88978a7f8e71006e6a"},
	{File: "SourceSans3-It.ttf", SHA256: "192afd78f0f54a3c69eaf02d43f4d9a821e9d6110e41d3d25d61a7385cd580e4"},
	{File: "SourceSans3-BoldIt.ttf", SHA256: "7978291fc1bf314db887e0366853b33c5cf2e964c7b95cfb9ce403a6ec46a842"},
	{File: "SourceSans3-Regular.ttf", SHA256: "4644c81b86ec9caaa76b634889968ed3c4f4f52f054855933acc7c2b21e53b0f"},
}

var shippedFamily = sync.OnceValues(func() (f Family, err error) {
	for i, ref := range shipped {
		if f[i], err = LoadFace(templates.Fonts(), ref); err != nil {
			return f, err
		}
	}
	return f, nil
})

func family(t testing.TB) Family {
	t.Helper()
	f, err := shippedFamily()
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// plain is a paragraph in the regular style.
func plain(s string) [][]Span { return [][]Span{{{Text: s}}} }

// texts is set lines as readable text: runs that touch are joined, others parted by a blank.
func texts(lines []Line) string {
	var out []string
	for _, l := range lines {
		var b strings.Builder
		right := 0
		for i, r := range l.Runs {
			if i > 0 && r.X-right > 300 {
				b.WriteByte(' ')
			}
			b.WriteString(r.Text)
			right = r.X + r.W
		}
		out = append(out, b.String())
	}
	return strings.Join(out, "\n")
}

// measured checks that a run's width is what its glyphs and shifts add up to, and its shifts' number.
func measured(f Family, r Run, size int) error {
	n := utf8.RuneCountInString(r.Text)
	if r.Shift != nil && len(r.Shift) != n-1 {
		return fmt.Errorf("run %q has %d shifts for %d runes", r.Text, len(r.Shift), n)
	}
	w := 0
	for _, c := range r.Text {
		w += f[r.Style].advance(c)
	}
	for _, s := range r.Shift {
		w += int(s)
	}
	if got := micrometres(w, size); got != r.W {
		return fmt.Errorf("run %q is %d µm wide, its glyphs and shifts %d", r.Text, r.W, got)
	}
	return nil
}

const germanLetter = `Sehr geehrte Frau Dr. Musterfrau, seit mehr als zehn Jahren arbeiten unsere Unternehmen vertrauensvoll zusammen, und in dieser Zeit haben sich Ihre Anforderungen an Ersatzteile, Wartungsverträge und Bereitstellungszeiten spürbar verändert. Mit Ihrer letzten Bestellung vom 12. März haben Sie uns gezeigt, dass Verlässlichkeit in der Lieferkette für Sie an erster Stelle steht. Deshalb möchten wir Ihnen heute eine Rahmenvereinbarung vorschlagen, die Preisstabilität und Verfügbarkeit miteinander verbindet. Sie erhalten für die kommenden vierundzwanzig Monate garantierte Konditionen, eine persönliche Ansprechpartnerin und die Möglichkeit, Liefertermine bis drei Werktage vor dem Versand kostenlos zu verschieben. Darüber hinaus übernehmen wir die vorbeugende Instandhaltung der Fräsmaschinen an Ihren beiden Standorten, einschließlich aller Verschleißteile und der Dokumentation für Ihre Qualitätssicherung. Unsere Fachleute beraten Sie gern vor Ort, welche Ausstattung für Ihre Fertigungslinien wirtschaftlich sinnvoll ist und wo sich Investitionen aufschieben lassen. Das Angebot gilt bis zum Ende des Quartals; danach müssen wir die Kapazitäten anderweitig verplanen. Scannen Sie einfach den Code auf der Rückseite oder besuchen Sie www.beispiel-maschinenbau.example, um einen Termin zu vereinbaren. Dort finden Sie auch die ausführliche Leistungsbeschreibung, Referenzen aus Ihrer Branche und eine Beispielrechnung, die zeigt, wie sich die Vereinbarung bereits im ersten Jahr bezahlt macht. Gern rufe ich Sie in der kommenden Woche an, um Ihre Fragen zu besprechen. Bis dahin danke ich Ihnen für das Vertrauen, das Sie uns über so viele Jahre entgegengebracht haben, und verbleibe mit den besten Grüßen aus Musterstadt. Für Rückfragen erreichen Sie mich unter der angegebenen Durchwahl an allen Werktagen.`
