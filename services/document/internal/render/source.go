package render

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"

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
	bodies   map[string][]block
	forms    map[string]formText
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

// Load reads a template from its folder: manifest.yaml and one <language>.md per language that the manifest names, or
// one <language>.pdf per language, which is a form.
// A mistake in them is a *LoadError.
func Load(fsys fs.FS) (Source, error) {
	template, polish, err := loadManifest(fsys)
	if err != nil {
		return Source{}, err
	}
	source := Source{Template: template, bodies: map[string][]block{}}
	if source.Template.Form, err = hasForm(fsys, template.Languages()[0]); err != nil {
		return Source{}, err
	}
	if source.Template.Form {
		source.forms, err = loadForms(fsys, template)
		return source, err
	}
	for _, language := range template.Languages() {
		name := language + ".md"
		text, err := read(fsys, name, maxBody)
		if err != nil {
			return Source{}, err
		}
		r := &reader{name: name, source: text, template: template, polish: polish[language], signed: map[string]bool{}}
		if source.bodies[language], err = r.parse(); err != nil {
			return Source{}, err
		}
	}
	return source, nil
}

// read returns a file's text, with line ends as Unix writes them.
func read(fsys fs.FS, name string, limit int64) ([]byte, error) {
	text, err := readBytes(fsys, name, limit)
	return bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n")), err
}

func readBytes(fsys fs.FS, name string, limit int64) ([]byte, error) {
	file, err := fsys.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &LoadError{File: name, Detail: "file not found"}
	}
	if err != nil {
		return nil, fmt.Errorf("template: %w", err)
	}
	text, err := io.ReadAll(io.LimitReader(file, limit+1))
	if err := errors.Join(err, file.Close()); err != nil {
		return nil, fmt.Errorf("template: %w", err)
	}
	if int64(len(text)) > limit {
		return nil, &LoadError{File: name, Detail: fmt.Sprintf("more than %d bytes", limit)}
	}
	return text, nil
}
