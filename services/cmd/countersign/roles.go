package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"

	"google.golang.org/grpc"

	"github.com/countersign/countersign/services/crm"
	"github.com/countersign/countersign/services/document"
	"github.com/countersign/countersign/services/gateway"
	"github.com/countersign/countersign/services/internal/process"
	"github.com/countersign/countersign/services/internal/rpc"
	"github.com/countersign/countersign/services/signing"
)

// role is one part of the product that can run by itself.
type role struct {
	name string
	// calls are the roles that this one calls.
	calls []string
	// build makes the role; what it calls was built before it, or runs elsewhere.
	build func(ctx context.Context, p *product) error
}

// roles are all there are, callees first.
func roles() []role {
	return []role{
		{"document", nil, buildDocument},
		{"signing", []string{"document"}, buildSigning},
		{"crm", []string{"signing", "document"}, buildCRM},
		{"gateway", []string{"document", "signing", "crm"}, buildGateway},
	}
}

func roleNames() []string {
	var names []string
	for _, r := range roles() {
		names = append(names, r.name)
	}
	return names
}

// product is what runs in this process.
type product struct {
	cfg     Config
	logger  *slog.Logger
	servers map[string]*rpc.Server
	parts   []process.Part
	closers []func() error
	// gateway is the address of the JSON API, when the gateway runs here.
	gateway string
}

// build makes the named roles. Nothing runs yet; on an error everything is closed again.
func build(ctx context.Context, cfg Config, names []string, logger *slog.Logger) (*product, error) {
	p := &product{cfg: cfg, logger: logger, servers: map[string]*rpc.Server{}}
	for _, r := range roles() {
		if !slices.Contains(names, r.name) {
			continue
		}
		if err := r.build(ctx, p); err != nil {
			return nil, errors.Join(fmt.Errorf("%s: %w", r.name, err), p.close())
		}
	}
	return p, nil
}

// close frees what was built, the last first. Running parts must have ended.
func (p *product) close() error {
	var errs []error
	for i := len(p.closers) - 1; i >= 0; i-- {
		errs = append(errs, p.closers[i]())
	}
	return errors.Join(errs...)
}

// run runs the product until ctx ends.
func (p *product) run(ctx context.Context) error {
	return errors.Join(process.Run(ctx, p.parts), p.close())
}

// serve puts a role on a server and adds both to what runs: what works by itself stops before what answers.
func (p *product) serve(name, domain, listen string, register func(grpc.ServiceRegistrar), work func(context.Context) error) error {
	logger := p.logger.With(slog.String("role", name))
	server, err := rpc.NewServer(rpc.ServerConfig{Domain: domain, Listen: listen, Logger: logger}, register)
	if err != nil {
		return err
	}
	p.servers[name] = server
	p.parts = append(p.parts, process.Part{Name: name + " server", Run: server.Serve})
	if work != nil {
		p.parts = append(p.parts, process.Part{Name: name, Run: work})
	}
	return nil
}

// conn reaches a role: over its pipe when it runs in this process, else at its address.
func (p *product) conn(name, address string) (*grpc.ClientConn, error) {
	var conn *grpc.ClientConn
	var err error
	switch server, here := p.servers[name]; {
	case here:
		conn, err = server.Pipe()
	case address != "":
		conn, err = rpc.Dial(address)
	default:
		return nil, fmt.Errorf("%s does not run in this process: set %s.address", name, name)
	}
	if err != nil {
		return nil, err
	}
	p.closers = append(p.closers, conn.Close)
	return conn, nil
}

func buildDocument(ctx context.Context, p *product) error {
	logger := p.logger.With(slog.String("role", "document"))
	service, err := document.New(ctx, p.cfg.Document, p.cfg.Data, logger)
	if err != nil {
		return err
	}
	p.closers = append(p.closers, service.Close)
	return p.serve("document", document.Domain, p.cfg.Document.Listen, service.Register, service.Run)
}

func buildSigning(ctx context.Context, p *product) error {
	conn, err := p.conn("document", p.cfg.Document.Address)
	if err != nil {
		return err
	}
	logger := p.logger.With(slog.String("role", "signing"))
	service, err := signing.New(ctx, p.cfg.Signing, p.cfg.Data, conn, logger)
	if err != nil {
		return err
	}
	p.closers = append(p.closers, service.Close)
	return p.serve("signing", signing.Domain, p.cfg.Signing.Listen, service.Register, service.Run)
}

func buildCRM(ctx context.Context, p *product) error {
	toSigning, err := p.conn("signing", p.cfg.Signing.Address)
	if err != nil {
		return err
	}
	toDocument, err := p.conn("document", p.cfg.Document.Address)
	if err != nil {
		return err
	}
	logger := p.logger.With(slog.String("role", "crm"))
	backends := crm.Backends{Signing: toSigning, Document: toDocument}
	service, err := crm.New(ctx, p.cfg.CRM, p.cfg.Data, backends, logger)
	if err != nil {
		return err
	}
	p.closers = append(p.closers, service.Close)
	return p.serve("crm", crm.Domain, p.cfg.CRM.Listen, service.Register, service.Run)
}

func buildGateway(ctx context.Context, p *product) error {
	toDocument, err := p.conn("document", p.cfg.Document.Address)
	if err != nil {
		return err
	}
	toSigning, err := p.conn("signing", p.cfg.Signing.Address)
	if err != nil {
		return err
	}
	toCRM, err := p.conn("crm", p.cfg.CRM.Address)
	if err != nil {
		return err
	}
	backends := gateway.Backends{Document: toDocument, Signing: toSigning, CRM: toCRM}
	service, err := gateway.New(ctx, p.cfg.Gateway, backends, p.logger.With(slog.String("role", "gateway")))
	if err != nil {
		return err
	}
	p.gateway = service.Addr()
	p.parts = append(p.parts, process.Part{Name: "gateway", Run: service.Run})
	return nil
}
