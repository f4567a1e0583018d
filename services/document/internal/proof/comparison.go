package proof

import (
	"context"

	"github.com/countersign/countersign/services/document/internal/pdf"
)

// rule compares one object of two states and returns a reason when it changed in a way that is not permitted.
type rule func(old, later pdf.Object) string

// part is what an object is to a rule. An object has each part once, however often the file refers to it: its size and the
// number of references must not multiply.
type part uint

const (
	partCatalog part = 1 << iota
	partForm
	partFields
	partPage
	partAnnotations
	partComment
	partEmptyField
	partInput
	partAppearance
	partDrawing
	partStructure
	partElement
	partElements
	partNumbers
	partPairs
)

// comparison goes through everything that can be reached in the older state. An object may differ only where a rule for
// it says so; objects that are new are reachable only from such places, and are checked there.
type comparison struct {
	old, later    *pdf.Document
	before, after form
	// came is the offset of the signature that came in between, -1 for none.
	came   int
	policy policy
	rules  map[int]rule
	parts  map[int]part
	// touched holds the widgets that came in or were filled in between.
	touched map[int]bool
}

// prepare gives the objects that signing touches their rules, and checks the fields that are new or newly filled.
func (c *comparison) prepare() change {
	c.assign(c.old.Root(), partCatalog, c.catalog)
	catalog := c.old.Catalog()
	c.assign(catalog["AcroForm"], partForm, c.acroForm)
	c.assign(c.old.Dict(catalog["AcroForm"])["Fields"], partFields, c.fields)
	for _, p := range c.old.Pages() {
		c.assign(p.Ref, partPage, c.page)
		c.prepareComments(p)
		c.assign(p.Dict["Annots"], partAnnotations, c.annotations)
	}
	for number, f := range c.before.byObject {
		if f.value == nil {
			c.assignNumber(number, partEmptyField, c.emptyField(number))
		}
	}
	c.prepareInputs()
	c.prepareStructure()
	for _, f := range c.after.fields {
		if reason := c.newcomer(f); reason != "" {
			return change{reason: reason, number: f.number}
		}
	}
	return change{}
}

func (c *comparison) assign(o pdf.Object, as part, r rule) {
	if ref, ok := o.(pdf.Ref); ok {
		c.assignNumber(ref.Number, as, r)
	}
}

// assignNumber gives an object that plays two parts the leeway that both leave.
func (c *comparison) assignNumber(number int, as part, r rule) {
	if c.parts[number]&as != 0 {
		return
	}
	c.parts[number] |= as
	if first := c.rules[number]; first != nil {
		second := r
		r = func(old, later pdf.Object) string {
			if reason := first(old, later); reason != "" {
				return reason
			}
			return second(old, later)
		}
	}
	c.rules[number] = r
}

// objectChanged is the reason of a change that only the place of its object can name better.
const objectChanged = "OBJECT_CHANGED"

func unchanged(old, later pdf.Object) string {
	if !pdf.Equal(old, later) {
		return objectChanged
	}
	return ""
}

// walk visits every object that can be reached in the older state.
func (c *comparison) walk(ctx context.Context) (change, error) {
	queue, seen := []pdf.Ref{c.old.Root()}, map[pdf.Ref]bool{c.old.Root(): true}
	for n := 0; len(queue) > 0; n++ {
		if n%1024 == 0 && ctx.Err() != nil {
			return change{}, ctx.Err()
		}
		r := queue[len(queue)-1]
		queue = queue[:len(queue)-1]
		o := c.old.Resolve(r)
		if reason := c.visit(r, o); reason != "" {
			return change{reason: reason, number: r.Number}, nil
		}
		if r == c.old.Root() {
			o = c.withoutFree(o)
		}
		pdf.Refs(o, func(next pdf.Ref) {
			if !seen[next] {
				seen[next] = true
				queue = append(queue, next)
			}
		})
	}
	return change{}, nil
}

func (c *comparison) visit(r pdf.Ref, old pdf.Object) string {
	if c.later.SamePlace(c.old, r) {
		return ""
	}
	check := c.rules[r.Number]
	if check == nil {
		check = unchanged
	}
	return check(old, c.later.Resolve(r))
}
