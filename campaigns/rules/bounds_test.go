package rules

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"postlift"
	"postlift/accounts"
)

// refused tells that a fault of the wanted kind says all of the wanted words.
func refused(t *testing.T, what string, err error, kind postlift.Kind, words ...string) {
	t.Helper()
	if postlift.KindOf(err) != kind {
		t.Errorf("%.60s: %v", what, err)
		return
	}
	for _, w := range words {
		if !strings.Contains(postlift.UserText(err), w) {
			t.Errorf("%.60s: %q does not say %q", what, postlift.UserText(err), w)
		}
	}
}

func TestFunctionErrors(t *testing.T) {
	for text, want := range map[string][]string{
		`last_order_on > days_ago(-3)`:              {"column 17", "days_ago(-3)", "one whole number from 0 to 36600"},
		`last_order_on > days_ago(99999)`:           {"column 17", "from 0 to 36600"},
		`last_order_on > months_ago(1201)`:          {"column 17", "from 0 to 1200"},
		`last_order_on > days_ago(1.5)`:             {"one whole number"},
		`last_order_on > today(1)`:                  {"nothing between its brackets"},
		`last_order_on > day_ago(3)`:                {"column 17", `"day_ago"`, "did you mean days_ago?"},
		`last_order_on in ["2026-01-31", days(3)]`:  {"column 33", "no such function", "days_ago(90)"},
		`orders > days_ago(3)`:                      {"column 10", "compared with a relative date"},
		`days_ago(3)`:                               {"column 1", "such as last_order_on >= days_ago(3)"},
		"orders > 1 and\nin_segmnt(\"x\")":          {"line 2, column 1", `"in_segmnt"`, "did you mean in_segment?"},
		`in_segment(big)`:                           {"name of a saved rule in quotes"},
		`in_segment("a", "b")`:                      {"name of a saved rule"},
		`in_segment("")`:                            {"empty text"},
		`within_km(25, "DE")`:                       {`within_km(25, "DE", "70173")`},
		`within_km(25, "DE", 70173)`:                {"column 21", "a postcode is a text"},
		`within_km(-1, "DE", "70173")`:              {"more than 0"},
		`within_km(25, "Germany", "70173")`:         {"two capital letters"},
		`none_of()`:                                 {"at least one condition"},
		`none_of(orders > 1, 5)`:                    {"column 21", "a condition is expected"},
		`none(dunning, complaint)`:                  {"column 1", "write none_of(condition, …)"},
		`last_order_on > now()`:                     {"write today()"},
		`product_groups == "A"`:                     {"column 16", "set of texts", "contains"},
		`product_groups < "A"`:                      {"set of texts"},
		`product_groups`:                            {"a set of texts is no condition", `product_groups contains "…"`},
		`contact.roles contains "purchasin"`:        {"did you mean purchasing?", "management, purchasing, technical, other"},
		`contact.roles in ["technical", "Einkauf"]`: {"column 32", "never a value of contact.roles"},
		`site.count.x > 1`:                          {"no such field; did you mean site.count?"},
	} {
		_, err := Builtin().Parse(text)
		refused(t, text, err, postlift.Invalid, want...)
	}
}

// TestTextsThatNestOrGrow: whatever would make the outside parser climb or grow is refused before it starts.
func TestTextsThatNestOrGrow(t *testing.T) {
	for what, text := range map[string]string{
		"brackets":  strings.Repeat("(", 30000) + "dunning" + strings.Repeat(")", 30000),
		"open only": strings.Repeat("(", 60000),
		"lists":     "orders in " + strings.Repeat("[", 30000),
		"not":       strings.Repeat("not ", 15000) + "dunning",
		"!":         strings.Repeat("!", 60000) + "dunning",
		"signs":     "orders > " + strings.Repeat("- ", 30000) + "1",
		"if":        strings.Repeat("dunning ? 1 : ", 4000) + "1",
		"else":      strings.Repeat("if dunning {1} else ", 3000) + "1",
		"let":       strings.Repeat("let x = 1; ", 5000) + "x",
		"comments":  strings.Repeat("/* ' */(", 7000),
		"quotes":    `country == "\"" and ` + strings.Repeat("(", 40000),
		"calls":     strings.Repeat("none_of(", 8000),
	} {
		_, err := Builtin().Parse(text)
		refused(t, what, err, postlift.Invalid, "nests more than 100")
	}
	_, err := Builtin().Parse(strings.Repeat("1 ", 30000))
	refused(t, "tokens", err, postlift.Invalid, "more than 20000 words and signs")
	var many []string
	for i := range 10_000 {
		many = append(many, fmt.Sprintf("orders != %d", i))
	}
	_, err = Builtin().Parse(strings.Join(many, " and "))
	refused(t, "10,000 conditions", err, postlift.Invalid, "at most 65536", "saved rules")
	_, err = Builtin().Parse(strings.Join(many[:3000], " and "))
	refused(t, "3,000 conditions", err, postlift.Invalid, "more than 1000 conditions")
	if _, err = Builtin().Parse(strings.Join(many[:999], " and ")); err != nil {
		t.Errorf("999 conditions: %v", err)
	}
	if _, err = Builtin().Parse(`country == "((((((((((" and ` + strings.Repeat("(", 90) + "dunning" + strings.Repeat(")", 90)); err != nil {
		t.Errorf("brackets in quotes and 90 of them: %v", err)
	}
}

