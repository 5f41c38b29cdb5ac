package design

import (
	"bytes"
	"errors"
	"io"
	"reflect"
	"regexp"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"postlift/mailers/merge"
	"postlift/mailers/sheet"
)

var (
	unknownKey = regexp.MustCompile(`line (\d+): field (.+) not found in type \w+\.(\w+)`)
	wrongKind  = regexp.MustCompile("line (\\d+): cannot unmarshal !!(\\w+)(?: `(.*)`)? into (\\S+)")
	yamlLine   = regexp.MustCompile(`line (\d+): (.*)`)
)

// decodeStrict reads YAML, refuses unknown keys with their line, and gives the tree for the lines of later faults.
func decodeStrict(data []byte, into *Spec) (root *yaml.Node, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fault("design.yaml: this is no YAML that can be read")
		}
	}()
	dec := yaml.NewDecoder(bytes.NewReader(data))
	dec.KnownFields(true)
	if err := dec.Decode(into); err != nil {
		return nil, yamlFault(err)
	}
	var more any
	if err := dec.Decode(&more); !errors.Is(err, io.EOF) {
		return nil, fault("design.yaml: there is more than one document: take the line --- out")
	}
	root = &yaml.Node{}
	if err := yaml.Unmarshal(data, root); err != nil {
		return nil, yamlFault(err)
	}
	return root, nil
}

func yamlFault(err error) error {
	if m := unknownKey.FindStringSubmatch(err.Error()); m != nil {
		if strings.Trim(m[2], "0123456789") == "" {
			return fault("design.yaml:%s: key %q is not known: a decimal number has a point, such as 25.5", m[1], m[2])
		}
		return fault("design.yaml:%s: key %q is not known%s", m[1], m[2], didYouMean(keysOf(m[3]), m[2]))
	}
	if m := wrongKind.FindStringSubmatch(err.Error()); m != nil {
		return fault("design.yaml:%s: %s cannot stand here: %s is needed", m[1], written(m[2], m[3]), kindWord(m[4]))
	}
	if m := yamlLine.FindStringSubmatch(err.Error()); m != nil {
		return fault("design.yaml:%s: %s", m[1], m[2])
	}
	if errors.Is(err, io.EOF) {
		return fault("design.yaml is empty")
	}
	return fault("design.yaml: %v", err)
}

// written is what stands in the file, as far as the decoder tells it.
func written(tag, value string) string {
	switch tag {
	case "seq":
		return "a list"
	case "map":
		return "a group of keys"
	case "null":
		return "nothing"
	}
	return strconv.Quote(clip(value))
}

// kindWord says in words what a field of a Go type takes.
func kindWord(t string) string {
	switch {
	case t == "map[string]string":
		return "a text for each language, such as {de: …, en: …},"
	case strings.HasPrefix(t, "map["), strings.HasPrefix(t, "design."):
		return "a group of keys"
	case strings.HasPrefix(t, "[]"):
		return "a list"
	case t == "sheet.Ink":
		return "a colour such as {c: 0, m: 80, y: 90, k: 0}, in percent,"
	case t == "uint8":
		return "a whole number of percent, 0 to 100,"
	case strings.HasPrefix(t, "float"):
		return "a number without a unit, such as 25.5,"
	case strings.HasPrefix(t, "int"), strings.HasPrefix(t, "uint"):
		return "a whole number"
	case strings.HasSuffix(t, "bool"):
		return "true or false"
	}
	return "a text"
}

// keysOf are the YAML keys of a struct of design.yaml, by its Go name.
func keysOf(name string) []string {
	var out []string
	for _, v := range []any{Spec{}, Fonts{}, Font{}, Body{}, Variable{}, Image{}, Zone{}, Block{}, sheet.Ink{}} {
		t := reflect.TypeOf(v)
		for i := range t.NumField() {
			if t.Name() == name {
				key, _, _ := strings.Cut(t.Field(i).Tag.Get("yaml"), ",")
				out = append(out, key)
			}
		}
	}
	return out
}

// bad is a fault at a place of design.yaml: keys and, for lists, indexes from the top. Where the place itself is not
// written, the line is that of what holds it.
func (d *Design) bad(path []any, format string, args ...any) error {
	n := d.root
	if n.Kind == yaml.DocumentNode && len(n.Content) > 0 {
		n = n.Content[0]
	}
	line := max(n.Line, 1)
	for _, p := range path {
		next, at := child(n, p)
		if next == nil {
			break
		}
		n, line = next, at
	}
	return fault(merge.Place("design.yaml", line)+format, args...)
}

func child(n *yaml.Node, p any) (*yaml.Node, int) {
	if n.Kind == yaml.AliasNode && n.Alias != nil {
		n = n.Alias
	}
	switch key := p.(type) {
	case int:
		if n.Kind == yaml.SequenceNode && key < len(n.Content) {
			return n.Content[key], n.Content[key].Line
		}
	case string:
		for i := 0; n.Kind == yaml.MappingNode && i+1 < len(n.Content); i += 2 {
			if n.Content[i].Value == key {
				return n.Content[i+1], n.Content[i].Line
			}
		}
	}
	return nil, 0
}

func at(path ...any) []any { return path }
