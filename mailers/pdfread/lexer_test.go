package pdfread

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
)

// TestObjects reads every kind of object; the examples are those of ISO 32000-1, 7.3.
func TestObjects(t *testing.T) {
	cases := []struct {
		in   string
		want Object
	}{
		{"true", true}, {"false", false}, {"null", nil},
		{"123", int64(123)}, {"+17", int64(17)}, {"-98", int64(-98)}, {"0", int64(0)},
		{"34.5", 34.5}, {"-3.62", -3.62}, {"+123.6", 123.6}, {"4.", 4.0}, {"-.002", -.002},
		{"(This is a string)", String("This is a string")},
		{"(Strings may contain balanced parentheses ( ) and\nspecial characters ( * ! & } ^ % and so on ) .)", String("Strings may contain balanced parentheses ( ) and\nspecial characters ( * ! & } ^ % and so on ) .")},
		{"()", String{}}, {"(a\\\nb)", String("ab")}, {"(\\0053\\053\\53)", String("\0053++")}, {"(\\n\\)\\\\)", String("\n)\\")},
		{"<4E6F762073686D6F7A206B6120706F702E>", String("Nov shmoz ka pop.")}, {"<901FA>", String("\x90\x1f\xa0")},
		{"/Name1", Name("Name1")}, {"/A#42", Name("AB")}, {"/paired#28#29parentheses", Name("paired()parentheses")}, {"/", Name("")},
		{"[549 3.14 false (Ralph) /SomeName]", Array{int64(549), 3.14, false, String("Ralph"), Name("SomeName")}},
		{"<</A 12 0 R/B null /C<</D[1 0 R 5]>>>>", Dict{"A": Ref{12, 0}, "C": Dict{"D": Array{Ref{1, 0}, int64(5)}}}},
		{"12 0 R", Ref{12, 0}}, {"12 0 % comment\n", int64(12)}, {"12 0 RG", int64(12)},
		{"99999999999999999999999999", int64(576460752303423487*10 + 9)},
	}
	for _, c := range cases[:len(cases)-1] {
		got, err := (&lexer{data: []byte(c.in)}).object(0)
		if err != nil || !reflect.DeepEqual(got, c.want) {
			t.Errorf("%q: got %#v, %v; want %#v", c.in, got, err, c.want)
		}
	}
	if got, err := (&lexer{data: []byte(cases[len(cases)-1].in)}).object(0); err != nil || got.(int64) <= 0 {
		t.Errorf("a huge integer reads as %v, %v; want a positive number", got, err)
	}
}

func TestNestingIsBounded(t *testing.T) {
	ok := strings.Repeat("[", 99) + strings.Repeat("]", 99)
	if _, err := (&lexer{data: []byte(ok)}).object(0); err != nil {
		t.Errorf("99 levels: %v", err)
	}
	for _, open := range []string{"[", "<</A", "[<</A "} {
		if _, err := (&lexer{data: []byte(strings.Repeat(open, 200000))}).object(0); !errors.Is(err, errNesting) {
			t.Errorf("%q without end: %v, want %v", open, err, errNesting)
		}
	}
}

func TestOperators(t *testing.T) {
	content := "q 1 0 0 1 10.5 -3 cm /Im1 Do Q\n[(A) -20 (B)] TJ ) BT (x) ' ET BI /W 2/H 1 /BPC 8/CS/G ID \x01EI\x02\nEI Q 5"
	var got []string
	err := Operators([]byte(content), func(op string, args []Object) error {
		got = append(got, fmt.Sprint(args, op))
		return nil
	})
	want := []string{"[] q", "[1 0 0 1 10.5 -3] cm", "[Im1] Do", "[] Q", "[[[65] -20 [66]]] TJ", "[] BT", "[[120]] '", "[] ET",
		"[map[BPC:8 CS:G H:1 W:2] [1 69 73 2]] BI", "[] Q"}
	for i := range want { // Sprint puts no blank before a string operand
		want[i] = strings.Replace(want[i], "] ", "]", 1)
	}
	clean := func(s []string) string { return strings.ReplaceAll(strings.Join(s, "\n"), " ", "") }
	if err != nil || clean(got) != clean(want) {
		t.Errorf("got %v\n%s\nwant\n%s", err, clean(got), clean(want))
	}
}

func TestScannerOffsets(t *testing.T) {
	content := []byte("  1 0 0 rg % red\n(a) Tj")
	s := NewScanner(content)
	var parts []string
	for {
		op, ok := s.Next()
		if !ok {
			break
		}
		parts = append(parts, string(content[op.Start:op.End]))
	}
	if fmt.Sprint(parts) != "[1 0 0 rg (a) Tj]" || len(parts) != 2 {
		t.Errorf("got %q", parts)
	}
}
