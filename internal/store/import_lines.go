package store

import (
	"fmt"
	"strings"

	"postlift/accounts"
	"postlift/accounts/csvfile"
)

// lineTable is a table of lines that an import replaces as a whole for each document that the file names.
// The lines wait in a temporary table until the file is read, because the lines of one document need not
// stand together.
type lineTable struct {
	table, stage string
	owner        string   // column of the document
	owners       string   // table of the documents
	key          []string // of a line within its document
	values       []string
}

var orderLines = &lineTable{table: "order_lines", stage: "stage_order_lines", owner: "order_id", owners: "orders",
	key: []string{"line_no"}, values: []string{"product", "product_group", "quantity", "net_minor", "margin_minor"}}

var contractLines = &lineTable{table: "contract_lines", stage: "stage_contract_lines", owner: "contract_id", owners: "contracts",
	key:    []string{"line_no", "valid_from"},
	values: []string{"product", "product_group", "quantity", "monthly_fee_minor", "monthly_margin_minor", "valid_to"}}

func (t *lineTable) columns() []string {
	return append(append([]string{t.owner}, t.key...), t.values...)
}

// join writes "a.x = b.x AND …" over owner and key.
func (t *lineTable) join(a, b string) string {
	parts := []string{a + "." + t.owner + " = " + b + "." + t.owner}
	for _, k := range t.key {
		parts = append(parts, a+"."+k+" = "+b+"."+k)
	}
	return strings.Join(parts, " AND ")
}

// differ writes "a.x IS DISTINCT FROM b.x OR …" over the values.
func (t *lineTable) differ(a, b string) string {
	parts := make([]string, len(t.values))
	for i, v := range t.values {
		parts[i] = a + "." + v + " IS DISTINCT FROM " + b + "." + v
	}
	return strings.Join(parts, " OR ")
}

func (l *loader) stageLines(t *lineTable, next func() ([]any, bool)) error {
	if !l.staged {
		l.staged = true
		if _, err := l.exec("CREATE TEMPORARY TABLE " + t.stage + " AS SELECT " + strings.Join(t.columns(), ", ") +
			", 0 AS row_no FROM " + t.table + " WHERE 1 = 0"); err != nil {
			return err
		}
	}
	_, err := l.copyRows(t.stage, append(t.columns(), "row_no"), next)
	return err
}

// dropStage clears the temporary table away, because the connection lives longer than the import.
func (l *loader) dropStage(t *lineTable) error {
	_, err := l.exec("DROP TABLE " + t.stage)
	return err
}

// syncLines makes the documents' lines what the file says. first is the first id of documents that are
// new; older documents whose lines change are marked with this import.
func (l *loader) syncLines(t *lineTable, first int64) (rejects []csvfile.Reject, err error) {
	if rejects, err = l.dropDoubleLines(t); err != nil {
		return nil, err
	}
	if first > 1 {
		if err := l.markChangedOwners(t, first); err != nil {
			return nil, err
		}
	}
	cols := strings.Join(t.columns(), ", ")
	set := make([]string, len(t.values))
	for i, v := range t.values {
		set[i] = v + " = excluded." + v
	}
	_, err = l.exec("INSERT INTO " + t.table + " (" + cols + ") SELECT " + cols + " FROM " + t.stage + " WHERE 1 = 1" +
		" ON CONFLICT (" + strings.Join(append([]string{t.owner}, t.key...), ", ") + ") DO UPDATE SET " + strings.Join(set, ", ") +
		" WHERE " + t.differ(t.table, "excluded"))
	return rejects, err
}

