package letter

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"time"
	"unicode"

	"github.com/osteele/liquid/expressions"
	"github.com/osteele/liquid/parser"
	"github.com/osteele/liquid/render"
	"github.com/osteele/liquid/tags"

	"postlift"
)

// Limits of a merge: what a text may cost at most.
const (
	maxMergedBytes = 64 << 10
	maxLoopSteps   = 10_000
	maxMergeTime   = 2 * time.Second
)

// engine merges the texts of one language. It is immutable after newEngine.
type engine struct {
	cfg     render.Config
	covered func(rune) bool // nil: coverage is not checked
}

// merged is a compiled section.
type merged struct {
	node render.Node
	file string
}

func newEngine(lang string, covered func(rune) bool) *engine {
	e := &engine{cfg: render.NewConfig(), covered: covered}
	tags.AddStandardTags(e.cfg)
	e.cfg.AddTag(tickTag, tick)
	for name, fn := range filters(lang) {
		e.cfg.AddFilter(name, fn)
	}
	e.cfg.AddFilter(outFilter, e.out)
	return e
}

// compile parses a scanned section. Errors of the library are turned into a Fault with file and line.
func (e *engine) compile(source, file string, line int) (m merged, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = designFault("%sthe Liquid text cannot be read: %v", place(file, line), r)
		}
	}()
	node, perr := e.cfg.Compile(source, parser.SourceLoc{Pathname: file, LineNo: line})
	if perr != nil {
		return m, designFault("%s%s", place(file, max(perr.LineNumber(), line)), liquidMessage(perr))
	}
	return merged{node, file}, nil
}

var liquidNoise = regexp.MustCompile(`^Liquid error(?: \(line \d+\))?: | in [^ ]+$|^\{%.*%\}: `)

func liquidMessage(err error) string {
	return strings.ReplaceAll(liquidNoise.ReplaceAllString(err.Error(), ""), outFilter, "out")
}

// budget is what one merge may still use.
type budget struct {
	steps    int
	deadline time.Time
}

const budgetKey = hiddenPrefix + "budget"

// tick counts one round of a loop.
func tick(string) (func(io.Writer, render.Context) error, error) {
	return func(_ io.Writer, ctx render.Context) error {
		b, ok := ctx.Get(budgetKey).(*budget)
		if !ok {
			return nil
		}
		if b.steps--; b.steps < 0 {
			return postlift.Faultf(postlift.Invalid, "letter.Compose", "the text's loops run more than %d rounds", maxLoopSteps)
		}
		return b.late()
	}, nil
}

func (b *budget) late() error {
	if time.Now().After(b.deadline) {
		return postlift.Faultf(postlift.Invalid, "letter.Compose", "merging the text takes more than %s", maxMergeTime)
	}
	return nil
}

// limitWriter stops a merge that writes too much or too long.
type limitWriter struct {
	buf    bytes.Buffer
	budget *budget
}

// Write keeps the text; its panic carries the Fault through the library, which cannot return it.
func (w *limitWriter) Write(p []byte) (int, error) {
	if w.buf.Len()+len(p) > maxMergedBytes {
		panic(postlift.Faultf(postlift.Invalid, "letter.Compose", "the merged text is longer than %d bytes", maxMergedBytes))
	}
	if err := w.budget.late(); err != nil {
		panic(err)
	}
	return w.buf.Write(p)
}

// render merges a section with its bindings. Every panic of a filter or of the library ends here.
func (m merged) render(e *engine, bindings map[string]any) (text string, err error) {
	b := &budget{steps: maxLoopSteps, deadline: time.Now().Add(maxMergeTime)}
	bindings[budgetKey] = b
	w := &limitWriter{budget: b}
	defer func() {
		if r := recover(); r != nil {
			err = asFault(r, m.file)
		}
	}()
	if rerr := render.Render(m.node, w, bindings, e.cfg); rerr != nil {
		return "", asFault(rerr, m.file)
	}
	return w.buf.String(), nil
}

// asFault finds the Fault that a filter or tag gave, however deep the library wrapped it.
func asFault(r any, file string) error {
	for cur := r; cur != nil; {
		if err, ok := cur.(error); ok {
			var f *postlift.Fault
			if errors.As(err, &f) {
				return f
			}
		}
		switch c := cur.(type) {
		case expressions.FilterError:
			cur = c.Err
		case interface{ Cause() error }:
			cur = c.Cause()
		case interface{ Unwrap() error }:
			cur = c.Unwrap()
		default:
			cur = nil
		}
	}
	return postlift.Faultf(postlift.Invalid, "letter.Compose", "%s: the text cannot be merged: %s", file, clip(fmt.Sprint(r)))
}

// out is the hidden last filter of every {{ … }}: an empty value stops the piece, letters that the fonts
// lack stop it, and marks in the value are hidden from the markup.
func (e *engine) out(value any, path, guard string) (string, error) {
	s, err := printed(value, path)
	if err != nil {
		return "", err
	}
	s = cleanValue(s)
	if s == "" {
		if guard == "optional" {
			return "", nil
		}
		return "", pieceFault("%s has no value: fill it in, guard it with {%% if %s %%}, or give it a default", path, path)
	}
	if err := e.coverage(s, path); err != nil {
		return "", err
	}
	return protect(s), nil
}

// coverage refuses the first character that a font of the design cannot draw.
func (e *engine) coverage(s, where string) error {
	if e.covered == nil {
		return nil
	}
	for _, r := range s {
		if !e.covered(r) || unicode.Is(unicode.Co, r) {
			return pieceFault("%s contains %q (U+%04X), which the design's fonts cannot print: correct it in the customer file", where, r, r)
		}
	}
	return nil
}

func pieceFault(format string, args ...any) error {
	return postlift.Faultf(postlift.Invalid, "letter.Compose", format, args...)
}
