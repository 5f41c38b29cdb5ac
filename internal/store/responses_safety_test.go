package store

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/csv"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"postlift"
	"postlift/accounts"
	"postlift/responses"
)

// seedPost makes a company world with two posted runs: companies that share addresses, persons that share names, letters
// that were posted, and some that never were.
func seedPost(t *testing.T, s *Store, n int) {
	t.Helper()
	day := postlift.MustDate
	keyer := accounts.Keyer{Secret: s.secret}
	var rows []any
	for i := range n {
		id := int64(i + 1)
		name := fmt.Sprintf("Muster %d GmbH", id)
		street, zip := fmt.Sprintf("Beispielweg %d", 1+i/2*2), fmt.Sprintf("1%04d", i/4) // two companies a house
		first, last := fmt.Sprintf("Kim%d", i), "Beispiel"
		if i%10 == 1 { // the neighbour has the same name: taken for the same person
			first = fmt.Sprintf("Kim%d", i-1)
		}
		rows = append(rows,
			&accountRow{ID: id, UID: fmt.Sprintf("acc_%d", id), Source: "erp", ExternalID: fmt.Sprintf("K-%d", id), Name: name, GroupKey: fmt.Sprintf("erp:K-%d", id), Status: "active", MatchKey: keyer.Company(name, zip)},
			&siteRow{ID: id, UID: fmt.Sprintf("sit_%d", id), Source: "erp", ExternalID: fmt.Sprint(id), AccountID: id, Street: street, Postcode: zip, City: "Musterstadt", Country: "DE", IsMain: true, Status: "ok", MatchKey: keyer.Address(street, "", zip, "Musterstadt", "DE")},
			&contactRow{ID: id, UID: fmt.Sprintf("con_%d", id), Source: "erp", ExternalID: fmt.Sprint(id), AccountID: id, FirstName: first, LastName: last, Status: "active", MatchKey: keyer.Person(first, last, name)})
	}
	rows = append(rows,
		&ruleRow{ID: 1, UID: "rul_1", Name: "all"}, &ruleVersionRow{ID: 1, RuleID: 1, Version: 1, Text: "true", Tree: "{}", CreatedAt: testNow},
		&designRow{ID: 1, UID: "dsg_1", Name: "letter"}, &designVersionRow{ID: 1, DesignID: 1, Version: 1, SHA256: "x", Files: "{}", CreatedAt: testNow},
		&scoreRunRow{ID: 1, UID: "scr_1", AsOf: day("2026-02-01"), Currency: "EUR", Params: "{}", Assumptions: "{}", Status: "published", CreatedAt: testNow},
		&vendorRow{ID: 1, UID: "vnd_1", Name: "Print"})
	for run := int64(1); run <= 2; run++ {
		rows = append(rows,
			&campaignRow{ID: run, UID: fmt.Sprintf("cmp_%d", run), Name: fmt.Sprintf("Campaign %d", run), Class: "advertising", State: "running", Version: 1, CreatedAt: testNow},
			&campaignVersionRow{ID: run, CampaignID: run, Version: 1, Definition: jsonText(fmt.Sprintf(`{"landing_url":"https://example.com","coupon_codes":["FAIR%d"]}`, run)), CreatedAt: testNow},
			&runRow{ID: run, UID: fmt.Sprintf("run_%d", run), CampaignID: run, Step: 1, Pass: 1, Attempt: 1, CampaignVersion: 1, RuleVersionID: 1, DesignVersionID: 1, ScoreRunID: 1,
				Salt: "salt", AsOf: day("2026-02-01"), State: "measuring", PlanHash: "h", Funnel: "{}", Currency: "EUR", CostMinor: 480, InHomeOn: day("2026-03-03"), WindowDays: 60, Record: "{}", CreatedAt: testNow},
			&batchRow{ID: run, UID: fmt.Sprintf("bt_%d", run), RunID: run, VendorID: 1, State: "posted", CreatedAt: testNow})
		for i := range n {
			id := int64(i + 1)
			choice := &choiceRow{RunID: run, AccountID: id, GroupKey: fmt.Sprintf("erp:K-%d", id), Outcome: "assigned", Propensity: .8, Contacts: "[]", Features: "{}"}
			if i%5 == 4 {
				choice.Outcome = "holdout"
				rows = append(rows, choice)
				continue
			}
			piece := pieceOf(run, id)
			state, posted := "posted", day("2026-03-01")
			if i%20 == 7 {
				state, posted = "sealed", postlift.Date(0)
			}
			rows = append(rows, choice, &pieceRow{ID: piece, UID: fmt.Sprintf("pc_%d", piece), RunID: run, CampaignID: run, Step: 1, Pass: 1, Kind: "live", AccountID: &id, SiteID: &id, ContactID: &id,
				RecipientKey: fmt.Sprint("R", id), BatchID: run, SeqNo: id, Token: tokenOf(piece), Code: codeOf(piece), State: state, PostedOn: posted})
		}
	}
	for i := range n {
		rows = append(rows, &orderRow{ID: int64(i + 1), Source: "erp", ExternalID: fmt.Sprint("o", i), AccountID: int64(i + 1), DocType: "order", PlacedOn: day("2026-03-03").AddDays(i % 50),
			Currency: "EUR", NetMinor: 10000, Code: []string{"", "FAIR1", "fair 2", codeOf(pieceOf(1, int64(i+1)))}[i%4]})
	}
	for _, r := range rows {
		if err := s.gormW.Create(r).Error; err != nil {
			t.Fatal(err)
		}
	}
}

