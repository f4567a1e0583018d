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

// lock names fields that may not change any more.
type lock struct {
	action pdf.Name
	names  []string
}

// policyAfter gathers what the i-th signature and those before it say. Only a certification, which the catalog names,
// gives leeway; any signature may take it away.
func (e *examination) policyAfter(i int) policy {
	state, p := e.states[i], policy{leeway: signaturesOnly}
	certified := contentsOf(state.Dict(state.Dict(state.Catalog()["Perms"])["DocMDP"])).Start
	least := annotating
	for _, s := range e.signatures[:i+1] {
		for _, r := range state.Array(s.value["Reference"]) {
			reference := state.Dict(r)
			parameters := state.Dict(reference["TransformParams"])
			switch state.Resolve(reference["TransformMethod"]) {
			case pdf.Name("DocMDP"):
				given := leewayOf(state.Resolve(parameters["P"]))
				if certified >= 0 && s.contents.Start == certified {
					p.leeway = given
				}
				least = min(least, given)
			case pdf.Name("FieldMDP"):
				p.locks = append(p.locks, readLock(state, parameters))
			}
		}
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
	l := lock{}
	l.action, _ = d.Resolve(from["Action"]).(pdf.Name)
	for _, one := range d.Array(from["Fields"]) {
		if s, ok := d.Resolve(one).(pdf.String); ok {
			l.names = append(l.names, clip(pdf.Text(s.Bytes)))
		}
	}
	return l
}

// locked says that a field of this full name may not change. A lock that cannot be understood locks everything.
func (p policy) locked(name string) bool {
	for _, l := range p.locks {
		named := false
		for _, n := range l.names {
			named = named || name == n || strings.HasPrefix(name, n+".")
		}
		switch l.action {
		case "Include":
			if named {
				return true
			}
		case "Exclude":
			if !named {
				return true
			}
		default:
			return true
		}
	}
	return false
}

// contentsOf returns the token of a signature dictionary; its offsets are -1 when there is none.
func contentsOf(value pdf.Dict) pdf.String {
	if s, ok := value["Contents"].(pdf.String); ok {
		return s
	}
	return pdf.String{Start: -1, End: -1}
}
