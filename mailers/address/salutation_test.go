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
	} {
		if got := OwnSalutation(c.text, c.lang); got != c.want {
			t.Errorf("%s %q: %q, want %q", c.lang, c.text, got, c.want)
		}
	}
}
