package vendorspec

import (
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// closer closes schemas: an object has the properties that its schema names, and no others.
type closer struct {
	done    map[use]*openapi3.Schema // schemas may hold themselves
	formats map[string]openapi3.StringFormatValidator
	strange []string // keywords and formats that nothing checks
}

// use is a schema as a whole, or as one of several that describe a value together: then the whole tells what is known.
type use struct {
	schema *openapi3.Schema
	part   bool
}

func newCloser() *closer { return &closer{done: map[use]*openapi3.Schema{}, formats: formats()} }

func (c *closer) operation(operation *openapi3.Operation) {
	for _, parameter := range operation.Parameters {
		parameter.Value.Schema = c.whole(parameter.Value.Schema)
		if parameter.Value.Required && parameter.Value.Style == "deepObject" {
			c.strange = append(c.strange, parameter.Value.Name)
		}
	}
	if body := operation.RequestBody; body != nil {
		body.Value.Content = c.content(body.Value.Content)
	}
	for _, response := range operation.Responses.Map() {
		response.Value.Content = c.content(response.Value.Content)
	}
}

// content also forgets the parameters of content types.
func (c *closer) content(content openapi3.Content) openapi3.Content {
	closed := openapi3.Content{}
	for media, body := range content {
		name, _, _ := strings.Cut(media, ";")
		body.Schema = c.whole(body.Schema)
		closed[name] = body
	}
	return closed
}

func (c *closer) whole(ref *openapi3.SchemaRef) *openapi3.SchemaRef {
	if ref == nil {
		return nil
	}
	return openapi3.NewSchemaRef("", c.schema(use{ref.Value, false}))
}

func (c *closer) schema(u use) *openapi3.Schema {
	if done, ok := c.done[u]; ok {
		return done
	}
	c.mind(u.schema)
	s := *u.schema
	c.done[u], c.done[use{&s, u.part}] = &s, &s
	s.Items, s.AdditionalProperties.Schema = c.whole(s.Items), c.whole(s.AdditionalProperties.Schema)
	s.Properties = openapi3.Schemas{}
	for name, property := range u.schema.Properties {
		s.Properties[name] = c.whole(property)
	}
	if names, open := named(u.schema); !u.part && !open && len(names) > 0 {
		s.AdditionalProperties.Has = new(bool)
		for _, name := range names {
			if s.Properties[name] == nil {
				s.Properties[name] = openapi3.NewSchemaRef("", openapi3.NewSchema().WithNullable())
			}
		}
	}
	c.split(&s)
	return &s
}

// mind notes what nothing would check.
func (c *closer) mind(s *openapi3.Schema) {
	said, _ := s.MarshalYAML()
	keywords, _ := said.(map[string]any)
	for keyword := range keywords {
		if !slices.Contains(known(), keyword) {
			c.strange = append(c.strange, keyword)
		}
	}
	if s.Type.Permits(openapi3.TypeString) && s.Format != "" && c.formats[s.Format] == nil {
		c.strange = append(c.strange, s.Format)
	}
}

// known are the keywords that a schema may have: those that are checked, and those that say nothing about a value.
func known() []string {
	return []string{
		"type", "nullable", "enum", "properties", "required", "additionalProperties", "minProperties", "items", "minItems",
		"maxItems", "uniqueItems", "minimum", "maximum", "minLength", "maxLength", "pattern", "format", "allOf", "oneOf",
		"anyOf", "readOnly", "description", "title", "example", "examples", "default", "deprecated", "discriminator", "x-examples",
	}
}

// split makes of a schema with alternatives one of parts alone: the library leaves the rest unread where an alternative
// fails, and all of the parts are read.
func (c *closer) split(s *openapi3.Schema) {
	if len(parts(s)) == 0 {
		return
	}
	own := *s
	own.AllOf, own.OneOf, own.AnyOf = nil, nil, nil
	own.Nullable = own.Nullable || own.Type == nil
	all := append(c.parts(s.AllOf), openapi3.NewSchemaRef("", &own))
	for _, either := range []openapi3.Schema{{OneOf: c.parts(s.OneOf)}, {AnyOf: c.parts(s.AnyOf)}} {
		if len(parts(&either)) > 0 {
			all = append(all, openapi3.NewSchemaRef("", &either))
		}
	}
	*s = openapi3.Schema{Type: s.Type, Nullable: s.Nullable, ReadOnly: s.ReadOnly, AllOf: all}
}

func (c *closer) parts(refs openapi3.SchemaRefs) (closed openapi3.SchemaRefs) {
	for _, ref := range refs {
		closed = append(closed, openapi3.NewSchemaRef("", c.schema(use{ref.Value, true})))
	}
	return closed
}

func parts(s *openapi3.Schema) openapi3.SchemaRefs { return slices.Concat(s.AllOf, s.OneOf, s.AnyOf) }

// named returns the properties of a schema and of its parts; open tells that there may be any others.
func named(s *openapi3.Schema) (names []string, open bool) {
	for name := range s.Properties {
		names = append(names, name)
	}
	more, parts := s.AdditionalProperties, parts(s)
	open = more.Schema != nil || more.Has != nil && *more.Has ||
		len(s.Properties) == 0 && len(parts) == 0 && more.Has == nil && s.Type.Permits(openapi3.TypeObject)
	for _, part := range parts {
		inner, others := named(part.Value)
		names, open = append(names, inner...), open || others
	}
	return names, open
}

// describes tells whether the schema says anything of a place.
func describes(s *openapi3.Schema, at []string) bool {
	if len(at) == 0 {
		return true
	}
	next := s.Properties[at[0]]
	if at[0] == "[]" {
		next = s.Items
	}
	return next != nil && describes(next.Value, at[1:]) ||
		slices.ContainsFunc(parts(s), func(part *openapi3.SchemaRef) bool { return describes(part.Value, at) })
}
