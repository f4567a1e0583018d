package api_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"google.golang.org/grpc/codes"

	signingv1 "github.com/countersign/countersign/gen/countersign/signing/v1"
	"github.com/countersign/countersign/services/signing/internal/signature"
)

// logger is an account with a log of its callbacks.
type logger struct {
	account
	list []signature.Delivery
	err  error
}

func (l *logger) Deliveries(context.Context, string) ([]signature.Delivery, error) {
	return l.list, l.err
}

func (r *rig) deliveries(name string) (*signingv1.GetDeliveryLogResponse, error) {
	return r.provider.GetDeliveryLog(r.t.Context(), &signingv1.GetDeliveryLogRequest{Name: name})
}

func TestTheDeliveryLogIsTheProviders(t *testing.T) {
	r := newRig(t)
	account := &logger{}
	r.providers["eu"] = account
	sent, unsent := r.have(sentBy("eu", "env-1"))[0], r.have(stored(signature.Preparing))[0]
	for n := range 130 {
		account.list = append(account.list, signature.Delivery{Kind: fmt.Sprint("kind-", n), Attempts: n, GivenUp: true, Detail: "timeout", UpdateTime: time.Unix(int64(n+1), 0)})
	}
	got, err := r.deliveries(sent)
	if list := got.GetDeliveries(); err != nil || len(list) != 100 || list[99].GetKind() != "kind-129" || list[99].GetAttempts() != 129 ||
		!list[99].GetGivenUp() || list[99].GetDelivered() || list[99].GetDetail() != "timeout" || list[99].GetUpdateTime().GetSeconds() != 130 {
		t.Errorf("%d deliveries, %v", len(list), err)
	}
	_, err = r.deliveries(unsent)
	refused(t, err, codes.FailedPrecondition, "STATE_DOES_NOT_ALLOW", "state", "PREPARING")
	tells(t, err, "the request is PREPARING and was not sent: this needs OUT_FOR_SIGNATURE or what follows it")
	_, err = r.deliveries("signatureRequests/6f1c0b7e-2f6b-4a54-9f0e-0a4f4f7b0001")
	refused(t, err, codes.NotFound, "SIGNATURE_REQUEST_NOT_FOUND")
	for reason, c := range map[string]struct {
		err  error
		code codes.Code
	}{
		"NOT_OFFERED":          {signature.ErrNotOffered, codes.FailedPrecondition},
		"PROVIDER_UNAVAILABLE": {&signature.UnavailableError{Cause: errors.New("ada@example.org")}, codes.Unavailable},
	} {
		account.err = c.err
		_, err := r.deliveries(sent)
		refused(t, err, c.code, reason, "provider", "providers/eu")
	}
	delete(r.providers, "eu")
	_, err = r.deliveries(sent)
	refused(t, err, codes.Unavailable, "PROVIDER_UNAVAILABLE", "provider", "providers/eu")
}
