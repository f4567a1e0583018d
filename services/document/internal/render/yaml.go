package render

import (
	"errors"
	"reflect"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

var errNotYAML = errors.New("not YAML")

// decodeYAML reads YAML into a struct and refuses what the struct does not name.
func decodeYAML(text []byte, into any) error {
	return guard(func() error { return yaml.UnmarshalWithOptions(text, into, yaml.Strict()) })
}

// parseYAML returns the syntax tree of YAML.
func parseYAML(text []byte) (file *ast.File, err error) {
	err = guard(func() error {
		file, err = parser.ParseBytes(text, 0)
		return err
	})
	return file, err
}

// inWords says what is wrong with YAML to somebody who knows neither Go nor YAML.
func inWords(err yaml.Error) string {
	switch err := err.(type) {
	case *yaml.SyntaxError:
		return err.GetMessage() + " (a text with {{, a colon or # in it stands in quotes; lines are indented with spaces)"
	case *yaml.OverflowError:
		return "the number is too large"
	case *yaml.UnexpectedNodeTypeError:
		switch err.Expected {
		case ast.SequenceType:
			return "must be a list, such as [a, b]"
		case ast.MappingType:
			return "must have names and values, such as {de: Kundin}"
		}
	case *yaml.TypeError:
		switch err.DstType.Kind() {
		case reflect.Bool:
			return "must be true or false"
		case reflect.Int:
			return "must be a whole number"
		}
		return "must be a text, in quotes where it looks like something else"
	}
	return err.GetMessage()
}

// guard turns a panic into an error: goccy/go-yaml v1.19.2 dereferences nil on "roles: ! ", which fuzzing found.
func guard(read func() error) (err error) {
	defer func() {
		if recover() != nil {
			err = errNotYAML
		}
	}()
	return read()
}
