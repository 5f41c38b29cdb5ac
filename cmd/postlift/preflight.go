package main

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"postlift"
	"postlift/mailers/colour"
	"postlift/mailers/design"
	"postlift/mailers/preflight"
	"postlift/mailers/sheet"
)

// preflightFlags are the options of `preflight`.
type preflightFlags struct {
	profile, format, standard, zones, lang string
	bleed                                  float64
	dpi, sample                            int
	noPixels, rules                        bool
}

// preflightAnswer is the answer of `preflight`.
type preflightAnswer struct {
	File string `json:"file"`
	preflight.Report
	Errors     int  `json:"errors"`
	Warnings   int  `json:"warnings"`
	NotChecked int  `json:"not_checked"` // findings of rules that could not be tested
	OK         bool `json:"ok"`
}

func newPreflightCommand(a *app) *cobra.Command {
	f := &preflightFlags{}
	cmd := &cobra.Command{
		Use: "preflight FILE.pdf | preflight --rules", Short: "Test a print file, ours or anybody's, before the vendor does",
		Long: `Structural rules are always tested: standard, output intent, page boxes, fonts, colours, resolution, document parts.
Rules over pixels (total ink, bleed reached, zones) need Ghostscript; without it they are reported as not checked.

--zones DESIGN tests the zones of a design: window, postage and reading zones. Which pages begin a piece is read from
the manifest.csv beside the file; without one a card's pages alternate, and of a letter every page is taken for a first one.
The exit code is 2 when there are errors.`,
		Example: `  postlift preflight spring/letters-0001.pdf
  postlift preflight spring/letters-0001.pdf --zones winback --sample 20 --json
  postlift preflight brochure.pdf --format A4 --bleed 3 --standard X-4 --lang de
  postlift preflight --rules`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			switch {
			case f.lang != "de" && f.lang != "en":
				return postlift.Faultf(postlift.Invalid, "preflight", "--lang is %q: de or en is possible", f.lang)
			case f.rules:
				return a.preflightRules(f.lang)
			case len(args) != 1:
				return postlift.Faultf(postlift.Invalid, "preflight", "name the PDF file to test")
			}
			answer, err := f.test(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			if err := a.print(answer, func(w io.Writer) { printPreflight(w, answer, f.lang) }); err != nil {
				return err
			}
			if !answer.OK {
				return postlift.Faultf(postlift.Invalid, "preflight", "%s has %s", args[0], counted(answer.Errors, "error"))
			}
			return nil
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.standard, "standard", "", "what the file must conform to: X-4, X-1a or VT-1 (default: what it says)")
	flags.StringVar(&f.profile, "profile", "", "the vendor's output profile (ICC): its ink limit counts")
	flags.StringVar(&f.format, "format", "", "trimmed size: A4, A5, A6, DIN-long or \"W x H\" in millimetres")
	flags.Float64Var(&f.bleed, "bleed", -1, "bleed that must be there, millimetres (default: 3, as a warning)")
	flags.StringVar(&f.zones, "zones", "", "a design whose zones must be clear")
	flags.IntVar(&f.dpi, "dpi", 150, "of drawing the pages")
	flags.IntVar(&f.sample, "sample", 20, "pages that are drawn, spread over the file; 0: all")
	flags.BoolVar(&f.noPixels, "no-pixels", false, "leave out the rules over pixels")
	flags.StringVar(&f.lang, "lang", "en", "of the findings: de or en")
	flags.BoolVar(&f.rules, "rules", false, "list all rules")
	return cmd
}

// maxPreflightFile is how much of a file is read: more is refused by the reader of PDF anyway.
const maxPreflightFile = 512 << 20

// test tests one file by all rules that can be tested here.
func (f *preflightFlags) test(ctx context.Context, path string) (preflightAnswer, error) {
	answer := preflightAnswer{File: path}
	o, err := f.structural()
	if err != nil {
		return answer, err
	}
	if i, err := os.Stat(path); err != nil || i.IsDir() || i.Size() > maxPreflightFile {
		return answer, postlift.Faultf(postlift.NotFound, "preflight", "%s is no file that can be read, or is larger than %d MB", path, maxPreflightFile>>20)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return answer, postlift.Faultf(postlift.NotFound, "preflight", "%s cannot be read: %v", path, err)
	}
	answer.Report = preflight.File(data, o)
	if !f.noPixels {
		pixels := preflight.PixelOptions{DPI: f.dpi, Sample: f.sample, MaxInk: o.MaxInk}
		if err := f.pages(path, &pixels); err != nil {
			return answer, err
		}
		found, err := preflight.Pixels(ctx, path, pixels)
		if err != nil {
			return answer, err
		}
		answer.Findings = append(answer.Findings, found...)
	}
	for _, finding := range answer.Findings {
		switch finding.Severity {
		case preflight.Error:
			answer.Errors++
		case preflight.Warning:
			answer.Warnings++
		case preflight.NotChecked:
			answer.NotChecked++
		}
	}
	answer.OK = answer.Errors == 0
	return answer, nil
}

// wantedStandards are the words of --standard.
var wantedStandards = map[string]string{"": "", "x-4": "PDF/X-4", "x4": "PDF/X-4", "pdf/x-4": "PDF/X-4", "x-1a": "PDF/X-1a:2001", "x1a": "PDF/X-1a:2001",
	"pdf/x-1a": "PDF/X-1a:2001", "vt-1": "PDF/VT-1", "vt1": "PDF/VT-1", "pdf/vt-1": "PDF/VT-1"}

func (f *preflightFlags) structural() (o preflight.Options, err error) {
	var known bool
	if o.Standard, known = wantedStandards[strings.ToLower(f.standard)]; !known {
		return o, postlift.Faultf(postlift.Invalid, "preflight", "--standard is %q: X-4, X-1a or VT-1 is possible", f.standard)
	}
	if f.format != "" {
		if o.W, o.H, err = parseFormat(f.format); err != nil {
			return o, err
		}
	}
	switch {
	case f.bleed > 100:
		return o, postlift.Faultf(postlift.Invalid, "preflight", "--bleed is %g mm: 0 to 100 are possible", f.bleed)
	case f.bleed == 0:
		o.Bleed = -1
	case f.bleed > 0:
		o.Bleed = sheet.Micro(f.bleed)
	}
	if f.profile != "" {
		o.MaxInk, err = inkLimit(f.profile)
	}
	return o, err
}

// inkLimit is the sum of inks that the profile's maker allows.
func inkLimit(path string) (int, error) {
	icc, err := os.ReadFile(path)
	if err != nil {
		return 0, postlift.Faultf(postlift.Invalid, "preflight", "the profile cannot be read: %v", err)
	}
	p, err := colour.Parse(icc)
	if err == nil {
		err = colour.CheckOutput(p)
	}
	if err != nil {
		return 0, err
	}
	limit, err := p.InkLimit()
	return max(limit, 100), err
}

// paperSizes are formats by name, millimetres.
var paperSizes = map[string][2]float64{"a3": {297, 420}, "a4": {210, 297}, "a5": {148, 210}, "a6": {148, 105}, "din-long": {210, 105}, "dl": {210, 105}}

func parseFormat(s string) (w, h int, err error) {
	size, ok := paperSizes[strings.ToLower(strings.TrimSpace(s))]
	if !ok {
		a, b, cut := strings.Cut(strings.ToLower(s), "x")
		var errW, errH error
		size[0], errW = strconv.ParseFloat(strings.TrimSpace(a), 64)
		size[1], errH = strconv.ParseFloat(strings.TrimSpace(b), 64)
		ok = cut && errW == nil && errH == nil && size[0] >= 10 && size[1] >= 10 && size[0] <= 5000 && size[1] <= 5000
	}
	if !ok {
		return 0, 0, postlift.Faultf(postlift.Invalid, "preflight", "--format is %q: A4, A5, A6, DIN-long or \"210 x 105\" (millimetres) is possible", s)
	}
	return sheet.Micro(size[0]), sheet.Micro(size[1]), nil
}

// pages tells the rules over pixels what each page's places are for.
func (f *preflightFlags) pages(path string, o *preflight.PixelOptions) error {
	if f.zones == "" {
		return nil
	}
	d, err := openDesign(f.zones)
	if err != nil {
		return err
	}
	firsts, err := firstPages(path)
	if err != nil {
		return err
	}
	first := preflight.PixelPage{Zones: d.PageZones(true)}
	next := preflight.PixelPage{Zones: d.PageZones(false)}
	for _, ink := range d.Spec().Colours {
		if ink.Spot != "" && !slices.Contains(o.Spots, ink.Spot) {
			o.Spots = append(o.Spots, ink.Spot)
		}
	}
	slices.Sort(o.Spots)
	o.Page = func(n int) preflight.PixelPage {
		if beginsPiece(d, firsts, n) {
			return first
		}
		return next
	}
	return nil
}

func beginsPiece(d *design.Design, firsts map[int]bool, page int) bool {
	switch {
	case firsts != nil:
		return firsts[page]
	case d.Spec().Layout == "card":
		return page%2 == 1
	}
	return true
}

// firstPages reads from the manifest beside a file which of its pages begin a piece; nil where there is none.
func firstPages(path string) (map[int]bool, error) {
	in, err := os.Open(filepath.Join(filepath.Dir(path), "manifest.csv"))
	if err != nil {
		return nil, nil //nolint:nilerr // a file without a manifest is a file from elsewhere
	}
	defer in.Close()
	r := csv.NewReader(in)
	header, err := r.Read()
	file, page := slices.Index(header, "pdf_file"), slices.Index(header, "first_page")
	if err != nil || file < 0 || page < 0 {
		return nil, nil //nolint:nilerr // somebody else's manifest
	}
	firsts := map[int]bool{}
	for {
		line, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, postlift.Faultf(postlift.Invalid, "preflight", "the manifest beside the file cannot be read: %v", err)
		}
		if line[file] == filepath.Base(path) {
			n, _ := strconv.Atoi(line[page]) // what is no number is no page
			firsts[n] = true
		}
	}
	if len(firsts) == 0 {
		return nil, nil
	}
	return firsts, nil
}

