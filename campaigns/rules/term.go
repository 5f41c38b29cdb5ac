package rules

import (
	"fmt"
	"slices"
	"strings"

	"postlift"
)

// Term is a bound condition: everything that a Node leaves open is settled. Fields are resolved, literals are in
// the unit of their slot (money in minor units, dates as day numbers, booleans 0 and 1), relative dates are days,
// references to saved rules hold the rule's own terms, circles are lists of places. Its Op is one of OpAll, OpAny,
// OpNot (one Term), OpInSegment (one Term: the saved rule's), the comparisons, OpIn, OpContains, OpStartsWith,
// OpEndsWith and OpIsEmpty. OpNone becomes not any, OpWithinKM becomes OpIn over PlaceField.
//
// A Term's truth is three-valued as Node says, except OpInSegment: it is true where the saved rule is true and
// false otherwise, as an account either is in a segment or is not.
type Term struct {
	Op      string
	Terms   []*Term
	Field   *Field
	Number  float64
	Numbers []float64
	Text    string
	Texts   []string
	Node    *Node // what it was made from; a text or a sentence of it is shown to people
}

// PlaceField is the feature that circles are looked up in: country and postcode of the main site as "DE-70173".
const PlaceField = "place"

// maxTerms bounds a rule with everything that it refers to.
const maxTerms = 20000

// maxTermValues bounds the values of its lists and circles.
const maxTermValues = 500_000

// maxSegmentDepth bounds how far saved rules may refer to others.
const maxSegmentDepth = 16

// maxCircles bounds its different circles: each is looked up among all places.
const maxCircles = 50

// Binding is what a rule leaves open until it is asked.
type Binding struct {
	Name     string // under which the rule is saved or about to be; "" for one without a name
	AsOf     postlift.Date
	Currency string // reporting currency: literals of money are its major units
	// Segment finds a saved rule by its name; NotFound where there is none.
	Segment func(name string) (*Node, error)
	// Near lists the places (as PlaceField has them) whose centre lies in a circle; NotFound where the centre's
	// postcode is not known.
	Near func(Near) ([]string, error)
}

// Bind checks a tree against the catalogue and settles what it leaves open. A fault names a saved rule that does
// not exist or refers to itself, an unknown place, and a rule that grows too large with what it refers to.
func (c *Catalogue) Bind(n *Node, b Binding) (*Term, error) {
	if err := c.Check(n); err != nil {
		return nil, err
	}
	all := &binder{catalogue: c, Binding: b, places: map[Near][]string{}, saved: map[string]*Node{}}
	if b.Name != "" {
		all.path = []string{b.Name}
	}
	return all.bind(n)
}

type binder struct {
	Binding
	catalogue *Catalogue
	path      []string // saved rules that are being bound
	places    map[Near][]string
	saved     map[string]*Node // found and checked
	count     int
	values    int
}

// grow counts what the bound rule holds.
func (b *binder) grow(terms, values int) error {
	b.count += terms
	b.values += values
	switch {
	case b.count > maxTerms:
		return ruleFault("with the saved rules that it refers to the rule has more than %d conditions: refer to fewer", maxTerms)
	case b.values > maxTermValues:
		return ruleFault("the lists and circles of the rule, with the saved rules that it refers to, hold more than %d values: refer to fewer or draw smaller circles", maxTermValues)
	}
	return nil
}

func (b *binder) bind(n *Node) (*Term, error) {
	if err := b.grow(1, len(n.Values)); err != nil {
		return nil, err
	}
	t := &Term{Op: n.Op, Node: n}
	switch n.Op {
	case OpAll, OpAny, OpNot, OpNone:
		return b.bindGroup(t, n)
	case OpInSegment:
		return b.bindSegment(t, n)
	case OpWithinKM:
		return b.bindNear(t, n)
	}
	f, _ := b.catalogue.Field(n.Field)
	t.Field = f
	if n.Value != nil {
		t.Number, t.Text = b.value(f, *n.Value)
	}
	for _, v := range n.Values {
		number, text := b.value(f, v)
		if f.Type == Text || f.Type == Texts {
			t.Texts = append(t.Texts, text)
		} else {
			t.Numbers = append(t.Numbers, number)
		}
	}
	return t, nil
}