// TestTreesThatNestOrGrow: stored trees have the same bounds as texts.
func TestTreesThatNestOrGrow(t *testing.T) {
	clause := `{"op":"==","field":"dunning","value":true}`
	long := `"` + strings.Repeat("x", 200) + `"`
	for raw, want := range map[string]string{
		`null`:                        "empty",
		`{}`:                          "no such field",
		clause + clause:               "not readable",
		`{"op":"==","feild":"x"}`:     "feild",
		`{"op":"all","nodes":[null]}`: "a condition is missing",
		`{"op":"all","nodes":[]}`:     "empty",
		`{"op":"not"}`:                "exactly one",
		`{"op":"all","field":"orders","nodes":[` + clause + `]}`:                                                                               "no field or value of its own",
		`{"op":"in","field":"orders","value":1,"values":[1]}`:                                                                                  "list of values",
		`{"op":">","field":"orders","value":1,"values":[1]}`:                                                                                   "exactly one value",
		`{"op":">","field":"orders","value":1,"near":{"km":1,"country":"DE","postcode":"1"}}`:                                                  "no further conditions",
		`{"op":">","field":"orders","value":[1]}`:                                                                                              "not readable",
		`{"op":">","field":"last_order_on","value":{"relative":{"days":1,"months":1}}}`:                                                        "not both",
		`{"op":">","field":"last_order_on","value":{"relative":{"weeks":1}}}`:                                                                  "not readable",
		`{"op":"like","field":"country","value":"x"}`:                                                                                          "not an operator",
		strings.Repeat(`{"op":"not","nodes":[`, 40) + clause + strings.Repeat("]}", 40):                                                        "nests more than 32",
		strings.Repeat(`{"op":"not","nodes":[`, 20000) + clause + strings.Repeat("]}", 20000):                                                  "not readable",
		`{"op":"any","nodes":[` + strings.Repeat(clause+",", 1001) + clause + `]}`:                                                             "more than 1000",
		`{"op":"any","nodes":[` + strings.Repeat(`{"op":"in","field":"orders","values":[`+strings.Repeat("1,", 999)+`1]},`, 6) + clause + `]}`: "more than 5000 values",
		`{"op":"in","field":"name","values":[` + strings.Repeat(long+",", 500) + long + `]}`:                                                   "at most 65536",
		`"` + strings.Repeat("x", maxTreeBytes) + `"`:                                                                                          "at most 1048576",
	} {
		_, err := Builtin().Decode([]byte(raw))
		refused(t, raw, err, postlift.Invalid, want)
	}
	refused(t, "no tree", Builtin().Check(nil), postlift.Invalid, "missing")
}

// chain gives saved rules by name.
func chain(texts map[string]string) Binding {
	return Binding{AsOf: testDay, Currency: "EUR", Segment: func(name string) (*Node, error) {
		text, ok := texts[name]
		if !ok {
			return nil, postlift.Faultf(postlift.NotFound, "test", "there is no saved rule %q", name)
		}
		return Builtin().Parse(text)
	}}
}

func TestSegmentsWithoutCycles(t *testing.T) {
	texts := map[string]string{"a": `in_segment("b") and dunning`, "b": `complaint or in_segment("c")`, "c": `not in_segment("a")`, "d": `orders > 1`, "e": `in_segment("gone")`}
	bind := func(name, text string) error {
		b := chain(texts)
		b.Name = name
		_, err := Builtin().Bind(mustRule(t, text), b)
		return err
	}
	refused(t, "a cycle", bind("", `in_segment("a")`), postlift.Invalid, `"a" refers to itself`, "a → b → c → a")
	refused(t, "a rule under its own name", bind("d", `in_segment("d")`), postlift.Invalid, "d → d")
	refused(t, "a rule that closes a cycle", bind("c", `in_segment("a")`), postlift.Invalid, "c → a → b → c")
	refused(t, "a saved rule that is gone", bind("", `in_segment("e")`), postlift.NotFound, `"gone"`)
	if err := bind("c", `in_segment("d")`); err != nil {
		t.Error(err)
	}
	for i := range 20 {
		texts[fmt.Sprint("deep", i)] = fmt.Sprintf(`in_segment("deep%d")`, i+1)
	}
	refused(t, "a long chain", bind("", `in_segment("deep0")`), postlift.Invalid, "more than 16 deep")
}

