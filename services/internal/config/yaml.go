package config

import (
	"errors"
	"fmt"
	"reflect"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"github.com/countersign/countersign/services/internal/spelling"
)

// decode turns a panic into an error: goccy/go-yaml v1.19.2 dereferences nil on "roles: ! ", which fuzzing found.
func decode(target any, name string, content []byte) (err error) {
	defer func() {
		if recover() != nil {
			err = fmt.Errorf("%s: not YAML", name)
		}
	}()
	file, err := parser.ParseBytes(content, 0)
	if err != nil {
		return told(name, err)
	}
	if len(file.Docs) != 1 {
		return fmt.Errorf("%s: want one YAML document", name)
	}
	body := file.Docs[0].Body
	if _, comments := body.(*ast.CommentGroupNode); comments || body == nil {
		return nil // the library would set everything to nothing, the defaults too
	}
	if errs := (checker{name}).check(body, reflect.TypeOf(target).Elem(), ""); len(errs) > 0 {
		return errors.Join(errs...)
	}
	return told(name, yaml.UnmarshalWithOptions(content, target, yaml.Strict()))
}

// told is a library's error in words for whoever writes the file. Those about types show values and Go's names.
func told(name string, err error) error {
	var syntax *yaml.SyntaxError
	var placed yaml.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &syntax):
		return fmt.Errorf("%s:%d: %s", name, syntax.Token.Position.Line, syntax.Message)
	case errors.As(err, &placed):
		return fmt.Errorf("%s:%d: not what this setting wants", name, placed.GetToken().Position.Line)
	}
	return fmt.Errorf("%s: a value is not what its setting wants", name)
}

// checker holds a file against the settings before it is decoded: the library tells only the first mistake, with its
// value, a wrong duration without its line, and cuts 1.5 to a whole number.
type checker struct{ file string }

func (c checker) mistake(node ast.Node, path string, err error) []error {
	where := fmt.Sprintf("%s:%d: ", c.file, node.GetToken().Position.Line)
	if path != "" {
		where += path + ": "
	}
	return []error{fmt.Errorf("%s%w", where, err)}
}

func (c checker) check(node ast.Node, t reflect.Type, path string) []error {
	switch n := node.(type) {
	case nil, *ast.NullNode, *ast.AliasNode, *ast.TagNode, *ast.CommentGroupNode:
		return nil
	case *ast.AnchorNode:
		return c.check(n.Value, t, path)
	}
	switch {
	case t == reflect.TypeFor[Secret]():
		return nil
	case t.Kind() == reflect.Struct || t.Kind() == reflect.Map:
		return c.mapping(node, t, path)
	case t.Kind() == reflect.Slice:
		return c.list(node, t, path)
	}
	if err := scalar(node, t); err != nil {
		return c.mistake(node, path, err)
	}
	return nil
}

func (c checker) mapping(node ast.Node, t reflect.Type, path string) []error {
	mapping, is := node.(ast.MapNode)
	if !is {
		return c.mistake(node, path, errors.New("want settings below it, each as NAME: VALUE"))
	}
	var errs []error
	for entries := mapping.MapRange(); entries.Next(); {
		name := entries.Key().GetToken().Value
		switch inner, known := below(t, name); {
		case entries.Key().IsMergeKey():
		case !known:
			errs = append(errs, c.mistake(entries.Key(), join(path, name), errors.New("unknown setting"+spelling.Hint(name, keys(t))))...)
		default:
			errs = append(errs, c.check(entries.Value(), inner, join(path, name))...)
		}
	}
	return errs
}

// keys are the settings of a struct.
func keys(t reflect.Type) []string {
	var names []string
	for i := range t.NumField() {
		names = append(names, key(t.Field(i)))
	}
	return names
}

func below(t reflect.Type, name string) (reflect.Type, bool) {
	if t.Kind() == reflect.Map {
		return t.Elem(), true
	}
	for i := range t.NumField() {
		if key(t.Field(i)) == name {
			return t.Field(i).Type, true
		}
	}
	return nil, false
}

func (c checker) list(node ast.Node, t reflect.Type, path string) []error {
	list, is := node.(*ast.SequenceNode)
	if !is {
		return c.mistake(node, path, errors.New("want a list"))
	}
	var errs []error
	for i, item := range list.Values {
		errs = append(errs, c.check(item, t.Elem(), fmt.Sprintf("%s[%d]", path, i))...)
	}
	return errs
}

func scalar(node ast.Node, t reflect.Type) error {
	_, isScalar := node.(ast.ScalarNode)
	_, isInt := node.(*ast.IntegerNode)
	_, isFloat := node.(*ast.FloatNode)
	_, isBool := node.(*ast.BoolNode)
	switch {
	case t == reflect.TypeFor[time.Duration]():
		text, isText := node.(*ast.StringNode)
		if !isText {
			return errDuration
		}
		if _, err := time.ParseDuration(text.Value); err != nil {
			return errDuration
		}
	case t.Kind() == reflect.Bool && !isBool:
		return errBool
	case t.Kind() == reflect.Float64 && !isInt && !isFloat:
		return errNumber
	case t.Kind() == reflect.String && !isScalar:
		return errors.New("want a text")
	case t.Kind() == reflect.Int || t.Kind() == reflect.Int64:
		if !isInt {
			return errInt
		}
	}
	return nil
}
