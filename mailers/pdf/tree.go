package pdf

// maxKids is how many pages hang on one node. Readers find a page of a flat tree of thousands slowly, and arrays of
// more than 8,191 entries go beyond what PDF 1.6 asks a reader to take (PDF Reference 1.6, appendix C).
const maxKids = 1000

// pageTree writes the root of the page tree.
func (x *finisher) pageTree() {
	x.begin(1)
	x.raw("<</Type/Pages")
	if x.pageNode == 0 {
		x.kids(0, len(x.f.pages))
		return
	}
	x.raw("/Count ")
	x.int(len(x.f.pages))
	x.raw("/Kids[")
	for at := 0; at < len(x.f.pages); at += maxKids {
		x.ref(x.pageParent(at))
		x.raw("\n")
	}
	x.raw("]>>\nendobj\n")
}

// pageNodes writes the nodes between root and pages, where there are any.
func (x *finisher) pageNodes() {
	if x.pageNode == 0 {
		return
	}
	for at := 0; at < len(x.f.pages); at += maxKids {
		x.begin(x.pageParent(at))
		x.raw("<</Type/Pages/Parent 1 0 R")
		x.kids(at, min(at+maxKids, len(x.f.pages)))
	}
}

// kids ends a node that holds pages, counted from 0.
func (x *finisher) kids(from, to int) {
	x.raw("/Count ")
	x.int(to - from)
	x.raw("/Kids[")
	for i := from; i < to; i++ {
		x.ref(3 + 2*i)
		x.raw("\n")
	}
	x.raw("]>>\nendobj\n")
}

// pageParent is the number of the node that a page, counted from 0, hangs on.
func (x *finisher) pageParent(i int) int {
	if x.pageNode == 0 {
		return 1
	}
	return x.pageNode + i/maxKids
}
