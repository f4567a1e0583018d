package main

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/timestamppb"

	documentv1 "github.com/countersign/countersign/gen/countersign/document/v1"
	"github.com/countersign/countersign/services/document"
	"github.com/countersign/countersign/services/internal/rpc"
)

// archive is the document service behind a pipe.
func archive(t *testing.T, cfg document.Config) documentv1.DocumentServiceClient {
	t.Helper()
	logger := slog.New(slog.DiscardHandler)
	service, err := document.New(t.Context(), cfg, t.TempDir(), logger)
	if err != nil {
		t.Fatal(err)
	}
	server, err := rpc.NewServer(rpc.ServerConfig{Domain: document.Domain, Logger: logger}, func(r grpc.ServiceRegistrar) { service.Register(r) })
	if err != nil {
		t.Fatal(err)
	}
	conn, err := server.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- server.Serve(ctx) }()
	t.Cleanup(func() {
		_ = conn.Close()
		cancel()
		if err := <-served; err != nil {
			t.Error(err)
		}
		if err := service.Close(); err != nil {
			t.Error(err)
		}
	})
	return documentv1.NewDocumentServiceClient(conn)
}

func upload(t *testing.T, documents documentv1.DocumentServiceClient, kind documentv1.Document_Kind, content []byte) string {
	t.Helper()
	stream, err := documents.CreateDocument(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	header := &documentv1.CreateDocumentRequest_Header{
		Kind: kind, Title: "Contract", FileName: "contract.pdf", RequestId: kind.String(),
	}
	for _, part := range []*documentv1.CreateDocumentRequest{
		{Part: &documentv1.CreateDocumentRequest_Header_{Header: header}},
		{Part: &documentv1.CreateDocumentRequest_Chunk{Chunk: content}},
	} {
		if err := stream.Send(part); err != nil {
			break // the answer says why
		}
	}
	answer, err := stream.CloseAndRecv()
	if err != nil {
		t.Fatal(err)
	}
	return answer.GetDocument().GetName()
}

// evidencePackage is what the service archives of anna's signature, and its hash.
func evidencePackage(t *testing.T, folder string) (content []byte, hash string) {
	t.Helper()
	documents := archive(t, document.Config{TrustAnchors: []string{filepath.Join(folder, "qualified.pem")}})
	read := func(name string) []byte {
		content, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil {
			t.Fatal(err)
		}
		return content
	}
	sent := upload(t, documents, documentv1.Document_KIND_UPLOADED, read("sent.pdf"))
	signed := upload(t, documents, documentv1.Document_KIND_SIGNED, read("signed.pdf"))
	trail := upload(t, documents, documentv1.Document_KIND_AUDIT_TRAIL, read("sent.pdf"))
	if _, err := documents.ProveDocument(t.Context(), &documentv1.ProveDocumentRequest{
		Name: signed, SentDocument: sent, AuditTrail: trail, Level: documentv1.Level_LEVEL_QES,
		Legislation: documentv1.Legislation_LEGISLATION_EIDAS,
		Signers:     []*documentv1.ProveDocumentRequest_ExpectedSigner{{Role: "client", FirstName: "Anna", LastName: "Müller"}},
	}); err != nil {
		t.Fatal(err)
	}
	answer, err := documents.CreateEvidencePackage(t.Context(), &documentv1.CreateEvidencePackageRequest{
		Subject: "signatureRequests/1", SignedDocument: signed, SentDocument: sent, AuditTrail: trail, RequestId: "evidence",
		Events: []*documentv1.CreateEvidencePackageRequest_Event{{Time: timestamppb.New(time.Now()), Type: "SIGNED"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	stream, err := documents.StreamDocument(t.Context(), &documentv1.StreamDocumentRequest{Name: answer.GetDocument().GetName()})
	if err != nil {
		t.Fatal(err)
	}
	if content, err = rpc.Collect(stream.Recv, document.MaxPackageBytes); err != nil {
		t.Fatal(err)
	}
	return content, answer.GetDocument().GetSha256()
}

func TestVerifyCommandReadsPackages(t *testing.T) {
	folder, _ := signedFiles(t)
	sound, hash := evidencePackage(t, folder)
	t.Chdir(folder)
	flipped := bytes.Clone(sound)
	flipped[bytes.Index(flipped, []byte("/ByteRange"))] ^= 1
	manifest := bytes.Clone(sound)
	manifest[bytes.LastIndex(manifest, []byte("\"head\":"))] ^= 1
	for name, content := range map[string][]byte{
		"sound.zip": sound, "flipped.zip": flipped, "cut.zip": sound[:len(sound)-1], "manifest.zip": manifest, "large.zip": []byte("PK"),
	} {
		if err := os.WriteFile(name, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Truncate("large.zip", document.MaxPackageBytes+1); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args             string
		status           int
		verdict, damaged string
	}{
		{"--anchors qualified.pem sound.zip", 0, "PROVEN", ""},
		{"--anchors qualified.pem -", 0, "PROVEN", ""},
		{"--anchors anchors.pem sound.zip", 0, "ATTESTED_BY_PROVIDER", ""},
		{"sound.zip", 2, "INDETERMINATE", ""},
		{"--anchors qualified.pem --signatures 2 sound.zip", 1, "FAILED", ""},
		{"--anchors qualified.pem flipped.zip", 1, "FAILED", "signed.pdf"},
		{"--anchors qualified.pem cut.zip", 1, "FAILED", "package structure"},
		{"manifest.zip", 1, "FAILED", "manifest.json"},
		{"large.zip", 64, "", ""},
	} {
		status, out, errOut := command(t, sound, append([]string{"verify", "--json"}, strings.Fields(c.args)...)...)
		var said struct {
			Verdict string
			Package struct {
				SHA256      string
				Intact      bool
				Damaged     []string
				KeptVerdict string `json:"kept_verdict"`
			}
		}
		if err := json.Unmarshal([]byte(out), &said); c.verdict != "" && err != nil || status != c.status || said.Verdict != c.verdict {
			t.Errorf("%s: status %d, want %d, verdict %s: %v %s", c.args, status, c.status, said.Verdict, err, errOut)
		}
		p := said.Package
		if strings.Join(p.Damaged, ", ") != c.damaged || c.verdict != "" && p.Intact != (c.damaged == "") {
			t.Errorf("%s: damaged %v, intact %t", c.args, p.Damaged, p.Intact)
		}
		if p.Intact && (p.SHA256 != hash || p.KeptVerdict != "PROVEN") {
			t.Errorf("%s: SHA-256 %s, archived was %s; kept %s", c.args, p.SHA256, hash, p.KeptVerdict)
		}
		if again, text, _ := command(t, sound, append([]string{"verify"}, strings.Fields(c.args)...)...); again != c.status ||
			c.verdict != "" && !strings.Contains(text, "Evidence package") {
			t.Errorf("%s, for people: status %d, %.80s", c.args, again, text)
		}
	}
}
