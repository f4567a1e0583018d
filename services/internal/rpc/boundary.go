package rpc

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"strings"
	"time"

	"buf.build/go/protovalidate"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/countersign/countersign/services/internal/fault"
)

// boundary is what every call passes. It validates what comes in by the contract's rules and lets out nothing but
// fault errors: whatever else went wrong becomes INTERNAL with a fixed text and one log line with the cause, another
// service's status included. Cancellation and deadline keep their codes.
type boundary struct {
	domain    string
	logger    *slog.Logger
	validator protovalidate.Validator
}

func (b boundary) unary(ctx context.Context, req any, info *grpc.UnaryServerInfo, handle grpc.UnaryHandler) (resp any, err error) {
	defer b.log(ctx, info.FullMethod, time.Now(), &err)
	defer recovered(&err)
	if err := b.validate(req); err != nil {
		return nil, err
	}
	return handle(ctx, req)
}

func (b boundary) stream(srv any, stream grpc.ServerStream, info *grpc.StreamServerInfo, handle grpc.StreamHandler) (err error) {
	defer b.log(stream.Context(), info.FullMethod, time.Now(), &err)
	defer recovered(&err)
	return handle(srv, validated{stream, b})
}

// validated checks each message of a stream as it comes in.
type validated struct {
	grpc.ServerStream
	boundary boundary
}

func (v validated) RecvMsg(m any) error {
	err := v.ServerStream.RecvMsg(m)
	if status.Code(err) == codes.ResourceExhausted {
		return &fault.Error{
			Code: codes.ResourceExhausted, Domain: v.boundary.domain, Reason: "INVALID_REQUEST",
			Message: "the message is larger than the server takes", Cause: err,
		}
	}
	if err != nil {
		return err
	}
	return v.boundary.validate(m)
}

func (b boundary) validate(req any) error {
	message, ok := req.(proto.Message)
	if !ok {
		return nil
	}
	err := b.validator.Validate(message)
	var invalid *protovalidate.ValidationError
	if err == nil || !errors.As(err, &invalid) {
		return err
	}
	answer := &fault.Error{
		Code: codes.InvalidArgument, Domain: b.domain, Reason: "INVALID_REQUEST",
		Message: "the request breaks the contract's rules", Metadata: map[string]string{},
	}
	for _, violation := range invalid.Violations {
		field := protovalidate.FieldPathString(violation.Proto.GetField())
		answer.Violations = append(answer.Violations, fault.Violation{
			Field: field, Description: words(violation),
		})
	}
	if len(answer.Violations) > 0 {
		answer.Metadata["field"] = answer.Violations[0].Field
		answer.Message = fmt.Sprintf("%s: %s", answer.Violations[0].Field, answer.Violations[0].Description)
	}
	return answer
}

// log turns the error into what may leave and writes one line about the call: never its content.
func (b boundary) log(ctx context.Context, method string, start time.Time, err *error) {
	cause := *err
	*err = b.answer(cause)
	code := status.Code(*err)
	level := slog.LevelDebug
	attrs := []slog.Attr{
		slog.String("method", strings.TrimPrefix(method, "/")),
		slog.String("code", code.String()),
		slog.Duration("duration", time.Since(start)),
	}
	if cause != nil {
		attrs = append(attrs, slog.String("reason", fault.Reason(*err)))
	}
	if ours(ctx, code) {
		level = slog.LevelError
		attrs = append(attrs, slog.Any("error", cause))
	}
	b.logger.LogAttrs(ctx, level, "call", attrs...)
}

// ours tells whether the service failed and not its caller: a timeout is ours when the caller still waits.
func ours(ctx context.Context, code codes.Code) bool {
	switch code {
	case codes.Internal, codes.DataLoss:
		return true
	case codes.Canceled, codes.DeadlineExceeded:
		return ctx.Err() == nil
	}
	return false
}

func (b boundary) answer(err error) error {
	var own *fault.Error
	if err == nil {
		return nil
	}
	if errors.As(err, &own) {
		return own.GRPCStatus().Err()
	}
	// Also of grpc's own making, or another service's: the code may pass, the text may not.
	switch code := status.Code(err); {
	case errors.Is(err, context.Canceled), code == codes.Canceled:
		return status.Error(codes.Canceled, "the caller went away")
	case errors.Is(err, context.DeadlineExceeded), code == codes.DeadlineExceeded:
		return status.Error(codes.DeadlineExceeded, "the call took too long")
	}
	return (&fault.Error{
		Code: codes.Internal, Domain: b.domain, Reason: "INTERNAL", Message: "something failed inside; the log has it",
	}).GRPCStatus().Err()
}

func recovered(err *error) {
	if r := recover(); r != nil {
		*err = fmt.Errorf("panic: %v\n%s", r, debug.Stack())
	}
}
