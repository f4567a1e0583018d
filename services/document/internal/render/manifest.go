package render

import (
	"errors"
	"io/fs"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"

	"github.com/countersign/countersign/services/document/internal/paper"
)

const manifestFile = "manifest.yaml"

// manifest is manifest.yaml as people write it.
type manifest struct {
	ID        string                  `yaml:"id"`
	Version   asWritten               `yaml:"version"`
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
	Name      string            `yaml:"name"`
	Type      string            `yaml:"type"`
	Required  bool              `yaml:"required"`
	MaxLength int               `yaml:"max_length"`
	Currency  string            `yaml:"currency"`
	Format    string            `yaml:"format"`
	Decimals  *int              `yaml:"decimals"`
	Choices   []manifestChoice  `yaml:"choices"`
	Labels    map[string]string `yaml:"labels"`
	Example   asWritten         `yaml:"example"`
	// Field is the full name of the form field that shows it, where that has another name.
	Field string `yaml:"field"`
}

// manifestChoice is written as a text, or with labels as {value: month, labels: {de: monatlich}}.
type manifestChoice struct {
	Value  string
	Labels map[string]string
}

// UnmarshalYAML reads either form.
func (c *manifestChoice) UnmarshalYAML(node ast.Node) error {
	if value, ok := scalar(node); ok {
		c.Value = value
		return nil
	}
	var labelled struct {
		Value  asWritten         `yaml:"value"`
		Labels map[string]string `yaml:"labels"`
	}
	err := yaml.NodeToValue(node, &labelled, yaml.Strict())
	c.Value, c.Labels = string(labelled.Value), labelled.Labels
	return err
}

// asWritten is a text that may look like a number or a date and then keeps every zero.
type asWritten string

// UnmarshalYAML takes any scalar.
func (w *asWritten) UnmarshalYAML(node ast.Node) error {
	value, ok := scalar(node)
	if !ok {
		return &LoadError{File: manifestFile, Line: node.GetToken().Position.Line, Detail: "must be a text"}
	}
	*w = asWritten(value)
	return nil
}

// loadManifest returns what the manifest says and what is wrong with it. After some mistakes nothing else is left to
// check: then there is no template.
func loadManifest(fsys fs.FS) (description, Mistakes, error) {
	var all Mistakes
	text, err := read(fsys, manifestFile, maxManifest)
	if all.add(err) {
		return description{}, all, nil
	}
	if err != nil {
		return description{}, nil, err
	}
	var m manifest
	if err := decodeYAML(text, &m); err != nil {
		all.add(manifestError(err))
		return description{}, all, nil
	}
	t := m.template()
	if m.Date != "" {
		if t.Date, err = time.Parse(time.DateOnly, m.Date); err != nil {
			all.add(mistakeAt(text, "date", "date is not of the form 2026-11-22"))
		}
	}
	for _, err := range joined(t.Validate()) {
		var wrong *paper.TemplateError
		if errors.As(err, &wrong) {
			all.add(mistakeAt(text, wrong.Field, wrong.Detail))
		}
	}
	for _, language := range t.Languages() {
		for _, detail := range checkPatterns(t, m.Languages[language]) {
			all.add(mistakeAt(text, "languages."+language, detail))
		}
	}
	d := m.describe(t)
	all.addAt(text, "annexes", checkAnnexes(m.Annexes))
	d.sheet, err = m.Page.sheet()
	all.addAt(text, "page", err)
	d.head, err = m.Head.load(fsys, d.sheet)
	if err != nil && !all.addAt(text, "letterhead", err) {
		return description{}, nil, err
	}
	return d, all, nil
}

func (m manifest) template() paper.Template {
	t := paper.Template{ID: m.ID, Version: string(m.Version), Texts: map[string]paper.Text{}}
	for language, text := range m.Languages {
		t.Texts[language] = paper.Text{Title: text.Title, FileName: text.FileName}
	}
	for _, r := range m.Roles {
		t.Roles = append(t.Roles, paper.Role{ID: r.ID, Labels: r.Labels})
	}
	for _, v := range m.Variables {
		variable := paper.Variable{
			Name: v.Name, Type: paper.Type(v.Type), Required: v.Required, MaxLength: v.MaxLength, Currency: v.Currency,
			Format: paper.DateFormat(v.Format), Decimals: v.Decimals, Labels: v.Labels, Example: string(v.Example),
		}
		for _, c := range v.Choices {
			variable.Choices = append(variable.Choices, paper.Choice(c))
		}
		t.Variables = append(t.Variables, variable)
	}
	return t
}

// joined takes apart what errors.Join put together.
func joined(err error) []error {
	var many interface{ Unwrap() []error }
	if errors.As(err, &many) {
		return many.Unwrap()
	}
	return nil
}

// mistakeAt is a mistake in the line of the manifest where a field such as variables[2].type stands.
func mistakeAt(manifest []byte, field, detail string) *LoadError {
	return &LoadError{File: manifestFile, Line: lineOf(manifest, field), Detail: detail}
}

// lineOf is the line of a field, or of the nearest one around it that is there; 0 when there is none.
func lineOf(manifest []byte, field string) int {
	file, err := parseYAML(manifest)
	if err != nil {
		return 0
	}
	for ; field != ""; field = field[:max(0, strings.LastIndexAny(field, ".["))] {
		if line := pathLine(file, "$."+field); line > 0 {
			return line
		}
	}
	return 0
}

func pathLine(file *ast.File, path string) int {
	line := 0
	found := guard(func() error {
		p, err := yaml.PathString(path)
		if err != nil {
			return err
		}
		node, err := p.FilterFile(file)
		if err != nil {
			return err
		}
		line = node.GetToken().Position.Line
		return nil
	})
	if found != nil {
		return 0
	}
	return line
}

func manifestError(err error) error {
	var own *LoadError
	if errors.As(err, &own) {
		return own
	}
	var broken yaml.Error
	if !errors.As(err, &broken) {
		return &LoadError{File: manifestFile, Detail: err.Error()}
	}
	e := &LoadError{File: manifestFile, Detail: inWords(broken)}
	if token := broken.GetToken(); token != nil && token.Position != nil {
		e.Line = token.Position.Line
	}
	return e
}
