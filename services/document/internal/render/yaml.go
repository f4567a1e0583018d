package render

import (
	"errors"

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

// guard turns a panic into an error: goccy/go-yaml v1.19.2 dereferences nil on "roles: ! ", which fuzzing found.
func guard(read func() error) (err error) {
	defer func() {
		if recover() != nil {
			err = errNotYAML
		}
	}()
	return read()
}
