package sim

import "postlift/accounts"

// SampleSettings are the settings of the invented seller; baseURL is where its tracking links lead.
func SampleSettings(baseURL string) accounts.Settings {
	s := accounts.DefaultSettings()
	s.Sender = accounts.Sender{
		Company: "Nordlicht Werkzeuge GmbH", Street: "Am Drehmomentkai 7", Postcode: "10999", City: "Berlin", Country: "DE",
		Phone: "+49 30 23125 000", Email: "service@nordlicht-werkzeuge.example", Web: "www.nordlicht-werkzeuge.example",
		Particulars:   "Nordlicht Werkzeuge GmbH · Erfundenes Unternehmen · Geschäftsführung: Frauke Tannwalder · Sitz: Berlin",
		SignatureName: "Frauke Tannwalder", SignatureRole: "Geschäftsführerin",
	}
	s.ObjectionNotice = map[string]string{
		"de": "Sie möchten keine Werbung mehr von uns? Sie können jederzeit widersprechen: Nordlicht Werkzeuge GmbH, Am Drehmomentkai 7, 10999 Berlin, oder service@nordlicht-werkzeuge.example.",
		"en": "You may object to advertising from us at any time: Nordlicht Werkzeuge GmbH, Am Drehmomentkai 7, 10999 Berlin, Germany, or service@nordlicht-werkzeuge.example.",
	}
	s.Value.DefaultMargin = .32
	s.Value.ServiceMinor = map[string]int64{"default": 900, "basic": 300, "standard": 900, "premium": 3500}
	s.Value.AcquisitionMinor = map[string]int64{"default": 55000}
	for _, c := range channels {
		s.Value.AcquisitionMinor[c.name] = int64(c.cost * 100)
	}
	s.Mail.Vendor, s.Mail.VendorContact = "Lettershop Papierfalter", "Auftragsannahme, auftrag@lettershop-papierfalter.example"
	s.Mail.TrackingBaseURL = baseURL
	return s
}
