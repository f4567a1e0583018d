package render

import (
	"fmt"
	"strings"

	"github.com/countersign/countersign/services/document/internal/paper"
	"github.com/countersign/countersign/services/internal/spelling"
)

const (
	slotOpen  = "{{"
	slotClose = "}}"
)

// slots cuts text at its {{slots}}. An opening without its end stays text, for checkSlot to find.
func slots(text string) []span {
	var spans []span
	for {
		before, rest, found := strings.Cut(text, slotOpen)
		name, after, closed := strings.Cut(rest, slotClose)
		if !found || !closed {
			break
		}
		if before != "" {
			spans = append(spans, span{text: before})
		}
		spans = append(spans, span{text: strings.TrimSpace(name), slot: true})
		text = after
	}
	if text != "" {
		spans = append(spans, span{text: text})
	}
	return spans
}

// slotRule is what a place in the text asks of the variables that stand there.
type slotRule struct {
	required bool // where an optional value would leave a hole or shift a number
	oneLine  bool // where text has no room for another line
}

// checkSlot says what is wrong with a span; empty when nothing is.
func checkSlot(t paper.Template, s span, rule slotRule) string {
	if !s.slot {
		if strings.Contains(s.text, slotOpen) || strings.Contains(s.text, slotClose) {
			return "a slot is not closed, or its name has markup in it"
		}
		if at := strings.IndexFunc(s.text, hidden); at >= 0 {
			return fmt.Sprintf("invisible character %U", []rune(s.text[at:])[0])
		}
		return ""
	}
	v, found := t.Variable(s.text)
	switch {
	case !found:
		return fmt.Sprintf("unknown variable %q%s", s.text, suggestion(variableNames(t), s.text))
	case rule.required && !v.Required:
		return fmt.Sprintf("optional variable %q may not stand in a title, file name, heading, table head or numbered clause", s.text)
	case rule.oneLine && v.Type == paper.TypeLines:
		return fmt.Sprintf("variable %q has several lines and may not stand in a title, file name, heading, table head or signature", s.text)
	default:
		return ""
	}
}

// hidden reports whether a template may not hold a character that nobody sees. Tabs are spaces, and a soft hyphen is how
// an author says where one word may break.
func hidden(c rune) bool { return paper.Invisible(c) && c != '\t' && c != softHyphen }

// suggestion is the name that is at most two typing mistakes away, or fewer for a short one; empty when there is none.
func suggestion(names []string, wrong string) string {
	best, found := min(3, (len(wrong)+1)/2), ""
	for _, name := range names {
		if len(wrong) > len(name)+2 {
			continue // much longer is far, and would take long to compare
		}
		if d := spelling.Distance(name, wrong); d < best {
			best, found = d, fmt.Sprintf(" (did you mean %q?)", name)
		}
	}
	return found
}

func variableNames(t paper.Template) []string {
	names := make([]string, 0, len(t.Variables))
	for _, v := range t.Variables {
		names = append(names, v.Name)
	}
	return names
}
