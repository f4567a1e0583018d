package form

import (
	"strconv"
	"strings"

	"github.com/countersign/countersign/services/document/internal/pdf"
	writer "github.com/countersign/countersign/services/document/internal/render/pdf"
)

// Flags of annotations (ISO 32000-1, table 165).
const (
	flagHidden = 1 << 1
	flagNoView = 1 << 5
)

// widget is one place of a field. Lengths are from the lower left corner of its page.
type widget struct {
	page                     int
	left, bottom, right, top writer.Length
	frame                    frame
	style                    style
	// export and state name what a button is when it is on.
	export, state string
	shown         map[string]appearance
}

// appearance is how a button looks in one state: a form object of the result and where it is put.
type appearance struct {
	number int
	matrix string
}

// frame is what is drawn behind and around a value. A colour is empty when nothing is drawn, else its operands.
type frame struct {
	background, border []float64
	width              writer.Length
	style              pdf.Name
}

func (w widget) width() writer.Length  { return w.right - w.left }
func (w widget) height() writer.Length { return w.top - w.bottom }

// widget reads one place; the second answer is what is wrong with it.
func (l *loader) widget(r pdf.Ref, f *field, n node) (widget, string) {
	page, placed := l.places[r]
	d := l.doc.Dict(r)
	box, ok := l.rectangle(d["Rect"])
	flags, _ := l.doc.Resolve(d["F"]).(int64)
	switch {
	case !placed:
		return widget{}, "the field stands on no page"
	case d["A"] != nil || d["AA"] != nil || d["PA"] != nil:
		return widget{}, "the field holds a script or an action"
	case flags&(flagHidden|flagNoView) != 0 || d["OC"] != nil:
		return widget{}, "the field is hidden"
	case !ok || box[2]-box[0] < writer.Point || box[3]-box[1] < writer.Point:
		return widget{}, "the field has no size"
	case box[0] < 0 || box[1] < 0 || box[2] > l.form.pages[page].width || box[3] > l.form.pages[page].height:
		return widget{}, "the field does not stand on its page"
	}
	w := widget{page: page, left: box[0], bottom: box[1], right: box[2], top: box[3]}
	mk := l.doc.Dict(d["MK"])
	if rotation := l.doc.Resolve(mk["R"]); rotation != nil && rotation != int64(0) {
		return w, "the field is rotated"
	}
	var detail string
	if w.frame, detail = l.frame(d, mk); detail != "" {
		return w, detail
	}
	switch f.Kind {
	case KindText, KindLines, KindChoice:
		da, align := n.da, n.align
		if d["DA"] != nil {
			da = d["DA"]
		}
		if d["Q"] != nil {
			align = d["Q"]
		}
		w.style, detail = l.style(da, align)
	case KindCheckbox, KindRadio:
		detail = l.button(&w, d, l.doc.Array(n.options), len(f.widgets))
	}
	return w, detail
}

func (l *loader) frame(d, mk pdf.Dict) (frame, string) {
	f := frame{width: writer.Point, style: "S"}
	var ok1, ok2 bool
	f.background, ok1 = l.colour(mk["BG"])
	f.border, ok2 = l.colour(mk["BC"])
	if !ok1 || !ok2 {
		return f, "a colour of the field is none"
	}
	width := pdf.Object(nil)
	if border := l.doc.Array(d["Border"]); len(border) >= 3 {
		width = border[2]
	}
	if bs := l.doc.Dict(d["BS"]); bs != nil {
		width = bs["W"]
		if name, ok := l.doc.Resolve(bs["S"]).(pdf.Name); ok {
			f.style = name
		}
	}
	if width != nil {
		w, ok := l.length(width)
		if !ok || w < 0 || w > 12*writer.Point {
			return f, "the border of the field has no usable width"
		}
		f.width = w
	}
	return f, ""
}

// colour reads up to four components; none means transparent.
func (l *loader) colour(o pdf.Object) ([]float64, bool) {
	list := l.doc.Array(o)
	switch len(list) {
	case 0, 1, 3, 4:
	default:
		return nil, false
	}
	var out []float64
	for _, c := range list {
		v, ok := pdf.Number(l.doc.Resolve(c))
		if !ok || !(v >= 0 && v <= 1) {
			return nil, false
		}
		out = append(out, v)
	}
	return out, true
}

// operator spells a colour with the operator for its number of components.
func operator(colour []float64, gray, rgb, cmyk string) string {
	name := map[int]string{1: gray, 3: rgb, 4: cmyk}[len(colour)]
	if name == "" {
		return ""
	}
	var b strings.Builder
	for _, v := range colour {
		b.WriteString(strconv.FormatFloat(v, 'f', -1, 64) + " ")
	}
	return b.String() + name + " "
}
