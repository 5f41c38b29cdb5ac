package sim

import (
	"bufio"
	"encoding/csv"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strconv"

	"golang.org/x/text/encoding/charmap"

	"postlift"
)

// table writes one CSV file and counts its rows; the first error sticks and comes out of close.
type table struct {
	csv  *csv.Writer
	buf  *bufio.Writer
	file io.Closer
	rows int // without the header
	err  error
}

// newTable starts a file in the plain habit: commas, UTF-8.
func newTable(dir, name string, header []string) (*table, error) {
	f, err := os.Create(filepath.Join(dir, name))
	if err != nil {
		return nil, postlift.Faultf(postlift.Invalid, "sim.WriteFiles", "%s cannot be written: %v", filepath.Join(dir, name), err)
	}
	t := streamTable(f, header)
	t.file = f
	return t, nil
}

// newExcelTable starts a file as a German spreadsheet saves it: semicolons, Windows-1252, CR LF.
func newExcelTable(dir, name string, header []string) (*table, error) {
	f, err := os.Create(filepath.Join(dir, name))
	if err != nil {
		return nil, postlift.Faultf(postlift.Invalid, "sim.WriteFiles", "%s cannot be written: %v", filepath.Join(dir, name), err)
	}
	t := &table{buf: bufio.NewWriterSize(charmap.Windows1252.NewEncoder().Writer(f), 1<<16), file: f}
	t.csv = csv.NewWriter(t.buf)
	t.csv.Comma, t.csv.UseCRLF = ';', true
	t.put(header)
	return t, nil
}

func streamTable(w io.Writer, header []string) *table {
	t := &table{buf: bufio.NewWriterSize(w, 1<<16)}
	t.csv = csv.NewWriter(t.buf)
	t.put(header)
	return t
}

func (t *table) put(fields []string) {
	if t.err == nil {
		t.err = t.csv.Write(fields)
	}
}

// row adds a data row.
func (t *table) row(fields ...string) {
	t.rows++
	t.put(fields)
}

// at is the number of the last row as a spreadsheet counts it: the header is row 1.
func (t *table) at() int { return t.rows + 1 }

func (t *table) close() error {
	t.csv.Flush()
	err := errors.Join(t.err, t.csv.Error(), t.buf.Flush())
	if t.file != nil {
		err = errors.Join(err, t.file.Close())
	}
	return err
}

// amount writes cents as a decimal number; point is the decimal sign.
func amount(minor int64, point byte) string {
	var room [24]byte
	b := room[:0]
	if minor < 0 {
		b, minor = append(b, '-'), -minor
	}
	b = strconv.AppendInt(b, minor/100, 10)
	b = append(b, point, byte('0'+minor/10%10), byte('0'+minor%10))
	return string(b)
}

func yesNo(v bool, yes, no string) string {
	if v {
		return yes
	}
	return no
}
