package scoring

// Levels are what order models may differ by, in the order of purchase.LevelColumns: segment and industry as
// imported, the size of the company as a band of employees (0: unknown), and the channel by which it was won.
func Levels(segment, industry string, employees int64, channel string) []string {
	return []string{segment, industry, sizeBand(employees), channel}
}

// segmentsOf are the first of the levels of each customer.
func segmentsOf(levels [][]string) []string {
	segments := make([]string, len(levels))
	for i := range levels {
		segments[i] = levels[i][0]
	}
	return segments
}
