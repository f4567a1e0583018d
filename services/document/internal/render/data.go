package render

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"github.com/countersign/countersign/services/document/internal/paper"
)

// maxData is how large a file of values may be, in bytes: 200 of the longest values fit.
const maxData = 4 << 20

// DataError says where a file of values is not one. It quotes nothing of it.
type DataError struct {
	// Line counts from 1; 0 when it is not about one line.
	Line   int
	Detail string
}

func (e *DataError) Error() string {
	if e.Line == 0 {
		return "data: " + e.Detail
	}
	return fmt.Sprintf("data:%d: %s", e.Line, e.Detail)
}

// ParseValues reads values from one JSON object or YAML mapping of names to texts, numbers, true or false, or null for
// none. Numbers stay as they are written: 12500.00 keeps its zeros. Fails with a *DataError.
func ParseValues(data []byte) (paper.Values, error) {
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if len(data) > maxData {
		return nil, &DataError{Detail: fmt.Sprintf("more than %d bytes", maxData)}
	}
	if bytes.HasPrefix(bytes.TrimSpace(data), []byte("{")) {
		return jsonValues(data)
	}
	var values paper.Values
	err := guard(func() (err error) {
		values, err = yamlValues(data)
		return err
	})
	if errors.Is(err, errNotYAML) {
		err = &DataError{Detail: errNotYAML.Error()}
	}
	return values, err
}

func jsonValues(data []byte) (paper.Values, error) {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	fail := func(detail string) (paper.Values, error) {
		return nil, &DataError{Line: 1 + bytes.Count(data[:d.InputOffset()], []byte("\n")), Detail: detail}
	}
	if _, err := d.Token(); err != nil {
		return fail("not JSON")
	}
	values := paper.Values{}
	for d.More() {
		key, err := d.Token()
		name, isText := key.(string)
		if err != nil || !isText {
			return fail("not JSON")
		}
		value, err := d.Token()
		if err != nil {
			return fail("not JSON")
		}
		if _, twice := values[name]; twice {
			return fail("a name is there twice")
		}
		switch value := value.(type) {
		case string:
			values[name] = value
		case json.Number, bool:
			values[name] = fmt.Sprint(value)
		case nil:
			values[name] = ""
		default:
			return fail("a value is a text, a number, true, false or null")
		}
	}
	if _, err := d.Token(); err != nil {
		return fail("not JSON")
	}
	if len(bytes.TrimSpace(data[d.InputOffset():])) > 0 {
		return fail("more follows the object")
	}
	return values, nil
}

func yamlValues(data []byte) (paper.Values, error) {
	file, err := parseYAML(data)
	if err != nil {
		var mistake *LoadError
		errors.As(manifestError(err), &mistake)
		return nil, &DataError{Line: mistake.Line, Detail: errNotYAML.Error()}
	}
	if len(file.Docs) == 0 || file.Docs[0].Body == nil {
		return paper.Values{}, nil
	}
	mapping, ok := file.Docs[0].Body.(ast.MapNode)
	if !ok || len(file.Docs) > 1 {
		return nil, &DataError{Detail: "must be one mapping of names to values"}
	}
	values := paper.Values{}
	for entries := mapping.MapRange(); entries.Next(); {
		line := entries.Key().GetToken().Position.Line
		name, isText := scalar(entries.Key())
		if _, twice := values[name]; twice || !isText {
			return nil, &DataError{Line: line, Detail: "a name is no text or is there twice"}
		}
		if values[name], ok = scalar(entries.Value()); !ok {
			return nil, &DataError{Line: line, Detail: "a value is a text, a number, true, false or null"}
		}
	}
	return values, nil
}

// scalar returns a text, or anything else as it is written. Aliases and tags are refused with the rest.
func scalar(node ast.Node) (string, bool) {
	switch n := node.(type) {
	case *ast.StringNode:
		return n.Value, true
	case *ast.LiteralNode:
		return strings.TrimSuffix(n.Value.Value, "\n"), true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode:
		return node.GetToken().Value, true
	case *ast.NullNode:
		return "", true
	default:
		return "", false
	}
}
