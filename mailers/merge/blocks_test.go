package merge

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"postlift/mailers/typeset"
)

// show writes blocks as readable text: kind, then lines with their styles.
func show(blocks []Block) string {
	var b strings.Builder
	for _, bl := range blocks {
		fmt.Fprintf(&b, "%s%d", bl.Kind, bl.Level)
		if bl.Number > 0 {
			fmt.Fprintf(&b, " no %d", bl.Number)
		}
		if bl.Personal {
			b.WriteString(" personal")
		}
		b.WriteString(":")
		for _, l := range bl.Lines {
			b.WriteString(" " + showSpans(l) + "/")
		}
		if t := bl.Table; t != nil {
			fmt.Fprintf(&b, " %v", t.Align)
			for _, rows := range [][][][]typeset.Span{t.Head, t.Rows} {
				for _, row := range rows {
					for _, cell := range row {
						b.WriteString(" " + showSpans(cell))
					}
					b.WriteString(" /")
				}
				b.WriteString(" //")
			}
			fmt.Fprintf(&b, " foot %d", t.Foot)
		}
		b.WriteString("\n")
	}
	return b.String()
}

func showSpans(spans []typeset.Span) string {
	var b strings.Builder
	for _, s := range spans {
		fmt.Fprintf(&b, "%s(%s)", map[string]string{"regular": "", "bold": "b", "italic": "i", "bold italic": "bi"}[s.Style.String()], s.Text)
	}
	return b.String()
}

func TestBlocks(t *testing.T) {
	for source, want := range map[string]string{
		"eins\nzwei\n\ndrei":                       "paragraph1: (eins zwei)/\nparagraph1: (drei)/\n",
		"eins\\\nzwei":                             "paragraph1: (eins)/ (zwei)/\n",
		"**fett *beides*** *kursiv* ***a***":       "paragraph1: b(fett )bi(beides)( )i(kursiv)( )bi(a)/\n",
		"**über\nZeilen** \\*Stern 5 * 3":          "paragraph1: b(über Zeilen)( *Stern 5 * 3)/\n",
		"- a\n- b\n  - c\n  weiter\n- d":           "bullet1: (a)/\nbullet1: (b)/\nbullet2: (c weiter)/\nbullet1: (d)/\n",
		"1. a\n2. b\n  - x\n7. c\n\nPause\n\n5. d": "numbered1 no 1: (a)/\nnumbered1 no 2: (b)/\nbullet2: (x)/\nnumbered1 no 3: (c)/\nparagraph1: (Pause)/\nnumbered1 no 5: (d)/\n",
		"1. a\n  1. b\n  1. c\n1. d\n  1. e":       "numbered1 no 1: (a)/\nnumbered2 no 1: (b)/\nnumbered2 no 2: (c)/\nnumbered1 no 2: (d)/\nnumbered2 no 1: (e)/\n",
		"am\n1. Januar":                            "paragraph1: (am 1. Januar)/\n",
		"1\\. Januar":                              "paragraph1: (1. Januar)/\n",
		"## Kopf\nText\n### Klein":                 "heading1: (Kopf)/\nparagraph1: (Text)/\nheading2: (Klein)/\n",
		"Text\n---\n[ ] ja\n- [ ] nein":            "paragraph1: (Text)/\nrule1:\ncheckbox1: (ja)/\ncheckbox1: (nein)/\n",
		"Name: ____\nOrt: ____ Datum: ______":      "fill-in1: (Name:)/\nfill-in1: (Ort:)/ (Datum:)/\n",
		"____":                                     "fill-in1: /\n",
		"| a | **b** |\n| :-- | --: |\n| 1 | x \\| y |\n| === | === |\n| Summe | 3 |": "table1: [0 2] (a) b(b) / // (1) (x | y) / (Summe) (3) / // foot 1\n",
		"| --- | :-: |\n| 1 | |": "table1: [0 3] // (1)  / // foot 0\n",
	} {
		blocks, err := Blocks(source)
		if err != nil || show(blocks) != want {
			t.Errorf("%q:\n%s%v\nwant\n%s", source, show(blocks), err, want)
		}
	}
}

