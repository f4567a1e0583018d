package api_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"

	documentv1 "github.com/countersign/countersign/gen/countersign/document/v1"
)

// offer is a PDF of one page with an empty signature field, with more in its catalog.
func offer(catalog string) []byte {
	var b, table bytes.Buffer
	b.WriteString("%PDF-1.5\n")
	for i, body := range []string{
		"<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [4 0 R] >> " + catalog + " >>",
		"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
		"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Annots [4 0 R] /Rotate 90 >>",
		"<< /FT /Sig /T (client) /Subtype /Widget /Rect [50 700 150 740] >>",
	} {
		fmt.Fprintf(&table, "%010d 00000 n \n", b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, body)
	}
	at := b.Len()
	fmt.Fprintf(&b, "xref\n0 5\n0000000000 65535 f \n%strailer\n<< /Root 1 0 R /Size 5 >>\nstartxref\n%d\n%%%%EOF\n", table.String(), at)
	return b.Bytes()
}

// toSign is the header of an upload that is to be signed.
func toSign(id string, fields ...*documentv1.SignatureField) *documentv1.CreateDocumentRequest_Header {
	head := header(id)
	head.Kind, head.SignatureFields = documentv1.Document_KIND_UPLOADED, fields
	return head
}

func TestAnUploadToBeSignedIsInspected(t *testing.T) {
	h := newHouse(t)
	made := h.upload(t, toSign("a"), offer(""))
	want := &documentv1.Document{
		PageCount: 1,
		SignatureFields: []*documentv1.SignatureField{
			{Role: "client", FormField: "client", Page: 1, X: 700, Y: 50, Width: 40, Height: 100},
		},
		Inspection: &documentv1.Inspection{PdfVersion: "1.5", Remarks: []*documentv1.Inspection_Remark{
			{Code: "VERSION_BELOW_1_6"}, {Code: "ROTATED_PAGE", Page: 1},
		}},
	}
	read := must(h.GetDocument(t.Context(), &documentv1.GetDocumentRequest{Name: made.GetName()}))(t).GetDocument()
	for _, got := range []*documentv1.Document{made, read} {
		for _, r := range got.GetInspection().GetRemarks() {
			if r.GetDetail() == "" {
				t.Errorf("%s says nothing for people", r.GetCode())
			}
			r.Detail = ""
		}
		got = &documentv1.Document{PageCount: got.GetPageCount(), SignatureFields: got.GetSignatureFields(), Inspection: got.GetInspection()}
		if !proto.Equal(got, want) {
			t.Errorf("document %v, want %v", got, want)
		}
	}
	if !bytes.Equal(h.content(t, made.GetName()), offer("")) {
		t.Error("the bytes were changed")
	}
}

func TestWhatIsRenderedHereCanBeUploaded(t *testing.T) {
	h := newHouse(t)
	rendered := h.render(t, "rendered")
	uploaded := h.upload(t, toSign("uploaded"), h.content(t, rendered.GetName()))
	if len(uploaded.GetSignatureFields()) == 0 || len(uploaded.GetInspection().GetRemarks()) != 0 ||
		uploaded.GetPageCount() != rendered.GetPageCount() {
		t.Errorf("document %v", uploaded)
	}
	for i, f := range uploaded.GetSignatureFields() {
		r := rendered.GetSignatureFields()[i]
		for _, distance := range []float64{f.GetX() - r.GetX(), f.GetY() - r.GetY(), f.GetWidth() - r.GetWidth(), f.GetHeight() - r.GetHeight()} {
			if distance*distance > 0.01 || f.GetPage() != r.GetPage() || f.GetFormField() != r.GetFormField() {
				t.Errorf("field %v, rendered as %v", f, r)
			}
		}
	}
}

func TestRolesSignWhereTheHeaderSays(t *testing.T) {
	h := newHouse(t)
	fields := []*documentv1.SignatureField{
		{Role: "buyer", FormField: "client"}, {Role: "seller", Page: 1, X: 10, Y: 10, Width: 180, Height: 40},
	}
	got := h.upload(t, toSign("a", fields...), offer("")).GetSignatureFields()
	if len(got) != 2 || got[0].GetRole() != "buyer" || got[0].GetX() != 700 || got[1].GetRole() != "seller" ||
		got[1].GetWidth() != 180 || got[1].GetFormField() != "" {
		t.Errorf("fields %v", got)
	}
	h.upload(t, toSign("a", fields...), offer(""))
	_, err := h.send(t, headerPart(toSign("a", fields[0])), chunkPart(offer("")))
	refused(t, err, codes.FailedPrecondition, "REQUEST_ID_REUSED")
	if h.documents(t) != 1 {
		t.Errorf("%d documents", h.documents(t))
	}
}

func TestAnUploadThatCannotBeSignedIsRefused(t *testing.T) {
	field := func(role string, x float64) *documentv1.SignatureField {
		return &documentv1.SignatureField{Role: role, Page: 1, X: x, Y: 1, Width: 100, Height: 40}
	}
	deep := "/A " + strings.Repeat("[", 1000)
	archived := header("a")
	archived.SignatureFields = []*documentv1.SignatureField{field("client", 1)}
	for name, c := range map[string]struct {
		head     *documentv1.CreateDocumentRequest_Header
		file     []byte
		reason   string
		metadata []string
	}{
		"encrypted": {toSign("a"), bytes.Replace(offer(""), []byte("/Size 5"), []byte("/Encrypt << >>"), 1), "PDF_ENCRYPTED", nil},
		"malformed": {toSign("a"), pdf(1000), "PDF_MALFORMED", nil},
		"active":    {toSign("a"), offer("/OpenAction << /S /JavaScript /JS (x) >>"), "PDF_ACTIVE_CONTENT", []string{"content", "JAVASCRIPT"}},
		"complex":   {toSign("a"), offer(deep), "PDF_TOO_COMPLEX", nil},
		"signed":    {toSign("a"), offer("/Perms << /DocMDP << /ByteRange [0 1 2 3] >> >>"), "PDF_SIGNED", nil},
		"outside":   {toSign("a", field("client", 800)), offer(""), "SIGNATURE_FIELD_INVALID", []string{"role", "client"}},
		"overlap":   {toSign("a", field("a", 1), field("b", 2)), offer(""), "SIGNATURE_FIELD_INVALID", []string{"role", "b"}},
		"not to be signed": {archived, offer(""), "INVALID_REQUEST",
			[]string{"field", "header.signature_fields"}},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			_, err := h.send(t, headerPart(c.head), chunkPart(c.file))
			refused(t, err, codes.InvalidArgument, c.reason, c.metadata...)
			if h.documents(t) != 0 || h.files(t) != 0 {
				t.Errorf("%d documents in %d files after a refusal", h.documents(t), h.files(t))
			}
		})
	}
}

func TestWhatAProviderMadeIsNotInspected(t *testing.T) {
	h := newHouse(t)
	for _, kind := range []documentv1.Document_Kind{documentv1.Document_KIND_SIGNED, documentv1.Document_KIND_AUDIT_TRAIL} {
		head := header(kind.String())
		head.Kind = kind
		if d := h.upload(t, head, pdf(100)); d.GetInspection() != nil || d.GetPageCount() != 0 {
			t.Errorf("%v", d)
		}
	}
}
