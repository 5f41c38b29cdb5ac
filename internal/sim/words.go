package sim

// Invented names are composed of two halves, so that they sound like names of the country without
// being taken from anywhere.
var (
	germanFront = []string{"Nord", "Tann", "Quell", "Moos", "Zwirn", "Hasel", "Brünn", "Falken", "Kessel", "Eichel",
		"Birken", "Linsen", "Rohr", "Stoppel", "Silber", "Kupfer", "Sonnen", "Nebel", "Mühl", "Wiesel", "Ahorn", "Distel",
		"Feder", "Ginster", "Hagel", "Kiesel", "Lerchen", "Mohn", "Nessel", "Otter", "Pappel", "Quarz", "Raben", "Schlehen",
		"Traub", "Ulmen", "Wacholder", "Zedern", "Ammer", "Borsten", "Dohlen", "Espen", "Flachs", "Grau", "Hirsen", "Iltis",
		"Krähen", "Löffel"}
	germanBack = []string{"brink", "walder", "kamp", "feldner", "hüter", "quast", "mantel", "wieser", "stolz", "bacher",
		"hauer", "sieder", "gruber", "dorn", "klang", "moser", "taler", "rieder", "winkel", "scheid", "stetter", "horst",
		"haken", "brunner", "loher", "marder", "zeiger", "wender", "pfeil", "sprung", "kern", "blatt", "lohe", "anger",
		"steg", "rain", "furt", "harder", "zinn", "küfer"}
	englishFront = []string{"Lark", "Thorn", "Ember", "Copper", "Fallow", "Marl", "Quill", "Rook", "Saffron", "Tallow",
		"Umber", "Vetch", "Willow", "Yarrow", "Alder", "Bramble", "Cinder", "Dapple", "Elder", "Fern", "Gorse", "Heather",
		"Iron", "Juniper", "Kestrel", "Linnet", "Mallow", "Nettle", "Oat", "Pebble", "Russet", "Sedge", "Teasel", "Wren",
		"Amber", "Barley", "Clover", "Drover", "Flint", "Hollow"}
	englishBack = []string{"well", "mere", "wick", "combe", "stead", "garth", "shaw", "thwaite", "croft", "holm",
		"leigh", "burn", "gate", "hurst", "mantle", "ridge", "worthy", "beck", "field", "sworth", "lathe", "spindle",
		"bourne", "dale", "fold", "grove", "hithe", "knap", "latch", "moor", "nock", "pike", "quay", "rigg", "slade",
		"toft", "vane", "ward", "yard", "hatch"}

	germanWomen = []string{"Anna", "Britta", "Claudia", "Dörte", "Elif", "Frauke", "Gesa", "Hannelore", "Ilse", "Jana",
		"Käthe", "Lena", "Mareike", "Nadja", "Özlem", "Petra", "Rosa", "Sabine", "Theresa", "Ursula", "Vera", "Wiebke",
		"Yvonne", "Zora", "Anne-Kathrin"}
	germanMen = []string{"Arne", "Björn", "Cem", "Detlef", "Emil", "Frank", "Günther", "Hauke", "Ingo", "Jürgen", "Kai",
		"Lars", "Mehmet", "Norbert", "Ole", "Peter", "Ralf", "Sönke", "Thomas", "Uwe", "Volker", "Wolfgang", "Xaver",
		"Yannick", "Karl-Heinz"}
	englishWomen = []string{"Alice", "Bridget", "Clara", "Daisy", "Edith", "Fiona", "Grace", "Harriet", "Imogen", "Joanna",
		"Kate", "Lucy", "Maeve", "Nora", "Olive", "Priya", "Rachel", "Susan", "Tessa", "Una", "Violet", "Winifred"}
	englishMen = []string{"Adam", "Barnaby", "Colin", "Desmond", "Edgar", "Felix", "Graham", "Hugh", "Ian", "Jonah", "Kenneth",
		"Leo", "Miles", "Nigel", "Oscar", "Percy", "Ravi", "Simon", "Toby", "Ulric", "Victor", "Wilfred"}

	germanStreets = []string{"Am Zunderwerk", "Zwirnerweg", "Spulengasse", "An der Hobelbank", "Kesselflickerstraße",
		"Ambossstraße", "Schraubzwingenweg", "Am Drehmomentkai", "Bohrkronenweg", "Feilenhauerstraße", "Gewindeallee",
		"Im Spannfutter", "Kupferquellstraße", "Meißelplatz", "Nietenring", "Raspelstraße", "Schmiergelweg", "Zum Lotkolben",
		"Wasserwaagenstraße", "Zollstockchaussee"}
	englishStreets = []string{"Copperlark Road", "Anvilmere Lane", "Bobbin Wharf", "Chisel Row", "Drawknife Street",
		"Emberwell Way", "Ferrule Close", "Gimlet Avenue", "Hackspindle Road", "Jackplane Drive", "Kilnbeck Lane",
		"Latchworth Road", "Mandrel Park", "Plumbline Street", "Rivet Hill", "Spokeshave Terrace"}
)

// stem composes the n-th of all names of a language.
func stem(lang string, n int) string {
	front, back := halves(lang)
	return front[n/len(back)%len(front)] + back[n%len(back)]
}

func stems(lang string) int {
	front, back := halves(lang)
	return len(front) * len(back)
}

func halves(lang string) (front, back []string) {
	if lang == "de" {
		return germanFront, germanBack
	}
	return englishFront, englishBack
}
