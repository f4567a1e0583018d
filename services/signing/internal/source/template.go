package source

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	documentv1 "github.com/countersign/countersign/gen/countersign/document/v1"
	"github.com/countersign/countersign/services/internal/fault"
	"github.com/countersign/countersign/services/signing/internal/signature"
)

// judge holds a request against the template that it names.
func judge(t *documentv1.Template, r signature.Request) *signature.Refusal {
	if !slices.Contains(t.GetLanguages(), r.Source.Language) {
		return refuse("template.language", fmt.Sprintf("the template has no text in language %s: it has %s",
			r.Source.Language, strings.Join(t.GetLanguages(), ", ")))
	}
	if refusal := judgeValues(t, r.Source.Values); refusal != nil {
		return refusal
	}
	for i, s := range r.Signers {
		if !slices.Contains(t.GetRoles(), s.Role) {
			return &signature.Refusal{
				Reason: signature.ReasonSignatureFieldMissing, Field: fmt.Sprintf("signers[%d].role", i),
				Detail: "the template has no signature field for this role: it has " + cmp.Or(strings.Join(t.GetRoles(), ", "), "none"),
			}
		}
	}
	return nil
}

// judgeValues tells of all values that are missing, and beside them of those that the template does not use, since one may
// be the other misspelt. One that is not used is no mistake by itself: callers give what they know to every template.
func judgeValues(t *documentv1.Template, values map[string]string) *signature.Refusal {
	var missing []string
	unused := maps.Clone(values)
	for _, v := range t.GetVariables() {
		delete(unused, v.GetName())
		if v.GetRequired() && strings.TrimSpace(values[v.GetName()]) == "" {
			missing = append(missing, v.GetName())
		}
	}
	if len(missing) == 0 {
		return nil
	}
	detail := "the template needs a value for " + strings.Join(missing, ", ")
	if names := speakable(unused); len(names) > 0 {
		detail += ", and has no variable " + strings.Join(names, ", ")
	}
	return refuse("template.values", detail)
}

// speakable are the names that can be variables; others are not repeated.
func speakable(values map[string]string) []string {
	name := regexp.MustCompile(`^[A-Za-z0-9_.-]{1,64}$`)
	names := slices.Sorted(maps.Keys(values))
	return slices.DeleteFunc(names, func(n string) bool { return !name.MatchString(n) })
}

func refuse(field, detail string) *signature.Refusal {
	return &signature.Refusal{Reason: signature.ReasonTemplateRejected, Field: field, Detail: detail}
}

// Refusal translates why the document of a request can never be made or read; nil means that it may, or that nothing went
// wrong.
func Refusal(from signature.Source, err error) *signature.Refusal {
	if from.Document != "" {
		return gone("source_document", err)
	}
	variable := fault.Metadata(err)["variable"]
	switch fault.Reason(err) {
	case "TEMPLATE_NOT_FOUND":
		return refuse("template.template", "there is no such template")
	case "LANGUAGE_NOT_FOUND":
		return refuse("template.language", "the template has no text in language "+fault.Metadata(err)["language"])
	case "VALUE_MISSING":
		return refuse("template.values", "the template needs a value for "+variable)
	case "VALUE_INVALID":
		return refuse("template.values", "the template cannot use the value of "+variable)
	case "GLYPH_MISSING":
		return refuse("template.values", "no font has the character "+fault.Metadata(err)["rune"])
	case "DOCUMENT_DELETED":
		return rejected("template", "the document was deleted")
	case "REQUEST_ID_REUSED":
		return refuse("template", "the template was changed while the document was being rendered")
	case "INVALID_REQUEST":
		return refuse("template", "the template's name, language or values break a rule")
	case "TOO_LARGE":
		return &signature.Refusal{Reason: signature.ReasonDocumentTooLarge, Field: "template", Detail: "the document is larger than can be archived"}
	}
	return nil
}
