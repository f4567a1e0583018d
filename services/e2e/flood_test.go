package e2e_test

import (
	"context"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	documentv1 "github.com/countersign/countersign/gen/countersign/document/v1"
	signingv1 "github.com/countersign/countersign/gen/countersign/signing/v1"
)

// flood is a world for many requests, and somebody who watches all of them.
type flood struct {
	*world
	recorder *recorder
	client   signingv1.SigningProviderClient
	upload   string // a document
	mu       sync.Mutex
	sent     map[string]chan time.Time
}

func newFlood(b testing.TB) *flood {
	b.Helper()
	f := &flood{recorder: &recorder{}, sent: map[string]chan time.Time{}}
	f.world = prepareWorld(b, topologies()[0], settings{Log: "warn"}, f.recorder.around)
	f.run(b)
	f.client = f.signing(b)
	f.upload = f.uploaded(b)
	f.watchSent(b)
	return f
}

// uploaded is a static document: one that was rendered once, brought into the archive as anybody's PDF.
func (f *flood) uploaded(b testing.TB) string {
	b.Helper()
	request := f.creation(f.yousign, "template")
	var first signatureRequest
	created, err := f.client.CreateSignatureRequest(b.Context(), request)
	if err != nil {
		b.Fatal(err)
	}
	f.expectRequest(b, created.GetSignatureRequest().GetName(), "STATE_OUT_FOR_SIGNATURE")
	must(b, http.MethodGet, f.gateway("/v1/"+created.GetSignatureRequest().GetName()), nil, &first)
	var link struct{ Path string }
	must(b, http.MethodPost, f.gateway("/v1/"+first.Document+":createDownloadLink"), map[string]any{}, &link)
	got, err := send(http.MethodGet, f.gateway(link.Path), nil, nil)
	if err != nil {
		b.Fatal(err)
	}
	return f.archived(b, got.body)
}

// watchSent notes when each request is seen to be sent.
func (f *flood) watchSent(b testing.TB) {
	b.Helper()
	ctx, hangUp := context.WithCancel(b.Context())
	events, err := f.client.WatchEvents(ctx, &signingv1.WatchEventsRequest{})
	if err != nil {
		b.Fatal(err)
	}
	var ended sync.WaitGroup
	b.Cleanup(func() { hangUp(); ended.Wait() })
	ended.Go(func() {
		for {
			message, err := events.Recv()
			if err != nil {
				return
			}
			if e := message.GetEvent(); e.GetType() == signingv1.Event_TYPE_SENT {
				f.seen(e.GetSignatureRequest()) <- time.Now()
			}
		}
	})
}

// seen is where the moment is told in which a request was seen to be sent.
func (f *flood) seen(name string) chan time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.sent[name] == nil {
		f.sent[name] = make(chan time.Time, 1)
	}
	return f.sent[name]
}

// creation asks one person for a simple signature.
func (f *flood) creation(v vendor, source string) *signingv1.CreateSignatureRequestRequest {
	p := f.person()
	wanted := &signingv1.SignatureRequest{
		Title: "Rahmen", Provider: "providers/" + v.name, Level: documentv1.Level_LEVEL_SES,
		Legislation: documentv1.Legislation_LEGISLATION_EIDAS, Language: "de",
		Source:  &signingv1.SignatureRequest_SourceDocument{SourceDocument: f.upload},
		Signers: []*signingv1.Signer{{Role: "client", FirstName: p.first, LastName: p.last, Email: p.email, PhoneNumber: p.phone}},
	}
	if source == "template" {
		wanted.Source = &signingv1.SignatureRequest_Template{Template: &signingv1.TemplateSource{
			Template: "templates/nda", Language: "de", Values: map[string]string{
				"deal.name": "Rahmen", "deal.reference": "HR-1", "contact.name": p.first + " " + p.last,
				"contact.email": p.email, "document.date": "2026-11-01",
			},
		}}
	}
	return &signingv1.CreateSignatureRequestRequest{RequestId: uuid.NewString(), SignatureRequest: wanted}
}

// create returns the request's name and when the call was answered.
func (f *flood) create(b testing.TB, v vendor, source string) (string, time.Time) {
	created, err := f.client.CreateSignatureRequest(b.Context(), f.creation(v, source))
	if err != nil {
		b.Error(err)
	}
	return created.GetSignatureRequest().GetName(), time.Now()
}

// awaitSent returns when the request was seen to be sent.
func (f *flood) awaitSent(b testing.TB, name string) time.Time {
	select {
	case at := <-f.seen(name):
		return at
	case <-time.After(patience):
		b.Errorf("%s was not sent within %v", name, patience)
		return time.Now()
	}
}

// archived uploads a PDF, which is signed in its own empty signature fields.
func (f *flood) archived(b testing.TB, content []byte) string {
	b.Helper()
	upload, err := documentv1.NewDocumentServiceClient(dial(b, f.at.Document)).CreateDocument(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	for _, part := range []*documentv1.CreateDocumentRequest{
		{Part: &documentv1.CreateDocumentRequest_Header_{Header: &documentv1.CreateDocumentRequest_Header{
			Kind: documentv1.Document_KIND_UPLOADED, Title: "Rahmen", FileName: "rahmen.pdf", RequestId: uuid.NewString(),
		}}},
		{Part: &documentv1.CreateDocumentRequest_Chunk{Chunk: content}},
	} {
		if err := upload.Send(part); err != nil {
			break // CloseAndRecv has the reason
		}
	}
	created, err := upload.CloseAndRecv()
	if err != nil {
		b.Fatal(err)
	}
	return created.GetDocument().GetName()
}
