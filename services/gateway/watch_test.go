package gateway

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"

	signingv1 "github.com/countersign/countersign/gen/countersign/signing/v1"
	"github.com/countersign/countersign/services/internal/fault"
)

// watched plays a watch; nil answers as an rpc that nobody wrote.
type watched func(in *signingv1.WatchEventsRequest, stream grpc.ServerStreamingServer[signingv1.WatchEventsResponse]) error

func (b *backend) WatchEvents(in *signingv1.WatchEventsRequest, stream grpc.ServerStreamingServer[signingv1.WatchEventsResponse]) error {
	if err := b.take(stream.Context(), in); err != nil {
		return err
	}
	if b.watch == nil {
		return b.UnimplementedSigningProviderServer.WatchEvents(in, stream)
	}
	return b.watch(in, stream)
}

// quiet accepts a watch and says nothing until the caller has gone.
func quiet(_ *signingv1.WatchEventsRequest, stream grpc.ServerStreamingServer[signingv1.WatchEventsResponse]) error {
	if err := stream.SendHeader(nil); err != nil {
		return err
	}
	<-stream.Context().Done()
	return stream.Context().Err()
}

func event(position int64) *signingv1.WatchEventsResponse {
	return &signingv1.WatchEventsResponse{Event: &signingv1.Event{Position: position}}
}

// line is one line of a watch.
type line struct {
	Result *struct {
		Event *struct {
			Position json.Number `json:"position"`
		} `json:"event"`
	} `json:"result"`
	Error *problem `json:"error"`
}

// watching is a client that has been accepted.
type watching struct {
	t     testing.TB
	body  *bufio.Reader
	leave func()
}

// listen opens a watch on a connection of its own.
func (h *house) listen(t testing.TB, query string) *watching {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, h.url+watchPath+query, nil)
	if err != nil {
		t.Fatal(err)
	}
	client := http.Client{Transport: &http.Transport{}}
	response, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	leave := func() {
		cancel()
		_ = response.Body.Close()
		client.CloseIdleConnections()
	}
	t.Cleanup(leave)
	if response.StatusCode != http.StatusOK || response.Header.Get("Content-Type") != "application/x-ndjson" || response.Header.Get("Cache-Control") != "no-store" {
		t.Fatalf("answered %d, %v", response.StatusCode, response.Header)
	}
	return &watching{t, bufio.NewReader(response.Body), leave}
}

func (w *watching) next() line {
	w.t.Helper()
	text, err := w.body.ReadString('\n')
	var l line
	if err == nil {
		err = json.Unmarshal([]byte(text), &l)
	}
	if err != nil {
		w.t.Fatalf("%q: %v", text, err)
	}
	return l
}

// ended holds that the stream has no more lines, and was not cut off.
func (w *watching) ended() {
	w.t.Helper()
	if rest, err := io.ReadAll(w.body); err != nil || len(rest) > 0 {
		w.t.Errorf("after the last line: %q, %v", rest, err)
	}
}

