package vendorspec

import (
	"fmt"
	"strings"
)

// description is one generation of a vendor's files.
type description struct {
	library library
	root    node
	prefix  string // what its paths have before those of the API
}

func describe(file, prefix string) (*description, error) {
	d := &description{library: library{}, prefix: prefix}
	root, err := d.library.read(file)
	if err != nil {
		return nil, err
	}
	d.root = node{file, root}
	if _, ok := d.library.in(d.root, "paths"); !ok {
		return nil, fmt.Errorf("%s describes no paths", file)
	}
	return d, nil
}

// operation is a method of a path.
type operation struct {
	node
	path  string            // as described, such as /documents/{id}
	given map[string]string // the path's parameters, as called
}

// find returns the operation of a call; of several paths that fit, the one with the fewest parameters.
func (d *description) find(method, path string) (operation, bool) {
	paths, _ := d.library.in(d.root, "paths")
	var best operation
	for template := range paths.object {
		shown := "/" + strings.Trim(strings.TrimPrefix(strings.Trim(template, "/"), d.prefix), "/")
		given, ok := fitsPath(shown, path)
		if !ok || best.node.object != nil && len(given) >= len(best.given) {
			continue
		}
		if found, ok := d.library.in(paths, template, strings.ToLower(method)); ok {
			best = operation{found, shown, given}
		}
	}
	return best, best.node.object != nil
}

// fitsPath returns the parameters of a path that the template describes.
func fitsPath(template, path string) (map[string]string, bool) {
	wants, is := strings.Split(template, "/"), strings.Split(path, "/")
	if len(wants) != len(is) {
		return nil, false
	}
	given := map[string]string{}
	for i, want := range wants {
		if strings.HasPrefix(want, "{") {
			given[strings.Trim(want, "{}")] = is[i]
		} else if want != is[i] {
			return nil, false
		}
	}
	return given, true
}

// parameters returns the operation's parameters that are in one part of a request, by name.
func (d *description) parameters(op operation, in string) map[string]node {
	all := map[string]node{}
	for _, parameter := range op.list("parameters") {
		if followed, err := d.library.follow(parameter); err == nil && followed.object["in"] == in {
			all[fmt.Sprint(followed.object["name"])] = followed
		}
	}
	return all
}

// content returns the schema of a body by its content type; listed tells whether any body is described.
func (d *description) content(holder node, media string) (schema node, found, listed bool) {
	described, ok := d.library.in(holder, "content")
	if !ok || len(described.object) == 0 {
		return node{}, false, false
	}
	for key := range described.object {
		if fitsMedia(key, media) {
			schema, _ = d.library.in(described, key, "schema")
			return schema, true, true
		}
	}
	return node{}, false, true
}
