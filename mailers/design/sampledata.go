package design

// builtinSample has a value for every built-in name: invented people and companies, at addresses that do not exist.
func builtinSample(lang string) map[string]any {
	w := func(de, en string) string { return words(lang, de, en)[0] }
	return map[string]any{
		"date": day(0), "code": "BJ7K-EFQN-4XN",
		"salutation":       w("Sehr geehrte Frau Dr. Süßkind,", "Dear Dr Sample,"),
		"objection_notice": w("Sie können der Verwendung Ihrer Daten für Werbung jederzeit widersprechen: eine kurze Nachricht an die Antriebstechnik Beispiel GmbH, Musterweg 4, 20095 Hamburg, oder an widerspruch@beispiel.example genügt.", "You may object to the use of your data for advertising at any time: a short message to Antriebstechnik Beispiel GmbH, Musterweg 4, 20095 Hamburg, Germany, or to objection@beispiel.example is enough."),
		"contact": map[string]any{"salutation": w("Frau", "Ms"), "title": "Dr.", "first_name": w("Änne", "Anna"), "last_name": w("Süßkind", "Sample"),
			"function": w("Leitung Einkauf", "Head of Purchasing"), "department": w("Einkauf", "Purchasing"), "email": "kontakt@blechwerke.example", "phone": "+49 202 000 000-7", "mobile": "+49 150 000 0007"},
		"account": map[string]any{"name": w("Erfundene Blechwerke", "Invented Sheet Metal"), "customer_no": "K-100427", "city": w("Wuppertal", "Wupperton"), "country": w("DE", "GB"),
			"industry": w("Metallverarbeitung", "metal processing"), "segment": "A", "customer_since": "2017-05-01", "last_order_on": "2025-06-11",
			"last_product_group": w("Kupplungen", "Couplings"), "order_count": 12, "total_net": euros(1_234_550), "contract_end": day(120)},
		"sender": map[string]any{"company": "Antriebstechnik Beispiel GmbH", "street": "Musterweg 4", "postcode": "20095", "city": "Hamburg", "country": "DE",
			"phone": "+49 40 000 000-0", "fax": "+49 40 000 000-99", "email": "kontakt@beispiel.example", "web": "www.beispiel.example",
			"particulars":    w("Geschäftsführung: Ina Muster · Amtsgericht Hamburg, HRB 00000 · USt-IdNr. DE000000000 · Erfundene Bank, IBAN DE00 0000 0000 0000 0000 00", "Managing director: Ina Muster · Hamburg District Court, HRB 00000 · VAT DE000000000 · Invented Bank, IBAN DE00 0000 0000 0000 0000 00"),
			"signature_name": "Tom Erfunden", "signature_role": w("Kundenbetreuung Nord", "Account Manager North"),
			"owner_title": w("Dipl.-Ing. (FH)", "MEng"), "owner_role": w("Kundenbetreuung Nord", "Account Manager North"),
			"owner_phone": "+49 40 000 000-12", "owner_mobile": "+49 150 000 0012", "owner_email": "tom.erfunden@beispiel.example"},
		"campaign": map[string]any{"name": w("Rückgewinnung", "Win-back"), "offer": w("5 % Nachlass auf Ihre nächste Bestellung", "5% off your next order"),
			"offer_until": day(59), "landing_host": "antwort.example"},
		"order":    orderSample(w, "A-2025-0611", "2025-06-11", 48_000, 12),
		"orders":   []any{orderSample(w, "A-2025-0611", "2025-06-11", 48_000, 12), orderSample(w, "A-2024-1103", "2024-11-03", 125_050, 40), orderSample(w, "A-2023-0217", "2023-02-17", 9_990, 3)},
		"contract": contractSample(w),
		"ticket":   map[string]any{"code": "T7KQ-2M9X", "event": w("Werkstatttag Antriebstechnik", "Drive Technology Open Day"), "date": day(45), "place": w("Halle 4, Musterweg 4, Hamburg", "Hall 4, Musterweg 4, Hamburg"), "seat": "B 12"},
		"coupon":   map[string]any{"code": "BEISPIEL5", "title": w("Gutschein über 5 %", "5% voucher"), "terms": w("Einmal einlösbar, nicht mit anderen Angeboten.", "Valid once, not with other offers."), "until": day(59), "value": euros(5_000)},
	}
}

func orderSample(w func(de, en string) string, number, on string, minor int64, quantity int) map[string]any {
	return map[string]any{"number": number, "date": on, "product_group": w("Kupplungen", "Couplings"), "net": euros(minor), "quantity": quantity,
		"lines": []any{map[string]any{"article": "KU-204", "name": w("Klauenkupplung 24", "Jaw coupling 24"), "unit": w("Stück", "pcs"), "quantity": quantity, "unit_price": euros(minor / int64(quantity)), "net": euros(minor)}}}
}

func contractSample(w func(de, en string) string) map[string]any {
	line := func(position int, article, name string, quantity int, price int64) map[string]any {
		return map[string]any{"position": position, "article": article, "name": name, "quantity": quantity, "unit": w("Stück", "pcs"),
			"unit_price": euros(price), "net": euros(price * int64(quantity)), "from": day(121), "until": day(485)}
	}
	return map[string]any{"number": "V-20417", "name": w("Wartung Plus", "Maintenance Plus"), "start": "2023-07-01", "end": day(120), "notice_deadline": day(30), "annual_net": euros(1_188_000), "term_months": 12,
		"lines": []any{
			line(1, "WA-100", w("Wartung Getriebemotoren, zwei Besuche im Jahr", "Gear motor maintenance, two visits a year"), 8, 96_000),
			line(2, "WA-210", w("Ersatzteilpaket mit Lieferung am nächsten Werktag", "Spare parts package with next-day delivery"), 1, 240_000),
			line(3, "WA-300", w("Fernüberwachung je Antrieb", "Remote monitoring per drive"), 12, 15_000)}}
}
