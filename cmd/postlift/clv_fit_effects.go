package main

import (
	"fmt"
	"io"
	"math"
	"strings"

	"postlift/clv/purchase"
)

// covariatesText tells in words what the columns of customers do to ordering and leaving.
func (f fitAnswer) covariatesText(w io.Writer) {
	c, l := f.Covariates, f.language
	if c == nil {
		return
	}
	fmt.Fprintln(w, l.say("covariates  log-likelihood %.6f, likelihood ratio %.2f with %d degrees of freedom (p %.3g)", c.LogLikelihood, c.Gain, c.Freedom, c.Chance))
	if c.Chance > .05 {
		fmt.Fprintln(w, l.say("  all of it together may be chance: treat the customers alike until there are more of them"))
	}
	at := 0
	for _, d := range c.Columns {
		for _, level := range d.coded() {
			effectText(w, c.Model, d.Name+"="+l.orNone(level), d.Name+"="+l.orNone(d.Base), c.Orders[at], c.Leaving[at], l)
			at++
		}
		if d.Other {
			fmt.Fprintln(w, l.say("  %s=%s stands for the rare values %s", d.Name, purchase.OtherLevel, strings.Join(d.Rare, ", ")))
		}
	}
	if len(c.Few) > 0 {
		fmt.Fprintln(w, l.say("  few customers: %s", strings.Join(c.Few, ", ")))
	}
}

// coded are the values that have an effect, in the order of the effects.
func (d designColumn) coded() []string {
	out := append([]string{}, d.Levels...)
	if d.Other {
		out = append(out, purchase.OtherLevel)
	}
	return out
}

// effectText says how customers of one value differ from those of the base.
func effectText(w io.Writer, model, who, base string, orders, leaving effect, l language) {
	fmt.Fprintln(w, "  "+orders.sentence(orderWords(model), l, who, base))
	fmt.Fprintln(w, "    "+leaving.sentence(leavingWords(model), l))
}

// effectWords are the sentences of one kind of effect, as formats of language.say: the subjects come first, then
// the size and the ends of its 95 % interval.
type effectWords struct{ more, less, times, alike string }

// orderWords are about how often customers order; BG/BB has no rate, but a probability at each opportunity.
func orderWords(model string) effectWords {
	if model == purchase.ModelBGBB {
		return effectWords{
			more:  "customers of %s against those of %s: odds of ordering at an opportunity %s higher (95%% interval %s to %s)",
			less:  "customers of %s against those of %s: odds of ordering at an opportunity %s lower (95%% interval %s to %s)",
			times: "customers of %s against those of %s: odds of ordering at an opportunity %s times as high (95%% interval %s to %s times)",
			alike: "customers of %s against those of %s: no clear difference in the odds of ordering (%s, 95%% interval %s to %s)",
		}
	}
	return effectWords{
		more:  "customers of %s order %[3]s more often than those of %[2]s (95%% interval %[4]s to %[5]s)",
		less:  "customers of %s order %[3]s less often than those of %[2]s (95%% interval %[4]s to %[5]s)",
		times: "customers of %s order %[3]s times as often as those of %[2]s (95%% interval %[4]s to %[5]s times)",
		alike: "customers of %s order about as often as those of %s: no clear difference (%s, 95%% interval %s to %s)",
	}
}

// leavingWords are about leaving: at a rate in Pareto/NBD, elsewhere with a probability at each order or opportunity.
func leavingWords(model string) effectWords {
	switch model {
	case purchase.ModelParetoNBD:
		return effectWords{
			more:  "they leave at a rate %s higher (95%% interval %s to %s)",
			less:  "they leave at a rate %s lower (95%% interval %s to %s)",
			times: "they leave at a rate %s times as high (95%% interval %s to %s times)",
			alike: "they leave at about the same rate: no clear difference (%s, 95%% interval %s to %s)",
		}
	case purchase.ModelBGBB:
		return effectWords{
			more:  "their odds of leaving at an opportunity are %s higher (95%% interval %s to %s)",
			less:  "their odds of leaving at an opportunity are %s lower (95%% interval %s to %s)",
			times: "their odds of leaving at an opportunity are %s times as high (95%% interval %s to %s times)",
			alike: "their odds of leaving at an opportunity hardly differ (%s, 95%% interval %s to %s)",
		}
	}
	return effectWords{
		more:  "their odds of leaving after an order are %s higher (95%% interval %s to %s)",
		less:  "their odds of leaving after an order are %s lower (95%% interval %s to %s)",
		times: "their odds of leaving after an order are %s times as high (95%% interval %s to %s times)",
		alike: "their odds of leaving after an order hardly differ (%s, 95%% interval %s to %s)",
	}
}

// normal95 is the 97.5 % quantile of the normal distribution.
const normal95 = 1.959964

// sentence says an effect in words. Where its 95 % interval holds none, it says that there is no clear one.
func (e effect) sentence(words effectWords, l language, subjects ...any) string {
	low, size, high := math.Exp(e.Value-normal95*e.SE), math.Exp(e.Value), math.Exp(e.Value+normal95*e.SE)
	say := func(format, size, low, high string) string {
		return l.say(format, append(subjects, size, low, high)...)
	}
	from, to := l.change(low), l.change(high)
	switch {
	case low <= 1 && high >= 1:
		return say(words.alike, l.change(size), from, to)
	case size >= 2:
		return say(words.times, l.decimal(size, 1), l.decimal(low, 1), l.decimal(high, 1))
	case size > 1:
		return say(words.more, l.wholePercent(size-1), from, to)
	}
	return say(words.less, l.wholePercent(1-size), from, to)
}

// wholePercent writes a share without decimals; adding 0 takes the sign off a rounded nothing.
func (l language) wholePercent(v float64) string { return l.percent(math.Round(v*100)/100 + 0) }

// change writes a factor as a signed change.
func (l language) change(factor float64) string {
	text := l.wholePercent(factor - 1)
	if !strings.HasPrefix(text, "-") {
		return "+" + text
	}
	return text
}

// decimal writes a number with the decimal sign of the language.
func (l language) decimal(v float64, digits int) string {
	text := fmt.Sprintf("%.*f", digits, v)
	return l.pick(text, strings.Replace(text, ".", ",", 1))
}
