package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"postlift"
	"postlift/mailers/design"
	"postlift/mailers/kit"
	"postlift/mailers/letter"
	"postlift/mailers/pdf"
	"postlift/mailers/preflight"
	"postlift/mailers/sheet"
	"postlift/mailers/standalone"
	"postlift/mailers/svg"
)

// previewFlags are the options of `design preview`.
type previewFlags struct {
	render       renderFlags
	out, sample  string
	row          int
	zones, bleed bool
}

// designPreview is the answer of `design preview`.
type designPreview struct {
	Design string        `json:"design"`
	Out    string        `json:"out"`
	Pieces []previewed   `json:"pieces"`
	flags  *previewFlags `json:"-"`
}

// previewed is one letter of a preview.
type previewed struct {
	Language string              `json:"language"`
	Case     string              `json:"case"`
	Pages    []string            `json:"pages"` // SVG files
	PDF      string              `json:"pdf"`
	Fault    string              `json:"fault,omitempty"`
	Findings []preflight.Finding `json:"findings"`
}

func newDesignPreviewCommand(a *app) *cobra.Command {
	f := &previewFlags{}
	cmd := &cobra.Command{
		Use: "preview DESIGN --out DIR", Short: "Draw a design's letters: an SVG for every page, and a PDF",
		Long: `Invented recipients are composed (--case present, absent, extreme or all), or with --data a recipient of a CSV
file as postlift render prints it. Colours are those of the output profile.

--zones lays the places over the pages that must stay clear or hold something; --bleed shows what is cut off.`,
		Example: `  postlift design preview winback --out preview
  postlift design preview winback --out preview --lang de --case all --zones --bleed
  postlift design preview ./my-letter --out preview --data recipients.csv --row 3 --sender sender.yaml`,
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			f.render.design = args[0]
			p, err := a.preview(f)
			if err != nil {
				return err
			}
			return a.print(p, func(w io.Writer) { printDrawn(w, p) })
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.out, "out", "", "folder for the files")
	flags.StringVar(&f.render.lang, "lang", "", "one language (default all)")
	flags.StringVar(&f.sample, "case", "present", "sample recipient: present, absent, extreme or all")
	flags.BoolVar(&f.zones, "zones", false, "show the zones")
	flags.BoolVar(&f.bleed, "bleed", false, "show the bleed")
	flags.StringVar(&f.render.data, "data", "", "a CSV file with recipients instead of the samples")
	flags.IntVar(&f.row, "row", 1, "which recipient of --data, from 1")
	flags.StringVar(&f.render.sender, "sender", "", "YAML file of the sender, for --data")
	flags.StringArrayVar(&f.render.set, "set", nil, "NAME=VALUE, for --data")
	flags.StringVar(&f.render.baseURL, "base-url", "https://reply.example", "of QR codes, for --data")
	flags.StringVar(&f.render.assets, "assets", "", "folder of images per recipient and of signatures")
	flags.StringVar(&f.render.profile, "profile", "", "the vendor's output profile (ICC)")
	_ = cmd.MarkFlagRequired("out") // fails only for a flag that does not exist
	return cmd
}

func (a *app) preview(f *previewFlags) (designPreview, error) {
	p := designPreview{Out: f.out, Pieces: []previewed{}, flags: f}
	f.render.currency, f.render.standard, f.render.perFile, f.render.batch = "EUR", "x4", 1, "preview"
	j, err := a.renderJob(&f.render)
	if err != nil {
		return p, err
	}
	p.Design = j.Design.Name()
	cases, compiled, err := f.cases(j)
	if err != nil {
		return p, err
	}
	if err := os.MkdirAll(f.out, 0o750); err != nil {
		return p, postlift.Faultf(postlift.Invalid, "design preview", "the folder %s cannot be made: %v", f.out, err)
	}
	for i := range cases {
		drawn, err := f.draw(j.Design, j.Kit, compiled, &cases[i])
		if err != nil {
			return p, err
		}
		p.Pieces = append(p.Pieces, drawn)
	}
	return p, nil
}

// cases are the letters to be drawn.
func (f *previewFlags) cases(j *standalone.Job) ([]standalone.Case, *letter.Compiled, error) {
	if f.render.data == "" {
		languages, samples, err := wanted(j.Design, f.render.lang, f.sample)
		if err != nil {
			return nil, nil, err
		}
		cases, compiled, err := standalone.Samples(j.Kit, j.Design)
		return slices.DeleteFunc(cases, func(c standalone.Case) bool {
			return !slices.Contains(languages, c.Language) || !slices.Contains(samples, c.Name)
		}), compiled, err
	}
	in, err := os.Open(f.render.data)
	if err != nil {
		return nil, nil, postlift.Faultf(postlift.Invalid, "design preview", "the recipients cannot be opened: %v", err)
	}
	defer in.Close()
	j.Key = []byte("preview: codes that nobody answers")
	c, compiled, err := j.Compose(in, f.row)
	return []standalone.Case{c}, compiled, err
}

