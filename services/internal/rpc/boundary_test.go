package rpc_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	documentv1 "github.com/countersign/countersign/gen/countersign/document/v1"
	"github.com/countersign/countersign/services/internal/fault"
)

func ended(err error) error {
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

const secret = "Ada Muster +41 79 000 00 00"

// upstream is the answer of another service, with everything that could leak through.
func upstream(code codes.Code) error {
	return (&fault.Error{
		Code: code, Domain: "countersign.other.v1", Reason: "OTHER", Message: secret, Metadata: map[string]string{"who": secret},
	}).GRPCStatus().Err()
}

func TestWhatAHandlerReturnsIsWhatTheCallerSees(t *testing.T) {
	own := &fault.Error{
		Code: codes.FailedPrecondition, Domain: domain, Reason: "REQUEST_ID_REUSED", Message: "used before",
		Metadata: map[string]string{"field": "request_id"}, Cause: errors.New(secret),
	}
	hidden, late, gone := "something failed inside; the log has it", "the call took too long", "the caller went away"
	cases := map[string]struct {
		err             error
		code            codes.Code
		message, reason string
	}{
		"own":                {own, codes.FailedPrecondition, "used before", "REQUEST_ID_REUSED"},
		"own, wrapped":       {fmt.Errorf("render: %w", own), codes.FailedPrecondition, "used before", "REQUEST_ID_REUSED"},
		"plain":              {errors.New(secret), codes.Internal, hidden, "INTERNAL"},
		"upstream":           {upstream(codes.NotFound), codes.Internal, hidden, "INTERNAL"},
		"upstream, wrapped":  {fmt.Errorf("call: %w", upstream(codes.Unavailable)), codes.Internal, hidden, "INTERNAL"},
		"upstream is late":   {upstream(codes.DeadlineExceeded), codes.DeadlineExceeded, late, ""},
		"upstream late, wr.": {fmt.Errorf("call: %w", upstream(codes.DeadlineExceeded)), codes.DeadlineExceeded, late, ""},
		"upstream canceled":  {upstream(codes.Canceled), codes.Canceled, gone, ""},
		"canceled":           {fmt.Errorf("read: %w", context.Canceled), codes.Canceled, gone, ""},
		"late":               {fmt.Errorf("read: %w", context.DeadlineExceeded), codes.DeadlineExceeded, late, ""},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			each(t, fails(func() error { return c.err }), func(t *testing.T, client documentv1.DocumentServiceClient) {
				_, unary := get(t.Context(), client)
				_, down := download(t.Context(), client)
				for kind, err := range map[string]error{"unary": unary, "up": upload(t.Context(), client, chunkPart(1)), "down": down} {
					s := status.Convert(err)
					if s.Code() != c.code || s.Message() != c.message || info(err).GetReason() != c.reason {
						t.Errorf("%s: %v %q %q", kind, s.Code(), s.Message(), info(err).GetReason())
					}
					if c.reason != "" && info(err).GetDomain() != domain || strings.Contains(s.Proto().String(), secret) {
						t.Errorf("%s: %v", kind, s.Proto())
					}
				}
			})
		})
	}
}

func TestAPanicIsAnInternalErrorAndOneLineOfTheLog(t *testing.T) {
	log := each(t, fails(func() error { panic("the roof") }), func(t *testing.T, client documentv1.DocumentServiceClient) {
		_, unary := get(t.Context(), client)
		_, down := download(t.Context(), client)
		for kind, err := range map[string]error{"unary": unary, "up": upload(t.Context(), client), "down": down} {
			if status.Code(err) != codes.Internal || info(err).GetReason() != "INTERNAL" || strings.Contains(err.Error(), "roof") {
				t.Errorf("%s: %v", kind, err)
			}
		}
		if _, err := get(t.Context(), client); status.Code(err) != codes.Internal {
			t.Errorf("the server did not survive: %v", err)
		}
	})
	if lines := strings.Count(log, "level=ERROR"); lines != 8 || strings.Count(log, "the roof") != 8 || !strings.Contains(log, "boundary_test.go") {
		t.Errorf("%d lines in the log:\n%s", lines, log)
	}
}

func TestABrokenRuleIsNamedByItsFieldInEveryMessageOfAStream(t *testing.T) {
	received := fails(func() error { return nil })
	received.upload = func(stream uploads) error {
		for {
			if _, err := stream.Recv(); err != nil {
				return ended(err)
			}
		}
	}
	each(t, received, func(t *testing.T, client documentv1.DocumentServiceClient) {
		check := func(what string, err error, field string) {
			t.Helper()
			if status.Code(err) != codes.InvalidArgument || info(err).GetReason() != "INVALID_REQUEST" || info(err).GetMetadata()["field"] != field {
				t.Errorf("%s: %v with %v", what, err, info(err))
			}
			if len(violations(err)) == 0 || violations(err)[0] != field {
				t.Errorf("%s: violations %v", what, violations(err))
			}
		}
		_, err := client.GetDocument(t.Context(), &documentv1.GetDocumentRequest{Name: "x"})
		check("unary", err, "name")
		stream, err := client.StreamDocument(t.Context(), &documentv1.StreamDocumentRequest{Name: "x"})
		if err != nil {
			t.Fatal(err)
		}
		_, err = stream.Recv()
		check("down", err, "name")
		check("up, first", upload(t.Context(), client, &documentv1.CreateDocumentRequest{}), "part")
		check("up, later", upload(t.Context(), client, chunkPart(1), chunkPart(1<<20+1)), "chunk")
	})
}

