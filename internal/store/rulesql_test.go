package store

import (
	"context"
	"database/sql"
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"postlift"
	"postlift/campaigns"
	"postlift/campaigns/rules"
)

// ruleMaker draws rules over the values that accounts really have.
type ruleMaker struct {
	*rand.Rand
	catalogue *rules.Catalogue
	numbers   map[*rules.Field][]float64
	texts     map[*rules.Field][]string
	saved     map[string]*rules.Node
}

// learn takes the values of an account up.
func (m *ruleMaker) learn(facts *rules.Facts) {
	for _, f := range m.catalogue.Fields() {
		switch v := facts.Value(f, "EUR").(type) {
		case string:
			if f.Type == rules.Day {
				m.numbers[f] = append(m.numbers[f], float64(postlift.MustDate(v)))
			} else {
				m.texts[f] = append(m.texts[f], v)
			}
		case []string:
			m.texts[f] = append(m.texts[f], v...)
		case float64:
			m.numbers[f] = append(m.numbers[f], v)
		case postlift.Money:
			m.numbers[f] = append(m.numbers[f], float64(v.Minor)/100)
		}
	}
}

func (m *ruleMaker) settle() {
	for f, texts := range m.texts {
		m.texts[f] = sortedTexts(texts)
	}
	for f, numbers := range m.numbers {
		slices.Sort(numbers)
		m.numbers[f] = slices.Compact(numbers)
	}
}

// node draws a tree of at most so many levels.
func (m *ruleMaker) node(depth int) *rules.Node {
	if depth == 0 || m.Float64() < .25 {
		return m.clause()
	}
	n := &rules.Node{Op: oneOf(m.Rand, []string{rules.OpAll, rules.OpAll, rules.OpAny, rules.OpAny, rules.OpNone, rules.OpNot})}
	parts := 1
	if n.Op != rules.OpNot {
		parts += m.IntN(3)
	}
	for range parts {
		n.Nodes = append(n.Nodes, m.node(depth-1))
	}
	return n
}

func (m *ruleMaker) clause() *rules.Node {
	switch x := m.Float64(); {
	case x < .03 && len(m.saved) > 0:
		v := rules.TextLiteral(fmt.Sprint("saved ", m.IntN(len(m.saved))))
		return &rules.Node{Op: rules.OpInSegment, Value: &v}
	case x < .06:
		return &rules.Node{Op: rules.OpWithinKM, Near: &rules.Near{KM: float64(1 + m.IntN(40)), Country: "DE", Postcode: "01067"}}
	}
	f := oneOf(m.Rand, m.catalogue.Fields())
	n := &rules.Node{Field: f.Name, Op: oneOf(m.Rand, operatorsOf(f.Type))}
	switch n.Op {
	case rules.OpIsEmpty:
	case rules.OpIn:
		for range 1 + m.IntN(3)*m.IntN(10) {
			n.Values = append(n.Values, m.literal(f, n.Op))
		}
	default:
		v := m.literal(f, n.Op)
		n.Value = &v
	}
	return n
}

func operatorsOf(t rules.FieldType) []string {
	switch t {
	case rules.Boolean:
		return []string{rules.OpEqual, rules.OpNotEqual, rules.OpIsEmpty}
	case rules.Text:
		return []string{rules.OpEqual, rules.OpNotEqual, rules.OpIn, rules.OpContains, rules.OpStartsWith, rules.OpEndsWith, rules.OpIsEmpty}
	case rules.Texts:
		return []string{rules.OpContains, rules.OpIn, rules.OpIsEmpty}
	}
	return []string{rules.OpEqual, rules.OpNotEqual, rules.OpLess, rules.OpAtMost, rules.OpGreater, rules.OpAtLeast, rules.OpIn, rules.OpIsEmpty}
}

func (m *ruleMaker) literal(f *rules.Field, op string) rules.Literal {
	switch f.Type {
	case rules.Boolean:
		return rules.BoolLiteral(m.IntN(2) == 0)
	case rules.Text, rules.Texts:
		return rules.TextLiteral(m.text(f, op))
	case rules.Day:
		return m.date(f)
	}
	v := float64(m.IntN(100))
	if known := m.numbers[f]; len(known) > 0 && m.Float64() < .9 {
		v = oneOf(m.Rand, known)
	}
	switch m.IntN(8) {
	case 0:
		v++
	case 1:
		v -= .5
	case 2:
		v = math.Nextafter(v, 0)
	case 3:
		v = oneOf(m.Rand, []float64{1e15, -1e15, 0, -1, 1e7, -1e7})
	}
	if f.Type == rules.Amount {
		v = math.Round(v*100) / 100
	}
	return rules.NumberLiteral(max(-1e15, min(1e15, v)))
}

