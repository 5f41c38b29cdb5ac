package accounts

import (
	"sort"

	"postlift"
)

// RunningTerm is the last day of the term that runs today, or ran when the contract ended or notice was
// given: that which the file names or, where it names none, the first term's, followed through as many
// terms as have passed since. Notice after the deadline costs one more term.
func RunningTerm(k Contract, today postlift.Date) postlift.Date {
	// Every boundary is counted from one anchor, so that 31 January does not wander.
	anchor, end := k.TermEndsOn.AddDays(1), k.TermEndsOn
	n := 1
	if end.IsZero() {
		anchor, end, n = k.StartedOn, k.StartedOn.AddMonths(int(k.TermMonths)).AddDays(-1), 2
	}
	limit := today
	switch {
	case !k.EndedOn.IsZero():
		limit = min(limit, k.EndedOn)
	case !k.AutoRenew:
		return end
	case !k.NoticeGivenOn.IsZero():
		limit = min(limit, k.NoticeGivenOn.AddDays(int(k.NoticeDays)))
	}
	for ; end < limit; n++ {
		end = anchor.AddMonths(n * int(k.TermMonths)).AddDays(-1)
	}
	return end
}

// ContractEvents derives what happened to a contract until today: its start, a renewal at each passed
// term boundary that it outlived, changes of price and size from its lines, notice, end.
func ContractEvents(k Contract, lines []ContractLine, today postlift.Date) []ContractEvent {
	events := []ContractEvent{{ContractID: k.ID, Kind: "started", OccurredOn: k.StartedOn}}
	events = append(events, renewals(k, today)...)
	events = append(events, changes(k, lines, today)...)
	if !k.NoticeGivenOn.IsZero() {
		events = append(events, ContractEvent{ContractID: k.ID, Kind: "notice", OccurredOn: k.NoticeGivenOn, Reason: k.EndReason})
	}
	if !k.EndedOn.IsZero() && k.EndedOn <= today {
		events = append(events, ContractEvent{ContractID: k.ID, Kind: "ended", OccurredOn: k.EndedOn, Reason: k.EndReason})
	}
	return events
}

// renewals walks back from the running term's end to the start: every boundary between two terms is a
// renewal, dated on the new term's first day.
func renewals(k Contract, today postlift.Date) []ContractEvent {
	var out []ContractEvent
	after := k.TermEndsOn.AddDays(1)
	for n := 1; ; n++ {
		on := after.AddMonths(-n * int(k.TermMonths))
		if on <= k.StartedOn {
			return out
		}
		outlived := k.EndedOn.IsZero() || k.EndedOn >= on
		if on <= today && outlived {
			out = append(out, ContractEvent{ContractID: k.ID, Kind: "renewed", OccurredOn: on})
		}
	}
}

// changes compares the versions of each line: another price for one unit is a repricing, another quantity,
// a line that begins later or ends earlier than the contract is a resizing. Changes of one kind on one
// day are one event over the sum of the monthly fees.
func changes(k Contract, lines []ContractLine, today postlift.Date) []ContractEvent {
	type day struct {
		kind string
		on   postlift.Date
	}
	sums := map[day]*ContractEvent{}
	note := func(kind string, on postlift.Date, before, after int64) {
		if on <= k.StartedOn || on > today || (!k.EndedOn.IsZero() && on > k.EndedOn) {
			return
		}
		e := sums[day{kind, on}]
		if e == nil {
			e = &ContractEvent{ContractID: k.ID, Kind: kind, OccurredOn: on}
			sums[day{kind, on}] = e
		}
		e.Before += before
		e.After += after
	}
	byLine := map[int64][]ContractLine{}
	for _, l := range lines {
		byLine[l.LineNo] = append(byLine[l.LineNo], l)
	}
	for _, versions := range byLine {
		sort.Slice(versions, func(a, b int) bool { return versions[a].ValidFrom < versions[b].ValidFrom })
		note("resized", versions[0].ValidFrom, 0, versions[0].MonthlyFeeMinor)
		for i := 1; i < len(versions); i++ {
			compare(versions[i-1], versions[i], note)
		}
		if last := versions[len(versions)-1]; !last.ValidTo.IsZero() {
			note("resized", last.ValidTo.AddDays(1), last.MonthlyFeeMinor, 0)
		}
	}
	out := make([]ContractEvent, 0, len(sums))
	for _, e := range sums {
		out = append(out, *e)
	}
	sort.Slice(out, func(a, b int) bool {
		if out[a].OccurredOn != out[b].OccurredOn {
			return out[a].OccurredOn < out[b].OccurredOn
		}
		return out[a].Kind < out[b].Kind
	})
	return out
}

func compare(old, now ContractLine, note func(kind string, on postlift.Date, before, after int64)) {
	if old.Quantity != now.Quantity {
		note("resized", now.ValidFrom, old.MonthlyFeeMinor, now.MonthlyFeeMinor)
	}
	oldUnit, nowUnit := old.MonthlyFeeMinor, now.MonthlyFeeMinor
	if old.Quantity > 0 && now.Quantity > 0 {
		oldUnit = postlift.RoundMinor(float64(oldUnit) / old.Quantity)
		nowUnit = postlift.RoundMinor(float64(nowUnit) / now.Quantity)
	}
	if oldUnit != nowUnit {
		note("repriced", now.ValidFrom, old.MonthlyFeeMinor, now.MonthlyFeeMinor)
	}
}
