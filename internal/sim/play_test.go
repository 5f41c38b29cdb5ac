package sim

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"postlift"
)

var posted = postlift.MustDate("2026-02-09")

// mailing makes a win-back mailing of a world: of the active companies with a last order more than 120 days
// ago, one in five held out.
func mailing(w *World) (pieces []Posted, list []Assignment) {
	for n := range w.cfg.Accounts {
		a := w.account(n)
		docs, _ := w.history(a)
		var last postlift.Date
		for i := range docs {
			if docs[i].kind == typeOrder && docs[i].date <= w.cfg.AsOf {
				last = max(last, docs[i].date)
			}
		}
		if last.IsZero() || w.cfg.AsOf.DaysSince(last) <= 120 || a.status != "active" {
			continue
		}
		arm := ArmAssigned
		if n%5 == 0 {
			arm = ArmHoldout
		}
		list = append(list, Assignment{AccountID: a.id, Group: a.id, Arm: arm})
		if arm == ArmAssigned && n%50 != 1 { // some assigned accounts lose their piece before posting
			pieces = append(pieces, Posted{PieceID: fmt.Sprintf("pc_%06d", n), Code: fmt.Sprintf("ABCD%07d", n), Token: fmt.Sprintf("T%025d", n),
				AccountID: a.id, ContactID: "C-" + a.id[2:] + "-1", Kind: "live"})
		}
	}
	return pieces, list
}

