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
	bad := func(format string, args ...any) (Definition, error) {
		return Definition{}, postlift.Faultf(postlift.Invalid, "campaigns.DecodeDefinition", "campaign file: "+format, args...)
	}
	raw, err := io.ReadAll(io.LimitReader(r, maxDefinitionBytes+1))
	if err != nil {
		return bad("%v", err)
	}
	if len(raw) > maxDefinitionBytes {
		return bad("it is larger than %d bytes", maxDefinitionBytes)
	}
	dec := yaml.NewDecoder(bytes.NewReader(bytes.TrimPrefix(raw, []byte("\xef\xbb\xbf"))))
	var doc yaml.Node
	if err := dec.Decode(&doc); errors.Is(err, io.EOF) {
		return bad("it is empty")
	} else if err != nil {
		return bad("%s", strings.TrimPrefix(err.Error(), "yaml: "))
	}
	if err := dec.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return bad("it holds more than one document: one campaign a file")
	}
	root := doc.Content[0]
	if root.Kind != yaml.MappingNode {
		return bad("line %d: a list of fields such as `name: …` is expected", root.Line)
	}
	if err := knownKeys(root, reflect.TypeFor[Definition](), ""); err != nil {
		return bad("%v", err)
	}
	var d Definition
	if err := root.Decode(&d); err != nil {
		return bad("%s", decodeReason(err))
	}
	return d, nil
}

func decodeReason(err error) string {
	var typed *yaml.TypeError
	if errors.As(err, &typed) {
		return strings.Join(typed.Errors, "; ")
	}
	return strings.TrimPrefix(err.Error(), "yaml: ")
}

// knownKeys refuses keys that the struct type does not have, here and in its struct fields and lists of them.
func knownKeys(n *yaml.Node, t reflect.Type, path string) error {
	fields := map[string]reflect.Type{}
	var names []string
	for f := range t.Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		if name != "" && name != "-" {
			fields[name] = f.Type
			names = append(names, name)
		}
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		inner, ok := fields[key.Value]
		if !ok {
			return fmt.Errorf("line %d: there is no field %q%s", key.Line, path+key.Value, rules.DidYouMean(names, key.Value))
		}
		if err := knownInside(value, inner, path+key.Value); err != nil {
			return err
		}
	}
	return nil
}

// readsItself are the types that decide themselves what they read.
var readsItself = reflect.TypeFor[yaml.Unmarshaler]()

func knownInside(value *yaml.Node, t reflect.Type, path string) error {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch {
	case reflect.PointerTo(t).Implements(readsItself):
	case t.Kind() == reflect.Struct && value.Kind == yaml.MappingNode:
		return knownKeys(value, t, path+".")
	case t.Kind() == reflect.Slice && value.Kind == yaml.SequenceNode:
		for _, item := range value.Content {
			if err := knownInside(item, t.Elem(), path); err != nil {
				return err
			}
		}
	}
	return nil
}
