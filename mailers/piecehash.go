package mailers

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"sync"

	"postlift/mailers/letter"
)

// pieceHash is the sha256 over all that decides a piece's print: the design and its data, as the database gives them
// back. It is made for every piece that is rendered, so it writes the values by itself, without the detours of encoding/json.
func pieceHash(designSHA256 string, p letter.Piece) (string, error) {
	c := canons.Get().(*canon)
	defer canons.Put(c)
	c.b = c.b[:0]
	for _, s := range [...]string{designSHA256, p.ID, p.BatchID, p.Language, p.TrackingURL, p.Code, p.MatchCode, p.Kind} {
		c.text(s)
	}
	c.b = strconv.AppendInt(c.b, int64(p.Seq), 10)
	c.b = append(strconv.AppendInt(append(c.b, 'l'), int64(len(p.Address)), 10), ':')
	for _, l := range p.Address {
		c.text(l)
	}
	if err := c.value(p.Merge); err != nil {
		return "", fmt.Errorf("mailers: piece %s: %w", p.ID, err)
	}
	sum := sha256.Sum256(c.b)
	return hex.EncodeToString(sum[:]), nil
}

// canon writes values so that different ones never read alike: a letter for the kind, lengths before texts and
// lists, the names of a group in order.
type canon struct {
	b    []byte
	keys []string // a stack: each open group has its names on it
}

var canons = sync.Pool{New: func() any { return new(canon) }}

func (c *canon) text(s string) {
	c.b = append(strconv.AppendInt(append(c.b, 's'), int64(len(s)), 10), ':')
	c.b = append(c.b, s...)
}

// value writes what a JSON document decodes to.
func (c *canon) value(v any) error {
	switch x := v.(type) {
	case nil:
		c.b = append(c.b, 'n')
	case string:
		c.text(x)
	case bool:
		c.b = strconv.AppendBool(append(c.b, 'b'), x)
	case int: // as the document would give it back
		return c.value(float64(x))
	case int64:
		return c.value(float64(x))
	case float64:
		c.b = append(strconv.AppendFloat(append(c.b, 'f'), x, 'g', -1, 64), ' ')
	case []any:
		c.b = append(strconv.AppendInt(append(c.b, 'l'), int64(len(x)), 10), ':')
		for _, e := range x {
			if err := c.value(e); err != nil {
				return err
			}
		}
	case map[string]any:
		return c.group(x)
	default:
		return fmt.Errorf("a value of type %T is not one that JSON decodes to", v)
	}
	return nil
}

func (c *canon) group(m map[string]any) error {
	from := len(c.keys)
	for k := range m {
		c.keys = append(c.keys, k)
	}
	to := len(c.keys)
	slices.Sort(c.keys[from:to])
	defer func() { c.keys = c.keys[:from] }()
	c.b = append(strconv.AppendInt(append(c.b, 'm'), int64(len(m)), 10), ':')
	for i := from; i < to; i++ {
		k := c.keys[i]
		c.text(k)
		if err := c.value(m[k]); err != nil {
			return err
		}
	}
	return nil
}
