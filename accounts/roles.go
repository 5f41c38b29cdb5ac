package accounts

import (
	"slices"
	"strings"

	"postlift/accounts/csvfile"
)

// roleRules tell a contact's role from the words of a function or department, the first that fits. A word that begins
// with "=" must stand by itself, the others are looked for within words, as German builds long ones; blanks join words
// that must follow each other.
var roleRules = []struct {
	role  string
	words []string
}{
	{"other", []string{"assisten", "sekret", "secretary", "=pa", "product owner", "process owner", "auszubild", "praktikant"}}, // works for somebody else
	{"management", []string{"geschaeftsfuehr", "geschaeftsleit", "unternehmensleit", "firmenleit", "inhaber", "vorstand", "gesellschafter", "prokurist",
		"managing director", "managing partner", "general manager", "general management", "chief executive", "=ceo", "=gf", "=gl", "=md", "=coo", "=cfo",
		"chief operating", "chief financial", "=owner", "founder", "gruender", "proprietor", "board member"}},
	{"purchasing", []string{"einkauf", "einkaeuf", "beschaff", "materialwirtschaft", "procurement", "purchas", "buyer", "=buying", "sourcing", "supply chain", "=cpo"}},
	{"technical", []string{"technik", "techniq", "technis", "technic", "technolog", "engineer", "ingenieur", "produktion", "production", "manufactur", "fertigung",
		"konstrukt", "entwickl", "development engineer", "instandhalt", "maintenance", "wartung", "werkleit", "werksleit", "werkstatt", "betriebsleit",
		"plant manager", "=operations", "montage", "qualitaet", "quality", "=it", "=edv", "=cto", "=cio", "informatik", "meister"}},
	{"management", []string{"=leitung", "=direktion", "=management", "=executive", "=president", "=director", "=direktor", "=chef", "=chefin", "decision maker", "=entscheider"}},
}

// RoleOf tells the role of a contact (management, purchasing, technical, other) from the words of the function or, where
// that is empty, of the department, in German or English; "" where both are.
func RoleOf(function, department string) string {
	text := function
	if NormalText(text) == "" {
		text = department
	}
	if NormalText(text) == "" {
		return ""
	}
	if role := roleWords[csvfile.Fold(text)]; role != "" {
		return role
	}
	// Signs part words, such as the slash in Einkauf/Technik, and so they do not join them.
	text = " " + strings.Join(strings.FieldsFunc(NormalText(strings.Map(signToBlank, text)), func(r rune) bool { return r == ' ' }), " ") + " "
	for _, rule := range roleRules {
		if slices.ContainsFunc(rule.words, func(word string) bool {
			if exact, ok := strings.CutPrefix(word, "="); ok {
				return strings.Contains(text, " "+exact+" ")
			}
			return strings.Contains(text, word)
		}) {
			return rule.role
		}
	}
	return "other"
}

func signToBlank(r rune) rune {
	if strings.ContainsRune("/|,;:+&()*_-–—.", r) {
		return ' '
	}
	return r
}

// role reads a contact's role: the column's or, where that is missing or empty, the one that function or department
// speak of. What was concluded is counted for the report.
func (s *session) role(row *csvfile.Row, function, department string) string {
	if given := row.Text("role"); given != "" {
		return orDefault(roleWords[csvfile.Fold(given)], "other") // free words in most systems; only three matter here
	}
	role := RoleOf(function, department)
	if role != "" && row.OK() {
		s.warn("role_taken_from_function_as_" + role)
	}
	return role
}
