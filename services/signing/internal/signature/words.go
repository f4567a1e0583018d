package signature

import (
	"maps"
	"slices"
)

// shortestTelling text that may be about somebody, in bytes: taking out shorter ones would leave nothing of a vendor's message.
const shortestTelling = 4

// Words are the caller's own texts in the order. Any of them may be about somebody, and none belongs in an error or a log.
func (o Order) Words() []string {
	words := []string{o.Title, o.FileName, o.Text.Subject, o.Text.Message}
	for _, text := range o.Translations {
		words = append(words, text.Subject, text.Message)
	}
	words = slices.AppendSeq(words, maps.Values(o.TemplateValues))
	return slices.DeleteFunc(words, func(word string) bool { return len(word) < shortestTelling })
}
