package renewal_test

import (
	"encoding/csv"
	"math"
	"slices"
	"strconv"
	"testing"

	"postlift/clv/clvtest"
	"postlift/clv/renewal"
)

// records reads a file of outside data and gives its rows by column name.
func records(t testing.TB, name string) []map[string]string {
	t.Helper()
	rows, err := csv.NewReader(clvtest.DataFile(t, name)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	out := make([]map[string]string, 0, len(rows)-1)
	for _, r := range rows[1:] {
		m := make(map[string]string, len(r))
		for i, v := range r {
			m[rows[0][i]] = v
		}
		out = append(out, m)
	}
	return out
}

// TestTelco: the snapshot gives period hazards, the decision of its last month for every customer by contract
// type and tenure. Customers by the month leave less and less; those on one- and two-year contracts leave at a
// rate that does not fall, so that alpha and beta have no finite estimate and omega is 0.
func TestTelco(t *testing.T) {
	tables := map[renewal.Cell]*renewal.Table{}
	for _, r := range records(t, "clv/telco_churn.csv") {
		tenure, err := strconv.Atoi(r["tenure"])
		if err != nil {
			t.Fatal(err)
		}
		cell := renewal.Cell{Term: r["Contract"]}
		if tables[cell] == nil {
			tables[cell] = &renewal.Table{}
		}
		if tenure == 0 {
			continue // has not met its first month end
		}
		if err := tables[cell].Add(tenure, r["Churn"] == "No", 1); err != nil {
			t.Fatal(err)
		}
	}
	for term, falls := range map[string]bool{"Month-to-month": true, "One year": false, "Two year": false} {
		choice := logged(t, term, tables[renewal.Cell{Term: term}])
		sbg := choice.Fits[1].Model.(renewal.SBG)
		if falls != (sbg.Omega > 0) {
			t.Errorf("%s: omega %g, but the hazard falls: %v", term, sbg.Omega, falls)
		}
		if chosen := choice.Chosen().Model.Name(); falls == (chosen == renewal.ModelGeometric) {
			t.Errorf("%s: %s was chosen, but the hazard falls: %v", term, chosen, falls)
		}
	}
	cells, err := renewal.FitCells(tables)
	if err != nil {
		t.Fatal(err)
	}
	for cell := range tables {
		m, _ := cells.Model(cell)
		checkModel(t, m)
	}
}

// TestSaaS: 2,000 B2B subscriptions by the month, with churn at the end of some.
func TestSaaS(t *testing.T) {
	all, tables := &renewal.Table{}, map[renewal.Cell]*renewal.Table{}
	for _, r := range records(t, "clv/pysurvival_saas_churn.csv") {
		months, err := strconv.ParseFloat(r["months_active"], 64)
		if err != nil {
			t.Fatal(err)
		}
		cell := renewal.Cell{Term: "short", Size: r["company_size"]}
		if tables[cell] == nil {
			tables[cell] = &renewal.Table{}
		}
		for i := 1; i <= int(months); i++ {
			ended := i == int(months) && r["churned"] == "1.0"
			if all.Add(i, !ended, 1) != nil || tables[cell].Add(i, !ended, 1) != nil {
				t.Fatal("months give decisions")
			}
		}
	}
	logged(t, "all", all)
	cells, err := renewal.FitCells(tables)
	if err != nil {
		t.Fatal(err)
	}
	for cell := range tables {
		m, info := cells.Model(cell)
		checkModel(t, m)
		t.Logf("%s: %v %+v", cell.Size, m.Params(), info)
	}
}

// logged fits all models to a table, checks them and logs what came out.
func logged(t *testing.T, name string, tab *renewal.Table) renewal.Choice {
	t.Helper()
	choice, err := renewal.Choose(tab)
	if err != nil {
		t.Fatal(err)
	}
	for i, f := range choice.Fits {
		checkModel(t, f.Model)
		if math.IsNaN(f.LogLikelihood) || f.LogLikelihood < choice.Fits[0].LogLikelihood-1e-6 && !f.PriorUsed {
			t.Errorf("%s: %s has log-likelihood %.4f, below that of a constant hazard", name, f.Model.Name(), f.LogLikelihood)
		}
		t.Logf("%s: %s %v LL %.3f AIC %.3f flags %v", name, f.Model.Name(), f.Model.Params(), f.LogLikelihood, choice.AIC[i], f.Flags)
	}
	if slices.Index(choice.AIC, slices.Min(choice.AIC)) != choice.Best && !choice.Fits[slices.Index(choice.AIC, slices.Min(choice.AIC))].PriorUsed {
		t.Errorf("%s: AIC %v, but %s was chosen", name, choice.AIC, choice.Chosen().Model.Name())
	}
	return choice
}
