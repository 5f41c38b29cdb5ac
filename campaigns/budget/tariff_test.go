package budget

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
	"pgregory.net/rapid"

	"postlift"
)

const sampleTariff = `
name: Lettershop, 1 January
setup: 250 EUR
min_order: 400
capacity: 60000
production:
  - name: print
    steps: [{from: 1, price: 0.42}, {from: 5000, price: 0.315}]
  - name: inserting
    steps: [{from: 1, price: 0.085 EUR}]
postage:
  - {class: letter, price: 0.95}
  - {class: dialogpost, price: 0.385, nationwide: 5000, region: 200, top_up: true, easy_from: 500, easy_surcharge: 0.18}
  - {class: abroad, countries: [AT, CH], price: 1.25}
`

func sample(t *testing.T) Tariff {
	t.Helper()
	var tariff Tariff
	if err := yaml.Unmarshal([]byte(sampleTariff), &tariff); err != nil {
		t.Fatal(err)
	}
	if tariff = tariff.Settle("EUR"); tariff.Validate() != nil {
		t.Fatal(tariff.Validate())
	}
	return tariff
}

func TestTariffRoundTrips(t *testing.T) {
	tariff := sample(t)
	if tariff.Setup != 250_000_000 || tariff.Production[1].Steps[0].Price != 85_000 || tariff.Postage[1].EasySurcharge != 180_000 || tariff.Home != "DE" {
		t.Errorf("read as %+v", tariff)
	}
	asJSON, err := json.Marshal(tariff)
	if err != nil {
		t.Fatal(err)
	}
	asYAML, err := yaml.Marshal(tariff)
	if err != nil {
		t.Fatal(err)
	}
	var fromJSON, fromYAML Tariff
	if err := json.Unmarshal(asJSON, &fromJSON); err != nil || !reflect.DeepEqual(fromJSON, tariff) {
		t.Errorf("JSON %s gives %+v, %v", asJSON, fromJSON, err)
	}
	if err := yaml.Unmarshal(asYAML, &fromYAML); err != nil || len(fromYAML.Postage) != 3 || fromYAML.Postage[1].Price != 385_000 {
		t.Errorf("YAML %s gives %+v, %v", asYAML, fromYAML, err)
	}
}

func TestTariffMessages(t *testing.T) {
	for _, c := range []struct{ change, to, want string }{
		{"setup: 250 EUR", "setup: 250 USD", "line 10: 0.085 EUR, but another price is in USD"},
		{"setup: 250 EUR", "stup: 250 EUR", `line 3: tariff has no field "stup"; did you mean setup?`},
		{"top_up: true", "topup: true", `tariff.postage has no field "topup"; did you mean top_up?`},
		{"from: 5000, price: 0.315", "from: 5000, price: 0.5", "step prices must not rise"},
		{"from: 5000, price: 0.315", "from: 1, price: 0.3", "steps must rise"},
		{"from: 1, price: 0.42", "from: 2, price: 0.42", "the first step is from 2; it must be from 1"},
		{"{class: letter, price: 0.95}", "{class: letter, countries: [FR], price: 0.95}", "DE has no class without"},
		{"countries: [AT, CH]", "countries: [DE]", "letter and abroad are both without condition for DE"},
		{"countries: [AT, CH]", "countries: [Österreich]", `"Österreich" is not a country code`},
		{"easy_from: 500", "easy_from: 6000", "easy_from 6000 is not below nationwide 5000"},
		{"price: 0.385", "price: 0.3851234", "at most six decimals"},
		{"price: 0.385", "price: -1", "a price is not negative"},
		{"capacity: 60000", "capacity: -1", "tariff field capacity"},
		{"capacity: 60000", "currency: euro", "euro"},
	} {
		text := strings.Replace(sampleTariff, c.change, c.to, 1)
		var tariff Tariff
		err := yaml.Unmarshal([]byte(text), &tariff)
		if err == nil {
			err = tariff.Settle("EUR").Validate()
		}
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.to, err, c.want)
		}
	}
	if err := (Tariff{Currency: "EUR", Home: "DE"}).Validate(); err == nil || postlift.KindOf(err) != postlift.Invalid {
		t.Errorf("an empty tariff: %v", err)
	}
}

