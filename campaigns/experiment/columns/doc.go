// Package columns analyses a randomised experiment that is given as a table, a row for each account or person: it
// reads the table into columns, finds out how the test was drawn from the columns named, checks it, and compares every
// arm with the control. It is pure but for reading from an io.Reader; it may import the root package, accounts/csvfile
// and package experiment.
package columns

// Roles name the columns of a table by what they hold; "" for none. Arm, Control and Outcome are needed.
type Roles struct {
	Arm         string
	Control     string // value of Arm, not a column
	Outcome     string
	Covariates  []string // known before the draw
	Denominator string   // the effect is on sum of Outcome by sum of Denominator
	Cluster     string   // drawn as a whole
	Stratum     string   // drawn apart from the others
	Pair        string   // matched pair or block
	Propensity  string   // chance of the row to be in its arm's treatment rather than the control, for both arms' rows
	Delivered   string   // 1 where what was assigned arrived, 0 where not
}

// Codes is a column of names: for each row the place of its name.
type Codes struct {
	Of    []int32
	Names []string
}

// Table is a file's columns. Optional ones are nil.
type Table struct {
	Roles       Roles
	Rows        int
	Separator   string
	Decimal     string // sign of the outcome
	Arm         Codes
	Outcome     []float64
	Covariates  [][]float64
	Denominator []float64
	Propensity  []float64
	Delivered   []float64
	Cluster     *Codes
	Stratum     *Codes
	Pair        *Codes
}

// Options adjust an analysis.
type Options struct {
	Weights    map[string]float64 // planned sizes of the arms, in proportion; nil: not known
	Sequential bool               // the verdict is decided on the always-valid interval
	Tuned      float64            // units at which that is tightest; 0: 5,000
	Resamples  int                // below 0: by the number of units, see experiment.Resamples; 0: none
	Seed       uint64
}
