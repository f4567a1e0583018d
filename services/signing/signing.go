package signing

import (
	"context"
	"log/slog"
	"path/filepath"
	"time"

	"google.golang.org/grpc"

	documentv1 "github.com/countersign/countersign/gen/countersign/document/v1"
	signingv1 "github.com/countersign/countersign/gen/countersign/signing/v1"
	"github.com/countersign/countersign/services/internal/durable"
	"github.com/countersign/countersign/services/signing/internal/api"
	"github.com/countersign/countersign/services/signing/internal/jobs"
	"github.com/countersign/countersign/services/signing/internal/store"
)

// Domain of this context's error reasons.
const Domain = api.Domain

// stopTime is how long jobs may go on when the service is asked to stop.
const stopTime = 10 * time.Second

// Service is the signing context, ready to be served.
type Service struct {
	db       *durable.Store
	provider *api.Provider
	webhooks *api.Webhooks
}

// New checks the settings and opens the database in the data folder. document reaches the document role.
func New(ctx context.Context, cfg Config, data string, document grpc.ClientConnInterface, logger *slog.Logger) (*Service, error) {
	if err := cfg.Check(); err != nil {
		return nil, err
	}
	accounts, hooks, err := cfg.accounts()
	if err != nil {
		return nil, err
	}
	migrations, err := store.Migrations()
	if err != nil {
		return nil, err
	}
	queue, worker := durable.NewJobs(), &jobs.Worker{}
	jobs.Register(queue, worker)
	db, err := durable.Open(ctx, durable.Config{
		Path: filepath.Join(data, "signing.db"), Migrations: migrations, Jobs: queue, Logger: logger,
	})
	if err != nil {
		return nil, err
	}
	requests, documents := store.New(db), documentv1.NewDocumentServiceClient(document)
	*worker = jobs.Worker{
		DB: db, Store: requests, Documents: documents, Accounts: accounts,
		FirstCheck: cfg.FirstCheck, LongestCheck: cfg.LongestCheck, Budgets: cfg.budgets(), EraseAfter: cfg.erasures(),
		Logger: logger,
	}
	return &Service{
		db:       db,
		provider: &api.Provider{DB: db, Store: requests, Documents: documents, Accounts: accounts},
		webhooks: &api.Webhooks{DB: db, Store: requests, Yousign: hooks, Logger: logger},
	}, nil
}

// Register adds the context's services to a server.
func (s *Service) Register(server grpc.ServiceRegistrar) {
	signingv1.RegisterSigningProviderServer(server, s.provider)
	signingv1.RegisterSigningWebhooksServer(server, s.webhooks)
}

// Run carries requests forward until ctx ends.
func (s *Service) Run(ctx context.Context) error {
	if err := s.db.Start(context.WithoutCancel(ctx)); err != nil {
		return err
	}
	<-ctx.Done()
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTime)
	defer cancel()
	return s.db.Stop(stop)
}

// Close closes the database, after Run and the server have ended.
func (s *Service) Close() error { return s.db.Close() }