// TestQuoteByHand: figures from the tables of Deutsche Post in the tariff, added up by hand.
func TestQuoteByHand(t *testing.T) {
	tariff := sample(t)
	for _, c := range []struct {
		name   string
		counts []Count
		minor  int64
		terms  Terms
	}{
		// 300 × (.42 + .085) = 151.50 + 250 set-up = 401.50; 300 letters at .95 = 285; EASY needs 500; 300 in one region at .385 = 115.50
		{"one region", []Count{{"DE", "70", 300}}, 40150 + 11550, TermsRegion},
		// 60 × .505 + 250 = 280.30, billed at 400; letters 57.00; topped up 200 × .385 = 77.00
		{"minimum order", []Count{{"DE", "70", 60}}, 40000 + 5700, TermsLetter},
		// 100 letters would be 95.00, topped up to 200 they cost 77.00; 100 × .505 + 250 is billed at 400
		{"topped up", []Count{{"", "70", 100}}, 40000 + 7700, TermsRegion},
		// 1,000 in 20 regions of 50: letters 47.50 a region; EASY 1,000 × .565 = 565
		{"easy", spreadOver(20, 50), 25000 + 50500 + 56500, TermsEasy},
		// 4,900 in 98 regions of 50: EASY 2,768.50; topped up to 5,000: 1,925.00
		{"nationwide topped up", spreadOver(98, 50), 25000 + 247450 + 192500, TermsNationwide},
		// 10 to Austria at 1.25, 10 of unknown region at .95; 20 × .505 + 250 is billed at 400
		{"abroad and unknown", []Count{{"AT", "10", 10}, {"DE", "", 10}}, 40000 + 1250 + 950, TermsLetter},
	} {
		q, err := tariff.Cost(c.counts)
		if err != nil {
			t.Fatal(err)
		}
		if q.Total.Minor != c.minor {
			t.Errorf("%s: %s, want %d: %+v", c.name, q.Total, c.minor, q.Parts)
		}
		if got := q.Postings[0].Terms; got != c.terms {
			t.Errorf("%s: posted %s, want %s", c.name, got, c.terms)
		}
	}
	if _, err := tariff.Cost([]Count{{"FR", "75", 1}}); err == nil || !strings.Contains(err.Error(), "no postage to FR") {
		t.Errorf("France: %v", err)
	}
	if q, err := tariff.Cost(nil); err != nil || q.Total.Minor != 0 || len(q.Parts) != 0 {
		t.Errorf("nobody costs %v, %v", q, err)
	}
	letters, err := tariff.LetterOnly().Cost(spreadOver(20, 50))
	if err != nil || letters.Total.Minor != 25000+50500+95000 {
		t.Errorf("contractual: %v, %v", letters.Total, err)
	}
}

func spreadOver(regions, each int) []Count {
	list := make([]Count, regions)
	for i := range list {
		list[i] = Count{"DE", string([]byte{byte('0' + i/10), byte('0' + i%10)}), each}
	}
	return list
}

// TestSuggestsTheNextStep: 4,900 pieces cost more than 5,000.
func TestSuggestsTheNextStep(t *testing.T) {
	tariff := sample(t)
	tariff.Postage = nil
	q, err := tariff.Cost([]Count{{"DE", "70", 4900}})
	if err != nil {
		t.Fatal(err)
	}
	// 4,900 × .505 = 2,474.50; 5,000 × .40 = 2,000.00
	if len(q.Suggestions) != 1 || q.Suggestions[0].Reach != 5000 || q.Suggestions[0].Saving.Minor != 47450 {
		t.Fatalf("suggestions %+v", q.Suggestions)
	}
	en, de := q.Suggestions[0].Words("en"), q.Suggestions[0].Words("de")
	if !strings.Contains(en, "4,900 → 5,000") || !strings.Contains(en, "€474.50") || !strings.Contains(de, "4.900 → 5.000") || !strings.Contains(de, "474,50") {
		t.Errorf("%s / %s", en, de)
	}
	more, err := tariff.Marginal([]Count{{"DE", "70", 4999}}, Count{"DE", "70", 1})
	if err != nil || more != 5000*400_000-4999*505_000 {
		t.Errorf("the 5,000th piece costs %s, %v", more, err)
	}
	tariff.Capacity = 4950
	if q, err = tariff.Cost([]Count{{"DE", "70", 4900}}); err != nil || len(q.Suggestions) != 0 {
		t.Errorf("beyond the capacity: %+v, %v", q.Suggestions, err)
	}
}

