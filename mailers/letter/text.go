package letter

import (
	"strings"
)

// sectionKind is what a section of a text becomes on the sheet.
type sectionKind uint8

const (
	secSubject   sectionKind = iota + 1 // the line above the salutation, once, first
	secBody                             // paragraphs, bullets, headings
	secResponse                         // the tinted panel with the QR code, at most once
	secSignature                        // the greeting; room to sign, name and role follow
	secNotice                           // small print at the foot of the last page
)

var sectionNames = map[string]sectionKind{"subject": secSubject, "body": secBody, "response": secResponse, "signature": secSignature, "notice": secNotice}

// section is a checked part of a text: rewritten Liquid, still to be compiled.
type section struct {
	kind   sectionKind
	source string
	line   int // of its first line in the file
}

// designText is a design's text in one language.
type designText struct {
	lang, file string
	sections   []section
}

// parseText splits a text file into sections and checks each: names, Liquid, markup.
func parseText(source, file, lang string, spec *designFile) (designText, error) {
	t := designText{lang: lang, file: file}
	raw, err := splitSections(source, file)
	if err != nil {
		return t, err
	}
	eng := newEngine(lang, nil)
	always := map[string]bool{}
	for _, sec := range raw {
		sc := &scanner{file: file, vars: spec.allVariables(), locals: map[string]string{}, always: map[string]bool{}, filters: filterNames()}
		plain := sec.source
		if sec.source, err = sc.scan(plain, sec.line); err != nil {
			return t, err
		}
		if _, err = eng.compile(sec.source, file, sec.line); err != nil {
			return t, err
		}
		if err = checkMarkup(plain, file, sec.line); err != nil {
			return t, err
		}
		if sec.kind == secResponse && !sc.always["code"] {
			return t, designFault("%sthe response section must print {{ code }}, for people who do not scan", place(file, sec.line-1))
		}
		for v, yes := range sc.always {
			always[v] = always[v] || yes
		}
		t.sections = append(t.sections, sec)
	}
	return t, t.checkWhole(spec, always)
}

func (s *designFile) allVariables() map[string]VarKind {
	vars := Variables()
	for name, kind := range s.Variables {
		vars[name] = kindNames[kind]
	}
	return vars
}

// splitSections cuts the file at its @names.
func splitSections(source, file string) ([]section, error) {
	var out []section
	var body []string
	flush := func() {
		if len(out) > 0 {
			out[len(out)-1].source = strings.Join(body, "\n")
		}
		body = nil
	}
	for i, line := range strings.Split(source, "\n") {
		name, isHead := strings.CutPrefix(line, "@")
		if !isHead {
			if len(out) == 0 && strings.TrimSpace(line) != "" {
				return nil, designFault("%stext before the first section: start with @subject", place(file, i+1))
			}
			body = append(body, line)
			continue
		}
		flush()
		name = strings.TrimSpace(name)
		kind, ok := sectionNames[name]
		if !ok {
			return nil, designFault("%ssection @%s is not known%s", place(file, i+1), name, didYouMean(sectionNames, name))
		}
		out = append(out, section{kind: kind, line: i + 2})
	}
	flush()
	return out, nil
}

// checkWhole tests what only the whole text can show.
func (t designText) checkWhole(spec *designFile, always map[string]bool) error {
	count := map[sectionKind]int{}
	for _, s := range t.sections {
		count[s.kind]++
	}
	switch {
	case count[secSubject] != 1 || t.sections[0].kind != secSubject:
		return designFault("%sone @subject section is needed, as the first", place(t.file, 1))
	case count[secBody] == 0:
		return designFault("%sa @body section is needed", place(t.file, 1))
	case count[secSignature] != 1:
		return designFault("%sone @signature section is needed", place(t.file, 1))
	case count[secResponse] > 1 || count[secNotice] > 1:
		return designFault("%s@response and @notice may stand once each", place(t.file, 1))
	case spec.Class == "advertising" && !always["objection_notice"]:
		return designFault("%sadvertising must tell of the right to object (Art. 21(4) GDPR): print {{ objection_notice }} outside of conditions, best in a @notice section", place(t.file, 1))
	}
	return nil
}

// checkMarkup tests, without data, that every paragraph closes the styles that it opens.
func checkMarkup(source, file string, line int) error {
	bare := liquidToken.ReplaceAllStringFunc(source, func(tok string) string { return "x" + strings.Repeat("\n", strings.Count(tok, "\n")) })
	start, open := line, []string(nil)
	test := func() error {
		if len(open) == 0 {
			return nil
		}
		if _, err := parseBlocks(strings.Join(open, "\n")); err != nil {
			return designFault("%sa ** or * is opened and not closed in this paragraph", place(file, start))
		}
		open = nil
		return nil
	}
	for i, l := range strings.Split(bare, "\n") {
		if strings.TrimSpace(l) == "" {
			if err := test(); err != nil {
				return err
			}
			continue
		}
		if len(open) == 0 {
			start = line + i
		}
		open = append(open, l)
	}
	return test()
}
