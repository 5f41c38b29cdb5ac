package sim

import (
	"strconv"

	"postlift"
	"postlift/accounts"
)

// Config says which world to invent.
type Config struct {
	Seed     uint64
	Accounts int           // number of customers; below 0 counts as 0
	AsOf     postlift.Date // the last day of the invented history
	Clean    bool          // no deliberately wrong rows
}

// historyMonths is how far the exported orders go back: the invented company changed its order system
// then, and some customers are older.
const historyMonths = 36

// World is an invented company's customers. It holds no data: each account is a pure function of seed
// and number, so a world of any size takes no memory and every part of it can be asked for in any order.
type World struct {
	cfg       Config
	start     postlift.Date // first day of the exported orders
	employees []employee
	nameShift int
	inHome    int // days from posting to the desk
}

// NewWorld makes the world of a seed. One seed, number of accounts and date give the same files and the
// same behaviour wherever and whenever they are made.
func NewWorld(cfg Config) *World {
	cfg.Accounts = max(cfg.Accounts, 0)
	w := &World{cfg: cfg, start: cfg.AsOf.AddMonths(-historyMonths)}
	w.nameShift = w.dice("names", "").IntN(1 << 20)
	w.employees = newEmployees(w.dice("employees", ""), cfg.AsOf)
	w.inHome = accounts.DefaultSettings().Mail.InHomeDays
	return w
}

func (w *World) dice(purpose, key string) dice { return newDice(w.cfg.Seed, purpose, key) }

const firstAccount = 100001

// accountID is the external id of the n-th account, counted from 0.
func accountID(n int) string { return "K-" + strconv.Itoa(firstAccount+n) }

// indexOf finds the number of an account by its external id.
func (w *World) indexOf(id string) (int, bool) {
	if len(id) < 3 || id[:2] != "K-" {
		return 0, false
	}
	n, err := strconv.Atoi(id[2:])
	n -= firstAccount
	return n, err == nil && n >= 0 && n < w.cfg.Accounts && accountID(n) == id
}