func pieceOf(run, account int64) int64 { return 1000*run + account }
func codeOf(piece int64) string        { return fmt.Sprintf("C0DE%06d", piece) }
func tokenOf(piece int64) string       { return fmt.Sprintf("T0KEN%020d", piece) }

// written is an event with its place in the clean stream, -1 for a forged one.
type written struct {
	responses.Event
	clean int
}

// stream is a clean list of events and the same with duplicates and forgeries, in another order.
func stream(n, clean, total int, seed uint64) (good []responses.Event, dirty []written) {
	rng := rand.New(rand.NewPCG(seed, 6))
	posted := func() (run, account int64) {
		for {
			i := rng.IntN(n)
			if i%5 != 4 && i%20 != 7 {
				return int64(1 + rng.IntN(2)), int64(i + 1)
			}
		}
	}
	reasons := slices.Sorted(maps.Keys(responses.Reasons))
	at := func() time.Time {
		return time.Date(2026, 3, 4, 8, 0, 0, 0, time.UTC).Add(time.Duration(rng.IntN(60*24*60)) * time.Minute)
	}
	for i := range clean {
		run, account := posted()
		piece := pieceOf(run, account)
		e := responses.Event{Source: "erp", ExternalID: fmt.Sprintf("E%d", i), At: at(), Kind: responses.Kinds[rng.IntN(len(responses.Kinds))]}
		switch k := rng.IntN(10); {
		case k < 3:
			e.Kind, e.Reason, e.PieceUID = responses.Return, reasons[rng.IntN(len(reasons))], fmt.Sprintf("pc_%d", piece)
			if e.Reason == "moved_new_address" {
				e.Told = responses.Told{Street: fmt.Sprintf("Neuer Weg %d", rng.IntN(90)+1), Postcode: "54321", City: "Neustadt", Country: "DE"}
			}
		case k < 5:
			e.Code = codeOf(piece)
		case k < 7:
			e.Code = strings.ToLower(tokenOf(piece))
		case k < 8:
			e.AccountRef, e.Code = fmt.Sprintf("K-%d", account), fmt.Sprintf("fair-%d", run)
		case k < 9:
			e.AccountRef = fmt.Sprintf("K-%d", rng.IntN(n)+1) // held-out accounts call, too
		default:
			i := int(account - 1)
			e.Who = accounts.Identity{Company: fmt.Sprintf("MUSTER %d", account), Street: fmt.Sprintf("Beispielweg %d", 1+i/2*2), Postcode: fmt.Sprintf("1%04d", i/4), City: "Musterstadt", Country: "DE"}
		}
		if e.Kind == responses.Objection && rng.IntN(3) > 0 {
			e.Kind = responses.Mail // most do not object
		}
		good = append(good, e)
	}
	for i, e := range good {
		dirty = append(dirty, written{e, i})
	}
	for len(dirty) < total {
		i := rng.IntN(clean)
		if rng.IntN(3) > 0 {
			dirty = append(dirty, written{good[i], i})
			continue
		}
		dirty = append(dirty, written{forge(rng, good[i], len(dirty), n), -1})
	}
	rng.Shuffle(len(dirty), func(i, j int) { dirty[i], dirty[j] = dirty[j], dirty[i] })
	return good, afterOriginals(dirty)
}

