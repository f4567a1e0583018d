package api_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	signingv1 "github.com/countersign/countersign/gen/countersign/signing/v1"
	"github.com/countersign/countersign/services/signing/internal/signature"
)

// linkSecret is in every link of these tests, and in nothing that is kept or told.
const linkSecret = "planted-link-secret"

// linker is an account that hands out a link, or fails.
type linker struct {
	account
	answer func(ctx context.Context) (signature.SigningLink, error)
	real   bool
	order  signature.Order
	signer string
}

func (l *linker) Capabilities() signature.Capabilities {
	c := l.account.Capabilities()
	c.Sandbox = !l.real
	return c
}

func (l *linker) SigningLink(ctx context.Context, order signature.Order, signerID string) (signature.SigningLink, error) {
	l.order, l.signer = order, signerID
	return l.answer(ctx)
}

func (l *linker) gives(link signature.SigningLink, err error) {
	l.answer = func(context.Context) (signature.SigningLink, error) { return link, err }
}

// awaiting is a request whose only signer is in a state.
func awaiting(state signature.SignerState) signature.Request {
	request := stored(signature.OutForSignature)
	request.Provider, request.Envelope = "linked", "env"
	request.Signers[0].ProviderID, request.Signers[0].State = "vendor-signer", state
	return request
}

func newLinkRig(t *testing.T) (*rig, *linker) {
	r, account := newRig(t), &linker{}
	r.providers["linked"] = account
	account.gives(signature.SigningLink{URL: "https://sign.example.com/" + linkSecret}, nil)
	return r, account
}

func (r *rig) link(name, role string) (*signingv1.GetSigningLinkResponse, error) {
	ctx, cancel := context.WithTimeout(r.t.Context(), time.Minute)
	defer cancel()
	return r.provider.GetSigningLink(ctx, &signingv1.GetSigningLinkRequest{Name: name, SignerRole: role})
}

func TestASigningLinkIsHandedOnAndKeptNowhere(t *testing.T) {
	r, account := newLinkRig(t)
	expires := time.Now().Add(time.Hour).UTC()
	account.gives(signature.SigningLink{URL: "https://sign.example.com/" + linkSecret, ExpireTime: expires}, nil)
	for _, state := range []signature.SignerState{signature.SignerInvited, signature.SignerOpened} {
		name := r.have(awaiting(state))[0]
		got, err := r.link(name, "client")
		if err != nil || !strings.HasSuffix(got.GetUrl(), linkSecret) || !got.GetExpireTime().AsTime().Equal(expires) {
			t.Fatalf("%s: %v, %v", state, got, err)
		}
		if account.signer != "vendor-signer" || account.order.Envelope != "env" || "signatureRequests/"+account.order.Correlation != name {
			t.Errorf("asked for %q of %+v", account.signer, account.order)
		}
	}
	for table, column := range map[string]string{"request": "body", "event_log": "payload", "river_job": "args"} {
		var found int
		query := `SELECT count(*) FROM ` + table + ` WHERE CAST(` + column + ` AS TEXT) LIKE '%` + linkSecret + `%'`
		if err := r.db.Read().QueryRowContext(t.Context(), query).Scan(&found); err != nil || found > 0 {
			t.Errorf("%s: %d rows hold the link, %v", table, found, err)
		}
	}
	account.gives(signature.SigningLink{URL: "https://sign.example.com/" + linkSecret}, nil)
	if got, err := r.link(r.have(awaiting(signature.SignerInvited))[0], "client"); err != nil || got.ExpireTime != nil {
		t.Errorf("a link without an end: %v, %v", got, err)
	}
}

func TestASigningLinkIsForASignerWhoCanSign(t *testing.T) {
	r, account := newLinkRig(t)
	account.answer = nil // nobody asks it
	for _, state := range []signature.SignerState{
		signature.SignerPending, signature.SignerSigned, signature.SignerDeclined, signature.SignerBounced, signature.SignerFailed,
		signature.SignerIdentificationFailed,
	} {
		_, err := r.link(r.have(awaiting(state))[0], "client")
		refused(t, err, codes.FailedPrecondition, "SIGNER_STATE_DOES_NOT_ALLOW", "signer_state", strings.ToUpper(string(state)))
		refused(t, err, codes.FailedPrecondition, "SIGNER_STATE_DOES_NOT_ALLOW", "signer_role", "client")
	}
	for _, state := range []signature.State{signature.Preparing, signature.Signed, signature.Completed, signature.Canceled} {
		request := awaiting(signature.SignerInvited)
		request.State = state
		_, err := r.link(r.have(request)[0], "client")
		refused(t, err, codes.FailedPrecondition, "STATE_DOES_NOT_ALLOW", "state", string(state))
		tells(t, err, "the request is "+string(state)+": this needs OUT_FOR_SIGNATURE")
	}
	withdrawn, late := awaiting(signature.SignerInvited), awaiting(signature.SignerInvited)
	withdrawn.Withdrawal, late.ExpireTime = signature.WithdrawnByCaller, time.Now().Add(-time.Second)
	for _, name := range r.have(withdrawn, late) {
		_, err := r.link(name, "client")
		refused(t, err, codes.FailedPrecondition, "STATE_DOES_NOT_ALLOW", "state", "OUT_FOR_SIGNATURE")
	}
	_, err := r.link(r.have(awaiting(signature.SignerInvited))[0], "boss")
	refused(t, err, codes.NotFound, "SIGNER_NOT_FOUND", "field", "signer_role")
	_, err = r.link(nobody, "client")
	refused(t, err, codes.NotFound, "SIGNATURE_REQUEST_NOT_FOUND")
	_, err = r.link("everything", "client")
	refused(t, err, codes.InvalidArgument, "INVALID_REQUEST", "field", "name")
}

