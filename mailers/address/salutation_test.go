package address

import "testing"

func TestSalutation(t *testing.T) {
	for _, c := range []struct {
		lang string
		p    Person
		want string
	}{
		{"de", Person{Salutation: "Frau", LastName: "Muster"}, "Sehr geehrte Frau Muster,"},
		{"de", Person{Salutation: "Herr", LastName: "von Berg"}, "Sehr geehrter Herr von Berg,"},
		{"de", Person{Salutation: "Herrn", Title: "Prof. Dr. med.", LastName: "Beispiel"}, "Sehr geehrter Herr Professor Beispiel,"},
		{"de", Person{Salutation: "Frau", Title: "Prof. Dr.", LastName: "Beispiel"}, "Sehr geehrte Frau Professorin Beispiel,"},
		{"de", Person{Salutation: "Frau", Title: "Dr.-Ing.", LastName: "Muster"}, "Sehr geehrte Frau Dr. Muster,"},
		{"de", Person{Salutation: "Herr", Title: "Dr. Dr. h. c.", LastName: "Muster"}, "Sehr geehrter Herr Dr. Muster,"},
		{"de", Person{Salutation: "Herr", Title: "Dipl.-Ing.", LastName: "Muster"}, "Sehr geehrter Herr Muster,"},
		{"de", Person{Salutation: "Frau", Title: "MBA", LastName: "Muster"}, "Sehr geehrte Frau Muster,"},
		{"de", Person{Salutation: "Herr", Title: "Mag.", LastName: "Schmidt", Country: "AT"}, "Sehr geehrter Herr Mag. Schmidt,"},
		{"de", Person{Salutation: "Herr", Title: "Mag.", LastName: "Schmidt", Country: "DE"}, "Sehr geehrter Herr Schmidt,"},
		{"de-AT", Person{Salutation: "Frau", Title: "Dipl.-Ing.", LastName: "Huber", Country: "AT"}, "Sehr geehrte Frau DI Huber,"},
		{"de", Person{FirstName: "Kim", LastName: "Muster"}, "Guten Tag Kim Muster,"},
		{"de", Person{Salutation: "Herr Dr.", LastName: "Muster"}, "Sehr geehrter Herr Dr. Muster,"},
		{"de", Person{Salutation: "Frau Prof. Dr. med.", LastName: "Muster"}, "Sehr geehrte Frau Professorin Muster,"},
		{"de", Person{Salutation: "Herr und Frau", LastName: "Muster"}, "Sehr geehrte Damen und Herren,"},
		{"de", Person{Salutation: "Herr Direktor", LastName: "Muster"}, "Sehr geehrter Herr Muster,"},
		{"de", Person{Salutation: "Frau Direktorin Dr.", LastName: "Muster"}, "Sehr geehrte Frau Dr. Muster,"},
		{"de", Person{Salutation: "De heer", LastName: "Petersen"}, "Sehr geehrte Damen und Herren,"},
		{"de", Person{Salutation: "Signor", FirstName: "Aldo", LastName: "Esempio"}, "Guten Tag Aldo Esempio,"},
		{"de", Person{Salutation: "Pan", Title: "Dr.", LastName: "Petersen"}, "Guten Tag Dr. Petersen,"},
		{"en", Person{Salutation: "Pan", LastName: "Petersen"}, "Dear Sir or Madam,"},
		{"en-US", Person{LastName: "Petersen"}, "Dear Sir or Madam:"},
		{"en", Person{Salutation: "Mr Chairman", LastName: "Smith"}, "Dear Mr Smith,"},
		{"en", Person{Salutation: "Mr Dr.", LastName: "Smith"}, "Dear Dr Smith,"},
		{"de", Person{Salutation: "divers", FirstName: "Kim", LastName: "Muster", Title: "Dr."}, "Guten Tag Dr. Kim Muster,"},
		{"de", Person{Salutation: "Frau"}, "Sehr geehrte Damen und Herren,"},
		{"de", Person{FirstName: " ", LastName: " "}, "Sehr geehrte Damen und Herren,"},
		{"en", Person{Salutation: "Ms", LastName: "Smith"}, "Dear Ms Smith,"},
		{"en", Person{Salutation: "Mrs.", LastName: "Smith"}, "Dear Mrs Smith,"},
		{"en-US", Person{Salutation: "Frau", LastName: "Smith"}, "Dear Ms. Smith:"},
		{"en-US", Person{Salutation: "Mr", Title: "Dr.", LastName: "Smith"}, "Dear Dr. Smith:"},
		{"en", Person{Salutation: "Mr", Title: "PhD", LastName: "Smith"}, "Dear Dr Smith,"},
		{"en", Person{Title: "Prof.", LastName: "Smith"}, "Dear Professor Smith,"},
		{"en", Person{FirstName: "Kim", LastName: "Smith"}, "Dear Kim Smith,"},
		{"en", Person{}, "Dear Sir or Madam,"},
		{"de", Person{Function: "Leitung Einkauf"}, "Sehr geehrte Damen und Herren,"},
		{"de", Person{Salutation: "Frau", LastName: "Gräfin von Berg"}, "Sehr geehrte Frau Gräfin von Berg,"},
		{"de-CH", Person{Salutation: "Herr", LastName: "Muster"}, "Sehr geehrter Herr Muster"},
		{"de", Person{Salutation: "Herr", LastName: "Muster", Country: "CH"}, "Sehr geehrter Herr Muster,"},
		{"de", Person{Salutation: "Herr", Title: "Ing.", LastName: "Huber", Country: "AT"}, "Sehr geehrter Herr Ing. Huber,"},
		{"de", Person{Salutation: "Frau", Title: "Mag.a", LastName: "Huber", Country: "AT"}, "Sehr geehrte Frau Mag. Huber,"},
		{"de", Person{Salutation: "Frau", LastName: "Muster", Suffix: "PhD"}, "Sehr geehrte Frau Dr. Muster,"},
		{"en", Person{Salutation: "Mx", LastName: "Smith"}, "Dear Mx Smith,"},
		{"en-US", Person{Salutation: "Mx", LastName: "Smith"}, "Dear Mx. Smith:"},
		{"en", Person{Title: "Sir", FirstName: "John", LastName: "Smith"}, "Dear Sir John,"},
	} {
		if got := Salutation(c.p, c.lang); got != c.want {
			t.Errorf("%s %+v: %q, want %q", c.lang, c.p, got, c.want)
		}
	}
}

