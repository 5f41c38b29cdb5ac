package letter

// labels are the fixed words of the layout.
type labels struct {
	contact, phone, mobile, email, web, date, customer, contract, code string
	page, dial, reply, company, person, fax                            string
}

var labelsOf = map[string]labels{
	"de": {"Ihr Kontakt", "Telefon", "Mobil", "E-Mail", "Internet", "Datum", "Kundennr.", "Vertrag", "Ihr Code",
		"Seite %d von %d", "Durchwahl", "Antwort an", "Firma", "Ansprechpartner", "Fax"},
	"en": {"Contact", "Phone", "Mobile", "E-mail", "Website", "Date", "Customer no.", "Contract", "Your code",
		"Page %d of %d", "Direct line", "Reply to", "Company", "Contact", "Fax"},
}
