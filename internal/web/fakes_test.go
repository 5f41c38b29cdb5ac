package web

import (
	"bytes"
	"context"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"postlift"
	"postlift/campaigns"
	"postlift/campaigns/budget"
	"postlift/campaigns/planner"
	"postlift/campaigns/rules"
	"postlift/clv"
	"postlift/clv/scoring"
	"postlift/mailers"
	"postlift/responses"
)

// hostile is a name that would run where a page does not escape it.
const hostile = `<script>alert(1)</script> "O'Hara" & Söhne`

var (
	eur   = func(major int64) postlift.Money { return postlift.Money{Minor: major * 100, Currency: "EUR"} }
	today = postlift.MustDate("2026-03-02")
	now   = today.Time().Add(9 * time.Hour)
)

// fakes are every service of the staff pages; a func field that is set answers instead of the fixture.
type fakes struct {
	ping      error
	schema    error
	unscored  bool
	unplanned bool
	account   func(ref string) (scoring.AccountCard, error)
	accounts  func(scoring.AccountFilter) ([]scoring.AccountLine, error)
	old       bool // the run is from before bands, tiers and stages
	whatIf    func(clv.Change) (scoring.Difference, error)
	list      []campaigns.Campaign
	batches   []mailers.Summary
	files     map[string]string
	uplift    func(campaign string) (responses.Uplift, error)
	keeping   func(campaign string) (responses.Kept, error)
	assess    func(context.Context) (planner.Assessment, error)
	count     func(context.Context) (campaigns.RuleCount, error)
	draw      func(mailers.DesignPage) ([]byte, error)
	sales     *salesFake
	log       bytes.Buffer
}

func (f *fakes) Ping(context.Context) error        { return f.ping }
func (f *fakes) CheckSchema(context.Context) error { return f.schema }

func (f *fakes) PublishedRun(context.Context) (scoring.Run, error) {
	if f.unscored {
		return scoring.Run{}, postlift.Faultf(postlift.NotFound, "test", "no scores yet")
	}
	return f.run(), nil
}

func (f *fakes) Distribution(ctx context.Context) (scoring.Distribution, error) {
	run, err := f.PublishedRun(ctx)
	zero, hundred := eur(0), eur(100)
	return scoring.Distribution{Run: run,
		Bins:    []scoring.Bin{{To: &zero, Accounts: 3}, {From: &zero, To: &hundred, Accounts: 1234}, {From: &hundred, Accounts: 763}},
		Deciles: []scoring.Decile{{Decile: 1, Accounts: 200, Total: eur(1_000_000), Lowest: eur(3000), Highest: eur(9000)}, {Decile: 10, Accounts: 200, Total: eur(-78_300), Lowest: eur(-900), Highest: eur(-1)}}}, err
}

func (f *fakes) AccountsBy(_ context.Context, filter scoring.AccountFilter) ([]scoring.AccountLine, error) {
	if f.unscored {
		return nil, postlift.Faultf(postlift.NotFound, "test", "no scores yet")
	}
	if f.accounts != nil {
		return f.accounts(filter)
	}
	return []scoring.AccountLine{{UID: "acc_1", Name: hostile, City: "Dornbirn", Country: "AT", Residual: eur(14_939), PAlive: .94, Decile: 1, Tier: "A", Stage: "at_risk", Cursor: "1493900.1"}}, nil
}

