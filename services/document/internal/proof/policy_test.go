package proof_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/countersign/countersign/services/document/internal/proof"
)

// questionnaire is the contract with a text field, a check box and a comment on its last page. The catalog names object
// 30, which is where signByHand puts the first signature, as the certification.
func questionnaire(certified bool) []object {
	objects := contract("100")
	perms := ""
	if certified {
		perms = "/Perms << /DocMDP 31 0 R >>"
	}
	objects[0].body = "<< /Type /Catalog /Pages 2 0 R /AcroForm 20 0 R " + perms + " >>"
	objects[3].body = strings.Replace(objects[3].body, "[8 0 R]", "[8 0 R 21 0 R 22 0 R 25 0 R]", 1)
	return append(objects,
		object{20, "<< /Fields [8 0 R 21 0 R 22 0 R] /SigFlags 3 >>"},
		object{21, inputField("/V () /AP << /N 23 0 R >>")},
		object{22, checkBox("Off")},
		object{23, drawing("")},
		object{24, drawing("0 0 9 9 re f")},
		object{25, comment("first")},
		object{30, "<< >>"})
}

func inputField(entries string) string {
	return "<< /Type /Annot /Subtype /Widget /FT /Tx /T (city) /Rect [72 300 200 320] /P 4 0 R " + entries + " >>"
}

func checkBox(state string) string {
	return "<< /Type /Annot /Subtype /Widget /FT /Btn /T (agreed) /Rect [72 340 82 350] /P 4 0 R /AP << /N << /Yes 24 0 R >> >> " +
		"/V /" + state + " /AS /" + state + " >>"
}

func comment(says string) string {
	return "<< /Type /Annot /Subtype /Text /Rect [9 9 20 20] /P 4 0 R /Contents (" + says + ") >>"
}

func drawing(content string) string {
	return stream("/Type /XObject /Subtype /Form /BBox [0 0 9 9]", content)
}

// certify signs the questionnaire so that the given permission applies; 0 makes an ordinary signature. More references
// may stand beside the certification's.
func (w *world) certify(permission int, references string) []byte {
	w.tb.Helper()
	if permission > 0 {
		references += fmt.Sprintf(" << /Type /SigRef /TransformMethod /DocMDP /TransformParams << /P %d /V /1.2 >> >>", permission)
	}
	return keepForm(w.tb, write(questionnaire(permission > 0)), detached+" /Reference ["+references+"]",
		w.detached(w.person("Anna", "Müller", "QES")))
}

// keepForm signs the field of object 8 and leaves the form as it is.
func keepForm(tb testing.TB, file []byte, entries string, build func([]byte) []byte) []byte {
	tb.Helper()
	return fill(tb, file, []object{signedField(file)}, entries, build)
}

func signedField(file []byte) object {
	return object{8, strings.Replace(client().body, "/FT", fmt.Sprintf("/V %d 0 R /FT", lastObject(file)+1), 1)}
}

func annotated(number int, more ...object) []object {
	page := contract("100")[3].body
	return append(more, object{4, strings.Replace(page, "[8 0 R]", fmt.Sprintf("[8 0 R 21 0 R 22 0 R 25 0 R %d 0 R]", number), 1)})
}

// asPermitted is the reason of what a certification permits and nobody has signed.
const asPermitted = "CONTENT_ADDED_AS_PERMITTED"

