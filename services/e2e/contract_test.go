package e2e_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	documentv1 "github.com/countersign/countersign/gen/countersign/document/v1"
)

// paper is a one-page PDF with an empty signature field of each name.
func paper(fields ...string) []byte {
	var refs strings.Builder
	for i := range fields {
		fmt.Fprintf(&refs, "%d 0 R ", 4+i)
	}
	objects := []string{
		"<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [" + refs.String() + "] >> >>",
		"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
		"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << >> /Annots [" + refs.String() + "] >>",
	}
	for i, name := range fields {
		objects = append(objects, fmt.Sprintf("<< /Type /Annot /Subtype /Widget /FT /Sig /T (%s) /F 4 /P 3 0 R"+
			" /Rect [%d 280 %d 340] >>", name, 60+240*i, 240+240*i))
	}
	var file, table bytes.Buffer
	file.WriteString("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
	for i, object := range objects {
		fmt.Fprintf(&table, "%010d 00000 n \n", file.Len())
		fmt.Fprintf(&file, "%d 0 obj\n%s\nendobj\n", i+1, object)
	}
	fmt.Fprintf(&file, "xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n",
		len(objects)+1, table.String(), len(objects)+1, file.Len())
	return file.Bytes()
}

// upload archives a PDF and returns its name.
func (w *world) upload(t *testing.T, id string, content []byte) string {
	t.Helper()
	parts, err := w.documents(t).CreateDocument(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	head := &documentv1.CreateDocumentRequest_Header{
		Kind: documentv1.Document_KIND_UPLOADED, Title: id, FileName: id + ".pdf", RequestId: id,
	}
	err = errors.Join(
		parts.Send(&documentv1.CreateDocumentRequest{Part: &documentv1.CreateDocumentRequest_Header_{Header: head}}),
		parts.Send(&documentv1.CreateDocumentRequest{Part: &documentv1.CreateDocumentRequest_Chunk{Chunk: content}}))
	answer, closeErr := parts.CloseAndRecv()
	if err = errors.Join(err, closeErr); err != nil {
		t.Fatalf("upload: %v", err)
	}
	return answer.GetDocument().GetName()
}

// employment is the body of a creation at a vendor: an uploaded contract that an employee signs first and a director of
// the company after that.
func (w *world) employment(t *testing.T, v vendor, employee, director person) map[string]any {
	t.Helper()
	body := ordered(employee, "employment-"+employee.last)
	request := body["signatureRequest"].(map[string]any)
	delete(request, "template")
	request["sourceDocument"] = w.upload(t, "contract-"+strings.ToLower(employee.last), paper("employee", "director"))
	request["provider"] = "providers/" + v.name
	request["signers"] = []map[string]any{signer("employee", 1, employee), signer("director", 2, director)}
	return body
}

func signer(role string, group int, p person) map[string]any {
	return map[string]any{
		"role": role, "orderGroup": group, "firstName": p.first, "lastName": p.last, "email": p.email, "phoneNumber": p.phone,
	}
}

// create makes a request and waits until the first signers were asked.
func (w *world) create(t *testing.T, body map[string]any) signatureRequest {
	t.Helper()
	var r signatureRequest
	must(t, http.MethodPost, w.gateway("/v1/signatureRequests"), body, &r)
	w.expectRequest(t, r.Name, "STATE_OUT_FOR_SIGNATURE")
	return w.read(t, r.Name)
}

// read is a request as it is now.
func (w *world) read(t *testing.T, name string) signatureRequest {
	t.Helper()
	var r signatureRequest
	must(t, http.MethodGet, w.gateway("/v1/"+name), nil, &r)
	return r
}

// at is a request's envelope.
func (r signatureRequest) at() envelope { return envelope{ID: r.ProviderReference} }

// completes waits until a request is archived and proven, with all that belongs to it, and returns it.
func (w *world) completes(t *testing.T, name, verdict string) signatureRequest {
	t.Helper()
	w.expectRequest(t, name, "STATE_COMPLETED")
	var r signatureRequest
	eventually(t, "the evidence package", func() error {
		if r = w.read(t, name); r.EvidencePackage == "" {
			return errors.New("the request has none")
		}
		return nil
	})
	w.downloads(t, r.SignedDocument, "KIND_SIGNED")
	if verdict != "VERDICT_PROVEN" { // else the file says all, and a vendor may issue no trail
		w.downloads(t, r.AuditTrail, "KIND_AUDIT_TRAIL")
	}
	if got := w.documentOf(t, r.EvidencePackage).Kind; r.Verdict != verdict || got != "KIND_EVIDENCE" {
		t.Errorf("proven %s with evidence %s, want %s with KIND_EVIDENCE", r.Verdict, got, verdict)
	}
	return r
}

// refusedVerb is the answer to a verb that must be refused with a reason: its metadata.
func (w *world) refusedVerb(t *testing.T, name, verb, reason string, body map[string]any) map[string]string {
	t.Helper()
	err := call(http.MethodPost, w.gateway("/v1/"+name+":"+verb), body, nil)
	var failed *statusError
	var got answered
	if !errors.As(err, &failed) || json.Unmarshal(failed.body, &got) != nil || len(got.Details) != 1 || got.Details[0].Reason != reason {
		t.Errorf("%s: %v, want %s", verb, err, reason)
		return nil
	}
	return got.Details[0].Metadata
}

// signLink signs behind a signing link, as whoever has it can.
func signLink(t *testing.T, link string) {
	t.Helper()
	page, err := url.Parse(link)
	if err != nil {
		t.Fatal("the signing link is no URL")
	}
	page = page.JoinPath("sign")
	page.RawQuery = ""
	if got, err := send(http.MethodPost, page.String(), nil, nil); err != nil || got.status != http.StatusOK {
		t.Fatalf("sign behind the link: status %d, %v", got.status, err)
	}
}
