package draw

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"postlift"
)

// Design is how units are assigned to arms.
type Design string

// The designs.
const (
	// Strata holds out an exact share of every stratum of value and segment.
	Strata Design = "strata"
	// Blocks matches units by their margin of the year before, within their segment, and holds out one of every
	// block: pairs (one to one), threes and so on. It is the most precise design for small bases.
	Blocks Design = "pairs"
	// Waves mails everybody in random order; those whose wave has not come yet are the control.
	Waves Design = "waves"
)

// Unit is what is assigned as a whole: a group of accounts.
type Unit struct {
	Key     string
	Value   float64 // ranks the units: expected value
	Segment string
	Pre     float64 // margin of the year before
}

// Request says how to assign.
type Request struct {
	Salt   string
	Design Design  // empty: Strata
	Share  float64 // of Strata: held out, 0 to 0.5
	Block  int     // of Blocks: units a block, 2 to 20; one of each is held out
	Waves  int     // of Waves: 2 to 52
}

// Arm is what a unit was assigned to.
type Arm struct {
	Held       bool
	Stratum    string
	Propensity float64 // of being mailed
	Wave       int     // of Waves: from 1; 0 in other designs
}

// Stratum is what the draw did in one stratum or, with Blocks, with the blocks of one segment.
type Stratum struct {
	Name     string `json:"name"`
	Clusters int    `json:"clusters"`
	Holdout  int    `json:"holdout"`
}

// Assign draws the arms, in the order of units, and the strata in order of their names. The order of units does not
// matter to who is drawn. It is an Invalid fault where the request is out of range, and an error where two units have
// one key or a figure is not finite.
func Assign(units []Unit, r Request) ([]Arm, []Stratum, error) {
	if err := r.validate(); err != nil {
		return nil, nil, err
	}
	order, err := drawOrder(units, r.Salt)
	if err != nil {
		return nil, nil, err
	}
	switch r.Design {
	case Blocks:
		arms, strata := assignBlocks(units, order, r)
		return arms, strata, nil
	case Waves:
		arms, strata := assignWaves(units, order, r)
		return arms, strata, nil
	}
	arms, strata := assignStrata(units, order, r)
	return arms, strata, nil
}

func (r *Request) validate() error {
	bad := func(format string, args ...any) error {
		return postlift.Faultf(postlift.Invalid, "draw.Assign", format, args...)
	}
	switch {
	case r.Salt == "":
		return bad("the draw has no salt")
	case r.Design != "" && r.Design != Strata && r.Design != Blocks && r.Design != Waves:
		return bad("%q is not a design; strata, pairs and waves are", r.Design)
	case r.Design == Blocks && (r.Block < 2 || r.Block > 20):
		return bad("a block of %d is not possible; 2 (one held out for one mailed) to 20 are", r.Block)
	case r.Design == Waves && (r.Waves < 2 || r.Waves > 52):
		return bad("%d waves are not possible; 2 to 52 are", r.Waves)
	case !(r.Share >= 0 && r.Share <= .5):
		return bad("the holdout is %g: a share from 0 to 0.5 is possible", r.Share)
	}
	return nil
}

// placed is a unit with its drawn number.
type placed struct {
	at int // in units
	u  float64
}

// drawOrder sorts the units by their drawn numbers, then by key.
func drawOrder(units []Unit, salt string) ([]placed, error) {
	order := make([]placed, len(units))
	seen := make(map[string]struct{}, len(units))
	for i := range units {
		x := &units[i]
		if _, twice := seen[x.Key]; twice || x.Key == "" {
			return nil, fmt.Errorf("draw.Assign: unit %q comes twice or has no key", x.Key)
		}
		if math.IsNaN(x.Value+x.Pre) || math.IsInf(x.Value+x.Pre, 0) {
			return nil, fmt.Errorf("draw.Assign: unit %q has value %g and margin %g", x.Key, x.Value, x.Pre)
		}
		seen[x.Key] = struct{}{}
		order[i] = placed{i, Uniform(salt, x.Key)}
	}
	slices.SortFunc(order, func(a, b placed) int {
		return cmp.Or(cmp.Compare(a.u, b.u), cmp.Compare(units[a.at].Key, units[b.at].Key))
	})
	return order, nil
}

