package renewal

import (
	"cmp"
	"net/url"
	"strings"

	"postlift"
)

// Cell says where a renewal decision belongs: contracts of one cell renew alike. Cells are pooled towards
// their term class and that towards all contracts.
type Cell struct {
	Term  string // of TermClasses
	Group string // product group of the contract's largest line; "" for none
	Size  string // band of the account's size: "1-9", "10-49", "50-249", "250+"; "" where unknown
}

// TermClasses are the classes of terms that renew alike, from the shortest.
var TermClasses = []string{"short", "annual", "long"}

// TermClass is the class of a term: "short" below 12 months, "annual" below 24, else "long".
func TermClass(months int) string {
	switch {
	case months < 12:
		return TermClasses[0]
	case months < 24:
		return TermClasses[1]
	}
	return TermClasses[2]
}

// MarshalText writes "term/group/size", each part with a slash or percent sign in it escaped, so that cells
// can be keys in JSON.
func (c Cell) MarshalText() ([]byte, error) {
	return []byte(url.PathEscape(c.Term) + "/" + url.PathEscape(c.Group) + "/" + url.PathEscape(c.Size)), nil
}

// UnmarshalText reads what MarshalText writes.
func (c *Cell) UnmarshalText(text []byte) error {
	parts := strings.Split(string(text), "/")
	ok := len(parts) == 3
	for i := 0; ok && i < 3; i++ {
		var err error
		parts[i], err = url.PathUnescape(parts[i])
		ok = err == nil
	}
	if !ok {
		return postlift.Faultf(postlift.Invalid, "renewal.Cell", "%q is not a cell of the form term/group/size", text)
	}
	*c = Cell{Term: parts[0], Group: parts[1], Size: parts[2]}
	return nil
}

// compareCells orders cells by term, group and size: results must not depend on the order of a map.
func compareCells(a, b Cell) int {
	return cmp.Or(cmp.Compare(a.Term, b.Term), cmp.Compare(a.Group, b.Group), cmp.Compare(a.Size, b.Size))
}
