// Package schema checks decoded JSON against the tables of the Yousign API reference and reports every
// failure at once, worded the way the vendor words it. A shape is a value built from rules, so that the
// vendor's tables can be read in one place next to the handlers that use them.
package schema

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"sort"
	"strings"
)

// Reasons the vendor gives. The first one was recorded from a live sandbox; the others follow the wording of
// the validator the vendor's answers come from.
const (
	Blank      = "This value should not be blank."
	null       = "This value should not be null."
	unexpected = "This field was not expected."
	invalid    = "This value is not valid."
)

// ErrMalformed is returned for a body that is not one JSON document.
var ErrMalformed = errors.New("schema: malformed JSON")

// Invalid is one entry of the vendor's invalid_params.
type Invalid struct {
	// Name is the path of the value inside the body, for example fields[0].width.
	Name string `json:"name"`
	// Reason is a sentence for people.
	Reason string `json:"reason"`
}

// Rule checks the value at a path and returns what is wrong with it, nothing when it is right.
type Rule func(path string, v any) []Invalid

// Field is one key of an object.
type Field struct {
	// Name is the key.
	Name string
	// Rule checks the value when there is one.
	Rule Rule
	// Required refuses an object without the key.
	Required bool
	// Nullable admits null.
	Nullable bool
}

// Must is a key that has to be present and not null.
func Must(name string, r Rule) Field { return Field{Name: name, Rule: r, Required: true} }

// May is a key that can be absent but not null.
func May(name string, r Rule) Field { return Field{Name: name, Rule: r} }

// Null is a key that can be absent or null.
func Null(name string, r Rule) Field { return Field{Name: name, Rule: r, Nullable: true} }

// Check decodes raw as one JSON document and applies the rule. The error is ErrMalformed.
func Check(raw []byte, r Rule) ([]Invalid, error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, ErrMalformed
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, ErrMalformed
	}
	return r("", v), nil
}

// Open is an object whose unknown keys are ignored.
func Open(fields ...Field) Rule { return object(false, fields) }

// Closed is an object whose unknown keys are refused.
func Closed(fields ...Field) Rule { return object(true, fields) }

func object(closed bool, fields []Field) Rule {
	return func(path string, v any) []Invalid {
		o, ok := v.(map[string]any)
		if !ok {
			return one(path, wrongType("object"))
		}
		var out []Invalid
		for _, f := range fields {
			out = append(out, f.check(path, o)...)
		}
		if closed {
			out = append(out, strangers(path, o, fields)...)
		}
		return out
	}
}

func (f Field) check(path string, o map[string]any) []Invalid {
	v, present := o[f.Name]
	at := join(path, f.Name)
	switch {
	case !present && f.Required:
		return one(at, Blank)
	case !present, v == nil && f.Nullable:
		return nil
	case v == nil:
		return one(at, null)
	}
	return f.Rule(at, v)
}

func strangers(path string, o map[string]any, fields []Field) []Invalid {
	var out []Invalid
	for k := range o {
		if !slices.ContainsFunc(fields, func(f Field) bool { return f.Name == k }) {
			out = append(out, Invalid{join(path, k), unexpected})
		}
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Name < out[j].Name })
	return out
}

// Switch picks the rule by the value of a string key, as the vendor does for the types of a field.
func Switch(key string, cases ...Case) Rule {
	names := make([]string, 0, len(cases))
	for _, c := range cases {
		names = append(names, c.Value)
	}
	return func(path string, v any) []Invalid {
		o, ok := v.(map[string]any)
		if !ok {
			return one(path, wrongType("object"))
		}
		if bad := Must(key, Enum(names...)).check(path, o); bad != nil {
			return bad
		}
		i := slices.IndexFunc(cases, func(c Case) bool { return c.Value == o[key] })
		return cases[i].Rule(path, v)
	}
}

// Case is one branch of a Switch.
type Case struct {
	// Value is the value of the key that selects the branch.
	Value string
	// Rule checks the whole object.
	Rule Rule
}

func one(path, reason string) []Invalid { return []Invalid{{path, reason}} }

func join(path, name string) string { return strings.TrimPrefix(path+"."+name, ".") }

func wrongType(name string) string { return "This value should be of type " + name + "." }