func (f *fakes) Account(_ context.Context, ref string) (scoring.AccountCard, error) {
	if f.account != nil {
		return f.account(ref)
	}
	if ref != "acc_1" && ref != "K-1" {
		return scoring.AccountCard{}, postlift.Faultf(postlift.NotFound, "test", "there is no account %q", ref)
	}
	return scoring.AccountCard{UID: "acc_1", Source: "import", ExternalID: "K-1", Name: hostile, Status: "active", Owner: hostile, City: "Dornbirn",
		Language: "de", AcquiredOn: today, Run: f.run(),
		Value: f.parts(), GroupKey: "import:K-0", ServiceLevel: hostile,
		Net: eur(26_315), Net12M: eur(26_315), LastOrder: today,
		Contacts:     []scoring.ContactLine{{Name: hostile, Function: "Leitung", Role: "purchasing", Status: "active"}, {Function: "Einkauf", Status: "left"}},
		Orders:       []scoring.OrderLine{{PlacedOn: today, Number: "A-1", Type: "credit_note", Net: eur(-543), Code: hostile}},
		Contracts:    []scoring.ContractLine{{Number: "V-1", StartedOn: today, TermEndsOn: today, TermMonths: 12, AutoRenew: true, Monthly: eur(45)}},
		Letters:      []scoring.LetterLine{{PieceUID: "pc_1", Campaign: hostile, State: "withdrawn", Reason: "objection", BatchUID: "bt_1"}},
		Suppressions: []scoring.BlockLine{{Scope: "person", Reason: "objection", EffectiveOn: today}}}, nil
}

func (f *fakes) Catalogue(context.Context) (*rules.Catalogue, error) { return rules.Builtin(), nil }

func (f *fakes) PrivacyReport(_ context.Context, from, to postlift.Date) (campaigns.PrivacyReport, error) {
	if !from.IsZero() && !to.IsZero() && from > to {
		return campaigns.PrivacyReport{}, postlift.Faultf(postlift.Invalid, "test", "the beginning must not be later")
	}
	return campaigns.PrivacyReport{From: today, To: today, AsOf: today, Verdict: campaigns.PrivacyBroken, SentenceEN: "Not kept: 2 letters.", SentenceDE: "Nicht eingehalten: 2 Briefe.",
		Totals:     campaigns.PrivacyTotals{Objections: 1, Contacts: 3, Violated: 2},
		Objections: []campaigns.Objected{{ID: "sup_1", Scope: "person", ReceivedOn: today, EffectiveOn: today, Channel: hostile, Evidence: hostile, Contacts: 3, Violated: 2}}}, nil
}

func (f *fakes) Campaigns(context.Context) ([]campaigns.Campaign, error) { return f.list, nil }

func (f *fakes) Campaign(_ context.Context, ref string) (campaigns.Campaign, error) {
	for _, c := range f.list {
		if c.UID == ref {
			return c, nil
		}
	}
	return campaigns.Campaign{}, postlift.Faultf(postlift.NotFound, "test", "there is no campaign %q", ref)
}

func (f *fakes) CurrentRun(_ context.Context, ref string) (campaigns.Run, error) {
	if f.unplanned {
		return campaigns.Run{}, postlift.Faultf(postlift.NotFound, "test", "no plan yet")
	}
	funnel := campaigns.Funnel{Matched: 518, Gated: 37, OverCap: 10, Holdout: 95, Assigned: 376, Pieces: 392,
		ByReason:  []campaigns.ReasonCount{{Reason: campaigns.Dunning, Accounts: 13}, {Reason: campaigns.NoContactLeft, Accounts: 24}},
		AllCounts: map[campaigns.Reason]int{campaigns.Dunning: 14, campaigns.NoContactLeft: 24}}
	next, nine := &campaigns.Alternative{Letters: 800, Gain: campaigns.Span{Value: eur(300), Low: eur(-10), High: eur(610)}}, 9
	if ref == "cmp_2" { // its budget is not used up
		next = nil
	}
	return campaigns.Run{UID: "run_1", CampaignUID: ref, Attempt: 1, State: "approved", PlanHash: strings.Repeat("ab", 32), Funnel: funnel,
		Cost: eur(470), AsOf: today, Salt: "salt", WindowDays: 90, ApprovedBy: hostile, ApprovedAt: &now, InHomeOn: today,
		Approvals: []campaigns.Approval{{By: hostile, At: now}, {By: "B. Beispiel", At: now}}, ApprovalsNeeded: 2, UndoUntil: &now,
		Outlook: &campaigns.Outlook{Gain: campaigns.Span{Value: eur(900), Low: eur(-100), High: eur(1900)}, Holdout: eur(220),
			Quote: budget.Quote{Pieces: 392, Total: eur(470), Parts: []budget.Part{{Code: budget.PartProduction, Name: hostile, Pieces: 392, Amount: eur(170)}, {Code: budget.PartPostage, Name: "letter", Country: "DE", Pieces: 392, Amount: eur(300)}}},
			Next:  next,
			Cut:   &campaigns.Alternative{Letters: -80, Gain: campaigns.Span{Value: eur(-50), Low: eur(-90), High: eur(-10)}}, Curve: []campaigns.CurvePoint{{Budget: eur(100), Net: eur(500)}, {Budget: eur(200), Net: eur(800)}, {Budget: eur(300), Net: eur(900)}}, Point: &campaigns.CurvePoint{Budget: eur(250), Net: eur(850), Letters: 40, Accounts: 40}, KeyAccounts: &campaigns.KeyShare{Mailed: 3, Spared: 1, RevenueShare: .084},
			Warnings: []campaigns.Warning{{Text: hostile}, {Code: "few_accounts", Args: []campaigns.Arg{{Number: &nine}}, Text: "only 9 accounts are planned"}}, Samples: []campaigns.Sample{{AccountUID: "acc_1", Account: hostile, ExternalID: "K-1", Outcome: campaigns.Assigned, Role: campaigns.RoleKey, Rank: 7, Letters: 2},
				{ExternalID: hostile, Outcome: campaigns.OverCap, Reasons: []campaigns.Reason{"over_budget"}}}},
		Record: campaigns.Record{HoldoutShare: .2, Design: campaigns.PlanDesign{Design: campaigns.DesignPairs, Block: 5}, Lift: .15, PieceCost: postlift.Money{Minor: 120, Currency: "EUR"},
			Versions: campaigns.PlanVersions{Rule: "r/1", Design: "winback/1",
				RuleText: `clv.residual > 150 and (country in ["DE", "AT"] or not has_open_contract) and last_order_on < "2026-01-31"`}}}, nil
}

