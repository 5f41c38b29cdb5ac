package accounts

import (
	"time"

	"postlift"
)

// Zone is the organisation's time zone.
func (s Settings) Zone() *time.Location {
	zone, err := time.LoadLocation(s.TimeZone)
	if err != nil {
		return time.UTC // Validate has refused such a zone
	}
	return zone
}

// Local is an instant on the organisation's clocks.
func (s Settings) Local(t time.Time) time.Time { return t.In(s.Zone()) }

// Moment writes an instant on the organisation's clocks as commands and faults tell it, to the minute and with the mark
// of the zone: "2026-06-15 09:30 CEST".
func (s Settings) Moment(t time.Time) string { return s.Local(t).Format("2006-01-02 15:04 MST") }

// MomentIn writes an instant on the clocks of a zone as pages tell it in lang: "15.06.2026, 09:30 MESZ" in German.
func MomentIn(zone *time.Location, t time.Time, lang string) string {
	local := t.In(zone)
	mark := local.Format("MST")
	if german, ok := germanMarks[mark]; ok && lang == "de" {
		mark = german
	}
	return postlift.DateOf(local).Format(lang) + ", " + local.Format("15:04") + "\u00a0" + mark
}

// germanMarks are what zones of Europe are called in German.
var germanMarks = map[string]string{"CET": "MEZ", "CEST": "MESZ", "WET": "WEZ", "WEST": "WESZ", "EET": "OEZ", "EEST": "OESZ"}
