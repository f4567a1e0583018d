package api

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	signingv1 "github.com/countersign/countersign/gen/countersign/signing/v1"
	"github.com/countersign/countersign/services/internal/page"
	"github.com/countersign/countersign/services/signing/internal/signature"
	"github.com/countersign/countersign/services/signing/internal/store"
)

// largestPage in bytes: a page of large requests ends early, because a message of gRPC has 4 MiB at most.
const largestPage = 3 << 20

// ListSignatureRequests lists requests, newest first.
func (p *Provider) ListSignatureRequests(ctx context.Context, in *signingv1.ListSignatureRequestsRequest,
) (*signingv1.ListSignatureRequestsResponse, error) {
	filter, bound, err := filterOf(in)
	if err != nil {
		return nil, err
	}
	list, err := p.Store.List(ctx, filter)
	if err != nil {
		return nil, err
	}
	out, size := &signingv1.ListSignatureRequestsResponse{}, 0
	for i, r := range list {
		request := p.shown(r)
		if size += proto.Size(request); i == filter.Limit-1 || i > 0 && size > largestPage {
			last := list[i-1]
			out.NextPageToken = page.Token(fmt.Sprintf("%d %s", last.CreateTime.UnixMicro(), last.ID), bound...)
			break
		}
		out.SignatureRequests = append(out.SignatureRequests, request)
	}
	return out, nil
}

// filterOf decodes what a list shall hold, one more than its page, and what binds its tokens.
func filterOf(in *signingv1.ListSignatureRequestsRequest) (store.Filter, []string, error) {
	f := store.Filter{
		Reference: in.GetReference(), Provider: strings.TrimPrefix(in.GetProvider(), providerPrefix),
		Labels: slices.Sorted(slices.Values(in.GetLabels())), Limit: page.Size(in.GetPageSize(), 50, 200) + 1,
	}
	if in.GetState() != signingv1.SignatureRequest_STATE_UNSPECIFIED {
		f.State = signature.State(strings.TrimPrefix(in.GetState().String(), "STATE_"))
	}
	bound := append([]string{"signatureRequests", f.Reference, string(f.State), f.Provider}, f.Labels...)
	for _, limit := range []struct {
		field string
		told  *timestamppb.Timestamp
		into  *time.Time
	}{
		{"created_after", in.GetCreatedAfter(), &f.CreatedAfter}, {"created_before", in.GetCreatedBefore(), &f.CreatedBefore},
	} {
		if limit.told == nil {
			continue
		}
		if limit.told.CheckValid() != nil {
			return f, nil, invalid(limit.field, "is no time")
		}
		*limit.into = limit.told.AsTime()
		bound = append(bound, limit.field, limit.into.Format(time.RFC3339Nano))
	}
	cursor, err := page.Cursor(in.GetPageToken(), bound...)
	if err != nil {
		return f, nil, invalid("page_token", err.Error())
	}
	if at, id, ok := strings.Cut(cursor, " "); ok {
		micros, err := strconv.ParseInt(at, 10, 64)
		if err != nil {
			return f, nil, invalid("page_token", page.ErrToken.Error())
		}
		f.BeforeTime, f.BeforeID = time.UnixMicro(micros), id
	}
	return f, bound, nil
}