func (m *ruleMaker) date(f *rules.Field) rules.Literal {
	if m.Float64() < .3 {
		return rules.RelativeLiteral(oneOf(m.Rand, []rules.Relative{{}, {Days: -365}, {Days: 60}, {Months: -12}, {Months: 3}, {Months: -1200}}))
	}
	d := planDay
	if known := m.numbers[f]; len(known) > 0 {
		d = postlift.Date(oneOf(m.Rand, known))
	}
	return rules.TextLiteral(d.AddDays(max(m.IntN(5)-2, 0)).String())
}

// text is one of the field's texts or, for a comparison of parts, a part of one.
func (m *ruleMaker) text(f *rules.Field, op string) string {
	known := m.texts[f]
	if len(f.Values) > 0 {
		known = nil
		for _, v := range f.Values {
			known = append(known, v.Value)
		}
	}
	if len(known) == 0 || f.Pattern == "" && len(f.Values) == 0 && m.Float64() < .1 {
		known = []string{"DE", "%", "_", "x'\"\\", "Ä", "543", "de"}
	}
	s := []rune(oneOf(m.Rand, known))
	if f.Type == rules.Text && (op == rules.OpContains || op == rules.OpStartsWith || op == rules.OpEndsWith) {
		from := m.IntN(len(s))
		s = s[from : from+1+m.IntN(len(s)-from)]
		if op == rules.OpStartsWith && m.IntN(2) == 0 {
			s = []rune(oneOf(m.Rand, known))[:1]
		}
	}
	return string(s)
}

// terms draws bound rules, saved ones first to which the others refer.
func (m *ruleMaker) terms(t *testing.T, n int) []*rules.Term {
	t.Helper()
	binding := rules.Binding{AsOf: planDay, Currency: "EUR", Segment: func(name string) (*rules.Node, error) { return m.saved[name], nil },
		Near: func(near rules.Near) ([]string, error) { // some circles hold few places, some many, some none
			places := []string{"DE-01067", "AT-8001", "CH-8001"}[:int(near.KM)%4]
			for i := range int(near.KM) {
				places = append(places, fmt.Sprintf("DE-%05d", i*41+1067%(i+1)))
			}
			if int(near.KM)%5 == 0 {
				return nil, nil
			}
			return places, nil
		}}
	var terms []*rules.Term
	for tries := 0; len(terms) < n; tries++ {
		if tries > 2*n {
			t.Fatalf("of %d rules only %d are valid", tries, len(terms))
		}
		node := m.node(3)
		term, err := m.catalogue.Bind(node, binding)
		if err != nil {
			continue
		}
		terms = append(terms, term)
		if len(m.saved) < 20 {
			m.saved[fmt.Sprint("saved ", len(m.saved))] = node
		}
	}
	return terms
}

// taken is which accounts each rule takes: a digit for each account, in the order of ids.
type takenBy [][]byte

// TestRulesAgree holds SQL, closures and explanations against each other, on both engines: random rules over all
// fields and operators, on accounts of which much is not known.
func TestRulesAgree(t *testing.T) {
	count, people := 10000, 200
	if testing.Short() {
		count = 1000
	}
	var digests []string
	eachEngine(t, func(t *testing.T, s *Store) {
		ctx := context.Background()
		makeOddWorld(t, s, 7, people)
		if err := s.RefreshFeatures(ctx, planDay); err != nil {
			t.Fatal(err)
		}
		m := &ruleMaker{Rand: rand.New(rand.NewPCG(11, 2)), catalogue: rules.Builtin().With(ruleAttributes),
			numbers: map[*rules.Field][]float64{}, texts: map[*rules.Field][]string{}, saved: map[string]*rules.Node{}}
		each := func(term *rules.Term, fn func(a *campaigns.AccountFacts)) {
			t.Helper()
			if err := s.EachMatch(ctx, m.catalogue, term, m.catalogue.Fields(), planDay, func(a *campaigns.AccountFacts) error { fn(a); return nil }); err != nil {
				t.Fatal(err)
			}
		}
		each(nil, func(a *campaigns.AccountFacts) { m.learn(a.Facts) })
		m.settle()
		terms := m.terms(t, count)
		want := evaluated(t, terms, people, func(fn func(a *campaigns.AccountFacts)) { each(nil, fn) })
		got := s.takenInSQL(t, terms)
		for i := range terms {
			if string(got[i]) != string(want[i]) {
				t.Fatalf("%s\nSQL      %s\nclosures %s\n%s", terms[i].Node.Text(), got[i], want[i], first(s.ruleSQL(terms[i], planDay, false)).where)
			}
		}
		for i := 0; i < count; i += count / 100 {
			s.takenAlone(t, terms[i], want[i])
			at := 0
			each(terms[i], func(a *campaigns.AccountFacts) {
				if at++; want[i][a.AccountID-1] != '1' {
					t.Errorf("%s streams account %d", terms[i].Node.Text(), a.AccountID)
				}
			})
		}
		sometimes(t, want)
		digests = append(digests, digest(terms, want))
	})
	if len(digests) == 2 && digests[0] != digests[1] {
		t.Errorf("the engines disagree: %s and %s", digests[0], digests[1])
	}
}

