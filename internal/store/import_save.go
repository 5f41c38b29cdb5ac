package store

import (
	"postlift"
	"postlift/accounts"
)

// loadColumn is a column of a bulk table: the file's column that feeds it and how its value is had.
type loadColumn[T any] struct {
	name  string
	from  string // the file's column; always: whatever the file has; never: set when inserted only
	value func(*T) any
}

const (
	always = "always"
	never  = "never"
)

// loadTable is a bulk table of nouns with source and external id.
type loadTable[T any] struct {
	name    string
	prefix  string // of the uid; "" where the table has none
	key     func(*T) *accounts.Key
	columns []loadColumn[T]
}

// saveNouns inserts new rows and updates those existing ones that differ in a column that the file has.
// It returns how many existing rows changed.
func saveNouns[T any](l *loader, table *loadTable[T], nouns []T, has func(string) bool) (changed int64, err error) {
	if len(nouns) == 0 {
		return 0, nil
	}
	names := []string{"source", "external_id", "import_id"}
	if table.prefix != "" {
		names = append(names, "uid")
	}
	update := []string{"import_id"}
	for _, c := range table.columns {
		names = append(names, c.name)
		if c.from == always || c.from != never && has(c.from) {
			update = append(update, c.name)
		}
	}
	fresh := 0
	for i := range nouns {
		if table.key(&nouns[i]).New {
			fresh++
		}
	}
	row := make([]any, 0, len(names)+1)
	feed := func(isNew bool) func() ([]any, bool) {
		i := 0
		return func() ([]any, bool) {
			for ; i < len(nouns); i++ {
				k := table.key(&nouns[i])
				if k.New != isNew {
					continue
				}
				row = append(row[:0], k.Source, k.ExternalID, l.importID)
				if table.prefix != "" {
					row = append(row, l.store.ids(table.prefix, k.Source, k.ExternalID))
				}
				for _, c := range table.columns {
					row = append(row, c.value(&nouns[i]))
				}
				if isNew {
					row = append(row, k.ID)
				}
				i++
				return row, true
			}
			return nil, false
		}
	}
	if fresh > 0 {
		if _, err := l.copyRows(table.name, append(names, "id"), feed(true)); err != nil {
			return 0, err
		}
	}
	if fresh < len(nouns) {
		return l.upsertRows(table.name, names, []string{"source", "external_id"}, update, feed(false))
	}
	return 0, nil
}

// nullFloat stores an unknown number as NULL.
func nullFloat(v *float64) any {
	if v == nil {
		return nil
	}
	return *v
}

// nullID stores 0 as NULL.
func nullID(id int64) any {
	if id == 0 {
		return nil
	}
	return id
}

// nullInt stores nil as NULL.
func nullInt(v *int64) any {
	if v == nil {
		return nil
	}
	return *v
}

// nullDate stores no date as NULL, and saves the driver the detour over Valuer.
func nullDate(d postlift.Date) any {
	if d.IsZero() {
		return nil
	}
	return d.String()
}

// Save writes one chunk of a file.
func (l *loader) Save(c *accounts.Chunk, has func(string) bool) (out accounts.Changed, err error) {
	steps := []func() error{
		func() (err error) { out.Updated, err = l.saveAccounts(c.Accounts, has); return err },
		func() error { return l.saveSites(c, has, &out) },
		func() error { return l.saveContacts(c.Contacts, has, &out) },
		func() (err error) { return add(&out.Updated)(saveNouns(l, employeesTable, c.Employees, has)) },
		func() error { return l.saveOrders(c, has, &out) },
		func() error { return l.saveContracts(c, has) },
		func() error { return l.saveOpportunities(c.Opportunities, has, &out) },
		func() error { return l.savePlaces(c.Places, &out) },
		func() error { return l.saveCosts(c.Costs, has, &out) },
		func() error { return l.saveSuppressions(c.Suppressions, &out) },
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return out, err
		}
	}
	return out, nil
}

// add sums a count up and passes the error on.
func add(sum *int64) func(n int64, err error) error {
	return func(n int64, err error) error {
		*sum += n
		return err
	}
}

