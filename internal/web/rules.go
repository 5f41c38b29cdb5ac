package web

import (
	"context"
	"errors"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"postlift"
	"postlift/campaigns"
	"postlift/campaigns/rules"
)

// SavedRules reads saved rules and tries texts; campaigns.Service does.
type SavedRules interface {
	// SavedRules lists the saved rules by name with what uses them.
	SavedRules(ctx context.Context) ([]campaigns.SavedRule, error)
	// RuleHistory is a saved rule by its name or id with its versions, the newest first.
	RuleHistory(ctx context.Context, ref string) (campaigns.RuleHistory, error)
	// CheckRule reads a rule's text, or the name of a saved one; an Invalid fault names the place.
	CheckRule(ctx context.Context, rule string) (campaigns.CheckedRule, error)
	CountRule(ctx context.Context, rule string, asOf postlift.Date) (campaigns.RuleCount, error)
}

// countLimit is how long counting may take; ruleLimit is how long a text may be tried here.
const (
	countLimit = 30 * time.Second
	ruleLimit  = 8000
)

// ruleLine is a saved rule in the list.
type ruleLine struct {
	campaigns.SavedRule
	Sentence string
	Of       string // the campaign whose own text it is, or ""
}

func lineOf(r campaigns.SavedRule, lang string) ruleLine {
	line := ruleLine{SavedRule: r, Sentence: r.SentenceEN, Of: r.OfCampaign()}
	if lang == "de" {
		line.Sentence = r.SentenceDE
	}
	return line
}

// rulesData is the list of saved rules with the form that tries a text.
type rulesData struct {
	Lines []ruleLine
	Trial ruleTrial
}

func (s *staff) ruleList(c *gin.Context) {
	saved, err := s.campaigns.SavedRules(c.Request.Context())
	if err != nil {
		s.fail(c, err)
		return
	}
	data := rulesData{Trial: ruleTrial{AsOf: s.ruleDay(c)}}
	for _, r := range saved {
		data.Lines = append(data.Lines, lineOf(r, languageOf(c)))
	}
	s.render(c, http.StatusOK, "rules", view{Title: "rulepage.title", Nav: "rules", Data: data})
}

// ruleData is one saved rule.
type ruleData struct {
	ruleLine
	Rule     *clause
	Versions []ruleVersion
	Trial    ruleTrial // the form, filled with the rule's text; its count where that was asked for
}

// ruleVersion is a version with what it changed, in words.
type ruleVersion struct {
	campaigns.RuleStep
	Changes []ruleChange
}

// ruleChange is one difference between two versions; Old and New are in words, either may be empty.
type ruleChange struct {
	Kind     string
	Place    string // "2.1"; "" for the whole rule
	Old, New string
}

func (s *staff) rule(c *gin.Context) {
	ctx, lang := c.Request.Context(), languageOf(c)
	found, err := s.campaigns.RuleHistory(ctx, c.Param("id"))
	if err != nil {
		s.fail(c, err)
		return
	}
	catalogue, err := s.campaigns.Catalogue(ctx)
	if err != nil {
		s.fail(c, err)
		return
	}
	data := ruleData{ruleLine: lineOf(found.SavedRule, lang), Rule: clauseOf(catalogue, found.Tree, lang, found.Currency),
		Trial: ruleTrial{Text: found.Text, AsOf: s.ruleDay(c)}}
	for _, v := range found.Versions {
		data.Versions = append(data.Versions, ruleVersion{v, changesOf(catalogue, v.Changes, lang, found.Currency)})
	}
	if c.Query("do") == "count" {
		if err := s.count(ctx, &data.Trial); err != nil {
			s.fail(c, err)
			return
		}
	}
	name := found.Name
	if data.Of != "" {
		name = s.texts[lang].get("rulepage.of", data.Of)
	}
	s.render(c, http.StatusOK, "rule", view{Title: "rulepage.name", Subject: name, Nav: "rules", Data: data, Fields: catalogue})
}

// changesOf puts differences into words.
func changesOf(catalogue *rules.Catalogue, changes []rules.Change, lang, currency string) []ruleChange {
	var list []ruleChange
	words := func(n *rules.Node) string {
		if n == nil {
			return ""
		}
		return n.Sentence(catalogue, lang, currency)
	}
	for _, change := range changes {
		one := ruleChange{Kind: string(change.Kind), Place: change.Path, Old: words(change.OldNode), New: words(change.NewNode)}
		if change.Kind == rules.Regrouped { // the conditions of both follow by themselves
			one.Old, one.New = change.OldNode.Op, change.NewNode.Op
		}
		list = append(list, one)
	}
	return list
}

// ruleTrial is a rule's text that somebody tries.
type ruleTrial struct {
	Text    string
	AsOf    postlift.Date
	Checked *campaigns.CheckedRule
	Rule    *clause
	Count   *campaigns.RuleCount
	Problem *ruleProblem
	Busy    bool // as much is counted for others as may be at once, or it took too long
}

// Sentence is the tried rule in words.
func (t ruleTrial) Sentence(lang string) string {
	if lang == "de" {
		return t.Checked.SentenceDE
	}
	return t.Checked.SentenceEN
}

