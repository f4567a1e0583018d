package e2e_test

import (
	"bytes"
	"cmp"
	"fmt"
	"regexp"
	"strings"
	"testing"

	documentv1 "github.com/countersign/countersign/gen/countersign/document/v1"
	signingv1 "github.com/countersign/countersign/gen/countersign/signing/v1"
)

// callCount is how often a vendor is called for one thing in the life of a request: at least, because its flow cannot do
// without, and at most, because of what is written beside it.
type callCount struct {
	call        string
	least, most int
}

// callCounts are for a request of two people, one after the other, from the creation to the end.
func callCounts() map[string][]callCount {
	return map[string][]callCount{
		"skribble": {
			{"POST /v2/documents", 1, 1},
			{"POST /v2/signature-requests", 1, 1},     // with its signers, who are invited by it
			{"GET /v2/signature-requests/{id}", 2, 2}, // a callback tells nothing, so each signature is read
			{"GET /v2/documents/{id}/content", 1, 1},  // the signed document
			{"GET /v2/signature-requests/{id}/report", 1, 1},
		},
		"yousign": {
			{"POST /v3/signature_requests", 1, 1},
			{"POST /v3/signature_requests/{id}/documents", 1, 1},
			{"POST /v3/signature_requests/{id}/signers", 2, 2},
			{"POST /v3/signature_requests/{id}/activate", 1, 1},
			// Each signature is read; a link that is opened is told of as well, and read where that comes apart.
			{"GET /v3/signature_requests/{id}", 2, 9},
			{"GET /v3/signature_requests/{id}/signers", 1, 9}, // when and at which level, which nothing else tells
			{"GET /v3/signature_requests/{id}/documents/{id}/download", 1, 1},
			{"GET /v3/signature_requests/{id}/audit_trails/download", 1, 1},
		},
	}
}

// TestVendorCalls counts the calls at the vendors, and fails when there are more of them than is written above.
// Skribble's login is left out: it serves all requests of a quarter of an hour.
func TestVendorCalls(t *testing.T) {
	f := newFlood(t)
	f.upload = f.archived(t, paperFor("client", "seller"))
	for _, v := range []vendor{f.skribble, f.yousign} {
		t.Run(v.name, func(t *testing.T) {
			got := f.callsOf(t, v)
			made, least := 0, 0
			for _, c := range callCounts()[v.name] {
				fmt.Printf("%-8s %-60s %d, at least %d\n", v.name, c.call, got[c.call], c.least)
				if got[c.call] < c.least || got[c.call] > c.most {
					t.Errorf("%s was called %d times, want %d to %d", c.call, got[c.call], c.least, c.most)
				}
				made, least = made+got[c.call], least+c.least
				delete(got, c.call)
			}
			fmt.Printf("%-8s calls of a completed request: %d, at least %d\n", v.name, made, least)
			if len(got) > 0 {
				t.Errorf("nobody expects the calls %v", got)
			}
		})
	}
}

// paperFor is a page with an empty signature field for each role.
func paperFor(roles ...string) []byte {
	fields, objects := "", []string{}
	for i, role := range roles {
		fields += fmt.Sprintf(" %d 0 R", 4+i)
		objects = append(objects, fmt.Sprintf("<</Type/Annot/Subtype/Widget/FT/Sig/T(%s)/F 4/P 3 0 R/Rect[60 %d 240 %d]>>",
			role, 600-100*i, 660-100*i))
	}
	objects = append([]string{
		"<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[" + fields + "]>>>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>",
		"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<<>>/Annots[" + fields + "]>>",
	}, objects...)
	var file, table bytes.Buffer
	file.WriteString("%PDF-1.7\n")
	for i, object := range objects {
		fmt.Fprintf(&table, "%010d 00000 n \n", file.Len())
		fmt.Fprintf(&file, "%d 0 obj\n%s\nendobj\n", i+1, object)
	}
	start, size := file.Len(), len(objects)+1
	fmt.Fprintf(&file, "xref\n0 %d\n0000000000 65535 f \n%strailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n",
		size, table.String(), size, start)
	return file.Bytes()
}

// callsOf takes a request through its life, one person after the other, and counts what the vendor is called for.
func (f *flood) callsOf(t *testing.T, v vendor) map[string]int {
	t.Helper()
	all := func(exchange) bool { return true }
	v.tap.still(t, all)
	before := v.tap.count(all)
	request := f.creation(v, "upload")
	second := f.person()
	wanted := request.SignatureRequest
	wanted.Title, wanted.RequiredVerdict = second.last, documentv1.Proof_VERDICT_ATTESTED_BY_PROVIDER
	wanted.Signers[0].OrderGroup = 1
	wanted.Signers = append(wanted.Signers, &signingv1.Signer{
		Role: "seller", FirstName: second.first, LastName: second.last, Email: second.email, OrderGroup: 2,
	})
	created, err := f.client.CreateSignatureRequest(t.Context(), request)
	if err != nil {
		t.Fatal(err)
	}
	f.expectRequest(t, created.GetSignatureRequest().GetName(), "STATE_OUT_FOR_SIGNATURE")
	e, err := v.only(t, second.last)
	if err != nil {
		t.Fatal(err)
	}
	for range wanted.Signers {
		v.tap.still(t, all)
		v.do(t, e, "sign", nil)
	}
	f.expectRequest(t, created.GetSignatureRequest().GetName(), "STATE_COMPLETED")
	v.tap.still(t, all)
	return v.tap.tally(before)
}

// tally counts the calls after the first ones by method and path, without ids and without logins.
func (p *tap) tally(first int) map[string]int {
	p.mu.Lock()
	defer p.mu.Unlock()
	id := regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f-]{27}`)
	counts := map[string]int{}
	for _, c := range p.calls[first:] {
		if !strings.HasSuffix(c.path, "/login") {
			counts[cmp.Or(c.method, "?")+" "+id.ReplaceAllLiteralString(c.path, "{id}")]++
		}
	}
	return counts
}
