package render

// block is one part of a contract's text: heading, paragraph, list, table, pageBreak or signatures.
type block interface{ block() }

type (
	heading struct {
		level  int // 1 is the title, 2 a clause, 3 a sub-clause
		text   []span
		label  string // its number, or of an annex's title which annex it is
		anchor *anchor
	}
	paragraph struct {
		text   []span
		anchor *anchor // of the item that it begins
	}
	list struct {
		ordered bool
		clauses bool // its items are sub-clauses
		items   []item
	}
	table struct {
		right []bool // by column: set flush right
		rows  [][]cell
	}
	pageBreak  struct{}
	signatures struct {
		signers []signer
	}
)

// item is one item of a list and its number or dash.
type item struct {
	label  string
	anchor *anchor
	blocks []block
}

// cell is the text of one table cell. The first row of a table is its head.
type cell []span

// signer is one box of a signature block and the name printed below it.
type signer struct {
	role string
	name []span
}

// span is text of one style: either fixed, or a slot that holds a variable's name until a value takes its place, or a
// reference that prints the number of an anchor.
type span struct {
	text         string
	slot         bool
	ref          *anchor
	bold, italic bool
	lineBreak    bool
	to           string // the anchor that the text leads to
}

func (heading) block()    {}
func (paragraph) block()  {}
func (list) block()       {}
func (table) block()      {}
func (pageBreak) block()  {}
func (signatures) block() {}
