package letter

import (
	"postlift/mailers/merge"
	"postlift/mailers/sheet"
)

// Room for a signature, micrometres.
const (
	signRoom = 11_000 // to sign by hand
	signMaxW = 60_000
	signMaxH = 16_000
)

// signPlace is where a signature's image is fitted into.
var signPlace = &place{id: -1, w: signMaxW, h: signMaxH}

// signature is the greeting, the signature's image or room to sign, the name, what its bearer is and, where no info
// block tells it, the direct dial. It stays with the paragraph above: alone on a page it signs nothing.
func (cp *composer) signature(raws []merge.Raw) ([]item, error) {
	items, err := cp.setAll(raws, lookBody, cp.measure)
	if err != nil {
		return nil, err
	}
	sign, err := cp.signed()
	if err != nil {
		return nil, err
	}
	name, err := cp.need("sender.signature_name")
	if err != nil {
		return nil, err
	}
	items = append(items, sign)
	if items, err = cp.signLine(items, name, "sender.signature_name", sheet.Bold); err != nil {
		return nil, err
	}
	for _, f := range []func() (string, error){cp.role, cp.dial} {
		s, err := f()
		if err != nil {
			return nil, err
		}
		if s == "" {
			continue
		}
		if items, err = cp.signLine(items, s, "the line below the signature", sheet.Regular); err != nil {
			return nil, err
		}
	}
	items[0].before = cp.looks[lookBody].line()
	for i := range items {
		items[i].bound = true
	}
	return items, nil
}

// role is what the bearer of the signature is.
func (cp *composer) role() (string, error) {
	return cp.firstOf("sender.signature_role", "sender.owner_role")
}

// dial is the direct dial, where no info block prints it.
func (cp *composer) dial() (string, error) {
	if cp.telephoneShown {
		return "", nil
	}
	s, err := cp.field("sender.owner_phone")
	if err != nil || s == "" {
		return "", err
	}
	return cp.words.dial + " " + s, nil
}

func (cp *composer) signLine(items []item, s, where string, style sheet.Style) ([]item, error) {
	l := &cp.looks[lookBody]
	op, err := cp.fitted(s, where, style, l.size, l.size-2000, cp.measure)
	if err != nil {
		return nil, err
	}
	line := cp.mem.sets.One()
	line.ops = append(cp.mem.ops.Room(1), at(op, 0, l.baseline()))
	line.whole(l.line())
	return append(items, item{set: line}), nil
}

// signed is the image of the signature, if the sender has one whose use is still agreed to, else room to sign.
func (cp *composer) signed() (item, error) {
	file, err := cp.field("sender.signature_file")
	if err != nil {
		return item{}, err
	}
	if file == "" {
		gap := cp.mem.sets.One()
		gap.whole(signRoom)
		return item{set: gap, gap: true}, nil
	}
	if err := cp.consented(file); err != nil {
		return item{}, err
	}
	img, err := cp.asset(file, "sender.signature_file")
	if err != nil {
		return item{}, err
	}
	layer := cp.imageLayer(img, signPlace)
	out := &set{placed: []sheet.Placed{{Y: 500, Layer: layer}}}
	out.whole(layer.Ops[0].H + 1_000)
	return item{set: out}, nil
}

// consented refuses a signature's image whose bearer has not agreed to its use on the letter's date.
func (cp *composer) consented(file string) error {
	until, err := cp.day("sender.signature_consent_until")
	if err != nil {
		return err
	}
	date, err := cp.day("date")
	if err != nil {
		return err
	}
	switch {
	case until.IsZero():
		return pieceFault("the signature image %q has no consent of its bearer (sender.signature_consent_until): ask for it, or leave sender.signature_file empty", clip(file))
	case date.IsZero():
		return pieceFault("date has no value, and the consent to the signature image %q is tested against it", clip(file))
	case until < date:
		return pieceFault("the consent to the signature image %q ended on %s, the letter is of %s: ask for it again, or leave sender.signature_file empty", clip(file), until, date)
	}
	return nil
}

// asset is a per-recipient image or a signature by its name.
func (cp *composer) asset(name, where string) (*sheet.Image, error) {
	if cp.kit.Assets == nil {
		return nil, pieceFault("%s names the image %q, but no folder of images is configured", where, clip(name))
	}
	img, err := cp.kit.Assets(name)
	if err != nil {
		return nil, err
	}
	if img == nil || img.W <= 0 || img.H <= 0 {
		return nil, pieceFault("%s names the image %q, which is not there", where, clip(name))
	}
	return img, nil
}

// fit is the largest size of a picture's proportions within a box.
func fit(pw, ph, w, h int) (int, int) {
	if pw*h > ph*w {
		return w, int(int64(ph) * int64(w) / int64(pw))
	}
	return int(int64(pw) * int64(h) / int64(ph)), h
}
