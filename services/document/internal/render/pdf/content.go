package pdf

import (
	"fmt"
	"strings"
)

// tolerance is how far a glyph may stand from its place, in thousandths of the em, before the file says so: three is
// 0.03 pt in body text, which nobody sees, and keeps pages small. Errors do not add up.
const tolerance = 3

// content draws one page.
type content struct {
	strings.Builder
	height Length
	fonts  []*embedded
	gray   Gray
}

func (c *content) page(p Page) error {
	for _, r := range p.Rules {
		c.shade(r.Gray)
		fmt.Fprintf(c, "%s %s %s %s re f\n", number(r.X), number(c.height-r.Y-r.Height), number(r.Width), number(r.Height))
	}
	c.WriteString("BT\n")
	for _, r := range p.Runs {
		c.shade(r.Gray)
		if err := c.run(r); err != nil {
			return err
		}
	}
	c.WriteString("ET\n")
	return nil
}

func (c *content) shade(g Gray) {
	if g != c.gray {
		fmt.Fprintf(c, "%s g\n", number(Length(g)*10))
		c.gray = g
	}
}

func (c *content) run(r Run) error {
	if len(r.Glyphs) == 0 || r.Size <= 0 {
		return nil
	}
	font := c.fonts[r.Font]
	fmt.Fprintf(c, "/%s %s Tf 1 0 0 1 %s %s Tm\n", font.name, number(r.Size), number(r.X), number(c.height-r.Y))
	// at is where a reader's pen stands, in thousandths of the em.
	at, rise, open := 0, Length(0), false
	for _, g := range r.Glyphs {
		code, err := font.code(character{glyph: g.ID, text: g.Text})
		if err != nil {
			return err
		}
		if g.Rise != rise {
			open = c.closeRow(open)
			fmt.Fprintf(c, "%s Ts\n", number(g.Rise))
			rise = g.Rise
		}
		want := int(g.X) * 1000 / int(r.Size)
		if !open {
			c.WriteString("[<")
			open = true
		}
		if off := want - at; off >= tolerance || off <= -tolerance {
			fmt.Fprintf(c, ">%d<", -off)
			at = want
		}
		fmt.Fprintf(c, "%04X", code)
		at += font.width(g.ID)
	}
	c.closeRow(open)
	if rise != 0 {
		c.WriteString("0 Ts\n")
	}
	return nil
}

func (c *content) closeRow(open bool) bool {
	if open {
		c.WriteString(">]TJ\n")
	}
	return false
}
