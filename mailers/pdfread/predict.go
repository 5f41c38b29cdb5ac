package pdfread

import "errors"

var errPredictor = errors.New("a stream's predictor parameters are impossible")

// unpredict undoes the PNG (10 to 15) and TIFF (2) predictors (ISO 32000-1, 7.4.4.4). The data is its own and
// may be overwritten.
func (f *File) unpredict(data []byte, p Dict) ([]byte, error) {
	kind := int(f.Number(p["Predictor"], 1))
	if kind <= 1 {
		return data, nil
	}
	colours, bits, columns := int(f.Number(p["Colors"], 1)), int(f.Number(p["BitsPerComponent"], 8)), int(f.Number(p["Columns"], 1))
	if colours < 1 || colours > 64 || bits < 1 || bits > 16 || columns < 1 || columns > 1<<24 {
		return nil, errPredictor
	}
	row, pixel := min((colours*bits*columns+7)/8, len(data)+1), max(1, colours*bits/8)
	if kind == 2 {
		return tiff(data, row, colours, bits)
	}
	return png(data, row, pixel), nil
}

func tiff(data []byte, row, colours, bits int) ([]byte, error) {
	switch bits {
	case 8:
		for from := 0; from < len(data); from += row {
			line := data[from:min(from+row, len(data))]
			for i := colours; i < len(line); i++ {
				line[i] += line[i-colours]
			}
		}
		return data, nil
	case 16:
		for from := 0; from < len(data); from += row {
			line := data[from:min(from+row, len(data))]
			for i := 2 * colours; i+1 < len(line); i += 2 {
				v := uint16(line[i])<<8 + uint16(line[i+1]) + uint16(line[i-2*colours])<<8 + uint16(line[i-2*colours+1])
				line[i], line[i+1] = byte(v>>8), byte(v)
			}
		}
		return data, nil
	}
	return nil, errors.New("a TIFF predictor of less than 8 bits is not read")
}

func png(data []byte, row, pixel int) []byte {
	out := make([]byte, 0, len(data))
	above := make([]byte, row)
	for len(data) > 1 {
		kind := data[0]
		n := min(row, len(data)-1)
		line := data[1 : 1+n]
		data = data[1+n:]
		for i := range line {
			var left, corner byte
			if i >= pixel {
				left, corner = line[i-pixel], above[i-pixel]
			}
			switch kind {
			case 1:
				line[i] += left
			case 2:
				line[i] += above[i]
			case 3:
				line[i] += byte((int(left) + int(above[i])) / 2)
			case 4:
				line[i] += paeth(left, above[i], corner)
			}
		}
		from := len(out)
		out = append(out, line...)
		above = out[from:]
		if n < row {
			break
		}
	}
	return out
}

func paeth(a, b, c byte) byte {
	pa, pb, pc := abs(int(b)-int(c)), abs(int(a)-int(c)), abs(int(a)+int(b)-2*int(c))
	switch {
	case pa <= pb && pa <= pc:
		return a
	case pb <= pc:
		return b
	}
	return c
}

func abs(v int) int {
	if v < 0 {
		return -v
	}
	return v
}
