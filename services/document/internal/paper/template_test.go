package paper

import (
	"errors"
	"strings"
	"testing"
)

func TestValidate(t *testing.T) {
	if err := contract().Validate(); err != nil {
		t.Fatalf("a good template is refused: %v", err)
	}
	for name, test := range map[string]struct {
		spoil func(*Template)
		want  string
	}{
		"id":                 {func(c *Template) { c.ID = "A b" }, "id must"},
		"version":            {func(c *Template) { c.Version = "" }, "version must"},
		"no language":        {func(c *Template) { c.Texts = nil }, "no language"},
		"unknown language":   {func(c *Template) { c.Texts["es"] = c.Texts["de"] }, `"es"`},
		"no title":           {func(c *Template) { c.Texts["de"] = Text{FileName: "a.pdf"} }, "title"},
		"no extension":       {func(c *Template) { c.Texts["de"] = Text{Title: "a", FileName: "a"} }, ".pdf"},
		"no role":            {func(c *Template) { c.Roles = nil }, "roles"},
		"many roles":         {func(c *Template) { c.Roles = make([]Role, 9) }, "roles"},
		"role twice":         {func(c *Template) { c.Roles = append(c.Roles, c.Roles[0]) }, "unique"},
		"role with a dot":    {func(c *Template) { c.Roles[0].ID = "a.b" }, "role"},
		"role without label": {func(c *Template) { delete(c.Roles[0].Labels, "fr") }, `"fr"`},
		"variable twice":     {func(c *Template) { c.Variables[1].Name = "deal.name" }, "twice"},
		"variable name":      {func(c *Template) { c.Variables[1].Name = "Deal Name" }, "dotted"},
		"variable type":      {func(c *Template) { c.Variables[1].Type = "colour" }, "colour"},
		"variable length":    {func(c *Template) { c.Variables[1].MaxLength = MaxValueLength + 1 }, "max_length"},
		"currency of text":   {func(c *Template) { c.Variables[0].Currency = "EUR" }, "currency"},
		"currency code":      {func(c *Template) { c.Variables[1].Currency = "euro" }, "currency"},
		"many variables":     {func(c *Template) { c.Variables = make([]Variable, 201) }, "variables"},
	} {
		t.Run(name, func(t *testing.T) {
			c := contract()
			test.spoil(&c)
			err := c.Validate()
			var invalid *TemplateError
			if !errors.As(err, &invalid) || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want a *TemplateError with %q", err, test.want)
			}
		})
	}
}