// ruleProblem is what is wrong with a rule's text, and where.
type ruleProblem struct {
	Text   string // without its place where Line says it
	Line   int    // from 1; 0: no place is known
	Column int    // from 1, in letters
	Source string // that line, cut where it is long
	Mark   string // stands below Source and points at the place
}

func (s *staff) ruleTry(c *gin.Context) {
	ctx, lang := c.Request.Context(), languageOf(c)
	trial := ruleTrial{Text: strings.ReplaceAll(c.Query("rule"), "\r\n", "\n"), AsOf: s.ruleDay(c)}
	fields, err := s.campaigns.Catalogue(ctx)
	if err == nil && strings.TrimSpace(trial.Text) != "" {
		err = s.try(ctx, &trial, fields, c.Query("do") == "count", lang)
	}
	if err != nil {
		s.fail(c, err)
		return
	}
	s.render(c, http.StatusOK, "rule_try", view{Title: "rulepage.try", Nav: "rules", Data: trial, Fields: fields})
}

func (s *staff) try(ctx context.Context, t *ruleTrial, fields *rules.Catalogue, count bool, lang string) error {
	ctx, stop := context.WithTimeout(ctx, countLimit)
	defer stop()
	if len(t.Text) > ruleLimit {
		t.Problem = &ruleProblem{Text: s.texts[lang].get("rulepage.long", ruleLimit)}
		return nil
	}
	checked, err := s.campaigns.CheckRule(ctx, t.Text)
	switch postlift.KindOf(err) {
	case postlift.Invalid, postlift.NotFound, postlift.Conflict:
		t.Problem = placed(t.Text, postlift.UserText(err))
		return nil
	}
	if err != nil {
		return err
	}
	t.Checked, t.Rule = &checked, clauseOf(fields, checked.Tree, lang, checked.Currency)
	if count {
		return s.count(ctx, t)
	}
	return nil
}

// count asks how many accounts the text takes, within bounds.
func (s *staff) count(ctx context.Context, t *ruleTrial) error {
	if !s.slots.take() {
		t.Busy = true
		return nil
	}
	defer s.slots.leave()
	ctx, stop := context.WithTimeout(ctx, countLimit)
	defer stop()
	counted, err := s.campaigns.CountRule(ctx, t.Text, t.AsOf)
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		t.Busy = true
		return nil
	case postlift.KindOf(err) == postlift.Invalid || postlift.KindOf(err) == postlift.NotFound:
		if err != nil {
			t.Problem = placed(t.Text, postlift.UserText(err))
			return nil
		}
	}
	if err == nil {
		t.Count = &counted
	}
	return err
}

// ruleDay is the day that a count stands for: as asked, else a demo's last day, on which its data ends, or today.
func (s *staff) ruleDay(c *gin.Context) postlift.Date {
	if asked, err := postlift.ParseDate(c.Query("asof")); err == nil && !asked.IsZero() {
		return asked
	}
	if s.demo {
		if run, err := s.values.PublishedRun(c.Request.Context()); err == nil {
			return run.AsOf
		}
	}
	return s.today(c.Request.Context())
}

// today is the day on the organisation's clocks.
func (s *staff) today(ctx context.Context) postlift.Date {
	return postlift.DateOf(s.clock().In(s.zone(ctx)))
}

// place is how a fault of a rule's text begins.
var place = regexp.MustCompile(`^line (\d+), column (\d+)(, "(?:[^"\\]|\\.)*")?: `)

// shownSource is how many letters of a line are shown around the place of a fault.
const shownSource = 60

// placed finds the place of a fault in the text, to point at it.
func placed(source, fault string) *ruleProblem {
	p := &ruleProblem{Text: fault}
	found := place.FindStringSubmatch(fault)
	lines := strings.Split(source, "\n")
	if found == nil {
		return p
	}
	line, lineErr := strconv.Atoi(found[1])
	column, columnErr := strconv.Atoi(found[2])
	if lineErr != nil || columnErr != nil || line < 1 || line > len(lines) || column < 1 {
		return p
	}
	letters := []rune(strings.ReplaceAll(lines[line-1], "\t", " "))
	at, width := min(column-1, len(letters)), 1
	if token, err := strconv.Unquote(strings.TrimPrefix(found[3], ", ")); err == nil {
		width = max(len([]rune(token)), 1)
	}
	from := max(at-shownSource/2, 0)
	to := min(from+shownSource, len(letters))
	before := ""
	if from > 0 {
		before = "… "
	}
	p.Text, p.Line, p.Column = strings.TrimPrefix(fault, found[0]), line, column
	p.Source = before + string(letters[from:to])
	p.Mark = strings.Repeat(" ", len([]rune(before))+at-from) + strings.Repeat("^", max(min(width, to-at), 1))
	if to < len(letters) {
		p.Source += " …"
	}
	return p
}

// RuleCommand is how a tried text is saved on the command line.
func (v *view) RuleCommand(text string) string {
	return "postlift rule save NAME '" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}