func mustPlay(t *testing.T, w *World, pieces []Posted, list []Assignment, days int) Outcome {
	t.Helper()
	o, err := w.Play(pieces, list, posted, days)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// TestPlayIsDeterministic: the outcome does not depend on the order of pieces and assignments.
func TestPlayIsDeterministic(t *testing.T) {
	w := testWorld(41, 1500)
	pieces, list := mailing(w)
	pieces = append(pieces, Posted{PieceID: "pc_seed", AccountID: pieces[0].AccountID, Kind: "seed"})
	first := mustPlay(t, w, slices.Clone(pieces), slices.Clone(list), 90)
	r := rand.New(rand.NewPCG(1, 2))
	r.Shuffle(len(pieces), func(i, j int) { pieces[i], pieces[j] = pieces[j], pieces[i] })
	r.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	second := mustPlay(t, testWorld(41, 1500), pieces, list, 90)
	if !reflect.DeepEqual(first, second) {
		t.Error("a shuffled mailing plays differently")
	}
	if first.Counts.Objections < 1 || first.Counts.Returns < 1 || first.Counts.Visits < 1 || first.Counts.WithCode < 1 || first.Counts.Responses < 1 {
		t.Errorf("something never happens: %+v", first.Counts)
	}
}

// window sums the orders of an outcome's file: placed in the window less cancelled, by account.
func ordersByAccount(t *testing.T, o Outcome) map[string]int {
	t.Helper()
	rows, err := csv.NewReader(bytes.NewReader(o.Orders)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	out, seen := map[string]int{}, map[string]bool{}
	for _, r := range rows[1:] {
		if seen[r[0]] {
			continue
		}
		seen[r[0]] = true
		date := postlift.MustDate(r[2])
		switch {
		case date <= asOf || date > o.Last:
			t.Fatalf("document %s of %s lies outside of the time played", r[0], date)
		case r[3] == typeOrder && date >= o.InHome:
			out[r[1]]++
		case r[3] == typeCancellation && seen[r[4]]:
			if placed := rowDate(rows, r[4]); placed >= o.InHome {
				out[r[1]]--
			}
		}
	}
	return out
}

func rowDate(rows [][]string, id string) postlift.Date {
	for _, r := range rows {
		if r[0] == id {
			return postlift.MustDate(r[2])
		}
	}
	return 0
}

// TestTruthIsTheMeanDifference: the truth equals the difference of the assigned accounts' potential
// outcomes, found in two other ways: from the two worlds' documents, and from the order files of a play
// with the letters and one in which nobody was written to.
func TestTruthIsTheMeanDifference(t *testing.T) {
	w := testWorld(42, 4000)
	pieces, list := mailing(w)
	o := mustPlay(t, w, pieces, list, 90)
	nobody := mustPlay(t, w, nil, list, 90)
	if nobody.Truth.IncrementalMargin.Minor != 0 || nobody.Truth.IncrementalOrders != 0 || nobody.Counts.Visits+nobody.Counts.Objections != 0 {
		t.Errorf("without letters: %+v %+v", nobody.Truth, nobody.Counts)
	}
	returned := map[string]bool{}
	rows, err := csv.NewReader(bytes.NewReader(o.Returns)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rows[1:] {
		code, piece := postlift.NormalizeCode(r[2]), r[3]
		for _, p := range pieces {
			if code != "" && postlift.NormalizeCode(p.Code) == code || p.PieceID == piece {
				returned[p.AccountID] = true
			}
		}
	}
	mailed := map[string]bool{}
	for _, p := range pieces {
		mailed[p.AccountID] = !returned[p.AccountID]
	}
	withLetters, without := ordersByAccount(t, o), ordersByAccount(t, nobody)
	var margin int64
	orders, assigned := 0, 0
	for _, x := range list {
		if x.Arm != ArmAssigned {
			if withLetters[x.AccountID] != without[x.AccountID] {
				t.Errorf("held-out account %s behaves differently when others are written to", x.AccountID)
			}
			continue
		}
		assigned++
		orders += withLetters[x.AccountID] - without[x.AccountID]
		if !mailed[x.AccountID] {
			continue
		}
		n, _ := w.indexOf(x.AccountID)
		a := w.account(n)
		_, b := w.history(a)
		f := w.futures(a, &b, window{o.InHome, o.Last})
		margin += window{o.InHome, o.Last}.tally(f.with).margin - window{o.InHome, o.Last}.tally(f.without).margin
	}
	tr := o.Truth
	if tr.IncrementalMargin.Minor != margin || tr.IncrementalOrders != orders || tr.Assigned != assigned {
		t.Errorf("truth says %d, %d orders, %d assigned; the worlds differ by %d, %d orders, %d assigned",
			tr.IncrementalMargin.Minor, tr.IncrementalOrders, tr.Assigned, margin, orders, assigned)
	}
	if mean := float64(margin) / float64(assigned); math.Abs(mean-float64(tr.MarginPerAssigned.Minor)) > .5 {
		t.Errorf("mean %f, truth says %d", mean, tr.MarginPerAssigned.Minor)
	}
	if tr.Delivered >= tr.Assigned || tr.Delivered < tr.Assigned*9/10 || margin == 0 {
		t.Errorf("delivered %d of %d, margin %d", tr.Delivered, tr.Assigned, margin)
	}
}

// TestLiftIsAsStated: over a large world the relative lift of a win-back mailing lies about a quarter,
// Labor has none, Öffentliche Hand no positive one, and about two in a hundred letters come back.
func TestLiftIsAsStated(t *testing.T) {
	w := testWorld(43, 30_000)
	pieces, list := mailing(w)
	o := mustPlay(t, w, pieces, list, 90)
	within(t, "relative lift", o.Truth.RelativeLift, .17, .35)
	within(t, "share returned", float64(o.Truth.PiecesReturned)/float64(len(pieces)), .015, .026)
	for _, s := range o.Truth.Segments {
		switch s.Segment {
		case "Labor":
			within(t, "lift of Labor", s.RelativeLift, 0, 0)
		case "Öffentliche Hand":
			within(t, "lift of Öffentliche Hand", s.RelativeLift, -.2, .1)
		case "Handwerk":
			within(t, "lift of Handwerk", s.RelativeLift, .3, .8)
		}
	}
}

// TestEffectSettles: the strength of a letter averages 1 over the usual window.
func TestEffectSettles(t *testing.T) {
	sum := 0.0
	for day := range 90 {
		sum += strength(day)
	}
	within(t, "mean strength over 90 days", sum/90, .999, 1.001)
	if strength(-1) != 0 || strength(120) != 0 {
		t.Error("a letter works before it is there, or for ever")
	}
}

// TestPlayedFilesImport: orders, returns' codes and objections are what the importers read.
func TestPlayedFilesImport(t *testing.T) {
	w := testWorld(44, 1200)
	files, _ := writeWorld(t, w)
	m := newMemory()
	for _, f := range files.List {
		importFile(t, m, f.Kind, f.Path, asOf, nil)
	}
	pieces, list := mailing(w)
	o := mustPlay(t, w, pieces, list, 60)
	played, err := o.WriteFiles(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range played {
		if f.Kind == "responses" || f.Kind == "returns" {
			continue
		}
		if report := importFile(t, m, f.Kind, f.Path, o.Last, nil); report.Rejected > 0 || report.Rows != int64(f.Rows) || report.Rows == 0 {
			t.Errorf("%s: %d rows of %d, rejected %v", f.Path, report.Rows, f.Rows, report.Reasons)
		}
	}
	codes := map[string]bool{}
	for _, p := range pieces {
		codes[p.Code] = true
	}
	rows, err := csv.NewReader(bytes.NewReader(o.Responses)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rows[1:] {
		if !codes[postlift.NormalizeCode(r[3])] {
			t.Errorf("response %s names code %q", r[0], r[3])
		}
	}
}

// TestPlayRefuses: what is not of this world is named.
func TestPlayRefuses(t *testing.T) {
	w := testWorld(45, 10)
	for _, c := range []struct {
		pieces []Posted
		list   []Assignment
		date   postlift.Date
		days   int
		text   string
	}{
		{nil, nil, asOf, 90, "ends on 2026-01-31"},
		{nil, nil, posted, 0, "window of 0 days"},
		{[]Posted{{PieceID: "p", AccountID: "K-999"}}, nil, posted, 90, `"K-999"`},
		{nil, []Assignment{{AccountID: "X"}}, posted, 90, `"X"`},
		{nil, []Assignment{{AccountID: accountID(1), Arm: "treated"}}, posted, 90, `"treated"`},
		{nil, []Assignment{{accountID(1), "g", ArmAssigned}, {accountID(1), "g", ArmHoldout}}, posted, 90, "both arms"},
	} {
		_, err := w.Play(c.pieces, c.list, c.date, c.days)
		if postlift.KindOf(err) != postlift.Invalid || !strings.Contains(err.Error(), c.text) {
			t.Errorf("%v, wanted %q", err, c.text)
		}
	}
}
