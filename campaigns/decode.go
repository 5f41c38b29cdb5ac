package campaigns

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"postlift"
	"postlift/campaigns/rules"
)

// maxDefinitionBytes bounds a campaign file.
const maxDefinitionBytes = 256 << 10

// Cash is money as a campaign file writes it: "5000 EUR", 5000 (major units of the reporting currency)
// or {minor: 500000, currency: EUR}. As JSON it is always the last form.
type Cash struct{ postlift.Money }

// maxAmount bounds amounts in major units, so that minor units stay exact.
const maxAmount = 1e15

// bareCurrency marks an amount that was written without a currency; settle replaces it.
const bareCurrency = "major"

// UnmarshalYAML reads the three forms.
func (c *Cash) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind == yaml.MappingNode {
		var form struct {
			Minor    int64  `yaml:"minor"`
			Currency string `yaml:"currency"`
		}
		if err := n.Decode(&form); err != nil {
			return err
		}
		if !postlift.ValidCurrency(form.Currency) {
			return fmt.Errorf("line %d: currency %q is not an ISO 4217 code such as EUR", n.Line, form.Currency)
		}
		c.Money = postlift.Money{Minor: form.Minor, Currency: form.Currency}
		return nil
	}
	amount, currency, _ := strings.Cut(strings.TrimSpace(n.Value), " ")
	major, err := strconv.ParseFloat(amount, 64)
	if n.Kind != yaml.ScalarNode || err != nil || !(major >= -maxAmount && major <= maxAmount) {
		return fmt.Errorf("line %d: %q is not an amount such as 5000 EUR", n.Line, n.Value)
	}
	currency = strings.TrimSpace(currency)
	switch {
	case currency == "":
		c.Money = postlift.Money{Minor: postlift.RoundMinor(major * bareScale), Currency: bareCurrency}
	case !postlift.ValidCurrency(currency):
		return fmt.Errorf("line %d: %q is not an ISO 4217 currency such as EUR", n.Line, currency)
	default:
		c.Money = postlift.FromMajor(major, currency)
	}
	return nil
}

// bareScale keeps three decimals of a bare amount until its currency is known.
const bareScale = 1000

// settle gives a bare amount the reporting currency.
func (c *Cash) settle(currency string) {
	if c.Currency == bareCurrency {
		c.Money = postlift.FromMajor(float64(c.Minor)/bareScale, currency)
	}
}

// DecodeDefinition reads a campaign file in YAML or JSON. Unknown keys are refused with line and nearest
// name; the definition still has to be completed.
func DecodeDefinition(r io.Reader) (Definition, error) {
	d, found := ReadDefinition(r)
	if len(found) > 0 {
		return Definition{}, postlift.Faultf(postlift.Invalid, "campaigns.DecodeDefinition", "campaign file: %s", found[0].Text)
	}
	return d, nil
}

// wholeFile is the field of findings about a file that cannot be read as fields at all.
const wholeFile = "file"

// ReadDefinition is DecodeDefinition for whoever wants to hear of all mistakes at once: every field that is unknown or
// does not hold what it should is a finding with its line, and the definition is made of the others.
func ReadDefinition(r io.Reader) (Definition, []Finding) {
	root, err := readFields(r)
	if err != nil {
		return Definition{}, []Finding{{wholeFile, err.Error()}}
	}
	var d Definition
	reading := fileReading{}
	reading.fields(root, reflect.ValueOf(&d).Elem(), "")
	return d, reading.found
}

// readFields gives the file's fields as a mapping.
func readFields(r io.Reader) (*yaml.Node, error) {
	raw, err := io.ReadAll(io.LimitReader(r, maxDefinitionBytes+1))
	if err != nil {
		return nil, err
	}
	if len(raw) > maxDefinitionBytes {
		return nil, fmt.Errorf("it is larger than %d bytes", maxDefinitionBytes)
	}
	dec := yaml.NewDecoder(bytes.NewReader(bytes.TrimPrefix(raw, []byte("\xef\xbb\xbf"))))
	var doc yaml.Node
	if err := dec.Decode(&doc); errors.Is(err, io.EOF) {
		return nil, errors.New("it is empty")
	} else if err != nil {
		return nil, errors.New(strings.TrimPrefix(err.Error(), "yaml: "))
	}
	if err := dec.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return nil, errors.New("it holds more than one document: one campaign a file")
	}
	root := doc.Content[0]
	if root.Kind != yaml.MappingNode {
		return nil, fmt.Errorf("line %d: a list of fields such as `name: …` is expected", root.Line)
	}
	return root, nil
}