// What a signature lets come after it. What people add as a certification permits leaves it valid and is told.
func TestPolicies(t *testing.T) {
	w := newWorld(t)
	filled := []object{{21, inputField("/V (Basel) /AP << /N 50 0 R >>")}, {50, drawing("BT ET")}}
	inPlace := []object{{21, inputField("/V (Basel) /AP << /N 23 0 R >>")}, {23, drawing("BT ET")}}
	ticked := []object{{22, checkBox("Yes")}}
	moved := []object{{21, strings.Replace(inputField("/V (Basel) /AP << /N 23 0 R >>"), "[72 300 200 320]", "[0 0 595 842]", 1)}}
	replaced := []object{{22, strings.Replace(checkBox("Yes"), "24 0 R", "50 0 R", 1)}, {50, drawing("0 0 99 99 re f")}}
	scripted := []object{{21, inputField("/V (Basel) /AP << /N 23 0 R >> /AA << /K << /S /JavaScript /JS (1) >> >>")}}
	noted := annotated(50, object{50, comment("more")})
	acting := annotated(50, object{50, strings.Replace(comment("more"), "/P 4", "/A << /S /URI /URI (x) >> /P 4", 1)})
	linked := annotated(50, object{50, "<< /Type /Annot /Subtype /Link /Rect [0 0 9 9] >>"})
	edited := []object{{25, comment("second")}}
	deleted := []object{{4, strings.Replace(contract("100")[3].body, "[8 0 R]", "[8 0 R 21 0 R 22 0 R]", 1)}}
	unwidgeted := []object{{4, strings.Replace(contract("100")[3].body, "[8 0 R]", "[8 0 R 21 0 R 25 0 R]", 1)}}
	content := []object{{5, stream("", "BT /F1 12 Tf (Price: 999) Tj ET")}}
	metadata := []object{{1, "<< /Type /Catalog /Pages 2 0 R /AcroForm 20 0 R /Perms << /DocMDP 31 0 R >> /Metadata 50 0 R >>"},
		{50, stream("/Type /Metadata /Subtype /XML", "<x/>")}}
	validation := []object{{1, "<< /Type /Catalog /Pages 2 0 R /AcroForm 20 0 R /Perms << /DocMDP 31 0 R >> /DSS 50 0 R /Extensions << >> >>"},
		{50, "<< /Type /DSS /Certs [] >>"}}
	const ok, open = "ONLY_PERMITTED", asPermitted
	cases := []struct {
		name    string
		change  []object
		reasons [4]string // without a certification, and for DocMDP 1 to 3
	}{
		{"text filled", filled, [4]string{"FORM_FIELD_CHANGED", "FORM_FIELD_CHANGED", open, open}},
		{"text filled in place", inPlace, [4]string{"", "", open, open}},
		{"box ticked", ticked, [4]string{"FORM_FIELD_CHANGED", "FORM_FIELD_CHANGED", open, open}},
		{"field moved", moved, [4]string{"FORM_FIELD_CHANGED", "FORM_FIELD_CHANGED", "FORM_FIELD_CHANGED", "FORM_FIELD_CHANGED"}},
		{"box drawn anew", replaced, [4]string{"FORM_FIELD_CHANGED", "FORM_FIELD_CHANGED", "FORM_FIELD_CHANGED", "FORM_FIELD_CHANGED"}},
		{"field with a script", scripted, [4]string{"FORM_FIELD_CHANGED", "FORM_FIELD_CHANGED", "FORM_FIELD_CHANGED", "FORM_FIELD_CHANGED"}},
		{"comment added", noted, [4]string{"ANNOTATIONS_CHANGED", "ANNOTATIONS_CHANGED", "ANNOTATIONS_CHANGED", open}},
		{"comment that acts", acting, [4]string{"ANNOTATIONS_CHANGED", "ANNOTATIONS_CHANGED", "ANNOTATIONS_CHANGED", "ANNOTATIONS_CHANGED"}},
		{"link added", linked, [4]string{"ANNOTATIONS_CHANGED", "ANNOTATIONS_CHANGED", "ANNOTATIONS_CHANGED", "ANNOTATIONS_CHANGED"}},
		{"comment edited", edited, [4]string{"ANNOTATION_CHANGED", "ANNOTATION_CHANGED", "ANNOTATION_CHANGED", open}},
		{"comment deleted", deleted, [4]string{"ANNOTATIONS_CHANGED", "ANNOTATIONS_CHANGED", "ANNOTATIONS_CHANGED", open}},
		{"field taken off the page", unwidgeted, [4]string{"ANNOTATIONS_CHANGED", "ANNOTATIONS_CHANGED", "ANNOTATIONS_CHANGED", "ANNOTATIONS_CHANGED"}},
		{"page content", content, [4]string{"PAGE_CHANGED_CONTENTS", "PAGE_CHANGED_CONTENTS", "PAGE_CHANGED_CONTENTS", "PAGE_CHANGED_CONTENTS"}},
		{"metadata", metadata, [4]string{"CATALOG_CHANGED", "CATALOG_CHANGED", ok, ok}},
		{"validation data", validation, [4]string{"CATALOG_CHANGED", ok, ok, ok}},
	}
	for permission := range 4 {
		signed := w.certify(permission, "")
		expect(t, w.verify(proof.Request{Signed: signed, Now: w.now}), proof.Proven, "")
		for _, c := range cases {
			t.Run(fmt.Sprintf("%s under %d", c.name, permission), func(t *testing.T) {
				verdict, reason := proof.Failed, c.reasons[permission]
				switch reason {
				case ok:
					verdict = proof.Proven
				case open:
					verdict = proof.Proven
				}
				expect(t, w.verify(proof.Request{Signed: update(signed, c.change...), Now: w.now}), verdict, reason)
			})
		}
	}
}

