package api_test

import (
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	documentv1 "github.com/countersign/countersign/gen/countersign/document/v1"
	signingv1 "github.com/countersign/countersign/gen/countersign/signing/v1"
)

// TestEveryInputRuleIsHeld: each mistake is answered with the field it is in, and nothing is stored.
func TestEveryInputRuleIsHeld(t *testing.T) {
	type in = *signingv1.CreateSignatureRequestRequest
	signer := func(r in) *signingv1.Signer { return r.GetSignatureRequest().GetSigners()[0] }
	many := func(n int) []*signingv1.Signer {
		list := make([]*signingv1.Signer, n)
		for i := range list {
			list[i] = signer(creation())
		}
		return list
	}
	ahead := func(d time.Duration) *timestamppb.Timestamp { return timestamppb.New(time.Now().Add(d)) }
	r := newRig(t)
	for name, c := range map[string]struct {
		spoil func(in)
		field string
	}{
		"no request":            {func(r in) { r.SignatureRequest = nil }, "signature_request"},
		"no request id":         {func(r in) { r.RequestId = "" }, "request_id"},
		"an endless request id": {func(r in) { r.RequestId = strings.Repeat("x", 129) }, "request_id"},
		"no title":              {func(r in) { r.SignatureRequest.Title = "" }, "signature_request.title"},
		"an endless title":      {func(r in) { r.SignatureRequest.Title = strings.Repeat("é", 129) }, "signature_request.title"},
		"an endless message":    {func(r in) { r.SignatureRequest.Message = strings.Repeat("x", 1001) }, "signature_request.message"},
		"an endless reference":  {func(r in) { r.SignatureRequest.Reference = strings.Repeat("x", 129) }, "signature_request.reference"},
		"a path as provider":    {func(r in) { r.SignatureRequest.Provider = "providers/../eu" }, "signature_request.provider"},
		"no level":              {func(r in) { r.SignatureRequest.Level = 0 }, "signature_request.level"},
		"an unknown level":      {func(r in) { r.SignatureRequest.Level = 99 }, "signature_request.level"},
		"no legislation":        {func(r in) { r.SignatureRequest.Legislation = 0 }, "signature_request.legislation"},
		"no language":           {func(r in) { r.SignatureRequest.Language = "" }, "signature_request.language"},
		"a weak verdict":        {func(r in) { r.SignatureRequest.RequiredVerdict = documentv1.Proof_VERDICT_INDETERMINATE }, "signature_request.required_verdict"},
		"the weakest verdict":   {func(r in) { r.SignatureRequest.RequiredVerdict = documentv1.Proof_VERDICT_FAILED }, "signature_request.required_verdict"},
		"no source":             {func(r in) { r.SignatureRequest.Source = nil }, "signature_request.source"},
		"a path as a document": {func(r in) {
			r.SignatureRequest.Source = &signingv1.SignatureRequest_SourceDocument{SourceDocument: "documents/.."}
		}, "signature_request.source_document"},
		"a template's bad name":  {func(r in) { r.SignatureRequest.GetTemplate().Template = "nda" }, "signature_request.template.template"},
		"no signers":             {func(r in) { r.SignatureRequest.Signers = nil }, "signature_request.signers"},
		"too many signers":       {func(r in) { r.SignatureRequest.Signers = many(51) }, "signature_request.signers"},
		"an e-mail without at":   {func(r in) { signer(r).Email = "ada.example.org" }, "signature_request.signers[0].email"},
		"two e-mail addresses":   {func(r in) { signer(r).Email = "a@example.org, b@example.org" }, "signature_request.signers[0].email"},
		"no e-mail":              {func(r in) { signer(r).Email = "" }, "signature_request.signers[0].email"},
		"a local phone number":   {func(r in) { signer(r).PhoneNumber = "079 123 45 67" }, "signature_request.signers[0].phone_number"},
		"no first name":          {func(r in) { signer(r).FirstName = "" }, "signature_request.signers[0].first_name"},
		"an endless last name":   {func(r in) { signer(r).LastName = strings.Repeat("x", 256) }, "signature_request.signers[0].last_name"},
		"a role with a hash":     {func(r in) { signer(r).Role = "the#client" }, "signature_request.signers[0].role"},
		"a role of a space":      {func(r in) { signer(r).Role = " client" }, "signature_request.signers[0].role"},
		"a role twice":           {func(r in) { signer(r).Role = "seller" }, "signature_request.signers[1].role"},
		"an unknown method":      {func(r in) { signer(r).Authentication = 9 }, "signature_request.signers[0].authentication"},
		"an order out of bounds": {func(r in) { signer(r).OrderGroup = 101 }, "signature_request.signers[0].order_group"},
		"a negative order":       {func(r in) { signer(r).OrderGroup = -1 }, "signature_request.signers[0].order_group"},
		"an expiry too near":     {func(r in) { r.SignatureRequest.ExpireTime = ahead(59 * time.Minute) }, "signature_request.expire_time"},
		"an expiry in the past":  {func(r in) { r.SignatureRequest.ExpireTime = ahead(-time.Hour) }, "signature_request.expire_time"},
		"an expiry too far":      {func(r in) { r.SignatureRequest.ExpireTime = ahead(365*24*time.Hour + time.Minute) }, "signature_request.expire_time"},
		"an expiry out of time":  {func(r in) { r.SignatureRequest.ExpireTime = &timestamppb.Timestamp{Seconds: 1 << 62} }, "signature_request.expire_time"},
		"an expiry before time":  {func(r in) { r.SignatureRequest.ExpireTime = &timestamppb.Timestamp{Seconds: -1 << 62} }, "signature_request.expire_time"},
	} {
		t.Run(name, func(t *testing.T) {
			request := creation()
			c.spoil(request)
			_, err := r.provider.CreateSignatureRequest(t.Context(), request)
			refused(t, err, codes.InvalidArgument, "INVALID_REQUEST", "field", c.field)
		})
	}
	if requests, jobs := r.count("request"), r.count("river_job"); requests+jobs != 0 {
		t.Errorf("%d requests, %d jobs", requests, jobs)
	}
	for name, d := range map[string]time.Duration{"nearest": time.Hour + time.Second, "farthest": 365*24*time.Hour - time.Second} {
		request := proto.CloneOf(creation())
		request.RequestId, request.SignatureRequest.ExpireTime = name, ahead(d)
		if _, err := r.provider.CreateSignatureRequest(t.Context(), request); err != nil {
			t.Errorf("the %s expiry: %v", name, err)
		}
	}
}

