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
}

type manifestText struct {
	Title    string `yaml:"title"`
	FileName string `yaml:"file_name"`
	// Hyphenation lists long words of the text with a hyphen wherever a line may break them.
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
	// Field is the full name of the form field that shows it, where a form's field has another name.
	Field string `yaml:"field"`
}

// loadManifest returns the template and, by language, how its text is polished.
func loadManifest(fsys fs.FS) (paper.Template, map[string]typography, error) {
	text, err := read(fsys, manifestFile, maxManifest)
	if err != nil {
		return paper.Template{}, nil, err
	}
	var m manifest
	if err := yaml.UnmarshalWithOptions(text, &m, yaml.Strict()); err != nil {
		return paper.Template{}, nil, manifestError(err)
	}
	t, err := m.template()
	if err != nil {
		return paper.Template{}, nil, err
	}
	if err := t.Validate(); err != nil {
		return paper.Template{}, nil, &LoadError{File: manifestFile, Detail: err.Error()}
	}
	polish := map[string]typography{}
	for _, language := range t.Languages() {
		if err := checkPatterns(t, t.Texts[language]); err != nil {
			return paper.Template{}, nil, err
		}
		polish[language] = newTypography(language, m.Languages[language].Hyphenation)
	}
	return t, polish, nil
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
