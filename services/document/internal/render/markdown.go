package render

import (
	"bytes"
	"fmt"
	"regexp"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	tableast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"

	"github.com/countersign/countersign/services/document/internal/paper"
)

const (
	maxHeading   = 3
	maxListDepth = 3
	maxColumns   = 10
)

// parse turns a file's Markdown into blocks and refuses what a contract cannot show: links, images, code, quotes, HTML.
// It goes on after a mistake.
func (r *reader) parse() []block {
	r.escapes, r.id = escapes(), regexp.MustCompile(`^`+anchorID+`$`)
	blocks := r.children(markdown().Parse(text.NewReader(r.source)), place{})
	for _, role := range r.template.Roles {
		if !r.signed[role.ID] && !r.unsigned && !r.annex {
			r.mistakes.add(&LoadError{File: r.name, Detail: fmt.Sprintf("role %q has no line in a %ssignatures block", role.ID, fence)})
		}
	}
	return blocks
}

// markdown leaves two things of CommonMark out, because both swallow text without a trace: underlined headings, which
// a page break below a paragraph would become, and link definitions.
func markdown() parser.Parser {
	p := parser.NewParser(
		parser.WithBlockParsers(
			util.Prioritized(parser.NewThematicBreakParser(), 200),
			util.Prioritized(parser.NewListParser(), 300),
			util.Prioritized(parser.NewListItemParser(), 400),
			util.Prioritized(parser.NewCodeBlockParser(), 500),
			util.Prioritized(parser.NewATXHeadingParser(), 600),
			util.Prioritized(parser.NewFencedCodeBlockParser(), 700),
			util.Prioritized(parser.NewBlockquoteParser(), 800),
			util.Prioritized(parser.NewHTMLBlockParser(), 900),
			util.Prioritized(parser.NewParagraphParser(), 1000),
		),
		parser.WithInlineParsers(parser.DefaultInlineParsers()...),
	)
	return goldmark.New(goldmark.WithParser(p), goldmark.WithExtensions(extension.Table)).Parser()
}

// reader turns one file's syntax tree into blocks.
type reader struct {
	name     string
	source   []byte
	template paper.Template
	polish   typography
	anchors  anchors
	annex    bool // nobody signs in it
	escapes  *regexp.Regexp
	id       *regexp.Regexp
	signed   map[string]bool
	unsigned bool // a signature block could not be read
	mistakes Mistakes
	files    []string // read
	notes    notes
}

// place is where in the tree the reader is.
type place struct {
	depth    int  // of lists
	numbered bool // within an ordered list: optional variables would shift numbers
}

func (r *reader) children(parent ast.Node, at place) []block {
	var blocks []block
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		if b, err := r.block(n, at); !r.mistakes.add(err) {
			blocks = append(blocks, b)
		}
	}
	return blocks
}

func (r *reader) block(n ast.Node, at place) (block, error) {
	switch n := n.(type) {
	case *ast.Paragraph, *ast.TextBlock:
		if lines := r.lines(n); bytes.HasPrefix(lines[0], []byte(fence)) && at.depth == 0 {
			return r.signatures(n, lines)
		}
		return r.paragraph(n, at)
	case *ast.List:
		return r.list(n, at)
	}
	if at.depth > 0 {
		return nil, r.fail(n, "a list item holds text and lists only")
	}
	switch n := n.(type) {
	case *ast.Heading:
		return r.heading(n)
	case *ast.ThematicBreak:
		return pageBreak{}, nil
	case *tableast.Table:
		return r.table(n)
	default:
		return nil, r.cannotShow(n)
	}
}

// cannotShow refuses what has no form in a contract, and says what to write in its place.
func (r *reader) cannotShow(n ast.Node) error {
	hint := map[ast.NodeKind]string{
		ast.KindLink: "write the address out as text; a reference is [](#anchor)", ast.KindAutoLink: "write the address out as text",
		ast.KindCodeSpan: "write \\` for a back quote", ast.KindCodeBlock: "indent text by less than four spaces",
		ast.KindBlockquote: "write \\> for the sign", ast.KindRawHTML: "write &lt; for the sign",
		ast.KindHTMLBlock: "write &lt; for the sign", ast.KindFencedCodeBlock: "write \\` for a back quote",
		ast.KindImage: "a logo is the letterhead of the manifest",
	}[n.Kind()]
	if hint != "" {
		hint = " (" + hint + ")"
	}
	return r.fail(n, "a contract cannot show this: %s%s", n.Kind(), hint)
}

