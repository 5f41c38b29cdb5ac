package main

import (
	"fmt"
	"io"
	"slices"

	"postlift/clv/backtest"
)

// text writes the report for a person.
func (b backtestAnswer) text(w io.Writer) {
	backtestText(w, b.Report, b.language)
	countsText(w, *b.Rows, b.language)
	printWarnings(w, warnings(rowFlags(b.Rows), b.language), b.language)
	chartsText(w, b.Charts, b.language)
}

// backtestText writes a report for a person: the table of models by horizon, the choice and why, and how the
// bands were made wide enough.
func backtestText(w io.Writer, r backtest.Report, l language) {
	fmt.Fprintln(w, l.say("%d of %d customers, orders from %s to %s, %d tests", r.Tested, r.Customers, r.From, r.Until, len(r.Tests)))
	modelsText(w, r, l)
	fmt.Fprintln(w, choiceSentence(r.Choice, l))
	if s := spendSentence(r.Choice, l); s != "" {
		fmt.Fprintln(w, s)
	}
	for _, c := range r.Checks {
		fmt.Fprintln(w, l.say("as it would have been on %s for %s: %s predicted %.0f orders, %.0f came; 90%% band %.0f to %.0f (width %s of the prediction), learned from %d origins",
			c.Origin, c.Horizon, c.Choice.Key, c.Predicted, c.Orders, c.Band.Low, c.Band.High, l.percent(c.Band.Width), c.Calibration.Origins))
	}
	for _, s := range r.Segments {
		fmt.Fprintln(w, l.say("segment %s, %s: predicted %.0f, came %.0f (%s)", l.orNone(s.Segment), s.Horizon, s.Predicted, s.Orders, l.percent(s.Bias)))
	}
	renewalsText(w, r.Renewals, l)
	for _, one := range r.Warnings {
		fmt.Fprintln(w, l.say("look twice: %s", warningSentence(one, r.Choice, l)))
	}
	raised := []modelFlags{{"backtest", r.Flags}, {"bands", r.Calibration.Flags}}
	if r.Renewals != nil {
		raised = append(raised, modelFlags{"renewals", r.Renewals.Flags})
	}
	for _, one := range r.Results {
		raised = append(raised, modelFlags{one.Model, one.Flags})
	}
	printWarnings(w, warnings(raised, l), l)
}

// modelsText is the table of predictions by horizon.
func modelsText(w io.Writer, r backtest.Report, l language) {
	horizon := backtest.Horizon{}
	for i, m := range r.Models {
		if i == 0 || m.Horizon != horizon {
			horizon = m.Horizon
			fmt.Fprintln(w, l.say("horizon %s", horizon))
			fmt.Fprintf(w, "  %-18s %8s %8s %8s %8s %10s %9s\n", l.say("model"), l.say("bias"), "MAE", "RMSE", l.say("top 10%%"), l.say("log score"), l.say("tracking"))
		}
		score, tracking := "", ""
		if !m.Baseline {
			score, tracking = l.decimal(m.LogScore, 5), l.percent(m.Tracking)
		}
		fmt.Fprintf(w, "  %-18s %8s %8.4f %8.4f %8s %10s %9s\n", l.local(l.predictor(m.Model, m.Baseline), l.percent(m.Bias), m.MAE, m.RMSE, l.percent(m.Capture), score, tracking)...)
	}
}

// predictor names a model, or a naive prediction as one.
func (l language) predictor(name string, naive bool) string {
	if naive {
		return l.say("%s (naive)", name)
	}
	return name
}

// renewalsText writes how well renewals would have been predicted.
func renewalsText(w io.Writer, r *backtest.Renewal, l language) {
	if r == nil {
		return
	}
	fmt.Fprintln(w, l.say("renewals  %d decisions tested, %s renewed", r.Decisions, l.percent(r.RenewedRate)))
	for _, one := range r.Results {
		fmt.Fprintln(w, l.say("  %-18s log loss %.5f, bias %s, calibration slope %.2f, intercept %.2f",
			l.predictor(one.Model, one.Baseline), one.LogLoss, l.percent(one.Bias), one.Slope, one.Intercept))
	}
	fmt.Fprintln(w, renewalSentence(*r, l))
}

// The report holds its sentences in English; in German they are made from the figures behind them.

