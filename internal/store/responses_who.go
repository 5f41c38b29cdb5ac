package store

import (
	"strconv"
	"strings"

	"postlift"
	"postlift/accounts"
	"postlift/responses"
)

// unmatchedEvent is an event whose words name nobody, or several, and the rule that says which.
type unmatchedEvent struct {
	responses.Event
	rule string
}

// loadWho recognises the accounts of events that carry neither a letter's code nor a customer number.
func (r *recording) loadWho() error {
	r.who = map[int]accounts.Match{}
	var places []int
	var list []accounts.Identity
	for i, e := range r.in.Events {
		if e.AccountRef != "" || e.PieceUID != "" || e.Kind == responses.Return || r.pieces["code:"+postlift.NormalizeCode(e.Code)] != nil || !e.Who.Complete() {
			continue
		}
		places, list = append(places, i), append(list, e.Who)
	}
	matches, err := (&matcher{tx: r.tx, keyer: accounts.Keyer{Secret: r.store.secret}}).identify(list)
	for at, i := range places {
		if err == nil {
			r.who[i] = matches[at]
		}
	}
	return err
}

// couponOf is a coupon that an account names.
type couponOf struct {
	code    string
	account int64
}

// loadCoupons finds, for events that name an account and a code that is no letter's, the account's own letter of the
// campaign whose coupon the code is; of several the one posted last.
func (r *recording) loadCoupons() error {
	r.coupons, r.couponRuns = map[couponOf]*pieceRead{}, map[string][]int64{}
	var named []int64
	codes := map[string]bool{}
	for i, e := range r.in.Events {
		code := postlift.NormalizeCode(e.Code)
		if code == "" || r.pieces["code:"+code] != nil {
			continue
		}
		if id := r.account[e.Source+"\x00"+e.AccountRef]; id != 0 {
			named, codes[code] = append(named, id), true
		} else if r.who[i].Found() {
			named, codes[code] = append(named, r.who[i].AccountID), true
		}
	}
	if len(named) == 0 {
		return nil
	}
	if err := r.runsOfCoupons(codes); err != nil || len(r.couponRuns) == 0 {
		return err
	}
	return r.ownLetters(named)
}

// runsOfCoupons finds the runs whose campaign gave its letters one of the codes.
func (r *recording) runsOfCoupons(codes map[string]bool) error {
	var rows []struct {
		ID         int64
		Definition jsonText
	}
	err := r.Raw(`SELECT r.id, v.definition FROM runs r JOIN campaign_versions v ON v.campaign_id = r.campaign_id AND v.version = r.campaign_version
WHERE EXISTS (SELECT 1 FROM pieces p WHERE p.run_id = r.id AND p.state IN ('released', 'posted', 'returned'))`).Scan(&rows).Error
	if err != nil {
		return err
	}
	for _, row := range rows {
		var printed struct {
			Coupons []string `json:"coupon_codes"`
		}
		if err := row.Definition.into(&printed); err != nil {
			return err
		}
		for _, coupon := range printed.Coupons {
			if code := postlift.NormalizeCode(coupon); codes[code] {
				r.couponRuns[code] = append(r.couponRuns[code], row.ID)
			}
		}
	}
	return nil
}

func (r *recording) ownLetters(named []int64) error {
	var runs []string
	bears := map[int64][]string{}
	for code, ids := range r.couponRuns {
		for _, id := range ids {
			runs, bears[id] = append(runs, strconv.FormatInt(id, 10)), append(bears[id], code)
		}
	}
	return inChunks(named, func(marks string, args []any) error {
		var rows []pieceRead
		err := r.Raw("SELECT "+pieceReadColumns+" FROM pieces WHERE kind = 'live' AND state IN ('released', 'posted', 'returned') AND run_id IN ("+
			strings.Join(runs, ",")+") AND account_id IN ("+marks+") ORDER BY posted_on, run_id, id DESC", args...).Scan(&rows).Error
		for i := range rows {
			for _, code := range bears[rows[i].RunID] {
				r.coupons[couponOf{code, *rows[i].AccountID}] = &rows[i]
			}
		}
		return err
	})
}

func (r *recording) isCoupon(code string) bool { return len(r.couponRuns[code]) > 0 }
