package responses

import (
	"context"
	"fmt"

	"postlift"
)

// OtherLetters are the advertising letters of other runs that were posted to the compared accounts from in-home to the
// end of the reading. The held-out are kept out of other campaigns while they are measured and the mailed are not, so
// that what such letters bring is part of the measured gain, while the registered net leaves their cost out.
type OtherLetters struct {
	Assigned int            `json:"to_assigned"`
	Holdout  int            `json:"to_held_out"`
	Cost     postlift.Money `json:"cost"` // of those to the assigned, less that of those to the held-out, scaled to as many groups
	Net      *MoneyInterval `json:"net_less_cost"`
}

// OtherMail is what other runs posted to one arm. Cost is in minor units of the measured run's currency; letters of runs
// in another currency are counted and have none.
type OtherMail struct {
	Letters int
	Cost    float64
}

// others tells what other campaigns sent meanwhile. It explains the result and decides nothing.
func (s *Service) others(ctx context.Context, in Reading, u *Uplift) error {
	mail, err := s.store.OtherLetters(ctx, in.Run, in.Run.InHomeOn, min(in.AsOf, in.Run.EndsOn()))
	if err != nil || mail[0].Letters+mail[1].Letters == 0 {
		return err
	}
	cost := mail[1].Cost
	if groups, held := arm(u, ArmAssigned).Groups, arm(u, ArmHoldout).Groups; held > 0 {
		cost -= mail[0].Cost * float64(groups) / float64(held)
	}
	money := moneyIn(in.Run.Currency)
	o := OtherLetters{Assigned: mail[1].Letters, Holdout: mail[0].Letters, Cost: money(cost)}
	if n := u.Net; n != nil {
		less := func(v postlift.Money) postlift.Money { return money(float64(v.Minor) - cost) }
		o.Net = &MoneyInterval{Value: less(n.Value), Low: less(n.Low), High: less(n.High), Low80: less(n.Low80), High80: less(n.High80)}
	}
	u.OtherLetters = &o
	u.Notes = append(u.Notes, Note{Name: "other_letters", Text: Bilingual{EN: o.words("en"), DE: o.words("de")}})
	return nil
}

func arm(u *Uplift, name string) (found Arm) {
	for _, a := range u.Arms {
		if a.Name == name {
			found = a
		}
	}
	return found
}

func (o *OtherLetters) words(lang string) string {
	de := lang == "de"
	assigned, held, cost := WholeNumber(o.Assigned, lang), WholeNumber(o.Holdout, lang), WholeMoney(o.Cost, lang)
	text := pick(de,
		fmt.Sprintf("Other campaigns posted %s advertising letters to the assigned accounts meanwhile and %s to the held-out, who are kept out of them while they are measured. What these letters brought is in the gain, their cost (%s) is not in the net.", assigned, held, cost),
		fmt.Sprintf("Andere Kampagnen haben den zugeteilten Kunden in dieser Zeit %s Werbebriefe geschickt und den zurückgehaltenen %s, die von ihnen ausgenommen sind, solange gemessen wird. Was diese Briefe brachten, steckt im Mehrertrag, ihre Kosten (%s) nicht im Nettoertrag.", assigned, held, cost))
	if o.Net == nil {
		return text
	}
	value, low, high := WholeMoney(o.Net.Value, lang), WholeMoney(o.Net.Low, lang), WholeMoney(o.Net.High, lang)
	return text + pick(de, fmt.Sprintf(" Less that cost the net gain is %s (95 %%: %s to %s).", value, low, high),
		fmt.Sprintf(" Nach Abzug dieser Kosten bleiben netto %s (95 %%: %s bis %s).", value, low, high))
}
