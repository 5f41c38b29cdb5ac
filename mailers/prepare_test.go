package mailers

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"postlift"
	"postlift/accounts"
	"postlift/campaigns"
	"postlift/mailers/address"
)

var testSecret = []byte("test secret of 32 bytes, no less!")

// newPlanner plans for an invented sender with one German control address.
func newPlanner(t testing.TB, chunk int) *planner {
	t.Helper()
	settings := accounts.DefaultSettings()
	settings.Sender = accounts.Sender{Company: "Beispielwerk GmbH", Street: "Musterweg 1", Postcode: "10115", City: "Berlin", Country: "DE",
		Phone: "030 000", Email: "post@example.com", Web: "www.example.com", Particulars: "HRB 0", SignatureName: "Mara Beispiel", SignatureRole: "Vertrieb"}
	settings.Mail.ChunkSize = chunk
	job := Job{RunUID: "run_1", CampaignUID: "cmp_1", Step: 1, Pass: 1, Design: testDesign(t),
		Definition: campaigns.Definition{Name: "Win-back", Class: campaigns.Advertising, Offer: "10 % Nachlass", LandingURL: "https://www.example.com/offer"}}
	return &planner{job: job, settings: settings, letters: map[string]letterKind{"": testKind(t, job.Design, "de", "en")}, today: postlift.MustDate("2026-06-01"),
		ids: postlift.DerivedIDs(testSecret, postlift.MustDate("2026-06-01")), secret: testSecret, batchUID: "bt_test01",
		seeds: []Seed{{UID: "sad_1", Name: "control", Company: "Kontrolle GmbH", Gender: "m", FirstName: "Kim", LastName: "Kontroll",
			Street: "Prüfweg 9", Postcode: "20095", City: "Hamburg", Country: "DE", Language: "de", Active: true}}}
}

// testKind is a letter of a stored design.
func testKind(t testing.TB, v DesignVersion, languages ...string) letterKind {
	t.Helper()
	d, err := parseDesign(v)
	if err != nil {
		t.Fatal(err)
	}
	return letterKind{v, languages, uses(d), ownNames(d), address.WindowLimits}
}

func testDesign(t testing.TB) DesignVersion {
	t.Helper()
	v := DesignVersion{Name: "winback", Files: map[string]string{}}
	for _, name := range []string{"design.yaml", "de.txt", "en.txt"} {
		raw, err := os.ReadFile("../templates/designs/winback/" + name)
		if err != nil {
			t.Fatal(err)
		}
		v.Files[name] = string(raw)
	}
	d, err := parseDesign(v)
	if err != nil {
		t.Fatal(err)
	}
	v.SHA256 = d.Hash()
	return v
}

func recipient(i int) Recipient {
	r := Recipient{AccountID: int64(i), ContactID: int64(i), SiteID: int64(i), ContactKey: fmt.Sprintf("s:%d", i), AccountName: fmt.Sprintf("Kunde %d GmbH", i),
		Gender: "f", FirstName: "Änne", LastName: fmt.Sprintf("Müller-%d", i), Street: "Weg 1", Postcode: fmt.Sprintf("%05d", 10000+i*7919%80000), City: "Köln", Country: "DE"}
	if i%3 == 0 {
		r.Language, r.Country, r.City, r.Postcode = "en", "GB", "London", "EC1A 1BB"
	}
	return r
}

func TestPlanKeepsOrderAndLimits(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		n, chunk := rapid.IntRange(1, 60).Draw(rt, "letters"), rapid.IntRange(2, 20).Draw(rt, "chunk")
		p := newPlanner(t, chunk)
		var list []Recipient
		for i := 1; i <= n; i++ {
			list = append(list, recipient(i))
		}
		shuffled := rapid.Permutation(list).Draw(rt, "order")
		b, err := p.plan(slices.Clone(shuffled))
		if err != nil {
			rt.Fatal(err)
		}
		again, err := p.plan(list)
		if err != nil || fmt.Sprint(again) != fmt.Sprint(b) {
			rt.Fatalf("the order in which recipients are read changes the batch (%v)", err)
		}
		checkPlan(rt, b, n, chunk)
	})
}

