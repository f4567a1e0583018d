package document

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"time"

	"google.golang.org/grpc"

	documentv1 "github.com/countersign/countersign/gen/countersign/document/v1"
	"github.com/countersign/countersign/services/document/internal/api"
	"github.com/countersign/countersign/services/document/internal/archive"
	"github.com/countersign/countersign/services/document/internal/inspect"
	"github.com/countersign/countersign/services/document/internal/jobs"
	"github.com/countersign/countersign/services/document/internal/proof"
	"github.com/countersign/countersign/services/document/internal/render"
	"github.com/countersign/countersign/services/document/internal/store"
	"github.com/countersign/countersign/services/document/templates"
	"github.com/countersign/countersign/services/internal/durable"
)

// Domain of this context's error reasons.
const Domain = api.Domain

// Service is the document context, ready to be served.
type Service struct {
	db      *durable.Store
	archive *archive.Archive
	api     *api.Service
	sweeper *jobs.Sweeper
}

// stopTime is how long jobs may go on when the service is asked to stop.
const stopTime = 10 * time.Second

// New checks the settings, loads the templates and opens the archive and the database in the data folder.
func New(ctx context.Context, cfg Config, data string, logger *slog.Logger) (*Service, error) {
	if err := cfg.checkRetention(); err != nil {
		return nil, err
	}
	trusted, err := cfg.trust()
	if err != nil {
		return nil, err
	}
	sources, err := cfg.templates()
	if err != nil {
		return nil, err
	}
	renderer, err := render.New()
	if err != nil {
		return nil, err
	}
	files, err := open(ctx, cfg, data, logger)
	if err != nil {
		return nil, err
	}
	if err := check(ctx, files, logger); err != nil {
		return nil, errors.Join(err, files.Close())
	}
	db, documents, err := openStore(ctx, data, files, logger)
	if err != nil {
		return nil, errors.Join(err, files.Close())
	}
	trusted.log(logger)
	retention := cfg.Retention.periods()
	return &Service{
		db: db, archive: files,
		api: &api.Service{
			Store: documents, Archive: files, Renderer: renderer, Templates: sources,
			Verifier:  trusted.verifier(proof.Options{RequireRevocation: cfg.RequireRevocation}),
			Inspector: inspect.New(), Retention: retention, Logger: logger,
		},
		sweeper: &jobs.Sweeper{Store: documents, Retention: retention, Now: time.Now, Logger: logger},
	}, nil
}

// openStore opens the database and brings it up to date.
func openStore(ctx context.Context, data string, files *archive.Archive, logger *slog.Logger) (*durable.Store, *store.Store, error) {
	migrations, err := store.Migrations()
	if err != nil {
		return nil, nil, err
	}
	queue, worker := durable.NewJobs(), &jobs.Worker{}
	jobs.Register(queue, worker)
	db, err := durable.Open(ctx, durable.Config{
		Path: filepath.Join(data, "document.db"), Migrations: migrations, Jobs: queue, Logger: logger,
	})
	if err != nil {
		return nil, nil, err
	}
	documents := store.New(db)
	*worker = jobs.Worker{DB: db, Store: documents, Archive: files, Logger: logger}
	if err := documents.Complete(ctx); err != nil {
		return nil, nil, errors.Join(err, db.Close())
	}
	return db, documents, nil
}

// open opens the archive.
func open(ctx context.Context, cfg Config, data string, logger *slog.Logger) (*archive.Archive, error) {
	settings, err := cfg.archive(data)
	if err != nil {
		return nil, err
	}
	settings.Logger = logger
	return archive.Open(ctx, settings)
}

// check fails when the archive can never work as it is configured. One that is only away now keeps nobody from starting:
// what needs it is tried again, and webhooks come in meanwhile.
func check(ctx context.Context, files *archive.Archive, logger *slog.Logger) error {
	err := files.Check(ctx)
	if err == nil || errors.Is(err, archive.ErrRefused) || ctx.Err() != nil {
		return err
	}
	logger.WarnContext(ctx, "the archive does not work now", "error", err)
	return nil
}

// templates loads the built-in templates and then the operator's, which take the place of those with the same id.
func (c Config) templates() (map[string]render.Source, error) {
	sources, err := load(templates.FS())
	if err != nil || c.Templates == "" {
		return sources, err
	}
	own, err := load(os.DirFS(c.Templates))
	if err != nil {
		return nil, fmt.Errorf("document.templates: %s: %w", c.Templates, err)
	}
	maps.Copy(sources, own)
	return sources, nil
}

// load reads each folder as a template. It follows links, which Kubernetes mounts folders by, and leaves out files and
// what begins with a dot, such as .git.
func load(folder fs.FS) (map[string]render.Source, error) {
	entries, err := fs.ReadDir(folder, ".")
	if err != nil {
		return nil, err
	}
	sources, from := map[string]render.Source{}, map[string]string{}
	for _, entry := range entries {
		name := entry.Name()
		info, err := fs.Stat(folder, name)
		if err == nil && (!info.IsDir() || strings.HasPrefix(name, ".")) {
			continue
		}
		source, err := loadOne(folder, name)
		if err != nil {
			return nil, fmt.Errorf("template %s: %w", name, err)
		}
		id := source.Template.ID
		if other := from[id]; other != "" {
			return nil, fmt.Errorf("templates %s and %s have the same id", other, name)
		}
		sources[id], from[id] = source, name
	}
	return sources, nil
}

func loadOne(folder fs.FS, name string) (render.Source, error) {
	sub, err := fs.Sub(folder, name)
	if err != nil {
		return render.Source{}, err
	}
	return render.Load(sub)
}

// Register adds the context's services to a server.
func (s *Service) Register(server grpc.ServiceRegistrar) {
	documentv1.RegisterDocumentServiceServer(server, s.api)
	documentv1.RegisterDocumentDownloadServiceServer(server, &api.Downloads{Documents: s.api})
}

// Run deletes what is to be deleted until ctx ends.
func (s *Service) Run(ctx context.Context) error {
	if err := s.db.Start(context.WithoutCancel(ctx)); err != nil {
		return err
	}
	s.sweeper.Run(ctx)
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTime)
	defer cancel()
	return s.db.Stop(stop)
}

// Close closes the database and the archive, after Run and the server have ended.
func (s *Service) Close() error { return errors.Join(s.db.Close(), s.archive.Close()) }
