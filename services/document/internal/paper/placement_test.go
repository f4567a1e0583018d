package paper

import (
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// box has its x, y, width and height at.
func box(role string, page int, at ...float64) SignatureField {
	return SignatureField{Role: role, Page: page, X: at[0], Y: at[1], Width: at[2], Height: at[3]}
}

func named(role, name string) SignatureField { return SignatureField{Role: role, FormField: name} }

// twoPages are an upright and a lying sheet of A4; found are two fields of the PDF.
func twoPages() []PageSize { return []PageSize{{595, 842}, {842, 595}} }

func found() []SignatureField {
	client, company := box("", 2, 10, 10, 100, 40), box("", 1, 10, 700, 100, 40)
	client.FormField, company.FormField = "client", "company"
	return []SignatureField{company, client}
}

func TestPlaceFields(t *testing.T) {
	client, company := found()[1], found()[0]
	as := func(role string, f SignatureField) SignatureField { f.Role = role; return f }
	for name, c := range map[string]struct{ asked, want []SignatureField }{
		"those of the PDF": {nil, []SignatureField{as("company", company), as("client", client)}},
		"by name": {[]SignatureField{named("buyer", "client"), named("seller", "company")},
			[]SignatureField{as("seller", company), as("buyer", client)}},
		"one of two":          {[]SignatureField{named("buyer", "client")}, []SignatureField{as("buyer", client)}},
		"by place":            {[]SignatureField{box("a", 2, 742, 555, 100, 40)}, []SignatureField{box("a", 2, 742, 555, 100, 40)}},
		"by both":             {[]SignatureField{box("a", 1, 0, 0, 1, 1), named("b", "company")}, []SignatureField{box("a", 1, 0, 0, 1, 1), as("b", company)}},
		"a role in two":       {[]SignatureField{box("a", 1, 0, 0, 9, 9), box("a", 2, 0, 0, 9, 9)}, []SignatureField{box("a", 1, 0, 0, 9, 9), box("a", 2, 0, 0, 9, 9)}},
		"side by side":        {[]SignatureField{box("a", 1, 0, 0, 9, 9), box("b", 1, 9, 0, 9, 9)}, []SignatureField{box("a", 1, 0, 0, 9, 9), box("b", 1, 9, 0, 9, 9)}},
		"off by the rounding": {[]SignatureField{box("a", 1, 0, 0, 595.009, 842)}, []SignatureField{box("a", 1, 0, 0, 595.009, 842)}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := PlaceFields(twoPages(), found(), c.asked)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
	if got, err := PlaceFields(twoPages(), nil, nil); err != nil || len(got) != 0 {
		t.Errorf("a PDF without fields: %v, %v", got, err)
	}
}

func TestPlaceFieldsRefuses(t *testing.T) {
	twice := named("a", "client")
	twice.Page = 1
	tooMany := make([]SignatureField, 51)
	for name, c := range map[string]struct {
		asked []SignatureField
		fault FieldFault
		role  string
	}{
		"no role":           {[]SignatureField{box("", 1, 0, 0, 9, 9)}, FieldRole, ""},
		"long role":         {[]SignatureField{box(strings.Repeat("ä", 65), 1, 0, 0, 9, 9)}, FieldRole, ""},
		"invisible role":    {[]SignatureField{box("a\u202eb", 1, 0, 0, 9, 9)}, FieldRole, ""},
		"broken role":       {[]SignatureField{box("a\xff", 1, 0, 0, 9, 9)}, FieldRole, ""},
		"unknown name":      {[]SignatureField{named("a", "nobody")}, FieldUnknown, "a"},
		"name and place":    {[]SignatureField{twice}, FieldBoth, "a"},
		"no place":          {[]SignatureField{{Role: "a"}}, FieldOutside, "a"},
		"page after last":   {[]SignatureField{box("a", 3, 0, 0, 9, 9)}, FieldOutside, "a"},
		"page before first": {[]SignatureField{box("a", -1, 0, 0, 9, 9)}, FieldOutside, "a"},
		"left":              {[]SignatureField{box("a", 1, -1, 0, 9, 9)}, FieldOutside, "a"},
		"above":             {[]SignatureField{box("a", 1, 0, -1, 9, 9)}, FieldOutside, "a"},
		"right":             {[]SignatureField{box("a", 1, 590, 0, 9, 9)}, FieldOutside, "a"},
		"below":             {[]SignatureField{box("a", 2, 0, 590, 9, 9)}, FieldOutside, "a"},
		"not a number":      {[]SignatureField{box("a", 1, math.NaN(), 0, 9, 9)}, FieldOutside, "a"},
		"infinite":          {[]SignatureField{box("a", 1, 0, 0, math.Inf(1), 9)}, FieldOutside, "a"},
		"thin":              {[]SignatureField{box("a", 1, 0, 0, 0.9, 9)}, FieldTooSmall, "a"},
		"low":               {[]SignatureField{box("a", 1, 0, 0, 9, 0)}, FieldTooSmall, "a"},
		"overlap":           {[]SignatureField{box("a", 1, 0, 0, 9, 9), box("b", 1, 8, 8, 9, 9)}, FieldOverlaps, "b"},
		"inside":            {[]SignatureField{box("a", 1, 0, 0, 99, 99), box("b", 1, 8, 8, 9, 9)}, FieldOverlaps, "b"},
		"over a form field": {[]SignatureField{named("a", "company"), box("b", 1, 50, 720, 9, 9)}, FieldOverlaps, "b"},
		"one name twice":    {[]SignatureField{named("a", "company"), named("b", "company")}, FieldOverlaps, "b"},
		"too many":          {tooMany, FieldTooMany, ""},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := PlaceFields(twoPages(), found(), c.asked)
			var refused *FieldError
			if !errors.As(err, &refused) || refused.Fault != c.fault || refused.Role != c.role {
				t.Errorf("error %#v, want %s of %q", err, c.fault, c.role)
			}
		})
	}
	outside := []SignatureField{named("", "the file's own words")}
	_, err := PlaceFields(twoPages(), outside, nil)
	var refused *FieldError
	if !errors.As(err, &refused) || refused.Fault != FieldOutside || refused.Role != "" {
		t.Errorf("error %#v holds what only the file said, or is another one", err)
	}
}
