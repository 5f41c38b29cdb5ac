package colour

// vec is a colour on its way through a table: up to four components, each 0…1 in the table's own encoding.
type vec [4]float64

// lut is a profile's way between device colours and its connection space: a chain of stages.
type lut struct {
	in, out int
	stages  []func(*vec)
	pcs     encoding // of the side that is the connection space
}

func (l *lut) eval(v vec) vec {
	for _, s := range l.stages {
		s(&v)
	}
	return v
}

// table reads the first of the named tags that the profile has: A2B (device to connection space) or B2A.
func (p *Profile) table(names ...string) (*lut, error) {
	for _, name := range names {
		tag, ok := p.tags[name]
		if !ok {
			continue
		}
		device, toPCS := p.Channels(), name[0] == 'A'
		l, err := readLUT(tag, p.PCS, toPCS)
		if err != nil {
			return nil, err
		}
		if in, out := l.in, l.out; toPCS && (in != device || out != 3) || !toPCS && (in != 3 || out != device) {
			return nil, fault("table %s of the ICC profile leads from %d to %d components, which does not fit %s", name, in, out, p.Space)
		}
		return l, nil
	}
	return nil, fault("the ICC profile %q has no table %s, which converting to %s needs", p.Description, names[0], p.Space)
}

// readLUT reads lut8Type, lut16Type, lutAToBType and lutBToAType (ICC.1:2010, 10.8 to 10.11).
func readLUT(tag []byte, pcs string, toPCS bool) (*lut, error) {
	if len(tag) < 32 {
		return nil, fault("a table of the ICC profile is cut off")
	}
	l := &lut{in: int(tag[8]), out: int(tag[9])}
	if l.in < 3 || l.in > 4 || l.out < 3 || l.out > 4 {
		return nil, fault("a table of the ICC profile has %d and %d components; 3 and 4 can be read", l.in, l.out)
	}
	switch string(tag[:4]) {
	case "mft1":
		l.pcs = encodingOf(pcs, labByte)
		return l, l.readClassic(tag, 48, 256, 256, 1)
	case "mft2":
		l.pcs = encodingOf(pcs, labLegacy)
		if len(tag) < 52 {
			return nil, fault("a table of the ICC profile is cut off")
		}
		return l, l.readClassic(tag, 52, int(be16(tag[48:])), int(be16(tag[50:])), 2)
	case "mAB ", "mBA ":
		l.pcs = encodingOf(pcs, labWord)
		return l, l.readModern(tag, toPCS)
	}
	return nil, fault("a table of the ICC profile has the unknown type %q", tag[:4])
}

// readClassic reads the body of lut8Type and lut16Type: input curves, grid, output curves, width bytes a value. Their
// matrix applies to XYZ on the input side only, which no output profile has there.
func (l *lut) readClassic(tag []byte, at, nIn, nOut, width int) error {
	side := int(tag[10])
	points := 1
	for range l.in {
		points *= side
	}
	need := at + width*(nIn*l.in+points*l.out+nOut*l.out)
	if side < 2 || nIn < 2 || nOut < 2 || need > len(tag) {
		return fault("a table of the ICC profile needs %d bytes and has %d", need, len(tag))
	}
	body := tag[at:]
	take := func(n int) curve {
		b := body[:n*width]
		body = body[n*width:]
		if width == 1 {
			return table8(b)
		}
		return table16(b, n)
	}
	curves := func(channels, n int) []curve {
		out := make([]curve, channels)
		for i := range out {
			out[i] = take(n)
		}
		return out
	}
	first := curves(l.in, nIn)
	values := take(points * l.out)
	sides := []int{side, side, side, side}[:l.in]
	l.stages = []func(*vec){curveStage(first), gridStage(sides, l.out, values), curveStage(curves(l.out, nOut))}
	return nil
}