// TestEachLineArrivesAtOnce: the next one is told only when the one before was read.
func TestEachLineArrivesAtOnce(t *testing.T) {
	h := open(t, DefaultConfig())
	read := make(chan struct{})
	h.watch = func(in *signingv1.WatchEventsRequest, stream grpc.ServerStreamingServer[signingv1.WatchEventsResponse]) error {
		if err := stream.SendHeader(nil); err != nil {
			return err
		}
		for _, message := range []*signingv1.WatchEventsResponse{event(in.GetAfter() + 1), {}, event(in.GetAfter() + 2)} {
			<-read
			if err := stream.Send(message); err != nil {
				return err
			}
		}
		<-read
		return &fault.Error{
			Code: codes.FailedPrecondition, Domain: "countersign.signing.v1", Reason: "STATE_DOES_NOT_ALLOW", Message: "it ended",
			Metadata: map[string]string{"state": "DECLINED"},
		}
	}
	const one = "signatureRequests/6f1c0b7e-2f6b-4a54-9f0e-0a4f4f7b0001"
	w := h.listen(t, "?after=6&signatureRequest="+one) // its headers are there before anything happened
	if in, ok := h.one(t).request.(*signingv1.WatchEventsRequest); !ok || in.GetAfter() != 6 || in.GetSignatureRequest() != one {
		t.Errorf("asked for %v", in)
	}
	for _, want := range []json.Number{"7", "", "8"} {
		read <- struct{}{}
		got := w.next()
		switch {
		case got.Result == nil:
			t.Fatalf("a line without a result: %+v", got)
		case want == "" && got.Result.Event != nil, want != "" && (got.Result.Event == nil || got.Result.Event.Position != want):
			t.Errorf("line %+v, want %q", got.Result, want)
		}
	}
	read <- struct{}{}
	last := w.next()
	if last.Error == nil || last.Error.Code != http.StatusBadRequest || last.Error.Reason != "STATE_DOES_NOT_ALLOW" || last.Error.Message != "it ended" || len(last.Error.Details) != 1 ||
		!strings.Contains(string(last.Error.Details[0]), `STATE_DOES_NOT_ALLOW`) {
		t.Errorf("the last line: %+v", last.Error)
	}
	w.ended()
}

// TestAnswersOutliveTheServersTimeouts: those are for requests, and for clients that take nothing.
func TestAnswersOutliveTheServersTimeouts(t *testing.T) {
	const short = 40 * time.Millisecond
	h := open(t, DefaultConfig(), func(s *http.Server) { s.ReadTimeout, s.WriteTimeout = short, short })
	h.watch = func(_ *signingv1.WatchEventsRequest, stream grpc.ServerStreamingServer[signingv1.WatchEventsResponse]) error {
		for range 4 {
			select {
			case <-time.After(2 * short):
			case <-stream.Context().Done():
				return stream.Context().Err()
			}
			if err := stream.Send(&signingv1.WatchEventsResponse{}); err != nil {
				return err
			}
		}
		return nil
	}
	w := h.listen(t, "")
	for range 4 {
		if got := w.next(); got.Error != nil {
			t.Fatalf("%+v", got.Error)
		}
	}
	w.ended()
}

func TestAWatchEndsWithItsClient(t *testing.T) {
	h := open(t, DefaultConfig())
	gone := make(chan struct{})
	h.watch = func(in *signingv1.WatchEventsRequest, stream grpc.ServerStreamingServer[signingv1.WatchEventsResponse]) error {
		defer close(gone)
		return quiet(in, stream)
	}
	h.listen(t, "").leave()
	await(t, gone, "the backend is still watched")
}

func await[T any](t testing.TB, happens <-chan T, what string) {
	t.Helper()
	select {
	case <-happens:
	case <-time.After(patience):
		t.Fatal(what)
	}
}

// TestAWatchEndsWithTheGateway, and tells so, and is not waited for.
func TestAWatchEndsWithTheGateway(t *testing.T) {
	h := open(t, DefaultConfig())
	h.watch = quiet
	w := h.listen(t, "")
	start := time.Now()
	h.stop()
	if last := w.next(); last.Error == nil || last.Error.Code != http.StatusServiceUnavailable || last.Error.Reason != "UNAVAILABLE" || last.Error.Message == "" {
		t.Errorf("the last line: %+v", last)
	}
	w.ended()
	await(t, h.stopped, "does not stop")
	if took := time.Since(start); took >= grace {
		t.Errorf("stopped after %v", took)
	}
}

