package codes

import (
	"bytes"
	"encoding/hex"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"postlift"
)

// Published examples of Deutsche Post: the first from its DV-Freimachung Matrixcode Checker 3.07, the others
// from its specifications of Premiumadress.
const (
	vectorFranking = "444541121C012BB7456D00BE578D00B600000E011556000000000000"
	vectorLabel    = "4445411c017753e09026b584e00001"
	vectorPremium  = "444541081C012BFC27F40019822123EB00296029CB0A8401000120202020202020202020202020202020"
	vectorID       = "01 2FF4 5D01 55 6000 00E6"
)

func TestFrankingVectors(t *testing.T) {
	for payload, want := range map[string]FrankingMark{
		vectorFranking: {Kind: DVFreimachung, PriceList: 28, Customer: 5028398445, ValueCents: 190, Posted: postlift.NewDate(2013, time.August, 12),
			Product: 182, Item: 14, Participation: 1, Settlement: 5462, CustomerData: make([]byte, 5)},
		vectorLabel: {Kind: PremiumadressTag, Customer: 6296952976, Product: 9909, Posted: postlift.NewDate(2016, time.December, 5), AddressID: 1},
		vectorPremium: {Kind: PremiumadressMark, PriceList: 28, Customer: 0x012BFC27F4, ValueCents: 25, Posted: postlift.NewDate(2013, time.November, 29),
			Product: 9195, Item: 0x2960, EDS: 0x29CB0A84, Variant: 1, AddressID: 1, CustomerData: bytes.Repeat([]byte(" "), 16), Long: true},
	} {
		raw, err := hex.DecodeString(payload)
		if err != nil {
			t.Fatal(err)
		}
		got, err := ParseFranking(raw)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: read %+v, %v\nwant %+v", payload, got, err, want)
		}
		if made, err := want.Bytes(); err != nil || !bytes.Equal(made, raw) {
			t.Errorf("made %X, %v\nwant %s", made, err, payload)
		}
		code, err := want.Matrix()
		if err != nil {
			t.Fatal(err)
		}
		if read := readDataMatrix(t, code); !bytes.Equal(read, raw) {
			t.Errorf("code reads %X", read)
		}
	}
}

func TestFrankierID(t *testing.T) {
	raw, _ := hex.DecodeString(vectorFranking)
	m, err := ParseFranking(raw)
	if err != nil {
		t.Fatal(err)
	}
	if id, err := m.FrankierID(); err != nil || id != vectorID {
		t.Errorf("%q, %v", id, err)
	}
	got, err := ParseFrankierID(vectorID)
	if err != nil || got.Participation != 1 || got.Customer != 5028398400 || got.Settlement != 5462 || got.Item != 14 {
		t.Errorf("read %+v, %v", got, err)
	}
	for _, wrong := range []string{"", "01 2FF4 5D01 55 6000 00E7", "01 2FF4 5D01 55 6000 01E6", strings.ReplaceAll(vectorID, "F", "G")} {
		if m, err := ParseFrankierID(wrong); err == nil {
			t.Errorf("%q read as %+v", wrong, m)
		}
	}
}

func TestFrankingReadsBack(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		m := FrankingMark{Kind: rapid.SampledFrom([]FrankingKind{DVFreimachung, PremiumadressMark, PremiumadressTag}).Draw(rt, "kind"),
			Customer: rapid.Uint64Range(0, maxCustomer).Draw(rt, "customer"), Product: rapid.IntRange(0, 0xFFFF).Draw(rt, "product"),
			Posted: postlift.NewDate(2000, 1, 1).AddDays(rapid.IntRange(0, 36524).Draw(rt, "day"))}
		if m.Kind != DVFreimachung {
			m.AddressID = rapid.IntRange(0, 0xFFFF).Draw(rt, "id")
		}
		if m.Kind != PremiumadressTag {
			m.Long, m.Item = rapid.Bool().Draw(rt, "long"), rapid.IntRange(0, 0xFFFFFF).Draw(rt, "item")
			m.CustomerData = make([]byte, map[FrankingKind]int{DVFreimachung: 5, PremiumadressMark: 2}[m.Kind]+map[bool]int{true: 14}[m.Long])
		}
		raw, err := m.Bytes()
		if err != nil {
			rt.Fatal(err)
		}
		got, err := ParseFranking(raw)
		if err != nil || !reflect.DeepEqual(got, m) {
			rt.Fatalf("read %+v, %v, want %+v", got, err, m)
		}
	})
}

