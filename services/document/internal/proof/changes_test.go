package proof_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/countersign/countersign/services/document/internal/proof"
)

// Anybody can have a file timestamped, so a timestamp may not draw.
func TestTimestampThatDraws(t *testing.T) {
	w := newWorld(t)
	signed := w.sign(sent(), "other", w.person("Anna", "Müller", "QES"))
	shown := stampField(signed)
	last := lastObject(signed)
	shown.body = strings.Replace(shown.body, "[0 0 0 0]", fmt.Sprintf("[0 0 595 842] /AP << /N %d 0 R >>", last+3), 1)
	build := func(covered []byte) []byte { return w.stampToken(covered, w.now) }
	const entries = "/Type /DocTimeStamp /SubFilter /ETSI.RFC3161"
	shown.body = strings.Replace(shown.body, "/FT", fmt.Sprintf("/V %d 0 R /FT", last+1), 1)
	catalog := object{1, fmt.Sprintf("<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [8 0 R %s %d 0 R] /SigFlags 3 >> >>", otherField(t, signed), shown.number)}
	drawn := fill(t, signed, []object{shown, catalog, {last + 3, drawing("0 0 9 9 re f")}}, entries, build)
	expect(t, w.verify(proof.Request{Signed: drawn, Now: w.now}), proof.Failed, "TIMESTAMP_SHOWS_SOMETHING")
	existing := object{8, strings.Replace(client().body, "/FT", fmt.Sprintf("/AP << /N %d 0 R >> /V %d 0 R /FT", last+3, last+1), 1)}
	drawn = fill(t, signed, []object{existing, {last + 3, drawing("0 0 9 9 re f")}}, entries, build)
	expect(t, w.verify(proof.Request{Signed: drawn, Now: w.now}), proof.Failed, "TIMESTAMP_SHOWS_SOMETHING")
	plain := object{8, strings.Replace(client().body, "/FT", fmt.Sprintf("/V %d 0 R /FT", last+1), 1)}
	expect(t, w.verify(proof.Request{Signed: fill(t, signed, []object{plain}, entries, build), Now: w.now}), proof.Proven, "")
}

// otherField finds the reference of the field that pdfsign added.
func otherField(tb testing.TB, file []byte) string {
	tb.Helper()
	fields := strings.Fields(strings.Trim(last(tb, file, `/Fields \[([^\]]*)\]`), " "))
	return strings.Join(fields[len(fields)-3:], " ")
}

// A finding says which object it is about, and nothing that the file says.
func TestTheChangedObjectIsNamed(t *testing.T) {
	w := newWorld(t)
	objects := append(contract("100"), object{9, "<< /CA 1 >>"})
	objects[2].body = strings.Replace(objects[2].body, "/Font", "/ExtGState << /G 9 0 R >> /Font", 1)
	signed := w.sign(write(objects), "client", w.person("Anna", "Müller", "QES"))
	for _, c := range []struct {
		change object
		detail string
	}{
		{object{6, stream("", "BT (x) Tj ET")}, "object 6, page 2: page content"},
		{object{7, "<< /Type /Font /Subtype /Type1 /BaseFont /Symbol >>"}, "object 7, page 1: a font"},
		{object{3, strings.Replace(objects[2].body, "595 842", "595 400", 1)}, "object 3, page 1: the page"},
		{object{9, "<< /CA 0 >>"}, "object 9, page 1: a resource of a page"},
		{object{2, "<< /Type /Pages /Kids [3 0 R] /Count 1 >>"}, "object 2: the page tree"},
		{object{1, "<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [8 0 R] /SigFlags 3 >> /OpenAction [3 0 R /Fit] >>"}, "object 1: the catalog"},
	} {
		r := w.verify(w.request(update(signed, c.change)))
		if !slices.ContainsFunc(r.Findings, func(f proof.Finding) bool {
			return f.Check == proof.CheckChanges && f.Outcome == proof.CheckFailed && strings.HasSuffix(f.Detail, ": "+c.detail)
		}) {
			t.Errorf("no finding about %q: %+v", c.detail, r.Findings)
		}
	}
}

