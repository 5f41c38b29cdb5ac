package artwork

import "postlift/mailers/pdfread"

// rewriter goes through content and writes what prints.
type rewriter struct {
	c         *copier
	resources pdfread.Dict
	used      use
	out       []byte
	marks     []bool // open marked content: whether it is off
	off       int
	depth     int   // of q
	render    []int // text rendering mode by depth
}

// rewrite gives the names that content uses and the content without marked content, without what layers that
// are off draw, and with saved states balanced.
func (c *copier) rewrite(content []byte, resources pdfread.Dict) (use, []byte) {
	r := &rewriter{c: c, resources: resources, used: newUse(), out: make([]byte, 0, len(content)), render: []int{0}}
	for s := pdfread.NewScanner(content); ; {
		op, ok := s.Next()
		if !ok {
			break
		}
		if r.op(op) {
			r.out = append(append(r.out, content[op.Start:op.End]...), '\n')
		}
	}
	for range r.depth {
		r.out = append(r.out, "Q\n"...)
	}
	return r.used, r.out
}

// op tells whether an operator is kept as it is.
func (r *rewriter) op(op pdfread.Op) bool {
	switch op.Op {
	case "q":
		r.depth++
		if r.depth < 1<<12 {
			r.render = append(r.render, r.render[len(r.render)-1])
		}
	case "Q":
		if r.depth == 0 {
			return false
		}
		if r.depth--; len(r.render) > 1 && r.depth+1 < 1<<12 {
			r.render = r.render[:len(r.render)-1]
		}
	case "BMC", "BDC", "EMC", "MP", "DP":
		r.mark(op)
		return false
	case "Tr":
		if v, ok := number(op.Args, 0); ok {
			r.render[len(r.render)-1] = int(v)
		}
	}
	if r.off > 0 && r.silent(op) || op.Op == "Do" && r.layerOff(op) {
		return false
	}
	r.uses(op)
	return true
}

func number(args []pdfread.Object, i int) (float64, bool) {
	if i >= len(args) {
		return 0, false
	}
	return pdfread.Number(args[i])
}

func (r *rewriter) mark(op pdfread.Op) {
	switch op.Op {
	case "EMC":
		if n := len(r.marks); n > 0 {
			if r.marks[n-1] {
				r.off--
			}
			r.marks = r.marks[:n-1]
		}
	case "BMC", "BDC":
		off := false
		if tag, ok := first(op.Args).(pdfread.Name); ok && tag == "OC" && op.Op == "BDC" && len(op.Args) > 1 {
			group := op.Args[1]
			if n, ok := group.(pdfread.Name); ok {
				group = r.c.f.Dict(r.resources["Properties"])[n]
			}
			off = r.c.f.Hidden(group)
		}
		r.marks = append(r.marks, off)
		if off {
			r.off++
		}
	}
}

func first(args []pdfread.Object) pdfread.Object {
	if len(args) == 0 {
		return nil
	}
	return args[0]
}

// layerOff tells whether what Do draws lies itself on a layer that is off.
func (r *rewriter) layerOff(op pdfread.Op) bool {
	n, _ := first(op.Args).(pdfread.Name)
	s := r.c.f.Stream(r.c.f.Dict(r.resources["XObject"])[n])
	return s != nil && s.Dict["OC"] != nil && r.c.f.Hidden(s.Dict["OC"])
}

// silent replaces an operator that would draw inside a layer that is off by what keeps the state: a path ends
// without paint, text moves on unseen.
func (r *rewriter) silent(op pdfread.Op) bool {
	switch op.Op {
	case "f", "F", "f*", "B", "B*", "b", "b*", "S", "s":
		r.out = append(r.out, "n\n"...)
	case "Do", "sh", "BI":
	case "Tj", "TJ", "'", "\"":
		r.out = append(r.out, "3 Tr\n"...)
		var w text
		for _, a := range op.Args {
			r.c.plain(&w, a)
			w.puts(" ")
		}
		r.out = append(append(append(r.out, w.cur...), op.Op...), '\n')
		w.cur = nil
		w.number(float64(r.render[len(r.render)-1]))
		r.out = append(append(r.out, w.cur...), " Tr\n"...)
	default:
		return false
	}
	return true
}

// uses notes the resources that an operator names.
func (r *rewriter) uses(op pdfread.Op) {
	var n pdfread.Name
	if len(op.Args) > 0 {
		n, _ = op.Args[0].(pdfread.Name)
	}
	switch op.Op {
	case "Do":
		r.used["XObject"][n] = true
	case "gs":
		r.used["ExtGState"][n] = true
	case "Tf":
		r.used["Font"][n] = true
	case "cs", "CS":
		r.used["ColorSpace"][n] = true
	case "sh":
		r.used["Shading"][n] = true
	case "scn", "SCN":
		for _, a := range op.Args {
			if n, ok := a.(pdfread.Name); ok {
				r.used["Pattern"][n] = true
			}
		}
	case "BI":
		d, _ := first(op.Args).(pdfread.Dict)
		for _, k := range [...]pdfread.Name{"CS", "ColorSpace"} {
			if n, ok := d[k].(pdfread.Name); ok {
				r.used["ColorSpace"][n] = true
			}
		}
	}
}
