package paper

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
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
		"label language":     {func(c *Template) { c.Variables[0].Labels = map[string]string{"es": "Nombre"} }, `"es"`},
		"label with a break": {func(c *Template) { c.Variables[0].Labels = map[string]string{"de": "a\nb"} }, "label is one line"},
		"role label bidi":    {func(c *Template) { c.Roles[0].Labels["de"] = "a\u202eb" }, "label is one line"},
		"long label":         {func(c *Template) { c.Roles[0].Labels["de"] = strings.Repeat("a", 81) }, "label is one line"},
		"bad example":        {func(c *Template) { c.Variables[1].Example = "much" }, "example would be refused: malformed"},
		"date format":        {func(c *Template) { c.Variables[5].Format = "American" }, "format is long"},
		"format of text":     {func(c *Template) { c.Variables[0].Format = DateISO }, "format is long"},
		"decimals of text":   {func(c *Template) { c.Variables[0].Decimals = new(1) }, "decimals is"},
		"many decimals":      {func(c *Template) { c.Variables[3].Decimals = new(7) }, "decimals is"},
		"choices of text":    {func(c *Template) { c.Variables[0].Choices = []Choice{{Value: "a"}} }, "choices are for"},
		"no choices":         {func(c *Template) { c.Variables[7].Choices = nil }, "needs 1 to"},
		"choice twice":       {func(c *Template) { c.Variables[7].Choices[1].Value = "month" }, "there twice"},
		"choice with spaces": {func(c *Template) { c.Variables[7].Choices[1].Value = " a" }, "a choice is"},
		"choice label":       {func(c *Template) { c.Variables[7].Choices[1].Labels = map[string]string{"de": "\x00"} }, "label is one line"},
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

func TestValidateNamesEveryMistakeAndItsPlace(t *testing.T) {
	c := contract()
	c.Version = ""
	c.Texts["de"] = Text{Title: "a", FileName: "a"}
	c.Variables[2].Type = "colour"
	c.Variables[7].Choices[1].Value = "month"
	delete(c.Roles[0].Labels, "fr")
	joined, ok := c.Validate().(interface{ Unwrap() []error })
	if !ok {
		t.Fatal("the mistakes are not joined")
	}
	var fields []string
	for _, err := range joined.Unwrap() {
		var one *TemplateError
		if errors.As(err, &one) {
			fields = append(fields, one.Field)
		}
	}
	want := []string{"version", "languages.de", "variables[2].type", "variables[7].choices[1]", "roles[0]"}
	if diff := cmp.Diff(want, fields); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