// fileReading collects what is wrong with the fields of a file.
type fileReading struct{ found []Finding }

func (r *fileReading) bad(field, format string, args ...any) {
	r.found = append(r.found, Finding{field, fmt.Sprintf(format, args...)})
}

// fields reads a mapping into a struct, field by field.
func (r *fileReading) fields(n *yaml.Node, into reflect.Value, path string) {
	known := map[string]int{}
	var names []string
	for i := range into.NumField() {
		name, _, _ := strings.Cut(into.Type().Field(i).Tag.Get("yaml"), ",")
		if name != "" && name != "-" {
			known[name] = i
			names = append(names, name)
		}
	}
	seen := map[string]int{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		field := path + key.Value
		at, ok := known[key.Value]
		switch first, twice := seen[key.Value]; {
		case !ok:
			r.bad(field, "line %d: there is no field %q%s", key.Line, field, rules.DidYouMean(names, key.Value))
		case twice:
			r.bad(field, "line %d: %s is already defined at line %d", key.Line, field, first)
		default:
			seen[key.Value] = key.Line
			r.value(value, into.Field(at), field)
		}
	}
}

// readsItself are the types that decide themselves what they read.
var readsItself = reflect.TypeFor[yaml.Unmarshaler]()

// value reads one value: fields and lists of them piece by piece, anything else as a whole.
func (r *fileReading) value(n *yaml.Node, into reflect.Value, field string) {
	t := into.Type()
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	switch {
	case n.ShortTag() == "!!null":
		return // as if it were left out
	case t.Kind() == reflect.Pointer && !t.Implements(readsItself):
		into.Set(reflect.New(t.Elem()))
		r.value(n, into.Elem(), field)
	case t.Kind() == reflect.Struct && !reflect.PointerTo(t).Implements(readsItself) && n.Kind == yaml.MappingNode:
		r.fields(n, into, field+".")
	case t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Struct && n.Kind == yaml.SequenceNode:
		into.Set(reflect.MakeSlice(t, len(n.Content), len(n.Content)))
		for i, item := range n.Content {
			r.value(item, into.Index(i), field)
		}
	default:
		r.plain(n, into, field)
	}
}

// plain reads a value that has no fields of its own.
func (r *fileReading) plain(n *yaml.Node, into reflect.Value, field string) {
	value := reflect.New(into.Type())
	err := n.Decode(value.Interface())
	if into.Kind() == reflect.Int && n.ShortTag() == "!!float" { // which the decoder would cut off
		err = &yaml.TypeError{}
	}
	if err == nil {
		into.Set(value.Elem())
		return
	}
	var typed *yaml.TypeError
	var fault *postlift.Fault
	switch {
	case errors.As(err, &fault):
		r.bad(field, "line %d: %s: %s", n.Line, field, fault.Text)
	case errors.As(err, &typed):
		r.bad(field, "line %d: %s is %s; %s is expected", n.Line, field, shown(n), wanted(into.Type()))
	default:
		text := strings.TrimPrefix(err.Error(), "yaml: ")
		if !strings.HasPrefix(text, "line ") {
			text = fmt.Sprintf("line %d: %s: %s", n.Line, field, text)
		}
		r.bad(field, "%s", text)
	}
}

// shown tells what stands in a file, in words.
func shown(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "a group of fields"
	case yaml.SequenceNode:
		return "a list"
	}
	return strconv.Quote(n.Value)
}

// wanted tells what a field takes, in words.
func wanted(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Pointer:
		return wanted(t.Elem())
	case reflect.Bool:
		return "true or false"
	case reflect.Int, reflect.Int64:
		return "a whole number"
	case reflect.Float64:
		return "a number such as 0.2"
	case reflect.Slice:
		return "a list such as [a, b] of which each part is " + wanted(t.Elem())
	case reflect.Map:
		return "a list of names and values such as {name: value}"
	case reflect.Struct:
		return "a group of fields such as {" + exampleOf(t) + "}"
	}
	return "a text"
}

// exampleOf names the fields of a struct as a file writes them.
func exampleOf(t reflect.Type) string {
	var parts []string
	for f := range t.Fields() {
		if name, _, _ := strings.Cut(f.Tag.Get("yaml"), ","); name != "" && name != "-" {
			parts = append(parts, name+": …")
		}
	}
	return strings.Join(parts, ", ")
}
