package artwork

import (
	"bytes"
	"fmt"
	"image"
	"image/draw"
	"image/png"
	"math"
	"strings"

	"postlift"
	"postlift/mailers/pdfread"
)

// tolerances in micrometres: of the trim's size, and of the bleed, which programs round to a tenth of a
// millimetre.
const (
	trimTolerance  = 500
	bleedTolerance = 100
)

// micro converts units of the page's user space to micrometres.
func (im *importer) micro(v float64) int {
	return int(math.Round(v * im.p.UserUnit * 25400 / 72))
}

func (im *importer) units(um int) float64 { return float64(um) * 72 / 25400 / im.p.UserUnit }

// size is a box's size in micrometres as one sees the page, turned.
func (im *importer) size(r pdfread.Rect) (w, h int) {
	w, h = im.micro(r.W()), im.micro(r.H())
	if im.p.Rotate%180 != 0 {
		w, h = h, w
	}
	return w, h
}

func near(a, b int) bool { return a-b <= trimTolerance && b-a <= trimTolerance }

// boxes finds trim and bleed, or says why they are not as wanted.
func (im *importer) boxes() {
	media, ok := im.p.Box("MediaBox")
	if !ok {
		im.add("boxes", "", "", "the page has no MediaBox; save it again as PDF/X-4", "Die Seite hat keine MediaBox; bitte als PDF/X-4 sichern.")
		return
	}
	trim, ok := im.p.Box("TrimBox")
	if !ok {
		if trim, ok = im.inside(media); !ok {
			return
		}
	}
	w, h := im.size(trim)
	if !near(w, im.want.W) || !near(h, im.want.H) {
		im.wrongSize(w, h)
		return
	}
	bleed, ok := im.p.Box("BleedBox")
	if !ok {
		bleed = media
	}
	bleed = pdfread.Rect{Left: max(bleed.Left, media.Left), Bottom: max(bleed.Bottom, media.Bottom), Right: min(bleed.Right, media.Right), Top: min(bleed.Top, media.Top)}
	least := im.micro(min(trim.Left-bleed.Left, trim.Bottom-bleed.Bottom, bleed.Right-trim.Right, bleed.Top-trim.Top))
	if least < im.want.Bleed-bleedTolerance {
		im.add("bleed", "", "", fmt.Sprintf("the bleed is %s mm on one side, %s mm are needed on every side; export with bleed and with the BleedBox set", mm(max(least, 0)), mm(im.want.Bleed)),
			fmt.Sprintf("Der Anschnitt ist auf einer Seite %s mm, nötig sind ringsum %s mm; bitte mit Anschnitt und gesetzter BleedBox exportieren.", mmDE(max(least, 0)), mmDE(im.want.Bleed)))
	}
	b := im.units(im.want.Bleed)
	im.trim, im.clip = trim, pdfread.Rect{Left: trim.Left - b, Bottom: trim.Bottom - b, Right: trim.Right + b, Top: trim.Top + b}
}

// inside finds the trim of a page that names none: only where the sizes leave no doubt.
func (im *importer) inside(media pdfread.Rect) (pdfread.Rect, bool) {
	w, h := im.size(media)
	if near(w, im.want.W+2*im.want.Bleed) && near(h, im.want.H+2*im.want.Bleed) {
		b := im.units(im.want.Bleed)
		return pdfread.Rect{Left: media.Left + b, Bottom: media.Bottom + b, Right: media.Right - b, Top: media.Top - b}, true
	}
	if near(w, im.want.W) && near(h, im.want.H) {
		im.add("bleed", "", "", fmt.Sprintf("the page has the trimmed size but no bleed, %s mm are needed on every side; export with bleed", mm(im.want.Bleed)),
			fmt.Sprintf("Die Seite hat das Endformat, aber keinen Anschnitt, nötig sind ringsum %s mm; bitte mit Anschnitt exportieren.", mmDE(im.want.Bleed)))
		return media, false
	}
	im.add("trim_box", "", "", fmt.Sprintf("the page has no TrimBox and measures %s x %s mm, so nobody knows where %s x %s mm lie in it; export as PDF/X-4", mm(w), mm(h), mm(im.want.W), mm(im.want.H)),
		fmt.Sprintf("Die Seite hat keine TrimBox und misst %s x %s mm, so dass niemand weiß, wo darin %s x %s mm liegen; bitte als PDF/X-4 exportieren.", mmDE(w), mmDE(h), mmDE(im.want.W), mmDE(im.want.H)))
	return media, false
}

