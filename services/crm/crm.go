package crm

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"time"

	"google.golang.org/grpc"

	crmv1 "github.com/countersign/countersign/gen/countersign/crm/v1"
	documentv1 "github.com/countersign/countersign/gen/countersign/document/v1"
	signingv1 "github.com/countersign/countersign/gen/countersign/signing/v1"
	"github.com/countersign/countersign/services/crm/internal/api"
	"github.com/countersign/countersign/services/crm/internal/follow"
	"github.com/countersign/countersign/services/crm/internal/jobs"
	"github.com/countersign/countersign/services/crm/internal/store"
	"github.com/countersign/countersign/services/internal/durable"
)

// Domain of this context's error reasons.
const Domain = api.Domain

// stopTime is how long jobs may go on when the service is asked to stop.
const stopTime = 10 * time.Second

// Backends reach the roles that this one calls.
type Backends struct{ Signing, Document grpc.ClientConnInterface }

// Service is the crm context, ready to be served.
type Service struct {
	db       *durable.Store
	follower *follow.Follower
	sweeper  *jobs.Sweeper
	service  *api.Service
	webhooks *api.Webhooks
}

// New checks the settings and opens the database in the data folder.
func New(ctx context.Context, cfg Config, data string, backends Backends, logger *slog.Logger) (*Service, error) {
	if err := cfg.Check(); err != nil {
		return nil, err
	}
	accounts, err := cfg.accounts(logger)
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
		Path: filepath.Join(data, "crm.db"), Migrations: migrations, Jobs: queue, Logger: logger,
	})
	if err != nil {
		return nil, err
	}
	deals, signing := store.New(db), signingv1.NewSigningProviderClient(backends.Signing)
	*worker = jobs.Worker{
		DB: db, Store: deals, Accounts: accounts, Signing: signing,
		Documents: documentv1.NewDocumentServiceClient(backends.Document), Grace: cfg.LookupGrace, Logger: logger,
	}
	doors := map[string]api.Door{}
	for id, a := range cfg.Accounts {
		doors[id] = api.Door{Token: a.WebhookToken.Reveal(), AccountID: a.AccountID}
	}
	return &Service{
		db:       db,
		follower: &follow.Follower{DB: db, Store: deals, Signing: signing, Logger: logger},
		sweeper:  &jobs.Sweeper{DB: db, Store: deals, Accounts: accounts, Every: cfg.Sweep, Logger: logger},
		service:  &api.Service{Store: deals},
		webhooks: &api.Webhooks{DB: db, Doors: doors, Logger: logger},
	}, nil
}

// Register adds the context's services to a server.
func (s *Service) Register(server grpc.ServiceRegistrar) {
	crmv1.RegisterCrmServiceServer(server, s.service)
	crmv1.RegisterCrmWebhooksServer(server, s.webhooks)
}

// Run looks at deals, follows signing and writes cards until ctx ends.
func (s *Service) Run(ctx context.Context) error {
	if err := s.db.Start(context.WithoutCancel(ctx)); err != nil {
		return err
	}
	swept := make(chan struct{})
	go func() {
		defer close(swept)
		s.sweeper.Run(ctx)
	}()
	err := s.follower.Run(ctx)
	<-swept
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTime)
	defer cancel()
	return errors.Join(err, s.db.Stop(stop))
}

// Close closes the database, after Run and the server have ended.
func (s *Service) Close() error { return s.db.Close() }
