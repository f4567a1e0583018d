package e2e_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"testing"

	signingv1 "github.com/countersign/countersign/gen/countersign/signing/v1"
)

// won is the card of a deal that was signed and proven, with everything on it once.
func won() tally {
	return tally{
		Stage: "Closed - won", Notes: []string{"attachment", "completed", "sent", "signed"}, Files: []string{"pdf"},
	}
}

func testSkribbleQES(t *testing.T, w *world) { w.testWon(t, stageSkribbleQES, "VERDICT_PROVEN") }
func testYousignQES(t *testing.T, w *world)  { w.testWon(t, stageYousignQES, "VERDICT_PROVEN") }
func testSkribbleAES(t *testing.T, w *world) {
	w.testWon(t, stageSkribbleAES, "VERDICT_PROVEN")
}

func testYousignSES(t *testing.T, w *world) {
	d := w.testWon(t, stageYousignSES, "VERDICT_ATTESTED_BY_PROVIDER")
	if trail := w.requestOf(t, d).AuditTrail; trail == "" {
		t.Error("there is no audit trail, which is what attests a simple signature")
	} else if got := w.documentOf(t, trail).Kind; got != "KIND_AUDIT_TRAIL" {
		t.Errorf("the audit trail is archived as %s", got)
	}
}

// testWon takes a deal from the board to Won.
func (w *world) testWon(t *testing.T, stage, verdict string) *deal {
	d := w.begin(t, stage)
	w.vendorOf(d).do(t, w.sent(t, d), "sign", nil)
	w.ends(t, d, won())
	w.checkArchive(t, d)
	if r := w.requestOf(t, d); r.State != "STATE_COMPLETED" || r.Verdict != verdict {
		t.Errorf("the request is %s with %s, want STATE_COMPLETED with %s", r.State, r.Verdict, verdict)
	}
	w.checkEvidence(t, d)
	return d
}

// checkEvidence waits for the evidence package, which no deal waits for.
func (w *world) checkEvidence(t *testing.T, d *deal) {
	t.Helper()
	var name string
	eventually(t, "the evidence package", func() error {
		if name = w.requestOf(t, d).EvidencePackage; name == "" {
			return errors.New("the request has none")
		}
		return nil
	})
	if got := w.documentOf(t, name).Kind; got != "KIND_EVIDENCE" {
		t.Errorf("the evidence package is archived as %s", got)
	}
}

// checkArchive compares the signed document in all places where it is: at the vendor, in the archive, in the CRM.
func (w *world) checkArchive(t *testing.T, d *deal) {
	t.Helper()
	request := w.requestOf(t, d)
	archived := stream(t, w.signing(t), request.Name)
	sum := sha256.Sum256(archived)
	if got := w.documentOf(t, request.SignedDocument).SHA256; got != hex.EncodeToString(sum[:]) {
		t.Errorf("the archive tells the hash %s of bytes with %x", got, sum)
	}
	e, err := w.vendorOf(d).only(t, d.title)
	if err != nil {
		t.Fatal(err)
	}
	if e.ID != request.ProviderReference {
		t.Errorf("the request names the envelope %s, the vendor has %s", request.ProviderReference, e.ID)
	}
	if !bytes.Equal(w.vendorOf(d).signedPDF(t, e), archived) {
		t.Error("the archived document is not the vendor's")
	}
	c, err := w.kommo.card(d)
	if err != nil || len(c.Files) != 1 {
		t.Fatalf("the deal has %d files, want 1; %v", len(c.Files), err)
	}
	if !bytes.Equal(w.kommo.file(t, c.Files[0].UUID), archived) {
		t.Error("the document in the deal's files is not the archived one")
	}
	var link struct{ Path string }
	must(t, http.MethodPost, w.gateway("/v1/"+request.SignedDocument+":createDownloadLink"), map[string]any{}, &link)
	if got, err := send(http.MethodGet, w.gateway(link.Path), nil, nil); err != nil || !bytes.Equal(got.body, archived) {
		t.Errorf("the document behind a link is not the archived one: status %d, %v", got.status, err)
	}
}

// stream reads a request's signed document from the archive.
func stream(t *testing.T, client signingv1.SigningProviderClient, request string) []byte {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	parts, err := client.StreamSignedDocument(ctx, &signingv1.StreamSignedDocumentRequest{Name: request})
	if err != nil {
		t.Fatal(err)
	}
	var content bytes.Buffer
	for {
		part, err := parts.Recv()
		if errors.Is(err, io.EOF) {
			return content.Bytes()
		}
		if err != nil {
			t.Fatalf("stream the signed document: %v", err)
		}
		content.Write(part.GetChunk())
	}
}