// What a signature says about changes is bounded: one that says too much allows nothing.
func TestTooManyReferences(t *testing.T) {
	w := newWorld(t)
	many := strings.Repeat("<< /TransformMethod /DocMDP /TransformParams << /P 3 >> >> ", 16)
	ticked := object{22, checkBox("Yes")}
	expect(t, w.verify(proof.Request{Signed: update(w.certify(3, ""), ticked), Now: w.now}), proof.Proven, asPermitted)
	expect(t, w.verify(proof.Request{Signed: update(w.certify(3, many), ticked), Now: w.now}), proof.Failed, "LOCKED_FIELD_CHANGED")
}

// The pages of a file may share one list, which is looked at once and not for each of them.
func TestSharedAnnotations(t *testing.T) {
	w := newWorld(t)
	const pages = 4_000
	objects := []object{{1, "<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [8 0 R] /SigFlags 1 >> >>"}, client()}
	kids := ""
	for i := range pages {
		kids += fmt.Sprintf("%d 0 R ", 10+i)
		objects = append(objects, object{10 + i, "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Annots 9 0 R >>"})
	}
	list := "[" + strings.Repeat("null ", 50_000) + "8 0 R]"
	objects = append(objects, object{2, fmt.Sprintf("<< /Type /Pages /Kids [%s] /Count %d >>", kids, pages)}, object{9, list})
	signed := signByHand(t, write(objects), client(), detached, w.detached(w.person("Anna", "Müller", "QES")))
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	r := w.verifier.Verify(ctx, proof.Request{Signed: update(signed, object{9, list}), Now: w.now})
	expect(t, r, proof.Proven, "ONLY_PERMITTED")
	r = w.verifier.Verify(ctx, proof.Request{Signed: update(signed, object{9, "[8 0 R]"}), Now: w.now})
	expect(t, r, proof.Failed, "ANNOTATIONS_CHANGED")
}

// An appearance that something else shows, too, may not be written in place.
func TestSharedAppearance(t *testing.T) {
	w := newWorld(t)
	objects := questionnaire(true)
	objects[2].body = strings.Replace(objects[2].body, "/Contents 5", "/Contents 23", 1)
	signed := keepForm(t, write(objects), detached+" /Reference [<< /TransformMethod /DocMDP /TransformParams << /P 2 >> >>]",
		w.detached(w.person("Anna", "Müller", "QES")))
	changed := update(signed, object{23, drawing("BT /F1 12 Tf (Price: 999) Tj ET")})
	expect(t, w.verify(proof.Request{Signed: changed, Now: w.now}), proof.Failed, "PAGE_CHANGED_CONTENTS")
}

// A comment that is something else, too, may change as a comment only.
func TestCommentThatIsMore(t *testing.T) {
	w := newWorld(t)
	objects := questionnaire(true)
	both := func(font int) string {
		return strings.Replace(comment("first"), "/Rect", fmt.Sprintf("/Font << /F1 %d 0 R >> /Rect", font), 1)
	}
	objects[2].body = strings.Replace(objects[2].body, "<< /Font << /F1 7 0 R >> >>", "25 0 R", 1)
	for i := range objects {
		if objects[i].number == 25 {
			objects[i].body = both(7)
		}
	}
	objects = append(objects, object{26, "<< /Type /Font /Subtype /Type1 /BaseFont /Symbol >>"})
	signed := keepForm(t, write(objects), detached+" /Reference [<< /TransformMethod /DocMDP /TransformParams << /P 3 >> >>]",
		w.detached(w.person("Anna", "Müller", "QES")))
	expect(t, w.verify(proof.Request{Signed: update(signed, object{25, strings.Replace(both(7), "first", "second", 1)}), Now: w.now}),
		proof.Proven, asPermitted)
	expect(t, w.verify(proof.Request{Signed: update(signed, object{25, both(26)}), Now: w.now}), proof.Failed, "ANNOTATION_CHANGED")
}
