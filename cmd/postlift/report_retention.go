package main

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"postlift"
	"postlift/clv/retention"
	"postlift/internal/web"
	"postlift/responses"
)

// retained answers for the commands and the pages on what may be lost.
type retained struct {
	app *app
	*retention.Service
}

// MailOnRetention reads what letters did to retention by every reading that was taken, in a demo's folder those of its
// last day, too.
func (r retained) MailOnRetention(ctx context.Context) (found responses.MailOnRetention, err error) {
	measuring, err := r.app.responses(ctx)
	if err != nil {
		return found, err
	}
	read, err := r.app.results(measuring)
	if err != nil {
		return found, err
	}
	today, err := r.app.asOf(ctx, "")
	if err != nil {
		return found, err
	}
	return measuring.MailOnRetention(ctx, max(today, read.asOf))
}

func (a *app) retained(ctx context.Context) (retained, error) {
	db, err := a.store(ctx)
	return retained{a, &retention.Service{Store: db}}, err
}

// listOptions are what both lists share.
type listOptions struct {
	owner, segment, lang string
	limit                int
	table                bool
}

func (o *listOptions) add(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&o.owner, "owner", "", "only what this person looks after, by full name")
	f.StringVar(&o.segment, "segment", "", "only this segment, as imported")
	f.IntVar(&o.limit, "limit", retention.DefaultLimit, "list so many, those with most at stake; 0: all, as --csv does by itself")
	f.BoolVar(&o.table, "csv", false, "answer with CSV")
	f.StringVar(&o.lang, "lang", "en", "language of the text: en or de")
}

// read checks the language and lists all where a table is asked for and no limit was given.
func (o *listOptions) read(cmd *cobra.Command) error {
	if o.lang != "en" && o.lang != "de" {
		return postlift.Faultf(postlift.Invalid, cmd.CommandPath(), "--lang is %q: en or de is needed", o.lang)
	}
	if o.table && !cmd.Flags().Changed("limit") {
		o.limit = 0
	}
	return nil
}

// known turns an owner's name, e-mail or number into the full name, and refuses one whom nobody knows.
func (o *listOptions) known(ctx context.Context, a *app) error {
	if o.owner == "" {
		return nil
	}
	db, err := a.store(ctx)
	if err != nil {
		return err
	}
	owner, err := db.Owner(ctx, o.owner)
	o.owner = owner.Name
	return err
}

func newRenewalsCommand(a *app) *cobra.Command {
	var o listOptions
	var months int
	cmd := &cobra.Command{
		Use:   "renewals",
		Short: "Which contracts end or can be ended when, how likely they renew, and what depends on it",
		Long: `The renewal calendar as of the published score run: contracts by the month in which their term ends and by the day up to
which the customer can decline, with a year's margin, the probability to renew and the owner. Probabilities are those of
the renewal models on which the published values rest. What past letters did to renewals stands beneath.`,
		Example: "  postlift report renewals\n  postlift report renewals --months 12 --owner \"Jana Beispiel\"\n  postlift report renewals --csv > renewals.csv",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := o.read(cmd); err != nil {
				return err
			}
			if months < 1 {
				return postlift.Faultf(postlift.Invalid, "report renewals", "--months is %d: a whole number from 1 to %d is possible", months, retention.MostMonths)
			}
			if err := o.known(cmd.Context(), a); err != nil {
				return err
			}
			r, err := a.retained(cmd.Context())
			if err != nil {
				return err
			}
			found, err := r.Renewals(cmd.Context(), retention.CalendarQuery{Months: months, Owner: o.owner, Segment: o.segment, Limit: o.limit})
			if err != nil {
				return err
			}
			if o.table {
				return renewalsCSV(a.out, found)
			}
			mail, err := r.MailOnRetention(cmd.Context())
			if err != nil {
				return err
			}
			answer := struct {
				retention.Calendar
				Mail responses.MailOnRetention `json:"mail"`
			}{found, mail}
			return a.print(answer, func(w io.Writer) { retentionText{w, o.lang}.renewals(found, mail) })
		},
	}
	o.add(cmd)
	cmd.Flags().IntVar(&months, "months", retention.DefaultMonths, "months ahead, that of the first day after the score run included")
	return cmd
}

