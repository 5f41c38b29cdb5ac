package postlift

import "time"

// Actor is who causes a change; every changing service takes one and the events table keeps it.
type Actor struct {
	Kind string // "person", "system", "vendor", "recipient"
	Name string // a name or login; never an address
}

// System is the actor of work that no person triggered directly.
var System = Actor{Kind: "system", Name: "postlift"}

// Person makes the actor of something that a named person did.
func Person(name string) Actor { return Actor{Kind: "person", Name: name} }

// Clock tells the time; services take one so that tests and the demo decide what "now" is.
type Clock func() time.Time

// FixedClock always tells the same instant.
func FixedClock(t time.Time) Clock { return func() time.Time { return t } }
