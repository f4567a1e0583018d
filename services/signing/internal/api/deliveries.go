package api

import (
	"context"
	"errors"
	"strings"

	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/types/known/timestamppb"

	signingv1 "github.com/countersign/countersign/gen/countersign/signing/v1"
	"github.com/countersign/countersign/services/signing/internal/signature"
)

// mostDeliveries is as many as an answer holds: the latest ones.
const mostDeliveries = 100

// GetDeliveryLog returns the provider's own log of its callbacks about a request.
func (p *Provider) GetDeliveryLog(ctx context.Context, in *signingv1.GetDeliveryLogRequest) (*signingv1.GetDeliveryLogResponse, error) {
	r, err := p.Store.Request(ctx, strings.TrimPrefix(in.GetName(), requestPrefix))
	if err != nil {
		return nil, answer(err)
	}
	if r.Envelope == "" || r.State == signature.Preparing {
		return nil, answer(signature.DenyUnsent(r))
	}
	provider, ok := p.Accounts.Of(r)
	if !ok {
		return nil, unavailable(r)
	}
	asking, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	list, err := provider.Deliveries(asking, r.Envelope)
	switch {
	case errors.Is(err, signature.ErrNotOffered):
		return nil, providerFault(r, codes.FailedPrecondition, "NOT_OFFERED", "the provider has no log of its callbacks")
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil:
		return nil, unavailable(r) // what it says is left out: the log may hold addresses and tokens
	}
	out := &signingv1.GetDeliveryLogResponse{}
	for _, d := range list[max(0, len(list)-mostDeliveries):] {
		out.Deliveries = append(out.Deliveries, fromDelivery(d))
	}
	return out, nil
}

func fromDelivery(d signature.Delivery) *signingv1.GetDeliveryLogResponse_Delivery {
	out := &signingv1.GetDeliveryLogResponse_Delivery{
		Kind: d.Kind, Delivered: d.Delivered, GivenUp: d.GivenUp, Attempts: int32(d.Attempts), Detail: d.Detail,
	}
	if !d.UpdateTime.IsZero() {
		out.UpdateTime = timestamppb.New(d.UpdateTime)
	}
	return out
}