func newAtRiskCommand(a *app) *cobra.Command {
	var o listOptions
	var rule string
	cmd := &cobra.Command{
		Use:   "at-risk",
		Short: "Accounts that may be lost, with the reasons, what is at stake and what to do",
		Long: `Accounts at risk as of the published score run, those with most at stake first. Each reason is a named rule with its figures:
` + strings.Join(retention.Rules(), ", ") + `.
At stake is a year's margin when the account is well: its running contracts and the better of its last two years of orders.
What past letters did to retention stands beneath.`,
		Example: "  postlift report at-risk\n  postlift report at-risk --reason silent --limit 20 --lang de\n  postlift report at-risk --csv > at-risk.csv",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := o.read(cmd); err != nil {
				return err
			}
			if err := o.known(cmd.Context(), a); err != nil {
				return err
			}
			r, err := a.retained(cmd.Context())
			if err != nil {
				return err
			}
			found, err := r.AtRisk(cmd.Context(), retention.RiskQuery{Rule: rule, Owner: o.owner, Segment: o.segment, Limit: o.limit})
			if err != nil {
				return err
			}
			if o.table {
				return atRiskCSV(a.out, found, o.lang)
			}
			mail, err := r.MailOnRetention(cmd.Context())
			if err != nil {
				return err
			}
			answer := struct {
				retention.AtRisk
				Mail responses.MailOnRetention `json:"mail"`
			}{found, mail}
			return a.print(answer, func(w io.Writer) { retentionText{w, o.lang}.atRisk(found, mail) })
		},
	}
	o.add(cmd)
	cmd.Flags().StringVar(&rule, "reason", "", "only accounts for which this rule holds")
	return cmd
}

// retentionText writes both lists in the words of the pages.
type retentionText struct {
	w    io.Writer
	lang string
}

func (t retentionText) say(key string, args ...any) string {
	if len(args) == 0 {
		return web.Text(t.lang, key)
	}
	return fmt.Sprintf(web.Text(t.lang, key), args...)
}

func (t retentionText) money(m postlift.Money) string { return responses.WholeMoney(m, t.lang) }

func (t retentionText) count(n int) string { return responses.WholeNumber(n, t.lang) }

func (t retentionText) share(p *float64) string {
	if p == nil {
		return "–"
	}
	return responses.Percent(*p, 0, t.lang)
}

// head writes the heads of columns, each after a tab.
func (t retentionText) head(w io.Writer, keys ...string) {
	for _, k := range keys {
		fmt.Fprintf(w, "%s\t", t.say(k))
	}
	fmt.Fprintln(w)
}

func (t retentionText) nobody(name string) string {
	if name == "" {
		return t.say("atrisk.nobody")
	}
	return name
}

func (t retentionText) flags(flags []string) {
	for _, f := range flags {
		fmt.Fprintln(t.w, t.say("flag."+f))
	}
}

