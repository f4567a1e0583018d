package gateway

import (
	"context"
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"github.com/grpc-ecosystem/grpc-gateway/v2/utilities"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/reflect/protoreflect"

	signingv1 "github.com/countersign/countersign/gen/countersign/signing/v1"
	"github.com/countersign/countersign/services/internal/fault"
)

const (
	watchPath = "/v1/events:watch"
	// lineTime is how long a client may take for one line, before it is taken for gone.
	lineTime = 30 * time.Second
)

// watchers answers a watch with a line of JSON per message, as `{"result":…}`, heartbeats too. What goes wrong later is the
// last line, `{"error":…}` with the body of an error answer. The library's own answer would be cut off with the server's timeouts,
// hold back its headers until something happens, and wait for a client that reads nothing.
type watchers struct {
	client signingv1.SigningProviderClient
	// patience bounds the opening, pace one line.
	patience, pace time.Duration
	// stopping is closed when the gateway is asked to stop.
	stopping <-chan struct{}
}

func (a watchers) serve(w http.ResponseWriter, r *http.Request, _ map[string]string) {
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	go func() {
		select {
		case <-a.stopping:
			cancel()
		case <-ctx.Done():
		}
	}()
	stream, err := a.open(ctx, cancel, r)
	if err != nil {
		answerError(ctx, nil, nil, w, r, err)
		return
	}
	w.Header().Set("Content-Type", "application/x-ndjson")
	line := lines{w, newMarshaler(), a.pace}
	if line.send(nil) != nil {
		return
	}
	for {
		var message *signingv1.WatchEventsResponse
		if message, err = stream.Recv(); err != nil {
			break
		}
		if line.write("result", message) != nil {
			return // the client has gone, or reads nothing
		}
	}
	select {
	case <-a.stopping:
		err = &fault.Error{Code: codes.Unavailable}
	default:
	}
	if r.Context().Err() == nil && !errors.Is(err, io.EOF) {
		_ = line.write("error", problemOf(err))
	}
}

func watchMethod() protoreflect.MethodDescriptor {
	return signingv1.File_countersign_signing_v1_signing_provider_proto.Services().ByName("SigningProvider").Methods().ByName("WatchEvents")
}

type events = interface {
	Recv() (*signingv1.WatchEventsResponse, error)
}

// open starts the stream and waits until it is accepted, so that what is refused is answered as an error.
func (a watchers) open(ctx context.Context, cancel context.CancelFunc, r *http.Request) (events, error) {
	in := &signingv1.WatchEventsRequest{}
	err := r.ParseForm()
	if err == nil {
		err = runtime.PopulateQueryParameters(in, r.Form, utilities.NewDoubleArray(nil))
	}
	if err != nil {
		return nil, undecoded(watchMethod(), r, err)
	}
	late := time.AfterFunc(a.patience, cancel)
	defer late.Stop()
	stream, err := a.client.WatchEvents(ctx, in)
	if err != nil {
		return nil, err
	}
	header, err := stream.Header()
	if err == nil && header == nil {
		_, err = stream.Recv() // it was refused without a header
	}
	return stream, err
}

// lines writes messages, each as one line and at once.
type lines struct {
	w         http.ResponseWriter
	marshaler runtime.Marshaler
	pace      time.Duration
}

func (l lines) write(name string, message any) error {
	line, err := l.marshaler.Marshal(map[string]any{name: message})
	if err != nil {
		return err
	}
	return l.send(append(line, '\n'))
}

// send writes bytes, the header before the first ones.
func (l lines) send(text []byte) error {
	control := http.NewResponseController(l.w)
	if err := control.SetWriteDeadline(time.Now().Add(l.pace)); err != nil {
		return err
	}
	if _, err := l.w.Write(text); err != nil {
		return err
	}
	return control.Flush()
}

// atMost lets so many requests be answered at once, and refuses the others. setting names what says how many.
func atMost(most int, setting string, next runtime.HandlerFunc) runtime.HandlerFunc {
	slots := make(chan struct{}, most)
	return func(w http.ResponseWriter, r *http.Request, params map[string]string) {
		select {
		case slots <- struct{}{}:
			defer func() { <-slots }()
			next(w, r, params)
		default:
			w.Header().Set("Retry-After", "10")
			writeError(w, http.StatusServiceUnavailable, "as many are connected as "+setting+" allows")
		}
	}
}
