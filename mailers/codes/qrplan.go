package codes

import (
	"math/bits"
	"slices"
	"sync"

	"rsc.io/qr/coding"
)

const (
	maxVersion = coding.MaxVersion
	masks      = 8
	qrPrime    = 0x11D
)

var qrField = sync.OnceValue(func() *field { return newField(qrPrime, 0) })

// qrPlan is all of a version and level that no text changes, with rows and columns both as bits: penalties
// are counted in either direction.
type qrPlan struct {
	version      int
	size         int
	data, blocks int
	check        int           // check codewords of a block
	blank        [masks]qrGrid // fixed patterns, format and mask, with all data bits 0
	place        []qrPlace     // by data bit: where it stands
}

type qrPlace struct{ x, y uint8 }

// qrGrid is a square code by rows, and transposed.
type qrGrid struct{ rows, columns grid }

func newQRGrid(size int) qrGrid { return qrGrid{newGrid(size, size), newGrid(size, size)} }

func (g qrGrid) set(x, y int) {
	g.rows.set(x, y)
	g.columns.set(y, x)
}

func capacityQR(version int, level Level) int {
	return coding.Version(version).DataBytes(coding.Level(level))
}

// plans are made once for a process: of the 160 there are, a campaign uses one.
var plans [maxVersion + 1][levels]struct {
	once sync.Once
	plan *qrPlan
	err  error
}

func planQR(version int, level Level) (*qrPlan, error) {
	p := &plans[version][level]
	p.once.Do(func() { p.plan, p.err = newQRPlan(version, level) })
	return p.plan, p.err
}

func newQRPlan(version int, level Level) (*qrPlan, error) {
	var p *qrPlan
	for m := range masks {
		source, err := coding.NewPlan(coding.Version(version), coding.Level(level), coding.Mask(m))
		if err != nil {
			return nil, err
		}
		if p == nil {
			p = &qrPlan{version: version, size: len(source.Pixel), data: source.DataBytes, blocks: source.Blocks,
				check: source.CheckBytes / source.Blocks, place: make([]qrPlace, 8*(source.DataBytes+source.CheckBytes))}
		}
		p.blank[m] = newQRGrid(p.size)
		p.read(m, source)
	}
	return p, nil
}

// read takes over one mask's symbol, and where the data bits stand.
func (p *qrPlan) read(mask int, source *coding.Plan) {
	for y, row := range source.Pixel {
		for x, pixel := range row {
			if pixel&coding.Black != 0 {
				p.blank[mask].set(x, y)
			}
			if role := pixel.Role(); role == coding.Data || role == coding.Check {
				p.place[pixel.Offset()] = qrPlace{uint8(x), uint8(y)}
			}
		}
	}
}

// codewords are data and check bytes of a text whose first head bytes are packed as bytes, the rest tighter;
// block after block, as the plan's bits count.
func (p *qrPlan) codewords(work *qrWork, text string, head int) []byte {
	w := &work.bits
	*w = bitWriter{buf: slices.Grow(w.buf[:0], p.data+p.blocks*p.check+8)}
	if head > 0 {
		w.segment(bytewise, text[:head], p.version)
	}
	if head < len(text) || text == "" {
		w.segment(tailMode(text[head:]), text[head:], p.version)
	}
	w.pad(p.data)
	out, rs := w.buf, qrField().checker(p.check)    // out has room and does not move
	short, long := p.data/p.blocks, p.data%p.blocks // the last long blocks hold one codeword more
	for b, at := 0, 0; b < p.blocks; b++ {
		n := short
		if b >= p.blocks-long {
			n++
		}
		var r remainder
		for _, v := range w.buf[at : at+n] {
			rs.feed(&r, v)
		}
		for i := range p.check {
			out = append(out, r.at(i))
		}
		at += n
	}
	return out
}

// draw places the codewords and takes the mask of the lowest penalty.
func (p *qrPlan) draw(w *qrWork, codewords []byte) grid {
	if w.data.rows.w != p.size {
		w.data, w.tried = newQRGrid(p.size), newQRGrid(p.size)
	}
	data, work := w.data, w.tried
	clear(data.rows.words)
	clear(data.columns.words)
	for i, c := range codewords {
		for ; c != 0; c &= c - 1 {
			at := p.place[i*8+7-bits.TrailingZeros8(c)]
			data.set(int(at.x), int(at.y))
		}
	}
	best, lowest := 0, -1
	for m := range masks {
		copy(work.rows.words, data.rows.words)
		copy(work.columns.words, data.columns.words)
		work.rows.xor(p.blank[m].rows)
		work.columns.xor(p.blank[m].columns)
		if n := work.penalty(); lowest < 0 || n < lowest {
			best, lowest = m, n
		}
	}
	data.rows.xor(p.blank[best].rows)
	return data.rows
}
