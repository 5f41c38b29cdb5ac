package preflight

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// drawAtOnce is how many pixels one run of Ghostscript draws: what bounds the room that its pages take on disk.
const drawAtOnce = 100_000_000

// draw runs Ghostscript over the pages, some at a time, and measures them.
func (c *pixelCheck) draw(ctx context.Context, path string) error {
	full, err := filepath.Abs(path)
	if err != nil {
		return fmt.Errorf("preflight: %w", err)
	}
	limited, cancel := context.WithTimeout(ctx, c.o.Timeout)
	defer cancel()
	for c.drawn < len(c.list) {
		if limited.Err() != nil {
			c.timeUp()
			return nil
		}
		if ok, err := c.run(limited, full, c.list[c.drawn:c.until()]); err != nil || !ok {
			return err
		}
	}
	if len(c.list) < len(c.pages) {
		c.hit("sample", 0, Finding{Rule: ruleDrawable, Severity: NotChecked, Text: fmt.Sprintf("%d of %d pages were drawn and tested", len(c.list), len(c.pages)),
			TextDE: fmt.Sprintf("%d von %d Seiten wurden gezeichnet und geprüft", len(c.list), len(c.pages))})
	}
	return nil
}

// until is the end of the pages that are drawn together.
func (c *pixelCheck) until() int {
	pixels, scale := 0., float64(c.dpi)*float64(c.dpi)/72/72
	for i := c.drawn; i < len(c.list); i++ {
		g := &c.pages[c.list[i]-1]
		if pixels += g.w * g.h * scale; pixels > drawAtOnce && i > c.drawn {
			return i
		}
	}
	return len(c.list)
}

// run draws some pages into a folder of its own and measures them; false ends the test.
func (c *pixelCheck) run(ctx context.Context, path string, pages []int) (ok bool, err error) {
	dir, err := os.MkdirTemp("", "postlift-pixels-")
	if err != nil {
		return false, fmt.Errorf("preflight: %w", err)
	}
	defer func() { _ = os.RemoveAll(dir) }() // of the temporary folder; what is left there harms nobody
	cmd := exec.CommandContext(ctx, c.o.Ghostscript, c.arguments(path, pages)...)
	cmd.Dir, cmd.WaitDelay = dir, 5*time.Second
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "TMPDIR=" + dir, "LC_ALL=C"}
	said := &tail{}
	cmd.Stdout, cmd.Stderr = said, said
	exit := cmd.Run()
	if ctx.Err() != nil {
		c.timeUp()
		return false, nil
	}
	for i, number := range pages {
		if err := c.plates.open(filepath.Join(dir, fmt.Sprintf("p%d.psd", i+1))); err != nil {
			c.undrawn(number, err, said.String())
			return false, nil
		}
		c.drawn++
		c.measure(number, &c.plates)
		if ctx.Err() != nil {
			c.timeUp()
			return false, nil
		}
	}
	if exit != nil || said.b.Len() > 0 {
		c.complained(exit, said.String())
	}
	return true, nil
}

// arguments make Ghostscript write the plates of each page into a file, without access to any file but the one it
// reads and those it writes.
func (c *pixelCheck) arguments(path string, pages []int) []string {
	numbers := make([]string, len(pages))
	for i, n := range pages {
		numbers[i] = strconv.Itoa(n)
	}
	return []string{"-q", "-dSAFER", "-dBATCH", "-dNOPAUSE", "-sDEVICE=psdcmyk", "-r" + strconv.Itoa(c.dpi), "-sOutputFile=p%d.psd",
		"-sPageList=" + strings.Join(numbers, ","), path}
}

func (c *pixelCheck) timeUp() {
	for _, r := range c.o.rules() {
		c.hit("time", 0, Finding{Rule: r.Name, Severity: NotChecked, Text: fmt.Sprintf("not checked: time was up after %d of %d pages", c.drawn, len(c.list)),
			TextDE: fmt.Sprintf("nicht geprüft: Die Zeit war nach %d von %d Seiten um", c.drawn, len(c.list))})
	}
}

func (c *pixelCheck) undrawn(page int, err error, said string) {
	if said == "" {
		said = err.Error()
	}
	c.hit("", 0, Finding{Rule: ruleDrawable, Severity: Error, Page: page, Text: "the page cannot be drawn, and no page after it was tested" + quotedSaid(said),
		TextDE: "Die Seite lässt sich nicht zeichnen, und keine Seite danach wurde geprüft" + quotedSaid(said)})
}

func (c *pixelCheck) complained(exit error, said string) {
	if said == "" {
		said = exit.Error()
	}
	c.hit(said, 0, Finding{Rule: ruleDrawable, Severity: Warning, Text: "Ghostscript draws all pages and complains" + quotedSaid(said),
		TextDE: "Ghostscript zeichnet alle Seiten und beanstandet" + quotedSaid(said)})
}

func quotedSaid(said string) string {
	if said == "" {
		return ""
	}
	return fmt.Sprintf(": %q", said)
}

// tail keeps the beginning of what a program says.
type tail struct{ b bytes.Buffer }

const maxSaid = 400

func (t *tail) Write(p []byte) (int, error) {
	if room := maxSaid - t.b.Len(); room > 0 {
		t.b.Write(p[:min(room, len(p))])
	}
	return len(p), nil
}

func (t *tail) String() string {
	return strings.Join(strings.Fields(strings.ToValidUTF8(t.b.String(), "?")), " ")
}

