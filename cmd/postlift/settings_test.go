package main

import (
	"bytes"
	"reflect"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"postlift/accounts"
)

// TestSettingsTemplate: a new settings.yaml says exactly the defaults, names every key and explains it.
func TestSettingsTemplate(t *testing.T) {
	var got organisation
	decodeStrictly(t, settingsTemplate, &got)
	if want := accounts.DefaultSettings(); !reflect.DeepEqual(got.Settings, want) || len(got.ExchangeRates)+len(got.SeedAddresses) > 0 {
		t.Errorf("the template says %+v, the defaults are %+v", got, want)
	}
	var tree yaml.Node
	if err := yaml.Unmarshal(settingsTemplate, &tree); err != nil {
		t.Fatal(err)
	}
	checkKeys(t, "", reflect.TypeFor[accounts.Settings](), tree.Content[0])
	if !strings.Contains(string(settingsTemplate), "Printed in every QR code: set it to your public https address before the first campaign") {
		t.Error("the template does not say what tracking_base_url is for")
	}
}

// checkKeys finds every yaml key of a struct in a mapping, with a comment, in the struct's order.
func checkKeys(t *testing.T, path string, shape reflect.Type, node *yaml.Node) {
	t.Helper()
	var keys []string
	for i := 0; i+1 < len(node.Content); i += 2 {
		key, value := node.Content[i], node.Content[i+1]
		keys = append(keys, key.Value)
		if key.HeadComment == "" && key.LineComment == "" && value.LineComment == "" && value.HeadComment == "" {
			t.Errorf("%s%s has no comment", path, key.Value)
		}
		if shape.Kind() != reflect.Struct {
			continue
		}
		for f := range shape.Fields() {
			if f.Tag.Get("yaml") == key.Value && value.Kind == yaml.MappingNode {
				checkKeys(t, path+key.Value+".", f.Type, value)
			}
		}
	}
	if shape.Kind() != reflect.Struct {
		return
	}
	var want []string
	for f := range shape.Fields() {
		want = append(want, f.Tag.Get("yaml"))
	}
	if !reflect.DeepEqual(keys, want) {
		t.Errorf("%s: keys %v, the struct has %v", path, keys, want)
	}
}

// TestSettingsTemplateSamples: the commented samples work as they stand once the marks are taken away.
func TestSettingsTemplateSamples(t *testing.T) {
	var lines []string
	for line := range strings.Lines(string(settingsTemplate)) {
		bare := strings.TrimPrefix(line, "# ")
		if bare != line && (strings.HasPrefix(bare, "exchange_rates:") || strings.HasPrefix(bare, "seed_addresses:") || strings.HasPrefix(bare, "  ")) {
			line = bare
		}
		lines = append(lines, line)
	}
	var got organisation
	decodeStrictly(t, []byte(strings.Join(lines, "")), &got)
	if len(got.ExchangeRates) != 1 || got.ExchangeRates[0].Currency != "CHF" || len(got.SeedAddresses) != 1 || !got.SeedAddresses[0].Active {
		t.Errorf("samples %+v %+v", got.ExchangeRates, got.SeedAddresses)
	}
}

func decodeStrictly(t *testing.T, raw []byte, into any) {
	t.Helper()
	dec := yaml.NewDecoder(bytes.NewReader(raw))
	dec.KnownFields(true)
	if err := dec.Decode(into); err != nil {
		t.Fatal(err)
	}
}
