package render

import (
	"errors"

	"github.com/countersign/countersign/services/document/internal/paper"
)

// description is a manifest, checked.
type description struct {
	template paper.Template
	sheet    sheet
	head     *letterhead
	annexes  []string
	polish   map[string]typography // by language
	running  map[string]running    // by language
}

func (m manifest) describe(t paper.Template) description {
	d := description{template: t, annexes: m.Annexes, polish: map[string]typography{}, running: map[string]running{}}
	for language, text := range m.Languages {
		d.running[language] = newRunning(language, text)
		d.polish[language] = newTypography(language, text.Hyphenation)
	}
	return d
}

// checkPatterns says what is wrong with the patterns of a language.
func checkPatterns(t paper.Template, text manifestText) []string {
	var details []string
	for _, pattern := range []string{text.Title, text.FileName} {
		for _, s := range slots(pattern) {
			if detail := checkSlot(t, s, slotRule{required: true, oneLine: true}); detail != "" {
				details = append(details, detail)
			}
		}
	}
	for _, pattern := range []*string{text.Header, text.Footer} {
		if pattern != nil {
			details = append(details, checkRunning(t, *pattern)...)
		}
	}
	return details
}

// addAt is add for a mistake that is in the manifest at a key, unless it names another file.
func (m *Mistakes) addAt(manifest []byte, key string, err error) bool {
	var mistake *LoadError
	if errors.As(err, &mistake) && mistake.File == manifestFile {
		return m.add(mistakeAt(manifest, key, mistake.Detail))
	}
	return m.add(err)
}
