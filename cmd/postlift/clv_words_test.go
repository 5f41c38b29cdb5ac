package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// saidTexts are all texts handed to language.say and all fields of effectWords, as they stand in the source.
func saidTexts(t *testing.T) map[string]bool {
	t.Helper()
	files, err := filepath.Glob("clv_*.go")
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]bool{}
	keep := func(e ast.Expr) {
		if lit, ok := e.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			text, err := strconv.Unquote(lit.Value)
			if err != nil {
				t.Fatal(err)
			}
			found[text] = true
		}
	}
	for _, path := range files {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch v := n.(type) {
			case *ast.CallExpr:
				if s, ok := v.Fun.(*ast.SelectorExpr); ok && s.Sel.Name == "say" {
					keep(v.Args[0])
				}
			case *ast.CompositeLit:
				if id, ok := v.Type.(*ast.Ident); ok && id.Name == "effectWords" {
					for _, e := range v.Elts {
						keep(e.(*ast.KeyValueExpr).Value)
					}
				}
			}
			return true
		})
	}
	for _, text := range reasonSentences {
		found[text] = true
	}
	return found
}

var verb = regexp.MustCompile(`%(?:\[(\d)\])?[-+0-9.]*([a-z%])`)

// verbsOf lists the verbs of a format in the order of the values that they write.
func verbsOf(format string) []string {
	var out []string
	at := 0
	for _, m := range verb.FindAllStringSubmatch(format, -1) {
		if m[2] == "%" {
			continue
		}
		at++
		if m[1] != "" {
			at, _ = strconv.Atoi(m[1])
		}
		out = append(out, strconv.Itoa(at)+m[2])
	}
	slices.Sort(out)
	return out
}

// TestEveryTextHasItsGerman: whatever the value commands say has a German text that takes the same values, and no
// German text is left over.
func TestEveryTextHasItsGerman(t *testing.T) {
	found := saidTexts(t)
	if len(found) < 60 {
		t.Fatalf("only %d texts found: the search is broken", len(found))
	}
	for text := range found {
		de, ok := german[text]
		if !ok {
			t.Errorf("no German for %q", text)
		} else if !slices.Equal(verbsOf(text), verbsOf(de)) {
			t.Errorf("%q takes %v, %q takes %v", text, verbsOf(text), de, verbsOf(de))
		}
	}
	for _, text := range slices.Sorted(maps.Keys(german)) {
		if !found[text] {
			t.Errorf("nothing says %q any more", text)
		}
	}
}
