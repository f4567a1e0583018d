package api_test

import (
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/grpc/codes"

	documentv1 "github.com/countersign/countersign/gen/countersign/document/v1"
	"github.com/countersign/countersign/services/document/internal/render"
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
	if diff := cmp.Diff([]string{"de", "en", "fr", "it"}, template.GetLanguages()); diff != "" {
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

func TestATemplateExplainsItselfToAForm(t *testing.T) {
	h := newHouse(t)
	answer := must(h.GetTemplate(t.Context(), &documentv1.GetTemplateRequest{Name: "templates/services-agreement"}))(t)
	template := answer.GetTemplate()
	if template.GetSource() != documentv1.Template_SOURCE_TEXT {
		t.Errorf("source %v", template.GetSource())
	}
	roles := template.GetSignerRoles()
	if len(roles) != 1 || roles[0].GetId() != "client" || roles[0].GetLabels()["it"] != "Per il Committente" {
		t.Errorf("roles %v", roles)
	}
	for _, v := range template.GetVariables() {
		if v.GetExample() == "" || len(v.GetLabels()) != 4 {
			t.Errorf("%s: example %q, labels %v", v.GetName(), v.GetExample(), v.GetLabels())
		}
		if (v.GetCurrency() == "EUR") != (v.GetName() == "deal.price") {
			t.Errorf("%s: currency %q", v.GetName(), v.GetCurrency())
		}
		if v.GetName() == "client.address" && (v.GetType() != documentv1.TemplateVariable_TYPE_LINES || v.GetRequired()) {
			t.Errorf("%s: type %v, required %t", v.GetName(), v.GetType(), v.GetRequired())
		}
	}
}

func TestAChoiceListsItsValues(t *testing.T) {
	h := newHouse(t)
	h.service.Templates["choice"] = must(render.Load(choice()))(t)
	answer := must(h.GetTemplate(t.Context(), &documentv1.GetTemplateRequest{Name: "templates/choice"}))(t)
	v := answer.GetTemplate().GetVariables()[0]
	if diff := cmp.Diff([]string{"month", "year"}, v.GetChoices()); diff != "" || v.GetType() != documentv1.TemplateVariable_TYPE_CHOICE {
		t.Errorf("type %v, choices %s", v.GetType(), diff)
	}
	if last := v.GetLabelledChoices()[1]; last.GetValue() != "year" || last.GetLabels()["de"] != "ein Jahr" {
		t.Errorf("the last choice is %v", last)
	}
	if v := answer.GetTemplate().GetVariables()[1]; v.GetType() != documentv1.TemplateVariable_TYPE_BOOLEAN {
		t.Errorf("type %v", v.GetType())
	}
}

// choice is a template with a closed list and a yes or no.
func choice() fstest.MapFS {
	const manifest = `id: choice
version: "1"
languages:
  de: {title: Wahl, file_name: wahl.pdf}
roles:
  - {id: client, labels: {de: Kundin}}
variables:
  - {name: term, type: choice, choices: [month, {value: year, labels: {de: ein Jahr}}]}
  - {name: travel, type: boolean}
`
	const body = "{{term}} {{travel}}\n\n:::signatures\nclient\n:::\n"
	return fstest.MapFS{"manifest.yaml": {Data: []byte(manifest)}, "de.md": {Data: []byte(body)}}
}