func printPreflight(w io.Writer, r preflightAnswer, lang string) {
	fmt.Fprintf(w, "%s: %s, PDF %s, %d pages\n", r.File, or(strings.Join(r.Standards, ", "), "no print standard"), r.Version, r.Pages)
	for _, s := range r.Sizes {
		fmt.Fprintf(w, "  %d pages of %g x %g mm, bleed %g mm\n", s.Pages, s.W, s.H, s.Bleed)
	}
	if len(r.Separations) > 0 {
		fmt.Fprintf(w, "  inks: %s\n", strings.Join(r.Separations, ", "))
	}
	if r.Intent != "" {
		fmt.Fprintf(w, "  output condition: %s\n", r.Intent)
	}
	for _, f := range r.Findings {
		printPreflightFinding(w, "", f, lang)
	}
	fmt.Fprintf(w, "%s, %s, %d not checked\n", counted(r.Errors, "error"), counted(r.Warnings, "warning"), r.NotChecked)
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// preflightRules lists all rules: over files, over pixels, and those over plans that only design check and rendering test.
func (a *app) preflightRules(lang string) error {
	rules := slices.Concat(preflight.FileRules(), preflight.PixelRules())
	for _, r := range preflight.PlanRules() {
		if !slices.ContainsFunc(rules, func(known preflight.FileRule) bool { return known.Name == r.Name }) {
			rules = append(rules, preflight.FileRule(r))
		}
	}
	return a.print(rules, func(w io.Writer) {
		for _, r := range rules {
			text := r.EN
			if lang == "de" {
				text = r.DE
			}
			fmt.Fprintf(w, "%-18s %s\n", r.Name, text)
		}
	})
}
