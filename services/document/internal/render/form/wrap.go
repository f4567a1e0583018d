package form

import (
	"strings"

	writer "github.com/countersign/countersign/services/document/internal/render/pdf"
)

// wrap breaks text into lines that fit the width, at spaces and, where a word is wider than a line, between characters.
// No lines mean that not even one character fits.
func (b block) wrap(text string, size writer.Length) ([]string, error) {
	var list []string
	for _, paragraph := range strings.Split(text, "\n") {
		line := ""
		for _, word := range strings.Split(paragraph, " ") {
			candidate := strings.TrimPrefix(line+" "+word, " ")
			fits, err := b.fits(candidate, size)
			if err != nil {
				return nil, err
			}
			if fits {
				line = candidate
				continue
			}
			if line != "" {
				list = append(list, line)
			}
			parts, err := b.split(word, size)
			if parts == nil || err != nil {
				return nil, err
			}
			list, line = append(list, parts[:len(parts)-1]...), parts[len(parts)-1]
		}
		list = append(list, line)
	}
	return list, nil
}

// split cuts a word into parts that fit a line; the last one is not full.
func (b block) split(word string, size writer.Length) ([]string, error) {
	if fits, err := b.fits(word, size); fits || err != nil {
		return []string{word}, err
	}
	parts := []string{""}
	for _, character := range characters(word) {
		last := &parts[len(parts)-1]
		fits, err := b.fits(*last+character, size)
		switch {
		case err != nil:
			return nil, err
		case fits:
			*last += character
			continue
		case *last == "":
			return nil, nil
		}
		if fits, err = b.fits(character, size); !fits || err != nil {
			return nil, err
		}
		parts = append(parts, character)
	}
	return parts, nil
}

func (b block) fits(text string, size writer.Length) (bool, error) {
	_, width, err := b.set.Shape(b.font, size, text)
	return width <= b.place.width()-2*b.inset, err
}
