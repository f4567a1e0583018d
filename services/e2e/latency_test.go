package e2e_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	documentv1 "github.com/countersign/countersign/gen/countersign/document/v1"
	signingv1 "github.com/countersign/countersign/gen/countersign/signing/v1"
)

// BenchmarkCreateToSent is the time from the answer to CreateSignatureRequest until a watcher sees that the signers were
// invited, with vendors that answer at once: for a document that was uploaded and one that is rendered, one request at a
// time and sixteen. The baseline makes the same calls at the vendor one after another, and does nothing else.
func BenchmarkCreateToSent(b *testing.B) {
	f := newFlood(b)
	for _, v := range []vendor{f.skribble, f.yousign} {
		for _, source := range []string{"upload", "template"} {
			for _, at := range []int{1, 16} {
				b.Run(fmt.Sprintf("%s/%s/at_once=%d", v.name, source, at), func(b *testing.B) { f.latency(b, v, source, at) })
			}
		}
		b.Run(v.name+"/baseline", func(b *testing.B) { f.bare(b, v) })
	}
}

// BenchmarkCreates has sixteen callers create as fast as they are answered, while the product sends what they created: how
// many are accepted a second, and how many are sent a second until the last one is.
func BenchmarkCreates(b *testing.B) {
	f := newFlood(b)
	for _, v := range []vendor{f.skribble, f.yousign} {
		b.Run(v.name, func(b *testing.B) { f.throughput(b, v) })
	}
}

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

func (f *flood) latency(b *testing.B, v vendor, source string, atOnce int) {
	took := make(spans, b.N)
	each(atOnce, b.N, func(i int) {
		name, answered := f.create(b, v, source)
		took[i] = f.awaitSent(b, name).Sub(answered)
	})
	took.report(b)
}

func (f *flood) throughput(b *testing.B, v vendor) {
	names := make([]string, b.N)
	start := time.Now()
	each(16, b.N, func(i int) { names[i], _ = f.create(b, v, "upload") })
	accepted, last := time.Since(start), start
	for _, name := range names {
		if at := f.awaitSent(b, name); at.After(last) {
			last = at
		}
	}
	b.ReportMetric(float64(b.N)/accepted.Seconds(), "creates/s")
	b.ReportMetric(float64(b.N)/last.Sub(start).Seconds(), "sent/s")
	b.ReportMetric(0, "ns/op")
}

// bare makes the vendor calls of one request again and again.
func (f *flood) bare(b *testing.B, v vendor) {
	var name string
	calls := f.recorder.record(func() {
		name, _ = f.create(b, v, "upload")
		f.awaitSent(b, name)
	})
	client := &http.Client{Transport: &http.Transport{}, Timeout: patience}
	defer client.CloseIdleConnections()
	took := make(spans, b.N)
	for i := range took {
		start := time.Now()
		if err := replay(client, v.url, strings.TrimPrefix(name, "signatureRequests/"), calls); err != nil {
			b.Fatal(err)
		}
		took[i] = time.Since(start)
	}
	b.ReportMetric(float64(len(calls)), "calls/op")
	took.report(b)
}

// each does something for every number below n, so many at once.
func each(atOnce, n int, do func(int)) {
	numbers := make(chan int)
	var workers sync.WaitGroup
	for range atOnce {
		workers.Go(func() {
			for i := range numbers {
				do(i)
			}
		})
	}
	for i := range n {
		numbers <- i
	}
	close(numbers)
	workers.Wait()
}

func (s spans) report(b *testing.B) {
	slices.Sort(s)
	b.ReportMetric(float64(s.at(0.5).Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(s.at(0.99).Microseconds())/1000, "p99-ms")
	b.ReportMetric(0, "ns/op")
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