func TestFrankingRefuses(t *testing.T) {
	good := FrankingMark{Kind: DVFreimachung, Customer: 1, Posted: postlift.NewDate(2026, 5, 4)}
	for name, change := range map[string]func(*FrankingMark){
		"layout": func(m *FrankingMark) { m.Kind = 7 }, "customer": func(m *FrankingMark) { m.Customer = maxCustomer + 1 },
		"value": func(m *FrankingMark) { m.ValueCents = 65536 }, "negative": func(m *FrankingMark) { m.Product = -1 },
		"item": func(m *FrankingMark) { m.Item = 1 << 24 }, "date": func(m *FrankingMark) { m.Posted = 0 },
		"data": func(m *FrankingMark) { m.CustomerData = make([]byte, 6) },
	} {
		m := good
		change(&m)
		if raw, err := m.Bytes(); err == nil {
			t.Errorf("%s: made %X", name, raw)
		}
	}
	raw, err := good.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	day := bytes.Clone(raw)
	copy(day[12:], []byte{0, 26}) // day 0 of 2026
	for name, wrong := range map[string][]byte{"empty": nil, "short": raw[:27], "magic": append([]byte("DEB"), raw[3:]...), "day": day} {
		if m, err := ParseFranking(wrong); err == nil {
			t.Errorf("%s: read %+v", name, m)
		}
	}
}

func TestPostage(t *testing.T) {
	day := postlift.NewDate(2026, 5, 4)
	if p, ok, err := (FrankingConfig{}).Mark(1, day, nil); ok || err != nil {
		t.Errorf("nothing is configured and it made %+v, %v", p, err)
	}
	p, ok, err := TestFranking().Mark(7, day, nil)
	if !ok || err != nil || !p.Test || len(p.Lines) != 1 || p.Lines[0] != testWords || p.Code.W != 22 {
		t.Errorf("test mark %+v, %v, %v", p, ok, err)
	}
	if m, err := ParseFranking(p.Payload); err != nil || !m.Test() || m.ValueCents != 0 || m.Product != 0 || m.Item != 7 {
		t.Errorf("test mark says %+v, %v", m, err)
	}
	real := FrankingConfig{Customer: 5028398445, Participation: 1, Product: 182, ValueCents: 190, PriceList: 28, Settlement: 5462, Lines: []string{"DIALOGPOST"}}
	p, ok, err = real.Mark(14, postlift.NewDate(2013, time.August, 12), nil)
	if !ok || err != nil || p.Test || p.ID != vectorID || !strings.EqualFold(hex.EncodeToString(p.Payload), vectorFranking) {
		t.Errorf("%+v, %v, %v", p, ok, err)
	}
	for name, change := range map[string]func(*FrankingConfig){
		"customer": func(c *FrankingConfig) { c.Customer = 12 }, "product": func(c *FrankingConfig) { c.Product = 0 },
		"value": func(c *FrankingConfig) { c.ValueCents = 0 }, "price list": func(c *FrankingConfig) { c.PriceList = 0 },
		"participation": func(c *FrankingConfig) { c.Participation = 0 },
	} {
		c := real
		change(&c)
		if _, ok, err := c.Mark(1, day, nil); ok || err == nil {
			t.Errorf("%s: franked without", name)
		}
	}
}
