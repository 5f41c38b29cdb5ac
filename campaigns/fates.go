package campaigns

import (
	"fmt"
	"slices"
	"strings"

	"postlift/campaigns/budget"
)

// capReasons are why an account that passed the gate is not planned, in the order in which a funnel shows them.
var capReasons = []Reason{
	Reason(budget.BelowThreshold.String()), Reason(budget.BelowTop.String()), Reason(budget.NoPostage.String()),
	Reason(budget.RegionTooSmall.String()), Reason(budget.OverCapacity.String()), Reason(budget.OverBudget.String()), Displaced,
}

// CapReasons lists every reason why an account that passed the gate is over the cap.
func CapReasons() []Reason { return slices.Clone(capReasons) }

// capSentences say what ended the selection before an account.
var capSentences = map[Reason]string{
	capReasons[0]: "its letters cost more than they are expected to earn, or it earns less than the campaign asks for",
	capReasons[1]: "the campaign takes fewer accounts than that",
	capReasons[2]: "the tariff has no postage to its country",
	capReasons[3]: "its region has too few letters for the cheaper postage, and as a single letter it does not earn its cost",
	capReasons[4]: "capacity or number of pieces were used up before",
	capReasons[5]: "the budget was used up before",
	Displaced:     "it gave way to accounts that are tried out",
}

// sentenceOf tells in a sentence what became of an account.
func sentenceOf(outcome, role string, reasons []Reason, rank, letters, wave int) string {
	switch outcome {
	case Gated:
		return gatedSentence(reasons)
	case OverCap:
		why := "budget or number of pieces were used up before"
		if len(reasons) > 0 {
			if known, ok := capSentences[reasons[0]]; ok {
				why = known
			}
		}
		return fmt.Sprintf("Not mailed: rank %d, and %s.", rank, why)
	case HeldOut:
		if role == RoleThompson {
			return fmt.Sprintf("Not mailed on purpose: rank %d, tried out by the throw of a coin, which fell on no letter.", rank)
		}
		return fmt.Sprintf("Not mailed on purpose: rank %d, drawn into the control group that the uplift is measured against.", rank)
	case Assigned:
		return mailedSentence(role, rank, letters, wave)
	}
	return "Not mailed: the rule does not take it; see the clauses that are not met or unknown."
}

func gatedSentence(reasons []Reason) string {
	if len(reasons) == 0 {
		return "Not mailed: the gate stopped it."
	}
	switch reasons[0] {
	case SparedKey:
		return "Not mailed: it belongs to a key account that the campaign spares."
	case GlobalControl:
		return "Not mailed on purpose: its group belongs to this year's global control, which gets no advertising letter at all."
	}
	return fmt.Sprintf("Not mailed: the gate stopped it, first by %s.", strings.ReplaceAll(string(reasons[0]), "_", " "))
}

func mailedSentence(role string, rank, letters, wave int) string {
	s := fmt.Sprintf("Mailed: rank %d, letters: %d", rank, letters)
	if wave > 0 {
		s += fmt.Sprintf(", in wave %d", wave)
	}
	switch role {
	case RoleKey:
		s += "; a key account that is mailed always, left out of the estimate"
	case RoleThompson:
		s += "; tried out by the throw of a coin, because the model may be wrong about it"
	case RoleExplore:
		s += "; drawn by lot from those who were left over, to learn about them"
	}
	return s + "."
}