func (t retentionText) renewals(k retention.Calendar, mail responses.MailOnRetention) {
	t.flags(k.Flags)
	columns(t.w, t.say("renewals.calendar", k.AsOf.Format(t.lang), k.Until.Format(t.lang)), func(w io.Writer) {
		t.head(w, "renewals.month", "renewals.deadlines", "renewals.ends", "renewals.at_stake", "renewals.probability", "renewals.kept", "renewals.lost", "renewals.leaving", "renewals.secured")
		total := k.Total
		total.Month = t.say("renewals.total")
		for _, m := range append(k.Months, total) {
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t\n", m.Month, t.count(m.Deadlines), t.count(m.Open), t.money(m.AtStake), t.share(m.Renews), t.money(m.Kept), t.money(m.Lost), t.money(m.Gone), t.money(m.Secured))
		}
	})
	if k.Due > 0 {
		fmt.Fprintln(t.w, t.say("renewals.seen", t.count(int(k.Done)), t.count(int(k.Due))))
	}
	columns(t.w, t.say("atrisk.owners"), func(w io.Writer) {
		t.head(w, "atrisk.owner", "renewals.deadlines", "renewals.at_stake", "renewals.lost")
		for _, o := range k.Owners {
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t\n", t.nobody(o.Name), t.count(o.Contracts), t.money(o.AtStake), t.money(o.Lost))
		}
	})
	columns(t.w, t.say("renewals.list")+": "+t.say("renewals.list.lead"), func(w io.Writer) {
		t.head(w, "renewals.decides", "renewals.contract", "atrisk.account", "atrisk.owner", "renewals.term_ends", "renewals.value", "renewals.probability")
		for _, l := range k.Lines {
			chance := t.say("renewals.state." + l.State)
			if l.State == retention.Open {
				chance = t.share(&l.Probability)
			}
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t\n", l.DecidesOn, l.Contract, l.Account, t.nobody(l.Owner), l.EndsOn, t.money(l.AtStake), chance)
		}
	})
	t.more(k.More, "renewals.more", "postlift report renewals --csv")
	if k.Excluded > 0 {
		fmt.Fprintln(t.w, t.say("retention.excluded", t.count(k.Excluded)))
	}
	t.mail(mail)
}

func (t retentionText) more(n int, key, command string) {
	if n > 0 {
		fmt.Fprintln(t.w, t.say(key, t.count(n)), command)
	}
}

func (t retentionText) atRisk(l retention.AtRisk, mail responses.MailOnRetention) {
	t.flags(l.Flags)
	fmt.Fprintln(t.w, t.say("atrisk.summary", l.AsOf.Format(t.lang))+": "+t.say("atrisk.counts", t.count(l.Accounts), t.count(l.Looked), t.money(l.AtStake)))
	columns(t.w, t.say("atrisk.reasons"), func(w io.Writer) {
		t.head(w, "atrisk.reason", "clv.accounts", "atrisk.stake")
		for _, r := range l.Rules {
			fmt.Fprintf(w, "%s\t%s\t%s\t\n", t.say("atrisk.rule."+r.Rule), t.count(r.Accounts), t.money(r.AtStake))
		}
	})
	fmt.Fprintln(t.w, "\n"+t.say("atrisk.list.lead"))
	for _, r := range l.Lines {
		fmt.Fprintf(t.w, "\n%s  %s (%s, %s)\n", t.money(r.AtStake), r.Name, t.nobody(r.Owner), t.say("atrisk.residual", t.money(r.Residual)))
		for _, why := range r.Reasons {
			fmt.Fprintln(t.w, "  - "+web.ReasonText(t.lang, why))
		}
		fmt.Fprintln(t.w, "  > "+t.say("atrisk.act."+r.Action)+t.letters(r))
	}
	t.more(l.More, "atrisk.more", "postlift report at-risk --csv")
	t.mail(mail)
}

// letters says what the account was sent last and what is on its way.
func (t retentionText) letters(r retention.Risk) string {
	text := " " + t.say("atrisk.letters") + ": "
	if r.Letters.Planned != "" {
		text += t.say("atrisk.planned", r.Letters.Planned) + ", "
	}
	if r.Letters.LastCampaign != "" {
		text += t.say("atrisk.last", r.Letters.LastOn.Format(t.lang), r.Letters.LastCampaign)
	} else {
		text += t.say("atrisk.no_letter")
	}
	if r.Blocked {
		text += ", " + t.say("atrisk.blocked")
	}
	return text + "."
}

// mail writes what letters did to retention.
func (t retentionText) mail(m responses.MailOnRetention) {
	fmt.Fprintln(t.w, "\n"+t.say("mailret.title")+". "+t.say("mailret.lead"))
	if len(m.Runs) == 0 {
		fmt.Fprintln(t.w, t.say("mailret.none"), "(postlift measure)")
		return
	}
	if m.Renewal != nil {
		fmt.Fprintln(t.w, t.say("mailret.pooled", m.Pooled, web.Points(m.Renewal.Value, t.lang), web.Points(m.Renewal.Low, t.lang), web.Points(m.Renewal.High, t.lang)))
	}
	for _, r := range m.Runs {
		fmt.Fprintf(t.w, "  %s, %s %d\n", r.Campaign, t.say("mailret.day"), r.Day)
		if r.Renewal == nil && r.Retention == nil && r.Again == nil {
			fmt.Fprintln(t.w, "    "+r.Note.In(t.lang))
			continue
		}
		t.compared("mailret.renewal", r.Renewal)
		t.lasted(r.Retention)
		t.compared("mailret.again", r.Again)
	}
	fmt.Fprintln(t.w, t.say("mailret.note"))
}

