package main

import (
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// bar shows how far long work has come: on a terminal only, so that logs stay readable.
type bar struct{ inner *progressbar.ProgressBar }

// progress starts a bar of unknown length on standard error.
func (a *app) progress(what string) *bar {
	f, ok := a.errOut.(*os.File)
	if !ok || a.json || !term.IsTerminal(int(f.Fd())) {
		return &bar{}
	}
	return &bar{progressbar.NewOptions64(-1, progressbar.OptionSetWriter(f), progressbar.OptionSetDescription(what),
		progressbar.OptionShowCount(), progressbar.OptionShowIts(), progressbar.OptionThrottle(100*time.Millisecond),
		progressbar.OptionClearOnFinish())}
}

// set tells how many are done.
func (b *bar) set(n int64) {
	if b.inner != nil {
		_ = b.inner.Set64(n) // a bar that cannot be drawn must not stop the work
	}
}

func (b *bar) done() {
	if b.inner != nil {
		_ = b.inner.Finish()
	}
}
