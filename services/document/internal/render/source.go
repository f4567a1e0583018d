package render

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"slices"
	"strings"

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
	forms    map[string]formText // instead of texts
}

// content is the text of one language.
type content struct {
	blocks  []block
	anchors anchors
	running running
	notes   notes
	files   []string // of the contract and its annexes
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

// Mistakes is everything that is wrong with a template's files, file by file.
type Mistakes []*LoadError

// maxMistakes is how many mistakes of one file are told.
const maxMistakes = 100

func (m Mistakes) Error() string {
	lines := make([]string, 0, len(m))
	for _, e := range m {
		lines = append(lines, e.Error())
	}
	return strings.Join(lines, "\n")
}

// Unwrap returns each mistake.
func (m Mistakes) Unwrap() []error {
	errs := make([]error, 0, len(m))
	for _, e := range m {
		errs = append(errs, e)
	}
	return errs
}

// add keeps a mistake unless there are too many; false when the error is none and has to be returned.
func (m *Mistakes) add(err error) bool {
	var mistake *LoadError
	if !errors.As(err, &mistake) {
		return false
	}
	if len(*m) < maxMistakes {
		*m = append(*m, mistake)
	}
	return true
}

// sort puts mistakes in the order of the files, the manifest first, and of their lines; those without a line come last.
func (m Mistakes) sort() {
	slices.SortStableFunc(m, func(a, b *LoadError) int {
		return cmp.Or(
			cmp.Compare(strings.TrimPrefix(a.File, manifestFile), strings.TrimPrefix(b.File, manifestFile)),
			cmp.Compare(uint(a.Line-1), uint(b.Line-1)),
		)
	})
}

// Load reads a template from its folder: manifest.yaml and, per language that the manifest
// names, one <language>.md and one <annex>.<language>.md for each of its annexes, or one <language>.pdf, a form.
// What is wrong in them is Mistakes, as many as can be found at once.
func Load(fsys fs.FS) (Source, error) {
	source, mistakes, err := load(fsys)
	if err == nil && len(mistakes) > 0 {
		err = mistakes
	}
	if err != nil {
		return Source{}, err
	}
	return source, nil
}

// load returns what could be read, and what is wrong with it.
func load(fsys fs.FS) (Source, Mistakes, error) {
	source := Source{texts: map[string]content{}}
	described, all, err := loadManifest(fsys)
	if err != nil {
		return source, nil, err
	}
	source.Template, source.sheet, source.head = described.template, described.sheet, described.head
	if hasForm(fsys, source.Template) {
		source.Template.Form = true
		found, err := source.loadForms(fsys)
		all = append(all, found...)
		all.sort()
		return source, all, err
	}
	for _, language := range source.Template.Languages() {
		text, mistakes, err := described.contract(fsys, language)
		if err != nil {
			return source, nil, err
		}
		source.texts[language] = text
		all = append(all, mistakes...)
	}
	all.sort()
	return source, all, nil
}

const textSuffix = ".md"

// read returns the bytes of a text, with line ends as Unix writes them and without the mark that Windows begins it with.
func read(fsys fs.FS, name string, limit int64) ([]byte, error) {
	text, err := readFile(fsys, name, limit)
	return bytes.ReplaceAll(bytes.TrimPrefix(text, []byte("\ufeff")), []byte("\r\n"), []byte("\n")), err
}

// readFile returns a file's bytes. A name that the manifest made and no file can have is one that is not found.
func readFile(fsys fs.FS, name string, limit int64) ([]byte, error) {
	if !fs.ValidPath(name) {
		return nil, &LoadError{File: manifestFile, Detail: "a language is no file name"}
	}
	info, err := fs.Stat(fsys, name)
	if err == nil && !info.Mode().IsRegular() {
		return nil, &LoadError{File: name, Detail: "not a file"}
	}
	var file fs.File
	if err == nil {
		file, err = fsys.Open(name)
	}
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
