package pdfsign

import (
	"math"

	"github.com/countersign/countersign/services/sim/pdfsign/internal/pdf"
)

// box is a rectangle in points: left, bottom, right, top.
type box struct {
	left, bottom, right, top float64
}

// newBox takes two opposite corners in any order; some writers give them upside down.
func newBox(corners [4]float64) box {
	return box{
		left: min(corners[0], corners[2]), bottom: min(corners[1], corners[3]),
		right: max(corners[0], corners[2]), top: max(corners[1], corners[3]),
	}
}

// box reads a rectangle of the file.
func (f *form) box(o pdf.Object) (box, error) {
	numbers, err := f.file.Array(o)
	if err != nil {
		return box{}, err
	}
	var corners [4]float64
	if len(numbers) != len(corners) {
		return box{}, malformed("a widget has no rectangle")
	}
	for i, number := range numbers {
		number, err := f.file.Resolve(number)
		if err != nil {
			return box{}, err
		}
		switch n := number.(type) {
		case int64:
			corners[i] = float64(n)
		case float64:
			corners[i] = n
		default:
			return box{}, malformed("a widget has no rectangle")
		}
		if math.Abs(corners[i]) > pageExtent {
			return box{}, malformed("a widget lies outside of every page")
		}
	}
	return newBox(corners), nil
}

func (b box) width() float64  { return b.right - b.left }
func (b box) height() float64 { return b.top - b.bottom }

func (b box) visible() bool {
	return b.width() > 0 && b.height() > 0
}

func (b box) array() pdf.Array {
	return pdf.Array{b.left, b.bottom, b.right, b.top}
}
