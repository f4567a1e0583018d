package render

import (
	"fmt"
	"strings"

	"github.com/countersign/countersign/services/document/internal/paper"
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

// checkSlot says what is wrong with a span; empty when nothing is. Where an optional value would leave a hole or shift
// a number, the variable must be a required one.
func checkSlot(t paper.Template, s span, mustHave bool) string {
	if !s.slot {
		if strings.Contains(s.text, slotOpen) || strings.Contains(s.text, slotClose) {
			return "a slot is not closed, or its name has markup in it"
		}
		return ""
	}
	v, found := t.Variable(s.text)
	switch {
	case !found:
		return fmt.Sprintf("unknown variable %q", s.text)
	case mustHave && !v.Required:
		return fmt.Sprintf("optional variable %q may not stand in a title, file name, heading, table head or numbered clause", s.text)
	default:
		return ""
	}
}
