package standalone

import (
	"errors"
	"io"
	"slices"
	"strings"

	"postlift"
	"postlift/mailers/design"
	"postlift/mailers/kit"
	"postlift/mailers/letter"
	"postlift/mailers/merge"
	"postlift/mailers/preflight"
	"postlift/mailers/sheet"
)

// Case is a design composed for one of its sample recipients.
type Case struct {
	Language string              `json:"language"`
	Name     string              `json:"case"` // present, absent or extreme
	Pages    int                 `json:"pages"`
	Fault    string              `json:"fault,omitempty"` // why there are none
	Stops    bool                `json:"stops"`           // the fault is the design's: the usual letter cannot be made
	Findings []preflight.Finding `json:"findings"`
	Plan     sheet.Plan          `json:"-"`
}

// Bad tells whether the design cannot be printed as it is.
func (c *Case) Bad() bool {
	return c.Stops || slices.ContainsFunc(c.Findings, func(f preflight.Finding) bool { return f.Severity == preflight.Error })
}

// Samples composes a design's sample recipients in every language and tests the plans. A letter with the barest or the
// longest data may stop: that is what strict merging is for. The usual one must not. Kits without a folder of assets
// get an invented picture for every variable that is one. An error is a design that cannot be compiled.
func Samples(k *kit.Kit, d *design.Design) ([]Case, *letter.Compiled, error) {
	own := k.Letter
	invented := own.Assets == nil
	if invented {
		own.Assets = samplePicture
	}
	compiled, err := letter.Compile(d, own)
	if err != nil {
		return nil, nil, err
	}
	check := preflight.NewChecker(k.PlanOptions(compiled))
	var cases []Case
	for _, lang := range d.Languages() {
		for _, s := range d.Samples(lang) {
			if invented {
				fillImages(s.Merge, d.Vars())
			}
			c := Case{Language: lang, Name: s.Name, Findings: []preflight.Finding{}}
			c.Plan, err = compiled.Compose(samplePiece(s))
			if err != nil {
				c.Fault, c.Stops = postlift.UserText(err), s.Name == "present"
			} else {
				c.Pages = len(c.Plan.Pages)
				c.Findings = append(c.Findings, check.Plan(&c.Plan)...)
			}
			cases = append(cases, c)
		}
	}
	return cases, compiled, nil
}

func samplePiece(s design.SampleCase) letter.Piece {
	return letter.Piece{ID: "pc_sample", BatchID: "bt_sample", Language: s.Language, TrackingURL: s.TrackingURL, Code: s.Code, MatchCode: s.MatchCode,
		Seq: 1, Kind: "proof", Address: s.Address, Merge: s.Merge}
}

// sampleName is the name of the invented picture.
const sampleName = "sample.png"

// fillImages names the invented picture wherever a sample recipient has none.
func fillImages(data map[string]any, vars merge.Vars) {
	for _, name := range vars.Names() {
		if vars[name] == merge.Image && !strings.Contains(name, "[]") && text(data, name) == "" {
			put(data, name, sampleName)
		}
	}
}

// samplePicture stands for the pictures of recipients: plain light gray, fine enough for any place.
func samplePicture(string) (*sheet.Image, error) {
	const side = 2400
	data := make([]byte, side*side)
	for i := range data {
		data[i] = 0xCC
	}
	return &sheet.Image{Key: "sample", W: side, H: side, Data: data}, nil
}

// Compose composes one recipient: the one in place n, from 1, among the rows.
func (j *Job) Compose(recipients io.Reader, n int) (Case, *letter.Compiled, error) {
	c := Case{Name: "row-" + itoa(n), Findings: []preflight.Finding{}}
	if err := j.check(); err != nil {
		return c, nil, err
	}
	p, _, err := j.press(recipients)
	if err != nil {
		return c, nil, err
	}
	rec, err := p.in.nth(n)
	if err != nil {
		return c, nil, err
	}
	who, rejects := p.safely(&rec)
	if len(rejects) > 0 {
		return c, nil, inputFault("row %d: %s: %s (%s)", rejects[0].Row, rejects[0].Field, rejects[0].Message, rejects[0].Rule)
	}
	c.Language = who.piece.Language
	if c.Plan, err = p.letters.Compiled.Compose(who.piece); err != nil {
		return c, nil, postlift.Wrap("standalone.Compose", "row "+itoa(rec.row)+": "+postlift.UserText(err), err)
	}
	c.Pages = len(c.Plan.Pages)
	c.Findings = append(c.Findings, p.letters.Check.Plan(&c.Plan)...)
	return c, p.letters.Compiled, nil
}

// nth reads on to the row in place n, from 1.
func (in *input) nth(n int) (record, error) {
	for seq := 1; ; seq++ {
		rec, err := in.next(seq)
		if errors.Is(err, io.EOF) {
			return rec, inputFault("there is no recipient %d: the file has %d", n, seq-1)
		}
		if err != nil || seq >= n {
			return rec, err
		}
	}
}
