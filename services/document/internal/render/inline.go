package render

import (
	"bytes"
	"html"
	"regexp"
	"slices"
	"strings"

	"github.com/yuin/goldmark/ast"
)

// fence opens and closes a block that Markdown does not know; it stands at the start of a line.
const fence = ":::"

// raw reads the text within a block: plain, bold or italic, with references. Neighbours of one style become one span
// before anchors and slots are looked for, because the parser may cut text anywhere.
func (r *reader) raw(n ast.Node) ([]span, error) {
	var spans []span
	err := r.collect(n, span{}, &spans)
	return spans, err
}

// inline finds slots in the raw text of a block and gives the rest its polish.
func (r *reader) inline(n ast.Node, raw []span, rule slotRule) ([]span, error) {
	var spans []span
	for _, s := range raw {
		if s.lineBreak || s.ref != nil {
			spans = append(spans, s)
			continue
		}
		for _, part := range slots(s.text) {
			if strings.Contains(part.text, anchorOpen) {
				return nil, r.fail(n, "an anchor such as %shaftung}, of a-z, 0-9 and -, ends a heading or starts a numbered item", anchorOpen)
			}
			r.slot(part, rule, r.position(n))
			if !part.slot {
				part.text = r.polish.polish(part.text)
			}
			part.bold, part.italic = s.bold, s.italic
			spans = append(spans, part)
		}
	}
	return spans, nil
}

// slot notes which variable a span uses, and what is wrong with it, in the line where it first stands after a position.
func (r *reader) slot(s span, rule slotRule, position int) {
	if s.slot {
		r.notes.used[s.text] = true
	}
	detail := checkSlot(r.template, s, rule)
	if detail == "" {
		return
	}
	if position >= 0 && s.slot {
		position += max(0, bytes.Index(r.source[min(position, len(r.source)):], []byte(s.text)))
	}
	r.mistakes.add(r.failAt(position, "%s", detail))
}

func (r *reader) collect(parent ast.Node, style span, spans *[]span) error {
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		switch n := n.(type) {
		case *ast.Text:
			s := style
			s.text = r.literal(n.Value(r.source))
			if n.SoftLineBreak() {
				s.text += " "
			}
			appendSpan(spans, s)
			if n.HardLineBreak() {
				*spans = append(*spans, span{lineBreak: true})
			}
		case *ast.Emphasis:
			inner := style
			inner.bold = style.bold || n.Level == 2
			inner.italic = style.italic || n.Level == 1
			if err := r.collect(n, inner, spans); err != nil {
				return err
			}
		case *ast.Link:
			id, found := strings.CutPrefix(string(n.Destination), "#")
			if n.HasChildren() || len(n.Title) > 0 || !found || !r.id.MatchString(id) {
				return r.cannotShow(n)
			}
			s := style
			s.ref = r.anchors.refer(id, r.name, r.line(r.position(n)))
			*spans = append(*spans, s)
		default:
			return r.cannotShow(n)
		}
	}
	return nil
}

func appendSpan(spans *[]span, s span) {
	if len(*spans) > 0 {
		last := &(*spans)[len(*spans)-1]
		if !last.lineBreak && last.ref == nil && last.bold == s.bold && last.italic == s.italic {
			last.text += s.text
			return
		}
	}
	*spans = append(*spans, s)
}

// escapes matches what the parser leaves in its text: backslash escapes and character references.
func escapes() *regexp.Regexp {
	return regexp.MustCompile(`\\[!-/:-@\[-` + "`" + `{-~]|&#?[0-9A-Za-z]+;`)
}

func (r *reader) literal(source []byte) string {
	return r.escapes.ReplaceAllStringFunc(string(source), func(found string) string {
		if found[0] == '\\' {
			return found[1:]
		}
		return html.UnescapeString(found)
	})
}

// signatures reads a block such as
//
//	:::signatures
//	client: {{contact.name}}
//	:::
//
// with one line per role: the role, and after a colon the name to print, which may be left out.
func (r *reader) signatures(n ast.Node, lines [][]byte) (block, error) {
	last := len(lines) - 1
	r.unsigned = true // until all of it was read
	if r.annex {
		return nil, r.fail(n, "an annex is not signed by itself")
	}
	if string(lines[0]) != fence+"signatures" {
		return nil, r.fail(n, "the only block of this kind is %ssignatures", fence)
	}
	if last < 2 || string(lines[last]) != fence {
		return nil, r.fail(n, "%ssignatures needs a line per role and ends with %s, without empty lines", fence, fence)
	}
	r.unsigned = false
	var s signatures
	for i, line := range lines[1:last] {
		at := n.Lines().At(i + 1).Start
		role, name, _ := strings.Cut(string(line), ":")
		switch {
		case r.signed[role]:
			r.mistakes.add(r.failAt(at, "role %q signs twice", role))
		case !slices.Contains(r.roles(), role):
			r.mistakes.add(r.failAt(at, "unknown role %q%s", role, suggestion(r.roles(), role)))
		}
		r.signed[role] = true
		spans := slots(strings.TrimSpace(name))
		r.checkName(spans, at)
		s.signers = append(s.signers, signer{role: role, name: spans})
	}
	return s, nil
}

// maxName is how long the name below a signature box may get, in characters: the block must fit a page.
const maxName = 400

func (r *reader) checkName(spans []span, at int) {
	length := 0
	for _, s := range spans {
		r.slot(s, slotRule{oneLine: true}, at)
		length += len(s.text)
		if v, found := r.template.Variable(s.text); s.slot && found {
			length += v.Widest()
		}
	}
	if length > maxName {
		r.mistakes.add(r.failAt(at, "the name below a signature may have up to %d characters, its variables allow more", maxName))
	}
}

func (r *reader) roles() []string {
	ids := make([]string, 0, len(r.template.Roles))
	for _, role := range r.template.Roles {
		ids = append(ids, role.ID)
	}
	return ids
}