// plates are a drawn page: for each plate, 0 no ink to 255 full, row by row.
type plates struct {
	w, h  int
	names []string // Cyan, Magenta, Yellow, Black, then spot colours
	ink   [][]byte
	row   []byte
	sizes []byte
}

const (
	maxPlates     = 64
	maxPlateBytes = 400 << 20
)

var process = []string{"Cyan", "Magenta", "Yellow", "Black"}

// open reads a drawn page and removes its file.
func (p *plates) open(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return errors.New("it is missing")
	}
	defer func() { _ = os.Remove(path) }() // its folder is removed anyway; this keeps the disk small
	defer f.Close()
	return p.read(bufio.NewReaderSize(f, 1<<18))
}

// read reads a PSD file (Adobe Photoshop File Formats Specification, 2019: header, three
// sections with their lengths, rows of each channel).
func (p *plates) read(r *bufio.Reader) error {
	var head [26]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return err
	}
	channels := int(binary.BigEndian.Uint16(head[12:]))
	p.h, p.w = int(binary.BigEndian.Uint32(head[14:])), int(binary.BigEndian.Uint32(head[18:]))
	if string(head[:6]) != "8BPS\x00\x01" || binary.BigEndian.Uint16(head[22:]) != 8 || channels < len(process) || channels > maxPlates || p.w <= 0 || p.h <= 0 || p.w > 1<<16 || p.h > 1<<16 || p.w*p.h*channels > maxPlateBytes {
		return fmt.Errorf("a drawn page of %d plates of %d x %d pixels is not understood", channels, p.w, p.h)
	}
	if err := p.sections(r); err != nil {
		return err
	}
	for i := len(p.names); i < channels; i++ {
		p.names = append(p.names, fmt.Sprintf("spot %d", i-len(process)+1))
	}
	p.names = p.names[:channels]
	return p.rows(r, channels)
}

// sections takes the names of spot colours out of the second of three sections.
func (p *plates) sections(r *bufio.Reader) error {
	p.names = append(p.names[:0], process...)
	for i := range 3 {
		var n [4]byte
		if _, err := io.ReadFull(r, n[:]); err != nil {
			return err
		}
		size := int64(binary.BigEndian.Uint32(n[:]))
		if i != 1 || size > 1<<20 {
			if _, err := io.CopyN(io.Discard, r, size); err != nil {
				return err
			}
			continue
		}
		data := make([]byte, size)
		if _, err := io.ReadFull(r, data); err != nil {
			return err
		}
		p.names = append(p.names, channelNames(data)...)
	}
	return nil
}

// channelNames reads image resource 1006: the names of further channels as Pascal strings.
func channelNames(data []byte) (names []string) {
	for len(data) >= 12 && string(data[:4]) == "8BIM" {
		id := binary.BigEndian.Uint16(data[4:])
		at := 6 + int(data[6]) + 1
		at += at & 1
		if at+4 > len(data) {
			return nil
		}
		size := int(binary.BigEndian.Uint32(data[at:]))
		at += 4
		if size < 0 || at+size > len(data) {
			return nil
		}
		if id == 1006 {
			for s := data[at : at+size]; len(s) > 0 && int(s[0]) < len(s); s = s[1+int(s[0]):] {
				names = append(names, string(s[1:1+int(s[0])]))
			}
			return names
		}
		data = data[min(len(data), at+size+size&1):]
	}
	return nil
}

// rows reads the channels, packed by PackBits or not.
func (p *plates) rows(r *bufio.Reader, channels int) error {
	for len(p.ink) < channels {
		p.ink = append(p.ink, nil)
	}
	p.ink = p.ink[:channels]
	var how [2]byte
	if _, err := io.ReadFull(r, how[:]); err != nil {
		return err
	}
	packed := how[1] == 1
	if how[0] != 0 || how[1] > 1 {
		return fmt.Errorf("a drawn page is packed in way %d", binary.BigEndian.Uint16(how[:]))
	}
	if packed {
		p.sizes = grown(p.sizes, 2*p.h*channels)
		if _, err := io.ReadFull(r, p.sizes); err != nil {
			return err
		}
	}
	for ch := range channels {
		p.ink[ch] = grown(p.ink[ch], p.w*p.h)
		for y := range p.h {
			to := p.ink[ch][y*p.w : (y+1)*p.w]
			size := p.w
			if packed {
				size = int(binary.BigEndian.Uint16(p.sizes[2*(ch*p.h+y):]))
			}
			p.row = grown(p.row, size)
			if _, err := io.ReadFull(r, p.row); err != nil {
				return err
			}
			if !packed {
				copy(to, p.row)
			} else if !unpack(to, p.row) {
				return errors.New("a row of a drawn page is damaged")
			}
		}
	}
	return nil
}

// unpack undoes PackBits and fills the row.
func unpack(to, from []byte) bool {
	for len(from) > 0 && len(to) > 0 {
		n := int(int8(from[0]))
		from = from[1:]
		switch {
		case n >= 0:
			n = min(n+1, len(from), len(to))
			copy(to, from[:n])
			to, from = to[n:], from[n:]
		case n > -128 && len(from) > 0:
			n = min(1-n, len(to))
			for i := range to[:n] {
				to[i] = from[0]
			}
			to, from = to[n:], from[1:]
		}
	}
	return len(to) == 0
}

func grown(b []byte, n int) []byte {
	if cap(b) < n {
		return make([]byte, n)
	}
	return b[:n]
}