// A value is text, whatever marks it holds and wherever it stands.
func TestValuesAreNoMarkup(t *testing.T) {
	for _, name := range []string{"*Stern* & **Söhne**", "- Strich", "## Raute", `Back\slash\`, "{{ code }}", "@notice", "a | b", "1. FC", "---", "____", "[ ] x", "===", "| x |", "A____B"} {
		data := sampleData()
		data["account"].(map[string]any)["name"] = name
		for source, want := range map[string]string{
			"{{ account.name }}":                               "paragraph1 personal: (" + name + ")/\n",
			"- {{ account.name }}":                             "bullet1 personal: (" + name + ")/\n",
			"**{{ account.name }}**":                           "paragraph1 personal: b(" + name + ")/\n",
			"a {{ account.name }}\nb":                          "paragraph1 personal: (a " + name + " b)/\n",
			"{{ account.name }}: ____ x\\_____":                "fill-in1 personal: (" + name + ":)/ (x_)/\n",
			"| x | y |\n|---|---|\n| {{ account.name }} | 1 |": "table1 personal: [0 0] (x) (y) / // (" + name + ") (1) / // foot 0\n",
		} {
			merged, err := compileText(t, source, "de").Render(NewData(data))
			if err != nil {
				t.Fatal(err)
			}
			blocks, err := Blocks(merged)
			if err != nil || show(blocks) != want {
				t.Errorf("%s with %q: %s%v\nwant %s", source, name, show(blocks), err, want)
			}
		}
	}
}

// What many recipients have is no personal value: its block can be shared.
func TestPersonal(t *testing.T) {
	for source, want := range map[string]bool{
		"{{ campaign.offer }} {{ sender.company }} {{ date | date }}": false,
		"{{ account.name }}": true,
		"{{ code }}":         true,
		"{{ campaign.offer | append: account.name }}":     true,
		"{% if account.name %}fest{% endif %}":            false,
		"{% assign x = campaign.offer %}{{ x }}":          true,
		"{% for o in orders %}{{ o.number }}{% endfor %}": true,
	} {
		merged, err := compileText(t, source, "de").Render(NewData(sampleData()))
		if err != nil {
			t.Fatal(err)
		}
		if got := SplitBlocks(merged)[0].Personal; got != want {
			t.Errorf("%s: personal %v", source, got)
		}
	}
}

// A table of a contract's lines, as a text has it.
func TestTableInLoop(t *testing.T) {
	source := `| Pos. | Leistung | Netto |
| --: | :-- | --: |
{% for o in orders %}
| {{ forloop.index }} | {{ o.number }} | {{ o.net | money }} |
{% endfor %}
| === | === | === |
| | Summe | {{ orders | sum: "net" | money }} |`
	merged, err := compileText(t, source, "de").Render(NewData(sampleData()))
	if err != nil {
		t.Fatal(err)
	}
	blocks, err := Blocks(merged)
	want := "table1 personal: [2 0 2] (Pos.) (Leistung) (Netto) / // (1) (A-1) (1.234,56\u00a0€) / (2) (A-2) (−0,50\u00a0€) /  (Summe) (1.234,06\u00a0€) / // foot 1\n"
	if err != nil || show(blocks) != want {
		t.Errorf("%s%v\nwant %s", show(blocks), err, want)
	}
}

// Equal sources are equal blocks, and no character of a plain text is lost.
func TestBlocksKeepText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SliceOfN(rapid.StringMatching(`[A-Za-zÄöü0-9.,;|-]{1,9}`), 1, 30).Draw(t, "words")
		source := "x" + strings.Join(words, " ")
		blocks, err := Blocks(source)
		if err != nil || len(blocks) != 1 || len(blocks[0].Lines) != 1 || blocks[0].Lines[0][0].Text != source {
			t.Fatalf("%q: %s%v", source, show(blocks), err)
		}
		again, err := SplitBlocks(blocks[0].Source)[0].Parse()
		if err != nil || show([]Block{again}) != show(blocks) {
			t.Fatalf("%q: read again: %s", source, show([]Block{again}))
		}
	})
}
