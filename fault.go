package postlift

import (
	"errors"
	"fmt"
)

// Kind classifies a Fault. Edges (command line, HTTP, queue) map kinds to exit codes, statuses and
// retry decisions in one table each.
type Kind uint8

// The kinds of fault. The zero value is Internal, so an unclassified error is never shown to a user.
const (
	Internal    Kind = iota // a bug or a broken machine: text hidden, logged once at the edge
	Invalid                 // input that breaks a rule: the text names place, rule and remedy
	NotFound                // a named thing does not exist
	Conflict                // a wrong state, a changed plan, a lost claim
	Denied                  // the actor may not do this
	Unavailable             // an outside part does not answer: worth a retry
)

// String gives the kind's stable lower-case name.
func (k Kind) String() string {
	switch k {
	case Invalid:
		return "invalid"
	case NotFound:
		return "not_found"
	case Conflict:
		return "conflict"
	case Denied:
		return "denied"
	case Unavailable:
		return "unavailable"
	}
	return "internal"
}

// Fault is the one error type that crosses rooms: what kind, in which operation, what to tell the
// user, and the cause.
type Fault struct {
	Kind  Kind
	Op    string // "campaigns.Approve"
	Text  string // for the user: what is wrong, where, and what to do
	Cause error
}

// Error joins operation, text and cause for logs.
func (f *Fault) Error() string {
	s := f.Text
	if f.Op != "" {
		s = f.Op + ": " + s
	}
	if f.Cause != nil {
		s += ": " + f.Cause.Error()
	}
	return s
}

// Unwrap exposes the cause to errors.Is and errors.As.
func (f *Fault) Unwrap() error { return f.Cause }

// Faultf makes a Fault whose text is formatted for the user. A %w verb is not supported: use Wrap for
// a cause.
func Faultf(k Kind, op, format string, args ...any) *Fault {
	return &Fault{Kind: k, Op: op, Text: fmt.Sprintf(format, args...)}
}

// Wrap adds operation and user text to a cause and keeps the kind that the cause already has. A nil
// cause gives nil.
func Wrap(op, text string, cause error) error {
	if cause == nil {
		return nil
	}
	return &Fault{Kind: KindOf(cause), Op: op, Text: text, Cause: cause}
}

// KindOf finds the kind of the outermost Fault in err; any other error is Internal.
func KindOf(err error) Kind {
	var f *Fault
	if errors.As(err, &f) {
		return f.Kind
	}
	return Internal
}

// UserText is what may be shown to a person: the Fault's own text, or a neutral sentence for an
// internal error.
func UserText(err error) string {
	var f *Fault
	if errors.As(err, &f) && f.Kind != Internal {
		if f.Text == "" && f.Cause != nil {
			return f.Cause.Error()
		}
		return f.Text
	}
	return "internal error: see the log"
}
