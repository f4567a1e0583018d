package proof

import (
	"bytes"

	"github.com/countersign/countersign/services/document/internal/pdf"
)

// same says that two values mean the same in their files. Pages are the same when they have the same position.
func (l *likeness) same(a, b pdf.Object) bool {
	if l.count++; l.count > maxComparisons {
		l.tooMuch = true
		return false
	}
	ra, ok1 := a.(pdf.Ref)
	rb, ok2 := b.(pdf.Ref)
	if ok1 && ok2 {
		i, pageA := l.pages[0][ra]
		j, pageB := l.pages[1][rb]
		if pageA || pageB {
			return pageA && pageB && i == j
		}
		pair := [2]pdf.Ref{ra, rb}
		if l.seen[pair] {
			return true // compared before, or being compared further up
		}
		l.seen[pair] = true
	}
	if l.sameValue(l.a.Resolve(a), l.b.Resolve(b)) {
		return true
	}
	clear(l.seen) // what was taken for the same on the way here may have rested on this
	return false
}

func (l *likeness) sameValue(a, b pdf.Object) bool {
	switch x := a.(type) {
	case pdf.Array:
		y, ok := b.(pdf.Array)
		if !ok || len(x) != len(y) {
			return false
		}
		for i := range x {
			if !l.same(x[i], y[i]) {
				return false
			}
		}
		return true
	case pdf.Dict:
		y, ok := b.(pdf.Dict)
		return ok && l.sameEntries(x, y, false)
	case *pdf.Stream:
		y, ok := b.(*pdf.Stream)
		return ok && l.sameStreams(x, y)
	}
	return pdf.Equal(a, b)
}

// sameEntries leaves out what only writers use: how a stream is packed, its metadata, and the ways from an annotation back
// up the tree. Everywhere else these keys may be names of glyphs, fonts or images, or say which layers are shown.
func (l *likeness) sameEntries(a, b pdf.Dict, stream bool) bool {
	annotation := !stream && a["Rect"] != nil && b["Rect"] != nil
	for key := range union(a, b) {
		switch key {
		case "Length", "Filter", "DecodeParms", "DL", "Metadata", "PieceInfo", "LastModified", "StructParents":
			if stream {
				continue
			}
		case "StructParent":
			if stream || annotation {
				continue
			}
		case "Parent", "P":
			if annotation {
				continue
			}
		}
		if !l.same(a[key], b[key]) {
			return false
		}
	}
	return true
}

func (l *likeness) sameStreams(a, b *pdf.Stream) bool {
	l.count += min(len(a.Raw), len(b.Raw)) >> 6 // reading costs more than counting, and may be asked for often
	if bytes.Equal(a.Raw, b.Raw) && l.same(a.Dict["Filter"], b.Dict["Filter"]) &&
		l.same(a.Dict["DecodeParms"], b.Dict["DecodeParms"]) {
		return l.sameEntries(a.Dict, b.Dict, true)
	}
	x, ok1 := l.a.Decode(a)
	y, ok2 := l.b.Decode(b)
	l.unread = l.unread || !ok1 || !ok2
	return ok1 && ok2 && bytes.Equal(x, y) && l.sameEntries(a.Dict, b.Dict, true)
}

// sameField says that two widgets inherit the same from the fields above them: some readers draw the value themselves.
func (l *likeness) sameField(a, b pdf.Dict) bool {
	for range maxFieldDepth {
		a, b = l.a.Dict(a["Parent"]), l.b.Dict(b["Parent"])
		for _, key := range []pdf.Name{"FT", "V", "Ff", "DA", "Q", "Opt", "MaxLen", "TI", "AA"} {
			if !l.same(a[key], b[key]) {
				return false
			}
		}
		if a == nil && b == nil {
			return true
		}
	}
	return false
}