// forge makes an event that must change nothing.
func forge(rng *rand.Rand, e responses.Event, serial, n int) responses.Event {
	f := e
	f.ExternalID, f.AccountRef, f.Code, f.PieceUID, f.Who = fmt.Sprintf("F%d", serial), "", "", "", accounts.Identity{}
	back := e.Kind == responses.Return
	switch rng.IntN(8) {
	case 0: // a code that was never given
		f.Code = fmt.Sprintf("ZZZZ%06d", rng.IntN(1000))
	case 1: // a token with one character changed
		f.Code = strings.Replace(tokenOf(pieceOf(1, 1)), "T", "X", 1)
	case 2: // another account's letter
		f.Kind, f.Reason, f.Told = responses.Objection, "", responses.Told{}
		f.Code, f.AccountRef = codeOf(pieceOf(2, 1)), "K-2"
	case 3: // tomorrow's tomorrow
		f.At, f.PieceUID = testNow.AddDate(0, 0, 3), "pc_1001"
	case 4: // a letter that was never posted
		f.PieceUID = fmt.Sprintf("pc_%d", pieceOf(1, 8))
		if f.Kind == responses.Objection {
			f.Kind = responses.Call
		}
	case 5: // the id of another event, with another content
		f = e
		f.At = f.At.Add(-48 * time.Hour)
	case 6: // the same id in a source where the customer number means nobody
		f.Source, f.ExternalID, f.AccountRef = "web", e.ExternalID, "K-1"
		f.Kind, f.Reason, f.Told = responses.Objection, "", responses.Told{}
	default: // a piece that does not exist
		f.PieceUID = fmt.Sprintf("pc_9%d", rng.IntN(1000))
	}
	if back && f.Kind == responses.Return && f.Code == "" && f.PieceUID == "" {
		f.PieceUID = "pc_0"
	}
	return f
}

// afterOriginals moves forged events that carry the id of another behind it: nobody could tell which of the two is
// right if the forged one came first.
func afterOriginals(list []written) []written {
	seen, waiting := map[string][]written{}, map[string][]written{}
	var out []written
	for _, w := range list {
		id := w.Source + "\x00" + w.ExternalID
		if w.clean < 0 && w.Source == "erp" && strings.HasPrefix(w.ExternalID, "E") && seen[id] == nil {
			waiting[id] = append(waiting[id], w)
			continue
		}
		seen[id] = append(seen[id], w)
		out = append(append(out, w), waiting[id]...)
		delete(waiting, id)
	}
	return out
}

