package render

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"slices"

	"github.com/countersign/countersign/services/document/internal/paper"
)

// Bounds of a template's files, in bytes.
const (
	maxManifest = 64 << 10
	maxBody     = 256 << 10
)

// Source is a template with its text, parsed and checked. It is read-only.
type Source struct {
	// Template says what the text needs and offers.
	Template paper.Template
	sheet    sheet
	head     *letterhead
	texts    map[string]content
}

// content is the text of one language.
type content struct {
	blocks  []block
	anchors anchors
	running running
}

// Anchors lists the anchors of the text in a language, sorted: the same in all languages unless a translation forgot one.
func (s Source) Anchors(language string) []string {
	return slices.Sorted(maps.Keys(s.texts[language].anchors))
}

// LoadError is a mistake in a template's files, for the person who wrote them.
type LoadError struct {
	// File within the template's folder.
	File string
	// Line counts from 1; 0 when the mistake is not on one line.
	Line int
	// Detail says what is wrong.
	Detail string
}

func (e *LoadError) Error() string {
	if e.Line == 0 {
		return fmt.Sprintf("%s: %s", e.File, e.Detail)
	}
	return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.Detail)
}

// Load reads a template from its folder: manifest.yaml and, per language that the manifest
// names, one <language>.md and one <annex>.<language>.md for each of its annexes.
// A mistake in them is a *LoadError.
func Load(fsys fs.FS) (Source, error) {
	described, err := loadManifest(fsys)
	if err != nil {
		return Source{}, err
	}
	source := Source{Template: described.template, sheet: described.sheet, head: described.head, texts: map[string]content{}}
	for _, language := range source.Template.Languages() {
		if source.texts[language], err = described.contract(fsys, language); err != nil {
			return Source{}, err
		}
	}
	return source, nil
}

// read returns the bytes of a text, with line ends as Unix writes them.
func read(fsys fs.FS, name string, limit int64) ([]byte, error) {
	text, err := load(fsys, name, limit)
	return bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n")), err
}

// load returns a file's bytes.
func load(fsys fs.FS, name string, limit int64) ([]byte, error) {
	file, err := fsys.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &LoadError{File: name, Detail: "file not found"}
	}
	if err != nil {
		return nil, fmt.Errorf("template: %w", err)
	}
	data, err := io.ReadAll(io.LimitReader(file, limit+1))
	if err := errors.Join(err, file.Close()); err != nil {
		return nil, fmt.Errorf("template: %w", err)
	}
	if int64(len(data)) > limit {
		return nil, &LoadError{File: name, Detail: fmt.Sprintf("more than %d bytes", limit)}
	}
	return data, nil
}
