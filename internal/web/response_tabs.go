package web

// ResponseTabs are the pages on what comes back.
func (v *view) ResponseTabs() []entry {
	return []entry{{"entry", "/entry"}, {"followups", "/followups"}, {"tasks", "/tasks"}}
}
