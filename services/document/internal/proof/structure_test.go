package proof_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/countersign/countersign/services/document/internal/proof"
)

// tagged is the contract with a logical structure: a document element with the form element of the client's field.
func tagged() []object {
	objects := contract("100")
	objects[0].body = strings.Replace(objects[0].body, "/Pages 2 0 R", "/Pages 2 0 R /MarkInfo << /Marked true >> /StructTreeRoot 10 0 R", 1)
	objects[7].body = strings.Replace(objects[7].body, "/FT", "/StructParent 0 /FT", 1)
	return append(objects,
		object{10, "<< /Type /StructTreeRoot /K 11 0 R /ParentTree 12 0 R /ParentTreeNextKey 1 >>"},
		object{11, "<< /Type /StructElem /S /Document /P 10 0 R /K [13 0 R] >>"},
		object{12, "<< /Nums [0 13 0 R] >>"},
		object{13, formElement(8)})
}

func formElement(widget int) string {
	return fmt.Sprintf("<< /Type /StructElem /S /Form /P 11 0 R /K << /Type /OBJR /Obj %d 0 R /Pg 4 0 R >> >>", widget)
}

// A field that was tagged when it was signed may be filled, and a new one may be tagged.
func TestTaggedFiles(t *testing.T) {
	w := newWorld(t)
	anna, bob := w.detached(w.person("Anna", "Müller", "QES")), w.detached(w.person("Bob", "Roe", "QES"))
	document := write(tagged())
	ask := func(file []byte) proof.Report {
		return w.verify(proof.Request{Signed: file, Sent: document, Now: w.now})
	}
	first := fill(t, document, []object{{8, strings.Replace(tagged()[7].body, "/FT", "/V 14 0 R /FT", 1)}}, detached, anna)
	expect(t, ask(first), proof.Proven, "SENT_BYTES_KEPT")

	// The second signature, object 15, has the field 20 with the element 21.
	const (
		catalog  = "<< /Type /Catalog /Pages 2 0 R /MarkInfo << /Marked true >> /StructTreeRoot 10 0 R /AcroForm << /Fields [8 0 R 20 0 R] /SigFlags 3 >> >>"
		root     = "<< /Type /StructTreeRoot /K 11 0 R /ParentTree 12 0 R /ParentTreeNextKey 2 >>"
		listed   = "<< /Type /StructElem /S /Document /P 10 0 R /K [13 0 R 21 0 R] >>"
		numbered = "<< /Nums [0 13 0 R 1 21 0 R] >>"
		field    = "<< /Type /Annot /Subtype /Widget /FT /Sig /T (second) /V 15 0 R /Rect [0 0 0 0] /P 4 0 R /StructParent 1 >>"
	)
	page := strings.Replace(contract("100")[3].body, "[8 0 R]", "[8 0 R 20 0 R]", 1)
	both := func(edit map[int]string) []byte {
		bodies := map[int]string{1: catalog, 4: page, 10: root, 11: listed, 12: numbered, 20: field, 21: formElement(20)}
		for number, body := range edit {
			bodies[number] = body
		}
		var objects []object
		for number, body := range bodies {
			objects = append(objects, object{number, body})
		}
		return secondly(t, first, objects, bob)
	}
	expect(t, ask(both(nil)), proof.Proven, "ONLY_PERMITTED")
	for name, edit := range map[string]map[int]string{
		"element of another kind":         {21: strings.Replace(formElement(20), "/Form", "/P", 1)},
		"element of the first widget":     {21: formElement(8)},
		"element with text of its own":    {21: strings.Replace(formElement(20), "<< /Type /OBJR /Obj 20 0 R /Pg 4 0 R >>", "[1 2]", 1)},
		"first element dropped":           {11: strings.Replace(listed, "13 0 R ", "", 1)},
		"first element given another tag": {13: strings.Replace(formElement(8), "/Form", "/H1", 1)},
		"document given another tag":      {11: strings.Replace(listed, "/Document", "/Part", 1)},
		"number of the first field moved": {12: "<< /Nums [0 21 0 R 1 13 0 R] >>"},
		"number of the first field gone":  {12: "<< /Nums [1 21 0 R] >>"},
		"number without an element":       {12: "<< /Nums [0 13 0 R 1 4 0 R] >>"},
		"next number lowered":             {10: strings.Replace(root, "NextKey 2", "NextKey 0", 1)},
		"roles given":                     {10: strings.Replace(root, "/K 11", "/RoleMap << /Form /P >> /K 11", 1)},
		"not tagged any more":             {1: strings.Replace(catalog, "/StructTreeRoot 10 0 R", "", 1)},
	} {
		t.Run(name, func(t *testing.T) {
			reason := "STRUCTURE_CHANGED"
			if name == "not tagged any more" {
				reason = "CATALOG_CHANGED"
			}
			expect(t, ask(both(edit)), proof.Failed, reason)
		})
	}
	inline := update(first, object{10, "<< /Type /StructTreeRoot /K [11 0 R] /ParentTree << /Nums [0 13 0 R] >> /ParentTreeNextKey 1 >>"})
	expect(t, ask(inline), proof.Proven, "ONLY_PERMITTED")
}

// secondly signs with the value in object 15, whatever numbers the update uses.
func secondly(tb testing.TB, file []byte, objects []object, build func([]byte) []byte) []byte {
	tb.Helper()
	if n := lastObject(file); n != 14 {
		tb.Fatalf("the file has %d objects", n)
	}
	return fill(tb, file, objects, detached, build)
}
