package colour

import "testing"

// The most that littlecms (transicc, relative, Lab in steps of 5, 16 and 16) prints with FOGRA39L_coated.icc is 316.7 %.
func TestInkLimitIsTheProfiles(t *testing.T) {
	p := fogra39(t)
	limit, err := p.InkLimit()
	if err != nil || limit < 315 || limit > 319 {
		t.Errorf("at most %d %% ink, %v", limit, err)
	}
	tr, err := NewTransform(nil, p, RelativeBPC)
	if err != nil {
		t.Fatal(err)
	}
	if most := tr.MaxInk(); most > limit {
		t.Errorf("the conversion prints %d %%, the profile at most %d %%", most, limit)
	}
}
