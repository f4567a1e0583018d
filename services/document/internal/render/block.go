package render

// block is one part of a contract's text: heading, paragraph, list, table, pageBreak or signatures.
type block interface{ block() }

type (
	heading struct {
		level int // 1 is the title, 2 a clause, 3 a sub-clause
		text  []span
	}
	paragraph struct {
		text []span
	}
	list struct {
		ordered bool
		items   [][]block
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

// cell is the text of one table cell. The first row of a table is its head.
type cell []span

// signer is one box of a signature block and the name printed below it.
type signer struct {
	role string
	name []span
}

// span is text of one style: either fixed, or a slot that holds a variable's name until a value takes its place.
type span struct {
	text         string
	slot         bool
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