// TestBoundRulesAreBounded: saved rules that double each other, lists and circles end at the limits, and a saved rule
// is looked up once.
func TestBoundRulesAreBounded(t *testing.T) {
	texts := map[string]string{"r12": "dunning or orders > 1"}
	for i := range 12 {
		texts[fmt.Sprint("r", i)] = fmt.Sprintf(`in_segment("r%d") and (in_segment("r%d") or in_segment("r%d"))`, i+1, i+1, i+1)
	}
	b := chain(texts)
	found, looked := b.Segment, 0
	b.Segment = func(name string) (*Node, error) { looked++; return found(name) }
	_, err := Builtin().Bind(mustRule(t, `in_segment("r0")`), b)
	refused(t, "3^12 conditions", err, postlift.Invalid, "more than 20000 conditions")
	if looked > len(texts) {
		t.Errorf("%d look-ups of %d rules", looked, len(texts))
	}

	places := make([]string, 200_000)
	b = Binding{AsOf: testDay, Currency: "EUR", Near: func(Near) ([]string, error) { return places, nil }}
	circle := `within_km(%d, "DE", "70173")`
	var circles []string
	for i := range 60 {
		circles = append(circles, fmt.Sprintf(circle, i+1))
	}
	_, err = Builtin().Bind(mustRule(t, strings.Join(circles[:3], " or ")), b)
	refused(t, "large circles", err, postlift.Invalid, "more than 500000 values")
	places = nil
	_, err = Builtin().Bind(mustRule(t, strings.Join(circles, " or ")), b)
	refused(t, "many circles", err, postlift.Invalid, "more than 50 circles")
}

// TestWorstRule: the largest rule that is taken, of conditions that all must be looked at, is evaluated over 1,000
// accounts without allocating; its conditions are those that Bind allows and no more.
func TestWorstRule(t *testing.T) {
	clause := `name contains "aaaaaaaaab" or `
	inner := strings.TrimSuffix(strings.Repeat(clause, 990), " or ")
	texts := map[string]string{"inner": inner}
	outer := strings.TrimSuffix(strings.Repeat(`in_segment("inner") or `, 20), " or ")
	term, err := Builtin().Bind(mustRule(t, outer), chain(texts))
	if err != nil {
		t.Fatal(err)
	}
	terms := 0
	term.walk(func(*Term) { terms++ })
	if terms < 19_000 || terms > maxTerms {
		t.Fatalf("%d conditions", terms)
	}
	takes, facts, taken := term.Compile(), Builtin().NewFacts(), 0
	set(t, facts, "name", strings.Repeat("a", 200))
	for range 1000 {
		if takes(facts) {
			taken++
		}
	}
	if allocs := testing.AllocsPerRun(3, func() { takes(facts) }); allocs > 0 || taken > 0 {
		t.Errorf("%d accounts taken, %g allocations an account", taken, allocs)
	}
	_, err = Builtin().Bind(mustRule(t, outer+` or in_segment("inner")`), chain(texts))
	refused(t, "one segment more", err, postlift.Invalid, "more than 20000")
}

func TestOwnAttributes(t *testing.T) {
	attributes := []accounts.Attribute{{Name: "fleet", Type: "number", LabelEN: "Fleet", LabelDE: "Fuhrpark"}, {Name: "fleet", Type: "text"},
		{Name: "Bad Name", Type: "number"}, {Name: "1st", Type: "number"}, {Name: "odd", Type: "texts"}, {Name: "plain", Type: "date"}}
	c := Builtin().With(attributes)
	if c != Builtin().With(append([]accounts.Attribute{}, attributes...)) {
		t.Error("equal attributes give another catalogue")
	}
	if len(c.Fields()) != len(Builtin().Fields())+2 {
		t.Errorf("%d fields, built-in %d", len(c.Fields()), len(Builtin().Fields()))
	}
	f, err := c.Describe("custom.plain")
	if err != nil || f.Type != Day || f.EN != "plain" || f.DE != "plain" || !f.Custom {
		t.Errorf("%+v, %v", f, err)
	}
	_, err = c.Describe("fleet")
	refused(t, "fleet", err, postlift.NotFound, "did you mean custom.fleet?")
	if Builtin().With(nil) != Builtin() {
		t.Error("no attributes give another catalogue")
	}
	for i := range 10 { // a settings file that changes all the time fills nothing
		Builtin().With([]accounts.Attribute{{Name: fmt.Sprint("a", i), Type: "number"}})
	}
	if kept := len(Builtin().grown.kept); kept > maxGrown {
		t.Errorf("%d catalogues are kept", kept)
	}
	facts := c.NewFacts()
	f, _ = c.Field("custom.fleet")
	facts.SetNumber(f, 7)
	n, err := c.Parse("custom.fleet > 5 and is_empty(custom.plain)")
	if err != nil {
		t.Fatal(err)
	}
	term, err := c.Bind(n, Binding{AsOf: testDay, Currency: "EUR"})
	if err != nil || !term.Compile()(facts) {
		t.Errorf("%v", err)
	}
}