func first[T any](v T, _ error) T { return v }

// evaluated asks the closures, and the explanation of one rule for each account.
func evaluated(t *testing.T, terms []*rules.Term, people int, each func(func(*campaigns.AccountFacts))) takenBy {
	t.Helper()
	by := make(takenBy, len(terms))
	predicates := make([]rules.Predicate, len(terms))
	for i, term := range terms {
		by[i], predicates[i] = make([]byte, 0, people), term.Compile()
	}
	each(func(a *campaigns.AccountFacts) {
		for i, takes := range predicates {
			met := takes(a.Facts)
			by[i] = append(by[i], map[bool]byte{false: '0', true: '1'}[met])
			if i%people == int(a.AccountID)%people && (terms[i].Explain(a.Facts, "EUR").Outcome == rules.Met) != met {
				t.Errorf("%s: explained otherwise than evaluated (%v) for account %d", terms[i].Node.Text(), met, a.AccountID)
			}
		}
	})
	return by
}

// takenInSQL asks the database, many rules a statement.
func (s *Store) takenInSQL(t *testing.T, terms []*rules.Term) takenBy {
	t.Helper()
	by := make(takenBy, 0, len(terms))
	for some := range slices.Chunk(terms, 100) {
		w := s.newRuleWriter(planDay)
		columns := make([]string, len(some))
		for i, term := range some {
			condition, err := w.write(term)
			if err != nil {
				t.Fatal(err)
			}
			columns[i] = "CASE WHEN " + condition + " THEN '1' ELSE '0' END"
		}
		clear(w.needs) // each rule has its own
		rows, err := s.queryRead(context.Background(), "SELECT "+strings.Join(columns, ",\n")+"\nFROM "+w.from(false)+"\nORDER BY a.id", w.args...)
		found, values, targets := make(takenBy, len(some)), make([]string, len(some)), make([]any, len(some))
		for i := range values {
			targets[i] = &values[i]
		}
		must(t, eachRow(rows, err, func(r *sql.Rows) error {
			err := r.Scan(targets...)
			for i, v := range values {
				found[i] = append(found[i], v...)
			}
			return err
		}))
		by = append(by, found...)
	}
	return by
}

// takenAlone asks for one rule as the program does: a count, and the ids among some accounts.
func (s *Store) takenAlone(t *testing.T, term *rules.Term, want []byte) {
	t.Helper()
	ctx, all := context.Background(), strings.Count(string(want), "1")
	matched, people, err := s.CountMatches(ctx, term, planDay)
	if err != nil || matched != all || people != len(want) {
		t.Errorf("%s counts %d of %d, %v; want %d of %d", term.Node.Text(), matched, people, err, all, len(want))
	}
	q, err := s.ruleSQL(term, planDay, true)
	if err != nil {
		t.Fatal(err)
	}
	var ids, taken, odd []int64
	for i, v := range want {
		if id := int64(i + 1); id%2 == 1 {
			if odd = append(odd, id); v == '1' {
				taken = append(taken, id)
			}
		}
	}
	rows, err := s.queryRead(ctx, s.idList()+"SELECT a.id FROM "+q.from+" WHERE "+q.where+" ORDER BY a.id", append([]any{idParameter(odd)}, q.args...)...)
	must(t, eachRow(rows, err, func(r *sql.Rows) error {
		var id int64
		err := r.Scan(&id)
		ids = append(ids, id)
		return err
	}))
	if !slices.Equal(ids, taken) {
		t.Errorf("%s takes %v of the odd ids, want %v", term.Node.Text(), ids, taken)
	}
}

// sometimes sees to it that the rules mean something: enough of them take some accounts and leave others.
func sometimes(t *testing.T, by takenBy) {
	t.Helper()
	mixed := 0
	for _, accounts := range by {
		if strings.Contains(string(accounts), "0") && strings.Contains(string(accounts), "1") {
			mixed++
		}
	}
	if mixed < len(by)/2 {
		t.Errorf("only %d of %d rules tell accounts apart", mixed, len(by))
	}
}

func digest(terms []*rules.Term, by takenBy) string {
	h := fnv.New64a()
	for i, accounts := range by {
		fmt.Fprintf(h, "%s %s\n", terms[i].Node.Text(), accounts)
	}
	return fmt.Sprintf("%x", h.Sum64())
}
