package campaigns

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math"
	"slices"
)

// Draw is the uniform number in [0, 1) of an id under a salt: the first 8 bytes, big-endian, of
// SHA-256("salt|id"), over 2^64. The same salt and id give the same number everywhere.
func Draw(salt, id string) float64 {
	sum := sha256.Sum256([]byte(salt + "|" + id))
	return float64(binary.BigEndian.Uint64(sum[:8])) / (1 << 64)
}

// InGlobalControl tells whether a group belongs to the year's global control: never mailed advertising
// in that year, then released and drawn anew.
func InGlobalControl(groupKey string, year int, share float64) bool {
	return share > 0 && Draw(fmt.Sprintf("global-%d", year), groupKey) < share
}

// minStratum is the number of clusters below which a stratum is merged.
const minStratum = 20

// cluster is one group of accounts that is held out or mailed as a whole.
type cluster struct {
	key     string
	decile  int
	segment string
	stratum string
}

// Stratum is what the holdout did in one stratum.
type Stratum struct {
	Name     string `json:"name"`
	Clusters int    `json:"clusters"`
	Holdout  int    `json:"holdout"`
}

// stratify names each cluster's stratum: value decile by segment. Strata below minStratum clusters are
// merged, first over the segments of their decile, then with the following deciles until they are large
// enough; what is left at the end joins the stratum formed before it.
func stratify(clusters []cluster) {
	cells := map[string][]int{}
	for i, c := range clusters {
		name := fmt.Sprintf("%02d|%s", c.decile, c.segment)
		cells[name] = append(cells[name], i)
	}
	rest := map[int][]int{}
	deciles := map[int]bool{}
	for name, members := range cells {
		d := clusters[members[0]].decile
		deciles[d] = true
		if len(members) < minStratum {
			rest[d] = append(rest[d], members...)
			continue
		}
		for _, i := range members {
			clusters[i].stratum = name
		}
	}
	mergeRests(clusters, rest, deciles)
}

func mergeRests(clusters []cluster, rest map[int][]int, deciles map[int]bool) {
	order := make([]int, 0, len(deciles))
	for d := range deciles {
		order = append(order, d)
	}
	slices.Sort(order)
	var pending, formed []int // formed is the last merged stratum
	first := 0
	for _, d := range order {
		if len(rest[d]) == 0 {
			continue
		}
		if len(pending) == 0 {
			first = d
		}
		pending = append(pending, rest[d]...)
		if len(pending) >= minStratum {
			name(clusters, pending, first, d)
			formed, pending = pending, nil
		}
	}
	if len(pending) == 0 {
		return
	}
	last := order[len(order)-1]
	switch {
	case len(formed) > 0:
		all := append(slices.Clone(formed), pending...)
		first = 10
		for _, i := range formed {
			first = min(first, clusters[i].decile)
		}
		name(clusters, all, first, last)
	default:
		joinLargest(clusters, pending, first, last)
	}
}

// name gives merged clusters one stratum: "03|*" within a decile, "03-05|*" over several.
func name(clusters []cluster, members []int, from, to int) {
	s := fmt.Sprintf("%02d|*", from)
	if to != from {
		s = fmt.Sprintf("%02d-%02d|*", from, to)
	}
	for _, i := range members {
		clusters[i].stratum = s
	}
}

// joinLargest puts a rest that found no merged stratum into the nearest full stratum below or above its
// decile (by name, so that it is always the same one), or leaves it by itself where there is none.
func joinLargest(clusters []cluster, members []int, from, to int) {
	best, distance := "", math.MaxInt
	for _, c := range clusters {
		if c.stratum == "" {
			continue
		}
		d := max(c.decile-to, from-c.decile, 0)
		if d < distance || d == distance && c.stratum < best {
			best, distance = c.stratum, d
		}
	}
	if best == "" {
		name(clusters, members, from, to)
		return
	}
	for _, i := range members {
		clusters[i].stratum = best
	}
}

// drawHoldout decides which clusters are held out: within each stratum they are sorted by Draw(salt,
// cluster) and the first floor(h n) are held out, plus one when Draw(salt, stratum) is below the
// fraction, so that the expectation is exactly h n. It returns the held-out keys and the strata in
// order of name.
func drawHoldout(clusters []cluster, salt string, h float64) (map[string]bool, []Stratum) {
	byStratum := map[string][]string{}
	for _, c := range clusters {
		byStratum[c.stratum] = append(byStratum[c.stratum], c.key)
	}
	held := map[string]bool{}
	var strata []Stratum
	for stratum, keys := range byStratum {
		u := make(map[string]float64, len(keys))
		for _, k := range keys {
			u[k] = Draw(salt, k)
		}
		slices.SortFunc(keys, func(a, b string) int { return cmp.Or(cmp.Compare(u[a], u[b]), cmp.Compare(a, b)) })
		n := holdoutCount(len(keys), salt, stratum, h)
		for _, k := range keys[:n] {
			held[k] = true
		}
		strata = append(strata, Stratum{Name: stratum, Clusters: len(keys), Holdout: n})
	}
	slices.SortFunc(strata, func(a, b Stratum) int { return cmp.Compare(a.Name, b.Name) })
	return held, strata
}

func holdoutCount(n int, salt, stratum string, h float64) int {
	whole, fraction := math.Modf(h*float64(n) + 1e-9) // .2 times 35 is 7, not 6.999…
	count := int(whole)
	if fraction > 1e-6 && Draw(salt, stratum) < fraction {
		count++
	}
	return min(count, n)
}
