package paper

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Bounds of a template.
const (
	// MaxLines is how many lines a value of type lines may have.
	MaxLines = 12
	// MaxValueLength is the longest value any variable may accept, in characters.
	MaxValueLength = 4096
	// DefaultValueLength is accepted where a variable names no length of its own, in characters.
	DefaultValueLength = 200
	maxVariables       = 200
	maxRoles           = 8
	maxPatternLength   = 256
	maxLabelLength     = 80
	maxChoices         = 50
	maxDecimals        = 6
)

// Template says what a contract needs and offers; its text is the renderer's business.
type Template struct {
	// ID is stable across versions: 1 to 63 characters of [a-z0-9-].
	ID string
	// Version of the text, 1 to 32 characters of [A-Za-z0-9.-]. The same version and values render the same bytes.
	Version string
	// Date of this version, written into the PDF as its creation date; zero when the PDF names none.
	Date time.Time
	// Texts by language, ISO 639-1.
	Texts map[string]Text
	// Variables the text may use.
	Variables []Variable
	// Roles that sign, in the order of their signature blocks.
	Roles []Role
	// Form says that the text is a PDF form whose fields are filled, not text that is laid out.
	Form bool
}

// Text names a document in one language. Both patterns may hold {{slots}} of required variables.
type Text struct {
	// Title pattern of the document.
	Title string
	// FileName pattern, with its extension.
	FileName string
}

// Role is one party that signs.
type Role struct {
	// ID is 1 to 64 characters of [a-z0-9_]. It is also the name of the signature field.
	ID string
	// Labels by language, as printed above the signature box.
	Labels map[string]string
}

// TemplateError says what is wrong with a template's description. Detail never holds a caller's value.
type TemplateError struct {
	// Field at fault as the description's own path, such as variables[2].type; empty when it is the whole.
	Field  string
	Detail string
}

func (e *TemplateError) Error() string { return "template: " + e.Detail }

// LanguageError says that a template has no text in the language asked for.
type LanguageError struct {
	// Language asked for; empty when it is not a language code at all.
	Language string
}

func (e *LanguageError) Error() string {
	return fmt.Sprintf("template has no text in language %q", e.Language)
}

// Languages lists the languages of the template in alphabetical order.
func (t Template) Languages() []string {
	languages := make([]string, 0, len(t.Texts))
	for language := range t.Texts {
		languages = append(languages, language)
	}
	slices.Sort(languages)
	return languages
}

// Variable finds a variable by name.
func (t Template) Variable(name string) (Variable, bool) {
	for _, v := range t.Variables {
		if v.Name == name {
			return v, true
		}
	}
	return Variable{}, false
}

// Text finds the text of a language, or fails with a *LanguageError.
func (t Template) Text(language string) (Text, error) {
	text, found := t.Texts[language]
	if found {
		return text, nil
	}
	if !matches(language, `[a-z]{2}`) {
		language = ""
	}
	return Text{}, &LanguageError{Language: language}
}

// Validate checks the description itself. Its error joins one *TemplateError per mistake.
func (t Template) Validate() error {
	var m mistakes
	m.when(!matches(t.ID, `[a-z0-9][a-z0-9-]{0,62}`), "id", "id must be 1 to 63 characters of a-z, 0-9 and -")
	m.when(!matches(t.Version, `[A-Za-z0-9.-]{1,32}`), "version", "version must be 1 to 32 characters of A-Z, a-z, 0-9, . and -")
	m.when(len(t.Texts) == 0, "languages", "no language")
	m.when(len(t.Variables) > maxVariables, "variables", "more than %d variables", maxVariables)
	m.when(len(t.Roles) == 0 || len(t.Roles) > maxRoles, "roles", "must have 1 to %d roles", maxRoles)
	for _, language := range t.Languages() {
		m.text(language, t.Texts[language])
	}
	m.variables(t)
	m.roles(t)
	return errors.Join(m...)
}

// mistakes collects *TemplateErrors.
type mistakes []error

func (m *mistakes) when(wrong bool, field, format string, args ...any) {
	if wrong {
		*m = append(*m, &TemplateError{Field: field, Detail: fmt.Sprintf(format, args...)})
	}
}

func (m *mistakes) text(language string, text Text) {
	field := "languages." + language
	if !supported(language) {
		m.when(true, field, "language %q is not one of %s", language, strings.Join(supportedLanguages(), ", "))
		return
	}
	m.when(text.Title == "" || len(text.Title) > maxPatternLength, field, "%s: title must be 1 to %d bytes", language, maxPatternLength)
	m.when(len(text.FileName) > maxPatternLength || !strings.HasSuffix(text.FileName, ".pdf"), field,
		"%s: file_name must end in .pdf and have at most %d bytes", language, maxPatternLength)
}

func (m *mistakes) roles(t Template) {
	seen := map[string]bool{}
	for i, r := range t.Roles {
		field, about := fmt.Sprintf("roles[%d]", i), fmt.Sprintf("role %q", r.ID)
		m.when(!matches(r.ID, `[a-z0-9_]{1,64}`) || seen[r.ID], field,
			"%s: an id is unique and 1 to 64 characters of a-z, 0-9 and _", about)
		seen[r.ID] = true
		for _, language := range t.Languages() {
			m.when(r.Labels[language] == "", field, "%s has no label in language %q", about, language)
		}
		m.labels(t, r.Labels, field, about)
	}
}

// labels checks what people read beside a box or a form field: short, on one line, of a language that the template has.
func (m *mistakes) labels(t Template, labels map[string]string, field, about string) {
	for _, language := range slices.Sorted(maps.Keys(labels)) {
		_, found := t.Texts[language]
		label := labels[language]
		m.when(!found, field, "%s has a label in language %q, in which there is no text", about, language)
		m.when(!harmless(label) || utf8.RuneCountInString(label) > maxLabelLength, field,
			"%s: a label is one line of at most %d characters", about, maxLabelLength)
	}
}

func matches(s, pattern string) bool {
	return regexp.MustCompile(`^(?:` + pattern + `)$`).MatchString(s)
}