func TestAWatchThatIsRefusedIsAnError(t *testing.T) {
	cfg := DefaultConfig()
	cfg.CallTimeout = 50 * time.Millisecond
	h := open(t, cfg)
	for query, field := range map[string]string{"?after=-1": "after", "?after=alice": "after", "?signatureRequest=alice": "signature_request"} {
		got := send(t, http.MethodGet, h.url+watchPath+query, "")
		p := got.problem(t)
		if p.Code != 400 || p.Reason != "INVALID_REQUEST" || p.Metadata["field"] != field || strings.Contains(got.body, "alice") {
			t.Errorf("%s: answered %s", query, got.body)
		}
	}
	h.answerWith(func(context.Context) error { return &fault.Error{Code: codes.Unavailable, Reason: "STORE_DOWN"} })
	if p := send(t, http.MethodGet, h.url+watchPath, "").problem(t); p.Code != 503 || p.Reason != "STORE_DOWN" {
		t.Errorf("a backend that is away: %+v", p)
	}
	h.answerWith(func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() })
	if p := send(t, http.MethodGet, h.url+watchPath, "").problem(t); p.Code != 503 {
		t.Errorf("a backend that says nothing: %+v", p)
	}
	if got := send(t, http.MethodGet, h.hookURL+watchPath, ""); got.code != http.StatusNotFound {
		t.Errorf("the world was answered %d", got.code)
	}
}

// TestWatchersAndDownloadsAreCounted, and a place is free again when one has gone.
func TestWatchersAndDownloadsAreCounted(t *testing.T) {
	cfg := DefaultConfig()
	cfg.MaxWatchers, cfg.MaxDownloads = 2, 1
	h := open(t, cfg)
	h.watch = quiet
	first := h.listen(t, "")
	h.listen(t, "")
	got := send(t, http.MethodGet, h.url+watchPath, "")
	if p := got.problem(t); p.Code != 503 || !strings.Contains(p.Message, "gateway.max_watchers") || got.header.Get("Retry-After") == "" {
		t.Errorf("one too many: %s", got.body)
	}
	first.leave()
	deadline := time.After(patience)
	for answered := 503; answered == 503; {
		select {
		case <-deadline:
			t.Fatal("the place is never free")
		case <-time.After(time.Millisecond):
		}
		answered = h.knock(t)
	}
	held, entered := make(chan struct{}), make(chan struct{})
	h.answerWith(func(context.Context) error {
		close(entered)
		<-held
		return errDamaged
	})
	done := make(chan answer, 1)
	go func() { done <- send(t, http.MethodGet, h.url+"/downloads/"+secret, "") }()
	await(t, entered, "the download does not begin")
	if p := send(t, http.MethodGet, h.url+"/downloads/"+secret, "").problem(t); p.Code != 503 || !strings.Contains(p.Message, "gateway.max_downloads") {
		t.Errorf("one too many: %+v", p)
	}
	close(held)
	<-done
}

// knock opens a watch and leaves at once.
func (h *house) knock(t *testing.T) int {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, h.url+watchPath, nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	return response.StatusCode
}

// TestAWatcherThatTakesNothingIsLetGo once the connection's buffers are full.
func TestAWatcherThatTakesNothingIsLetGo(t *testing.T) {
	h := &house{backend: &backend{}, theirs: &journal{}}
	h.watch = func(_ *signingv1.WatchEventsRequest, stream grpc.ServerStreamingServer[signingv1.WatchEventsResponse]) error {
		for n := int64(1); ; n++ {
			message := event(n)
			message.Event.Reference = strings.Repeat("x", 32<<10)
			if err := stream.Send(message); err != nil {
				return err
			}
		}
	}
	conn := h.serve(t, "signing", func(s grpc.ServiceRegistrar) { signingv1.RegisterSigningProviderServer(s, h) })
	answers := watchers{signingv1.NewSigningProviderClient(conn), patience, 50 * time.Millisecond, nil}
	ended := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answers.serve(w, r, nil)
		close(ended)
	}))
	defer server.Close()
	var dialer net.Dialer
	client, err := dialer.DialContext(t.Context(), "tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	if _, err := io.WriteString(client, "GET / HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	await(t, ended, "the watch never ends")
}