func (im *importer) wrongSize(w, h int) {
	hint, hinweis := "set the page to that size", "bitte die Seite auf diese Größe stellen"
	if near(h, im.want.W) && near(w, im.want.H) {
		hint, hinweis = "it lies on its side: turn the page", "sie liegt quer: bitte die Seite drehen"
	}
	im.add("trim_size", "", "", fmt.Sprintf("the trim is %s x %s mm, the design needs %s x %s mm; %s", mm(w), mm(h), mm(im.want.W), mm(im.want.H), hint),
		fmt.Sprintf("Das Endformat ist %s x %s mm, die Vorlage braucht %s x %s mm; %s.", mmDE(w), mmDE(h), mmDE(im.want.W), mmDE(im.want.H), hinweis))
}

// mm writes micrometres as millimetres with up to one decimal.
func mm(um int) string {
	if tenth := (um + 50) / 100; tenth%10 != 0 {
		return fmt.Sprintf("%d.%d", tenth/10, tenth%10)
	}
	return fmt.Sprint((um + 50) / 1000)
}

// mmDE is mm with a comma.
func mmDE(um int) string { return strings.Replace(mm(um), ".", ",", 1) }

// matrix maps the page's user space to upright points with the trim's lower left corner at the origin; plain
// tells that the page needs none.
func (im *importer) matrix() (m [6]float64, plain bool) {
	u, t := im.p.UserUnit, im.trim
	switch im.p.Rotate {
	case 90:
		m = [6]float64{0, -1, 1, 0, -t.Bottom, t.Right}
	case 180:
		m = [6]float64{-1, 0, 0, -1, t.Right, t.Top}
	case 270:
		m = [6]float64{0, 1, -1, 0, t.Top, -t.Left}
	default:
		m = [6]float64{1, 0, 0, 1, -t.Left, -t.Bottom}
	}
	for i := range m {
		m[i] *= u
	}
	return m, im.p.Rotate == 0 && u == 1
}

// screen has the page drawn and cuts it to trim and bleed; nil where it cannot be drawn.
func (im *importer) screen(pdf []byte) ([]byte, error) {
	const op = "artwork.Import"
	drawn, err := im.want.Draw(pdf, im.page, im.want.ICC)
	if err != nil {
		return nil, postlift.Wrap(op, "the artwork's picture for the screen cannot be drawn", err)
	}
	if len(drawn) == 0 {
		return nil, nil
	}
	whole, err := png.Decode(bytes.NewReader(drawn))
	if err != nil {
		return nil, postlift.Wrap(op, "the artwork's picture for the screen is no PNG", err)
	}
	media, _ := im.p.Box("MediaBox")
	l, t, r, b := im.clip.Left-media.Left, media.Top-im.clip.Top, im.clip.Right-media.Left, media.Top-im.clip.Bottom
	w, h := media.W(), media.H()
	switch im.p.Rotate { // clockwise: what was left is then on top
	case 90:
		l, t, r, b = h-b, l, h-t, r
	case 180:
		l, t, r, b = w-r, h-b, w-l, h-t
	case 270:
		l, t, r, b = t, w-r, b, w-l
	}
	if im.p.Rotate%180 != 0 {
		w, h = h, w
	}
	sx, sy := float64(whole.Bounds().Dx())/w, float64(whole.Bounds().Dy())/h
	cut := image.Rect(round(l*sx), round(t*sy), round(r*sx), round(b*sy)).Intersect(whole.Bounds())
	if cut.Empty() {
		return nil, postlift.Faultf(postlift.Internal, op, "the artwork's picture for the screen is empty")
	}
	out := image.NewRGBA(image.Rect(0, 0, cut.Dx(), cut.Dy()))
	draw.Draw(out, out.Bounds(), whole, cut.Min, draw.Src)
	var buf bytes.Buffer
	if err := png.Encode(&buf, out); err != nil {
		return nil, postlift.Wrap(op, "the artwork's picture for the screen cannot be written", err)
	}
	return buf.Bytes(), nil
}

func round(v float64) int { return int(math.Round(v)) }
