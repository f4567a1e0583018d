package proof

import (
	"strings"

	"github.com/countersign/countersign/services/document/internal/pdf"
)

// leeway is what may be done to a file after a signature, each more than the one before it. Validation data may always
// be added.
type leeway int

const (
	// stampsOnly: document timestamps (DocMDP 1).
	stampsOnly leeway = iota
	// signaturesOnly: further signatures. So it is without a certification: ISO 32000 would let anybody fill in fields
	// then, but what a signer saw must stay.
	signaturesOnly
	// formFilling: filling in the fields that are there, too (DocMDP 2).
	formFilling
	// annotating: comments, too (DocMDP 3).
	annotating
)

// policy is what the signatures of a state let come after it (ISO 32000-2, 12.8.2).
type policy struct {
	leeway leeway
	locks  []lock
}

// lock names fields that may not change any more. The zero value locks every field.
type lock struct {
	action pdf.Name
	names  map[string]bool
}

// maxReferences bounds what one signature says about later changes; one that says more allows nothing.
const maxReferences = 16

// policyAfter gathers what the i-th signature and those before it say. Only a certification gives leeway: the first
// signature, when the catalog names it as one. Any signature may take leeway away.
func (e *examination) policyAfter(i int, state *pdf.Document) policy {
	p := policy{leeway: signaturesOnly}
	certified := contentsOf(state.Dict(state.Dict(state.Catalog()["Perms"])["DocMDP"])).Start
	least := annotating
	for n, s := range e.signatures[:i+1] {
		said := readTransforms(state, s.value)
		if n == 0 && said.certifies && s.contents.Start == certified {
			p.leeway = said.leeway
		}
		least = min(least, said.leeway)
		p.locks = append(p.locks, said.locks...)
		if d := state.Dict(state.Dict(state.Current(s.number))["Lock"]); d != nil {
			p.locks = append(p.locks, readLock(state, d))
			if given := state.Resolve(d["P"]); given != nil {
				least = min(least, leewayOf(given))
			}
		}
	}
	p.leeway = min(p.leeway, least)
	return p
}

// transforms are what one signature says about later changes.
type transforms struct {
	policy
	certifies bool
}

// readTransforms reads the signature references of a value (ISO 32000-2, 12.8.2.1).
func readTransforms(d *pdf.Document, value pdf.Dict) transforms {
	said := transforms{policy: policy{leeway: annotating}}
	references := d.Array(value["Reference"])
	if len(references) > maxReferences {
		return transforms{policy: policy{leeway: stampsOnly, locks: []lock{{}}}}
	}
	for _, r := range references {
		reference := d.Dict(r)
		parameters := d.Dict(reference["TransformParams"])
		switch d.Resolve(reference["TransformMethod"]) {
		case pdf.Name("DocMDP"):
			said.certifies = true
			said.leeway = min(said.leeway, leewayOf(d.Resolve(parameters["P"])))
		case pdf.Name("FieldMDP"):
			said.locks = append(said.locks, readLock(d, parameters))
		}
	}
	return said
}

// leewayOf reads a DocMDP permission; 2 when it is left away, the strictest when it is none.
func leewayOf(permission pdf.Object) leeway {
	switch permission {
	case nil, int64(2):
		return formFilling
	case int64(3):
		return annotating
	}
	return stampsOnly
}

func readLock(d *pdf.Document, from pdf.Dict) lock {
	l := lock{names: map[string]bool{}}
	l.action, _ = d.Resolve(from["Action"]).(pdf.Name)
	for _, one := range d.Array(from["Fields"]) {
		if s, ok := d.Resolve(one).(pdf.String); ok {
			l.names[clip(pdf.Text(s.Bytes))] = true
		}
	}
	return l
}

// locked says that a field of this full name may not change. A lock that cannot be understood locks everything.
func (p policy) locked(name string) bool {
	for _, l := range p.locks {
		switch l.action {
		case "Include":
			if l.has(name) {
				return true
			}
		case "Exclude":
			if !l.has(name) {
				return true
			}
		default:
			return true
		}
	}
	return false
}

// has says that the field, or one above it, is named.
func (l lock) has(name string) bool {
	for !l.names[name] {
		dot := strings.LastIndexByte(name, '.')
		if dot < 0 {
			return false
		}
		name = name[:dot]
	}
	return true
}

// contentsOf returns the token of a signature dictionary; its offsets are -1 when there is none.
func contentsOf(value pdf.Dict) pdf.String {
	if s, ok := value["Contents"].(pdf.String); ok {
		return s
	}
	return pdf.String{Start: -1, End: -1}
}
