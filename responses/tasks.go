package responses

import (
	"context"
	"strings"
	"time"

	"postlift"
)

// Kinds of tasks.
const (
	NewAddress      = "new_address"         // the post knows where the addressee has gone
	FindSuccessor   = "find_successor"      // the addressee is unknown, gone or deceased: who reads such letters now?
	DecideObjection = "objection_candidate" // a letter was refused: is that an objection to advertising?
	Unmatched       = "unmatched"           // an event that names no account, or several
)

// TaskKinds lists the kinds of tasks in the order in which they are shown.
var TaskKinds = []string{DecideObjection, NewAddress, FindSuccessor, Unmatched}

// Decisions on a task.
const (
	TaskDone     = "done"     // looked after, without an effect here
	TaskAccepted = "accepted" // with the effect that its kind has
	TaskRejected = "rejected"
)

// Task is something that a person has to look after because of what came back. Several events about one subject make one
// task: the address or the person that a mailing went to.
type Task struct {
	ID         string     `json:"id"`
	Kind       string     `json:"kind"`
	AccountID  string     `json:"account_id,omitempty"`
	Account    string     `json:"account,omitempty"` // its name
	Contact    string     `json:"contact,omitempty"`
	Address    string     `json:"address,omitempty"` // as it stands now
	PieceID    string     `json:"piece_id,omitempty"`
	Reason     string     `json:"reason,omitempty"` // of the return, or the rule by which the event was refused
	Source     string     `json:"source"`
	ExternalID string     `json:"external_id"` // of the event
	OpenedAt   time.Time  `json:"opened_at"`   // of the first event about it
	LatestAt   time.Time  `json:"latest_at"`
	Detail     TaskDetail `json:"detail"`
	Decision   string     `json:"decision,omitempty"` // "": open
	Note       string     `json:"note,omitempty"`
	By         string     `json:"by,omitempty"`
	DecidedAt  *time.Time `json:"decided_at,omitempty"`
}

// TaskDetail is what the event says beside its reason.
type TaskDetail struct {
	Told  *Told  `json:"told,omitempty"`
	Words string `json:"words,omitempty"` // whom the event names, where that was not recognised
	Event string `json:"event,omitempty"` // its kind
	Note  string `json:"note,omitempty"`
}

// TaskDecision is what a person decided on a task.
type TaskDecision struct {
	Decision string // TaskDone, TaskAccepted or TaskRejected
	Account  string // external id of the account that an unmatched event belongs to, within the event's source
	Note     string
}

// TaskStore keeps tasks and the decisions on them.
type TaskStore interface {
	// Tasks lists open tasks or, where all is true, every task, by kind and age. An unmatched event that was recorded
	// since is no open task.
	Tasks(ctx context.Context, all bool) ([]Task, error)
	// Task finds one; NotFound when there is none.
	Task(ctx context.Context, uid string) (Task, error)
	// DecideTask appends a decision, Conflict when there is one already. Accepting a new address updates the site in the
	// same transaction and lifts the block of its old address.
	DecideTask(ctx context.Context, uid string, d TaskDecision, by postlift.Actor) error
}

// Tasks lists what is to be looked after; all adds what is done.
func (s *Service) Tasks(ctx context.Context, all bool) ([]Task, error) {
	return s.store.Tasks(ctx, all)
}

// Task finds one task by its id.
func (s *Service) Task(ctx context.Context, uid string) (Task, error) { return s.store.Task(ctx, uid) }

// DecideTask records what a person decided on a task, with its effect: an accepted new address becomes the site's, an
// accepted objection is recorded as one received on the day of the return, an accepted unmatched event is recorded at
// the account that the person names. Each task is decided once; a decision that was cut off may be repeated.
func (s *Service) DecideTask(ctx context.Context, uid string, d TaskDecision, by postlift.Actor) (Task, error) {
	const op = "responses.DecideTask"
	if by.Name == "" {
		return Task{}, postlift.Faultf(postlift.Invalid, op, "name the person who decides")
	}
	task, err := s.store.Task(ctx, uid)
	if err != nil {
		return Task{}, err
	}
	if task.Decision != "" {
		return task, postlift.Faultf(postlift.Conflict, op, "task %s was decided already: %s by %s", uid, task.Decision, task.By)
	}
	if err := task.allows(d); err != nil {
		return task, err
	}
	if event, needed := task.event(d); needed {
		if _, err := s.Record(ctx, event, by); err != nil {
			return task, err
		}
	}
	if err := s.store.DecideTask(ctx, uid, d, by); err != nil {
		return task, err
	}
	return s.store.Task(ctx, uid)
}

// TaskID is the prefix of the ids of tasks.
const TaskID = "tsk"

// TaskSource is the source of the events that accepting a task records.
const TaskSource = "task"

// event is what accepting the task records.
func (t Task) event(d TaskDecision) (Event, bool) {
	switch {
	case d.Decision != TaskAccepted:
	case t.Kind == DecideObjection:
		return Event{Source: TaskSource, ExternalID: t.ID, Kind: Objection, At: t.OpenedAt, PieceUID: t.PieceID, Note: d.Note}, true
	case t.Kind == Unmatched:
		return Event{Source: t.Source, ExternalID: t.ExternalID, Kind: t.Detail.Event, At: t.LatestAt, AccountRef: d.Account, Note: t.Detail.Note}, true
	}
	return Event{}, false
}

// allows tells what is missing for a decision.
func (t Task) allows(d TaskDecision) error {
	const op = "responses.DecideTask"
	switch {
	case d.Decision != TaskDone && d.Decision != TaskAccepted && d.Decision != TaskRejected:
		return postlift.Faultf(postlift.Invalid, op, "the decision %q is none of done, accepted and rejected", d.Decision)
	case d.Decision == TaskDone && (t.Kind == NewAddress || t.Kind == DecideObjection):
		return postlift.Faultf(postlift.Invalid, op, "a task of kind %s needs yes or no: --accept or --reject", t.Kind)
	case d.Decision == TaskAccepted && t.Kind == NewAddress && (t.Detail.Told == nil || !t.Detail.Told.HasAddress()):
		return postlift.Faultf(postlift.Invalid, op,
			"the post told no full new address (street and city): find it, import the site with it, and close the task with --reject")
	case d.Decision == TaskAccepted && t.Kind == Unmatched && d.Account == "":
		return postlift.Faultf(postlift.Invalid, op, "name the account that the event belongs to: --account ID of source %s", t.Source)
	case d.Account != "" && t.Kind != Unmatched:
		return postlift.Faultf(postlift.Invalid, op, "an account is named for a task of kind %s only", Unmatched)
	}
	return nil
}

// About says whom a task is about, as a person writes it.
func (t Task) About() string {
	if t.Kind == Unmatched {
		return t.Detail.Words
	}
	about := t.Account
	if t.Contact != "" {
		about = t.Contact + ", " + about
	}
	return about
}

// Text is what the post told, in one line.
func (d TaskDetail) Text() string {
	if d.Told == nil {
		return d.Note
	}
	return d.Told.Words()
}

// Words are what was told, in one line.
func (t Told) Words() string {
	var parts []string
	for _, p := range []string{t.Company, t.Street, strings.TrimSpace(t.Postcode + " " + t.City), t.Country, t.Successor} {
		if p != "" {
			parts = append(parts, p)
		}
	}
	return strings.Join(parts, ", ")
}
