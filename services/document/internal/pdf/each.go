package pdf

import (
	"maps"
	"slices"
)

// Sections returns the number of cross-reference sections: one for each state of the file, and one more when it is
// linearized.
func (d *Document) Sections() int { return len(d.starts) }

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