// What a certification permits keeps the signature valid; but then the file is not only what was sent any more.
func TestPermittedContentIsNotWhatWasSent(t *testing.T) {
	w := newWorld(t)
	signed, ticked := w.certify(2, ""), object{22, checkBox("Yes")}
	sent := write(questionnaire(true))
	expect(t, w.verify(proof.Request{Signed: signed, Sent: sent, Now: w.now}), proof.Proven, "PAGES_IDENTICAL")
	r := w.verify(proof.Request{Signed: update(signed, ticked), Sent: sent, Now: w.now})
	expect(t, r, proof.Indeterminate, asPermitted)
	if !slices.ContainsFunc(r.Findings, func(f proof.Finding) bool {
		return f.Check == proof.CheckSentContent && f.Outcome == proof.CheckIndeterminate && f.Reason == asPermitted
	}) {
		t.Errorf("the sent document is not in doubt: %+v", r.Findings)
	}
}

// Leeway comes from the certification that the catalog names, and from nothing else.
func TestUnnamedCertification(t *testing.T) {
	w := newWorld(t)
	const entries = detached + " /Reference [ << /TransformMethod /DocMDP /TransformParams << /P %s >> >> ]"
	by := w.detached(w.person("Anna", "Müller", "QES"))
	ticked := object{22, checkBox("Yes")}
	unnamed := keepForm(t, write(questionnaire(false)), fmt.Sprintf(entries, "3"), by)
	expect(t, w.verify(proof.Request{Signed: update(unnamed, ticked), Now: w.now}), proof.Failed, "FORM_FIELD_CHANGED")
	odd := keepForm(t, write(questionnaire(true)), fmt.Sprintf(entries, "7"), by)
	expect(t, w.verify(proof.Request{Signed: update(odd, ticked), Now: w.now}), proof.Failed, "FORM_FIELD_CHANGED")
	unsaid := keepForm(t, write(questionnaire(true)), fmt.Sprintf(entries, "null"), by)
	expect(t, w.verify(proof.Request{Signed: update(unsaid, ticked), Now: w.now}), proof.Proven, asPermitted)
}

// A catalog cannot name a certification before it is there: it would come in with a later signature.
func TestLateCertification(t *testing.T) {
	w := newWorld(t)
	objects := questionnaire(true)
	objects[0].body = strings.Replace(objects[0].body, "31 0 R", "32 0 R", 1)
	one := keepForm(t, write(objects), detached, w.detached(w.person("Anna", "Müller", "QES")))
	two := fill(t, one, []object{{20, "<< /Fields [8 0 R 21 0 R 22 0 R 40 0 R] /SigFlags 3 >>"},
		{40, "<< /Type /Annot /Subtype /Widget /FT /Sig /T (late) /V 32 0 R /Rect [0 0 0 0] >>"}},
		detached+" /Reference [<< /TransformMethod /DocMDP /TransformParams << /P 3 >> >>]", w.detached(w.person("Bob", "Roe", "QES")))
	expect(t, w.verify(proof.Request{Signed: two, Now: w.now}), proof.Failed, "OBJECT_CHANGED")
}