func violations(err error) (fields []string) {
	for _, detail := range status.Convert(err).Details() {
		if bad, ok := detail.(*errdetails.BadRequest); ok {
			for _, v := range bad.GetFieldViolations() {
				fields = append(fields, v.GetField())
			}
		}
	}
	return fields
}

func TestACallersEndReachesTheHandlerAndKeepsItsCode(t *testing.T) {
	entered := make(chan struct{}, 1)
	waits := handlers{get: func(ctx context.Context, _ *documentv1.GetDocumentRequest) (*documentv1.GetDocumentResponse, error) {
		entered <- struct{}{}
		<-ctx.Done()
		return nil, fmt.Errorf("wait: %w", ctx.Err())
	}}
	log := each(t, waits, func(t *testing.T, client documentv1.DocumentServiceClient) {
		ctx, cancel := context.WithCancel(t.Context())
		go func() {
			<-entered
			cancel()
		}()
		if _, err := get(ctx, client); status.Code(err) != codes.Canceled {
			t.Errorf("canceled: %v", err)
		}
		ctx, cancel = context.WithTimeout(t.Context(), 20*time.Millisecond)
		defer cancel()
		if _, err := get(ctx, client); status.Code(err) != codes.DeadlineExceeded {
			t.Errorf("deadline: %v", err)
		}
		select {
		case <-entered:
		default:
		}
	})
	for _, word := range []string{"level=ERROR", "code=Internal"} {
		if strings.Contains(log, word) {
			t.Errorf("a caller's end is an error in the log:\n%s", log)
		}
	}
}

func TestTheLogTellsTheMethodAndTheReasonAndNeverTheContent(t *testing.T) {
	own := &fault.Error{Code: codes.NotFound, Domain: domain, Reason: "DOCUMENT_NOT_FOUND", Message: "there is no such document"}
	log := each(t, fails(func() error { return own }), func(t *testing.T, client documentv1.DocumentServiceClient) {
		_, _ = get(t.Context(), client)
		_, _ = client.GetDocument(t.Context(), &documentv1.GetDocumentRequest{Name: "documents/" + secret})
		head := &documentv1.CreateDocumentRequest_Header{Kind: documentv1.Document_KIND_RENDERED, Title: secret, FileName: secret + "/"}
		_ = upload(t.Context(), client, &documentv1.CreateDocumentRequest{Part: &documentv1.CreateDocumentRequest_Header_{Header: head}})
		_, _ = client.RenderDocument(t.Context(), &documentv1.RenderDocumentRequest{
			Template: secret, Language: secret, Values: map[string]string{secret: secret}, RequestId: secret + strings.Repeat("x", 128),
		})
	})
	for _, word := range []string{"Ada", "Muster", "+41", name} {
		if strings.Contains(log, word) {
			t.Errorf("the log holds %q:\n%s", word, log)
		}
	}
	for _, word := range []string{
		"method=countersign.document.v1.DocumentService/GetDocument", "reason=DOCUMENT_NOT_FOUND", "reason=INVALID_REQUEST", "duration=",
	} {
		if !strings.Contains(log, word) {
			t.Errorf("the log lacks %q:\n%s", word, log)
		}
	}
}

func TestALogLineOfAHiddenErrorHoldsItsCause(t *testing.T) {
	log := each(t, fails(func() error { return errors.New("disk full") }), func(t *testing.T, client documentv1.DocumentServiceClient) {
		if _, err := get(t.Context(), client); err == nil || strings.Contains(err.Error(), "disk") {
			t.Errorf("err = %v", err)
		}
	})
	if strings.Count(log, "disk full") != 2 || strings.Count(log, "level=ERROR") != 2 {
		t.Errorf("log:\n%s", log)
	}
}

func TestATimeoutOfOurOwnIsToldInTheLog(t *testing.T) {
	late := fmt.Errorf("begin: %w", context.DeadlineExceeded)
	log := each(t, fails(func() error { return late }), func(t *testing.T, client documentv1.DocumentServiceClient) {
		if _, err := get(t.Context(), client); status.Code(err) != codes.DeadlineExceeded {
			t.Errorf("err = %v", err)
		}
	})
	if strings.Count(log, "begin: ") != 2 || strings.Count(log, "level=ERROR") != 2 {
		t.Errorf("the caller had time left, and the log does not say what was slow:\n%s", log)
	}
}
