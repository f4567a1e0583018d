package vendorspec

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
)

// checker holds one value against one schema.
type checker struct {
	library   library
	side      string
	findings  []finding
	described map[string]bool // places that the schema describes
}

func (c *checker) report(k kind, at, format string, args ...any) {
	c.findings = append(c.findings, finding{c.side, k, at, fmt.Sprintf(format, args...)})
}

// keywords that a schema may have: those that are checked, and those that say nothing about a value.
func keywords() []string {
	return []string{
		"type", "nullable", "enum", "properties", "required", "additionalProperties", "minProperties", "items", "minItems",
		"maxItems", "uniqueItems", "minimum", "maximum", "minLength", "maxLength", "pattern", "format", "allOf", "oneOf",
		"anyOf", "readOnly", "description", "title", "example", "examples", "default", "deprecated", "discriminator", "x-examples",
	}
}

// check holds the value at the place against the schema. part is set where the schema is one of several that describe the
// value together: then the whole tells which properties are known.
func (c *checker) check(schema node, value any, at string, part bool) {
	schema, err := c.library.follow(schema)
	if err != nil {
		c.report(notSupported, at, "%v", err)
		return
	}
	for keyword := range schema.object {
		if !slices.Contains(keywords(), keyword) {
			c.report(notSupported, at, "the keyword %q", keyword)
		}
	}
	c.described[at] = true
	if value == nil && schema.object["nullable"] == true {
		return
	}
	if !c.hasType(schema, value, at) {
		return
	}
	c.enum(schema, value, at)
	switch v := value.(type) {
	case string:
		c.text(schema, v, at)
	case json.Number:
		c.number(schema, v, at)
	case []any:
		c.array(schema, v, at)
	case object:
		c.properties(schema, v, at)
		if !part {
			c.unknown(schema, v, at)
		}
	}
	for _, inner := range schema.list("allOf") {
		c.check(inner, value, at, true)
	}
	c.alternatives(schema, value, at)
}

func types(schema node) []string {
	switch t := schema.object["type"].(type) {
	case string:
		return []string{t}
	case []any:
		var names []string
		for _, name := range t {
			names = append(names, fmt.Sprint(name))
		}
		return names
	}
	return nil
}

func (c *checker) hasType(schema node, value any, at string) bool {
	want := types(schema)
	if len(want) == 0 || fitsType(want, value) {
		return true
	}
	c.report(wrongType, at, "%T, want %v", value, want)
	return false
}

func fitsType(want []string, value any) bool {
	is := "null"
	switch v := value.(type) {
	case string:
		is = "string"
	case bool:
		is = "boolean"
	case []any:
		is = "array"
	case object:
		is = "object"
	case json.Number:
		if _, err := v.Int64(); err == nil && slices.Contains(want, "integer") {
			return true
		}
		is = "number"
	}
	return slices.Contains(want, is)
}

func (c *checker) enum(schema node, value any, at string) {
	allowed, ok := schema.object["enum"].([]any)
	if ok && !slices.ContainsFunc(allowed, func(a any) bool { return fmt.Sprint(a) == fmt.Sprint(value) }) {
		c.report(wrongValue, at, "%v is none of %v", value, allowed)
	}
}

func (c *checker) array(schema node, items []any, at string) {
	c.bounds(schema, "Items", len(items), at)
	if schema.object["uniqueItems"] == true {
		seen := map[string]bool{}
		for _, item := range items {
			text := fmt.Sprint(item)
			if seen[text] {
				c.report(wrongValue, at, "an element twice")
			}
			seen[text] = true
		}
	}
	if inner, ok := schema.object["items"].(object); ok {
		for _, item := range items {
			c.check(node{schema.file, inner}, item, at+"[]", false)
		}
	}
}

func (c *checker) properties(schema node, value object, at string) {
	c.bounds(schema, "Properties", len(value), at)
	described, _ := schema.object["properties"].(object)
	required, _ := schema.object["required"].([]any)
	for _, name := range required {
		property := node{schema.file, object{}}
		if inner, ok := described[fmt.Sprint(name)].(object); ok {
			property, _ = c.library.follow(node{schema.file, inner})
		}
		if _, ok := value[fmt.Sprint(name)]; !ok && (c.side != request || property.object["readOnly"] != true) {
			c.report(missing, below(at, fmt.Sprint(name)), "it is not there")
		}
	}
	for _, name := range slices.Sorted(maps.Keys(value)) {
		place := below(at, name)
		if inner, ok := described[name].(object); ok {
			if followed, _ := c.library.follow(node{schema.file, inner}); c.side == request && followed.object["readOnly"] == true {
				c.report(unknownName, place, "it is read only")
			}
			c.check(node{schema.file, inner}, value[name], place, false)
		} else if other, ok := schema.object["additionalProperties"].(object); ok {
			c.check(node{schema.file, other}, value[name], place, false)
		}
	}
}

// unknown reports the properties that no part of the schema names.
func (c *checker) unknown(schema node, value object, at string) {
	names := map[string]bool{}
	if open := c.names(schema, names); open {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(value)) {
		if !names[name] {
			c.report(unknownName, below(at, name), "it is not described")
		}
	}
}

// names gathers the properties of the schema and of its parts; open tells that there may be any others.
func (c *checker) names(schema node, names map[string]bool) (open bool) {
	schema, err := c.library.follow(schema)
	if err != nil {
		return false
	}
	properties, _ := schema.object["properties"].(object)
	for name := range properties {
		names[name] = true
	}
	parts := slices.Concat(schema.list("allOf"), schema.list("oneOf"), schema.list("anyOf"))
	open = len(properties) == 0 && len(parts) == 0 && schema.object["additionalProperties"] != false &&
		(len(types(schema)) == 0 || slices.Contains(types(schema), "object"))
	switch more := schema.object["additionalProperties"].(type) {
	case bool:
		open = open || more
	case object:
		open = true
	}
	for _, inner := range parts {
		inner := c.names(inner, names)
		open = open || inner
	}
	return open
}

func below(at, name string) string {
	if at == "" {
		return name
	}
	return at + "." + name
}