// TestAttributesMayBeNamedAnything: words of the outside grammar are names behind "custom.".
func TestAttributesMayBeNamedAnything(t *testing.T) {
	for _, name := range []string{"in", "not", "and", "or", "let", "if", "else", "true", "nil", "contains", "matches", "all", "count", "e", "x_1"} {
		c := Builtin().With([]accounts.Attribute{{Name: name, Type: "number"}})
		text := "custom." + name + " > 5 and not (custom." + name + " in [1, 2])"
		n, err := c.Parse(text)
		if err != nil || n.Text() != text {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// TestSetsInRules: what a set of texts answers, with no members and with two.
func TestSetsInRules(t *testing.T) {
	empty, full := Builtin().NewFacts(), Builtin().NewFacts()
	f, _ := Builtin().Field("product_groups")
	full.SetTexts(f, []string{"Pumpen", "Filter"})
	for text, want := range map[string][2]bool{
		`product_groups contains "Pumpen"`:           {false, true},
		`product_groups contains "Pump"`:             {false, false},
		`not (product_groups contains "Pumpen")`:     {true, false},
		`product_groups in ["Ventile", "Filter"]`:    {false, true},
		`product_groups not in ["Ventile"]`:          {true, true},
		`is_empty(product_groups)`:                   {true, false},
		`not is_empty(product_groups)`:               {false, true},
		`none_of(product_groups contains "Ventile")`: {true, true},
	} {
		n := mustRule(t, text)
		for i, facts := range []*Facts{empty, full} {
			if got := bound(t, n).Compile()(facts); got != want[i] {
				t.Errorf("%s, facts %d: %t", text, i, got)
			}
			if got := explained(n, facts, "EUR").Outcome == Met; got != want[i] {
				t.Errorf("%s, facts %d: explained as %t", text, i, got)
			}
		}
	}
	if raw, err := json.Marshal(empty.Value(f, "EUR")); err != nil || string(raw) != "[]" {
		t.Errorf("an empty set is %s, %v", raw, err)
	}
	full.SetValue(f, "of another shape")
	if !full.Missing(f) && len(full.Value(f, "EUR").([]string)) > 0 {
		t.Error("a value of another shape leaves the old one")
	}
}

// TestExplainSaysWhatIsWithin: a saved rule is explained down to its conditions; a circle names the place it looks at.
func TestExplainSaysWhatIsWithin(t *testing.T) {
	facts := Builtin().NewFacts()
	set(t, facts, "orders", 3.0)
	set(t, facts, "dunning", false)
	set(t, facts, "place", "DE-70173")
	e := explained(mustRule(t, `in_segment("big") and within_km(25, "DE", "70173") and none_of(dunning, is_empty(orders))`), facts, "EUR")
	if e.Outcome != Met || len(e.Parts) != 3 {
		t.Fatalf("%+v", e)
	}
	if s := e.Parts[0]; s.Text != `in_segment("big")` || len(s.Parts) != 1 || len(s.Parts[0].Parts) != 2 || s.Parts[0].Parts[0].Value != 3.0 {
		t.Errorf("%+v", s)
	}
	if c := e.Parts[1]; c.Field != PlaceField || c.Value != "DE-70173" || c.Op != OpWithinKM {
		t.Errorf("%+v", c)
	}
	if n := e.Parts[2]; n.Op != OpNone || len(n.Parts) != 2 || n.Outcome != Met {
		t.Errorf("%+v", n)
	}
}

// TestMeasureTakesWhatIsTaken: no tree that Check takes has a text that measure refuses.
func TestMeasureTakesWhatIsTaken(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := looseGen(5).Draw(t, "tree")
		if Builtin().Check(n) == nil && measure(n.Text()) != nil {
			t.Fatal(n.Text())
		}
	})
}
