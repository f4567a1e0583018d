package pdf

import (
	"maps"
	"slices"
)

// Updated says that an object has another place in an older section of the cross-reference data, or that the catalog is
// another one: the file was changed after it was made. Sections that only add objects to each other, as in linearized
// and hybrid files, are one state.
func (d *Document) Updated() bool { return d.updated }

// Each reads every object that the cross-reference data lists, reachable or not, in the order of their numbers, until
// visit answers false. Objects are not kept, so memory stays that of one object.
func (d *Document) Each(visit func(Ref, Object) bool) {
	for _, number := range slices.Sorted(maps.Keys(d.entries)) {
		e := d.entries[number]
		r := Ref{Number: number, Generation: e.generation}
		if e.kind == free {
			continue
		}
		o, known := d.objects[number]
		if !known {
			o = d.passing(r, e)
		}
		if d.err != nil || !visit(r, o) {
			return
		}
	}
}

// passing reads an object that is not kept.
func (d *Document) passing(r Ref, e entry) Object {
	d.loading[r.Number] = true
	defer delete(d.loading, r.Number)
	o, err := d.load(r, e)
	if err != nil {
		d.fail(err)
	}
	return o
}
