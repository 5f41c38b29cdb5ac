package budget

import (
	"fmt"
	"reflect"
	"regexp"
	"strings"

	"gopkg.in/yaml.v3"

	"postlift/campaigns/rules"
)

// priced is an amount with its currency, such as 0.38 EUR.
var priced = regexp.MustCompile(`^(-?[0-9.]+) +([A-Z]{3})$`)

// UnmarshalYAML reads a tariff. Unknown keys are refused with line and nearest name. Prices may carry the
// currency ("0.38 EUR"), which must be one and the same throughout. Errors name the line; whoever reads
// the file makes them a fault.
func (t *Tariff) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind != yaml.MappingNode {
		return fmt.Errorf("line %d: a tariff is a list of fields such as `setup: 250`", n.Line)
	}
	if err := knownKeys(n, reflect.TypeFor[Tariff](), "tariff"); err != nil {
		return err
	}
	currency := ""
	bare, err := withoutCurrency(n, &currency)
	if err != nil {
		return err
	}
	type plain Tariff
	var p plain
	if err := bare.Decode(&p); err != nil {
		return err
	}
	if p.Currency == "" {
		p.Currency = currency
	}
	if currency != "" && currency != p.Currency {
		return fmt.Errorf("line %d: prices are in %s, the tariff's currency is %s", n.Line, currency, p.Currency)
	}
	*t = Tariff(p)
	return nil
}

// withoutCurrency copies a node with the currencies of its amounts taken off; two different ones are
// refused.
func withoutCurrency(n *yaml.Node, currency *string) (*yaml.Node, error) {
	c := *n
	if m := priced.FindStringSubmatch(n.Value); n.Kind == yaml.ScalarNode && m != nil {
		if *currency != "" && *currency != m[2] {
			return nil, fmt.Errorf("line %d: %s, but another price is in %s; a tariff has one currency", n.Line, n.Value, *currency)
		}
		*currency = m[2]
		c.Value, c.Tag, c.Style = m[1], "!!float", 0
		return &c, nil
	}
	c.Content = make([]*yaml.Node, len(n.Content))
	for i, child := range n.Content {
		bare, err := withoutCurrency(child, currency)
		if err != nil {
			return nil, err
		}
		c.Content[i] = bare
	}
	return &c, nil
}

// knownKeys refuses keys that the struct type does not have, here and below.
func knownKeys(n *yaml.Node, t reflect.Type, path string) error {
	if t.Kind() == reflect.Slice {
		if n.Kind != yaml.SequenceNode {
			return nil // the decoder names the kind that it wants
		}
		for _, child := range n.Content {
			if err := knownKeys(child, t.Elem(), path); err != nil {
				return err
			}
		}
		return nil
	}
	if t.Kind() != reflect.Struct || n.Kind != yaml.MappingNode {
		return nil
	}
	fields, names := map[string]reflect.Type{}, []string(nil)
	for f := range t.Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		fields[name], names = f.Type, append(names, name)
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		inner, ok := fields[key.Value]
		if !ok {
			return fmt.Errorf("line %d: %s has no field %q%s", key.Line, path, key.Value, rules.DidYouMean(names, key.Value))
		}
		if err := knownKeys(n.Content[i+1], inner, path+"."+key.Value); err != nil {
			return err
		}
	}
	return nil
}
