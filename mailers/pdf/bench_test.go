//go:build unix

package pdf

import (
	"io"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"postlift/mailers/codes"
	"postlift/mailers/sheet"
)

// referenceLetter is the A4 letter that files are measured with: logo, address, about 250 words in 40 justified
// and kerned lines, a QR code with a tracking address and a DataMatrix of its own, a footer; dense adds as much
// to both codes as to need twice the boxes.
func referenceLetter(i int, dense bool) sheet.Plan {
	base, _ := sharedLayers()
	first := letterPlan(0)
	ops := first.Pages[0].Ops[:5:5]
	ops[0] = line(sheet.Regular, 10_000, 25_000, 66_000, pieceName(i), 0, sheet.Black)
	ops = append(ops, bodyLines(40, i, 90_000, 40)...)
	qr, dm := qrText(i), dmText(i)
	if dense {
		qr, dm = qr+"?utm_campaign=fruehjahr", strings.Repeat(dm, 3)
	}
	ops = append(ops, code(codes.QR(qr))(165_000, 240_000, 500), code(codes.DataMatrix([]byte(dm), codes.Square))(10_000, 260_000, 500))
	return sheet.Plan{PieceID: first.PieceID, Sheet: a4, Fonts: first.Fonts, Pages: []sheet.Page{{Base: []*sheet.Layer{base}, Ops: ops}}}
}

// BenchmarkFile draws and writes files of 5,000 letters. Run it with GOMAXPROCS=1 on a machine that has nothing
// else to do.
func BenchmarkFile(b *testing.B) {
	b.Run("reference", func(b *testing.B) { benchmarkFile(b, false) })
	b.Run("dense", func(b *testing.B) { benchmarkFile(b, true) })
}

func benchmarkFile(b *testing.B, dense bool) {
	const pages, distinct = 5000, 250
	letters := make([]sheet.Plan, distinct)
	for i := range letters {
		letters[i] = referenceLetter(i, dense)
	}
	o := options(b)
	var size int64
	words, boxes, lines := count(letters[0])
	before := cpu(b)
	for b.Loop() {
		size = letterFile(b, o, letters, pages)
	}
	b.ReportMetric(float64(b.N)*pages/(cpu(b)-before).Seconds(), "pages/CPU-s")
	b.ReportMetric(float64(size)/pages, "bytes/page")
	b.ReportMetric(float64(words), "words")
	b.ReportMetric(float64(lines), "lines")
	b.ReportMetric(float64(boxes), "boxes")
	b.ReportMetric(float64(residentKB(b))/1024, "peak-MB")
}

// letterFile writes one file and gives its size.
func letterFile(b *testing.B, o Options, letters []sheet.Plan, pages int) int64 {
	f, err := New(o)
	if err != nil {
		b.Fatal(err)
	}
	for i := range pages {
		if _, err := f.Add(&letters[i%len(letters)]); err != nil {
			b.Fatal(err)
		}
	}
	sum, err := f.Finish(io.Discard)
	if err != nil {
		b.Fatal(err)
	}
	return sum.Bytes
}

func count(p sheet.Plan) (words, boxes, lines int) {
	for _, op := range p.Pages[0].Ops {
		words += len(strings.Fields(op.Text))
		boxes += len(op.Modules)
		if len(op.Shift) > 0 {
			lines++
		}
	}
	return words, boxes, lines
}

// cpu is the time that the process has used on all threads.
func cpu(t testing.TB) time.Duration {
	t.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// residentKB is the most memory that the process ever had; 0 where the system does not tell.
func residentKB(t testing.TB) int {
	t.Helper()
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	n, err := strconv.Atoi(strings.Fields(rest + " 0")[0])
	if err != nil {
		t.Fatal(err)
	}
	return n
}