func (f *fakes) ExplainAccount(_ context.Context, _, account string) (campaigns.AccountExplained, error) {
	if account != "K-1" {
		return campaigns.AccountExplained{}, postlift.Faultf(postlift.NotFound, "test", "there is no account %q", account)
	}
	cost, expected := eur(1), eur(-3)
	return campaigns.AccountExplained{AccountUID: "acc_1", Account: hostile, AsOf: today, Outcome: campaigns.Gated, Rank: 7, Stratum: "01|A", Propensity: .8,
		Reasons: []campaigns.Reason{campaigns.CoolingOff}, Expected: &expected, Cost: &cost, Letters: 1,
		Rule: rules.Explained{Op: "all", Outcome: rules.Unknown, Parts: []rules.Explained{
			{Text: "clv.residual > 150", Op: ">", Field: "clv.residual", Value: eur(151), Outcome: rules.Met},
			{Text: `segment == "A"`, Op: "==", Field: "segment", Value: hostile, Outcome: rules.NotMet},
			{Text: "has_open_contract", Op: "==", Field: "has_open_contract", Value: false, Outcome: rules.NotMet},
			{Text: "clv.p_alive > 0.5", Op: ">", Field: "clv.p_alive", Outcome: rules.Unknown}}}}, nil
}

// batchService is fakes under the names that mailers.Service has.
type batchService struct{ *fakes }

func (b batchService) Batches(context.Context) ([]mailers.Summary, error) { return b.batches, nil }

func (b batchService) Show(_ context.Context, name string) (mailers.Summary, error) {
	for _, s := range b.batches {
		if s.UID == name {
			return s, nil
		}
	}
	return mailers.Summary{}, postlift.Faultf(postlift.NotFound, "test", "there is no batch %q", name)
}

func (f *fakes) Open(_ context.Context, name string) (io.ReadCloser, error) {
	content, ok := f.files[name]
	if !ok {
		return nil, fs.ErrNotExist
	}
	return io.NopCloser(strings.NewReader(content)), nil
}

func (f *fakes) Kept(_ context.Context, campaign string) (responses.Kept, error) {
	if f.keeping != nil {
		return f.keeping(campaign)
	}
	return responses.Kept{Key: campaign}, nil
}