func TestOwnSalutation(t *testing.T) {
	for _, c := range []struct{ text, lang, want string }{
		{"Liebe Änne", "de", "Liebe Änne,"},
		{" Liebe Änne, ", "de", "Liebe Änne,"},
		{"Hallo Frau Muster!", "de", "Hallo Frau Muster!"},
		{"Dear Zoë", "en", "Dear Zoë,"},
		{"Dear Zoë:", "en", "Dear Zoë:"},
		{"Dear Zoë", "en-US", "Dear Zoë:"},
		{" ", "de", ""},
		{"Liebe Änne", "de-CH", "Liebe Änne"},
	} {
		if got := OwnSalutation(c.text, c.lang); got != c.want {
			t.Errorf("%s %q: %q, want %q", c.lang, c.text, got, c.want)
		}
	}
}

func TestSalutationForManyAndInformal(t *testing.T) {
	a, b := Person{Salutation: "Frau", Title: "Dr.", FirstName: "Änne", LastName: "Süßkind"}, Person{Salutation: "Herr", FirstName: "Max", LastName: "Muster"}
	kim, unit := Person{Salutation: "divers", FirstName: "Kim", LastName: "Beispiel"}, Person{Function: "Leitung Einkauf"}
	for _, c := range []struct {
		lang   string
		tone   Tone
		people []Person
		want   string
	}{
		{"de", Formal, []Person{a, b}, "Sehr geehrte Frau Dr. Süßkind, sehr geehrter Herr Muster,"},
		{"de", Formal, []Person{b, kim}, "Sehr geehrter Herr Muster, guten Tag Kim Beispiel,"},
		{"de", Formal, []Person{b, unit}, "Sehr geehrter Herr Muster, sehr geehrte Damen und Herren,"},
		{"de", Formal, []Person{unit, unit}, "Sehr geehrte Damen und Herren,"},
		{"de", Formal, nil, "Sehr geehrte Damen und Herren,"},
		{"de-CH", Formal, []Person{a, b}, "Sehr geehrte Frau Dr. Süßkind, sehr geehrter Herr Muster"},
		{"de", Informal, []Person{a}, "Liebe Änne,"},
		{"de", Informal, []Person{b}, "Lieber Max,"},
		{"de", Informal, []Person{kim}, "Hallo Kim,"},
		{"de", Informal, []Person{a, b, kim}, "Liebe Änne, lieber Max, hallo Kim,"},
		{"de", Informal, []Person{{Salutation: "Frau", LastName: "Muster"}}, "Sehr geehrte Frau Muster,"},
		{"de", Informal, []Person{unit}, "Sehr geehrte Damen und Herren,"},
		{"en", Formal, []Person{a, b}, "Dear Dr Süßkind and Mr Muster,"},
		{"en-US", Formal, []Person{a, b, kim}, "Dear Dr. Süßkind, Mr. Muster and Kim Beispiel:"},
		{"en", Formal, []Person{b, unit}, "Dear Mr Muster and Sir or Madam,"},
		{"en", Informal, []Person{a, kim}, "Dear Änne and Kim,"},
		{"en-US", Informal, []Person{kim}, "Dear Kim,"},
		{"en", Informal, []Person{{Salutation: "Ms", LastName: "Smith"}}, "Dear Ms Smith,"},
	} {
		if got := SalutationFor(c.lang, c.tone, c.people...); got != c.want {
			t.Errorf("%s %v: %q, want %q", c.lang, c.tone, got, c.want)
		}
	}
	if ToneOf(" Informal ") != Informal || ToneOf("") != Formal || ToneOf("formal") != Formal {
		t.Error("tone")
	}
}