func choiceSentence(c backtest.Choice, l language) string {
	y := c.Why
	switch {
	case l != "de":
		return c.Sentence
	case y.Reason == backtest.ReasonDefault:
		return germanText("%s gilt als Vorgabe: das Protokoll ließ keine Prüfung der Modelle an späteren Daten zu", c.Key)
	}
	text := germanText("%s wird verwendet: über %d Prüfungen von %d Kunden, alle später als das, was die Anpassungen kannten, ist sein mittlerer Log-Score %.5f",
		c.Key, y.Tests, y.Customers, y.Score)
	switch y.Reason {
	case backtest.ReasonOnly:
		return text + "; kein anderes Modell ließ sich vergleichen"
	case backtest.ReasonWithinNoise:
		text += germanText("; %s liegt um %.5f besser, was Zufall sein kann (Standardfehler %.5f); dann hat das einfachere der Standardfamilie Vorrang", y.Best, y.Behind, y.BehindSE)
	default:
		text += ", der beste von allen"
	}
	if y.Next != "" {
		text += germanText("; vor %s liegt es um %.5f (Standardfehler %.5f)", y.Next, y.Ahead, y.AheadSE)
	}
	return text
}

func spendSentence(c backtest.Choice, l language) string {
	at := slices.IndexFunc(c.SpendRanking, func(r backtest.Ranked) bool { return r.Key == c.Spend })
	switch {
	case l != "de" || c.SpendSentence == "":
		return c.SpendSentence
	case c.Spend == "":
		return "das Protokoll hat keine Werte"
	case at < 0:
		return c.Spend + " gilt für Bestellwerte als Vorgabe: kein Ausgabenmodell ließ sich an späteren Daten vergleichen"
	}
	r := c.SpendRanking
	text := germanText("%s wird für Bestellwerte verwendet: sein mittlerer Log-Score an späteren Daten ist %.4f", c.Spend, r[at].Score)
	switch {
	case r[at].Behind > 0:
		text += germanText(", %.4f hinter %s, was Zufall sein kann (Standardfehler %.4f)", r[at].Behind, r[0].Key, r[at].SE)
	case len(r) > 1:
		text += germanText(", %.4f vor %s (Standardfehler %.4f)", r[1].Behind, r[1].Key, r[1].SE)
	}
	return text
}

func renewalSentence(r backtest.Renewal, l language) string {
	at := slices.IndexFunc(r.Results, func(one backtest.RenewalResult) bool { return one.Model == r.Chosen })
	switch {
	case l != "de":
		return r.Sentence
	case at < 0:
		return r.Chosen + " gilt als Vorgabe: vor jedem Stichtag lagen zu wenige Verlängerungsentscheidungen oder danach keine"
	}
	chosen := r.Results[at]
	text := germanText("%s wird für Verlängerungen verwendet: über %d Entscheidungen von %d Stichtagen, jede später als das, was die Anpassung kannte, ist sein Log-Verlust %.5f",
		r.Chosen, r.Decisions, len(r.Origins), chosen.LogLoss)
	if chosen.Behind > 0 {
		text += germanText("; ein reicheres Modell liegt um %.5f besser, was Zufall sein kann (Standardfehler %.5f)", chosen.Behind, chosen.SE)
	}
	for _, one := range r.Results {
		if one.Baseline && one.LogLoss < chosen.LogLoss {
			text += germanText("; die naive Quote des letzten Jahres hat %.5f", one.LogLoss)
		}
	}
	return text
}

func warningSentence(one backtest.Warning, c backtest.Choice, l language) string {
	if l != "de" {
		return one.Text
	}
	switch one.Flag {
	case backtest.FlagNoChoice, backtest.FlagWithinNoise:
		return choiceSentence(c, l)
	case backtest.FlagModelDropped:
		return one.Model + " ließ sich nicht an jedem Stichtag anpassen und wird nicht verglichen"
	case backtest.FlagCalibrationThin:
		return germanText("die Bänder stehen auf %.0f vergangenen Stichtagen und stützen sich auf den vorgegebenen Fehler von %s", one.Value, l.percent(one.Other))
	case backtest.FlagBaselineWins:
		text := germanText("über %s hat die naive Vorhersage %s einen mittleren absoluten Fehler von %.4f Bestellungen, weniger als die %.4f von %s", one.Horizon, one.Model, one.Value, one.Other, c.Key)
		if one.Model == backtest.BaselineZero {
			text += ": die meisten Konten bestellen in so kurzer Zeit nichts, und dieses Maß belohnt, das von allen zu sagen"
		}
		return text
	}
	return sentences[one.Flag][1]
}

// germanText writes a German sentence with its numbers.
func germanText(format string, args ...any) string {
	return fmt.Sprintf(format, language("de").local(args...)...)
}
