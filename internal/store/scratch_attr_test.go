package store

import (
	"context"
	"os"
	"runtime/pprof"
	"testing"
	"time"

	"postlift"
	"postlift/responses"
)

func TestScratchAttr(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		ctx := context.Background()
		_, err := s.MakeMeasureYard(ctx, 100000, postlift.MustDate("2026-03-03"))
		must(t, err)
		f, _ := os.Create("/tmp/attr_" + s.Dialect() + ".prof")
		pprof.StartCPUProfile(f)
		for range 3 {
			a := time.Now()
			_, err = s.AttributeRun(ctx, 1, responses.NewPicker)
			must(t, err)
			t.Log(time.Since(a))
		}
		pprof.StopCPUProfile()
		f.Close()
	})
}