// dropDoubleLines rejects lines whose number an earlier row of the document has.
func (l *loader) dropDoubleLines(t *lineTable) ([]csvfile.Reject, error) {
	rows, err := l.query("SELECT row_no, line_no FROM (SELECT row_no, line_no, ROW_NUMBER() OVER (PARTITION BY " +
		strings.Join(append([]string{t.owner}, t.key...), ", ") + " ORDER BY row_no) AS place FROM " + t.stage + ") x WHERE place > 1 ORDER BY row_no")
	if err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	defer rows.Close()
	var out []csvfile.Reject
	var at []int
	for rows.Next() {
		var row int
		var line int64
		if err := rows.Scan(&row, &line); err != nil {
			return nil, fmt.Errorf("store: %w", err)
		}
		at = append(at, row)
		out = append(out, csvfile.Reject{Row: row, Field: "line_no", Rule: "duplicate", Value: fmt.Sprint(line),
			Message: "an earlier row of this document has the line number already"})
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	rows.Close() // the connection is needed below
	err = inChunks(at, func(marks string, args []any) error {
		_, err := l.exec("DELETE FROM "+t.stage+" WHERE row_no IN ("+marks+")", args...)
		return err
	})
	return out, err
}

// markChangedOwners notes this import at documents that get, lose or change a line, and takes away the
// lines that are no longer named.
func (l *loader) markChangedOwners(t *lineTable, first int64) error {
	gone := "SELECT l.id FROM " + t.table + " l JOIN (SELECT DISTINCT " + t.owner + " FROM " + t.stage + " WHERE " + t.owner + " < ?) d ON d." +
		t.owner + " = l." + t.owner + " LEFT JOIN " + t.stage + " s ON " + t.join("s", "l") + " WHERE s." + t.owner + " IS NULL"
	changed := "SELECT s." + t.owner + " FROM " + t.stage + " s LEFT JOIN " + t.table + " l ON " + t.join("l", "s") +
		" WHERE s." + t.owner + " < ? AND (l.id IS NULL OR " + t.differ("l", "s") + ")"
	if _, err := l.exec("UPDATE "+t.owners+" SET import_id = ? WHERE id IN ("+changed+" UNION SELECT "+t.owner+" FROM "+t.table+
		" WHERE id IN ("+gone+"))", l.importID, first, first); err != nil {
		return err
	}
	_, err := l.exec("DELETE FROM "+t.table+" WHERE id IN ("+gone+")", first)
	return err
}

func (l *loader) saveOrders(c *accounts.Chunk, has func(string) bool, out *accounts.Changed) error {
	if err := l.identifyOrders(c, out); err != nil {
		return err
	}
	if err := noteMoves(l, "orders", c.Orders, func(o *accounts.Order) (*accounts.Key, int64) { return &o.Key, o.AccountID }); err != nil {
		return err
	}
	if len(c.OrderLines) == 0 {
		return add(&out.Updated)(saveNouns(l, ordersTable, c.Orders, has))
	}
	// Totals come from the lines when all are there; until then an existing order keeps its own. What
	// changed is counted at the end.
	header := func(column string) bool {
		return column != "net" && (column != "margin" || !has("line_margin")) && has(column)
	}
	if has("line_margin") {
		for i := range c.Orders {
			c.Orders[i].MarginMinor = nil
		}
	}
	if _, err := saveNouns(l, ordersTable, c.Orders, header); err != nil {
		return err
	}
	i := 0
	return l.stageLines(orderLines, func() ([]any, bool) {
		if i == len(c.OrderLines) {
			return nil, false
		}
		n := &c.OrderLines[i]
		i++
		return []any{n.OrderID, n.LineNo, n.Product, n.ProductGroup, n.Quantity, n.NetMinor, nullInt(n.MarginMinor), n.Row}, true
	})
}

func (l *loader) finishOrders(f accounts.FinishInput, out *accounts.Finished) (err error) {
	if l.staged {
		if out.Rejects, err = l.syncLines(orderLines, l.first["order"]); err != nil {
			return err
		}
		if err := l.totals(); err != nil {
			return err
		}
		if out.Updated, err = l.count("SELECT COUNT(*) FROM orders WHERE import_id = ? AND id < ?", l.importID, l.first["order"]); err != nil {
			return err
		}
		if err := l.dropStage(orderLines); err != nil {
			return err
		}
	}
	return l.credits(f.Source, out)
}

// totals sums lines up. The margin of an order is known when that of every line is.
func (l *loader) totals() error {
	known, err := l.count("SELECT COUNT(*) FROM (SELECT 1 FROM stage_order_lines WHERE margin_minor IS NOT NULL LIMIT 1) x")
	if err != nil {
		return err
	}
	margin := "orders.margin_minor"
	if known > 0 {
		margin = "s.margin"
	}
	_, err = l.exec(`UPDATE orders SET net_minor = s.net, margin_minor = `+margin+`, import_id = ? FROM (
  SELECT order_id, SUM(net_minor) AS net, CASE WHEN COUNT(*) = COUNT(margin_minor) THEN SUM(margin_minor) END AS margin
  FROM stage_order_lines GROUP BY order_id) s
WHERE s.order_id = orders.id AND (orders.net_minor IS DISTINCT FROM s.net OR orders.margin_minor IS DISTINCT FROM `+margin+`)`, l.importID)
	return err
}

// credits keeps each order's sum of the documents that refer to it. It starts from the few documents
// that refer to something (a partial index), so its cost doesn't grow with the orders. Where a credit
// note's margin is unknown, it takes the order's own share of margin. A document in another currency than
// the order's stands by itself.
func (l *loader) credits(source string, out *accounts.Finished) error {
	if l.existing("order") {
		if _, err := l.exec(`UPDATE orders SET credited_minor = 0, credited_margin_minor = 0, import_id = ?
WHERE source = ? AND credited_minor <> 0 AND NOT EXISTS (SELECT 1 FROM orders d
  WHERE d.source = orders.source AND d.refers_to = orders.external_id AND d.currency = orders.currency AND d.refers_to <> '' AND d.doc_type <> 'order')`, l.importID, source); err != nil {
			return err
		}
	}
	_, err := l.exec(`UPDATE orders SET credited_minor = c.net, credited_margin_minor = c.margin, import_id = ? FROM (
  SELECT o.id AS id, SUM(d.net_minor) AS net, COALESCE(SUM(d.margin_minor), 0) +
    CASE WHEN o.margin_minor IS NULL OR o.net_minor = 0 THEN 0
    ELSE CAST(ROUND(o.margin_minor * 1.0 * SUM(CASE WHEN d.margin_minor IS NULL THEN d.net_minor ELSE 0 END) / o.net_minor) AS BIGINT) END AS margin
  FROM orders d JOIN orders o ON o.source = d.source AND o.external_id = d.refers_to AND o.currency = d.currency AND o.doc_type = 'order'
  WHERE d.source = ? AND d.refers_to <> '' AND d.doc_type <> 'order'
  GROUP BY o.id, o.margin_minor, o.net_minor) c
WHERE c.id = orders.id AND (orders.credited_minor <> c.net OR orders.credited_margin_minor <> c.margin)`, l.importID, source)
	if err != nil {
		return err
	}
	unknown, err := l.count(`SELECT COUNT(*) FROM orders d WHERE d.source = ? AND d.refers_to <> '' AND d.doc_type <> 'order' AND d.import_id = ?
AND NOT EXISTS (SELECT 1 FROM orders o WHERE o.source = d.source AND o.external_id = d.refers_to AND o.currency = d.currency AND o.doc_type = 'order')`, source, l.importID)
	if unknown > 0 {
		out.Warnings["unreferenced_credit_note"] += unknown
	}
	return err
}
