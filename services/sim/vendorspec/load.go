package vendorspec

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/goccy/go-yaml"
)

// object is a JSON object.
type object = map[string]any

// node is an object of a description, and the file it stands in, which its references are relative to.
type node struct {
	file string
	object
}

// library reads the files of one description, each once.
type library map[string]object

// read returns the root of a file, YAML by its name or else JSON. Numbers are json.Number.
func (l library) read(file string) (object, error) {
	if root, ok := l[file]; ok {
		return root, nil
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	if filepath.Ext(file) == ".yaml" {
		if text, err = yaml.YAMLToJSON(text); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
	}
	value, err := decode(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	root, _ := value.(object)
	l[file] = root
	return root, nil
}

// decode reads one JSON value; numbers are json.Number.
func decode(text []byte) (any, error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return nil, err
	}
	if decoder.More() {
		return nil, fmt.Errorf("more than one JSON value")
	}
	return value, nil
}

// follow returns the node that n refers to, or n itself.
func (l library) follow(n node) (node, error) {
	for range 16 {
		reference, ok := n.object["$ref"].(string)
		if !ok {
			return n, nil
		}
		name, fragment, _ := strings.Cut(strings.TrimSpace(reference), "#")
		file := n.file
		if name != "" {
			file = filepath.Join(filepath.Dir(n.file), filepath.FromSlash(name))
		}
		root, err := l.read(file)
		if err != nil {
			return node{}, err
		}
		target := any(root)
		for _, step := range strings.Split(strings.Trim(fragment, "/"), "/") {
			if step == "" {
				continue
			}
			inner, _ := target.(object)
			target = inner[strings.NewReplacer("~1", "/", "~0", "~").Replace(step)]
		}
		found, _ := target.(object)
		if found == nil {
			return node{}, fmt.Errorf("%s: %s refers to nothing", n.file, reference)
		}
		n = node{file, found}
	}
	return node{}, fmt.Errorf("%s: a reference without end", n.file)
}

// in returns the object below a key of n, with the references of both followed; ok is false where there is none.
func (l library) in(n node, keys ...string) (inner node, ok bool) {
	n, err := l.follow(n)
	for _, key := range keys {
		if err != nil {
			return node{}, false
		}
		next, isObject := n.object[key].(object)
		if !isObject {
			return node{}, false
		}
		n, err = l.follow(node{n.file, next})
	}
	return n, err == nil
}

// list returns the objects of an array below a key of n.
func (n node) list(key string) []node {
	items, _ := n.object[key].([]any)
	var out []node
	for _, item := range items {
		if inner, ok := item.(object); ok {
			out = append(out, node{n.file, inner})
		}
	}
	return out
}
