package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestBenchRenderSteps: both ways print every letter on a page of its own, the same bytes in every run; the letter is
// as long as its bar says. No time is asserted.
func TestBenchRenderSteps(t *testing.T) {
	for _, s := range renderSteps {
		out := filepath.Join(t.TempDir(), "letters.pdf")
		code, text, errOut := call(t, "bench", "render", "--step", s.name, "--pieces", "40", "--runs", "2", "--out", out, "--json")
		var m renderMeasure
		if err := json.Unmarshal([]byte(text), &m); code != 0 || err != nil {
			t.Fatalf("%s: exit code %d, %v: %s", s.name, code, err, errOut)
		}
		if m.Pieces != 40 || m.Pages != 40 || m.Bytes == 0 || m.SHA256 == "" || m.SpeedPass || m.SizePass || m.PeakPass {
			t.Errorf("%s: %+v", s.name, m)
		}
		if m.Words < 240 || m.Words > 265 {
			t.Errorf("%s: the letter has %d words", s.name, m.Words)
		}
		data, err := os.ReadFile(out)
		if err != nil || int64(len(data)) != m.Bytes || !bytes.Contains(data, []byte("/DPartRoot")) || !bytes.Contains(data, []byte("PDF/X-4")) {
			t.Errorf("%s: %v, %d bytes", s.name, err, len(data))
		}
	}
	for _, args := range [][]string{{"--pieces", "0"}, {"--pieces", "5001"}, {"--runs", "0"}, {"--step", "crystal-ball"}} {
		if code, _, errOut := call(t, append([]string{"bench", "render"}, args...)...); code != 2 {
			t.Errorf("%v: exit code %d, %s", args, code, errOut)
		}
	}
}

// TestBenchRenderLetter: at least half of the letter's paragraphs differ between any two recipients, and other
// programs get the same words with both codes.
func TestBenchRenderLetter(t *testing.T) {
	path := filepath.Join(t.TempDir(), "letters.json")
	if code, _, errOut := call(t, "bench", "render", "--peers", path, "--pieces", "50"); code != 0 {
		t.Fatalf("exit code %d: %s", code, errOut)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var letters []peerLetter
	if err := json.Unmarshal(data, &letters); err != nil || len(letters) != 50 {
		t.Fatalf("%v, %d letters", err, len(letters))
	}
	first, codes := letters[0], map[string]bool{}
	for i, l := range letters {
		paragraphs, differ := len(l.Body)+1, 0
		if l.PS != first.PS {
			differ++
		}
		for k := range l.Body {
			if l.Body[k] != first.Body[k] {
				differ++
			}
		}
		if i > 0 && 2*differ < paragraphs {
			t.Errorf("letter %d: %d of %d paragraphs differ from the first's", i+1, differ, paragraphs)
		}
		if !strings.Contains(l.PS, "<b>PS:</b>") || len(l.Response) != 2 || l.Notice == "" || l.Greeting == "" || len(l.Address) != 5 {
			t.Errorf("letter %d: %+v", i+1, l)
		}
		qr, _ := json.Marshal(l.QR.Boxes)
		match, _ := json.Marshal(l.Match.Boxes)
		if l.QR.W != l.QR.H || l.QR.W < 21 || l.Match.W != 36 || codes[string(qr)] || codes[string(match)] {
			t.Errorf("letter %d: codes of %d and %d modules, or those of another letter", i+1, l.QR.W, l.Match.W)
		}
		codes[string(qr)], codes[string(match)] = true, true
	}
}

// TestBenchRenderJudges: verdicts are for whole files alone and follow the bars.
func TestBenchRenderJudges(t *testing.T) {
	for _, c := range []struct {
		m            renderMeasure
		pass, misses int
	}{
		{renderMeasure{Pieces: renderPieces, CPU: 1, Bytes: renderPieces * renderSizeBar, Peak: renderPeakBar}, 3, 0},
		{renderMeasure{Pieces: renderPieces, CPU: 1.01, Bytes: renderPieces*renderSizeBar + 1, Peak: renderPeakBar + 1}, 0, 3},
		{renderMeasure{Pieces: renderPieces, Bytes: 1}, 1, 1}, // a system that tells neither time nor memory
		{renderMeasure{Pieces: 100, CPU: 9, Bytes: 1 << 30, Peak: 1 << 40}, 0, 0},
	} {
		b := renderBench{pieces: c.m.Pieces, runs: 1, step: func(_ context.Context, name string) (renderMeasure, error) {
			m := c.m
			m.Name = name
			return m.judged(), nil
		}}
		r, err := b.run(t.Context(), &bytes.Buffer{})
		if err != nil || len(r.Steps) != len(renderSteps) {
			t.Fatalf("%v: %+v", err, r)
		}
		var text bytes.Buffer
		r.Steps[0].text(&text)
		if p, m := strings.Count(text.String(), " pass ("), strings.Count(text.String(), " MISS ("); p != c.pass || m != c.misses {
			t.Errorf("%d pass and %d miss in\n%s", p, m, &text)
		}
	}
}
