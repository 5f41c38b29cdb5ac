package paper

import (
	"fmt"
	"strings"

	"postlift"
	"postlift/responses"
)

// t picks the text of the report's language, with the blank before a per cent sign as the language has it.
func (c *composer) t(en, de string) string {
	if c.lang == "de" {
		return strings.ReplaceAll(de, " %", "\u00a0%")
	}
	return strings.ReplaceAll(en, " %", "%")
}

// f is t with verbs filled.
func (c *composer) f(en, de string, args ...any) string {
	if c.lang == "de" {
		return c.t("", fmt.Sprintf(de, args...))
	}
	return c.t(fmt.Sprintf(en, args...), "")
}

func (c *composer) say(b responses.Bilingual) string { return b.In(c.lang) }

func (c *composer) whole(m postlift.Money) string { return responses.WholeMoney(m, c.lang) }

// exact is an amount to the cent.
func (c *composer) exact(m postlift.Money) string {
	return strings.Replace(m.Format(c.lang), "-", "\u2212", 1)
}

// axis writes major units on an axis.
func (c *composer) axis(major float64) string { return c.whole(postlift.FromMajor(major, c.Currency)) }

func (c *composer) count(n int) string { return responses.WholeNumber(n, c.lang) }

func (c *composer) share(x float64, digits int) string { return responses.Percent(x, digits, c.lang) }

func (c *composer) percentAxis(x float64) string { return c.share(x, 0) }

func (c *composer) date(d postlift.Date) string {
	if d.IsZero() {
		return "–"
	}
	return d.Format(c.lang)
}

func (c *composer) number(x float64, digits int) string {
	s := strings.Replace(fmt.Sprintf("%.*f", digits, x), "-", "\u2212", 1)
	if c.lang == "de" {
		s = strings.Replace(s, ".", ",", 1)
	}
	return s
}

// to joins two bounds.
func (c *composer) to(low, high string) string { return low + c.t(" to ", " bis ") + high }

func (c *composer) span(m responses.MoneyInterval) string {
	return c.to(c.whole(m.Low), c.whole(m.High))
}

func (c *composer) span80(m responses.MoneyInterval) string {
	return c.to(c.whole(m.Low80), c.whole(m.High80))
}

// cells are the estimate with its 95 % and 80 % bounds, or dashes.
func (c *composer) cells(m *responses.MoneyInterval) []string {
	if m == nil {
		return []string{c.unknown(), "–", "–"}
	}
	return []string{c.whole(m.Value), c.span(*m), c.span80(*m)}
}

func (c *composer) unknown() string { return c.t("not known", "nicht bestimmbar") }

func (c *composer) p(p float64) string {
	if p < .001 {
		return c.t("p < 0.001", "p < 0,001")
	}
	return "p = " + c.number(p, 3)
}

// estimateHead are the columns of cells.
func (c *composer) estimateHead() []string {
	return []string{"", c.t("Estimate", "Schätzung"), c.t("95 % interval", "95-%-Intervall"), c.t("80 % interval", "80-%-Intervall")}
}

func (c *composer) mailed() string { return c.t("Mailed", "Angeschrieben") }

func (c *composer) heldOut() string { return c.t("Held out", "Zurückgehalten") }

// armName names an arm of an outcome.
func (c *composer) armName(name string) string {
	if name == responses.ArmHoldout {
		return c.heldOut()
	}
	return c.mailed()
}

// inWaves tells whether everybody was mailed in random order, so that there are no two arms.
func (c *composer) inWaves() bool { return len(c.Arms) > 0 && c.Arms[0].Name == responses.ArmWave }

func (c *composer) armLabel(a responses.Arm) string {
	switch {
	case a.Name != responses.ArmWave:
		return c.armName(a.Name)
	case a.InHomeOn.IsZero():
		return fmt.Sprintf("%s %d (%s)", c.t("Wave", "Welle"), a.Wave, c.t("not mailed", "nicht angeschrieben"))
	}
	return fmt.Sprintf("%s %d (%s)", c.t("Wave", "Welle"), a.Wave, c.date(a.InHomeOn))
}