// draw writes the files of one letter.
func (f *previewFlags) draw(d *design.Design, k *kit.Kit, compiled *letter.Compiled, c *standalone.Case) (previewed, error) {
	out := previewed{Language: c.Language, Case: c.Name, Fault: c.Fault, Pages: []string{}, Findings: append([]preflight.Finding{}, c.Findings...)}
	if c.Fault != "" {
		return out, nil
	}
	base := filepath.Join(f.out, fmt.Sprintf("%s-%s-%s", d.Name(), c.Language, c.Name))
	o := svg.Options{Fonts: compiled.Family(), Bleed: f.bleed, Zones: f.zones, RGB: k.Screen}
	for i := range c.Plan.Pages {
		name := fmt.Sprintf("%s-%d.svg", base, i+1)
		if err := writeFile(name, func(w io.Writer) error { return svg.Page(w, &c.Plan, i, o) }); err != nil {
			return out, err
		}
		out.Pages = append(out.Pages, name)
	}
	plan := c.Plan
	if f.zones {
		plan = withZones(plan)
	}
	out.PDF = base + ".pdf"
	return out, writeFile(out.PDF, func(w io.Writer) error {
		file, err := k.File(d, pdf.Meta{Title: "Preview of " + d.Name(), Created: postlift.NewDate(2026, 1, 1).Time()}, pdf.X4)
		if err != nil {
			return err
		}
		if _, err := file.Add(&plan); err != nil {
			return err
		}
		_, err = file.Finish(w)
		return err
	})
}

// zoneInk frames zones in print previews.
var zoneInk = sheet.Ink{M: 100}

// withZones lays frames over a plan's pages. The plan itself stays as it is.
func withZones(p sheet.Plan) sheet.Plan {
	p.Pages = slices.Clone(p.Pages)
	for i := range p.Pages {
		page := &p.Pages[i]
		page.Ops = slices.Clone(page.Ops)
		for _, z := range page.Zones {
			frame := &sheet.Path{Verbs: "MLLLZ", Coords: []int{0, 0, z.W, 0, z.W, z.H, 0, z.H}, Stroke: 150, Dash: []int{1500, 800}}
			page.Ops = append(page.Ops, sheet.Op{Kind: sheet.OpPath, Part: sheet.PartMark, X: z.X, Y: z.Y, W: z.W, H: z.H, Ink: zoneInk, Path: frame},
				sheet.Op{Kind: sheet.OpText, Part: sheet.PartMark, Size: 6000, X: z.X + 600, Y: z.Y + z.H - 600, Ink: zoneInk, Text: z.Name})
		}
	}
	return p
}

// writeFile writes a file wholly or not at all.
func writeFile(name string, write func(io.Writer) error) error {
	var buf bytes.Buffer
	if err := write(&buf); err != nil {
		return err
	}
	temp, err := os.CreateTemp(filepath.Dir(name), ".preview-*")
	if err != nil {
		return postlift.Faultf(postlift.Invalid, "design preview", "%s cannot be written: %v", name, err)
	}
	_, err = temp.Write(buf.Bytes())
	if err = errors.Join(err, temp.Chmod(0o640), temp.Close()); err == nil {
		err = os.Rename(temp.Name(), name)
	}
	if err != nil {
		return postlift.Faultf(postlift.Invalid, "design preview", "%s cannot be written: %v", name, errors.Join(err, os.Remove(temp.Name())))
	}
	return nil
}

func printDrawn(w io.Writer, p designPreview) {
	for _, piece := range p.Pieces {
		if piece.Fault != "" {
			fmt.Fprintf(w, "%s %s  such a letter stops: %s\n", piece.Language, piece.Case, piece.Fault)
			continue
		}
		fmt.Fprintf(w, "%s %s  %s\n", piece.Language, piece.Case, piece.PDF)
		for _, page := range piece.Pages {
			fmt.Fprintf(w, "  %s\n", page)
		}
		for _, f := range piece.Findings {
			printPreflightFinding(w, "  ", f, p.flags.render.lang)
		}
	}
}
