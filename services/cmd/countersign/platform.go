package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// order has an internal platform ask for a signature of its own, with one call, and names no vendor. It returns the request.
func (s *story) order(ctx context.Context) (signatureRequest, error) {
	const title, first, last, email = "NDA Ada Roth", "Ada", "Roth", "ada.roth@example.com"
	var request signatureRequest
	err := s.call(ctx, http.MethodPost, s.gateway+"/v1/signatureRequests", map[string]any{
		"requestId": "hr-4711", "signatureRequest": map[string]any{
			"title": title, "reference": "hr-4711", "level": "LEVEL_SES", "legislation": "LEGISLATION_EIDAS", "language": "de",
			"requiredVerdict": "VERDICT_ATTESTED_BY_PROVIDER", "labels": map[string]string{"team": "hr"},
			"template": map[string]any{"template": "templates/nda", "language": "de", "values": map[string]string{
				"deal.name": title, "deal.reference": "HR-4711", "contact.name": first + " " + last,
				"contact.email": email, "document.date": time.Now().Format(time.DateOnly),
			}},
			"signers": []map[string]string{{"role": "client", "firstName": first, "lastName": last, "email": email}},
		},
	}, &request)
	return request, err
}

// ordered waits until the platform's request is completed, and prints what came of it in a line.
func (s *story) ordered(ctx context.Context, request signatureRequest) error {
	ticker := time.NewTicker(100 * time.Millisecond)
	defer ticker.Stop()
	for request.State != "STATE_COMPLETED" {
		select {
		case <-ctx.Done():
			return errors.New("the platform's request was not completed in time; it is " + word(request.State))
		case <-ticker.C:
		}
		if err := s.call(ctx, http.MethodGet, s.gateway+"/v1/"+request.Name, nil, &request); err != nil {
			return err
		}
	}
	fmt.Printf("\nA platform's one call, POST /v1/signatureRequests at level %s, chose %s: %s, %s\n", word(request.Level),
		strings.TrimPrefix(request.Provider, "providers/"), strings.ToLower(word(request.State)),
		strings.ToLower(strings.ReplaceAll(word(request.Verdict), "_", " ")))
	return nil
}