func TestFailuresOfALinkAreTypedAndSayNothing(t *testing.T) {
	const where = "https://sign.example.com/" + linkSecret
	r, account := newLinkRig(t)
	name := r.have(awaiting(signature.SignerInvited))[0]
	cause := errors.New("GET " + where + ": connection reset")
	for what, c := range map[string]struct {
		link   signature.SigningLink
		err    error
		code   codes.Code
		reason string
	}{
		"not offered":   {err: signature.ErrNotOffered, code: codes.FailedPrecondition, reason: "NOT_OFFERED"},
		"none now":      {err: signature.ErrNoLink, code: codes.NotFound, reason: "SIGNING_LINK_NOT_FOUND"},
		"ended already": {link: signature.SigningLink{URL: where, ExpireTime: time.Now().Add(-time.Second)}, code: codes.NotFound, reason: "SIGNING_LINK_NOT_FOUND"},
		"unavailable":   {err: &signature.UnavailableError{Cause: cause}, code: codes.Unavailable, reason: "PROVIDER_UNAVAILABLE"},
		"unknown":       {err: &signature.UnknownOutcomeError{Cause: cause}, code: codes.Unavailable, reason: "PROVIDER_UNAVAILABLE"},
		"rejected":      {err: &signature.RejectedError{Detail: where}, code: codes.NotFound, reason: "SIGNING_LINK_NOT_FOUND"},
		"unplanned":     {err: cause, code: codes.Unavailable, reason: "PROVIDER_UNAVAILABLE"},
	} {
		account.gives(c.link, c.err)
		_, err := r.link(name, "client")
		refused(t, err, c.code, c.reason, "provider", "providers/linked")
		if strings.Contains(status.Convert(err).String(), linkSecret) || t.Failed() {
			t.Fatalf("%s: %v", what, err)
		}
	}
	delete(r.providers, "linked")
	_, err := r.link(name, "client")
	refused(t, err, codes.Unavailable, "PROVIDER_UNAVAILABLE", "provider", "providers/linked")
}

// TestAHostileLinkIsNone: what a person is sent to begins with https, except where signatures have no legal value.
func TestAHostileLinkIsNone(t *testing.T) {
	r, account := newLinkRig(t)
	account.real = true
	name := r.have(awaiting(signature.SignerInvited))[0]
	for _, link := range []string{
		"", "http://sign.example.com/a", "javascript:alert(1)", "data:text/html,x", "//sign.example.com", "https:///a", "ftp://a/b",
		"https://user:word@sign.example.com/", "https://sign.example.com/\n", "https://[::1", "https://a/" + strings.Repeat("x", 8<<10), "https://:443/", "http://127.0.0.1.example.com/", "http://localhost.example.com",
	} {
		account.gives(signature.SigningLink{URL: link}, nil)
		got, err := r.link(name, "client")
		if refused(t, err, codes.Unavailable, "PROVIDER_UNAVAILABLE"); t.Failed() {
			t.Fatalf("%q: %v", link, got)
		}
	}
	account.gives(signature.SigningLink{URL: "http://127.0.0.1:9103/sign/" + linkSecret}, nil)
	if _, err := r.link(name, "client"); err != nil {
		t.Errorf("a simulator: %v", err)
	}
	account.real = false
	account.gives(signature.SigningLink{URL: "http://sandbox.example.com/sign/" + linkSecret}, nil)
	if _, err := r.link(name, "client"); err != nil {
		t.Errorf("plain HTTP in a sandbox: %v", err)
	}
}

func TestASlowProviderIsNotAwaited(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, account := newLinkRig(t)
		account.answer = func(ctx context.Context) (signature.SigningLink, error) {
			<-ctx.Done()
			return signature.SigningLink{}, &signature.UnavailableError{Cause: ctx.Err()}
		}
		name, start := r.have(awaiting(signature.SignerInvited))[0], time.Now()
		_, err := r.link(name, "client")
		refused(t, err, codes.Unavailable, "PROVIDER_UNAVAILABLE")
		if took := time.Since(start); took != 10*time.Second {
			t.Errorf("took %v", took)
		}
	})
}
