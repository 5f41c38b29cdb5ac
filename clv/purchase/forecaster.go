package purchase

// Forecaster predicts for many customers over the same horizons. It keeps what the model makes depend on
// (x, age) alone, so that a million customers cost little more than their distinct ages. It gives what
// Model.Ahead gives. It serves one goroutine; make one for each.
type Forecaster struct {
	model Model
	ts    []float64
	k     int // phases that are kept for a (x, age)
	known map[forecastKey][]float64
	last  forecastKey
	made  []float64 // of the last key
	size  int       // numbers kept
	// scratch and answer
	orders, alive []float64
	futures       map[int]*future // by x
}

type forecastKey struct {
	x   int
	age float64
}

// What is kept is bounded, beyond it a Forecaster starts anew: numbers (64 MB), and futures, each of which may
// grow to some 100 kB.
const (
	forecastLimit = 8 << 20
	futuresLimit  = 512
)

// geometric are the models of this package whose future is a mixture over phases that depend on (x, age) alone.
type geometric interface {
	Model
	future(x int) *future
	phases() int
}

func (m BGNBD) phases() int { return 1 }

// NewForecaster makes one for the given horizons, weeks.
func NewForecaster(m Model, ts []float64) *Forecaster {
	f := &Forecaster{model: m, ts: ts, k: 1, known: map[forecastKey][]float64{}, last: forecastKey{x: -1}, futures: map[int]*future{}}
	f.orders, f.alive = make([]float64, len(ts)), make([]float64, len(ts))
	if g, ok := m.(geometric); ok {
		f.k = g.phases()
	}
	return f
}

// Ahead gives the expected order days up to each horizon and the probability of being alive then, both given
// that the customer is alive at age. The slices hold until the next call and must not be changed.
func (f *Forecaster) Ahead(x int, tx, age float64) (orders, alive []float64) {
	g, mixture := f.model.(geometric)
	if !mixture && f.model.UsesRecency() {
		f.model.Ahead(x, tx, age, f.ts, f.orders, f.alive)
		return f.orders, f.alive
	}
	n := len(f.ts)
	made := f.lookUp(forecastKey{x, age}, tx)
	if f.k == 1 {
		return made[:n], made[n:]
	}
	var w [maxRegularity]float64
	fut := f.of(g, x)
	total := phaseWeights(w[:f.k], fut.size, fut.alpha, age, age-tx)
	for i := range n {
		f.orders[i] = mixed(w[:], made[i*f.k:(i+1)*f.k], total)
		f.alive[i] = min(mixed(w[:], made[(n+i)*f.k:(n+i+1)*f.k], total), 1)
	}
	return f.orders, f.alive
}

// lookUp gives, for each horizon and phase, the orders and then the probabilities of being alive.
func (f *Forecaster) lookUp(key forecastKey, tx float64) []float64 {
	if key == f.last {
		return f.made
	}
	made, ok := f.known[key]
	if !ok {
		made = f.make(key, tx)
		if f.size += len(made); f.size > forecastLimit {
			clear(f.known)
			f.size = len(made)
		}
		f.known[key] = made
	}
	f.last, f.made = key, made
	return made
}

func (f *Forecaster) make(key forecastKey, tx float64) []float64 {
	n := len(f.ts)
	made := make([]float64, 2*n*f.k)
	g, mixture := f.model.(geometric)
	if !mixture {
		f.model.Ahead(key.x, tx, key.age, f.ts, made[:n], made[n:])
		return made
	}
	fut := f.of(g, key.x)
	for i, t := range f.ts {
		fut.at(key.age, t, made[i*f.k:(i+1)*f.k], made[(n+i)*f.k:(n+i+1)*f.k])
	}
	return made
}

// of keeps the future of every x, whose survival sums serve all ages.
func (f *Forecaster) of(g geometric, x int) *future {
	fut, ok := f.futures[x]
	if !ok {
		if len(f.futures) >= futuresLimit {
			clear(f.futures)
		}
		fut = g.future(x)
		f.futures[x] = fut
	}
	return fut
}