// checkPlan holds the batch against its rules: numbered without gaps, files of one language and bounded
// size, live letters by postcode, one control letter in each German file, codes and ids unique.
func checkPlan(t *rapid.T, b NewBatch, live, chunk int) {
	unique, lives := map[string]bool{}, 0
	last := ""
	for i, piece := range b.Pieces {
		file := b.Files[piece.Chunk-1]
		if piece.SeqNo != i+1 || piece.SeqNo < file.FirstSeq || piece.SeqNo > file.LastSeq || baseLanguage(piece.Language) != file.Language {
			t.Fatalf("piece %d is out of its file %+v: %+v", i+1, file, piece)
		}
		for _, v := range []string{piece.UID, piece.Token, piece.Code, piece.RecipientKey} {
			if unique[v] {
				t.Fatalf("%s is not unique", v)
			}
			unique[v] = true
		}
		if piece.Kind != KindLive {
			continue
		}
		lives++
		key := file.Language + piece.Postcode
		if key < last {
			t.Fatalf("postcode %s after %s", key, last)
		}
		last = key
	}
	if lives != live {
		t.Fatalf("%d live pieces of %d", lives, live)
	}
	for _, f := range b.Files {
		if f.LastSeq-f.FirstSeq+1 > chunk {
			t.Fatalf("file %+v is larger than %d", f, chunk)
		}
		seeds := 0
		for _, piece := range b.Pieces[f.FirstSeq-1 : f.LastSeq] {
			if piece.Kind == KindSeed {
				seeds++
			}
		}
		if want := map[string]int{"de": 1}[f.Language]; seeds != want {
			t.Fatalf("%d control letters in file %+v", seeds, f)
		}
	}
}

func TestUnprintableRecipients(t *testing.T) {
	p := newPlanner(t, 100)
	list := []Recipient{recipient(1), recipient(2), recipient(4), recipient(5), recipient(7)}
	list[1].City = ""
	list[2].AccountName = strings.Repeat("Sehr lange Firma ", 9)
	twin := list[0] // the same person at the same address under another number
	twin.ContactID, twin.ContactKey = 99, "s:99"
	list = append(list, twin)
	b, err := p.plan(list)
	if err != nil {
		t.Fatal(err)
	}
	reasons := map[int64]string{}
	for _, piece := range b.Pieces {
		if piece.State == PieceFailed {
			reasons[piece.ContactID] = piece.Reason
			if piece.Reason == "" {
				t.Errorf("piece %s failed without a reason", piece.UID)
			}
		}
	}
	if len(reasons) != 3 || !strings.Contains(reasons[2], "city") || !strings.Contains(reasons[4], "characters") || !strings.Contains(reasons[99], "duplicate_recipient") {
		t.Errorf("reasons %v", reasons)
	}
	p.letters[""] = testKind(t, p.job.Design, "en")
	b, err = p.plan([]Recipient{recipient(1)})
	if err != nil || b.Pieces[0].State != PieceFailed || !strings.Contains(b.Pieces[0].Reason, "no_language") {
		t.Errorf("a German in an English letter: %+v, %v", b.Pieces[0], err)
	}
	if _, err = p.plan(nil); postlift.KindOf(err) != postlift.Invalid {
		t.Errorf("nobody to mail: %v", err)
	}
	p = newPlanner(t, 1)
	if _, err = p.plan([]Recipient{recipient(1)}); postlift.KindOf(err) != postlift.Invalid {
		t.Errorf("a file that only holds its control letter: %v", err)
	}
}

