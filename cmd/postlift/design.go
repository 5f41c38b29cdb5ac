package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"postlift"
	"postlift/mailers/design"
	"postlift/mailers/preflight"
	"postlift/mailers/standalone"
)

func newDesignCommand(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "design",
		Short: "Mail designs: list, check, preview",
		Long: `A design is a folder with a design.yaml, a text for each language and what they name. Some are shipped;
a folder of your own is named by its path. No database is needed.`,
		Example: "  postlift design list\n  postlift design check ./my-letter\n  postlift design preview winback --out preview --zones",
	}
	cmd.AddCommand(newDesignListCommand(a), newDesignCheckCommand(a), newDesignPreviewCommand(a))
	return cmd
}

// listedDesign is a design in a list.
type listedDesign struct {
	Name        string            `json:"name"`
	Title       map[string]string `json:"title"`
	Description map[string]string `json:"description"`
	Class       string            `json:"class"`
	Format      string            `json:"format"`
	Layout      string            `json:"layout"`
	Envelope    string            `json:"envelope"`
	Languages   []string          `json:"languages"`
	SHA256      string            `json:"sha256"`
	Source      string            `json:"source"` // shipped, or the folder
	Error       string            `json:"error,omitempty"`
}

func newDesignListCommand(a *app) *cobra.Command {
	var lang string
	cmd := &cobra.Command{
		Use: "list [FOLDER]", Short: "List the shipped designs, and those in the folders of a folder",
		Example: "  postlift design list\n  postlift design list ./designs --json", Args: cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			list := []listedDesign{}
			for _, name := range shippedDesigns() {
				list = append(list, listed(name, "shipped"))
			}
			if len(args) == 1 {
				if i, err := os.Stat(args[0]); err != nil || !i.IsDir() {
					return postlift.Faultf(postlift.NotFound, "design list", "%s is no folder", args[0])
				}
				for _, name := range designsIn(os.DirFS(args[0])) {
					list = append(list, listed(filepath.Join(args[0], name), filepath.Join(args[0], name)))
				}
			}
			return a.print(list, func(w io.Writer) { printDesigns(w, list, lang) })
		},
	}
	cmd.Flags().StringVar(&lang, "lang", "en", "of titles and descriptions: de or en")
	return cmd
}

func listed(name, source string) listedDesign {
	l := listedDesign{Name: filepath.Base(name), Source: source, Title: map[string]string{}, Description: map[string]string{}, Languages: []string{}}
	d, err := openDesign(name)
	if err != nil {
		l.Error = userText(err)
		return l
	}
	s := d.Spec()
	l.Name, l.Title, l.Description, l.Class, l.Format, l.Layout, l.Envelope = s.Name, s.Title, s.Description, s.Class, s.Format, s.Layout, s.Envelope
	l.Languages, l.SHA256 = d.Languages(), d.Hash()
	return l
}

func printDesigns(w io.Writer, list []listedDesign, lang string) {
	for _, l := range list {
		if l.Error != "" {
			fmt.Fprintf(w, "%-14s  cannot be used: %s\n", l.Name, l.Error)
			continue
		}
		fmt.Fprintf(w, "%-14s  %s (%s, %s, %s; %s)\n", l.Name, l.Title[lang], l.Class, l.Format, l.Layout, strings.Join(l.Languages, ", "))
		if l.Description[lang] != "" {
			fmt.Fprintf(w, "%-14s  %s\n", "", l.Description[lang])
		}
	}
}

// checkedDesign is the answer of `design check`.
type checkedDesign struct {
	Design   string            `json:"design"`
	SHA256   string            `json:"sha256"`
	Class    string            `json:"class"`
	Format   string            `json:"format"`
	Warnings []string          `json:"warnings"` // of the design's files
	Cases    []standalone.Case `json:"cases"`
	Errors   int               `json:"errors"`
}

