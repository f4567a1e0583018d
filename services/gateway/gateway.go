package gateway

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"google.golang.org/grpc"

	crmv1 "github.com/countersign/countersign/gen/countersign/crm/v1"
	documentv1 "github.com/countersign/countersign/gen/countersign/document/v1"
	signingv1 "github.com/countersign/countersign/gen/countersign/signing/v1"
	"github.com/countersign/countersign/gen/openapi"
)

// grace is how long answers that are under way may take when the gateway is asked to stop.
const grace = 5 * time.Second

// Backends reach the roles that the gateway fronts.
type Backends struct{ Document, Signing, CRM *grpc.ClientConn }

// Service is the gateway, listening but not yet answering.
type Service struct {
	servers   []*http.Server
	listeners []net.Listener
	// stopping is closed when answers without an end shall end.
	stopping chan struct{}
}

// New checks the settings and opens the listeners.
func New(ctx context.Context, cfg Config, backends Backends, logger *slog.Logger) (*Service, error) {
	if err := cfg.Check(); err != nil {
		return nil, err
	}
	s := &Service{stopping: make(chan struct{})}
	mux, err := routes(ctx, cfg, backends, s.stopping)
	if err != nil {
		return nil, err
	}
	front := front{cfg: cfg, mux: mux, logger: logger}
	if err := s.listen(cfg.Listen, front.everything()); err != nil {
		return nil, fmt.Errorf("gateway.listen: %w", err)
	}
	if cfg.WebhookListen == "" {
		return s, nil
	}
	if err := s.listen(cfg.WebhookListen, front.world()); err != nil {
		return nil, errors.Join(fmt.Errorf("gateway.webhook_listen: %w", err), s.listeners[0].Close())
	}
	return s, nil
}

func (s *Service) listen(address string, handler http.Handler) error {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	s.listeners = append(s.listeners, listener)
	s.servers = append(s.servers, &http.Server{
		Handler: handler, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 15 * time.Second,
		WriteTimeout: time.Minute, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 32 << 10,
	})
	return nil
}

// Addr is the address of the JSON API and the webhooks.
func (s *Service) Addr() string { return s.listeners[0].Addr().String() }

// Run answers until ctx ends, then lets answers that are under way finish for a few seconds.
func (s *Service) Run(ctx context.Context) error {
	failed := make(chan error, len(s.servers))
	for i, server := range s.servers {
		go func() { failed <- server.Serve(s.listeners[i]) }()
	}
	var errs []error
	select {
	case <-ctx.Done():
	case err := <-failed:
		errs = append(errs, err)
	}
	return errors.Join(append(errs, s.stop(context.WithoutCancel(ctx)))...)
}

// stop ends all servers at once: each stops listening now and has the same time for its answers.
func (s *Service) stop(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, grace)
	defer cancel()
	close(s.stopping)
	stopped := make(chan error, len(s.servers))
	for _, server := range s.servers {
		go func() {
			if server.Shutdown(ctx) == nil {
				stopped <- nil
				return
			}
			stopped <- server.Close()
		}()
	}
	var errs []error
	for range s.servers {
		errs = append(errs, <-stopped)
	}
	return errors.Join(errs...)
}

// routes registers every route of the contracts, and what the library does not answer well enough.
func routes(ctx context.Context, cfg Config, b Backends, stopping <-chan struct{}) (*runtime.ServeMux, error) {
	mux := runtime.NewServeMux(
		runtime.WithMarshalerOption(runtime.MIMEWildcard, newMarshaler()),
		runtime.WithIncomingHeaderMatcher(allowed),
		runtime.WithOutgoingHeaderMatcher(func(string) (string, bool) { return "", false }),
		runtime.WithErrorHandler(answerError),
		runtime.WithRoutingErrorHandler(answerRouting),
		runtime.WithDisableHTTPMethodOverride(),
		runtime.WithDisablePathLengthFallback(),
		runtime.WithMiddlewares(noteRoute, contractQueries().refuseStrange),
	)
	for _, register := range []func() error{
		func() error { return documentv1.RegisterDocumentServiceHandler(ctx, mux, b.Document) },
		func() error { return signingv1.RegisterSigningProviderHandler(ctx, mux, b.Signing) },
		func() error { return signingv1.RegisterSigningWebhooksHandler(ctx, mux, b.Signing) },
		func() error { return crmv1.RegisterCrmServiceHandler(ctx, mux, b.CRM) },
		func() error { return crmv1.RegisterCrmWebhooksHandler(ctx, mux, b.CRM) },
	} {
		if err := register(); err != nil {
			return nil, fmt.Errorf("register routes: %w", err)
		}
	}
	return mux, ownRoutes(mux, cfg, b, stopping)
}

// ownRoutes registers the API's description, the downloads, and the watch before the library's own.
func ownRoutes(mux *runtime.ServeMux, cfg Config, b Backends, stopping <-chan struct{}) error {
	describe := func(w http.ResponseWriter, _ *http.Request, _ map[string]string) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(openapi.Description())
	}
	files := downloads{documentv1.NewDocumentDownloadServiceClient(b.Document), chunkTime}
	download := atMost(cfg.MaxDownloads, "gateway.max_downloads", files.serve)
	events := watchers{signingv1.NewSigningProviderClient(b.Signing), cfg.CallTimeout, lineTime, stopping}
	for _, route := range []struct {
		method, path string
		handler      runtime.HandlerFunc
	}{
		{http.MethodGet, "/openapi.json", describe},
		{http.MethodGet, downloadPrefix + "{token}", download},
		{http.MethodHead, downloadPrefix + "{token}", download},
		{http.MethodGet, watchPath, atMost(cfg.MaxWatchers, "gateway.max_watchers", events.serve)},
	} {
		if err := mux.HandlePath(route.method, route.path, route.handler); err != nil {
			return fmt.Errorf("register routes: %w", err)
		}
	}
	return nil
}