// compared writes a difference of shares with its interval and both arms.
func (t retentionText) compared(key string, o *responses.ShareOutcome) {
	if o == nil {
		return
	}
	text := t.say("mailret.no_interval")
	if d := o.Difference; d != nil {
		text = t.say("mailret.points", web.Points(d.Value, t.lang)) + " " + t.say("mailret.interval", web.Points(d.Low, t.lang), web.Points(d.High, t.lang))
	}
	for _, a := range o.Arms {
		text += ", " + t.say("mailret.arm."+a.Name, responses.Percent(a.Share, 1, t.lang), t.count(a.Units))
	}
	fmt.Fprintln(t.w, "    "+t.say(key)+": "+text+t.few(o.Few))
}

// lasted writes the difference in mean active time with its interval.
func (t retentionText) lasted(o *responses.SurvivalOutcome) {
	if o == nil {
		return
	}
	text := t.say("mailret.no_interval")
	if d := o.Difference; d != nil {
		text = t.say("mailret.days", web.Points(d.Value/100, t.lang)) + " " + t.say("mailret.interval", web.Points(d.Low/100, t.lang), web.Points(d.High/100, t.lang))
	}
	fmt.Fprintln(t.w, "    "+t.say("mailret.active")+": "+text+t.few(o.Few))
}

func (t retentionText) few(few bool) string {
	if !few {
		return ""
	}
	return " [" + t.say("mailret.few") + "]"
}

func minor(m postlift.Money) string { return strconv.FormatInt(m.Minor, 10) }

// renewalsCSV writes one row a contract.
func renewalsCSV(w io.Writer, k retention.Calendar) error {
	rows := [][]string{{"decides_on", "term_ends_on", "notice_by", "state", "renewal_probability", "rests_on", "renewals_seen", "contract", "account_id", "account", "segment", "owner", "product_group", "term_months", "monthly_fee_minor", "value_minor", "expected_lost_minor", "currency"}}
	for _, l := range k.Lines {
		rows = append(rows, []string{l.DecidesOn.String(), l.EndsOn.String(), l.NoticeBy.String(), l.State, strconv.FormatFloat(l.Probability, 'f', 4, 64), l.Level, strconv.Itoa(l.Decisions),
			plainCell(l.Contract), plainCell(l.AccountID), plainCell(l.Account), plainCell(l.Segment), plainCell(l.Owner), plainCell(l.Group), strconv.Itoa(l.TermMonths), minor(l.Monthly), minor(l.AtStake), minor(l.Lost), k.Currency})
	}
	return csv.NewWriter(w).WriteAll(rows)
}

// atRiskCSV writes one row an account and reason.
func atRiskCSV(w io.Writer, l retention.AtRisk, lang string) error {
	rows := [][]string{{"account_id", "account", "segment", "owner", "stage", "at_stake_minor", "residual_minor", "currency", "reason", "why", "action", "last_letter_on", "last_campaign", "planned_campaign", "no_advertising"}}
	for _, r := range l.Lines {
		for _, why := range r.Reasons {
			rows = append(rows, []string{plainCell(r.UID), plainCell(r.Name), plainCell(r.Segment), plainCell(r.Owner), r.Stage, minor(r.AtStake), minor(r.Residual), l.Currency, why.Rule, plainCell(web.ReasonText(lang, why)), r.Action,
				r.Letters.LastOn.String(), plainCell(r.Letters.LastCampaign), plainCell(r.Letters.Planned), strconv.FormatBool(r.Blocked)})
		}
	}
	return csv.NewWriter(w).WriteAll(rows)
}
