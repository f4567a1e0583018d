// Package api answers the contract's calls: it decodes, reads or keeps, and encodes.
package api

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/types/known/timestamppb"

	crmv1 "github.com/countersign/countersign/gen/countersign/crm/v1"
	"github.com/countersign/countersign/services/crm/internal/pipeline"
	"github.com/countersign/countersign/services/crm/internal/store"
	"github.com/countersign/countersign/services/internal/fault"
	"github.com/countersign/countersign/services/internal/page"
)

// Domain of this context's error reasons.
const Domain = "countersign.crm.v1"

// Service serves the CrmService contract.
type Service struct {
	crmv1.UnimplementedCrmServiceServer
	Store *store.Store
}

// GetDeal returns one deal.
func (s *Service) GetDeal(ctx context.Context, in *crmv1.GetDealRequest) (*crmv1.GetDealResponse, error) {
	parts := strings.Split(in.GetName(), "/") // accounts/{account}/deals/{id}, by the contract's rule
	lead, err := strconv.ParseInt(parts[3], 10, 64)
	if err != nil {
		return nil, notFound()
	}
	known, err := s.Store.Deal(ctx, parts[1], lead)
	if errors.Is(err, store.ErrNotFound) {
		return nil, notFound()
	}
	if err != nil {
		return nil, err
	}
	deal, err := s.whole(ctx, known)
	return &crmv1.GetDealResponse{Deal: deal}, err
}

// ListDeals lists the deals of an account, the one looked at last first.
func (s *Service) ListDeals(ctx context.Context, in *crmv1.ListDealsRequest) (*crmv1.ListDealsResponse, error) {
	cursor, err := page.Cursor(in.GetPageToken(), "deals", in.GetParent())
	if err != nil {
		return nil, invalid("page_token", err.Error())
	}
	before, beforeID := time.Now().Add(time.Hour), int64(0)
	if cursor != "" {
		var micros int64
		if _, err := fmt.Sscanf(cursor, "%d %d", &micros, &beforeID); err != nil {
			return nil, invalid("page_token", page.ErrToken.Error())
		}
		before = time.UnixMicro(micros)
	}
	limit := page.Size(in.GetPageSize(), 50, 200)
	known, err := s.Store.Deals(ctx, strings.TrimPrefix(in.GetParent(), "accounts/"), before, beforeID, limit+1)
	if err != nil {
		return nil, err
	}
	out := &crmv1.ListDealsResponse{}
	if len(known) > limit {
		known = known[:limit]
		last := known[limit-1]
		out.NextPageToken = page.Token(fmt.Sprintf("%d %d", last.UpdateTime.UnixMicro(), last.LeadID), "deals", in.GetParent())
	}
	for _, d := range known {
		deal, err := s.whole(ctx, d)
		if err != nil {
			return nil, err
		}
		out.Deals = append(out.Deals, deal)
	}
	return out, nil
}

func (s *Service) whole(ctx context.Context, d store.Deal) (*crmv1.Deal, error) {
	out := &crmv1.Deal{
		Name: fmt.Sprintf("accounts/%s/deals/%d", d.Account, d.LeadID), Decision: decisions()[d.Decision],
		Reason: string(d.Reason), Rule: d.Rule, Missing: d.Missing, UpdateTime: timestamppb.New(d.UpdateTime),
	}
	attempts, err := s.Store.Attempts(ctx, d.Account, d.LeadID)
	if err != nil {
		return nil, err
	}
	for _, a := range attempts {
		out.Attempts = append(out.Attempts, &crmv1.Deal_Attempt{
			Number: int32(a.Number), SignatureRequest: a.SignatureRequest, State: string(a.State), Rule: a.Rule,
		})
	}
	effects, err := s.Store.Effects(ctx, d.Account, d.LeadID)
	if err != nil {
		return nil, err
	}
	for _, e := range effects {
		out.Effects = append(out.Effects, &crmv1.Deal_Effect{
			Key: e.Key, Kind: string(e.Kind), State: string(e.State), Problem: e.Problem,
		})
	}
	return out, nil
}

func decisions() map[pipeline.Outcome]crmv1.Deal_Decision {
	return map[pipeline.Outcome]crmv1.Deal_Decision{
		pipeline.Nothing:  crmv1.Deal_DECISION_NOTHING_TO_DO,
		pipeline.Start:    crmv1.Deal_DECISION_STARTED,
		pipeline.Running:  crmv1.Deal_DECISION_ALREADY_STARTED,
		pipeline.Ask:      crmv1.Deal_DECISION_DATA_MISSING,
		pipeline.Withdraw: crmv1.Deal_DECISION_WITHDRAWN,
	}
}

func notFound() error {
	return &fault.Error{
		Code: codes.NotFound, Domain: Domain, Reason: "DEAL_NOT_FOUND", Message: "this deal was never looked at",
	}
}

func invalid(field, message string) error {
	return &fault.Error{
		Code: codes.InvalidArgument, Domain: Domain, Reason: "INVALID_REQUEST", Message: field + ": " + message,
		Metadata: map[string]string{"field": field}, Violations: []fault.Violation{{Field: field, Description: message}},
	}
}
