package renewal

// Choice is what the models make of one table of decisions.
type Choice struct {
	Fits   []Fitted  // from the simplest to the richest model
	AIC    []float64 // by fit; lower is better
	Scores []float64 // mean log score by fit on later decisions; nil where there are none
	Best   int       // index of the chosen fit
	By     string    // what decided: ByAIC or ByScore
}

// What decides between models.
const (
	ByAIC   = "aic"             // Akaike's criterion on the decisions fitted to
	ByScore = "log_score_later" // mean log score on later decisions
)

// Chosen is the chosen fit.
func (c Choice) Chosen() Fitted { return c.Fits[c.Best] }

// Choose fits every model and takes the one with the lowest AIC; on a tie the simpler one. A model that needed
// a prior where a simpler one did not is fitted and reported, but not chosen. A table without decisions is an
// Invalid fault.
func Choose(t *Table) (Choice, error) {
	c := Choice{By: ByAIC}
	for _, name := range Names() {
		f, err := Fit(name, t)
		if err != nil {
			return Choice{}, err
		}
		c.Fits = append(c.Fits, f)
		c.AIC = append(c.AIC, f.AIC())
	}
	for i := range c.Fits {
		if c.AIC[i] < c.AIC[c.Best] && !c.Fits[i].PriorUsed {
			c.Best = i
		}
	}
	return c, nil
}

// ChooseLater fits every model to past decisions and takes the one with the highest mean log score on later
// ones; on a tie the simpler one. Without later decisions AIC decides.
func ChooseLater(past, later *Table) (Choice, error) {
	c, err := Choose(past)
	if err != nil {
		return Choice{}, err
	}
	if err := later.check(); err != nil {
		return Choice{}, err
	}
	if e, r := later.Totals(); e+r == 0 {
		return c, nil
	}
	c.By, c.Best = ByScore, 0
	for i := range c.Fits {
		c.Scores = append(c.Scores, LogScore(c.Fits[i].Model, later))
		if c.Scores[i] > c.Scores[c.Best] {
			c.Best = i
		}
	}
	return c, nil
}
