package mailers_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"

	"postlift/mailers/kit"
	"postlift/mailers/letter"
	"postlift/mailers/sheaf"
	"postlift/templates"
)

// sameSet is a set of files: a letter with a table and a signature's image, and a card.
type sameSet struct {
	k       *kit.Kit
	letters [2]*sheaf.Letters
	pieces  [2][]letter.Piece
}

func newSameSet(t testing.TB) *sameSet {
	t.Helper()
	s := &sameSet{k: printKit(t, printAssets(t))}
	for i, name := range []string{"renewal", "postcard"} {
		s.letters[i] = printLetters(t, s.k, templates.Designs(), name)
		all := samplePieces(t, s.letters[i].Compiled.Design())
		s.pieces[i] = slices.Concat(all[:4], all[len(all)/2:len(all)/2+3])
	}
	return s
}

// render prints the set's files in an order and gives one hash of them.
func (s *sameSet) render(t testing.TB, rnd *rand.Rand) string {
	t.Helper()
	var sums [len(s.letters)]string
	for _, i := range rnd.Perm(len(s.letters)) {
		l := s.letters[i]
		if rnd.IntN(3) == 0 { // something else was set before
			p := s.pieces[i][rnd.IntN(len(s.pieces[i]))]
			if _, err := l.Compiled.Compose(p); err != nil {
				t.Fatal(err)
			}
		}
		h := sha256.New()
		o := printOptions(s.k, l, "bt_same")
		o.Workers = 1 + rnd.IntN(5)
		out, sum := printed(t, h, o, items(l, 0, len(s.pieces[i]), func(n int) letter.Piece { return s.pieces[i][n] }))
		for _, o := range out {
			if o.Reason != nil {
				t.Fatal(o.Reason)
			}
			h.Write([]byte(o.Range.SHA256))
		}
		h.Write([]byte(sum.SHA256))
		sums[i] = hex.EncodeToString(h.Sum(nil))
	}
	all := sha256.Sum256([]byte(strings.Join(sums[:], " ")))
	return hex.EncodeToString(all[:])
}

const sameChild = "POSTLIFT_PRINT_AGAIN"

// TestSameBytesChild is a process of TestSameBytes; on its own it has nothing to do.
func TestSameBytesChild(t *testing.T) {
	seed, times, ok := strings.Cut(os.Getenv(sameChild), ":")
	if !ok {
		t.Skip("a part of TestSameBytes")
	}
	n, err := strconv.Atoi(times)
	if err != nil {
		t.Fatal(err)
	}
	number, err := strconv.ParseUint(seed, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	rnd := rand.New(rand.NewPCG(number, 5))
	var s *sameSet
	for i := range n {
		if i%20 == 0 { // designs compiled anew
			s = newSameSet(t)
		}
		fmt.Printf("hash %s\n", s.render(t, rnd))
	}
}

// TestSameBytes is the bar: 1,000 renders of one set by different processes, numbers of processors, time zones,
// locales, folders and orders have one hash. So many are rendered with POSTLIFT_FULL=1, else 200, with -short 50.
func TestSameBytes(t *testing.T) {
	processes, times := 20, 10
	if full() {
		times = 50
	}
	if testing.Short() {
		processes, times = 10, 5
	}
	want := newSameSet(t).render(t, rand.New(rand.NewPCG(1, 1)))
	zones := []string{"UTC", "Europe/Berlin", "Asia/Kolkata", "America/St_Johns", "Pacific/Chatham"}
	locales := []string{"C", "de_DE.UTF-8", "tr_TR.UTF-8", "en_US.ISO-8859-1"}
	counts := make([]int, processes)
	halves(processes, func(from, to int) {
		for i := from; i < to; i++ {
			cmd := exec.Command(os.Args[0], "-test.run=^TestSameBytesChild$", "-test.count=1")
			cmd.Dir = os.TempDir()
			cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%d:%d", sameChild, i, times), "GOMAXPROCS="+strconv.Itoa(1+i%4), "TZ="+zones[i%len(zones)],
				"LC_ALL="+locales[i%len(locales)], "LANG="+locales[(i+1)%len(locales)], "GOGC="+strconv.Itoa(20+40*(i%5)))
			out, err := cmd.CombinedOutput()
			if err != nil {
				t.Errorf("process %d: %v\n%s", i, err, out)
				continue
			}
			for _, m := range regexp.MustCompile(`(?m)^hash ([0-9a-f]{64})$`).FindAllStringSubmatch(string(out), -1) {
				counts[i]++
				if m[1] != want {
					t.Errorf("process %d, render %d: hash %s, want %s", i, counts[i], m[1], want)
					break
				}
			}
		}
	})
	total := 0
	for i, n := range counts {
		if total += n; n != times {
			t.Errorf("process %d rendered %d times, want %d", i, n, times)
		}
	}
	t.Logf("%d renders by %d processes on %s/%s: hash %s", total, processes, runtime.GOOS, runtime.GOARCH, want)
}
