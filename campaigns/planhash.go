package campaigns

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"

	"postlift/campaigns/budget"
	"postlift/campaigns/lift"
)

// planFormat names the canonical serialisation below; it changes whenever that changes.
const planFormat = "postlift plan 2"

// hash is the SHA-256 over a canonical serialisation of everything that decides the plan: versions,
// salt, dates, policy, shares, designs, tariff, lift, caps, and every choice in order of account key. Internal ids are not part of it: the same data in another database has the same hash.
func (in *PlanInput) hash(p *Plan) string {
	h := sha256.New()
	w := bufio.NewWriterSize(h, 1<<16) // writing into a hash never fails
	in.writeHead(w, p)
	line := make([]byte, 0, 512)
	for i := range p.Choices {
		line = p.Choices[i].canonical(line[:0])
		_, _ = w.Write(line)
	}
	_ = w.Flush()
	return hex.EncodeToString(h.Sum(nil))
}

func (in *PlanInput) writeHead(w io.Writer, p *Plan) {
	head := struct {
		Versions PlanVersions
		Policy   Policy
		AsOf     string
		Salt     string
		Currency string
		Numbers  string
		Holdout  string
		Keys     string
		Design   PlanDesign
		Lift     *lift.Model
		Tariff   *budget.Tariff
		Variants []PlanVariant
	}{in.Versions, in.Policy, in.AsOf.String(), in.Salt, in.Currency,
		fmt.Sprintf("%v %d %d %d %d %s %d %d", in.Lift, in.PieceCostMinor, in.BudgetMinor, in.MaxPieces, in.ContactsPerSite, in.Mode, in.Top, in.MinValueMinor),
		fmt.Sprintf("%v %v %s %d %d %v %d", in.Holdout, in.GlobalControl, in.Design, in.Block, in.Waves, in.Exploration, in.ExploreFrom),
		in.namedKeys(), p.Design, in.Learned, in.Tariff, in.Variants}
	raw, err := json.Marshal(head)
	if err != nil {
		panic("campaigns: the head of a plan does not marshal: " + err.Error()) // plain strings and finite numbers always do
	}
	_, _ = fmt.Fprintf(w, "%s\n%s\n", planFormat, raw)
}

// namedKeys lists the matched key accounts by their keys.
func (in *PlanInput) namedKeys() string {
	var always, never []string
	for i := range in.Candidates {
		c := &in.Candidates[i]
		if in.Keys.Always[c.AccountID] {
			always = append(always, c.Key)
		}
		if in.Keys.Never[c.AccountID] {
			never = append(never, c.Key)
		}
	}
	slices.Sort(always)
	slices.Sort(never)
	return fmt.Sprintf("%q %q %v %s", always, never, in.Keys.TopPercent, in.Keys.Top)
}

// text writes a text with its length before it, so that no two lists of texts look the same.
func text(b []byte, s string) []byte {
	b = append(strconv.AppendInt(b, int64(len(s)), 10), ':')
	return append(b, s...)
}

func (c *Choice) canonical(b []byte) []byte {
	b = text(text(text(b, c.Key), c.GroupKey), c.Outcome)
	for _, r := range c.Reasons {
		b = text(b, string(r))
	}
	b = append(b, ' ')
	b = text(text(text(b, c.Stratum), c.Role), c.Variant)
	for _, v := range [...]float64{c.Propensity, c.Lift, c.LiftSD} {
		b = append(b, ' ')
		b = strconv.AppendFloat(b, v, 'g', -1, 64)
	}
	for _, v := range [...]int64{int64(c.Wave), int64(c.Rank), c.ResidualMinor, c.BaselineMinor, c.PreMarginMinor, c.ExpectedValueMinor, c.CostMinor} {
		b = append(b, ' ')
		b = strconv.AppendInt(b, v, 10)
	}
	b = append(b, ' ')
	for _, key := range c.contactKeys {
		b = text(b, key)
	}
	b = append(b, ' ')
	return append(append(b, c.Features...), '\n')
}
