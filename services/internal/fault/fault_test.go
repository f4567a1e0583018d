package fault_test

import (
	"errors"
	"strings"
	"testing"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/countersign/countersign/services/internal/fault"
)

func TestTheCauseStaysInside(t *testing.T) {
	err := &fault.Error{
		Code: codes.NotFound, Domain: "countersign.signing.v1", Reason: "SIGNATURE_REQUEST_NOT_FOUND",
		Message: "there is no such signature request", Metadata: map[string]string{"name": "signatureRequests/1"},
		Cause: errors.New("SELECT from secret_table"),
	}
	wire := status.Convert(err)
	if wire.Code() != codes.NotFound || strings.Contains(wire.String(), "secret_table") {
		t.Fatalf("wire status = %v", wire)
	}
	if got := fault.Reason(wire.Err()); got != "SIGNATURE_REQUEST_NOT_FOUND" {
		t.Errorf("reason after the wire = %q", got)
	}
	if got := fault.Metadata(wire.Err())["name"]; got != "signatureRequests/1" {
		t.Errorf("metadata after the wire = %q", got)
	}
	if got := fault.Reason(err); got != "SIGNATURE_REQUEST_NOT_FOUND" {
		t.Errorf("reason before the wire = %q", got)
	}
	if !strings.Contains(err.Error(), "secret_table") {
		t.Errorf("the log's text lost the cause: %q", err)
	}
}

func TestViolationsBecomeABadRequest(t *testing.T) {
	err := &fault.Error{Code: codes.InvalidArgument, Reason: "INVALID_REQUEST", Violations: []fault.Violation{
		{Field: "signers[0].email", Description: "must be an e-mail address"},
	}}
	var bad *errdetails.BadRequest
	for _, detail := range err.GRPCStatus().Details() {
		if b, ok := detail.(*errdetails.BadRequest); ok {
			bad = b
		}
	}
	if got := bad.GetFieldViolations(); len(got) != 1 || got[0].GetField() != "signers[0].email" {
		t.Fatalf("violations = %v", got)
	}
}

func TestAnOrdinaryErrorHasNoReason(t *testing.T) {
	if got := fault.Reason(errors.New("boom")); got != "" {
		t.Fatalf("reason = %q", got)
	}
}