func TestMergeFields(t *testing.T) {
	p := newPlanner(t, 100)
	p.job.Definition.Merge = map[string]string{"gift": "Zollstock"}
	own := recipient(2)
	own.Salutation = "Liebe Änne"
	ownPiece, err := p.piece(&own)
	if err != nil {
		t.Fatal(err)
	}
	if merge := string(ownPiece.Merge); !strings.Contains(merge, `"salutation":"Liebe Änne,"`) {
		t.Errorf("own salutation: %s", merge)
	}
	r := recipient(1)
	r.OwnerName, r.OwnerPhone = "Udo Außendienst", "030 111"
	r.Language, r.Country, r.LastOrderOn, r.TotalNetMinor = "en", "US", postlift.MustDate("2025-03-04"), 12345
	piece, err := p.piece(&r)
	if err != nil {
		t.Fatal(err)
	}
	var doc map[string]any
	if err := json.Unmarshal(piece.Merge, &doc); err != nil {
		t.Fatal(err)
	}
	get := func(path string) any {
		var v any = doc
		for part := range strings.SplitSeq(path, ".") {
			v, _ = v.(map[string]any)[part]
		}
		return v
	}
	for path, want := range map[string]any{"salutation": "Dear Ms. Müller-1:", "date": "2026-06-01", "account.last_order_on": "2025-03-04",
		"account.total_net.minor": 12345., "sender.signature_name": "Udo Außendienst", "sender.owner_phone": "030 111", "sender.company": "Beispielwerk GmbH",
		"campaign.offer": "10 % Nachlass", "campaign.landing_host": "www.example.com", "campaign.gift": "Zollstock"} {
		if get(path) != want {
			t.Errorf("%s is %v, want %v", path, get(path), want)
		}
	}
	if piece.Language != "en-US" || get("objection_notice") != p.settings.ObjectionNotice["en"] {
		t.Errorf("language %s, notice %v", piece.Language, get("objection_notice"))
	}
}

// A control letter has its own name and address, and a real neighbour's other fields.
func TestControlLetter(t *testing.T) {
	p := newPlanner(t, 100)
	r := recipient(1)
	r.LastProductGroup = "Messmittel"
	b, err := p.plan([]Recipient{r})
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(b.Pieces, func(x NewPiece) bool { return x.Kind == KindSeed })
	seed := b.Pieces[i]
	text := string(seed.Merge)
	if !strings.Contains(text, "Messmittel") || !strings.Contains(text, "Sehr geehrter Herr Kontroll,") || strings.Contains(text, "Kunde 1") || strings.Contains(text, "Müller") {
		t.Errorf("merge fields %s", text)
	}
	if got := strings.Join(seed.Lines, " | "); got != "Kontrolle GmbH | Herrn Kim Kontroll | Prüfweg 9 | 20095 Hamburg" {
		t.Errorf("address %s", got)
	}
}

// The hash that an approval rests on survives the way through the database and changes with the data.
func TestPieceHash(t *testing.T) {
	p := newPlanner(t, 100)
	b, err := p.plan([]Recipient{recipient(1)})
	if err != nil {
		t.Fatal(err)
	}
	piece := b.Pieces[0]
	hash := func(lines []string, merge []byte) string {
		s, err := Stored(7, piece.SeqNo, b.UID, piece.UID, piece.Kind, piece.Language, piece.Code, lines, merge)
		if err != nil {
			t.Fatal(err)
		}
		h, err := pieceHash(p.job.Design.SHA256, s.Piece)
		if err != nil {
			t.Fatal(err)
		}
		return h
	}
	var doc any
	if err := json.Unmarshal(piece.Merge, &doc); err != nil {
		t.Fatal(err)
	}
	spaced, err := json.MarshalIndent(doc, "", "  ") // as PostgreSQL gives documents back
	if err != nil {
		t.Fatal(err)
	}
	if hash(piece.Lines, spaced) != piece.SHA256 {
		t.Error("the hash does not survive storing")
	}
	if hash([]string{"Somebody else"}, piece.Merge) == piece.SHA256 || hash(piece.Lines, bytes.Replace(piece.Merge, []byte("10 %"), []byte("20 %"), 1)) == piece.SHA256 {
		t.Error("another letter has the same hash")
	}
}

