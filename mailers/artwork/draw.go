package artwork

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"postlift"
	"postlift/mailers/pdfread"
)

// Bounds of a picture for the screen: resolution, its longer side, and how long it may take.
const (
	screenPPI  = 150
	screenSide = 2400
	screenTime = 20 * time.Second
)

// Ghostscript draws pages with Ghostscript, which is program (empty: gs in the path), in the colours of the output
// profile, relative with black point compensation as all previews. Where it is not installed, or needs more than 20
// seconds for a page, there is no picture. It may read nothing but the page and the profile.
func Ghostscript(program string) Draw {
	if program == "" {
		program = "gs"
	}
	return func(pdf []byte, page int, icc []byte) ([]byte, error) {
		path, err := exec.LookPath(program)
		if errors.Is(err, exec.ErrNotFound) || errors.Is(err, fs.ErrNotExist) {
			return nil, nil
		}
		if err != nil {
			return nil, fmt.Errorf("artwork: %w", err)
		}
		rate, err := resolution(pdf, page)
		if err != nil {
			return nil, err
		}
		return ghostscript(path, pdf, page, icc, rate)
	}
}

// resolution is as fine as the picture's bounds allow.
func resolution(pdf []byte, page int) (rate float64, err error) {
	f, err := pdfread.Open(pdf)
	if err != nil {
		return 0, err
	}
	pages, err := f.Pages()
	if err != nil {
		return 0, err
	}
	if page < 1 || page > len(pages) {
		return 0, postlift.Faultf(postlift.NotFound, "artwork.Draw", "page %d does not exist: the PDF has %d", page, len(pages))
	}
	p := pages[page-1]
	media, ok := p.Box("MediaBox")
	side := max(media.W(), media.H()) * p.UserUnit / 72
	if !ok || !(side > 0) {
		return 0, postlift.Faultf(postlift.Invalid, "artwork.Draw", "page %d has no MediaBox", page)
	}
	return math.Min(screenPPI, screenSide/side), nil
}

func ghostscript(program string, pdf []byte, page int, icc []byte, rate float64) ([]byte, error) {
	dir, err := os.MkdirTemp("", "postlift-artwork-")
	if err != nil {
		return nil, fmt.Errorf("artwork: %w", err)
	}
	defer func() { _ = os.RemoveAll(dir) }() // of the temporary folder; what is left there harms nobody
	args := []string{"-q", "-dSAFER", "-dBATCH", "-dNOPAUSE", "-sDEVICE=pngalpha", "-dTextAlphaBits=4", "-dGraphicsAlphaBits=4", "-dRenderIntent=1", "-dBlackPtComp=1",
		"-r" + strconv.FormatFloat(rate, 'f', 3, 64), "-sPageList=" + strconv.Itoa(page), "-sOutputFile=page.png"}
	files := map[string][]byte{"page.pdf": pdf}
	if len(icc) > 0 {
		files["press.icc"] = icc
		args = append(args, "--permit-file-read="+filepath.Join(dir, "press.icc"), "-sDefaultCMYKProfile="+filepath.Join(dir, "press.icc"), "-dOverrideICC=true")
	}
	for name, data := range files {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			return nil, fmt.Errorf("artwork: %w", err)
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), screenTime)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, append(args, "page.pdf")...)
	cmd.Dir, cmd.WaitDelay = dir, time.Second
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "TMPDIR=" + dir, "LC_ALL=C"}
	said, err := cmd.CombinedOutput()
	if ctx.Err() != nil {
		return nil, nil
	}
	drawn, missing := os.ReadFile(filepath.Join(dir, "page.png"))
	if err != nil || missing != nil {
		words := strings.Join(strings.Fields(string(bytes.ToValidUTF8(said[:min(len(said), 400)], nil))), " ")
		return nil, postlift.Faultf(postlift.Invalid, "artwork.Draw", "Ghostscript cannot draw page %d: %q; save the PDF again from the program that made it", page, words)
	}
	return drawn, nil
}