func TestNamesAndPagesAreChecked(t *testing.T) {
	r := newRig(t)
	ctx := t.Context()
	_, err := r.provider.GetSignatureRequest(ctx, &signingv1.GetSignatureRequestRequest{Name: "signatureRequests/' OR 1=1"})
	refused(t, err, codes.InvalidArgument, "INVALID_REQUEST", "field", "name")
	_, err = r.provider.GetSignatureRequest(ctx, &signingv1.GetSignatureRequestRequest{Name: nobody})
	refused(t, err, codes.NotFound, "SIGNATURE_REQUEST_NOT_FOUND")
	_, err = r.provider.ListSignatureRequests(ctx, &signingv1.ListSignatureRequestsRequest{PageSize: -1})
	refused(t, err, codes.InvalidArgument, "INVALID_REQUEST", "field", "page_size")
	_, err = r.provider.ListSignatureRequests(ctx, &signingv1.ListSignatureRequestsRequest{State: 99})
	refused(t, err, codes.InvalidArgument, "INVALID_REQUEST", "field", "state")
	_, err = r.provider.ListEvents(ctx, &signingv1.ListEventsRequest{After: -1})
	refused(t, err, codes.InvalidArgument, "INVALID_REQUEST", "field", "after")
	_, err = r.provider.ListEvents(ctx, &signingv1.ListEventsRequest{SignatureRequest: "everything"})
	refused(t, err, codes.InvalidArgument, "INVALID_REQUEST", "field", "signature_request")
	watch, err := r.provider.WatchEvents(ctx, &signingv1.WatchEventsRequest{After: -1})
	if err == nil {
		_, err = watch.Recv()
	}
	refused(t, err, codes.InvalidArgument, "INVALID_REQUEST", "field", "after")
}

// nobody is the name of a request that there never was.
const nobody = "signatureRequests/6f1c0b7e-2f6b-4a54-9f0e-0a4f4f7b0009"
