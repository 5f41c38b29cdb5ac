package postlift_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// room is one room of the house: which rooms of the project and which outside libraries its files may
// import. Tests may import more of the outside world (testLibraries), but no further room except as
// testRooms says.
type room struct {
	path      string   // folder; its sub-packages belong to the room unless they are rooms themselves
	rooms     []string // rooms that it may import
	libraries []string // module path prefixes
}

var (
	xtext  = "golang.org/x/text/"
	stages = []string{"accounts", "clv", "campaigns", "mailers", "responses"}
)

var house = []room{
	{path: "."},
	{path: "migrations"},
	{path: "templates"},
	{path: "internal/staff", rooms: []string{"."}},
	{path: "accounts", rooms: upTo("accounts"), libraries: []string{xtext}},
	{path: "clv", rooms: upTo("clv"), libraries: []string{"gonum.org/v1/gonum/"}},
	{path: "campaigns", rooms: upTo("campaigns"), libraries: []string{"github.com/expr-lang/expr/", "gopkg.in/yaml.v3", "gonum.org/v1/gonum/"}},
	{path: "mailers", rooms: append(upTo("mailers"), "mailers/pdf"), libraries: []string{
		"gopkg.in/yaml.v3", "github.com/osteele/liquid", "rsc.io/qr", "golang.org/x/image/font/sfnt",
		"golang.org/x/image/math/fixed", "golang.org/x/image/font", "golang.org/x/image/draw", "golang.org/x/image/tiff",
		"github.com/go-text/typesetting/", "github.com/klauspost/compress", xtext}},
	{path: "mailers/pdf", rooms: []string{".", "mailers"}, libraries: []string{"github.com/jung-kurt/gofpdf", "github.com/klauspost/compress",
		"golang.org/x/image/font/sfnt", "golang.org/x/image/tiff"}},
	{path: "responses", rooms: upTo("responses"), libraries: []string{"gonum.org/v1/gonum/"}},
	{path: "internal/store", rooms: adapter("migrations"), libraries: []string{
		"gorm.io/", "modernc.org/sqlite", "github.com/jackc/pgx/v5", "github.com/pressly/goose/v3"}},
	{path: "internal/jobs", rooms: adapter(), libraries: []string{
		"github.com/hibiken/asynq", "github.com/alicebob/miniredis/v2", "github.com/redis/go-redis/v9"}},
	{path: "internal/web", rooms: adapter(), libraries: []string{"github.com/gin-gonic/gin", xtext}},
	{path: "internal/files", rooms: adapter()},
	{path: "internal/sim", rooms: adapter(), libraries: []string{xtext, "gonum.org/v1/gonum/"}},
	{path: "cmd", rooms: []string{"*"}, libraries: []string{
		"github.com/spf13/cobra", "github.com/spf13/pflag", "github.com/caarlos0/env/v11", "gopkg.in/yaml.v3",
		"github.com/schollz/progressbar/v3", "golang.org/x/term", "golang.org/x/sync/"}},
}

// testLibraries may be imported by any test.
var testLibraries = []string{"pgregory.net/rapid", "go.uber.org/goleak", "github.com/makiuchi-d/gozxing", "golang.org/x/image/", "golang.org/x/sys/unix"}

// testRooms are further rooms that a room's tests may use.
var testRooms = map[string][]string{
	"mailers": {"templates", "mailers/pdf"}, "mailers/pdf": {"templates"}, "internal/store": {"internal/sim"},
	"internal/jobs": {"internal/store", "internal/files"}, "internal/web": {"internal/store"},
}

// upTo gives what a stage may import: root, staff and the stages up to itself.
func upTo(stage string) []string {
	return append([]string{".", "internal/staff"}, stages[:slices.Index(stages, stage)+1]...)
}

// adapter gives what an adapter may import: root, staff, every stage, its own room and the extras.
func adapter(extra ...string) []string {
	return append(append([]string{".", "internal/staff"}, stages...), extra...)
}

