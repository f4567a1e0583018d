package raster

import (
	"errors"
	"image"
	"image/draw"

	"github.com/go-text/typesetting/font"
	"github.com/go-text/typesetting/font/opentype"
	"golang.org/x/image/vector"

	"github.com/countersign/countersign/services/document/internal/render/pdf"
)

// errGlyph says that a page shows what its fonts do not have. It would otherwise be a hole in a contract.
var errGlyph = errors.New("raster: a glyph has no outline")

// pen draws glyphs on a canvas. It serves one goroutine.
type pen struct {
	*canvas
	faces    []*font.Face
	outlines map[glyphKey]outline
	fill     vector.Rasterizer
	mask     []byte
}

type glyphKey struct {
	font  int
	glyph uint16
}

// outline is the shape of a glyph and its bounding box in font units, y upwards.
type outline struct {
	segments                 []opentype.Segment
	left, bottom, right, top float32
}

func newPen(c *canvas, fonts []*font.Font) *pen {
	p := &pen{canvas: c, outlines: map[glyphKey]outline{}}
	for _, f := range fonts {
		p.faces = append(p.faces, font.NewFace(f))
	}
	return p
}

func (p *pen) run(r pdf.Run, to scale) error {
	if len(r.Glyphs) == 0 {
		return nil
	}
	if r.Font < 0 || r.Font >= len(p.faces) {
		return errGlyph
	}
	unit := to.of(r.Size) / float64(p.faces[r.Font].Upem())
	for _, g := range r.Glyphs {
		o, err := p.outline(glyphKey{font: r.Font, glyph: g.ID})
		if err != nil {
			return err
		}
		p.glyph(o, placement{x: to.of(r.X + g.X), y: to.of(r.Y - g.Rise), unit: unit}, shade(r.Gray))
	}
	return nil
}

// placement is where a glyph's origin stands, in pixels from the top left corner, and how many pixels a font unit has.
type placement struct{ x, y, unit float64 }

func (p *pen) outline(key glyphKey) (outline, error) {
	if o, known := p.outlines[key]; known {
		return o, nil
	}
	data, ok := p.faces[key.font].GlyphData(font.GID(key.glyph)).(font.GlyphOutline)
	if !ok {
		return outline{}, errGlyph
	}
	o := outline{segments: data.Segments}
	for i, s := range o.segments {
		for j, point := range s.ArgsSlice() {
			if i == 0 && j == 0 {
				o.left, o.right, o.bottom, o.top = point.X, point.X, point.Y, point.Y
			}
			o.left, o.right = min(o.left, point.X), max(o.right, point.X)
			o.bottom, o.top = min(o.bottom, point.Y), max(o.top, point.Y)
		}
	}
	p.outlines[key] = o
	return o, nil
}

// glyph draws an outline: its mask covers the pixels that the bounding box touches.
func (p *pen) glyph(o outline, at placement, shade byte) {
	box := area{
		left: at.x + float64(o.left)*at.unit, right: at.x + float64(o.right)*at.unit,
		top: at.y - float64(o.top)*at.unit, bottom: at.y - float64(o.bottom)*at.unit,
	}.pixels(p.canvas)
	if box.Empty() {
		return
	}
	p.trace(o.segments, placement{x: at.x - float64(box.Min.X), y: at.y - float64(box.Min.Y), unit: at.unit}, box.Size())
	for row := range box.Dy() {
		for column, cover := range p.mask[row*box.Dx() : (row+1)*box.Dx()] {
			if cover > 0 {
				blend(p.at(box.Min.X+column, box.Min.Y+row), cover, shade)
			}
		}
	}
}

// trace leaves in the mask how much of each pixel lies within an outline, whose contours end where they begin.
func (p *pen) trace(segments []opentype.Segment, at placement, size image.Point) {
	place := func(point opentype.SegmentPoint) (x, y float32) {
		return float32(at.x + float64(point.X)*at.unit), float32(at.y - float64(point.Y)*at.unit)
	}
	p.fill.Reset(size.X, size.Y)
	p.fill.DrawOp = draw.Src
	for _, s := range segments {
		ax, ay := place(s.Args[0])
		bx, by := place(s.Args[1])
		switch s.Op {
		case opentype.SegmentOpMoveTo:
			p.fill.MoveTo(ax, ay)
		case opentype.SegmentOpLineTo:
			p.fill.LineTo(ax, ay)
		case opentype.SegmentOpQuadTo:
			p.fill.QuadTo(ax, ay, bx, by)
		case opentype.SegmentOpCubeTo:
			cx, cy := place(s.Args[2])
			p.fill.CubeTo(ax, ay, bx, by, cx, cy)
		}
	}
	if n := size.X * size.Y; n > cap(p.mask) {
		p.mask = make([]byte, n)
	} else {
		p.mask = p.mask[:n]
	}
	mask := &image.Alpha{Pix: p.mask, Stride: size.X, Rect: image.Rectangle{Max: size}}
	p.fill.Draw(mask, mask.Rect, image.Opaque, image.Point{})
}
