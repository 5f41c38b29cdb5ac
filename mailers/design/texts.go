package design

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"postlift/mailers/merge"
)

// known are the sections that every design may have; a block of kind text or datamatrix names further ones.
var known = []string{"subject", "body", "response", "coupon", "signature", "notice"}

// checkTexts splits and compiles the texts, and tests what only the whole can show.
func (d *Design) checkTexts() error {
	for _, lang := range sorted(d.spec.Texts) {
		if err := d.compileText(lang); err != nil {
			return err
		}
	}
	for _, kind := range []string{"panel", "coupon"} {
		section := map[string]string{"panel": "response", "coupon": "coupon"}[kind]
		if !d.hasBlock(kind) && d.hasSection(section) {
			b := Block{Kind: kind, Page: "first"}
			d.fillBlock(&b)
			d.spec.Blocks = append(d.spec.Blocks, b)
		}
	}
	return nil
}

func (d *Design) hasSection(name string) bool {
	for _, sections := range d.texts {
		if slices.ContainsFunc(sections, func(s Section) bool { return s.Name == name }) {
			return true
		}
	}
	return false
}

// named are the sections that blocks name.
func (d *Design) named() []string {
	var out []string
	for _, b := range d.spec.Blocks {
		if b.Text != "" && !slices.Contains(out, b.Text) {
			out = append(out, b.Text)
		}
	}
	return out
}

func (d *Design) compileText(lang string) error {
	file := d.spec.Texts[lang]
	raw, err := merge.Split(string(d.files[file]), file)
	if err != nil {
		return err
	}
	names := append(slices.Clone(known), d.named()...)
	o := merge.Options{File: file, Lang: lang, Vars: d.vars, Fallback: d.Fallbacks(lang)}
	printed := map[string]bool{}
	for _, sec := range raw {
		if !slices.Contains(names, sec.Name) {
			return fault("%ssection @%s is not known%s; sections of other names need a block of kind text that names them", merge.Place(file, sec.Line-1), clip(sec.Name), didYouMean(names, sec.Name))
		}
		text, err := merge.Compile(sec, o)
		if err != nil {
			return err
		}
		if sec.Name == "response" && !text.Always()["code"] {
			return fault("%sthe response section must print {{ code }}, for people who do not scan", merge.Place(file, sec.Line-1))
		}
		maps.Copy(printed, text.Always())
		d.texts[lang] = append(d.texts[lang], Section{sec.Name, text})
	}
	return d.checkWhole(file, d.texts[lang], printed)
}

// checkWhole tests which sections there are.
func (d *Design) checkWhole(file string, sections []Section, printed map[string]bool) error {
	count := map[string]int{}
	for _, s := range sections {
		count[s.Name]++
	}
	start := merge.Place(file, 1)
	for _, name := range sorted(count) {
		if count[name] > 1 && name != "body" {
			return fault("%s@%s may stand once", start, name)
		}
	}
	if d.spec.letter() {
		switch {
		case count["subject"] == 0 || sections[0].Name != "subject":
			return fault("%sone @subject section is needed, as the first", start)
		case count["body"] == 0:
			return fault("%sa @body section is needed", start)
		case count["signature"] == 0:
			return fault("%sone @signature section is needed", start)
		}
	}
	if len(sections) == 0 {
		return fault("%sthe file has no section: start with @body", start)
	}
	for i, b := range d.spec.Blocks {
		section := b.Text
		switch b.Kind {
		case "panel":
			section = "response"
		case "coupon":
			section = "coupon"
		}
		if section != "" && count[section] == 0 {
			return d.bad(at("blocks", i), "block %d (%s) needs the section @%s, which %s does not have", i+1, b.Kind, section, file)
		}
	}
	if d.spec.Class == "advertising" && !printed["objection_notice"] {
		return fault("%sadvertising must tell of the right to object (Art. 21(4) GDPR): print {{ objection_notice }} outside of conditions, best in a @notice section", start)
	}
	if d.spec.Layout == "card" && count["coupon"] > 0 {
		return fault("%sa card has no room for a coupon: leave @coupon out", start)
	}
	return nil
}

// warn collects what deserves a look.
func (d *Design) warn() {
	add := func(format string, args ...any) { d.warnings = append(d.warnings, fmt.Sprintf(format, args...)) }
	langs := d.Languages()
	for _, lang := range langs[1:] {
		if a, b := d.outline(langs[0]), d.outline(lang); a != b {
			add("the sections of %s and %s differ: %s against %s", d.spec.Texts[langs[0]], d.spec.Texts[lang], a, b)
		}
		if only := d.differing(langs[0], lang); len(only) > 0 {
			add("%s and %s do not use the same variables: %s", d.spec.Texts[langs[0]], d.spec.Texts[lang], list(only))
		}
	}
	for _, lang := range langs {
		for _, m := range []struct {
			key   string
			texts map[string]string
		}{{"title", d.spec.Title}, {"description", d.spec.Description}} {
			if m.texts[lang] == "" {
				add("design.yaml: %s.%s is missing: people choose designs by it", m.key, lang)
			}
		}
		for _, name := range sorted(d.spec.Variables) {
			if d.spec.Variables[name].Label[lang] == "" {
				add("design.yaml: variable %s has no label in %s", name, lang)
			}
		}
	}
	for _, name := range sorted(d.spec.Variables) {
		if len(d.spec.Variables[name].Sample) == 0 {
			add("design.yaml: variable %s has no sample: previews show an invented value", name)
		}
		if !d.used(name) {
			add("design.yaml: variable %s is used nowhere", name)
		}
	}
	if d.spec.letter() && !d.hasBlock("footer") {
		add("the letter has no footer: business letters must name the company's particulars (section 35a GmbHG, section 80 AktG, section 37a HGB)")
	}
	if d.spec.letter() && !d.hasBlock("match") {
		add("the sheets carry no match code: the vendor's camera cannot tell them apart")
	}
}

func (d *Design) outline(lang string) string {
	var names []string
	for _, s := range d.texts[lang] {
		names = append(names, s.Name)
	}
	return strings.Join(names, " ")
}

// uses are the variables of a language's texts.
func (d *Design) uses(lang string) map[string]bool {
	out := map[string]bool{}
	for _, s := range d.texts[lang] {
		for _, name := range s.Text.Uses() {
			out[name] = true
		}
	}
	return out
}

// differing are the names that only one of two languages uses.
func (d *Design) differing(a, b string) []string {
	x, y := d.uses(a), d.uses(b)
	var out []string
	for _, name := range d.vars.Names() {
		if x[name] != y[name] {
			out = append(out, name)
		}
	}
	return out
}

// used tells whether a text or a block names an own variable.
func (d *Design) used(name string) bool {
	for _, lang := range d.Languages() {
		if d.uses(lang)[name] {
			return true
		}
	}
	return slices.ContainsFunc(d.spec.Blocks, func(b Block) bool { return b.Variable == name || b.If == name })
}
