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
	*writer
	gray Gray
	// tag is the element whose content is being written, nil between elements.
	tag *Element
}

func (c *content) page(p Page) error {
	c.rules(p.Rules)
	for _, picture := range p.Pictures {
		if err := c.picture(picture); err != nil {
			return err
		}
	}
	c.end()
	c.WriteString("BT\n")
	for _, r := range p.Runs {
		if len(r.Glyphs) == 0 || r.Size <= 0 {
			continue
		}
		if err := c.begin(r.Element); err != nil {
			return err
		}
		c.shade(r.Gray)
		if err := c.run(r); err != nil {
			return err
		}
	}
	c.end()
	c.WriteString("ET\n")
	return nil
}

func (c *content) rules(rules []Rule) {
	if len(rules) == 0 {
		return
	}
	if c.document.Structure != nil {
		c.WriteString("/Artifact<</Type/Layout>>BDC\n")
	}
	for _, r := range rules {
		c.shade(r.Gray)
		fmt.Fprintf(c, "%s %s %s %s re f\n", number(r.X), number(c.document.Height-r.Y-r.Height), number(r.Width), number(r.Height))
	}
	if c.document.Structure != nil {
		c.WriteString("EMC\n")
	}
}

// picture draws an image, which fills a square of one point, in its rectangle.
func (c *content) picture(p Picture) error {
	if err := c.begin(p.Element); err != nil {
		return err
	}
	fmt.Fprintf(c, "q %s 0 0 %s %s %s cm /%s Do Q\n", number(p.Width), number(p.Height), number(p.X),
		number(c.document.Height-p.Y-p.Height), c.image(p.Image))
	return nil
}

// begin marks what follows as content of an element. Text in a row of one element is one piece.
func (c *content) begin(e *Element) error {
	if c.document.Structure == nil || e != nil && e == c.tag {
		return nil
	}
	if e == nil {
		return errUntagged
	}
	c.end()
	c.tag = e
	if properties := e.Type.artifact(); properties != "" {
		fmt.Fprintf(c, "/Artifact%sBDC\n", properties)
		return nil
	}
	id, err := c.structure.mark(e, c.pages)
	fmt.Fprintf(c, "/%s<</MCID %d>>BDC\n", e.Type.name(), id)
	return err
}

func (c *content) end() {
	if c.tag != nil {
		c.WriteString("EMC\n")
		c.tag = nil
	}
}

func (c *content) shade(g Gray) {
	if g != c.gray {
		fmt.Fprintf(c, "%s g\n", number(Length(g)*10))
		c.gray = g
	}
}

func (c *content) run(r Run) error {
	c.structure.heading(r)
	font := c.fonts[r.Font]
	fmt.Fprintf(c, "/%s %s Tf 1 0 0 1 %s %s Tm\n", font.name, number(r.Size), number(r.X), number(c.document.Height-r.Y))
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
