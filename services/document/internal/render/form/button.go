package form

import (
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/countersign/countersign/services/document/internal/pdf"
)

// button reads how a check box or a radio button looks when it is on and when it is not.
func (l *loader) button(w *widget, d pdf.Dict, options pdf.Array, index int) string {
	w.shown = map[string]appearance{}
	states := l.doc.Dict(l.doc.Dict(d["AP"])["N"])
	for _, state := range slices.Sorted(maps.Keys(states)) {
		if state != stateOff && w.state != "" {
			return "a button has more than one on state"
		}
		if state != stateOff {
			w.state = string(state)
		}
		r, isRef := states[state].(pdf.Ref)
		s, isStream := l.doc.Resolve(r).(*pdf.Stream)
		if !isRef || !isStream || l.doc.Resolve(s.Dict["Subtype"]) != pdf.Name("Form") {
			return "an appearance of the button is no drawing"
		}
		matrix, ok := l.placing(s, *w)
		if !ok {
			return "an appearance of the button has no size"
		}
		w.shown[string(state)] = appearance{number: l.copy.number(r), matrix: matrix}
	}
	if w.state == "" {
		return "the button has no appearance for when it is on"
	}
	w.export = w.state
	if index < len(options) {
		if export, ok := l.text(options[index]); ok {
			w.export = export
		}
	}
	return ""
}

const stateOff = "Off"

// placing is the transformation that puts an appearance into its place (ISO 32000-1, 12.5.5, algorithm 8.1). The
// appearance's own matrix is applied by whoever draws it.
func (l *loader) placing(s *pdf.Stream, w widget) (string, bool) {
	box, ok := l.rectangle(s.Dict["BBox"])
	m := [6]float64{1, 0, 0, 1, 0, 0}
	if own := l.doc.Array(s.Dict["Matrix"]); own != nil {
		if len(own) != len(m) {
			return "", false
		}
		for i, o := range own {
			v, isNumber := pdf.Number(l.doc.Resolve(o))
			if !isNumber || !(math.Abs(v) <= maxSide.Points()) {
				return "", false
			}
			m[i] = v
		}
	}
	if !ok {
		return "", false
	}
	left, bottom, right, top := math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	for _, x := range []float64{box[0].Points(), box[2].Points()} {
		for _, y := range []float64{box[1].Points(), box[3].Points()} {
			// The conversions keep processors from fusing a product and a sum, so that all come to the same result.
			px := float64(m[0]*x) + float64(m[2]*y) + m[4]
			py := float64(m[1]*x) + float64(m[3]*y) + m[5]
			left, right = min(left, px), max(right, px)
			bottom, top = min(bottom, py), max(top, py)
		}
	}
	if !(right-left >= 0.001 && top-bottom >= 0.001) {
		return "", false
	}
	sx, sy := w.width().Points()/(right-left), w.height().Points()/(top-bottom)
	return fmt.Sprintf("%.5f 0 0 %.5f %.5f %.5f cm", sx, sy,
		w.left.Points()-float64(left*sx), w.bottom.Points()-float64(bottom*sy)), true
}
