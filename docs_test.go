package postlift_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
)

// TestEverythingExportedIsDocumented: every package says what it is for, every exported constant,
// variable, type, function and method has a doc comment.
func TestEverythingExportedIsDocumented(t *testing.T) {
	fset, packages, files := token.NewFileSet(), map[string]bool{}, 0
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && path != "." && (strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata") {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		parsed, err := parser.ParseFile(fset, path, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		files++
		folder := filepath.ToSlash(filepath.Dir(path))
		packages[folder] = packages[folder] || says(parsed.Doc)
		for _, name := range undocumented(parsed) {
			t.Errorf("%s: %s has no doc comment", path, name)
		}
		return nil
	})
	if err != nil || files == 0 {
		t.Fatalf("walk: %v, %d files", err, files)
	}
	for folder, said := range packages {
		if !said {
			t.Errorf("package in %s has no package comment: what is it for, and what may it import?", folder)
		}
	}
}

// undocumented names the exported declarations of a file that have no doc comment.
func undocumented(file *ast.File) []string {
	var names []string
	for _, decl := range file.Decls {
		switch d := decl.(type) {
		case *ast.FuncDecl:
			if d.Name.IsExported() && exportedReceiver(d.Recv) && !says(d.Doc) {
				names = append(names, d.Name.Name)
			}
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				names = append(names, undocumentedSpec(d, spec)...)
			}
		}
	}
	return names
}

// undocumentedSpec looks at one type, constant or variable; the comment of its group counts, and for a
// constant or variable the one behind it on its line, too.
func undocumentedSpec(group *ast.GenDecl, spec ast.Spec) []string {
	var names []string
	switch s := spec.(type) {
	case *ast.TypeSpec:
		if s.Name.IsExported() && !says(s.Doc) && (group.Lparen.IsValid() || !says(group.Doc)) {
			names = append(names, s.Name.Name)
		}
	case *ast.ValueSpec:
		for _, n := range s.Names {
			if n.IsExported() && !says(s.Doc) && !says(s.Comment) && !says(group.Doc) {
				names = append(names, n.Name)
			}
		}
	}
	return names
}

// exportedReceiver is whether a function belongs to no type or to an exported one.
func exportedReceiver(recv *ast.FieldList) bool {
	if recv == nil || len(recv.List) == 0 {
		return true
	}
	at := recv.List[0].Type
	for {
		switch x := at.(type) {
		case *ast.StarExpr:
			at = x.X
		case *ast.IndexExpr:
			at = x.X
		case *ast.IndexListExpr:
			at = x.X
		case *ast.Ident:
			return x.IsExported()
		default:
			return true
		}
	}
}

func says(doc *ast.CommentGroup) bool { return doc != nil && strings.TrimSpace(doc.Text()) != "" }

// TestDocumentationRulesCanFail plants declarations: a rule that finds nothing proves nothing.
func TestDocumentationRulesCanFail(t *testing.T) {
	const source = `package p

type Bare struct{}

func (Bare) Method() {}

func Plain() {}

const Limit = 1

type (
	Grouped int
)

type hidden struct{}

func (hidden) Exported() {}

// Good is said.
type Good struct{}

// Well is said.
func (g *Good) Well() {}

// States.
const (
	A = iota
	B
)

var Behind = 2 // is said, too
`
	file, err := parser.ParseFile(token.NewFileSet(), "p.go", source, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	got := strings.Join(undocumented(file), " ")
	if want := "Bare Method Plain Limit Grouped"; got != want {
		t.Errorf("found %q, want %q", got, want)
	}
	if says(file.Doc) {
		t.Error("a package comment was found where there is none")
	}
}
