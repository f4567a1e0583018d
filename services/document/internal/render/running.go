package render

import (
	"fmt"
	"maps"
	"strconv"
	"strings"

	"github.com/countersign/countersign/services/document/internal/paper"
	"github.com/countersign/countersign/services/document/internal/render/pdf"
)

// running are the patterns of the lines above and below the text. Beside {{slots}} they may hold {{page}}, the number of
// the page, and {{pages}}, how many there are.
type running struct {
	header, footer string
}

const (
	pageSlot  = "page"
	pagesSlot = "pages"
	// maxRunning is how long such a line may get, in characters; it is cut to what one line holds.
	maxRunning = 256
)

// newRunning takes what the manifest says: the title and the number of the page when it says nothing.
func newRunning(language string, text manifestText) running {
	r := running{header: text.Title, footer: phrasesOf(language).page}
	if text.Header != nil {
		r.header = *text.Header
	}
	if text.Footer != nil {
		r.footer = *text.Footer
	}
	return r
}

// checkRunning says what is wrong with a pattern.
func checkRunning(t paper.Template, pattern string) []string {
	var details []string
	if len(pattern) > maxRunning {
		details = append(details, fmt.Sprintf("header and footer have at most %d bytes", maxRunning))
	}
	for _, s := range slots(pattern) {
		if s.slot && (s.text == pageSlot || s.text == pagesSlot) {
			continue
		}
		if detail := checkSlot(t, s, slotRule{required: true, oneLine: true}); detail != "" {
			details = append(details, detail)
		}
	}
	return details
}

// decorate writes the header on every page but the first, where the title itself stands, and the footer on all.
func (r running) decorate(s *setter, pages []pdf.Page, paper sheet, shown map[string]string) error {
	look := style{size: 8 * pdf.Point, sans: true, gray: 40}
	above, below := &pdf.Element{Type: pdf.Header}, &pdf.Element{Type: pdf.Footer}
	shown = maps.Clone(shown)
	shown[pagesSlot] = strconv.Itoa(len(pages))
	for i := range pages {
		shown[pageSlot] = strconv.Itoa(i + 1)
		var whole pdf.Page
		if header := clip(replace(r.header, shown), maxRunning); i > 0 && header != "" {
			look.align, look.element = left, above
			runs, err := s.oneLine(header, look, paper.measure())
			if err != nil {
				return err
			}
			line := pdf.Rule{Y: 6 * pdf.Point, Width: paper.measure(), Height: 400, Gray: 60}
			add(&whole, pdf.Page{Runs: runs, Rules: []pdf.Rule{line}}, paper.left, paper.top-32*pdf.Point)
		}
		add(&whole, pages[i], 0, 0)
		look.align, look.element = right, below
		runs, err := s.oneLine(clip(replace(r.footer, shown), maxRunning), look, paper.measure())
		if err != nil {
			return err
		}
		add(&whole, pdf.Page{Runs: runs}, paper.left, paper.foot()+36*pdf.Point)
		pages[i] = whole
	}
	return nil
}

// oneLine sets as much of a text as one line holds.
func (s *setter) oneLine(text string, look style, width pdf.Length) ([]pdf.Run, error) {
	for {
		lines, err := s.set([]span{{text: text}}, look, width)
		if err != nil {
			return nil, err
		}
		if len(lines) == 1 {
			return lines[0], nil
		}
		text = shorten(text)
	}
}

// shorten takes the last word off a text, or a tenth of its characters when it is only one, and shows that it did.
func shorten(text string) string {
	text = strings.TrimSuffix(text, "…")
	if at := strings.LastIndexByte(text, ' '); at > 0 {
		return strings.TrimRight(text[:at], " ,;:–—-") + "…"
	}
	return clip(text, len([]rune(text))*9/10)
}

// phrases are the few words that the renderer itself prints.
type phrases struct {
	page, annex, placeAndDate, signature string
}

func phrasesOf(language string) phrases {
	switch language {
	case "de":
		return phrases{page: "Seite {{page}} von {{pages}}", annex: "Anlage\u00a0%d", placeAndDate: "Ort, Datum", signature: "Unterschrift"}
	case "fr":
		return phrases{page: "Page {{page}} sur {{pages}}", annex: "Annexe\u00a0%d", placeAndDate: "Lieu, date", signature: "Signature"}
	case "it":
		return phrases{page: "Pagina {{page}} di {{pages}}", annex: "Allegato\u00a0%d", placeAndDate: "Luogo, data", signature: "Firma"}
	default:
		return phrases{page: "Page {{page}} of {{pages}}", annex: "Annex\u00a0%d", placeAndDate: "Place, date", signature: "Signature"}
	}
}
