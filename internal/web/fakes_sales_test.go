package web

import (
	"context"
	"strings"
	"time"

	"postlift"
	"postlift/campaigns"
	"postlift/responses"
)

// salesKey is the key of the one owner that the fakes know.
const salesKey = "0123456789ABCDEFGHJKMNPQRS"

// salesFake is what the pages of sales, the quick entry and the built-in landing page work with.
type salesFake struct {
	page    responses.LandingPage
	replies map[string]responses.Reply // by id
	objects []string
	calls   []responses.CallResult
	entries []responses.Entry
	by      []string
}

func newSalesFake() *salesFake {
	return &salesFake{replies: map[string]responses.Reply{}, page: responses.LandingPage{PieceUID: "pc_1", Sender: hostile, Landing: campaigns.Landing{BuiltIn: true,
		Title: campaigns.Words{EN: "A press " + hostile, DE: "Eine Presse"}, Text: campaigns.Words{EN: "One.\n\nTwo " + hostile}, Ask: campaigns.Asks()}}}
}

func (s *salesFake) FollowUps(_ context.Context, owner string, on postlift.Date) (responses.FollowUpList, error) {
	if owner != "emp_1" {
		return responses.FollowUpList{}, postlift.Faultf(postlift.NotFound, "test", "there is no employee")
	}
	if on.IsZero() {
		on = today
	}
	list := responses.FollowUpList{On: on}
	for _, state := range []string{responses.CallDue, responses.CallLater, responses.Information, responses.CallDone, responses.CallBlocked, responses.CallLapsed} {
		f := responses.FollowUp{Owner: responses.Owner{UID: "emp_1", Name: hostile}, Account: hostile, Contact: hostile, Phone: "+49 30 555", BatchUID: "bt_1", PieceUID: "pc_" + state,
			Campaign: hostile, Design: "winback", Code: "K7M2-9QXP-4TB", State: state, DueOn: on, InHomeOn: on, Letters: 2, Treatment: campaigns.TreatmentLetterAndCall,
			Last: &responses.LastResult{Result: responses.NotReached, On: on}, Answers: []responses.AnswerLine{{Kind: responses.Form, Want: "quote", Note: hostile, On: on}},
			Notes: []responses.FollowUpNoted{{By: hostile, Text: hostile, On: on}}}
		list.Items = append(list.Items, f)
	}
	return list, nil
}

func (s *salesFake) FollowUpOwners(context.Context, postlift.Date) ([]responses.OwnerSummary, error) {
	return []responses.OwnerSummary{{Owner: responses.Owner{UID: "emp_1", Name: hostile}, Counts: map[string]int{responses.CallDue: 3}}, {Counts: map[string]int{responses.Information: 1}}}, nil
}

func (s *salesFake) RecordCall(_ context.Context, r responses.CallResult, owner *responses.Owner, by postlift.Actor) error {
	if r.ID == "" || owner == nil {
		return postlift.Faultf(postlift.Invalid, "test", "no id")
	}
	s.calls, s.by = append(s.calls, r), append(s.by, by.Name)
	return nil
}

func (s *salesFake) SalesOwner(_ context.Context, key string) (responses.Owner, error) {
	if key != salesKey {
		return responses.Owner{}, postlift.Faultf(postlift.NotFound, "test", "this link does not hold")
	}
	return responses.Owner{ID: 1, UID: "emp_1", Name: "Ada Muster"}, nil
}

func (s *salesFake) FindEntry(_ context.Context, text string) ([]responses.EntryMatch, error) {
	if text == "?" {
		return nil, postlift.Faultf(postlift.Invalid, "test", "type more")
	}
	if text != "Muster" {
		return nil, nil
	}
	return []responses.EntryMatch{{AccountUID: "acc_1", Number: "K-1", Account: hostile, Place: "Dornbirn", PieceUID: "pc_1", Campaign: hostile, Code: "K7M2-9QXP-4TB", PostedOn: today},
		{AccountUID: "acc_2", Account: "Muster"}, {PieceUID: "pc_2", Campaign: "Spring"}}, nil
}

func (s *salesFake) Enter(_ context.Context, e responses.Entry, by postlift.Actor) error {
	if e.ID == "" {
		return postlift.Faultf(postlift.Invalid, "test", "no id")
	}
	s.entries, s.by = append(s.entries, e), append(s.by, by.Name)
	return nil
}

func (s *salesFake) LandingPage(_ context.Context, token string) (responses.LandingPage, error) {
	if token != goodToken {
		return responses.LandingPage{}, postlift.Faultf(postlift.NotFound, "test", "unknown")
	}
	return s.page, nil
}

func (s *salesFake) Reply(_ context.Context, _ string, r responses.Reply) error {
	if r.Want == "" || len(r.Message) > 2000 {
		return postlift.Faultf(postlift.Invalid, "test", "want")
	}
	s.replies[r.ID] = r
	return nil
}

func (s *salesFake) ReplyObjection(_ context.Context, _, id string, _ time.Time) error {
	s.objects = append(s.objects, strings.TrimSpace(id))
	return nil
}
