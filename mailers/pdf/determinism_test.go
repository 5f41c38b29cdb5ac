package pdf

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
	"time"
)

// The same plans give the same bytes: twenty times, in other time zones and on other numbers of threads.
func TestDeterministicBytes(t *testing.T) {
	want, _, _ := render(t, options(t), plans(t, 8))
	local := time.Local
	defer func() { time.Local = local }()
	for i := range 20 {
		zone := time.FixedZone("far", (i-10)*3600)
		time.Local = zone
		old := runtime.GOMAXPROCS(1 + i%2)
		o := options(t)
		o.Meta.Created = o.Meta.Created.In(zone)
		got, _, _ := render(t, o, plans(t, 8))
		runtime.GOMAXPROCS(old)
		if !bytes.Equal(got, want) {
			t.Errorf("run %d: other bytes", i)
		}
	}
}

// Files made at the same time do not touch each other.
func TestDeterministicInParallel(t *testing.T) {
	want, _, _ := render(t, options(t), plans(t, 8))
	got := make(chan []byte, 4)
	for range cap(got) {
		go func() {
			var buf bytes.Buffer
			if _, _, err := RenderFile(&buf, options(t), plans(t, 8)); err != nil {
				t.Error(err)
			}
			got <- buf.Bytes()
		}()
	}
	for range cap(got) {
		if !bytes.Equal(<-got, want) {
			t.Error("other bytes")
		}
	}
}

// Another process with another environment writes the same bytes.
func TestDeterministicAcrossProcesses(t *testing.T) {
	const marker = "POSTLIFT_TEST_RENDER_TO"
	if path := os.Getenv(marker); path != "" {
		b, _, _ := render(t, options(t), plans(t, 8))
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, _, _ := render(t, options(t), plans(t, 8))
	for _, env := range []string{"TZ=Pacific/Auckland", "GOMAXPROCS=1", "LC_ALL=tr_TR.UTF-8"} {
		path := filepath.Join(t.TempDir(), "out.pdf")
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
