package typeset

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// parted writes a word with its hyphens.
func parted(l language, word string) string {
	places := hyphenators[l]().places(word, nil)
	var b strings.Builder
	n := 0
	for _, r := range word {
		if len(places) > 0 && places[0] == n {
			b.WriteByte('-')
			places = places[1:]
		}
		b.WriteRune(r)
		n++
	}
	return b.String()
}

func TestHyphenationOfKnownWords(t *testing.T) {
	for _, c := range []struct {
		lang  language
		words string
	}{
		// The official rules for German spelling (2006), §§ 107-113, as in Duden, without places nearer than two
		// letters to the start and three to the end.
		{german, "Do-nau-dampf-schiff-fahrt Ar-beits-ver-trag Wie-der-ho-lung Mehr-wert-steuer Ver-si-che-rung Zu-cker " +
			"Kas-ten Stra-ßen-bahn Schiff-fahrt Staats-oper Haus-schuh Maß-nahme Ge-schäfts-füh-rer Lie-fer-kette " +
			"Ver-trags-ver-län-ge-rung Kün-di-gungs-frist Abend-essen voll-enden hin-ein Blu-men-topf-erde Nach-teil"},
		// The TeXbook, appendix H, for the first two; Merriam-Webster's Collegiate Dictionary, 11th edition.
		{american, "hy-phen-ation su-per-cal-ifrag-ilis-tic-ex-pi-ali-do-cious con-tract main-te-nance agree-ment " +
			"de-vel-op-ment in-vest-ment ref-er-ence war-ranty project present ta-ble leg-ends"},
		// Exceptions of the pattern file itself; Oxford Spelling Dictionary.
		{british, "uni-ver-sity how-ever ma-nu-script some-thing through-out con-tract agree-ment de-vel-op-ment ref-er-ence"},
	} {
		for _, want := range strings.Fields(c.words) {
			if got := parted(c.lang, strings.ReplaceAll(want, "-", "")); got != want {
				t.Errorf("language %d: %s, want %s", c.lang, got, want)
			}
		}
	}
}

// Places where a hyphen would change the sense.
func TestHyphenationAvoidsKnownPitfalls(t *testing.T) {
	for _, bad := range []string{"Urin-stinkt", "Blumento-pferde", "Anal-phabet", "bein-halten", "Wachst-raum"} {
		front, _, _ := strings.Cut(bad, "-")
		for _, at := range hyphenators[german]().places(strings.ReplaceAll(bad, "-", ""), nil) {
			if at == len([]rune(front)) {
				t.Errorf("%s is parted", bad)
			}
		}
	}
}

func TestHyphenationPlaces(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.StringMatching(`[a-zäöüßéA-ZÄÖÜ]{0,160}`).Draw(t, "word")
		l := language(rapid.IntRange(1, int(languages)-1).Draw(t, "language"))
		n, last := len([]rune(word)), 0
		for _, at := range hyphenators[l]().places(word, nil) {
			if at < leastBefore || at > n-leastAfter || at <= last || n < shortestParted {
				t.Fatalf("%q is parted at %d of %d", word, at, n)
			}
			last = at
		}
		if got := parted(l, word); strings.ReplaceAll(got, "-", "") != word {
			t.Fatalf("%q became %q", word, got)
		}
	})
}

func TestWhatIsNeverParted(t *testing.T) {
	f := family(t)
	m := measurerOf(f[0], german, false)
	for _, w := range []string{"ARBEITSVERTRAG", "GmbH", "KGaA", "AB12345678", "www.arbeitsvertrag.example", "post@arbeitsvertrag.example",
		"ArbeitsVertrag", "Info", "2025-2026", "#Arbeitsvertrag"} {
		for _, b := range m.measure(w).breaks {
			if b.hyphen {
				t.Errorf("%q may be parted after %q", w, w[:b.at])
			}
		}
	}
	if n := len(m.measure("„Arbeitsvertrag“,").breaks); n != 3 {
		t.Errorf("a word in quotes has %d places, want 3", n)
	}
}

func TestPatternFilesAreTheNamedOnes(t *testing.T) {
	origins, err := os.ReadFile("patterns/ORIGINS.md")
	if err != nil {
		t.Fatal(err)
	}
	entries, err := patternFiles.ReadDir("patterns")
	if err != nil || len(entries) != 3 {
		t.Fatalf("%d pattern files, %v", len(entries), err)
	}
	for _, e := range entries {
		data, err := patternFiles.ReadFile("patterns/" + e.Name())
		if err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256(data)
		found := false
		for line := range strings.Lines(string(origins)) {
			found = found || strings.Contains(line, "| "+e.Name()+" |") && strings.Contains(line, hex.EncodeToString(sum[:]))
		}
		if !found {
			t.Errorf("ORIGINS.md does not name %s with sha256 %x", e.Name(), sum)
		}
	}
}
