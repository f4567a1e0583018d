package paper

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Bounds of a template.
const (
	// MaxValueLength is the longest value any variable may accept, in characters.
	MaxValueLength = 4096
	// DefaultValueLength is accepted where a variable names no length of its own, in characters.
	DefaultValueLength = 200
	maxVariables       = 200
	maxRoles           = 8
	maxPatternLength   = 256
)

// Type says how a value must look and how it is shown.
type Type string

// The types of variable.
const (
	// TypeText is one line of text, shown as given.
	TypeText Type = "text"
	// TypeDate is an ISO 8601 calendar date such as 2026-11-22, shown in the language's long form.
	TypeDate Type = "date"
	// TypeMoney is an amount and its ISO 4217 currency such as "1234.50 EUR", shown with the language's separators.
	TypeMoney Type = "money"
	// TypeNumber is a decimal number such as 1234.5, shown with the language's separators.
	TypeNumber Type = "number"
	// TypeEmail is an e-mail address, shown as given.
	TypeEmail Type = "email"
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

// Variable is a slot that a caller fills.
type Variable struct {
	// Name as written in the text, such as contact.name.
	Name string
	Type Type
	// Required variables refuse to render without a value.
	Required bool
	// MaxLength of a value in characters; 0 means DefaultValueLength.
	MaxLength int
	// Currency fixes the currency of a money variable, ISO 4217; a value may then leave it out.
	Currency string
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

// Validate checks the description itself and fails with a *TemplateError.
func (t Template) Validate() error {
	switch {
	case !matches(t.ID, `[a-z0-9][a-z0-9-]{0,62}`):
		return invalid("id must be 1 to 63 characters of a-z, 0-9 and -")
	case !matches(t.Version, `[A-Za-z0-9.-]{1,32}`):
		return invalid("version must be 1 to 32 characters of A-Z, a-z, 0-9, . and -")
	case len(t.Texts) == 0:
		return invalid("no language")
	case len(t.Variables) > maxVariables:
		return invalid("more than %d variables", maxVariables)
	case len(t.Roles) == 0 || len(t.Roles) > maxRoles:
		return invalid("must have 1 to %d roles", maxRoles)
	}
	for _, language := range t.Languages() {
		if err := validateText(language, t.Texts[language]); err != nil {
			return err
		}
	}
	if err := t.validateVariables(); err != nil {
		return err
	}
	return t.validateRoles()
}

func validateText(language string, text Text) error {
	switch {
	case !supported(language):
		return invalid("language %q is not one of %s", language, strings.Join(supportedLanguages(), ", "))
	case text.Title == "" || len(text.Title) > maxPatternLength:
		return invalid("%s: title must be 1 to %d bytes", language, maxPatternLength)
	case len(text.FileName) > maxPatternLength || !strings.HasSuffix(text.FileName, ".pdf"):
		return invalid("%s: file_name must end in .pdf and have at most %d bytes", language, maxPatternLength)
	}
	return nil
}

func (t Template) validateVariables() error {
	seen := map[string]bool{}
	for _, v := range t.Variables {
		switch {
		case !isVariableName(v.Name):
			return invalid("variable %q: a name is dotted words of a-z, 0-9 and _", v.Name)
		case seen[v.Name]:
			return invalid("variable %q is there twice", v.Name)
		case !slices.Contains([]Type{TypeText, TypeDate, TypeMoney, TypeNumber, TypeEmail}, v.Type):
			return invalid("variable %q: unknown type %q", v.Name, v.Type)
		case v.MaxLength < 0 || v.MaxLength > MaxValueLength:
			return invalid("variable %q: max_length must be 1 to %d", v.Name, MaxValueLength)
		case v.Currency != "" && (v.Type != TypeMoney || !matches(v.Currency, `[A-Z]{3}`)):
			return invalid("variable %q: currency is an ISO 4217 code and for money only", v.Name)
		}
		seen[v.Name] = true
	}
	return nil
}

func (t Template) validateRoles() error {
	seen := map[string]bool{}
	for _, r := range t.Roles {
		if !matches(r.ID, `[a-z0-9_]{1,64}`) || seen[r.ID] {
			return invalid("role %q: an id is unique and 1 to 64 characters of a-z, 0-9 and _", r.ID)
		}
		seen[r.ID] = true
		for language := range t.Texts {
			if r.Labels[language] == "" {
				return invalid("role %q has no label in language %q", r.ID, language)
			}
		}
	}
	return nil
}

func isVariableName(name string) bool {
	return len(name) <= 64 && matches(name, `[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*`)
}

func matches(s, pattern string) bool {
	return regexp.MustCompile(`^(?:` + pattern + `)$`).MatchString(s)
}

func invalid(format string, args ...any) error {
	return &TemplateError{Detail: fmt.Sprintf(format, args...)}
}
