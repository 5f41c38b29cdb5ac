package pdf

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"postlift/mailers/pdf/pdftest"
	"postlift/mailers/pdfread"
	"postlift/mailers/sheet"
)

// A file of thousands of pages has a tree of nodes, none with more than a thousand pages, in which every page points
// to its node and stands at its place.
func TestLongFilesHaveATree(t *testing.T) {
	const pieces, each = 1300, 2
	all := make([]sheet.Plan, pieces)
	for i := range all {
		all[i] = sheet.Plan{PieceID: "pc_" + strconv.Itoa(i), Sheet: a4, Fonts: loadFonts().refs}
		for side := range each {
			all[i].Pages = append(all[i].Pages, sheet.Page{Ops: []sheet.Op{line(sheet.Regular, 10_000, 25_000, 66_000, "Seite "+strconv.Itoa(each*i+side+1), 0, sheet.Black)}})
		}
	}
	b, _, _ := render(t, options(t), all)
	f, err := pdfread.Open(b)
	if err != nil || f.Rebuilt {
		t.Fatal(err, f.Rebuilt)
	}
	root := f.Dict(f.Root()["Pages"])
	nodes := f.Array(root["Kids"])
	if len(nodes) != 3 || f.Number(root["Count"], 0) != pieces*each {
		t.Fatalf("%d nodes for %v pages", len(nodes), root["Count"])
	}
	n := 0
	for _, ref := range nodes {
		node := f.Dict(ref)
		kids := f.Array(node["Kids"])
		if len(kids) > maxKids || f.Number(node["Count"], 0) != float64(len(kids)) || node["Parent"] != f.Root()["Pages"] {
			t.Fatalf("node with %d pages, count %v, parent %v", len(kids), node["Count"], node["Parent"])
		}
		for _, page := range kids {
			if f.Dict(page)["Parent"] != ref {
				t.Fatalf("page %d points to %v, not to %v", n+1, f.Dict(page)["Parent"], ref)
			}
			n++
		}
	}
	pages, err := f.Pages()
	if err != nil || len(pages) != n || n != pieces*each {
		t.Fatalf("%d pages, %v", len(pages), err)
	}
	pdftest.Need(t, "qpdf", "pdftotext")
	path := filepath.Join(t.TempDir(), "long.pdf")
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	pdftest.Run(t, "qpdf", "--check", path)
	for _, page := range []string{"1", "1000", "1001", "2600"} {
		if text := strings.TrimSpace(pdftest.Run(t, "pdftotext", "-f", page, "-l", page, path, "-")); text != "Seite "+page {
			t.Errorf("page %s reads %q", page, text)
		}
	}
}

// The map to characters has what was printed and nothing else, in ranges as readers may ask for.
func TestMapToUnicode(t *testing.T) {
	f := &face{}
	const printed = "AÄBCSßaz€fł–ſƀɏ…„“"
	for _, r := range printed {
		f.used[r>>6] |= 1 << (r & 63)
	}
	for r := rune(0x4000); r < 0x4400; r += 2 { // more ranges than a block holds
		f.used[r>>6] |= 1 << (r & 63)
	}
	said := string(toUnicode(f))
	var got strings.Builder
	for _, block := range regexp.MustCompile(`(?s)(\d+) beginbfrange\n(.*?)endbfrange`).FindAllStringSubmatch(said, -1) {
		lines := strings.Split(strings.TrimSpace(block[2]), "\n")
		if block[1] != strconv.Itoa(len(lines)) || len(lines) > 100 {
			t.Errorf("a block of %d ranges says that it has %s", len(lines), block[1])
		}
		for _, l := range lines {
			m := regexp.MustCompile(`^<(..)(..)><(..)(..)><(....)>$`).FindStringSubmatch(l)
			if m == nil || m[1] != m[3] || m[1]+m[2] != m[5] {
				t.Fatalf("range %q", l)
			}
			from, _ := strconv.ParseInt(m[1]+m[2], 16, 32)
			to, _ := strconv.ParseInt(m[3]+m[4], 16, 32)
			for r := rune(from); r <= rune(to); r++ {
				got.WriteRune(r)
			}
		}
	}
	if got.String() != f.runes() {
		t.Errorf("the map has %q", got.String())
	}
}
