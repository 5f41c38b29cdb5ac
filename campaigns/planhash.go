package campaigns

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// planFormat names the canonical serialisation below; it changes whenever that changes.
const planFormat = "postlift plan 1"

// hash is the SHA-256 over a canonical serialisation of everything that decides the plan: versions,
// salt, dates, policy, shares, costs, caps, and every choice in order of account key with quoted texts.
// Internal ids are not part of it: the same data in another database has the same hash.
func (in *PlanInput) hash(choices []Choice) string {
	h := sha256.New()
	w := bufio.NewWriterSize(h, 1<<16) // writing into a hash never fails
	in.writeHead(w)
	line := make([]byte, 0, 512)
	for i := range choices {
		line = choices[i].canonical(line[:0])
		_, _ = w.Write(line)
	}
	_ = w.Flush()
	return hex.EncodeToString(h.Sum(nil))
}

func (in *PlanInput) writeHead(w io.Writer) {
	head := struct {
		Versions PlanVersions
		Policy   Policy
		AsOf     string
		Salt     string
		Currency string
		Numbers  string
	}{in.Versions, in.Policy, in.AsOf.String(), in.Salt, in.Currency,
		fmt.Sprintf("%v %v %v %d %d %d %d", in.Holdout, in.GlobalControl, in.Lift, in.PieceCostMinor, in.BudgetMinor, in.MaxPieces, in.ContactsPerSite)}
	raw, err := json.Marshal(head)
	if err != nil {
		panic("campaigns: the head of a plan does not marshal: " + err.Error()) // plain strings and numbers always do
	}
	_, _ = fmt.Fprintf(w, "%s\n%s\n", planFormat, raw)
}

func (c *Choice) canonical(b []byte) []byte {
	b = strconv.AppendQuote(b, c.Key)
	b = strconv.AppendQuote(b, c.GroupKey)
	b = append(b, c.Outcome...)
	b = strconv.AppendQuote(b, joinReasons(c.Reasons))
	b = strconv.AppendQuote(b, c.Stratum)
	b = strconv.AppendFloat(b, c.Propensity, 'g', -1, 64)
	for _, v := range []int64{int64(c.Rank), c.ResidualMinor, c.BaselineMinor, c.PreMarginMinor, c.ExpectedValueMinor, c.CostMinor} {
		b = append(b, ' ')
		b = strconv.AppendInt(b, v, 10)
	}
	b = strconv.AppendQuote(b, strings.Join(c.contactKeys, "\x1f"))
	b = strconv.AppendQuote(b, string(c.Features))
	return append(b, '\n')
}
