package api_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/grpc/codes"

	documentv1 "github.com/countersign/countersign/gen/countersign/document/v1"
)

func TestTemplatesAreListedByNameAndPaged(t *testing.T) {
	h := newHouse(t)
	list := func(size int32, token string) (names []string, next string) {
		answer := must(h.ListTemplates(t.Context(), &documentv1.ListTemplatesRequest{PageSize: size, PageToken: token}))(t)
		for _, template := range answer.GetTemplates() {
			names = append(names, template.GetName())
		}
		return names, answer.GetNextPageToken()
	}
	all, next := list(0, "")
	if diff := cmp.Diff([]string{"templates/nda", "templates/services-agreement"}, all); diff != "" || next != "" {
		t.Errorf("all templates: %s, next page %q", diff, next)
	}
	first, token := list(1, "")
	if len(first) != 1 || first[0] != "templates/nda" || token == "" {
		t.Fatalf("first page %v, token %q", first, token)
	}
	second, end := list(1, token)
	if len(second) != 1 || second[0] != "templates/services-agreement" || end != "" {
		t.Errorf("second page %v, token %q", second, end)
	}
	_, err := h.ListTemplates(t.Context(), &documentv1.ListTemplatesRequest{PageToken: "made-up"})
	refused(t, err, codes.InvalidArgument, "INVALID_REQUEST", "field", "page_token")
	_, err = h.ListTemplates(t.Context(), &documentv1.ListTemplatesRequest{PageSize: -1})
	refused(t, err, codes.InvalidArgument, "INVALID_REQUEST", "field", "page_size")
}

func TestATemplateSaysWhatItNeeds(t *testing.T) {
	h := newHouse(t)
	answer := must(h.GetTemplate(t.Context(), &documentv1.GetTemplateRequest{Name: "templates/nda"}))(t)
	template := answer.GetTemplate()
	if diff := cmp.Diff([]string{"de", "fr"}, template.GetLanguages()); diff != "" {
		t.Errorf("languages: %s", diff)
	}
	if diff := cmp.Diff([]string{"client"}, template.GetRoles()); diff != "" {
		t.Errorf("roles: %s", diff)
	}
	if template.GetVersion() == "" || template.GetTitles()["de"] == "" || template.GetTitles()["fr"] == "" {
		t.Errorf("version %q, titles %v", template.GetVersion(), template.GetTitles())
	}
	type need struct {
		Type     documentv1.TemplateVariable_Type
		Required bool
		Length   int32
	}
	needs := map[string]need{}
	for _, v := range template.GetVariables() {
		needs[v.GetName()] = need{v.GetType(), v.GetRequired(), v.GetMaxLength()}
	}
	for name, want := range map[string]need{
		"contact.email": {documentv1.TemplateVariable_TYPE_EMAIL, true, 254},
		"document.date": {documentv1.TemplateVariable_TYPE_DATE, true, 200},
		"deal.price":    {documentv1.TemplateVariable_TYPE_MONEY, false, 200},
		"company.name":  {documentv1.TemplateVariable_TYPE_TEXT, false, 150},
	} {
		if needs[name] != want {
			t.Errorf("%s: %+v, want %+v", name, needs[name], want)
		}
	}
}

func TestAnUnknownTemplateIsRefused(t *testing.T) {
	h := newHouse(t)
	_, err := h.GetTemplate(t.Context(), &documentv1.GetTemplateRequest{Name: "templates/none"})
	refused(t, err, codes.NotFound, "TEMPLATE_NOT_FOUND")
	_, err = h.GetTemplate(t.Context(), &documentv1.GetTemplateRequest{Name: "templates/../nda"})
	refused(t, err, codes.InvalidArgument, "INVALID_REQUEST", "field", "name")
}
