package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"postlift"
	"postlift/campaigns"
	"postlift/mailers"
)

// trialLetters is how many letters of a plan are composed before it is approved.
const trialLetters = 100

// trial is what a preview says about the letters themselves.
type trial struct {
	mailers.Trial
	Blocked string `json:"blocked,omitempty"` // what keeps every letter from being printed, and the remedy
}

// tryLetters composes a sample of a plan's letters. What fails all of them is told in Blocked.
func (a *app) tryLetters(ctx context.Context, run string) (t trial, err error) {
	err = a.withMailRoom(ctx, func(room *mailRoom) error {
		t.Trial, err = room.Trial(ctx, run, trialLetters)
		return err
	})
	switch {
	case postlift.KindOf(err) == postlift.Invalid:
		t.Reasons, t.Blocked = []mailers.ReasonCount{}, postlift.UserText(err)
		return t, nil
	case err != nil:
		return t, err
	case t.Hopeless():
		t.Blocked = "not one letter could be printed: " + reasonTexts(t.Reasons) +
			". Put that right in the campaign file (postlift campaign create -f FILE), the settings or the customer data"
	}
	return t, nil
}

// reasonTexts are the most frequent reasons, each as its example tells it.
func reasonTexts(reasons []mailers.ReasonCount) string {
	var texts []string
	for _, r := range reasons[:min(3, len(reasons))] {
		texts = append(texts, fmt.Sprintf("%s (account %s, %s)", r.Example.Reason, r.Example.Account, r.Example.AccountName))
	}
	return strings.Join(texts, "; ")
}

// approvable refuses a plan whose letters cannot be printed: once approved, its run could only fail. A plan
// of another hash, or one that is approved already, is left to the approval itself.
func (a *app) approvable(ctx context.Context, service *campaigns.Service, campaign, hash string) error {
	c, err := service.Campaign(ctx, campaign)
	if err != nil {
		return err
	}
	run, err := service.CurrentRun(ctx, c.UID)
	if postlift.KindOf(err) == postlift.NotFound {
		return nil
	}
	if err != nil || run.State != campaigns.RunPlanned || run.Funnel.Assigned == 0 || !strings.HasPrefix(run.PlanHash, strings.ToLower(strings.TrimSpace(hash))) {
		return err
	}
	t, err := a.tryLetters(ctx, run.UID)
	if err == nil && t.Blocked != "" {
		return postlift.Faultf(postlift.Conflict, "campaign approve",
			"the letters of campaign %q cannot be printed: %s. Then preview and approve again", c.Name, t.Blocked)
	}
	return err
}

func printTrial(w io.Writer, t trial) {
	if t.Blocked != "" {
		fmt.Fprintf(w, "  trial: %s\n", t.Blocked)
		return
	}
	fmt.Fprintf(w, "  trial: %d of %s tried, %d of them failed\n", t.Tried, countedLetters(t.Letters), t.Failed)
	if t.Refused > 0 {
		fmt.Fprintf(w, "  trial: %s cannot be addressed and will not be printed\n", countedLetters(t.Refused))
	}
	for _, r := range t.Reasons {
		fmt.Fprintf(w, "    %d: %s (such as account %s, %s)\n", r.Pieces, r.Reason, r.Example.Account, r.Example.AccountName)
	}
	if t.SecondSheets > 0 {
		fmt.Fprintf(w, "  trial: %d of %d tried letters need one sheet more than most\n", t.SecondSheets, t.Tried)
	}
	if t.Abbreviated > 0 {
		fmt.Fprintf(w, "  trial: on %s the address stands otherwise than in the customer file, to fit: parts share a line, words are short\n", countedLetters(t.Abbreviated))
	}
}