// TestQuoteIsTheSumOfItsParts, and no way of posting is cheaper than the one chosen.
func TestQuoteIsTheSumOfItsParts(t *testing.T) {
	tariff := sample(t)
	rapid.Check(t, func(t *rapid.T) {
		counts := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Count {
			return Count{rapid.SampledFrom([]string{"DE", "", "AT"}).Draw(t, "country"), rapid.SampledFrom([]string{"", "01", "10", "70"}).Draw(t, "region"), rapid.IntRange(0, 3000).Draw(t, "n")}
		}), 1, 12).Draw(t, "counts")
		q, err := tariff.Cost(counts)
		if err != nil {
			t.Fatal(err)
		}
		var sum int64
		pieces := 0
		for _, p := range q.Parts {
			sum += p.Amount.Minor
		}
		for _, p := range q.Postings {
			pieces += p.Pieces
		}
		if sum != q.Total.Minor || pieces != q.Pieces {
			t.Fatalf("parts %d of %d, posted %d of %d", sum, q.Total.Minor, pieces, q.Pieces)
		}
		r, err := tariff.newRun(counts)
		if err != nil {
			t.Fatal(err)
		}
		if exact := r.total().Money("EUR").Minor; exact-sum > 5 || sum-exact > 5 {
			t.Fatalf("parts are %d, the exact total %d", sum, exact)
		}
		letters, err := tariff.LetterOnly().Cost(counts)
		if err != nil || letters.Total.Minor < q.Total.Minor-5 {
			t.Fatalf("letters alone are cheaper: %v, %v", letters.Total, err)
		}
	})
}

func TestPrices(t *testing.T) {
	for s, want := range map[string]Price{"0.385": 385_000, "12": 12_000_000, ".5": 500_000, "-1.000001": -1_000_001, "0": 0} {
		if got, err := ParsePrice(s); err != nil || got != want {
			t.Errorf("%s = %d, %v", s, got, err)
		}
	}
	for _, s := range []string{"", ".", "1e3", "1,5", "1.2.3", "NaN", "9999999999999999999", "0.0000001", "--1"} {
		if p, err := ParsePrice(s); err == nil {
			t.Errorf("%q is read as %s", s, p)
		}
	}
	for p, want := range map[Price][2]string{385_000: {"€0.385", "0,385\u00a0€"}, 950_000: {"€0.95", "0,95\u00a0€"}, 1_250_000_000: {"€1,250.00", "1.250,00\u00a0€"}} {
		if en, de := p.Format("en", "EUR"), p.Format("de", "EUR"); en != want[0] || de != want[1] {
			t.Errorf("%s: %s %s", p, en, de)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		p := Price(rapid.Int64Range(-maxPrice, maxPrice).Draw(t, "price"))
		if back, err := ParsePrice(p.String()); err != nil || back != p {
			t.Fatalf("%d is written %s, read %d, %v", p, p, back, err)
		}
	})
}

func TestTariffWords(t *testing.T) {
	tariff := sample(t)
	en, de := strings.Join(tariff.Words("en"), "\n"), strings.Join(tariff.Words("de"), "\n")
	for _, want := range []string{"Set-up of a run: €250.00", "from 5,000: €0.315", "from 500 in the country with a surcharge of €0.18", "advertising only"} {
		if !strings.Contains(en, want) {
			t.Errorf("%q is missing in\n%s", want, en)
		}
	}
	for _, want := range []string{"ab 5.000: 0,315", "fehlende Stücke dürfen bezahlt werden", "mindestens 400,00"} {
		if !strings.Contains(de, want) {
			t.Errorf("%q is missing in\n%s", want, de)
		}
	}
	if len(tariff.Words("en")) != len(tariff.Words("de")) {
		t.Error("the languages say different things")
	}
}
