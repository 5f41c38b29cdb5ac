package accounts

import "testing"

// TestRoleOf: functions and departments of German and English exports, and those that only sound like a role.
func TestRoleOf(t *testing.T) {
	for _, c := range []struct{ function, department, want string }{
		{"", "", ""}, {" - ", "", ""},
		{"Geschäftsführung", "", "management"}, {"Geschäftsführerin", "", "management"}, {"Geschäftsführer", "Technik", "management"},
		{"Technischer Geschäftsführer", "", "management"}, {"Inhaber", "", "management"}, {"CEO", "", "management"}, {"Managing Director", "", "management"},
		{"Vorstandsvorsitzende", "", "management"}, {"Director", "", "management"}, {"Leitung", "", "management"}, {"C.E.O.", "", "management"},
		{"Einkauf", "", "purchasing"}, {"Leitung Einkauf", "", "purchasing"}, {"Einkäuferin", "", "purchasing"}, {"Purchasing Manager", "", "purchasing"},
		{"Head of Procurement", "", "purchasing"}, {"Strategischer Einkauf/Beschaffung", "", "purchasing"}, {"Director of Purchasing", "", "purchasing"},
		{"Technik", "", "technical"}, {"Technischer Leiter", "", "technical"}, {"Produktion", "", "technical"}, {"Produktionsleiterin", "", "technical"},
		{"Maintenance Engineer", "", "technical"}, {"IT", "", "technical"}, {"Leitung IT", "", "technical"}, {"Werkleitung", "", "technical"},
		{"", "Einkauf", "purchasing"}, {"", "Abt. Fertigung", "technical"},
		{"Assistenz der Geschäftsführung", "", "other"}, {"Sekretariat Einkauf", "", "other"}, {"Product Owner", "", "other"},
		{"Vertrieb", "", "other"}, {"Buchhaltung", "", "other"}, {"Kredit", "", "other"}, {"Marketing", "Technik", "other"},
	} {
		if got := RoleOf(c.function, c.department); got != c.want {
			t.Errorf("%q, %q: %q, want %q", c.function, c.department, got, c.want)
		}
	}
}