func newDesignCheckCommand(a *app) *cobra.Command {
	var profile, assets, lang string
	cmd := &cobra.Command{
		Use: "check DESIGN", Short: "Check a design: files, texts, sample letters in every language, preflight of their plans",
		Long: `The design's files are read and compiled. Then invented recipients are composed in every language: one with
every optional value, one with none, one with extreme ones. Their plans are tested by the preflight rules.

A letter with the barest or the longest data may stop, with its reason; the usual one must not.
The exit code is 2 when the design cannot be printed as it is.`,
		Example: "  postlift design check winback\n  postlift design check ./my-letter --json", Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			d, err := openDesign(args[0])
			if err != nil {
				return err
			}
			k, err := a.printKit(d, profile, assets)
			if err != nil {
				return err
			}
			cases, _, err := standalone.Samples(k, d)
			if err != nil {
				return err
			}
			c := checkedDesign{Design: d.Name(), SHA256: d.Hash(), Class: d.Class(), Format: d.Spec().Format, Warnings: append([]string{}, d.Warnings()...), Cases: cases}
			for i := range cases {
				if cases[i].Bad() {
					c.Errors++
				}
			}
			if err := a.print(c, func(w io.Writer) { printChecked(w, c, lang) }); err != nil {
				return err
			}
			if c.Errors > 0 {
				return postlift.Faultf(postlift.Invalid, "design check", "design %s cannot be printed as it is: %d of %d sample letters have errors", c.Design, c.Errors, len(cases))
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&profile, "profile", "", "the vendor's output profile (ICC)")
	cmd.Flags().StringVar(&assets, "assets", "", "folder of images per recipient and of signatures")
	cmd.Flags().StringVar(&lang, "lang", "en", "of the findings: de or en")
	return cmd
}

func printChecked(w io.Writer, c checkedDesign, lang string) {
	fmt.Fprintf(w, "design %s (%s, %s)\n", c.Design, c.Class, c.Format)
	for _, warning := range c.Warnings {
		fmt.Fprintln(w, "warning: "+warning)
	}
	for _, s := range c.Cases {
		switch {
		case s.Stops:
			fmt.Fprintf(w, "%s %-8s  ERROR: %s\n", s.Language, s.Name, s.Fault)
		case s.Fault != "":
			fmt.Fprintf(w, "%s %-8s  such a letter stops: %s\n", s.Language, s.Name, s.Fault)
		case len(s.Findings) == 0:
			fmt.Fprintf(w, "%s %-8s  %d pages, nothing found\n", s.Language, s.Name, s.Pages)
		default:
			fmt.Fprintf(w, "%s %-8s  %d pages\n", s.Language, s.Name, s.Pages)
		}
		for _, f := range s.Findings {
			printPreflightFinding(w, "  ", f, lang)
		}
	}
}

// printPreflightFinding tells a finding in one line: how bad, which rule, where, what.
func printPreflightFinding(w io.Writer, indent string, f preflight.Finding, lang string) {
	where := ""
	if f.Page > 0 {
		where = fmt.Sprintf(", page %d", f.Page)
	}
	if f.Box != nil {
		where += fmt.Sprintf(", %.1f x %.1f mm at %.1f, %.1f mm", f.Box.W, f.Box.H, f.Box.X, f.Box.Y)
	}
	text := f.Text
	if lang == "de" && f.TextDE != "" {
		text = f.TextDE
	}
	fmt.Fprintf(w, "%s%s %s%s: %s\n", indent, f.Severity, f.Rule, where, text)
}

// sampleNames are the sample recipients of every design.
var sampleNames = []string{"present", "absent", "extreme"}

// wanted picks the languages and samples of a preview; an unknown one is a fault.
func wanted(d *design.Design, lang, sample string) (languages, samples []string, err error) {
	languages, samples = d.Languages(), sampleNames
	if lang != "" {
		if !slices.Contains(languages, lang) {
			return nil, nil, postlift.Faultf(postlift.Invalid, "design preview", "design %s has no text in %q, only in %s", d.Name(), lang, strings.Join(languages, ", "))
		}
		languages = []string{lang}
	}
	if sample != "all" {
		if !slices.Contains(samples, sample) {
			return nil, nil, postlift.Faultf(postlift.Invalid, "design preview", "--case is %q: %s or all are possible", sample, strings.Join(samples, ", "))
		}
		samples = []string{sample}
	}
	return languages, samples, nil
}
