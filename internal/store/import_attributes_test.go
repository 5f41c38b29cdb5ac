package store

import (
	"context"
	"strings"
	"testing"

	"postlift"
	"postlift/accounts"
)

// withAttributes are settings with an attribute of every type.
func withAttributes() accounts.Settings {
	s := accounts.DefaultSettings()
	for _, a := range [][2]string{{"fleet_size", "number"}, {"it_budget", "money"}, {"machine", "text"}, {"certified", "boolean"}, {"audited_on", "date"}} {
		s.Attributes = append(s.Attributes, accounts.Attribute{Name: a[0], Type: a[1], LabelEN: a[0], LabelDE: a[0]})
	}
	return s
}

func TestImportAttributes(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		settings := withAttributes()
		try := func(text string) (accounts.Report, string) {
			t.Helper()
			r, rejects, err := importWith(s, settings, "accounts", text, "", false)
			if err != nil {
				t.Fatal(err, rejects)
			}
			return r, rejects
		}
		stored := func(want string) {
			t.Helper()
			const names = "COALESCE(custom ->> 'fleet_size', '-') || ' ' || COALESCE(custom ->> 'it_budget', '-') || ' ' || COALESCE(custom ->> 'machine', '-') || ' ' || " +
				"CASE CAST(custom ->> 'certified' AS TEXT) WHEN 'true' THEN 'yes' WHEN '1' THEN 'yes' WHEN 'false' THEN 'no' WHEN '0' THEN 'no' ELSE '-' END || ' ' || COALESCE(custom ->> 'audited_on', '-')"
			expect(t, s, want, "SELECT COALESCE("+names+", 'NULL') AS v FROM accounts ORDER BY external_id")
		}
		file := "Kundennummer;Firma;CUSTOM.Fleet_Size;custom.it_budget;custom.machine;custom.certified;custom.audited_on\n" +
			"K1;Eins GmbH;12,5;1.234,50;Fräse <\"5\">;ja;31.01.2026\nK2;Zwei GmbH;;;;nein;\nK3;Drei GmbH;viele;;;;\nK4;Vier GmbH;;;;;\n"
		r, rejects := try(file)
		counts(t, r, 3, 0, 0, 1)
		if !strings.Contains(rejects, "4,custom.fleet_size,number,viele,") {
			t.Error(rejects)
		}
		stored(`12.5 123450 Fräse <"5"> yes 2026-01-31,- - - no -,- - - - -`)
		expect(t, s, "1", "SELECT COUNT(*) AS v FROM accounts WHERE custom IS NULL")
		r, _ = try(file)
		counts(t, r, 0, 0, 3, 1)

		// An empty field clears, a missing column keeps, other columns need no attribute.
		r, _ = try("external_id,name,custom.machine,custom.fleet_size\nK1,Eins GmbH,,13\nK2,Zwei GmbH,Säge,\n")
		counts(t, r, 0, 2, 0, 0)
		stored(`13 123450 - yes 2026-01-31,- - Säge no -,- - - - -`)
		r, _ = try("external_id,name\nK1,Eins AG\n")
		counts(t, r, 0, 1, 0, 0)
		r, _ = try("external_id,name,custom.certified,custom.machine\nK2,Zwei GmbH,,\n")
		counts(t, r, 0, 1, 0, 0)
		stored(`13 123450 - yes 2026-01-31,- - - - -,- - - - -`)
		expect(t, s, "2", "SELECT COUNT(*) AS v FROM accounts WHERE custom IS NULL")

		_, _, err := importWith(s, settings, "accounts", "external_id,name,custom.flet_size\nK1,Eins GmbH,1\n", "", false)
		if postlift.KindOf(err) != postlift.Invalid || !strings.Contains(postlift.UserText(err), "did you mean custom.fleet_size?") {
			t.Errorf("%v", err)
		}
	})
}

// An attribute must not change its type under its values: not directly, and not by being taken out for a while.
func TestAttributeTypesAreKept(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		ctx, settings := context.Background(), withAttributes()
		save := func(settings accounts.Settings) error { return s.SaveSettings(ctx, settings, postlift.Person("test")) }
		must(t, save(settings))
		other := withAttributes()
		other.Attributes[1].Type = "number"
		must(t, save(other)) // no values yet
		must(t, save(settings))
		if _, _, err := importWith(s, settings, "accounts", "external_id,name,custom.it_budget\nK1,Eins GmbH,100\n", "", false); err != nil {
			t.Fatal(err)
		}
		refused := func() {
			t.Helper()
			err := save(other)
			if postlift.KindOf(err) != postlift.Conflict || !strings.Contains(postlift.UserText(err), `"it_budget" is declared as number, but 1 accounts hold values of it as money`) {
				t.Errorf("%v", err)
			}
		}
		refused()
		must(t, save(accounts.DefaultSettings()))
		refused()
		must(t, save(settings))
		if _, _, err := importWith(s, settings, "accounts", "external_id,name,custom.it_budget\nK1,Eins GmbH,\n", "", false); err != nil {
			t.Fatal(err)
		}
		must(t, save(other))
	})
}
