package pdfread

// Hidden tells whether an optional content group, or a membership of several (its policy; visibility
// expressions are not read), is off in the document's default configuration (ISO 32000-1, 8.11).
func (f *File) Hidden(o Object) bool {
	d := f.Dict(o)
	if d == nil {
		return false
	}
	if f.Name(d["Type"]) != "OCMD" {
		return f.groupOff(o)
	}
	groups := f.Array(d["OCGs"])
	if groups == nil && d["OCGs"] != nil {
		groups = Array{d["OCGs"]}
	}
	on, off := 0, 0
	for _, g := range groups {
		switch {
		case f.Dict(g) == nil:
		case f.groupOff(g):
			off++
		default:
			on++
		}
	}
	if on+off == 0 {
		return false
	}
	switch f.Name(d["P"]) {
	case "AllOn":
		return off > 0
	case "AnyOff":
		return off == 0
	case "AllOff":
		return on > 0
	}
	return on == 0
}

func (f *File) groupOff(o Object) bool {
	ref, ok := o.(Ref)
	if !ok {
		return false
	}
	config := f.Dict(f.Dict(f.Root()["OCProperties"])["D"])
	list, off := Name("OFF"), true
	base := f.Name(config["BaseState"]) == "OFF"
	if base {
		list, off = "ON", false
	}
	for _, e := range f.Array(config[list]) {
		if e == Object(ref) {
			return off
		}
	}
	return base
}
