package render

import (
	"fmt"
	"html"
	"regexp"
	"strings"

	"github.com/yuin/goldmark/ast"
)

// fence opens and closes a block that Markdown does not know; it stands at the start of a line.
const fence = ":::"

// inline reads the text within a block: plain, bold or italic, with slots. Neighbours of one style become one span
// before slots are looked for, because the parser may cut text anywhere.
func (r *reader) inline(n ast.Node, mustHave bool) ([]span, error) {
	var raw []span
	if err := r.collect(n, span{}, &raw); err != nil {
		return nil, err
	}
	var spans []span
	for _, s := range raw {
		if s.lineBreak {
			spans = append(spans, s)
			continue
		}
		for _, part := range slots(s.text) {
			if detail := checkSlot(r.template, part, mustHave); detail != "" {
				return nil, r.fail(n, "%s", detail)
			}
			if !part.slot {
				part.text = r.polish.polish(part.text)
			}
			part.bold, part.italic = s.bold, s.italic
			spans = append(spans, part)
		}
	}
	return spans, nil
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
		default:
			return r.fail(n, "a contract cannot show this: %s", n.Kind())
		}
	}
	return nil
}

func appendSpan(spans *[]span, s span) {
	if len(*spans) > 0 {
		last := &(*spans)[len(*spans)-1]
		if !last.lineBreak && last.bold == s.bold && last.italic == s.italic {
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
	if string(lines[0]) != fence+"signatures" {
		return nil, r.fail(n, "the only block of this kind is %ssignatures", fence)
	}
	if last < 2 || string(lines[last]) != fence {
		return nil, r.fail(n, "%ssignatures needs a line per role and ends with %s, without empty lines", fence, fence)
	}
	var s signatures
	for i, line := range lines[1:last] {
		at := n.Lines().At(i + 1).Start
		role, name, _ := strings.Cut(string(line), ":")
		if r.signed[role] {
			return nil, r.failAt(at, "role %q signs twice", role)
		}
		if !r.known(role) {
			return nil, r.failAt(at, "unknown role %q", role)
		}
		r.signed[role] = true
		spans := slots(strings.TrimSpace(name))
		if detail := r.checkName(spans); detail != "" {
			return nil, r.failAt(at, "%s", detail)
		}
		s.signers = append(s.signers, signer{role: role, name: spans})
	}
	return s, nil
}

// maxName is how long the name below a signature box may get, in characters: the block must fit a page.
const maxName = 400

func (r *reader) checkName(spans []span) string {
	length := 0
	for _, s := range spans {
		if detail := checkSlot(r.template, s, false); detail != "" {
			return detail
		}
		length += len(s.text)
		if v, found := r.template.Variable(s.text); s.slot && found {
			length += v.Limit()
		}
	}
	if length > maxName {
		return fmt.Sprintf("the name below a signature may have up to %d characters, its variables allow more", maxName)
	}
	return ""
}

func (r *reader) known(role string) bool {
	for _, known := range r.template.Roles {
		if known.ID == role {
			return true
		}
	}
	return false
}