func (b *binder) bindGroup(t *Term, n *Node) (*Term, error) {
	for _, c := range n.Nodes {
		part, err := b.bind(c)
		if err != nil {
			return nil, err
		}
		t.Terms = append(t.Terms, part)
	}
	if n.Op == OpNone {
		t.Op = OpAny
		return &Term{Op: OpNot, Terms: []*Term{t}, Node: n}, nil
	}
	return t, nil
}

func (b *binder) bindSegment(t *Term, n *Node) (*Term, error) {
	name := n.Value.text
	if slices.Contains(b.path, name) {
		return nil, ruleFault("the saved rule %q refers to itself: %s", name, strings.Join(append(slices.Clone(b.path), name), " → "))
	}
	if len(b.path) == maxSegmentDepth {
		return nil, ruleFault("saved rules refer to each other more than %d deep: %s", maxSegmentDepth, strings.Join(b.path, " → "))
	}
	saved, err := b.segment(name)
	if err != nil {
		return nil, err
	}
	b.path = append(b.path, name)
	defer func() { b.path = b.path[:len(b.path)-1] }()
	inner, err := b.bind(saved)
	t.Terms = []*Term{inner}
	return t, err
}

// segment finds a saved rule and checks it, each once.
func (b *binder) segment(name string) (*Node, error) {
	if n, ok := b.saved[name]; ok {
		return n, nil
	}
	if b.Segment == nil {
		return nil, ruleFault("in_segment(%q): saved rules are not available here", name)
	}
	n, err := b.Segment(name)
	if err != nil {
		return nil, err
	}
	if err := b.catalogue.Check(n); err != nil {
		return nil, postlift.Wrap("rules.Bind", fmt.Sprintf("saved rule %q: %s", name, postlift.UserText(err)), err)
	}
	b.saved[name] = n
	return n, nil
}

func (b *binder) bindNear(t *Term, n *Node) (*Term, error) {
	f, ok := b.catalogue.Field(PlaceField)
	if !ok || b.Near == nil {
		return nil, ruleFault("within_km: places are not available here")
	}
	places, known := b.places[*n.Near]
	if !known {
		if len(b.places) == maxCircles {
			return nil, ruleFault("the rule, with the saved rules that it refers to, has more than %d circles: use fewer", maxCircles)
		}
		found, err := b.Near(*n.Near)
		if err != nil {
			return nil, err
		}
		b.places[*n.Near], places = found, found
	}
	if err := b.grow(0, len(places)); err != nil {
		return nil, err
	}
	t.Op, t.Field, t.Texts = OpIn, f, places
	return t, nil
}

// value is a literal in the unit of the field's slot.
func (b *binder) value(f *Field, l Literal) (float64, string) {
	switch f.Type {
	case Text, Texts:
		return 0, l.text
	case Amount:
		return float64(postlift.FromMajor(l.num, b.Currency).Minor), ""
	case Boolean:
		if l.yes {
			return 1, ""
		}
		return 0, ""
	case Day:
		return float64(b.day(l)), ""
	}
	return l.num, ""
}

func (b *binder) day(l Literal) postlift.Date {
	if l.kind == relativeLiteral {
		return b.AsOf.AddMonths(l.relative.Months).AddDays(l.relative.Days)
	}
	d, err := postlift.ParseDate(l.text)
	if err != nil {
		return 0 // Check has refused such a literal
	}
	return d
}

// Segments lists the saved rules that a bound rule refers to, also through others, each once, in the order met.
func (t *Term) Segments() []string {
	var names []string
	t.walk(func(t *Term) {
		if t.Op == OpInSegment && !slices.Contains(names, t.Node.Value.text) {
			names = append(names, t.Node.Value.text)
		}
	})
	return names
}

// Fields lists the features that a bound rule reads, those of saved rules too, in catalogue order.
func (t *Term) Fields() []*Field {
	seen := map[*Field]bool{}
	t.walk(func(t *Term) {
		if t.Field != nil {
			seen[t.Field] = true
		}
	})
	fields := make([]*Field, 0, len(seen))
	for f := range seen {
		fields = append(fields, f)
	}
	slices.SortFunc(fields, func(a, b *Field) int { return a.index - b.index })
	return fields
}

func (t *Term) walk(visit func(*Term)) {
	visit(t)
	for _, part := range t.Terms {
		part.walk(visit)
	}
}
