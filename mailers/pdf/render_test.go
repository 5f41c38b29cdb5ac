package pdf

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"postlift"
	"postlift/mailers/sheet"
	"postlift/templates"
)

func TestRangesFollowPages(t *testing.T) {
	c := compiled(t)
	pieces := samplePieces(t, 3)
	pieces[1].Merge["salutation"] = strings.Repeat("very long salutation ", 90) // pushes the letter to a second page
	_, ranges := render(t, compose(t, c, pieces))
	want := []PageRange{{pieces[0].ID, 1, 1}, {pieces[1].ID, 2, 2}, {pieces[2].ID, 4, 1}}
	for i := range want {
		if ranges[i] != want[i] {
			t.Errorf("piece %d: %+v, want %+v", i, ranges[i], want[i])
		}
	}
}

// The same plans give the same bytes: twice in a row, in another time zone, on another number of threads,
// and from a design that was compiled anew.
func TestDeterministicBytes(t *testing.T) {
	want, _ := render(t, compose(t, compiled(t), samplePieces(t, 20)))
	local := time.Local
	defer func() { time.Local = local }()
	for _, zone := range []*time.Location{time.UTC, time.FixedZone("far", -9*3600)} {
		for _, procs := range []int{1, 2} {
			time.Local = zone
			old := runtime.GOMAXPROCS(procs)
			meta := testMeta
			meta.Created = meta.Created.In(zone)
			var buf bytes.Buffer
			_, err := RenderFile(&buf, templates.Fonts(), compose(t, compiled(t), samplePieces(t, 20)), meta)
			runtime.GOMAXPROCS(old)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(buf.Bytes(), want) {
				t.Errorf("%s, %d threads: other bytes", zone, procs)
			}
		}
	}
}

// Another process with another environment writes the same bytes.
func TestDeterministicAcrossProcesses(t *testing.T) {
	const marker = "POSTLIFT_TEST_RENDER_TO"
	if path := os.Getenv(marker); path != "" {
		b, _ := render(t, compose(t, compiled(t), samplePieces(t, 20)))
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, _ := render(t, compose(t, compiled(t), samplePieces(t, 20)))
	for _, env := range []string{"TZ=Pacific/Auckland", "GOMAXPROCS=1", "LC_ALL=tr_TR.UTF-8"} {
		path := t.TempDir() + "/out.pdf"
		cmd := exec.Command(os.Args[0], "-test.run=^TestDeterministicAcrossProcesses$")
		cmd.Env = append(os.Environ(), marker+"="+path, env)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		got, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("with %s: other bytes", env)
		}
	}
}

// Rendering must not change the font bytes that others share.
func TestFontsAreNotWrittenTo(t *testing.T) {
	data := fstest.MapFS{}
	for _, ref := range compose(t, compiled(t), samplePieces(t, 1))[0].Fonts {
		b, err := os.ReadFile("../../templates/fonts/" + ref.File)
		if err != nil {
			t.Fatal(err)
		}
		data[ref.File] = &fstest.MapFile{Data: b}
	}
	plans := compose(t, compiled(t), samplePieces(t, 2))
	for range 2 {
		if _, err := RenderFile(&bytes.Buffer{}, data, plans, testMeta); err != nil {
			t.Fatal(err) // a changed font fails its hash at the second time
		}
	}
}

func TestRenderFaults(t *testing.T) {
	good := compose(t, compiled(t), samplePieces(t, 1))
	astral := compose(t, compiled(t), samplePieces(t, 1))
	astral[0].Pages[0].Ops = append(astral[0].Pages[0].Ops, sheet.Op{Kind: sheet.OpText, Size: 10_000, Text: "🚀"})
	otherSheet := append(compose(t, compiled(t), samplePieces(t, 1)), good...)
	otherSheet[0].Sheet.W = 148_000
	for name, c := range map[string]struct {
		plans []sheet.Plan
		meta  Meta
		part  string
	}{
		"none":        {nil, testMeta, "1 to 5000"},
		"no time":     {good, Meta{Title: "x"}, "creation time"},
		"no pages":    {[]sheet.Plan{{PieceID: "pc_1"}}, testMeta, "pc_1"},
		"astral":      {astral, testMeta, "U+1F680"},
		"two formats": {otherSheet, testMeta, "another sheet"},
	} {
		_, err := RenderFile(&bytes.Buffer{}, templates.Fonts(), c.plans, c.meta)
		if postlift.KindOf(err) != postlift.Invalid || !strings.Contains(postlift.UserText(err), c.part) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := RenderFile(&bytes.Buffer{}, fstest.MapFS{}, good, testMeta); postlift.KindOf(err) != postlift.NotFound {
		t.Errorf("missing font: %v", err)
	}
	if _, err := RenderFile(failing{}, templates.Fonts(), good, testMeta); !errors.Is(err, errDisk) {
		t.Errorf("failing writer: %v", err)
	}
}

var errDisk = errors.New("disk full")

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, errDisk }

// The file says nothing about its recipients outside of the pages.
func TestNoPersonalMetadata(t *testing.T) {
	b, _ := render(t, compose(t, compiled(t), samplePieces(t, 2)))
	for _, word := range []string{"Erfundene", "Wuppertal", "Imaginary", "pc_0000"} {
		if bytes.Contains(b, []byte(word)) {
			t.Errorf("%q stands in the file in clear text", word)
		}
	}
}

func TestNumbers(t *testing.T) {
	for um, want := range map[int]string{0: "0 ", 25400: "72 ", -25400: "-72 ", 1: "0.003 ", 88: "0.249 ", 210000: "595.276 ", 3175: "9 "} {
		d := &document{}
		d.pt(um)
		if got := string(d.buf); got != want {
			t.Errorf("%d um: %q, want %q", um, got, want)
		}
	}
	for n, want := range map[int]string{0: "0 ", 100: "1 ", 5: ".05 ", 50: ".5 ", 95: ".95 "} {
		d := &document{}
		d.hundredths(n)
		if got := string(d.buf); got != want {
			t.Errorf("%d %%: %q, want %q", n, got, want)
		}
	}
}

// One piece through all of it: parse nothing, compose, draw, write; 1,000 pieces a file.
func BenchmarkRenderFile(b *testing.B) {
	c := compiled(b)
	pieces := samplePieces(b, 1000)
	size := 0
	for b.Loop() {
		out, _ := render(b, compose(b, c, pieces))
		size = len(out)
	}
	b.ReportMetric(float64(b.N)*1000/b.Elapsed().Seconds(), "pieces/s")
	b.ReportMetric(float64(size)/1000, "bytes/piece")
}
