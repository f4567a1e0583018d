package render

import (
	"errors"
	"io/fs"
	"time"

	"github.com/goccy/go-yaml"

	"github.com/countersign/countersign/services/document/internal/paper"
)

const manifestFile = "manifest.yaml"

// manifest is manifest.yaml as people write it.
type manifest struct {
	ID        string                  `yaml:"id"`
	Version   string                  `yaml:"version"`
	Date      string                  `yaml:"date"`
	Languages map[string]manifestText `yaml:"languages"`
	Roles     []manifestRole          `yaml:"roles"`
	Variables []manifestVariable      `yaml:"variables"`
	Page      manifestPage            `yaml:"page"`
	Head      manifestLetterhead      `yaml:"letterhead"`
	// Annexes are ids, in the order they follow the contract.
	Annexes []string `yaml:"annexes"`
}

type manifestText struct {
	Title    string `yaml:"title"`
	FileName string `yaml:"file_name"`
	// Header and Footer stand above the text from the second page on and below it on every page; empty for none.
	Header *string `yaml:"header"`
	Footer *string `yaml:"footer"`
	// Hyphenation lists words that the language's patterns break wrongly, with a hyphen wherever a line may break them.
	Hyphenation []string `yaml:"hyphenation"`
}

type manifestRole struct {
	ID     string            `yaml:"id"`
	Labels map[string]string `yaml:"labels"`
}

type manifestVariable struct {
	Name      string `yaml:"name"`
	Type      string `yaml:"type"`
	Required  bool   `yaml:"required"`
	MaxLength int    `yaml:"max_length"`
	Currency  string `yaml:"currency"`
}

// description is a manifest, checked.
type description struct {
	template paper.Template
	sheet    sheet
	head     *letterhead
	annexes  []string
	polish   map[string]typography // by language
	running  map[string]running    // by language
}

func loadManifest(fsys fs.FS) (description, error) {
	text, err := read(fsys, manifestFile, maxManifest)
	if err != nil {
		return description{}, err
	}
	var m manifest
	if err := yaml.UnmarshalWithOptions(text, &m, yaml.Strict()); err != nil {
		return description{}, manifestError(err)
	}
	t, err := m.template()
	if err != nil {
		return description{}, err
	}
	if err := t.Validate(); err != nil {
		return description{}, &LoadError{File: manifestFile, Detail: err.Error()}
	}
	return m.describe(fsys, t)
}

func (m manifest) describe(fsys fs.FS, t paper.Template) (description, error) {
	d := description{template: t, annexes: m.Annexes, polish: map[string]typography{}, running: map[string]running{}}
	if err := checkAnnexes(m.Annexes); err != nil {
		return d, err
	}
	var err error
	if d.sheet, err = m.Page.sheet(); err != nil {
		return d, err
	}
	if d.head, err = m.Head.load(fsys, d.sheet); err != nil {
		return d, err
	}
	for _, language := range t.Languages() {
		if err := checkPatterns(t, t.Texts[language]); err != nil {
			return d, err
		}
		if d.running[language], err = newRunning(t, language, m.Languages[language]); err != nil {
			return d, err
		}
		d.polish[language] = newTypography(language, m.Languages[language].Hyphenation)
	}
	return d, nil
}

func (m manifest) template() (paper.Template, error) {
	t := paper.Template{ID: m.ID, Version: m.Version, Texts: map[string]paper.Text{}}
	if m.Date != "" {
		date, err := time.Parse(time.DateOnly, m.Date)
		if err != nil {
			return t, &LoadError{File: manifestFile, Detail: "date is not of the form 2026-11-22"}
		}
		t.Date = date
	}
	for language, text := range m.Languages {
		t.Texts[language] = paper.Text{Title: text.Title, FileName: text.FileName}
	}
	for _, r := range m.Roles {
		t.Roles = append(t.Roles, paper.Role{ID: r.ID, Labels: r.Labels})
	}
	for _, v := range m.Variables {
		t.Variables = append(t.Variables, paper.Variable{
			Name: v.Name, Type: paper.Type(v.Type), Required: v.Required, MaxLength: v.MaxLength, Currency: v.Currency,
		})
	}
	return t, nil
}

func checkPatterns(t paper.Template, text paper.Text) error {
	for _, pattern := range []string{text.Title, text.FileName} {
		for _, s := range slots(pattern) {
			if detail := checkSlot(t, s, true); detail != "" {
				return &LoadError{File: manifestFile, Detail: detail}
			}
		}
	}
	return nil
}

func manifestError(err error) error {
	var broken yaml.Error
	if !errors.As(err, &broken) {
		return &LoadError{File: manifestFile, Detail: err.Error()}
	}
	e := &LoadError{File: manifestFile, Detail: broken.GetMessage()}
	if token := broken.GetToken(); token != nil && token.Position != nil {
		e.Line = token.Position.Line
	}
	return e
}
