package pdf

// Element is one node of a document's logical structure, or an artifact, which stands outside of it. An element may
// have content on several pages: a paragraph that a page break cuts is still one.
type Element struct {
	Type Type
	// Alt describes a figure in words; a figure needs it.
	Alt string
	// Numbering is how the labels of a list count.
	Numbering Numbering

	kids []*Element
}

// Add puts a new element behind the others within e and returns it.
func (e *Element) Add(kind Type) *Element {
	kid := &Element{Type: kind}
	e.kids = append(e.kids, kid)
	return kid
}

// Type says what an element is.
type Type int

// The standard structure types that a contract needs (ISO 32000-1, 14.8.4), and the artifacts (14.8.2.2.2).
const (
	Whole Type = iota + 1 // the document
	Part                  // a large division, such as an annex
	Section
	Division
	Heading1
	Heading2
	Heading3
	Paragraph
	List
	ListItem
	ListLabel
	ListBody
	Table
	TableRow
	ColumnHead // heads the cells below it
	TableCell
	Figure
	Reference // a link and its text
	Form      // a signature field

	Header   // artifact at the head of a page
	Footer   // artifact at the foot of a page
	Repeated // artifact: shown again on a further page, such as the head of a table
)

// Numbering names how a list counts.
type Numbering int

// The values of ListNumbering (ISO 32000-1, table 347) that a contract needs.
const (
	Unnumbered Numbering = iota
	Decimal
	LowerAlpha
	LowerRoman
)

// name is the type's name in a file; empty for an artifact.
func (t Type) name() string {
	switch t {
	case Whole:
		return "Document"
	case Part:
		return "Part"
	case Section:
		return "Sect"
	case Division:
		return "Div"
	case Heading1:
		return "H1"
	case Heading2:
		return "H2"
	case Heading3:
		return "H3"
	case Paragraph:
		return "P"
	case Figure:
		return "Figure"
	case Reference:
		return "Link"
	case Form:
		return "Form"
	default:
		return t.partName()
	}
}

// partName is the name of what a list or a table consists of.
func (t Type) partName() string {
	switch t {
	case List:
		return "L"
	case ListItem:
		return "LI"
	case ListLabel:
		return "Lbl"
	case ListBody:
		return "LBody"
	case Table:
		return "Table"
	case TableRow:
		return "TR"
	case ColumnHead:
		return "TH"
	case TableCell:
		return "TD"
	default:
		return ""
	}
}

// artifact is the property list of an artifact; empty for every other type.
func (t Type) artifact() string {
	switch t {
	case Header:
		return "<</Type/Pagination/Subtype/Header/Attached[/Top]>>"
	case Footer:
		return "<</Type/Pagination/Subtype/Footer/Attached[/Bottom]>>"
	case Repeated:
		return "<</Type/Pagination>>"
	default:
		return ""
	}
}

// level of a heading; 0 for everything else.
func (t Type) level() int {
	if t < Heading1 || t > Heading3 {
		return 0
	}
	return int(t-Heading1) + 1
}

// attributes are what the standard wants to know of an element beside its type.
func (e *Element) attributes() string {
	switch {
	case e.Type == ColumnHead:
		return "/A<</O/Table/Scope/Column>>"
	case e.Type == Figure:
		return "/Alt " + text(e.Alt)
	case e.Numbering == Decimal:
		return "/A<</O/List/ListNumbering/Decimal>>"
	case e.Numbering == LowerAlpha:
		return "/A<</O/List/ListNumbering/LowerAlpha>>"
	case e.Numbering == LowerRoman:
		return "/A<</O/List/ListNumbering/LowerRoman>>"
	default:
		return ""
	}
}
