package tables

import (
	"slices"

	"postlift"
)

// Flags of an order log: what its reader should look at twice.
const (
	FlagTypesUnknown   = "document_types_unknown"
	FlagTypesAmbiguous = "document_types_ambiguous"
	FlagCopies         = "documents_copied"
	FlagDecimalAssumed = "decimal_assumed"
	FlagMixedDecimals  = "decimals_mixed"
	FlagHistoryCrowded = "history_start_crowded"
	FlagStrayQuotes    = "stray_quotes"
)

const (
	unknownShare = 0.01 // of rows with an unknown type, above which they are flagged
	copiedShare  = 0.5  // of documents that stand there twice
	crowdedShare = 0.2  // of first orders within the first tenth of a log
	crowdedFrom  = 20   // customers, below which that says nothing
)

// report says what was found out about the log and what is doubtful in it.
func (b *logBuilder) report() {
	c := &b.counts
	c.NoOrders = len(b.index) - len(b.log.IDs)
	for id := range b.lost {
		if _, known := b.index[id]; !known {
			c.NoOrders++
		}
	}
	c.Types = b.types.counted()
	c.MixedDecimals = b.marks.other()
	if b.marks != (marks{}) && b.decimal != 0 {
		c.Decimal, c.DecimalFrom = map[byte]string{',': "comma", '.': "point"}[b.decimal], b.decimalFrom
	}
	raise := func(flag string, when bool) {
		if when {
			c.Flags = append(c.Flags, flag)
		}
	}
	raise(FlagTypesUnknown, float64(c.UnknownType) > unknownShare*float64(c.Rows))
	raise(FlagTypesAmbiguous, slices.ContainsFunc(c.Types, func(t TypeCount) bool { return t.Doubt != "" }))
	raise(FlagCopies, b.copies.share() > copiedShare)
	raise(FlagDecimalAssumed, b.marks.open > 0 && b.decimalFrom != "values" && b.decimalFrom != "given")
	raise(FlagMixedDecimals, c.MixedDecimals > 0)
	raise(FlagStrayQuotes, c.StrayQuotes > 0)
}

// history settles from which day on the log is complete, and counts the customers that are older.
func (b *logBuilder) history() {
	if !slices.ContainsFunc(b.log.Opened, func(d postlift.Date) bool { return !d.IsZero() }) {
		b.log.Opened = nil
	}
	first := b.log.Until
	for _, d := range b.log.Days {
		first = min(first, d.Day)
	}
	b.log.HistoryStart = b.opt.HistoryStart
	if b.log.HistoryStart.IsZero() && b.log.Opened != nil {
		b.log.HistoryStart = first
	}
	for i := range b.log.IDs {
		if b.log.Older(int32(i)) {
			b.counts.Late++
		}
	}
	if b.log.HistoryStart.IsZero() && b.crowded(first) {
		b.counts.Flags = append(b.counts.Flags, FlagHistoryCrowded)
	}
}

// crowded tells whether many customers place their first order in the first tenth of the log: then some of them may
// have ordered before it begins.
func (b *logBuilder) crowded(first postlift.Date) bool {
	end := first.AddDays(b.log.Until.DaysSince(first) / 10)
	early, all := 0, 0
	b.log.EachCustomer(func(_ int32, days []OrderDay) {
		all++
		if days[0].Day < end {
			early++
		}
	})
	return all >= crowdedFrom && float64(early) > crowdedShare*float64(all)
}