// assignStrata holds out the first of every stratum in the drawn order.
func assignStrata(units []Unit, order []placed, r Request) ([]Arm, []Stratum) {
	arms := make([]Arm, len(units))
	names := stratify(units, MinStratum(r.Share))
	members := inStrata(names, order)
	strata := make([]Stratum, 0, len(members))
	for name, list := range members {
		n := HoldoutCount(len(list), r.Salt, name, r.Share)
		for i, at := range list {
			arms[at] = Arm{Held: i < n, Stratum: name, Propensity: 1 - r.Share}
		}
		strata = append(strata, Stratum{Name: name, Clusters: len(list), Holdout: n})
	}
	return arms, sorted(strata)
}

// inStrata lists the units of every stratum in the drawn order.
func inStrata(names []string, order []placed) map[string][]int {
	members := map[string][]int{}
	for _, p := range order {
		members[names[p.at]] = append(members[names[p.at]], p.at)
	}
	return members
}

func sorted(strata []Stratum) []Stratum {
	slices.SortFunc(strata, func(a, b Stratum) int { return cmp.Compare(a.Name, b.Name) })
	return strata
}

// assignWaves deals the units of every stratum, in the drawn order, to the waves in turn, so that the waves of a
// stratum differ by at most one unit; the wave to begin with is drawn for each stratum.
func assignWaves(units []Unit, order []placed, r Request) ([]Arm, []Stratum) {
	arms := make([]Arm, len(units))
	members := inStrata(stratify(units, max(leastStratum, 2*r.Waves)), order)
	strata := make([]Stratum, 0, len(members))
	for name, list := range members {
		first := int(Uniform(r.Salt, name) * float64(r.Waves))
		for i, at := range list {
			arms[at] = Arm{Stratum: name, Propensity: 1, Wave: (first+i)%r.Waves + 1}
		}
		strata = append(strata, Stratum{Name: name, Clusters: len(list)})
	}
	return arms, sorted(strata)
}

// assignBlocks forms blocks of neighbours by margin within every segment; what a segment leaves over is matched over
// all segments. Of every full block the one that is drawn first is held out; a last block that is not full holds
// one out with the probability that keeps the share exact.
func assignBlocks(units []Unit, order []placed, r Request) ([]Arm, []Stratum) {
	arms := make([]Arm, len(units))
	rank := make([]int, len(units)) // in the drawn order
	segments := map[string][]int{}
	for i, p := range order {
		rank[p.at] = i
		segments[units[p.at].Segment] = append(segments[units[p.at].Segment], p.at)
	}
	names := make([]string, 0, len(segments))
	for name := range segments {
		names = append(names, name)
	}
	slices.Sort(names)
	b := blocks{units: units, rank: rank, arms: arms, r: r}
	var rest []int
	var strata []Stratum
	for _, name := range names {
		left, s := b.form("pair|"+name, segments[name], false)
		rest = append(rest, left...)
		if s.Clusters > 0 {
			strata = append(strata, s)
		}
	}
	if len(rest) > 0 {
		_, s := b.form("pair rest", rest, true)
		strata = append(strata, s)
	}
	return arms, sorted(strata)
}

type blocks struct {
	units []Unit
	rank  []int
	arms  []Arm
	r     Request
}

// form makes the blocks of a segment and gives what is left over, or with whole makes a smaller last block of it.
// The name of a block is the stratum's and a number.
func (b *blocks) form(stratum string, members []int, whole bool) ([]int, Stratum) {
	slices.SortFunc(members, func(x, y int) int {
		return cmp.Or(cmp.Compare(b.units[y].Pre, b.units[x].Pre), cmp.Compare(b.units[x].Key, b.units[y].Key))
	})
	s := Stratum{Name: stratum}
	for from := 0; from < len(members); from += b.r.Block {
		block := members[from:min(from+b.r.Block, len(members))]
		if len(block) < b.r.Block && !whole {
			return block, s
		}
		name := fmt.Sprintf("%s|%05d", s.Name, from/b.r.Block+1)
		held := HoldoutCount(len(block), b.r.Salt, name, 1/float64(b.r.Block))
		s.Clusters, s.Holdout = s.Clusters+len(block), s.Holdout+held
		first := slices.MinFunc(block, func(x, y int) int { return cmp.Compare(b.rank[x], b.rank[y]) })
		for _, at := range block {
			b.arms[at] = Arm{Held: held == 1 && at == first, Stratum: name, Propensity: 1 - 1/float64(b.r.Block)}
		}
	}
	return nil, s
}
