package renewal_test

import (
	"math/rand/v2"
	"os"
	"strconv"
	"testing"

	"postlift/clv/renewal"
)

// TestRecoverSBG: at 3,000 contracts the 95 % intervals hold the truth about 95 times in 100. With 400 sets the
// binomial standard error is 1.1 points, so 92 to 98 % are four errors wide at most; POSTLIFT_RECOVERY sets
// another number of sets, and from 4,000 on the bounds are 93 to 97 %.
func TestRecoverSBG(t *testing.T) {
	sets, lo, hi := 400, .92, .98
	if n, err := strconv.Atoi(os.Getenv("POSTLIFT_RECOVERY")); err == nil && n > 0 {
		sets = n
		if n >= 4000 {
			lo, hi = .93, .97
		}
	}
	c := renewal.RecoverSBG(sets, 3000, rand.New(rand.NewPCG(11, 12)))
	t.Logf("%+v", c)
	if len(c.Covered) != 4 || c.Failed > 0 {
		t.Fatalf("%+v: want four parameters and no failed fit", c)
	}
	for name, share := range c.Covered {
		if share < lo || share > hi {
			t.Errorf("%s: %.1f %% of intervals hold the truth, want %.0f to %.0f", name, 100*share, 100*lo, 100*hi)
		}
		if b := c.Bias[name]; b > .03 || b < -.03 {
			t.Errorf("%s: biased by %.1f %%", name, 100*b)
		}
	}
}