// A piece that cannot be composed costs only itself, and the same pieces give the same bytes.
func TestPressKeepsFailuresApart(t *testing.T) {
	p := newPlanner(t, 100)
	list := []Recipient{recipient(1), recipient(2), recipient(4)}
	list[1].AccountName = "Fabrik 😀 GmbH"
	b, err := p.plan(list)
	if err != nil {
		t.Fatal(err)
	}
	var pieces []StoredPiece
	for i, x := range b.Pieces {
		s, err := Stored(int64(i+1), x.SeqNo, b.UID, x.UID, x.Kind, x.Language, x.Code, x.Lines, x.Merge)
		if err != nil {
			t.Fatal(err)
		}
		pieces = append(pieces, s)
	}
	created := time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
	var outputs [2]bytes.Buffer
	for i := range outputs {
		press := testPress(t)
		printed, pages, err := press.Render(t.Context(), &outputs[i], PrintJob{Designs: p.job.Designs(), Title: b.UID, Created: created, Pieces: pieces})
		if err != nil {
			t.Fatal(err)
		}
		next, failed := 1, 0
		for k, out := range printed {
			if out.SHA256 != b.Pieces[k].SHA256 {
				t.Errorf("piece %d: hash %s when printed, %s when planned", k, out.SHA256, b.Pieces[k].SHA256)
			}
			if out.Failed != "" {
				failed++
				if !strings.Contains(out.Failed, "😀") || out.Pages != 0 {
					t.Errorf("piece %d: %+v", k, out)
				}
				continue
			}
			if out.First != next {
				t.Errorf("piece %d starts on page %d, want %d", k, out.First, next)
			}
			next += out.Pages
		}
		if failed != 1 || pages != next-1 {
			t.Errorf("%d failed, %d pages, next %d", failed, pages, next)
		}
	}
	if !bytes.Equal(outputs[0].Bytes(), outputs[1].Bytes()) {
		t.Error("the same pieces gave other bytes")
	}
	none, pages, err := testPress(t).Render(t.Context(), &outputs[0], PrintJob{Designs: p.job.Designs(), Title: b.UID, Created: created})
	if err != nil || pages != 0 || len(none) != 0 {
		t.Errorf("nothing to print: %d pages, %v", pages, err)
	}
}

// testPress prints with the shipped fonts and profile.
func testPress(t *testing.T) *Press {
	t.Helper()
	return NewPress(PressOptions{Fonts: os.DirFS("../templates/fonts"), Profiles: os.DirFS("../templates/profiles")})
}

func TestProofShowsTheExtremes(t *testing.T) {
	var c chooser
	row := func(seq int, kind, lang string, lines ...string) {
		c.look(ManifestRow{SeqNo: seq, Kind: kind, Language: lang, Lines: lines, Pages: 1})
	}
	row(1, KindLive, "de", "Kurz", "Ort")
	for seq := 2; seq < 50; seq++ {
		row(seq, KindLive, "de", "Mittel GmbH", "Ort")
	}
	row(50, KindLive, "de", "Die mit Abstand längste Firma", "Ort")
	row(51, KindSeed, "de", "Kontrolle")
	row(52, KindLive, "de", "ÄÖÜßÄÖÜ", "Ort")
	row(53, KindLive, "de", "a", "b", "c", "d", "e")
	row(54, KindLive, "en", "Only one")
	if got := fmt.Sprint(c.chosen(proofPieces)); got != "[1 50 51 52 53 54]" {
		t.Errorf("chosen %s", got)
	}
	if got := c.chosen(2); len(got) != 2 || got[1] != 51 {
		t.Errorf("of two, one must be the control letter: %v", got)
	}
}

func TestFunnelCloses(t *testing.T) {
	f := Funnel{RunUID: "run_1", Matched: 10, Gated: 1, OverCap: 2, Holdout: 3, Assigned: 4, Planned: 9,
		Pieces: Counts{PiecePlanned: 1, PieceRendered: 1, PieceSealed: 1, PieceReleased: 1, PiecePosted: 1, PieceReturned: 1, PieceSpoiled: 1, PieceWithdrawn: 1, PieceFailed: 1}}
	f.Count(true)
	if f.Mailed != 4 || f.Pending != 3 || f.Withdrawn != 1 || f.Failed != 1 || f.Check() != nil {
		t.Errorf("%+v: %v", f, f.Check())
	}
	lost := f
	lost.Planned++
	if lost.Check() == nil {
		t.Error("a lost piece is not noticed")
	}
	lost = f
	lost.Gated++
	if lost.Check() == nil {
		t.Error("a lost account is not noticed")
	}
}