// readModern reads lutAToBType (A curves, grid, M curves, matrix, B curves) and lutBToAType (the other way round).
func (l *lut) readModern(tag []byte, toPCS bool) error {
	if (string(tag[:4]) == "mAB ") != toPCS {
		return fault("a table of the ICC profile has type %q, which leads the wrong way", tag[:4])
	}
	offset := func(i int) int { return int(be32(tag[12+4*i:])) }
	b, matrix, m, grid, a := offset(0), offset(1), offset(2), offset(3), offset(4)
	device := l.in
	if !toPCS {
		device = l.out
	}
	type part struct {
		at   int
		read func(at int) (func(*vec), error)
	}
	curves := func(n int) func(int) (func(*vec), error) {
		return func(at int) (func(*vec), error) { return readCurves(tag, at, n) }
	}
	parts := []part{
		{a, curves(device)},
		{grid, func(at int) (func(*vec), error) { return readGrid(tag, at, l.in, l.out) }},
		{m, curves(3)},
		{matrix, func(at int) (func(*vec), error) { return readMatrix(tag, at) }},
		{b, curves(3)},
	}
	if grid == 0 && l.in != l.out {
		return fault("a table of the ICC profile lacks its grid")
	}
	for i := range parts {
		p := parts[i]
		if !toPCS {
			p = parts[len(parts)-1-i]
		}
		if p.at == 0 {
			continue
		}
		s, err := p.read(p.at)
		if err != nil {
			return err
		}
		l.stages = append(l.stages, s)
	}
	return nil
}

func readCurves(tag []byte, at, n int) (func(*vec), error) {
	out := make([]curve, n)
	for i := range out {
		if at < 0 || at > len(tag) {
			return nil, fault("a curve of the ICC profile lies outside of its table")
		}
		c, size, err := readCurve(tag[at:])
		if err != nil {
			return nil, err
		}
		out[i] = c
		at += (size + 3) &^ 3
	}
	return curveStage(out), nil
}

func readMatrix(tag []byte, at int) (func(*vec), error) {
	if at < 0 || at+48 > len(tag) {
		return nil, fault("the matrix of the ICC profile lies outside of its table")
	}
	var m [12]float64
	for i := range m {
		m[i] = fixed(tag[at+4*i:])
	}
	return func(v *vec) {
		x, y, z := v[0], v[1], v[2]
		for i := range 3 {
			v[i] = mul(m[3*i], x) + mul(m[3*i+1], y) + mul(m[3*i+2], z) + m[9+i]
		}
	}, nil
}

func readGrid(tag []byte, at, in, out int) (func(*vec), error) {
	if at < 0 || at+20 > len(tag) {
		return nil, fault("the grid of the ICC profile lies outside of its table")
	}
	sides, points := make([]int, in), 1
	for i := range sides {
		if sides[i] = int(tag[at+i]); sides[i] < 2 {
			return nil, fault("the grid of the ICC profile has a side of %d points", sides[i])
		}
		points *= sides[i]
	}
	width, body := int(tag[at+16]), tag[at+20:]
	if width != 1 && width != 2 || points*out*width > len(body) {
		return nil, fault("the grid of the ICC profile needs %d values and has %d bytes", points*out, len(body))
	}
	if width == 1 {
		return gridStage(sides, out, table8(body[:points*out])), nil
	}
	return gridStage(sides, out, table16(body, points*out)), nil
}

func curveStage(c []curve) func(*vec) {
	return func(v *vec) {
		for i := range c {
			v[i] = c[i].at(v[i])
		}
	}
}

// gridStage interpolates linearly along every axis: 8 or 16 corners. The last axis varies fastest.
func gridStage(sides []int, out int, values []float64) func(*vec) {
	n := len(sides)
	var steps [4]int
	for i, step := n-1, out; i >= 0; i-- {
		steps[i] = step
		step *= sides[i]
	}
	return func(v *vec) {
		var weight [16]float64
		var at [16]int
		weight[0] = 1
		corners := 1
		for i := range n {
			pos := mul(min(max(v[i], 0), 1), float64(sides[i]-1))
			cell := min(int(pos), sides[i]-2)
			f := pos - float64(cell)
			for k := range corners {
				at[k] += cell * steps[i]
				at[corners+k], weight[corners+k] = at[k]+steps[i], mul(weight[k], f)
				weight[k] = mul(weight[k], 1-f)
			}
			corners *= 2
		}
		var sum vec
		for k := range corners {
			if weight[k] == 0 {
				continue
			}
			for j := range out {
				sum[j] += mul(weight[k], values[at[k]+j])
			}
		}
		*v = sum
	}
}
