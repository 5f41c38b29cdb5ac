package lift

import (
	"encoding/json"
	"math"
	"strconv"

	"postlift"
)

// AppendFrozen appends traits as they are kept with a choice: a JSON array of segment, affinity, rank, P(alive), months
// and the usual value of an order in minor units, null where one is not known.
func (t *Traits) AppendFrozen(b []byte, basket float64) []byte {
	b = append(b, '[')
	segment, _ := json.Marshal(t.Segment) // a string always marshals
	b = append(b, segment...)
	for _, v := range [...]float64{t.MailAffinity, t.FrequencyRank, t.PAlive, t.MonthsSincePiece, basket} {
		b = append(b, ',')
		if math.IsNaN(v) || math.IsInf(v, 0) {
			b = append(b, "null"...)
			continue
		}
		b = strconv.AppendFloat(b, v, 'g', 9, 64)
	}
	return append(b, ']')
}

// ReadFrozen reads what AppendFrozen wrote; unknown values come back as NaN, an unknown basket as 0.
func ReadFrozen(text string) (t Traits, basket float64, err error) {
	var raw [6]any
	if err = json.Unmarshal([]byte(text), &raw); err != nil {
		return t, 0, postlift.Faultf(postlift.Invalid, "lift.ReadFrozen", "frozen traits %q cannot be read: %v", text, err)
	}
	number := func(i int) float64 {
		if v, ok := raw[i].(float64); ok {
			return v
		}
		return math.NaN()
	}
	t.Segment, _ = raw[0].(string)
	t.MailAffinity, t.FrequencyRank, t.PAlive, t.MonthsSincePiece = number(1), number(2), number(3), number(4)
	if basket = number(5); math.IsNaN(basket) {
		basket = 0
	}
	return t, basket, nil
}