func (r *reader) list(n *ast.List, at place) (block, error) {
	at = place{depth: at.depth + 1, numbered: at.numbered || n.IsOrdered()}
	if at.depth > maxListDepth {
		return nil, r.fail(n, "lists nest at most %d deep", maxListDepth)
	}
	l := list{ordered: n.IsOrdered()}
	for child := n.FirstChild(); child != nil; child = child.NextSibling() {
		if child.FirstChild() == nil {
			return nil, r.fail(child, "empty list item")
		}
		if l.ordered {
			r.note(child, fmt.Sprintf("a numbered item of depth %d", at.depth))
		}
		i := item{blocks: r.children(child, at)}
		if len(i.blocks) > 0 {
			first, _ := i.blocks[0].(paragraph)
			i.anchor = first.anchor
		}
		l.items = append(l.items, i)
	}
	return l, nil
}

func (r *reader) table(n *tableast.Table) (block, error) {
	if len(n.Alignments) > maxColumns {
		return nil, r.fail(n, "a table has at most %d columns", maxColumns)
	}
	t := table{}
	for _, a := range n.Alignments {
		t.right = append(t.right, a == tableast.AlignRight)
	}
	for row := n.FirstChild(); row != nil; row = row.NextSibling() {
		_, head := row.(*tableast.TableHeader)
		var cells []cell
		for c := row.FirstChild(); c != nil; c = c.NextSibling() {
			spans, err := r.cell(c, head)
			r.mistakes.add(err)
			cells = append(cells, spans)
		}
		if written := r.written(row); !head && written != len(t.right) {
			r.mistakes.add(r.fail(row, "a table row has %d cells where the head has %d (an empty line ends a table, \\| is the sign)", written, len(t.right)))
		}
		t.rows = append(t.rows, cells)
	}
	return t, nil
}

// written counts the cells that the source has in a row: the parser drops those that are too many, and their text.
func (r *reader) written(row ast.Node) int {
	line, _, _ := bytes.Cut(r.source[max(0, r.position(row)):], []byte("\n"))
	line = bytes.TrimSuffix(bytes.TrimPrefix(bytes.TrimSpace(line), []byte("|")), []byte("|"))
	return 1 + bytes.Count(line, []byte("|")) - bytes.Count(line, []byte(`\|`))
}

// lines are the source lines of a block, without line ends.
func (r *reader) lines(n ast.Node) [][]byte {
	lines := [][]byte{}
	for _, segment := range n.Lines().Sliced(0, n.Lines().Len()) {
		lines = append(lines, bytes.TrimSpace(segment.Value(r.source)))
	}
	if len(lines) == 0 {
		lines = append(lines, nil)
	}
	return lines
}

func (r *reader) fail(n ast.Node, format string, args ...any) error {
	return r.failAt(r.position(n), format, args...)
}

func (r *reader) failAt(position int, format string, args ...any) error {
	return &LoadError{File: r.name, Line: r.line(position), Detail: fmt.Sprintf(format, args...)}
}

// line is the number of the line that a position is in, 0 when there is no position.
func (r *reader) line(position int) int {
	if position < 0 {
		return 0
	}
	return 1 + bytes.Count(r.source[:min(position, len(r.source))], []byte("\n"))
}

// position is where a node stands in the source, or that of its nearest relative that knows.
func (r *reader) position(n ast.Node) int {
	for ; n != nil; n = n.Parent() {
		if n.Pos() >= 0 {
			return n.Pos()
		}
		if n.Type() == ast.TypeBlock && n.Lines().Len() > 0 {
			return n.Lines().At(0).Start
		}
	}
	return -1
}
