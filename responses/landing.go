package responses

import (
	"context"
	"slices"
	"strings"
	"time"

	"postlift"
	"postlift/campaigns"
)

// LandingSource is the source of what the built-in page records.
const LandingSource = "landing"

// LandingPage is what the page of a letter's campaign shows: nothing of the recipient is in it, because
// scanners and whoever finds the letter read it, too.
type LandingPage struct {
	campaigns.Landing          // BuiltIn is false where the campaign has a page of its own elsewhere
	Campaign          string   // its name, not shown
	Sender            string   // the organisation in whose name the letter went out
	Imprint           []string // its address, how to reach it and its particulars: who answers for the page, as the letter prints it
	PieceUID          string
}

// LandingPage finds the page of a tracking token. It records nothing.
func (s *Service) LandingPage(ctx context.Context, token string) (LandingPage, error) {
	return s.store.LandingPage(ctx, normalCode(token))
}

// Reply is what somebody filled into the page's form.
type Reply struct {
	ID      string    // of the form as it was served: the same form sent twice counts once
	At      time.Time // when it was served
	Want    string    // one of the page's asks
	Phone   string
	Email   string
	When    string
	Message string
}

// Bounds of what the form takes, in characters.
const (
	maxPhone   = 60
	maxEmail   = 200
	maxWhen    = 200
	maxMessage = 2000
)

// Reply records an answer from the page of a campaign. What was asked for is the event's reason; the words
// lie in its detail alone, where they can be erased.
func (s *Service) Reply(ctx context.Context, token string, r Reply) error {
	page, err := s.builtIn(ctx, token)
	if err != nil {
		return err
	}
	if !slices.Contains(page.Ask, r.Want) {
		return postlift.Faultf(postlift.Invalid, "responses.Reply", "want %q is not offered; choose one of %s", r.Want, strings.Join(page.Ask, ", "))
	}
	var lines []string
	for _, f := range []struct {
		name, text string
		most       int
	}{{"phone", r.Phone, maxPhone}, {"email", r.Email, maxEmail}, {"when", r.When, maxWhen}, {"message", r.Message, maxMessage}} {
		text, err := cleanText(f.name, f.text, f.most)
		if err != nil {
			return err
		}
		if text != "" {
			lines = append(lines, f.name+": "+text)
		}
	}
	_, err = s.Record(ctx, Event{Source: LandingSource, ExternalID: r.ID, Kind: Form, At: r.At.UTC(), PieceUID: page.PieceUID, Reason: r.Want,
		Note: strings.Join(lines, "\n")}, recipient)
	return err
}

// recipient is the actor of what comes from a page that nobody logs in to.
var recipient = postlift.Actor{Kind: "recipient", Name: "landing page"}

// ReplyObjection records an objection to advertising from the page of a campaign, with all its effects.
func (s *Service) ReplyObjection(ctx context.Context, token, id string, at time.Time) error {
	page, err := s.builtIn(ctx, token)
	if err != nil {
		return err
	}
	_, err = s.Record(ctx, Event{Source: LandingSource, ExternalID: id, Kind: Objection, At: at.UTC(), PieceUID: page.PieceUID}, recipient)
	return err
}

func (s *Service) builtIn(ctx context.Context, token string) (LandingPage, error) {
	page, err := s.LandingPage(ctx, token)
	if err == nil && !page.BuiltIn {
		err = postlift.Faultf(postlift.NotFound, "responses.Reply", "this campaign has no page here")
	}
	return page, err
}

// EraseReply takes the words out of a response, a call, a note or a task: what somebody wrote, a telephone number. What is
// counted stays counted. The same words are taken out wherever the same event left them.
func (s *Service) EraseReply(ctx context.Context, uid string, by postlift.Actor) error {
	return s.store.EraseReply(ctx, uid, by)
}
