package recovery_test

import (
	"context"
	"errors"
	"math"
	"reflect"
	"runtime"
	"testing"

	"postlift"
	"postlift/clv/recovery"
)

// TestCoverage is a small version of the whole measurement: with 400 data sets a share of 95 % has a binomial
// standard error of 1.1 points, and three of them are allowed. The fits' bias at 1,500 customers is the known
// one of maximum likelihood, a few per cent upwards for a and b.
func TestCoverage(t *testing.T) {
	const sets = 400
	off := 3 * math.Sqrt(.95*.05/sets)
	for _, model := range recovery.Names() {
		r, err := recovery.Run(t.Context(), model, recovery.Options{Sets: sets, Customers: 1500, Seed: 1})
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%+v", r)
		if len(r.Parameters) != 4 || r.Failed > 0 || r.Flagged > 0 {
			t.Errorf("%s: %+v: want four parameters of fits without a prior", model, r)
		}
		for _, p := range r.Parameters {
			if math.Abs(p.Covered-.95) > off {
				t.Errorf("%s: %.1f %% of intervals hold %s", model, 100*p.Covered, p.Name)
			}
			if math.Abs(p.Bias) > .1 {
				t.Errorf("%s: %s is biased by %.1f %%", model, p.Name, 100*p.Bias)
			}
		}
	}
}

// TestAnyNumberOfCores: the seed decides alone.
func TestAnyNumberOfCores(t *testing.T) {
	for _, model := range recovery.Names() {
		opt := recovery.Options{Sets: 50, Customers: 300, Seed: 7}
		before := runtime.GOMAXPROCS(1)
		one, err := recovery.Run(t.Context(), model, opt)
		runtime.GOMAXPROCS(3)
		three, err3 := recovery.Run(t.Context(), model, opt)
		runtime.GOMAXPROCS(before)
		if err != nil || err3 != nil || !reflect.DeepEqual(one, three) {
			t.Errorf("one core gives %+v (%v), three give %+v (%v)", one, err, three, err3)
		}
		opt.Seed = 8
		if other, _ := recovery.Run(t.Context(), model, opt); reflect.DeepEqual(one.Parameters, other.Parameters) {
			t.Errorf("%s: another seed gives the same", model)
		}
	}
}

// TestStops: with its context done nothing is measured.
func TestStops(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if _, err := recovery.Run(ctx, recovery.ModelBGNBD, recovery.Options{Sets: 1_000_000_000, Customers: 3000}); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

// TestRefused: what cannot be measured is a fault.
func TestRefused(t *testing.T) {
	for _, c := range []struct {
		model           string
		sets, customers int
	}{{"crystal-ball", 1, 1}, {recovery.ModelSBG, 0, 10}, {recovery.ModelBGNBD, 10, 0}} {
		_, err := recovery.Run(t.Context(), c.model, recovery.Options{Sets: c.sets, Customers: c.customers})
		if postlift.KindOf(err) != postlift.Invalid {
			t.Errorf("%+v: %v", c, err)
		}
	}
}