// postState is everything that events can change, as text.
func postState(t *testing.T, s *Store) string {
	t.Helper()
	var b strings.Builder
	for _, query := range []string{
		"SELECT source, external_id, kind, piece_id, account_id, occurred_at, reason, detail, matched_by FROM responses ORDER BY source, external_id",
		"SELECT id, state, reason, returned_on FROM pieces ORDER BY id",
		"SELECT scope, match_key, reason, account_id, site_id, contact_id, received_on, effective_on, until_on, channel, source, external_id, revoked_at FROM suppressions ORDER BY scope, match_key, reason",
		"SELECT s.scope, s.match_key, s.reason, e.source, e.external_id, e.received_on, e.channel FROM suppression_entries e JOIN suppressions s ON s.uid = e.suppression_uid WHERE e.origin_uid = '' ORDER BY 1, 2, 3, 4, 5",
		"SELECT kind, subject, account_id, site_id, contact_id, piece_id, opened_at, latest_at, reason, source, external_id, detail FROM tasks ORDER BY kind, subject",
		"SELECT order_id, run_id, piece_id, account_id, arm, method, net_minor FROM attributions ORDER BY order_id",
		"SELECT order_id, run_id, account_id, arm FROM code_leaks ORDER BY order_id",
		"SELECT 'account', id, status FROM accounts UNION ALL SELECT 'site', id, status FROM sites UNION ALL SELECT 'contact', id, status FROM contacts ORDER BY 1, 2",
	} {
		rows, err := s.queryRead(context.Background(), query)
		if err != nil {
			t.Fatal(err)
		}
		columns, err := rows.Columns()
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&b, "-- %s\n", strings.Join(columns, " "))
		if err := eachRow(rows, nil, func(r *sql.Rows) error {
			cells := make([]any, len(columns))
			into := make([]any, len(columns))
			for i := range cells {
				into[i] = &cells[i]
			}
			if err := r.Scan(into...); err != nil {
				return err
			}
			for _, c := range cells {
				if raw, ok := c.([]byte); ok {
					c = string(raw)
				}
				if at, ok := c.(time.Time); ok {
					c = at.UTC().Format(time.RFC3339Nano)
				}
				fmt.Fprintf(&b, "%v|", c)
			}
			b.WriteByte('\n')
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	return b.String()
}

// eventsFile writes events as a file of one kind.
func eventsFile(t *testing.T, kind string, list []responses.Event) *bytes.Buffer {
	t.Helper()
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	at := func(e responses.Event) string { return e.At.Format(time.RFC3339) }
	records := [][]string{{"external_id", "date", "kind", "code", "account_id", "company", "street", "postcode", "city", "country"}}
	if kind == responses.ReturnsFile {
		records = [][]string{{"external_id", "date", "code", "piece_id", "reason", "new_street", "new_postcode", "new_city", "new_country"}}
	}
	for _, e := range list {
		if kind == responses.ReturnsFile {
			records = append(records, []string{e.ExternalID, at(e), e.Code, e.PieceUID, e.Reason, e.Told.Street, e.Told.Postcode, e.Told.City, e.Told.Country})
			continue
		}
		code := e.Code
		if e.PieceUID != "" { // files of responses know letters by their code
			code = "C0DE" + strings.TrimPrefix(e.PieceUID, "pc_00")
			if len(e.PieceUID) == 7 {
				code = "C0DE00" + strings.TrimPrefix(e.PieceUID, "pc_")
			}
		}
		records = append(records, []string{e.ExternalID, at(e), e.Kind, code, e.AccountRef, e.Who.Company, e.Who.Street, e.Who.Postcode, e.Who.City, e.Who.Country})
	}
	if err := w.WriteAll(records); err != nil {
		t.Fatal(err)
	}
	return &b
}

// importInPieces imports a stream in files of random sizes, by source and kind.
func importInPieces(t *testing.T, svc *responses.Service, list []responses.Event, seed uint64) (rows, rejected int) {
	t.Helper()
	rng := rand.New(rand.NewPCG(seed, 7))
	for len(list) > 0 {
		n := min(len(list), 1+rng.IntN(700))
		for _, source := range []string{"erp", "web"} {
			for _, kind := range []string{responses.ResponsesFile, responses.ReturnsFile} {
				var part []responses.Event
				for _, e := range list[:n] {
					if e.Source == source && (e.Kind == responses.Return) == (kind == responses.ReturnsFile) {
						part = append(part, e)
					}
				}
				if len(part) == 0 {
					continue
				}
				r, err := svc.Import(context.Background(), responses.ImportRequest{Kind: kind, File: "f.csv", Reader: eventsFile(t, kind, part), Source: source, Actor: postlift.System})
				if err != nil {
					t.Fatal(err)
				}
				rows, rejected = rows+r.Rows, rejected+r.Rejected
			}
		}
		list = list[n:]
	}
	return rows, rejected
}

func eventsOf(list []written) (out []responses.Event, forged int) {
	for _, w := range list {
		out = append(out, w.Event)
		if w.clean < 0 {
			forged++
		}
	}
	return out, forged
}

// firstDifference shows where two states part.
func firstDifference(a, b string) string {
	x, y := strings.Split(a, "\n"), strings.Split(b, "\n")
	var out []string
	for i := 0; i < len(x) && i < len(y) && len(out) < 6; i++ {
		if x[i] != y[i] {
			out = append(out, "clean: "+x[i], "dirty: "+y[i])
		}
	}
	return fmt.Sprintf("%d and %d lines\n%s", len(x), len(y), strings.Join(out, "\n"))
}

// TestTenThousandUntidyEvents is the bar of the intake: duplicated, reordered and forged events leave the very state of
// the clean stream, in files of random sizes and one by one.
func TestTenThousandUntidyEvents(t *testing.T) {
	for _, c := range []struct {
		name                   string
		companies, good, total int
		single                 bool
	}{{"files", 300, 3000, 10000, false}, {"one by one", 60, 150, 500, true}} {
		t.Run(c.name, func(t *testing.T) {
			eachEngine(t, func(t *testing.T, s *Store) {
				ctx := context.Background()
				good, dirty := stream(c.companies, c.good, c.total, 20261122)
				seedPost(t, s, c.companies)
				clean := openTest(t, cleanURL(t, s))
				seedPost(t, clean, c.companies)
				svc, cleanSvc := responses.NewService(s, nil, s.clock, s.ids), responses.NewService(clean, nil, clean.clock, clean.ids)
				list, forged := eventsOf(dirty)
				if forged < c.total/10 {
					t.Fatalf("only %d of %d events are forged", forged, c.total)
				}
				refused := 0
				if c.single {
					for _, e := range list {
						if _, err := svc.Record(ctx, e, postlift.System); err != nil {
							if postlift.KindOf(err) != postlift.Invalid {
								t.Fatal(err)
							}
							refused++
						}
					}
				} else {
					_, refused = importInPieces(t, svc, list, 1)
				}
				if refused != forged {
					t.Errorf("%d events were refused, %d are forged", refused, forged)
				}
				if _, bad := importInPieces(t, cleanSvc, good, 2); bad != 0 {
					t.Fatalf("%d events of the clean stream were refused", bad)
				}
				for _, each := range []*responses.Service{svc, cleanSvc} {
					for _, campaign := range []string{"cmp_1", "cmp_2"} {
						if _, err := each.Attribute(ctx, campaign); err != nil {
							t.Fatal(err)
						}
					}
				}
				want, got := postState(t, clean), postState(t, s)
				if want != got {
					t.Errorf("the state differs from that of the clean stream: %s", firstDifference(want, got))
				}
				for _, must := range []string{"objection_candidate", "new_address", "find_successor", "undeliverable", "|holdout|", "|code|"} {
					if !strings.Contains(got, must) {
						t.Errorf("the streams never brought about %s", must)
					}
				}
			})
		})
	}
}

// cleanURL is a second database of a store's engine.
func cleanURL(t *testing.T, s *Store) string {
	t.Helper()
	if s.dialect == "postgres" {
		return postgresSchema(t)
	}
	return t.TempDir() + "/clean.db"
}
