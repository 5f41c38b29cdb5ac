package mailers

import (
	"fmt"
	"strings"

	"postlift"
	"postlift/mailers/design"
	"postlift/mailers/letter"
	"postlift/mailers/preflight"
	"postlift/mailers/sheaf"
	"postlift/mailers/sheet"
)

// Try composes a design's sample recipients in every language and tests the plans. It refuses a design whose usual
// letter cannot be composed, or whose letters would print wrong. What only the sparest or the longest data break is
// told: such letters stop one by one, with the reason.
func (p *Press) Try(version DesignVersion, terms Terms) (warnings []string, err error) {
	d, err := parseDesign(version)
	if err != nil {
		return nil, err
	}
	k, err := p.kit(profileOf(terms, d))
	if err != nil {
		return nil, err
	}
	letters, err := newLetters(d, k, func(lk *letter.Kit) { lk.Assets = samplePicture })
	if err != nil {
		return nil, err
	}
	o := k.PlanOptions(letters.Compiled)
	check := preflight.NewChecker(o)
	for _, lang := range d.Languages() {
		for _, c := range d.Samples(lang) {
			found, err := trySample(letters.Compiled, check, c)
			if err != nil {
				return warnings, err
			}
			warnings = append(warnings, found...)
		}
	}
	return unique(warnings), nil
}

// trySample composes one sample recipient.
func trySample(c *letter.Compiled, check *preflight.Checker, s design.SampleCase) (warnings []string, err error) {
	where := fmt.Sprintf("design %s, sample %s in %s: ", c.Design().Name(), s.Name, s.Language)
	plan, err := c.Compose(samplePiece(c.Design(), s))
	if err != nil {
		if s.Name != "present" && postlift.KindOf(err) == postlift.Invalid {
			return []string{where + "such a letter stops: " + postlift.UserText(err)}, nil
		}
		return nil, postlift.Wrap("mailers.Try", where+postlift.UserText(err), err)
	}
	for _, f := range check.Plan(&plan) {
		text := postlift.UserText(sheaf.Refusal(f))
		if f.Severity == preflight.Error {
			return nil, postlift.Faultf(postlift.Invalid, "mailers.Try", "%s%s", where, text)
		}
		warnings = append(warnings, fmt.Sprintf("design %s: %s", c.Design().Name(), text))
	}
	return warnings, nil
}

// fillImage names the sample picture where the sample recipient has none.
func fillImage(data map[string]any, name string) {
	group, field, dotted := strings.Cut(name, ".")
	if !dotted {
		if data[name] == nil || data[name] == "" {
			data[name] = samplePictureName
		}
		return
	}
	if m, ok := data[group].(map[string]any); ok && (m[field] == nil || m[field] == "") {
		m[field] = samplePictureName
	}
}

const samplePictureName = "sample.png"

// samplePicture stands for the pictures of recipients: plain light gray, fine enough for any place.
func samplePicture(string) (*sheet.Image, error) {
	const side = 3000
	data := make([]byte, side*side)
	for i := range data {
		data[i] = 0xCC
	}
	return &sheet.Image{Key: "sample", W: side, H: side, Data: data}, nil
}

// unique keeps the first of equal texts.
func unique(texts []string) []string {
	var out []string
	seen := map[string]bool{}
	for _, t := range texts {
		if !seen[t] {
			seen[t] = true
			out = append(out, t)
		}
	}
	return out
}