func (l *loader) saveSites(c *accounts.Chunk, has func(string) bool, out *accounts.Changed) error {
	if len(c.Accounts) == 0 {
		l.siteStatus = has("status")
		if err := noteMoves(l, "sites", c.Sites, func(s *accounts.Site) (*accounts.Key, int64) { return &s.Key, s.AccountID }); err != nil {
			return err
		}
		return add(&out.Updated)(saveNouns(l, sitesTable, c.Sites, has))
	}
	for i := range c.Sites {
		if c.Sites[i].New {
			out.SitesInserted++
		}
	}
	// An accounts file knows nothing of a site but its address: name, status and rank stay.
	address := func(column string) bool {
		return column != "name" && column != "status" && column != "main" && column != "account_id" && has(column)
	}
	return add(&out.SitesUpdated)(saveNouns(l, sitesTable, c.Sites, address))
}

func (l *loader) saveContacts(contacts []accounts.Contact, has func(string) bool, out *accounts.Changed) error {
	if len(contacts) == 0 {
		return nil
	}
	if err := noteMoves(l, "contacts", contacts, func(p *accounts.Contact) (*accounts.Key, int64) { return &p.Key, p.AccountID }); err != nil {
		return err
	}
	ids := make([]int64, 0, len(contacts))
	for i := range contacts {
		ids = append(ids, contacts[i].AccountID)
	}
	names, err := l.accountNames(ids)
	if err != nil {
		return err
	}
	for i := range contacts {
		p := &contacts[i]
		p.MatchKey = l.keyer.Person(p.FirstName, p.LastName, names[p.AccountID])
	}
	with := has
	if !has("role") && (has("function") || has("department")) {
		if err := l.keepRoles(contacts, has); err != nil {
			return err
		}
		with = func(column string) bool { return column == "role" || has(column) }
	}
	return add(&out.Updated)(saveNouns(l, contactsTable, contacts, with))
}

// keepRoles leaves known contacts the role that somebody gave them, where the file has no roles but functions, of which
// roles are concluded. A stored role that is none or what the stored function says was given by nobody.
func (l *loader) keepRoles(contacts []accounts.Contact, has func(string) bool) error {
	known, ids := map[int64]*accounts.Contact{}, make([]int64, 0, len(contacts))
	for i := range contacts {
		if c := &contacts[i]; !c.New {
			known[c.ID], ids = c, append(ids, c.ID)
		}
	}
	var id int64
	var role, function, department string
	return scanAll(l.tx, "SELECT id, role, function, department FROM contacts WHERE id IN (*)", ids, []any{&id, &role, &function, &department}, func() {
		c := known[id]
		if role != "" && role != accounts.RoleOf(function, department) {
			c.Role = role
			return
		}
		if has("function") {
			function = c.Function
		}
		if has("department") {
			department = c.Department
		}
		c.Role = accounts.RoleOf(function, department)
	})
}

func (l *loader) saveOpportunities(list []accounts.Opportunity, has func(string) bool, out *accounts.Changed) error {
	list, err := l.identifyOpportunities(list, out)
	if err != nil {
		return err
	}
	if err := noteMoves(l, "opportunities", list, func(o *accounts.Opportunity) (*accounts.Key, int64) { return &o.Key, o.AccountID }); err != nil {
		return err
	}
	return add(&out.Updated)(saveNouns(l, opportunitiesTable, list, has))
}

func (l *loader) accountNames(ids []int64) (map[int64]string, error) {
	names := make(map[int64]string, len(ids))
	err := inChunks(ids, func(marks string, args []any) error {
		rows, err := l.query("SELECT id, name FROM accounts WHERE id IN ("+marks+")", args...)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var id int64
			var name string
			if err := rows.Scan(&id, &name); err != nil {
				return err
			}
			names[id] = name
		}
		return rows.Err()
	})
	return names, err
}

func (l *loader) saveCosts(costs []accounts.ChannelCost, has func(string) bool, out *accounts.Changed) error {
	if len(costs) == 0 {
		return nil
	}
	before, err := l.count("SELECT COUNT(*) FROM channel_costs")
	if err != nil {
		return err
	}
	update := []string{"import_id", "spend_minor", "currency"}
	for _, c := range []string{"won", "leads"} {
		if has(c) {
			update = append(update, c)
		}
	}
	i := 0
	affected, err := l.upsertRows("channel_costs", []string{"channel", "month", "spend_minor", "currency", "won", "leads", "import_id"},
		[]string{"channel", "month"}, update, func() ([]any, bool) {
			if i == len(costs) {
				return nil, false
			}
			c := &costs[i]
			i++
			return []any{c.Channel, nullDate(c.Month), c.SpendMinor, c.Currency, c.Won, nullInt(c.Leads), l.importID}, true
		})
	if err != nil {
		return err
	}
	after, err := l.count("SELECT COUNT(*) FROM channel_costs")
	out.Inserted += after - before
	out.Updated += affected - (after - before)
	return err
}
