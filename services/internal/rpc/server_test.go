package rpc_test

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	healthv1 "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/status"

	documentv1 "github.com/countersign/countersign/gen/countersign/document/v1"
	"github.com/countersign/countersign/services/internal/rpc"
)

// unaryLimit is what one message may weigh, in bytes: gRPC's own default.
const unaryLimit = 4 << 20

func TestLimitsAreTheSameOnBothWays(t *testing.T) {
	size := 0
	h := handlers{
		get: func(context.Context, *documentv1.GetDocumentRequest) (*documentv1.GetDocumentResponse, error) {
			return &documentv1.GetDocumentResponse{Document: &documentv1.Document{Title: strings.Repeat("x", size)}}, nil
		},
		upload: func(stream uploads) error {
			_, err := stream.Recv()
			return err
		},
		download: func(_ *documentv1.StreamDocumentRequest, stream downloads) error {
			for range 40 { // ten times the unary limit in all
				if err := stream.Send(&documentv1.StreamDocumentResponse{Chunk: make([]byte, 1<<20)}); err != nil {
					return err
				}
			}
			return nil
		},
	}
	each(t, h, func(t *testing.T, client documentv1.DocumentServiceClient) {
		size = unaryLimit - 1000
		if _, err := get(t.Context(), client); err != nil {
			t.Errorf("an answer below the limit: %v", err)
		}
		size = unaryLimit + 1
		if _, err := get(t.Context(), client); status.Code(err) != codes.ResourceExhausted {
			t.Errorf("an answer above the limit: %v", err)
		}
		if err := upload(t.Context(), client, chunkPart(unaryLimit+1)); status.Code(err) != codes.ResourceExhausted {
			t.Errorf("a message above the limit: %v", err)
		}
		if n, err := download(t.Context(), client); err != nil || n != 40 {
			t.Errorf("%d chunks, %v", n, err)
		}
	})
}

func TestACallWaitsForAServerThatIsNotThereYet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server, err := rpc.NewServer(rpc.ServerConfig{Domain: domain, Logger: slog.New(slog.DiscardHandler)}, func(grpc.ServiceRegistrar) {})
		if err != nil {
			t.Fatal(err)
		}
		conn, err := server.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		answered := make(chan error, 1)
		go func() {
			_, err := healthv1.NewHealthClient(conn).Check(t.Context(), &healthv1.HealthCheckRequest{})
			answered <- err
		}()
		time.Sleep(10 * time.Second) // of the bubble's time
		ctx, cancel := context.WithCancel(t.Context())
		served := make(chan error, 1)
		go func() { served <- server.Serve(ctx) }()
		if err := <-answered; err != nil {
			t.Errorf("err = %v", err)
		}
		if err := conn.Close(); err != nil {
			t.Error(err)
		}
		cancel()
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
}

func TestACallWithoutDeadlineGetsOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := serve(t, handlers{get: func(ctx context.Context, _ *documentv1.GetDocumentRequest) (*documentv1.GetDocumentResponse, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		}}, "")
		start := time.Now()
		if _, err := get(t.Context(), r.pipe); status.Code(err) != codes.DeadlineExceeded || time.Since(start) > time.Minute {
			t.Errorf("after %v: %v", time.Since(start), err)
		}
		r.stop(t)
	})
}

// follows is a service with a stream that stays open until its caller or its server ends it.
func follows(entered chan<- struct{}) handlers {
	return handlers{download: func(_ *documentv1.StreamDocumentRequest, stream downloads) error {
		entered <- struct{}{}
		<-stream.Context().Done()
		return stream.Context().Err()
	}}
}

func TestAServerStopsAfterItsGraceThoughAFollowerStays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		entered := make(chan struct{})
		r := serve(t, follows(entered), "")
		down := make(chan error, 1)
		go func() {
			_, err := download(t.Context(), r.pipe)
			down <- err
		}()
		<-entered
		start := time.Now()
		r.cancel()
		if err := <-r.served; err != nil {
			t.Error(err)
		}
		if waited := time.Since(start); waited < time.Second || waited > 10*time.Second {
			t.Errorf("stopped after %v", waited)
		}
		if err := <-down; err == nil {
			t.Error("the follower was told that the stream was complete")
		}
		r.conns[0].Close()
	})
}

func TestAServerLetsACallThatIsUnderWayFinish(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		entered := make(chan struct{})
		r := serve(t, handlers{get: func(context.Context, *documentv1.GetDocumentRequest) (*documentv1.GetDocumentResponse, error) {
			close(entered)
			time.Sleep(2 * time.Second) // of the bubble's time
			return &documentv1.GetDocumentResponse{}, nil
		}}, "")
		answered := make(chan error, 1)
		go func() {
			_, err := get(t.Context(), r.pipe)
			answered <- err
		}()
		<-entered
		start := time.Now()
		r.cancel()
		if err := <-r.served; err != nil {
			t.Error(err)
		}
		if err := <-answered; err != nil || time.Since(start) != 2*time.Second {
			t.Errorf("answered %v, stopped after %v", err, time.Since(start))
		}
		r.conns[0].Close()
	})
}

func TestAServerThatWasStoppedBeforeItBeganEnds(t *testing.T) {
	r := serve(t, handlers{}, "127.0.0.1:0")
	r.stop(t)
	server, err := rpc.NewServer(rpc.ServerConfig{Domain: domain, Listen: "127.0.0.1:0", Logger: slog.New(slog.DiscardHandler)}, func(grpc.ServiceRegistrar) {})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := server.Serve(ctx); err != nil {
		t.Error(err)
	}
}

func TestOnlyTheLoopbackIsServed(t *testing.T) {
	for address, ok := range map[string]bool{
		"127.0.0.1:0": true, "127.8.9.1:80": true, "[::1]:0": true, "localhost:0": true, "[::ffff:127.0.0.1]:1": true,
		"": false, ":0": false, "0.0.0.0:0": false, "[::]:0": false, "192.168.1.1:80": false, "10.0.0.1:1": false,
		"[fe80::1]:80": false, "example.com:80": false, "localhost.example.com:80": false, "127.0.0.1": false,
		"127.0.0.1.example.com:80": false, "2130706433:80": false, "localhost": false, "127.1:80": false,
		"127.0.0.1:": false, "127.0.0.1:65536": false, "127.0.0.1:http": false, "http://127.0.0.1:80": false,
	} {
		if err := rpc.CheckLoopback(address); (err == nil) != ok {
			t.Errorf("%q: %v", address, err)
		}
	}
	cfg := rpc.ServerConfig{Domain: domain, Listen: "0.0.0.0:0", Logger: slog.New(slog.DiscardHandler)}
	if _, err := rpc.NewServer(cfg, func(grpc.ServiceRegistrar) {}); err == nil {
		t.Error("a server listens beyond the loopback")
	}
}

func TestAnAddressThatIsTakenIsNamed(t *testing.T) {
	r := serve(t, handlers{}, "127.0.0.1:0")
	defer r.stop(t)
	cfg := rpc.ServerConfig{Domain: domain, Listen: r.server.Addr(), Logger: slog.New(slog.DiscardHandler)}
	_, err := rpc.NewServer(cfg, func(grpc.ServiceRegistrar) {})
	if err == nil || !strings.Contains(err.Error(), r.server.Addr()) {
		t.Errorf("err = %v", err)
	}
}

func TestAServerWithoutAddressHasNone(t *testing.T) {
	r := serve(t, handlers{}, "")
	if r.server.Addr() != "" {
		t.Errorf("address %q", r.server.Addr())
	}
	r.stop(t)
}
