package store

import (
	"fmt"

	"postlift"
	"postlift/accounts"
)

func (l *loader) saveContracts(c *accounts.Chunk, has func(string) bool) error {
	if err := noteMoves(l, "contracts", c.Contracts, func(k *accounts.Contract) (*accounts.Key, int64) { return &k.Key, k.AccountID }); err != nil {
		return err
	}
	if _, err := saveNouns(l, contractsTable, c.Contracts, has); err != nil {
		return err
	}
	if len(c.ContractLines) == 0 {
		return nil
	}
	i := 0
	return l.stageLines(contractLines, func() ([]any, bool) {
		if i == len(c.ContractLines) {
			return nil, false
		}
		n := &c.ContractLines[i]
		i++
		return []any{n.ContractID, n.LineNo, nullDate(n.ValidFrom), n.Product, n.ProductGroup, n.Quantity,
			n.MonthlyFeeMinor, nullInt(n.MonthlyMarginMinor), nullDate(n.ValidTo), n.Row}, true
	})
}

func (l *loader) finishContracts(f accounts.FinishInput, out *accounts.Finished) (err error) {
	if !l.staged {
		return nil
	}
	if out.Rejects, err = l.syncLines(contractLines, l.first["contract"]); err != nil {
		return err
	}
	if out.Updated, err = l.count("SELECT COUNT(*) FROM contracts WHERE import_id = ? AND id < ?", l.importID, l.first["contract"]); err != nil {
		return err
	}
	if err := l.deriveEvents(f.Today); err != nil {
		return err
	}
	return l.dropStage(contractLines)
}

// deriveEvents replaces the events of every contract in the file: renewals come with time, even where
// nothing in the file changed.
func (l *loader) deriveEvents(today postlift.Date) error {
	events, err := l.contractEvents(today)
	if err != nil {
		return err
	}
	if _, err := l.exec("DELETE FROM contract_events WHERE contract_id IN (SELECT contract_id FROM stage_contract_lines)"); err != nil {
		return err
	}
	i := 0
	_, err = l.copyRows("contract_events", []string{"contract_id", "kind", "occurred_on", "reason", "detail"}, func() ([]any, bool) {
		if i == len(events) {
			return nil, false
		}
		e := &events[i]
		i++
		var detail any
		if e.Before != 0 || e.After != 0 {
			detail = string(toJSON(map[string]int64{"monthly_before_minor": e.Before, "monthly_after_minor": e.After}))
		}
		return []any{e.ContractID, e.Kind, nullDate(e.OccurredOn), e.Reason, detail}, true
	})
	return err
}

func (l *loader) contractEvents(today postlift.Date) ([]accounts.ContractEvent, error) {
	rows, err := l.query(`SELECT c.id, c.started_on, c.term_months, c.term_ends_on, c.notice_given_on, c.ended_on, c.end_reason,
  n.line_no, n.quantity, n.monthly_fee_minor, n.valid_from, n.valid_to
FROM contracts c JOIN contract_lines n ON n.contract_id = c.id
WHERE c.id IN (SELECT contract_id FROM stage_contract_lines) ORDER BY c.id, n.line_no, n.valid_from`)
	if err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	defer rows.Close()
	var out []accounts.ContractEvent
	var current accounts.Contract
	var lines []accounts.ContractLine
	flush := func() {
		if len(lines) > 0 {
			out = append(out, accounts.ContractEvents(current, lines, today)...)
		}
		lines = lines[:0]
	}
	for rows.Next() {
		var k accounts.Contract
		var n accounts.ContractLine
		if err := rows.Scan(&k.ID, &k.StartedOn, &k.TermMonths, &k.TermEndsOn, &k.NoticeGivenOn, &k.EndedOn, &k.EndReason,
			&n.LineNo, &n.Quantity, &n.MonthlyFeeMinor, &n.ValidFrom, &n.ValidTo); err != nil {
			return nil, fmt.Errorf("store: %w", err)
		}
		if k.ID != current.ID {
			flush()
			current = k
		}
		lines = append(lines, n)
	}
	flush()
	return out, rows.Err()
}
