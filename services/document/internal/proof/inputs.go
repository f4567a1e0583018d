package proof

import "github.com/countersign/countersign/services/document/internal/pdf"

// input is a field that people fill in: a text, a choice or a check box.
type input struct {
	name string
	kind pdf.Name
	// button says that it holds no value: a push button.
	button bool
}

// pushButton is the field flag of a button without a value (ISO 32000-2, table 229).
const pushButton = 1 << 16

func (w *formWalk) input(r pdf.Ref, kids pdf.Array, here branch) {
	in := &input{name: clip(here.name)}
	in.kind, _ = here.kind.(pdf.Name)
	flags, _ := here.flags.(int64)
	in.button = in.kind == "Btn" && flags&pushButton != 0
	w.form.inputs[r.Number] = in
	for _, k := range kids {
		if widget, ok := k.(pdf.Ref); ok {
			w.form.inputs[widget.Number] = in
		}
	}
}

// prepareInputs gives the fields that may be filled in their rule.
func (c *comparison) prepareInputs() {
	var references map[int]int
	if c.policy.leeway >= formFilling && len(c.before.inputs) > 0 {
		references = countReferences(c.old)
	}
	for number, in := range c.before.inputs {
		switch {
		case c.policy.locked(in.name):
			c.assignNumber(number, partInput, lockedInput)
		case c.policy.leeway >= formFilling && !in.button:
			c.assignNumber(number, partInput, c.filledInput(in))
			c.prepareAppearance(number, in, references)
		}
	}
}

// prepareAppearance lets the appearance of a filled field be written in place, unless something else shows it too.
func (c *comparison) prepareAppearance(number int, in *input, references map[int]int) {
	appearance := c.old.Dict(c.old.Current(number))["AP"]
	if in.kind == "Btn" {
		return
	}
	if r, ok := appearance.(pdf.Ref); ok && references[r.Number] == 1 {
		c.assignNumber(r.Number, partAppearance, c.filledAppearance)
	}
	if r, ok := c.old.Dict(appearance)["N"].(pdf.Ref); ok && references[r.Number] == 1 {
		c.assignNumber(r.Number, partDrawing, drawing)
	}
}

// countReferences counts how often each object is referred to from what the catalog leads to.
func countReferences(d *pdf.Document) map[int]int {
	count, queue := map[int]int{}, []pdf.Ref{d.Root()}
	for len(queue) > 0 {
		r := queue[len(queue)-1]
		queue = queue[:len(queue)-1]
		pdf.Refs(d.Resolve(r), func(next pdf.Ref) {
			if count[next.Number]++; count[next.Number] == 1 && next != d.Root() {
				queue = append(queue, next)
			}
		})
	}
	return count
}

func lockedInput(old, later pdf.Object) string {
	if !pdf.Equal(old, later) {
		return "LOCKED_FIELD_CHANGED"
	}
	return ""
}

// filledInput lets a field take a value and show it; a check box may only choose among the appearances it has.
func (c *comparison) filledInput(in *input) rule {
	return func(old, later pdf.Object) string {
		a, ok1 := old.(pdf.Dict)
		b, ok2 := later.(pdf.Dict)
		if !ok1 || !ok2 {
			return unchanged(old, later)
		}
		for key := range union(a, b) {
			switch {
			case pdf.Equal(a[key], b[key]), key == "M":
			case key == "V" && c.plain(b[key]):
			case key == "I" && in.kind == "Ch":
			case key == "AS" && in.kind == "Btn":
			case key == "AP" && in.kind != "Btn":
				if reason := c.filledAppearance(c.old.Resolve(a[key]), c.later.Resolve(b[key])); reason != "" {
					return reason
				}
			default:
				return "FORM_FIELD_CHANGED"
			}
		}
		return ""
	}
}

// plain says that a value is text, a name or a list of these.
func (c *comparison) plain(value pdf.Object) bool {
	switch v := c.later.Resolve(value).(type) {
	case nil, pdf.String, pdf.Name:
		return true
	case pdf.Array:
		for _, one := range v {
			if _, ok := c.later.Resolve(one).(pdf.String); !ok {
				return false
			}
		}
		return true
	}
	return false
}

// filledAppearance lets the normal appearance of a field be another drawing; it is shown inside the field's box.
func (c *comparison) filledAppearance(old, later pdf.Object) string {
	a, ok1 := old.(pdf.Dict)
	b, ok2 := later.(pdf.Dict)
	if old != nil && !ok1 || !ok2 {
		return "APPEARANCE_CHANGED"
	}
	for key := range union(a, b) {
		if pdf.Equal(a[key], b[key]) {
			continue
		}
		if key != "N" || drawing(nil, c.later.Resolve(b[key])) != "" {
			return "APPEARANCE_CHANGED"
		}
	}
	return ""
}

// drawing asks for a form XObject, whatever it draws.
func drawing(_, later pdf.Object) string {
	if s, ok := later.(*pdf.Stream); ok && s.Dict["Subtype"] == pdf.Name("Form") {
		return ""
	}
	return "APPEARANCE_CHANGED"
}
