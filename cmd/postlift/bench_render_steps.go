package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"postlift"
	"postlift/accounts/csvfile"
	"postlift/mailers"
	"postlift/mailers/design"
	"postlift/mailers/kit"
	"postlift/mailers/letter"
	"postlift/mailers/pdf"
	"postlift/mailers/standalone"
	"postlift/templates"
)

// printing makes the print file at a path and gives its pages.
type printing func(ctx context.Context, path string) (pages int, err error)

// renderWay is a worker that prints in one way: it has been started, and is given the data of n pieces.
type renderWay func(n int) (printing, error)

// measure runs a step in this process: a file of one piece, which starts the worker, then whole files.
func (b *renderBench) measure(ctx context.Context, name, keep string) (m renderMeasure, err error) {
	i := slices.IndexFunc(renderSteps, func(s renderStep) bool { return s.name == name })
	if i < 0 {
		return m, postlift.Faultf(postlift.Invalid, "bench render", "there is no step %q; steps: press, csv", name)
	}
	m = renderMeasure{Name: name, What: renderSteps[i].what, Pieces: b.pieces, CPU: math.Inf(1), Seconds: math.Inf(1)}
	if m.Words, err = referenceWords(); err != nil {
		return m, err
	}
	dir, err := os.MkdirTemp("", "postlift-bench-")
	if err != nil {
		return m, postlift.Faultf(postlift.Invalid, "bench render", "no temporary folder can be made: %v", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	path := filepath.Join(dir, "letters-0001.pdf")
	if keep != "" {
		path = keep
	}
	before := cpuSeconds()
	way, err := renderSteps[i].start()
	if err != nil {
		return m, err
	}
	one, err := way(1)
	if err != nil {
		return m, err
	}
	if _, err := one(ctx, path); err != nil {
		return m, err
	}
	m.Start = cpuSeconds() - before
	all, err := way(b.pieces)
	if err != nil {
		return m, err
	}
	for range b.runs {
		if err := m.file(ctx, all, path); err != nil {
			return m, err
		}
	}
	m.Peak = peakRSS()
	return m.judged(), nil
}

// file measures one file.
func (m *renderMeasure) file(ctx context.Context, print printing, path string) error {
	runtime.GC() // what the last file left is not this one's
	cpu, start := cpuSeconds(), time.Now()
	pages, err := print(ctx, path)
	if err != nil {
		return err
	}
	m.CPU, m.Seconds, m.Pages = min(m.CPU, cpuSeconds()-cpu), min(m.Seconds, time.Since(start).Seconds()), pages
	sum, size, err := fileSum(path)
	if err != nil {
		return err
	}
	if m.SHA256 != "" && m.SHA256 != sum {
		return fmt.Errorf("bench render: two files of the same letters differ: %s and %s", m.SHA256, sum)
	}
	m.SHA256, m.Bytes = sum, size
	return nil
}

func fileSum(path string) (sum string, size int64, err error) {
	f, err := os.Open(path)
	if err != nil {
		return "", 0, err
	}
	defer f.Close()
	h := sha256.New()
	if size, err = io.Copy(h, f); err != nil {
		return "", 0, err
	}
	return hex.EncodeToString(h.Sum(nil)), size, nil
}

// startPress is the worker of a batch's chunks.
func startPress() (renderWay, error) {
	d, err := referenceDesign()
	if err != nil {
		return nil, err
	}
	version := mailers.DesignVersion{Name: d.Name(), SHA256: d.Hash(), Files: map[string]string{}}
	for name, data := range d.Files() {
		version.Files[name] = string(data)
	}
	press := mailers.NewPress(mailers.PressOptions{Fonts: templates.Fonts(), Profiles: templates.Profiles()})
	return func(n int) (printing, error) {
		job := mailers.PrintJob{Designs: mailers.Designs{"": version}, Title: benchBatch, Created: postlift.MustDate(benchDay).Time(), Pieces: make([]mailers.StoredPiece, n)}
		for i := range job.Pieces {
			piece, err := asStored(benchPiece(i + 1))
			if err != nil {
				return nil, err
			}
			job.Pieces[i] = mailers.StoredPiece{ID: int64(i + 1), SeqNo: i + 1, Piece: piece}
		}
		return func(ctx context.Context, path string) (pages int, err error) {
			f, err := os.Create(path)
			if err != nil {
				return 0, err
			}
			defer func() { err = errors.Join(err, f.Close()) }()
			printed, pages, err := press.Render(ctx, f, job)
			if err != nil {
				return 0, err
			}
			for i := range printed {
				if printed[i].Failed != "" {
					return 0, fmt.Errorf("bench render: letter %d was not printed: %s", i+1, printed[i].Failed)
				}
			}
			return pages, nil
		}, nil
	}, nil
}

// asStored gives a piece the values that its document in the database decodes to.
func asStored(p letter.Piece) (letter.Piece, error) {
	raw, err := json.Marshal(p.Merge)
	if err != nil {
		return p, fmt.Errorf("bench render: %w", err)
	}
	p.Merge = nil
	if err := json.Unmarshal(raw, &p.Merge); err != nil {
		return p, fmt.Errorf("bench render: %w", err)
	}
	return p, nil
}

// startCSV is standalone printing. Each job reads the design's fonts anew, as each call of the program does.
func startCSV() (renderWay, error) {
	d, err := referenceDesign()
	if err != nil {
		return nil, err
	}
	k, err := benchKit()
	if err != nil {
		return nil, err
	}
	sender := standalone.NewSender()
	for name, v := range benchSender() {
		sender.Fields[name] = v.(string)
	}
	sender.ObjectionNotice["de"] = benchNotice
	return func(n int) (printing, error) {
		table, err := benchTable(n)
		if err != nil {
			return nil, err
		}
		job := standalone.Job{Design: d, Kit: k, Sender: sender, Currency: "EUR", Date: postlift.MustDate(benchDay), BaseURL: "https://" + benchHost,
			Batch: "Messbrief", Key: benchSecret, PerFile: pdf.MaxPieces, Standard: pdf.X4,
			Set: []string{"campaign.offer=5 % Nachlass auf Ihre nächste Bestellung", "campaign.offer_until=2026-04-30"}}
		return func(ctx context.Context, path string) (int, error) {
			job := job
			var rejected []csvfile.Reject
			job.Rejected = func(r csvfile.Reject) { rejected = append(rejected, r) }
			sum, err := job.Run(ctx, bytes.NewReader(table), benchFolder{path})
			if err == nil && sum.Printed != n {
				err = fmt.Errorf("bench render: %d of %d letters were printed: %v", sum.Printed, n, rejected[:min(1, len(rejected))])
			}
			return sum.Pages, err
		}, nil
	}, nil
}

func benchKit() (*kit.Kit, error) {
	icc, err := fs.ReadFile(templates.Profiles(), "FOGRA39L_coated.icc")
	if err != nil {
		return nil, err
	}
	return kit.New(kit.Options{Fonts: templates.Fonts(), ICC: icc})
}

// benchTable is the recipients as a CSV file.
func benchTable(n int) ([]byte, error) {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	w.Comma = ';'
	rows := [][]string{{"Firma", "Anrede", "Titel", "Vorname", "Nachname", "Funktion", "street", "postcode", "Ort", "Land", "Kundennummer", "Kunde seit",
		"letzte Bestellung", "account.last_product_group", "account.order_count", "account.total_net", "saving"}}
	for i := 1; i <= n; i++ {
		r := recipientNo(i)
		major := func(minor int64) string { return fmt.Sprintf("%d,%02d", minor/100, minor%100) }
		rows = append(rows, []string{r.company, r.salutation, r.title, r.first, r.last, r.duty, r.street, r.postcode, r.town, "DE", r.number, r.since,
			r.lastOn, r.field, strconv.Itoa(r.orders), major(r.net), major(r.saving)})
	}
	err := w.WriteAll(rows)
	return b.Bytes(), err
}

// benchFolder takes a batch's files: the print file stands at a path, the others beside it.
type benchFolder struct{ path string }

// Put writes a file with its checksum.
func (f benchFolder) Put(_ context.Context, name string, write func(io.Writer) error) (sum string, size int64, err error) {
	path := f.path
	if !strings.HasSuffix(name, ".pdf") {
		path = filepath.Join(filepath.Dir(f.path), name)
	}
	out, err := os.Create(path)
	if err != nil {
		return "", 0, err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	h := sha256.New()
	if err := write(io.MultiWriter(out, h)); err != nil {
		return "", 0, err
	}
	i, err := out.Stat()
	if err != nil {
		return "", 0, err
	}
	return hex.EncodeToString(h.Sum(nil)), i.Size(), nil
}

// compileReference prepares the design for composing alone.
func compileReference() (*letter.Compiled, *design.Design, error) {
	d, err := referenceDesign()
	if err != nil {
		return nil, nil, err
	}
	k, err := benchKit()
	if err != nil {
		return nil, nil, err
	}
	c, err := k.Compile(d)
	return c, d, err
}