func roomOf(folder string) (room, bool) {
	best, found := room{}, false
	for _, r := range house {
		inside := folder == r.path || r.path != "." && strings.HasPrefix(folder, r.path+"/")
		if inside && (!found || len(r.path) > len(best.path)) {
			best, found = r, true
		}
	}
	return best, found
}

// TestImportRules walks every Go file: a stage imports root, staff and earlier stages only; adapters
// never import each other; each outside library stays in its room; nobody imports cmd.
func TestImportRules(t *testing.T) {
	files := 0
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && path != "." && strings.HasPrefix(d.Name(), ".") {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(path, ".go") {
			return nil
		}
		files++
		checkFile(t, filepath.ToSlash(path))
		return nil
	})
	if err != nil || files == 0 {
		t.Fatalf("walk: %v, %d files", err, files)
	}
}

func checkFile(t *testing.T, path string) {
	t.Helper()
	folder := filepath.ToSlash(filepath.Dir(path))
	r, ok := roomOf(folder)
	if !ok {
		t.Errorf("%s lies in no room of the house: add the room to house_test.go, with reasons, or move the file", path)
		return
	}
	parsed, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
	if err != nil {
		t.Fatal(err)
	}
	for _, spec := range parsed.Imports {
		name, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			t.Fatal(err)
		}
		if reason := refused(r, folder, name, strings.HasSuffix(path, "_test.go")); reason != "" {
			t.Errorf("%s imports %s: %s", path, name, reason)
		}
	}
}

// refused tells why room r may not import name; "" allows it.
func refused(r room, folder, name string, test bool) string {
	own, isOwn := strings.CutPrefix(name, "postlift/")
	if name == "postlift" {
		own, isOwn = ".", true
	}
	if isOwn {
		target, ok := roomOf(own)
		switch {
		case !ok:
			return "that folder is in no room"
		case target.path == "cmd":
			return "nobody imports cmd"
		case target.path == r.path, slices.Contains(r.rooms, target.path), slices.Contains(r.rooms, "*"):
			return ""
		case test && slices.Contains(testRooms[r.path], target.path):
			return ""
		}
		return "room " + r.path + " may not import room " + target.path
	}
	if first, _, _ := strings.Cut(name, "/"); !strings.Contains(first, ".") {
		return "" // the standard library
	}
	allowed := r.libraries
	if test {
		allowed = append(slices.Clone(allowed), testLibraries...)
	}
	for _, prefix := range allowed {
		if name == strings.TrimSuffix(prefix, "/") || strings.HasPrefix(name, strings.TrimSuffix(prefix, "/")+"/") {
			return ""
		}
	}
	return "library not on the allow-list of room " + r.path
}

// TestImportRulesCanFail plants violations: a rule that refuses nothing proves nothing.
func TestImportRulesCanFail(t *testing.T) {
	planted := []struct{ folder, name string }{
		{"clv", "postlift/campaigns"},
		{"accounts", "postlift/clv"},
		{"clv", "gorm.io/gorm"},
		{"internal/web", "postlift/internal/store"},
		{"internal/store", "postlift/internal/jobs"},
		{"mailers/letter", "github.com/jung-kurt/gofpdf"},
		{"campaigns", "postlift/cmd/postlift"},
		{".", "golang.org/x/text/language"},
		{"responses", "example.com/unknown"},
		{"mailers", "postlift/internal/files"},
	}
	for _, p := range planted {
		r, ok := roomOf(p.folder)
		if !ok {
			t.Fatalf("no room for %s", p.folder)
		}
		if refused(r, p.folder, p.name, false) == "" {
			t.Errorf("%s may import %s: the rules let a planted violation through", p.folder, p.name)
		}
	}
	if r, ok := roomOf("internal/unheard"); ok {
		t.Errorf("an unknown folder found room %s", r.path)
	}
}

// TestFixedLayout: the folders and files that the project's user fixed are there.
func TestFixedLayout(t *testing.T) {
	for _, name := range []string{"cmd", "campaigns", "clv", "mailers", "templates", "migrations", "go.mod", "docker-compose.yml"} {
		if _, err := os.Stat(name); err != nil {
			t.Error(err)
		}
	}
}
