package paper

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// Type says how a value must look and how it is shown.
type Type string

// The types of variable.
const (
	// TypeText is one line of text, shown as given.
	TypeText Type = "text"
	// TypeLines is up to MaxLines lines of text, separated by line feeds; blank ones are left out.
	TypeLines Type = "lines"
	// TypeDate is an ISO 8601 calendar date such as 2026-11-22, shown in the variable's Format.
	TypeDate Type = "date"
	// TypeMoney is an amount and its ISO 4217 currency such as "1234.50 EUR", shown with the language's separators and
	// two decimals.
	TypeMoney Type = "money"
	// TypeNumber is a decimal number such as 1234.5, shown with the language's separators.
	TypeNumber Type = "number"
	// TypeEmail is an e-mail address, shown as given.
	TypeEmail Type = "email"
	// TypeChoice is one of the variable's Choices, shown as its label.
	TypeChoice Type = "choice"
	// TypeBoolean is true or false, shown as the language's yes or no.
	TypeBoolean Type = "boolean"
)

func types() []Type {
	return []Type{TypeText, TypeLines, TypeDate, TypeMoney, TypeNumber, TypeEmail, TypeChoice, TypeBoolean}
}

// list writes types for people.
func list(types []Type) string {
	names := make([]string, 0, len(types))
	for _, t := range types {
		names = append(names, string(t))
	}
	return strings.Join(names, ", ")
}

// DateFormat says how a date is shown.
type DateFormat string

// The formats of a date.
const (
	// DateLong is 22. November 2026, with the language's name of the month. It is also what the empty format means.
	DateLong DateFormat = "long"
	// DateShort is 22.11.2026 with the language's separator.
	DateShort DateFormat = "short"
	// DateISO is 2026-11-22, ISO 8601.
	DateISO DateFormat = "iso"
)

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
	// Format of a date; empty means DateLong.
	Format DateFormat
	// Decimals that a number is always shown with, 0 to 6; nil shows those that the value has. Nothing is rounded: a
	// value with more is refused.
	Decimals *int
	// Choices of a choice variable, in the order to offer them.
	Choices []Choice
	// Labels for people by language; a language may have none.
	Labels map[string]string
	// Example is a value that would be accepted; may be empty.
	Example string
}

// Choice is one accepted value of a choice variable.
type Choice struct {
	Value string
	// Labels by language are what is shown for it; a language without one shows the value.
	Labels map[string]string
}

func (c Choice) label(language string) string {
	if label := c.Labels[language]; label != "" {
		return label
	}
	return c.Value
}

// Limit is the longest value the variable accepts, in characters.
func (v Variable) Limit() int {
	switch {
	case v.Type == TypeChoice:
		longest := 0
		for _, c := range v.Choices {
			longest = max(longest, utf8.RuneCountInString(c.Value))
		}
		return longest
	case v.MaxLength == 0:
		return DefaultValueLength
	default:
		return v.MaxLength
	}
}

// Widest is the longest text that may stand in a document for the variable, in characters: a value, the label of a
// choice, or a placeholder.
func (v Variable) Widest() int {
	widest := v.Limit()
	for _, c := range v.Choices {
		for _, label := range c.Labels {
			widest = max(widest, utf8.RuneCountInString(label))
		}
	}
	for _, label := range v.Labels {
		widest = max(widest, utf8.RuneCountInString(label)+len("[]"))
	}
	return max(widest, len(v.Name)+len("[]"))
}

// placeholder stands for a missing value: the variable's label, or its name, in brackets.
func (v Variable) placeholder(language string) string {
	label := v.Labels[language]
	if label == "" {
		label = v.Name
	}
	return "[" + label + "]"
}

func isVariableName(name string) bool {
	return len(name) <= 64 && matches(name, `[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*`)
}

func (m *mistakes) variables(t Template) {
	seen := map[string]bool{}
	for i, v := range t.Variables {
		field, about := fmt.Sprintf("variables[%d]", i), fmt.Sprintf("variable %q", v.Name)
		m.when(!isVariableName(v.Name), field, "%s: a name is dotted words of a-z, 0-9 and _", about)
		m.when(seen[v.Name], field, "%s is there twice", about)
		seen[v.Name] = true
		m.labels(t, v.Labels, field, about)
		before := len(*m)
		m.variableType(v, field, about)
		m.choices(t, v, field, about)
		if len(*m) == before {
			m.example(t, v, field, about)
		}
	}
}

func (m *mistakes) variableType(v Variable, field, about string) {
	if !slices.Contains(types(), v.Type) {
		m.when(true, field+".type", "%s: unknown type %q, not one of %s", about, v.Type, list(types()))
		return
	}
	m.when(v.MaxLength < 0 || v.MaxLength > MaxValueLength, field+".max_length",
		"%s: max_length must be 1 to %d", about, MaxValueLength)
	m.when(v.Currency != "" && (v.Type != TypeMoney || !matches(v.Currency, `[A-Z]{3}`)), field+".currency",
		"%s: currency is an ISO 4217 code and for money only", about)
	if v.Type != TypeChoice {
		m.when(len(v.Choices) > 0, field+".choices", "%s: choices are for type choice only", about)
	}
	formats := []DateFormat{DateLong, DateShort, DateISO}
	m.when(v.Format != "" && (v.Type != TypeDate || !slices.Contains(formats, v.Format)), field+".format",
		"%s: format is long, short or iso and for dates only", about)
	m.when(v.Decimals != nil && (v.Type != TypeNumber || *v.Decimals < 0 || *v.Decimals > maxDecimals), field+".decimals",
		"%s: decimals is 0 to %d and for numbers only", about, maxDecimals)
}

func (m *mistakes) choices(t Template, v Variable, field, about string) {
	if v.Type != TypeChoice {
		return
	}
	m.when(len(v.Choices) == 0 || len(v.Choices) > maxChoices, field, "%s: needs 1 to %d choices", about, maxChoices)
	seen := map[string]bool{}
	for i, c := range v.Choices {
		at := fmt.Sprintf("%s.choices[%d]", field, i)
		m.when(seen[c.Value], at, "%s: choice %q is there twice", about, c.Value)
		m.when(!isChoice(c.Value), at, "%s: a choice is one line of 1 to %d characters without spaces around it", about, DefaultValueLength)
		seen[c.Value] = true
		m.labels(t, c.Labels, at, about)
	}
}

func (m *mistakes) example(t Template, v Variable, field, about string) {
	if v.Example == "" {
		return
	}
	for _, language := range t.Languages() {
		if _, fault := v.show(language, v.Example); supported(language) && fault != "" {
			m.when(true, field+".example", "%s: its example would be refused: %s%s", about, fault, v.Type.hint())
			return
		}
	}
}
