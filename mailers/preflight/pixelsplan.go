package preflight

import "postlift/mailers/sheet"

// PixelPages is what a plan says about its pages, for PixelOptions.Page: zones, where the address, the sender line
// and franking marks stand, and the codes with the borders that readers need.
func PixelPages(p *sheet.Plan) []PixelPage {
	out := make([]PixelPage, len(p.Pages))
	for i := range p.Pages {
		out[i] = pixelPage(&p.Pages[i])
	}
	return out
}

func pixelPage(p *sheet.Page) PixelPage {
	out := PixelPage{Prints: []PixelBox{}}
	franked := false
	p.All(func(op sheet.Op) {
		box := PixelBox{X: op.X, Y: op.Y, W: op.W, H: op.H}
		switch op.Part {
		case sheet.PartAddress, sheet.PartReturn, sheet.PartFranking:
			if op.Kind == sheet.OpText {
				em := sheet.Points(op.Size)
				box.Y, box.H = op.Y-em*110/100, em*145/100
			}
			franked = franked || op.Part == sheet.PartFranking
			out.Prints = append(out.Prints, box)
		}
		if op.Kind == sheet.OpModules {
			quiet := 1
			if isQR(&op) {
				quiet = 4
			}
			box.Quiet = quiet * op.Unit
			out.Codes = append(out.Codes, box)
		}
	})
	for _, z := range p.Zones {
		if z.Kind != sheet.ZonePostage || !franked { // the mark stands in it
			out.Zones = append(out.Zones, z)
		}
	}
	return out
}
