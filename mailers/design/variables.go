package design

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"postlift"
	"postlift/mailers/merge"
)

var (
	variableName = regexp.MustCompile(`^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)?$`)
	fieldName    = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)
	typeNames    = []string{"text", "number", "date", "money", "image", "list"}
	fieldTypes   = typeNames[:5]
)

// checkVariables tests the design's own variables and joins them with the built-in ones.
func (d *Design) checkVariables() error {
	builtin := merge.Builtin()
	d.vars = merge.Builtin()
	if len(d.spec.Variables) > maxVariables {
		return d.bad(at("variables"), "more than %d variables", maxVariables)
	}
	for _, name := range sorted(d.spec.Variables) {
		v, place := d.spec.Variables[name], at("variables", name)
		if !variableName.MatchString(name) {
			return d.bad(place, "variable %q must be written name or group.name in lower case", clip(name))
		}
		group, _, dotted := strings.Cut(name, ".")
		if _, taken := builtin[name]; taken || builtin.Group(name) || dotted && builtin[group] != 0 {
			return d.bad(place, "variable %q is already known to every design", name)
		}
		if _, both := d.spec.Variables[group]; both && dotted {
			return d.bad(place, "variable %q: %s is a variable and cannot have fields", name, group)
		}
		if err := d.checkVariable(place, name, v); err != nil {
			return err
		}
		kind, _ := kindOf(v)
		d.vars[name] = kind
		for _, f := range sorted(v.Fields) {
			d.vars[name+"[]."+f], _ = merge.KindNamed(v.Fields[f])
		}
	}
	return nil
}

func (d *Design) checkVariable(place []any, name string, v Variable) error {
	if err := d.oneOf(place, "variable "+name+": type", v.Type, typeNames); err != nil {
		return err
	}
	for _, m := range []struct {
		key   string
		texts map[string]string
	}{{"label", v.Label}, {"fallback", v.Fallback}} {
		for _, lang := range sorted(m.texts) {
			if err := d.checkLanguage(append(place, m.key, lang), "variable "+name+": "+m.key, lang); err != nil {
				return err
			}
		}
	}
	kind, _ := kindOf(v)
	if kind == merge.List {
		return d.checkList(place, name, v)
	}
	if len(v.Fields) > 0 {
		return d.bad(place, "variable %s: fields are of a list, and its type is %s", name, v.Type)
	}
	for _, lang := range sorted(v.Fallback) {
		if _, err := scalarOf(kind, v.Fallback[lang]); err != nil {
			return d.bad(append(place, "fallback", lang), "variable %s: the fallback %s", name, postlift.UserText(err))
		}
	}
	return d.checkSample(place, name, v, func(s string) error {
		_, err := scalarOf(kind, s)
		return err
	})
}

func (d *Design) checkList(place []any, name string, v Variable) error {
	if len(v.Fields) == 0 {
		return d.bad(place, "variable %s: a list needs fields with the type of each", name)
	}
	if len(v.Fallback) > 0 {
		return d.bad(append(place, "fallback"), "variable %s: a list cannot have a fallback: use {%% else %%} in its loop", name)
	}
	for _, f := range sorted(v.Fields) {
		if !fieldName.MatchString(f) {
			return d.bad(append(place, "fields", f), "variable %s: field %q must be written in lower case", name, clip(f))
		}
		if err := d.oneOf(append(place, "fields", f), "variable "+name+": field "+f+": type", v.Fields[f], fieldTypes); err != nil {
			return err
		}
	}
	return d.checkSample(place, name, v, func(s string) error {
		_, err := rowsOf(v, s)
		return err
	})
}

// checkSample tests the sample of every language.
func (d *Design) checkSample(place []any, name string, v Variable, read func(string) error) error {
	for _, lang := range sorted(v.Sample) {
		if lang != "" {
			if err := d.checkLanguage(append(place, "sample", lang), "variable "+name+": sample", lang); err != nil {
				return err
			}
		}
		if err := read(v.Sample[lang]); v.Sample[lang] != "" && err != nil {
			return d.bad(append(place, "sample"), "variable %s: the sample %s", name, postlift.UserText(err))
		}
	}
	return nil
}

// scalarOf reads a value as a file has it: the merge value of a variable of the kind.
func scalarOf(kind merge.Kind, s string) (any, error) {
	switch kind {
	case merge.Day:
		if !validDay(s) {
			return nil, fault("%q is not a date of the form YYYY-MM-DD", clip(s))
		}
	case merge.Number:
		f, err := strconv.ParseFloat(s, 64)
		if err != nil || f != f || f-f != 0 {
			return nil, fault("%q is not a number", clip(s))
		}
		return f, nil
	case merge.Amount:
		number, currency, _ := strings.Cut(s, " ")
		f, err := strconv.ParseFloat(number, 64)
		if err != nil || f != f || f-f != 0 || !postlift.ValidCurrency(currency) {
			return nil, fault("%q is not an amount such as 1234.50 EUR", clip(s))
		}
		m := postlift.FromMajor(f, currency)
		return map[string]any{"minor": m.Minor, "currency": m.Currency}, nil
	}
	return s, nil
}

// rowsOf reads a list's sample: rows as JSON, each field as text or number.
func rowsOf(v Variable, sample string) ([]any, error) {
	if sample == "" {
		return nil, nil
	}
	var rows []map[string]any
	dec := json.NewDecoder(bytes.NewReader([]byte(sample)))
	dec.UseNumber()
	if err := dec.Decode(&rows); err != nil {
		return nil, fault("must be rows as JSON, such as [{\"name\": \"A\"}]: %s", clip(err.Error()))
	}
	out := make([]any, len(rows))
	for i, row := range rows {
		read := map[string]any{}
		for _, f := range sorted(row) {
			kind, ok := merge.KindNamed(v.Fields[f])
			if !ok {
				return nil, fault("has an unknown field %q%s", clip(f), didYouMean(sorted(v.Fields), f))
			}
			value, err := scalarOf(kind, fmt.Sprint(row[f]))
			if err != nil {
				return nil, fault("field %s: %s", f, postlift.UserText(err))
			}
			read[f] = value
		}
		out[i] = read
	}
	return out, nil
}