func (f *fakes) Uplift(_ context.Context, campaign string) (responses.Uplift, error) {
	if f.uplift != nil {
		return f.uplift(campaign)
	}
	net := responses.MoneyInterval{Value: eur(-1163), Low: eur(-11_105), High: eur(8_779), Low80: eur(-7_000), High80: eur(5_000)}
	return responses.Uplift{CampaignID: campaign, Campaign: hostile, Currency: "EUR", AsOf: today, InHomeOn: today, WindowEndsOn: today.AddDays(90), WindowDays: 90,
		Verdict: responses.NoProof, Sentence: responses.Bilingual{EN: "No proof yet.", DE: "Noch kein Beweis."}, Advice: responses.Bilingual{EN: "Wait.", DE: "Warten."},
		Net: &net, Gain: &net, Welch: &responses.Figure{PerGroup: net, Total: net}, Answers: responses.Answers{Answered: 31}}, nil
}

func newFakes() *fakes {
	sealed := now
	batch := mailers.Summary{Batch: mailers.Batch{UID: "bt_1", RunUID: "run_1", CampaignUID: "cmp_1", Campaign: hostile, Vendor: "Print", State: mailers.BatchPosted,
		Revision: 2, ContentSHA256: "c0ffee", ApprovedBy: "A. Muster", ApprovedAt: &now, ApprovedSHA256: "c0ffee", SealedAt: &sealed, ReleasedAt: &now, PostedOn: today},
		Live:         mailers.Counts{mailers.PiecePosted: 380, mailers.PieceReturned: 5, mailers.PieceWithdrawn: 6, mailers.PieceFailed: 1},
		Seeds:        mailers.Counts{mailers.PiecePosted: 4},
		Reasons:      []mailers.ReasonCount{{State: mailers.PieceWithdrawn, Reason: "objection", Pieces: 6}, {State: mailers.PieceFailed, Reason: hostile, Pieces: 1}},
		FailedPieces: []mailers.FailedPiece{{PieceUID: "pc_9", Reason: hostile}},
		Files: []mailers.PrintFile{{Chunk: 1, Language: "de", State: mailers.FileRendered, SHA256: "aa", Bytes: 2_500_000, Pages: 392},
			{Chunk: 2, Language: "en", State: mailers.FileFailed, Error: hostile}}}
	return &fakes{
		list: []campaigns.Campaign{{UID: "cmp_1", Name: hostile, Class: campaigns.Advertising, State: "running", Version: 1,
			Definition: campaigns.Definition{LandingURL: "https://www.firm.example/offer", Rule: "r"}},
			{UID: "cmp_2", Name: "Next " + hostile, Class: campaigns.Advertising, State: campaigns.StatePreviewed, Version: 3}},
		batches: []mailers.Summary{batch},
		files: map[string]string{"batches/bt_1/letters-0001.pdf": "%PDF-1.7 letters", "batches/bt_1/manifest.csv": "job_id\n", "batches/bt_1/ticket.json": "{}",
			"batches/bt_1/SHA256SUMS": "aa  letters-0001.pdf\n", "proofs/bt_1/proof.r1.pdf": "%PDF-1.7 proof", "secret": "s3cret"},
	}
}

func (f *fakes) staff(t *testing.T) http.Handler {
	t.Helper()
	if f.sales == nil {
		f.sales = newSalesFake()
	}
	h, err := Staff(StaffOptions{Health: f, Settings: f, Values: f, Insights: f, Engine: f, Campaigns: f, Designs: designShelf{f}, Batches: batchService{f}, Artefacts: f, Results: f, Sales: SalesOptions{FollowUps: f.sales, Entries: f.sales}, Tasks: TaskOptions{Tasks: fakeTasks{}}, Across: AcrossOptions{Programmes: programmeShelf{}}, Bridge: BridgeOptions{Bridges: f, Retention: retentionShelf{}}, Learning: LearningOptions{Learning: learningShelf{}},
		Clock: postlift.FixedClock(now), Log: slog.New(slog.NewTextHandler(&f.log, nil)), Demo: true})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// get answers one request; headers come in pairs.
func get(h http.Handler, method, target string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, nil)
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}
