package paper

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Values are a caller's values by variable name.
type Values map[string]string

// Fault says why a value is refused.
type Fault string

// The faults of a value.
const (
	// FaultUnknown is a value for a variable that the template does not have.
	FaultUnknown Fault = "unknown variable"
	// FaultMissing is a required variable without a value.
	FaultMissing Fault = "missing"
	// FaultMalformed is a value that does not fit its variable's type.
	FaultMalformed Fault = "malformed"
	// FaultTooLong is a value with more characters, or lines, than the variable accepts.
	FaultTooLong Fault = "too long"
	// FaultForbidden is a value with a character that could change how a contract reads without being seen: control
	// and format characters, line breaks but those of type lines, bidirectional overrides, or a pile of combining marks.
	FaultForbidden Fault = "forbidden character"
)

// Problem is one refused value. It names the variable, never the value: values are personal data.
type Problem struct {
	// Variable at fault; empty when a caller's own name for it is not even a variable name.
	Variable string
	Fault    Fault
}

// ValuesError lists every refused value, by variable name.
type ValuesError struct {
	Problems []Problem
}

func (e *ValuesError) Error() string {
	var parts []string
	for _, p := range e.Problems {
		parts = append(parts, fmt.Sprintf("%q %s", p.Variable, p.Fault))
	}
	return "values refused: " + strings.Join(parts, ", ")
}

// Show checks the values and writes each the way the language does, by variable name. An optional variable without a
// value is absent from the result. Only a value of type lines shows line feeds. Fails with a *LanguageError or a
// *ValuesError.
func (t Template) Show(language string, values Values) (map[string]string, error) {
	return t.show(language, values, func(Variable) string { return "" })
}

// ShowPlaceholders is Show for somebody who fills in a form: a required value that is missing is shown as its
// variable's label, or name, in brackets.
func (t Template) ShowPlaceholders(language string, values Values) (map[string]string, error) {
	return t.show(language, values, func(v Variable) string { return v.placeholder(language) })
}

// Examples are the variables' examples, where they have one.
func (t Template) Examples() Values {
	examples := Values{}
	for _, v := range t.Variables {
		if v.Example != "" {
			examples[v.Name] = v.Example
		}
	}
	return examples
}

// ValuesHash is the SHA-256 of values, 64 lower-case hexadecimal digits: of one line name=value per value, sorted by
// name, each ended by a line feed; within a value a backslash is written as two and a line feed as \n, so that no value
// passes for two. It hashes what the caller gave, not what was shown.
func ValuesHash(values Values) string {
	h := sha256.New()
	inLine := strings.NewReplacer("\\", `\\`, "\n", `\n`)
	for _, name := range slices.Sorted(maps.Keys(values)) {
		h.Write([]byte(name + "=" + inLine.Replace(values[name]) + "\n")) // a hash never fails to take bytes
	}
	return hex.EncodeToString(h.Sum(nil))
}

func (t Template) show(language string, values Values, missing func(Variable) string) (map[string]string, error) {
	if _, err := t.Text(language); err != nil {
		return nil, err
	}
	shown := make(map[string]string, len(t.Variables))
	problems := t.unknown(values)
	for _, v := range t.Variables {
		text, fault := v.show(language, values[v.Name])
		if fault == FaultMissing && missing(v) != "" {
			text, fault = missing(v), ""
		}
		switch {
		case fault != "":
			problems = append(problems, Problem{Variable: v.Name, Fault: fault})
		case text != "":
			shown[v.Name] = text
		}
	}
	if len(problems) == 0 {
		return shown, nil
	}
	slices.SortFunc(problems, func(a, b Problem) int {
		return strings.Compare(a.Variable+"\x00"+string(a.Fault), b.Variable+"\x00"+string(b.Fault))
	})
	return nil, &ValuesError{Problems: problems}
}

// unknown lists the names that are not the template's, once per printable name.
func (t Template) unknown(values Values) []Problem {
	names := map[string]bool{}
	for name := range values {
		if _, found := t.Variable(name); found {
			continue
		}
		if !isVariableName(name) {
			name = ""
		}
		names[name] = true
	}
	var problems []Problem
	for name := range names {
		problems = append(problems, Problem{Variable: name, Fault: FaultUnknown})
	}
	return problems
}

func (v Variable) show(language, value string) (string, Fault) {
	limit := v.Limit()
	if len(value) > limit*utf8.UTFMax || utf8.RuneCountInString(value) > limit {
		return "", FaultTooLong
	}
	lines := []string{value}
	if v.Type == TypeLines {
		lines = strings.Split(value, "\n")
	}
	var given []string
	for _, line := range lines {
		if !harmless(line) {
			return "", FaultForbidden
		}
		if line = strings.TrimSpace(line); line != "" {
			given = append(given, line)
		}
	}
	switch {
	case len(given) == 0 && v.Required:
		return "", FaultMissing
	case len(given) == 0:
		return "", ""
	case len(given) > MaxLines:
		return "", FaultTooLong
	}
	text, ok := v.format(language, strings.Join(given, "\n"))
	if !ok {
		return "", FaultMalformed
	}
	return text, ""
}

// maxMarks is how many combining marks may follow one letter: Vietnamese and Lithuanian need three at most, and a
// shaper's time grows with the square of a pile.
const maxMarks = 4

// harmless reports whether a reader sees all that a value says: nothing invisible, nothing that reorders, one line.
func harmless(value string) bool {
	if !utf8.ValidString(value) {
		return false
	}
	marks := 0
	for _, r := range value {
		if unicode.Is(unicode.M, r) {
			marks++
		} else {
			marks = 0
		}
		if marks > maxMarks || Invisible(r) {
			return false
		}
	}
	return true
}

// isChoice reports whether a text can be offered as a choice: it must be accepted as a value again.
func isChoice(value string) bool {
	return value != "" && harmless(value) && strings.TrimSpace(value) == value && utf8.RuneCountInString(value) <= DefaultValueLength
}

// Invisible reports whether nobody sees a character, though it may change what they see: controls, format characters such
// as a bidirectional override, and what Unicode lets a font ignore. Spaces are not.
func Invisible(r rune) bool {
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Zl, unicode.Zp,
		unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point, unicode.Noncharacter_Code_Point)
}
