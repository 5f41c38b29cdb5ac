package sim

import (
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"

	"postlift"
)

// File is one written file.
type File struct {
	Kind string `json:"kind"` // as `postlift import KIND` names it
	Path string `json:"path"`
	Rows int    `json:"rows"` // data rows, the planted ones included
}

// Files are what WriteFiles wrote, in the order in which they are to be imported.
type Files struct {
	List    []File    `json:"files"`
	Planted []Planted `json:"planted"`
}

// Path gives the path of a kind's file, or "".
func (f Files) Path(kind string) string {
	for _, file := range f.List {
		if file.Kind == kind {
			return file.Path
		}
	}
	return ""
}

// PlantedRows counts the wrong rows of a kind.
func (f Files) PlantedRows(kind string) int {
	n := 0
	for _, p := range f.Planted {
		if p.Kind == kind {
			n++
		}
	}
	return n
}

// writing holds the open files while accounts pass by once.
type writing struct {
	w     *World
	files Files
	won   map[winKey]int

	employees, accounts, sites, contacts, orders, contracts, suppressions *table

	habit      habit // of the accounts file
	orderRows  int   // stop after the account that reaches it; 0: never
	oneContact bool
	costMonths int // only the last so many; 0: all
}

type winKey struct {
	channel int
	month   postlift.Date
}

// WriteFiles writes the world's files into dir, which it makes: employees.csv, accounts.csv (as a German
// spreadsheet saves it: semicolons, decimal comma, Windows-1252, German headers), sites.csv (additional
// sites), contacts.csv, orders.csv, contracts.csv, costs.csv, suppressions.csv. Memory does not grow with
// the number of accounts.
func (w *World) WriteFiles(dir string) (Files, error) {
	s := &writing{w: w, won: map[winKey]int{}, habit: excel}
	return s.run(dir, func() (*table, error) { return newExcelTable(dir, "accounts.csv", accountHeaderDE) })
}

func (s *writing) run(dir string, accountTable func() (*table, error)) (Files, error) {
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return Files{}, postlift.Faultf(postlift.Invalid, "sim.WriteFiles", "the folder %s cannot be made: %v", dir, err)
	}
	tables, err := s.open(dir, accountTable)
	if err == nil {
		for i := range s.w.employees {
			s.employees.row(s.w.employees[i].row()...)
		}
		for n := range s.w.cfg.Accounts {
			s.account(n)
		}
		for _, x := range s.w.strangers() {
			s.suppressions.row(x.row()...)
		}
		s.writeCosts(tables["costs"])
	}
	for _, kind := range importOrder {
		t := tables[kind]
		if t == nil {
			continue
		}
		if closeErr := t.close(); closeErr != nil {
			err = errors.Join(err, fmt.Errorf("sim: %s.csv: %w", kind, closeErr))
		}
		s.files.List = append(s.files.List, File{Kind: kind, Path: filepath.Join(dir, kind+".csv"), Rows: t.rows})
	}
	if err != nil {
		return Files{}, err
	}
	return s.files, nil
}

// importOrder names the kinds so that each file's references exist when its turn comes.
var importOrder = []string{"employees", "accounts", "sites", "contacts", "orders", "contracts", "costs", "suppressions"}

func (s *writing) open(dir string, accountTable func() (*table, error)) (map[string]*table, error) {
	tables := map[string]*table{}
	headers := map[string][]string{"employees": employeeHeader, "sites": siteHeader, "contacts": contactHeader, "orders": orderHeader,
		"contracts": contractHeader, "costs": costHeader, "suppressions": suppressionHeader}
	for _, kind := range importOrder {
		var t *table
		var err error
		if kind == "accounts" {
			t, err = accountTable()
		} else {
			t, err = newTable(dir, kind+".csv", headers[kind])
		}
		if err != nil {
			return tables, err
		}
		tables[kind] = t
	}
	s.employees, s.accounts, s.sites, s.contacts = tables["employees"], tables["accounts"], tables["sites"], tables["contacts"]
	s.orders, s.contracts, s.suppressions = tables["orders"], tables["contracts"], tables["suppressions"]
	return tables, nil
}

// account writes everything of the n-th account.
func (s *writing) account(n int) {
	a := s.w.account(n)
	s.accounts.row(a.row(s.habit)...)
	s.won[winKey{a.channel, monthOf(a.acquired)}]++
	if a.second != nil {
		s.sites.row(a.second.row(a.id)...)
	}
	contacts := s.w.contacts(a)
	for i := range contacts {
		if i == 0 || !s.oneContact {
			s.contacts.row(contacts[i].row(a.id)...)
		}
	}
	if s.orderRows == 0 || s.orders.rows < s.orderRows {
		docs, _ := s.w.history(a)
		for i := range docs {
			if docs[i].date <= s.w.cfg.AsOf {
				orderRows(s.orders, a.id, &docs[i])
			}
		}
	}
	for _, c := range s.w.contracts(a) {
		contractRows(s.contracts, a.id, &c)
	}
	for _, x := range s.w.suppressions(a, contacts) {
		s.suppressions.row(x.row()...)
	}
	if n == min(3, s.w.cfg.Accounts-1) {
		s.plantAll(a, &contacts[0])
	}
}

func monthOf(d postlift.Date) postlift.Date {
	t := d.Time()
	return postlift.NewDate(t.Year(), t.Month(), 1)
}

// writeCosts gives each channel's spend for each month of the history: a part that is spent anyway and a
// part that grows with the customers won.
func (s *writing) writeCosts(t *table) {
	first := monthOf(s.w.start)
	if s.costMonths > 0 {
		first = monthOf(s.w.cfg.AsOf).AddMonths(1 - s.costMonths)
	}
	for month := first; month <= s.w.cfg.AsOf; month = month.AddMonths(1) {
		for i, c := range channels {
			d := s.w.dice("costs", c.name+month.String())
			won := s.won[winKey{i, month}]
			average := float64(s.w.cfg.Accounts) * c.share / (historyMonths + 12)
			spend := c.cost * (.5*average + .6*float64(won)) * d.lognormal(.15)
			leads := int(math.Round(c.leads * (.3*average + .8*float64(won)) * d.lognormal(.2)))
			t.row(c.name, month.String()[:7], amount(postlift.RoundMinor(spend*100), '.'), currency, strconv.Itoa(won), strconv.Itoa(max(leads, won)))
		}
	}
	if s.w.cfg.Accounts > 0 {
		s.plantCost(t, first)
	}
}
