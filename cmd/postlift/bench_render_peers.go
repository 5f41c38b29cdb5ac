package main

import (
	"encoding/json"
	"os"
	"strings"

	"postlift"
	"postlift/mailers/letter"
	"postlift/mailers/merge"
	"postlift/mailers/sheet"
)

// peerLetter is a letter for other programs: its words merged and its codes made, so that they only set and draw.
type peerLetter struct {
	Address   []string    `json:"address"`
	Return    string      `json:"return"`
	Info      [][2]string `json:"info"`
	Subject   string      `json:"subject"`
	Body      []string    `json:"body"` // paragraphs; <b> is bold
	Response  []string    `json:"response"`
	Code      string      `json:"code"`
	Greeting  string      `json:"greeting"`
	Signature []string    `json:"signature"`
	PS        string      `json:"ps"`
	Notice    string      `json:"notice"`
	Footer    [][]string  `json:"footer"`
	QR        peerCode    `json:"qr"`
	Match     peerCode    `json:"match"`
	MatchText string      `json:"match_text"`
}

// peerCode is a code as boxes of dark modules.
type peerCode struct {
	Unit  float64  `json:"unit_mm"`
	W     int      `json:"w"` // modules
	H     int      `json:"h"`
	Boxes [][4]int `json:"boxes"` // x, y, w, h in modules
}

// writePeerLetters writes the first n letters as JSON.
func writePeerLetters(path string, n int) error {
	c, d, err := compileReference()
	if err != nil {
		return err
	}
	sections, _ := d.Text("de")
	letters := make([]peerLetter, n)
	for i := range letters {
		p := benchPiece(i + 1)
		plan, err := c.Compose(p)
		if err != nil {
			return err
		}
		l := peerFurniture(&p)
		for _, s := range sections {
			words, err := peerWords(s.Text, &p)
			if err != nil {
				return err
			}
			l.take(s.Name, words)
		}
		l.codes(&plan)
		letters[i] = l
	}
	data, err := json.Marshal(letters)
	if err != nil {
		return err
	}
	if err := os.WriteFile(path, data, 0o644); err != nil {
		return postlift.Faultf(postlift.Invalid, "bench render", "the letters cannot be written: %v", err)
	}
	return nil
}

// peerFurniture is what stands around the text.
func peerFurniture(p *letter.Piece) peerLetter {
	s := p.Merge["sender"].(map[string]any)
	text := func(name string) string { return s[name].(string) }
	account := p.Merge["account"].(map[string]any)
	town := text("postcode") + " " + text("city")
	return peerLetter{Address: p.Address, Return: text("company") + " · " + text("street") + " · " + town, Code: postlift.FormatCode(p.Code),
		Info:      [][2]string{{"Ihr Kontakt", text("signature_name")}, {"Telefon", text("owner_phone")}, {"E-Mail", text("owner_email")}, {"Kundennr.", account["customer_no"].(string)}, {"Datum", "2. März 2026"}},
		Signature: []string{text("signature_name"), text("signature_role")}, MatchText: p.MatchCode,
		Footer: [][]string{{text("company"), text("street"), town}, {text("phone"), text("email"), text("web")}, strings.Split(text("particulars"), " · ")}}
}

// peerWords are the paragraphs of a section of a piece.
func peerWords(t *merge.Text, p *letter.Piece) ([]string, error) {
	data := merge.NewData(p.Merge)
	data.Set("code", postlift.FormatCode(p.Code))
	salutation, title := "Sehr geehrte Frau ", p.Merge["contact"].(map[string]any)["title"].(string)
	if p.Merge["contact"].(map[string]any)["salutation"] == "Herr" {
		salutation = "Sehr geehrter Herr "
	}
	if title != "" {
		salutation += title + " "
	}
	data.Set("salutation", salutation+p.Merge["contact"].(map[string]any)["last_name"].(string)+",")
	merged, err := t.Render(data)
	if err != nil {
		return nil, err
	}
	blocks, err := merge.Blocks(merged)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, b := range blocks {
		out = append(out, marked(&b))
	}
	return out, nil
}

var escaped = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// marked is a block's words with <b> around bold ones.
func marked(b *merge.Block) string {
	var out strings.Builder
	for _, line := range b.Lines {
		for _, span := range line {
			if span.Style == sheet.Bold {
				out.WriteString("<b>" + escaped.Replace(span.Text) + "</b>")
			} else {
				out.WriteString(escaped.Replace(span.Text))
			}
		}
	}
	return out.String()
}

// take puts a section's paragraphs where they belong; the second body is the postscript.
func (l *peerLetter) take(section string, words []string) {
	switch section {
	case "subject":
		l.Subject = words[0]
	case "body":
		if l.Body == nil {
			l.Body = words
		} else {
			l.PS = words[0]
		}
	case "response":
		l.Response = words[:len(words)-1] // the code stands apart
	case "signature":
		l.Greeting = words[0]
	case "notice":
		l.Notice = words[0]
	}
}

// codes takes QR code and DataMatrix from the plan.
func (l *peerLetter) codes(plan *sheet.Plan) {
	plan.Pages[0].All(func(op sheet.Op) {
		if op.Kind != sheet.OpModules {
			return
		}
		c := peerCode{Unit: float64(op.Unit) / 1000, W: op.W / op.Unit, H: op.H / op.Unit}
		for _, m := range op.Modules {
			c.Boxes = append(c.Boxes, [4]int{m.X, m.Y, m.W, m.H})
		}
		if op.Part == sheet.PartMatch {
			l.Match = c
		} else {
			l.QR = c
		}
	})
}

// referenceWords counts the words of the first letter that are set justified, postscript included.
func referenceWords() (int, error) {
	d, err := referenceDesign()
	if err != nil {
		return 0, err
	}
	p, n := benchPiece(1), 0
	sections, _ := d.Text("de")
	for _, s := range sections {
		if s.Name != "body" {
			continue
		}
		words, err := peerWords(s.Text, &p)
		if err != nil {
			return 0, err
		}
		n += len(strings.Fields(strings.Join(words, " ")))
	}
	return n, nil
}
