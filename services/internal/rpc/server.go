// Package rpc builds every gRPC server, client and in-process pipe of the system, so that each call passes the same
// interceptors whichever way the roles are deployed: recovery, logging, the error boundary and validation. grpc-go leaves
// all of these to its user.
package rpc

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strconv"
	"time"

	"buf.build/go/protovalidate"
	"google.golang.org/grpc"
	"google.golang.org/grpc/health"
	healthv1 "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/reflection"
	"google.golang.org/grpc/test/bufconn"
)

// grace is how long a server waits for calls that are under way when it is asked to stop: a stream that a follower
// keeps open would otherwise hold it forever.
const grace = 5 * time.Second

// Server serves one role over its in-process pipe and, when it has an address, over TCP as well. Both pass the same
// interceptors.
type Server struct {
	grpc     *grpc.Server
	health   *health.Server
	pipe     *bufconn.Listener
	listener net.Listener
}

// ServerConfig says what a server serves.
type ServerConfig struct {
	// Domain of the role's error reasons, such as "countersign.signing.v1".
	Domain string
	// Listen is the TCP address; empty means the pipe alone. Only loopback addresses are taken: callers are not
	// authenticated yet.
	Listen string
	Logger *slog.Logger
}

// NewServer checks the configuration and opens the listeners. register adds the role's services.
func NewServer(cfg ServerConfig, register func(grpc.ServiceRegistrar)) (*Server, error) {
	validator, err := protovalidate.New()
	if err != nil {
		return nil, fmt.Errorf("prepare request validation: %w", err)
	}
	listener, err := listen(cfg.Listen)
	if err != nil {
		return nil, err
	}
	b := boundary{domain: cfg.Domain, logger: cfg.Logger, validator: validator}
	server := grpc.NewServer(grpc.ChainUnaryInterceptor(b.unary), grpc.ChainStreamInterceptor(b.stream))
	register(server)
	checks := health.NewServer()
	healthv1.RegisterHealthServer(server, checks)
	reflection.Register(server)
	return &Server{grpc: server, health: checks, pipe: bufconn.Listen(256 << 10), listener: listener}, nil
}

func listen(address string) (net.Listener, error) {
	if address == "" {
		return nil, nil
	}
	if err := CheckLoopback(address); err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	return listener, nil
}

// CheckLoopback refuses an address that others than this machine could reach.
func CheckLoopback(address string) error {
	if err := CheckAddress(address); err != nil {
		return err
	}
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return errAddress
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return fmt.Errorf("address %q is not on the loopback: callers are not authenticated there", address)
	}
	return nil
}

var errAddress = errors.New("want HOST:PORT, the port a number up to 65535")

// CheckAddress refuses what is not HOST:PORT; the host may be empty.
func CheckAddress(address string) error {
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		return errAddress
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		return errAddress
	}
	return nil
}

// Addr is the TCP address that the server listens on; empty when it has none.
func (s *Server) Addr() string {
	if s.listener == nil {
		return ""
	}
	return s.listener.Addr().String()
}

// Serve answers calls until ctx ends, then lets calls that are under way finish for a few seconds.
func (s *Server) Serve(ctx context.Context) error {
	failed := make(chan error, 2)
	serve := func(l net.Listener) {
		if err := s.grpc.Serve(l); err != nil && !errors.Is(err, grpc.ErrServerStopped) {
			failed <- err
		}
	}
	go serve(s.pipe)
	if s.listener != nil {
		go serve(s.listener)
	}
	var err error
	select {
	case <-ctx.Done():
	case err = <-failed:
	}
	s.stop()
	return err
}

func (s *Server) stop() {
	s.health.Shutdown()
	done := make(chan struct{})
	go func() {
		s.grpc.GracefulStop()
		close(done)
	}()
	timer := time.NewTimer(grace)
	defer timer.Stop()
	select {
	case <-done:
	case <-timer.C:
		s.grpc.Stop()
		<-done
	}
}
