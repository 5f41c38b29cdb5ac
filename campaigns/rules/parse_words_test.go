package rules

import (
	"strings"
	"testing"

	"postlift/accounts"
)

// TestGermanThousands: a point before three digits is refused where it can stand for thousands, with both readings.
func TestGermanThousands(t *testing.T) {
	c := Builtin().With([]accounts.Attribute{{Name: "frame_volume", Type: "number"}, {Name: "ratio", Type: "number"}})
	for text, want := range map[string]string{
		"custom.frame_volume > 10.000": "10.000\": this can be read as 10000 or as 10,",
		"clv.residual > 5.000":         "write 5000 or 5",
		"clv.residual > -12.000":       "write -12000 or -12",
		"clv.residual > 1.250":         "write 1250 or 1.25",
		"clv.residual > 1.234":         "at most two decimals; write 1234 if the point stands for thousands",
		"employees in [10, 1.500]":     "write 1500 or 1.5",
		"10.000 < employees":           "write 10000 or 10",
		"clv.residual > 0.001":         "at most two decimals",
	} {
		if _, err := c.Parse(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
	for _, text := range []string{"custom.ratio > 1.125", "custom.ratio > 0.500", "clv.residual > 5000.00", "clv.residual > 99.5", "custom.ratio > 1234.500", "clv.p_alive > 0.123"} {
		if _, err := c.Parse(text); err != nil {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// TestSyntaxInWords: no message of the outside parser reaches people as it is.
func TestSyntaxInWords(t *testing.T) {
	for text, want := range map[string]string{
		`country = "DE"`:                 "compare with ==",
		"orders => 3":                    "compare with ==, >= or <=",
		"orders <> 3":                    `column 8, "<>": rules have another sign for unequal; write !=`,
		"orders > 3,5":                   "decimals are written with a point",
		`country == "DE`:                 "quotation mark is missing",
		`country == "DE" und orders > 3`: `"und": this is not expected here; write and`,
		"orders > 5 €":                   "without its unit or currency",
		"orders > 1 ODER orders < 5":     "write or",
		"clv.residual":                   "an amount of money is no condition by itself",
		`clv.residual == "a"`:            "clv.residual is an amount of money and cannot be compared with a text",
		"product_groups == 3":            "product_groups is a set of texts",
	} {
		_, err := Builtin().Parse(text)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
		for _, raw := range []string{"Operator(", "unexpected token", "U+", "is a money", "a an "} {
			if err != nil && strings.Contains(err.Error(), raw) {
				t.Errorf("%s: %v", text, err)
			}
		}
	}
}