// A lock keeps its fields though the certification would let them be filled in.
func TestLocks(t *testing.T) {
	w := newWorld(t)
	text := []object{{21, inputField("/V (Basel) /AP << /N 23 0 R >>")}}
	for _, c := range []struct{ name, lock, reason string }{
		{"all", "/Action /All", "LOCKED_FIELD_CHANGED"},
		{"included", "/Action /Include /Fields [(city)]", "LOCKED_FIELD_CHANGED"},
		{"other included", "/Action /Include /Fields [(agreed)]", ""},
		{"excluded", "/Action /Exclude /Fields [(city)]", ""},
		{"other excluded", "/Action /Exclude /Fields [(agreed)]", "LOCKED_FIELD_CHANGED"},
		{"unknown", "/Action /Some", "LOCKED_FIELD_CHANGED"},
	} {
		verdict, reason := proof.Failed, c.reason
		if reason == "" {
			verdict, reason = proof.Proven, asPermitted
		}
		t.Run("FieldMDP "+c.name, func(t *testing.T) {
			signed := w.certify(2, "<< /TransformMethod /FieldMDP /TransformParams << "+c.lock+" >> >>")
			expect(t, w.verify(proof.Request{Signed: update(signed, text...), Now: w.now}), verdict, reason)
		})
		t.Run("Lock "+c.name, func(t *testing.T) {
			expect(t, w.verify(proof.Request{Signed: update(w.lock(c.lock), text...), Now: w.now}), verdict, reason)
		})
	}
	strict := update(w.lock("/Action /Include /Fields [] /P 1"), text...)
	expect(t, w.verify(proof.Request{Signed: strict, Now: w.now}), proof.Failed, "FORM_FIELD_CHANGED")
}

// lock certifies the questionnaire with permission 2 in a field with a lock.
func (w *world) lock(entries string) []byte {
	w.tb.Helper()
	file := write(questionnaire(true))
	field := signedField(file)
	field.body = strings.Replace(field.body, "/FT", "/Lock << /Type /SigFieldLock "+entries+" >> /FT", 1)
	return fill(w.tb, file, []object{field}, detached+" /Reference [ << /TransformMethod /DocMDP /TransformParams << /P 2 >> >> ]",
		w.detached(w.person("Anna", "Müller", "QES")))
}

// A field that was there may be locked against signing, too.
func TestLockedSignatureField(t *testing.T) {
	w := newWorld(t)
	objects := contract("100")
	objects[0].body = strings.Replace(objects[0].body, "[8 0 R]", "[8 0 R 9 0 R]", 1)
	second := object{9, "<< /Type /Annot /Subtype /Widget /FT /Sig /T (second) /Rect [0 0 0 0] >>"}
	document := write(append(objects, second))
	field := client()
	field.body = strings.Replace(field.body, "/FT", "/Lock << /Action /Include /Fields [(second)] >> /FT", 1)
	for lock, verdict := range map[string]proof.Verdict{"(second)": proof.Failed, "(third)": proof.Proven} {
		locking := object{8, strings.Replace(field.body, "(second)", lock, 1)}
		locking.body = strings.Replace(locking.body, "/FT", fmt.Sprintf("/V %d 0 R /FT", lastObject(document)+1), 1)
		one := fill(t, document, []object{locking}, detached, w.detached(w.person("Anna", "Müller", "QES")))
		filled := object{9, strings.Replace(second.body, "/FT", fmt.Sprintf("/V %d 0 R /FT", lastObject(one)+1), 1)}
		both := fill(t, one, []object{filled}, detached, w.detached(w.person("Bob", "Roe", "QES")))
		expect(t, w.verify(proof.Request{Signed: both, Now: w.now}), verdict, "")
	}
}
