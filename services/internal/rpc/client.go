package rpc

import (
	"context"
	"fmt"
	"net"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
)

// callTimeout bounds a unary call whose caller set no deadline.
const callTimeout = 15 * time.Second

// streamWindow bounds what a stream that nobody reads may hold here, and connWindow what is on its way to all of them:
// grpc-go would let each grow to 16 MiB. A chunk of a document is 256 KiB.
const (
	streamWindow = 256 << 10
	connWindow   = 1 << 20
)

// Pipe connects to a server in the same process. The connection behaves as one over TCP does: same interceptors, same
// errors, same limits.
func (s *Server) Pipe() (*grpc.ClientConn, error) {
	return dial("passthrough:///pipe", grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) {
		return s.pipe.DialContext(ctx)
	}))
}

// Dial connects to a server at address, a gRPC target or host:port. It returns before the server is there: calls wait
// for it, so that roles start in any order.
func Dial(address string) (*grpc.ClientConn, error) {
	return dial(address)
}

func dial(target string, options ...grpc.DialOption) (*grpc.ClientConn, error) {
	conn, err := grpc.NewClient(target, append(options,
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithStaticStreamWindowSize(streamWindow), grpc.WithStaticConnWindowSize(connWindow),
		grpc.WithDefaultCallOptions(grpc.WaitForReady(true)),
		grpc.WithDefaultServiceConfig(`{"loadBalancingConfig":[{"round_robin":{}}]}`),
		grpc.WithChainUnaryInterceptor(bounded),
	)...)
	if err != nil {
		return nil, fmt.Errorf("connect to %s: %w", target, err)
	}
	return conn, nil
}

// bounded gives a deadline to a call that has none: a call without one can wait forever for a server that never comes.
func bounded(ctx context.Context, method string, req, reply any, conn *grpc.ClientConn,
	invoke grpc.UnaryInvoker, opts ...grpc.CallOption,
) error {
	if _, has := ctx.Deadline(); !has {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, callTimeout)
		defer cancel()
	}
	return invoke(ctx, method, req, reply, conn, opts...)
}
