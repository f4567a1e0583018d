package pdf

import (
	"fmt"
	"strings"
)

// File takes objects that another package composes, together with text in fonts that are embedded here. Objects are
// numbered from 1 in the order in which they are reserved. The same calls give the same bytes.
type File struct {
	file  *file
	fonts []*embedded
}

// NewFile begins a PDF 1.7 file that can show text in fonts; a run names its font by the place in this list.
func NewFile(fonts []Font) *File {
	f := &File{file: newFile()}
	for i, font := range fonts {
		f.fonts = append(f.fonts, newEmbedded(font, i+1))
	}
	return f
}

// Reserve returns the number of a new object, to be written later.
func (f *File) Reserve() int { return int(f.file.reserve()) }

// Write writes a reserved object; body is its value as the format spells it.
func (f *File) Write(number int, body string) { f.file.write(ref(number), "%s", body) }

// Add writes a new object and returns its number.
func (f *File) Add(body string) int { return int(f.file.add("%s", body)) }

// Stream adds a compressed stream whose dictionary has further entries, and returns its number.
func (f *File) Stream(entries string, data []byte) (int, error) {
	r, err := f.file.stream(entries, data)
	return int(r), err
}

// Draw returns the operators that show runs on a page of a height. It leaves the colour of a black run alone.
func (f *File) Draw(height Length, runs []Run) (string, error) {
	c := &content{writer: &writer{file: f.file, document: Document{Height: height}, fonts: f.fonts, structure: &structure{}}}
	err := c.page(Page{Runs: runs})
	return c.String(), err
}

// Fonts embeds the fonts that were drawn with and returns them as a resource dictionary; nothing can be drawn after.
func (f *File) Fonts() (string, error) {
	var b strings.Builder
	for _, font := range f.fonts {
		if len(font.listed) == 0 {
			continue
		}
		written, err := font.write(f.file)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&b, "/%s %s", font.name, written)
	}
	return "<<" + b.String() + ">>", nil
}

// Finish ends the file. The identifier in it is the hash of what was written.
func (f *File) Finish(catalog, info int) ([]byte, error) {
	return f.file.finish(ref(catalog), ref(info))
}

// TextString spells a text string.
func TextString(s string) string { return text(s) }
