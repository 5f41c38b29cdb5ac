package sim

// segment is a kind of customer: how its members are named, how they buy and how a letter moves them.
type segment struct {
	name, industry string
	share          float64
	trades         map[string][]string // by language; eight each
	ordersYear     float64             // mean purchase rate while active
	ticket         float64             // mean net order value in euros
	dropA, dropB   float64             // Beta of the chance to fall silent after an order
	groups         []int               // preferred product groups, the first most
	contracts      float64             // share with a contract
	lift           float64             // mean relative change of the purchase rate by a letter
	reactivate     float64             // mean chance that a letter brings a silent account back
}

var segments = []*segment{
	{name: "Maschinenbau", industry: "Maschinen- und Anlagenbau", share: .28, ordersYear: 3.6, ticket: 1150, dropA: .9, dropB: 6,
		trades: map[string][]string{
			"de": {"Antriebstechnik", "Maschinenbau", "Fördertechnik", "Zerspanung", "Werkzeugbau", "Anlagenbau", "Hydraulik", "Feinmechanik"},
			"en": {"Drives", "Engineering", "Conveyors", "Machining", "Tooling", "Plant Systems", "Hydraulics", "Precision"}},
		groups: []int{0, 1, 3, 5}, contracts: .34, lift: .20, reactivate: .016},
	{name: "Handel", industry: "Technischer Großhandel", share: .20, ordersYear: 5.2, ticket: 720, dropA: .9, dropB: 7,
		trades: map[string][]string{
			"de": {"Industriebedarf", "Handel", "Werkzeughandel", "Baubedarf", "Technikvertrieb", "Großhandel", "Befestigungen", "Arbeitsschutz"},
			"en": {"Supplies", "Trading", "Tool Merchants", "Builders Supply", "Distribution", "Wholesale", "Fixings", "Safety Supply"}},
		groups: []int{1, 2, 4, 0}, contracts: .15, lift: .26, reactivate: .014},
	{name: "Handwerk", industry: "Bau- und Ausbauhandwerk", share: .30, ordersYear: 4.4, ticket: 380, dropA: 1.0, dropB: 6,
		trades: map[string][]string{
			"de": {"Metallbau", "Tischlerei", "Zimmerei", "Haustechnik", "Elektrotechnik", "Dachbau", "Schlosserei", "Fensterbau"},
			"en": {"Metalworks", "Joinery", "Carpentry", "Building Services", "Electrical", "Roofing", "Locksmiths", "Windows"}},
		groups: []int{0, 2, 4, 1}, contracts: .14, lift: .36, reactivate: .021},
	{name: "Labor", industry: "Labor- und Messtechnik", share: .12, ordersYear: 3.0, ticket: 980, dropA: .8, dropB: 6,
		trades: map[string][]string{
			"de": {"Messtechnik", "Laborbedarf", "Analytik", "Prüftechnik", "Sensorik", "Optik", "Werkstoffprüfung", "Kalibrierdienst"},
			"en": {"Metrology", "Laboratories", "Analytics", "Testing", "Sensors", "Optics", "Materials Lab", "Calibration"}},
		groups: []int{3, 5, 0, 1}, contracts: .42, lift: 0, reactivate: 0},
	{name: "Öffentliche Hand", industry: "Öffentliche Einrichtungen", share: .10, ordersYear: 2.2, ticket: 860, dropA: .7, dropB: 7,
		trades: map[string][]string{
			"de": {"Bauhof", "Berufsschulzentrum", "Technikzentrum", "Klinikum", "Wasserwerk", "Feuerwehrtechnik", "Verkehrsbetrieb", "Forstbetrieb"},
			"en": {"Depot", "Technical College", "Skills Centre", "Infirmary", "Waterworks", "Fire Service", "Transit", "Parks"}},
		groups: []int{2, 4, 3, 0}, contracts: .22, lift: -.06, reactivate: .004},
}

// productGroup is a part of the invented seller's range.
type productGroup struct {
	name, prefix string
	margin       float64 // added to the account's own share
	unit         float64 // typical price of one piece in euros
}

var productGroups = []productGroup{
	{"Zerspanungswerkzeuge", "ZW", .04, 38}, {"Befestigungstechnik", "BT", -.02, 9}, {"Handwerkzeuge", "HW", .00, 29},
	{"Messmittel", "MM", .06, 145}, {"Arbeitsschutz", "AS", -.05, 17}, {"Maschinen und Zubehör", "MZ", -.04, 390},
}

// channel is a way in which customers were won, with what a won customer costs on average.
type channel struct {
	name  string
	share float64
	cost  float64 // euros for a won customer
	leads float64 // leads for a won customer
}

var channels = []channel{
	{"Messe", .22, 940, 6}, {"Empfehlung", .18, 120, 2}, {"Suchmaschine", .24, 410, 14},
	{"Außendienst", .20, 1250, 4}, {"Katalog", .16, 330, 9},
}

var (
	serviceLevels = []string{"basic", "standard", "premium"}
	countries     = []string{"DE", "AT", "CH", "GB", "US"}
	countryShares = []float64{.65, .08, .07, .12, .08}
)

func languageOf(country string) string {
	if country == "GB" || country == "US" {
		return "en"
	}
	return "de"
}
