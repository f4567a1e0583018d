package render

import "github.com/countersign/countersign/services/document/internal/render/pdf"

// sheet is the paper a contract is printed on, and its margins.
type sheet struct {
	width, height            pdf.Length
	top, bottom, left, right pdf.Length
}

// a4 has margins that leave about 80 characters to a line of body text.
func a4() sheet {
	return sheet{
		width: 595_276, height: 841_890,
		top: 80 * pdf.Point, bottom: 80 * pdf.Point, left: 72 * pdf.Point, right: 72 * pdf.Point,
	}
}

// measure is how wide a line of text is.
func (s sheet) measure() pdf.Length { return s.width - s.left - s.right }

// foot is where text ends, from the top of the page.
func (s sheet) foot() pdf.Length { return s.height - s.bottom }

// room is how high the text of a page can be.
func (s sheet) room() pdf.Length { return s.foot() - s.top }

// manifestPage is the key page: of the manifest.
type manifestPage struct {
	// Size is A4 or Letter; A4 when left out.
	Size    string          `yaml:"size"`
	Margins manifestMargins `yaml:"margins"`
}

// manifestMargins are whole millimetres; 0 leaves a margin as it is.
type manifestMargins struct {
	Top    int `yaml:"top"`
	Bottom int `yaml:"bottom"`
	Left   int `yaml:"left"`
	Right  int `yaml:"right"`
}

// Bounds of margins in millimetres. Header and footer stand in the upper and lower ones.
const (
	minUpright, maxUpright = 20, 60
	minLateral, maxLateral = 10, 45
)

func (p manifestPage) sheet() (sheet, error) {
	s := a4()
	switch p.Size {
	case "", "A4":
	case "Letter":
		s.width, s.height = 612*pdf.Point, 792*pdf.Point
	default:
		return s, &LoadError{File: manifestFile, Detail: "page: size is A4 or Letter"}
	}
	for _, margin := range []struct {
		set         *pdf.Length
		mm, low, up int
	}{
		{&s.top, p.Margins.Top, minUpright, maxUpright},
		{&s.bottom, p.Margins.Bottom, minUpright, maxUpright},
		{&s.left, p.Margins.Left, minLateral, maxLateral},
		{&s.right, p.Margins.Right, minLateral, maxLateral},
	} {
		if margin.mm == 0 {
			continue
		}
		if margin.mm < margin.low || margin.mm > margin.up {
			return s, &LoadError{File: manifestFile, Detail: "page: margins are whole millimetres, " +
				"20 to 60 at top and bottom, 10 to 45 at left and right"}
		}
		*margin.set = millimetres(margin.mm)
	}
	return s, nil
}

// millimetres are 72/25.4 points each.
func millimetres(mm int) pdf.Length { return pdf.Length(mm) * 720 * pdf.Point / 254 }
