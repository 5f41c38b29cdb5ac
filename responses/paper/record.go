package paper

import (
	"postlift"
	"postlift/campaigns"
)

// RecordOf is what a run registered: on the day of its last approval, or of its plan where nobody had to approve it.
func RecordOf(run campaigns.Run) Registered {
	on := run.CreatedAt
	if run.ApprovedAt != nil {
		on = *run.ApprovedAt
	}
	return Registered{On: postlift.DateOf(on), Version: run.Record.AnalysisVersion, Hash: run.PlanHash, ReadingDays: run.Record.ReadingDays}
}
