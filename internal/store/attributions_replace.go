package store

import (
	"cmp"
	"database/sql"
	"slices"
	"strings"

	"postlift/responses"
)

// spanCredits is SQL for the rows of a table t, of which each is of an order, that are a run's or of an order placed on
// two days or between. Its arguments are the days, the run, and the days.
const spanCredits = ` FROM orders o CROSS JOIN {table} t WHERE o.placed_on >= ? AND o.placed_on <= ? AND t.order_id = o.id
UNION ALL SELECT {columns} FROM {table} t CROSS JOIN orders o WHERE t.run_id = ? AND o.id = t.order_id AND (o.placed_on < ? OR o.placed_on > ?)`

// standing reads what a table holds of the run and its span.
func (a *attributing) standing(runID int64, table, columns string, take func(*sql.Rows) error) error {
	query := strings.NewReplacer("{table}", table, "{columns}", columns).Replace("SELECT {columns}" + spanCredits)
	return a.scan(take, query, a.span.PostedOn, a.span.EndsOn, runID, a.span.PostedOn, a.span.EndsOn)
}

// replace writes the credits that differ from those of before: most imports change few, and writing is what takes
// longest. Credits have at most one row an order.
func (a *attributing) replace(runID int64, credits []responses.Credit) error {
	kept, gone, i := newKept(credits), []int64{}, 0
	err := a.standing(runID, "attributions", "t.run_id, t.order_id, COALESCE(t.piece_id, 0), t.account_id, t.arm, t.method, t.net_minor, t.margin_minor", func(rows *sql.Rows) error {
		var was responses.Credit
		err := rows.Scan(&was.RunID, &was.OrderID, &was.PieceID, &was.AccountID, &was.Arm, &was.Method, &was.NetMinor, &was.MarginMinor)
		if !kept.keep(was.OrderID, func(c responses.Credit) bool { c.LeakRun, c.LeakArm = 0, ""; return c == was }) {
			gone = append(gone, was.OrderID)
		}
		return err
	})
	if err != nil {
		return err
	}
	if err := a.remove("attributions", gone); err != nil {
		return err
	}
	row := make([]any, 8)
	_, err = a.copyRows("attributions",
		[]string{"run_id", "order_id", "piece_id", "account_id", "arm", "method", "net_minor", "margin_minor"}, func() ([]any, bool) {
			c, ok := kept.next(&i)
			if !ok {
				return nil, false
			}
			var piece any
			if c.PieceID != 0 {
				piece = c.PieceID
			}
			row[0], row[1], row[2], row[3], row[4], row[5], row[6], row[7] = c.RunID, c.OrderID, piece, c.AccountID, c.Arm, c.Method, c.NetMinor, c.MarginMinor
			return row, true
		})
	return err
}

// replaceLeaks is replace for orders that name a code without a letter.
func (a *attributing) replaceLeaks(runID int64, leaks []responses.Credit) error {
	kept, gone, i := newKept(leaks), []int64{}, 0
	err := a.standing(runID, "code_leaks", "t.run_id, t.order_id, t.account_id, t.arm", func(rows *sql.Rows) error {
		var run, order, account int64
		var arm string
		err := rows.Scan(&run, &order, &account, &arm)
		if !kept.keep(order, func(c responses.Credit) bool { return c.LeakRun == run && c.AccountID == account && c.LeakArm == arm }) {
			gone = append(gone, order)
		}
		return err
	})
	if err != nil {
		return err
	}
	if err := a.remove("code_leaks", gone); err != nil {
		return err
	}
	_, err = a.copyRows("code_leaks", []string{"run_id", "order_id", "account_id", "arm"}, func() ([]any, bool) {
		c, ok := kept.next(&i)
		return []any{c.LeakRun, c.OrderID, c.AccountID, c.LeakArm}, ok
	})
	return err
}

// remove deletes the rows of orders.
func (a *attributing) remove(table string, orders []int64) error {
	return inChunks(orders, func(marks string, args []any) error {
		_, err := a.exec("DELETE FROM "+table+" WHERE order_id IN ("+marks+")", args...)
		return err
	})
}

// keptCredits are credits in the order of their orders, with those marked that stand already.
type keptCredits struct {
	credits []responses.Credit
	stands  []bool
}

func newKept(credits []responses.Credit) keptCredits {
	slices.SortFunc(credits, func(a, b responses.Credit) int { return cmp.Compare(a.OrderID, b.OrderID) })
	return keptCredits{credits, make([]bool, len(credits))}
}

// keep marks the credit of an order where it is the same as what stands.
func (k keptCredits) keep(order int64, same func(responses.Credit) bool) bool {
	i, found := slices.BinarySearchFunc(k.credits, order, func(c responses.Credit, id int64) int { return cmp.Compare(c.OrderID, id) })
	if !found || !same(k.credits[i]) {
		return false
	}
	k.stands[i] = true
	return true
}

// next is the first credit from *i on that does not stand, and moves *i behind it.
func (k keptCredits) next(i *int) (responses.Credit, bool) {
	for ; *i < len(k.credits); *i++ {
		if !k.stands[*i] {
			*i++
			return k.credits[*i-1], true
		}
	}
	return responses.Credit{}, false
}
