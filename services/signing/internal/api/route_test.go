package api_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"

	documentv1 "github.com/countersign/countersign/gen/countersign/document/v1"
	signingv1 "github.com/countersign/countersign/gen/countersign/signing/v1"
	"github.com/countersign/countersign/services/signing/internal/signature"
)

// offering is an account that offers what it says, and no more.
type offering struct {
	signature.Provider
	capabilities signature.Capabilities
}

func (o offering) Capabilities() signature.Capabilities { return o.capabilities }

func (o offering) Refusal(order signature.Order) *signature.Refusal {
	return o.capabilities.Refusal(order)
}

// little offers one simple signature in German.
func little() signature.Capabilities {
	return signature.Capabilities{
		Name: "little", Languages: []string{"de"}, MaxSigners: 1, Region: signature.RegionEU,
		Offers: []signature.Offer{{Level: signature.SES, Legislations: []signature.Legislation{signature.EIDAS}}},
	}
}

// simple is a request that little can honour, without a provider.
func simple(id string) *signingv1.CreateSignatureRequestRequest {
	in := creation()
	in.RequestId, in.SignatureRequest.Provider = id, ""
	in.SignatureRequest.Level, in.SignatureRequest.Legislation = documentv1.Level_LEVEL_SES, documentv1.Legislation_LEGISLATION_EIDAS
	in.SignatureRequest.Signers = []*signingv1.Signer{{Role: "client", FirstName: "Ada", LastName: "Lovelace", Email: "ada@example.org"}}
	return in
}

// newRoutedRig has a live account in each region and a sandbox.
func newRoutedRig(t *testing.T) *rig {
	t.Helper()
	ch, sandbox := little(), little()
	ch.Region, ch.Languages, sandbox.Sandbox = signature.RegionCH, []string{"de", "it"}, true
	return newRigOf(t, map[string]signature.Provider{
		"ch": offering{capabilities: ch}, "eu": offering{capabilities: little()}, "a-test": offering{capabilities: sandbox},
	})
}

// TestWhoNamesNoProviderGetsOneThatCan and sees which, and how it was chosen.
func TestWhoNamesNoProviderGetsOneThatCan(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*signingv1.SignatureRequest)
		down   string
		want   string
	}{
		"the first live one": {func(*signingv1.SignatureRequest) {}, "", "providers/ch"},
		"the caller's best": {func(r *signingv1.SignatureRequest) {
			r.Routing = &signingv1.Routing{Providers: []string{"providers/eu", "providers/ch"}}
		}, "", "providers/eu"},
		"in a region":         {func(r *signingv1.SignatureRequest) { r.Routing = &signingv1.Routing{Region: "EU"} }, "", "providers/eu"},
		"among sandboxes":     {func(r *signingv1.SignatureRequest) { r.Routing = &signingv1.Routing{Sandbox: true} }, "", "providers/a-test"},
		"one that is up":      {func(*signingv1.SignatureRequest) {}, "ch", "providers/eu"},
		"the only one, down":  {func(r *signingv1.SignatureRequest) { r.Language = "it" }, "ch", "providers/ch"},
		"a fixed one, down":   {func(r *signingv1.SignatureRequest) { r.Provider = "providers/ch" }, "ch", "providers/ch"},
		"a fixed sandbox too": {func(r *signingv1.SignatureRequest) { r.Provider = "providers/a-test" }, "", "providers/a-test"},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRoutedRig(t)
			for n := range 3 {
				r.accounts.Note(c.down, fmt.Sprint(n), &signature.UnavailableError{Cause: errors.New("503")}, time.Now())
			}
			in := simple("route")
			c.change(in.SignatureRequest)
			created, err := r.provider.CreateSignatureRequest(t.Context(), in)
			if err != nil {
				t.Fatal(err)
			}
			read, err := r.provider.GetSignatureRequest(t.Context(), &signingv1.GetSignatureRequestRequest{Name: created.GetSignatureRequest().GetName()})
			got := read.GetSignatureRequest()
			wish := in.GetSignatureRequest().GetRouting()
			if wish == nil && in.GetSignatureRequest().GetProvider() == "" {
				wish = &signingv1.Routing{}
			}
			if err != nil || got.GetProvider() != c.want || !proto.Equal(got.GetRouting(), wish) {
				t.Errorf("at %s by %v, %v; want %s", got.GetProvider(), got.GetRouting(), err, c.want)
			}
		})
	}
}

func TestAProviderAndRoutingExcludeEachOther(t *testing.T) {
	r := newRoutedRig(t)
	in := simple("both")
	in.SignatureRequest.Provider, in.SignatureRequest.Routing = "providers/eu", &signingv1.Routing{}
	_, err := r.provider.CreateSignatureRequest(t.Context(), in)
	refused(t, err, codes.InvalidArgument, "INVALID_REQUEST", "field", "signature_request.routing")
	if requests := r.count("request"); requests != 0 {
		t.Errorf("%d requests", requests)
	}
}

// TestRefusalsThatNoRealAccountMakes: those of an account that offers next to nothing.
func TestRefusalsThatNoRealAccountMakes(t *testing.T) {
	r := newRoutedRig(t)
	for name, c := range map[string]struct {
		change func(*signingv1.SignatureRequest)
		reason string
		field  string
	}{
		"a level":      {func(r *signingv1.SignatureRequest) { r.Level = documentv1.Level_LEVEL_AES }, "LEVEL_NOT_OFFERED", "level"},
		"a second one": {func(r *signingv1.SignatureRequest) { r.Signers = creation().GetSignatureRequest().GetSigners() }, "TOO_MANY_SIGNERS", "signers"},
		"an observer":  {func(r *signingv1.SignatureRequest) { r.Observers = []*signingv1.Observer{{Email: "eve@example.org"}} }, "OBSERVER_NOT_OFFERED", "observers"},
		"an attachment": {func(r *signingv1.SignatureRequest) {
			r.Attachments = []string{"documents/6f1c0b7e-2f6b-4a54-9f0e-0a4f4f7b0001"}
		}, "ATTACHMENT_NOT_OFFERED", "attachments"},
		"links": {func(r *signingv1.SignatureRequest) { r.Delivery = signingv1.SignatureRequest_DELIVERY_CALLER }, "DELIVERY_NOT_OFFERED", "delivery"},
		"no redirection": {func(r *signingv1.SignatureRequest) {
			r.Redirects = &signingv1.Redirects{ErrorUrl: "https://example.org"}
		}, "REDIRECT_NOT_OFFERED", "redirects"},
	} {
		in := simple(name)
		in.SignatureRequest.Provider = "providers/eu"
		c.change(in.SignatureRequest)
		if c.reason == "TOO_MANY_SIGNERS" {
			in.SignatureRequest.Signers[0].Authentication = 0
		}
		_, err := r.provider.CreateSignatureRequest(t.Context(), in)
		refused(t, err, codes.FailedPrecondition, c.reason, "field", "signature_request."+c.field)
		refused(t, err, codes.FailedPrecondition, c.reason, "providers", "")
	}
}

// TestAProviderTellsEverything of what its account offers, and whether it answers.
func TestAProviderTellsEverything(t *testing.T) {
	r := newRigOf(t, map[string]signature.Provider{"eu": offering{capabilities: signature.Capabilities{
		Name: "full", Region: signature.RegionCH, SignerGroups: true, MaxExpiryDays: 3, ExpiryZone: time.UTC,
		ReminderPause: 90 * time.Minute, RemindOne: true, SignerUpdates: signature.UpdatesUntilFirstSignature, Reactivates: true,
		SigningLinks: true, Templates: true, Subjects: true, Translations: true, Brands: true,
		Redirecting: signature.RedirectsCallerDelivery, MaxAttachments: 4, MaxObservers: 5, DeliveryLog: true, MaxTitle: 6, MaxMessage: 7, MaxSigners: 2,
		Remindable: []signature.SignerState{signature.SignerInvited, signature.SignerBounced},
	}}})
	want := &signingv1.Provider{
		Name: "providers/eu", Vendor: "full", Region: "CH", Health: signingv1.Provider_HEALTH_UP, SignerGroups: true, MaxExpiryDays: 3,
		OwnExpiry: true, ReminderPauseHours: 2, RemindOne: true, SignerUpdates: signingv1.Provider_SIGNER_UPDATES_UNTIL_FIRST_SIGNATURE,
		Reactivates: true, SigningLinks: true, Templates: true, Subjects: true, Translations: true, Brands: true,
		Redirecting: signingv1.Provider_REDIRECTING_CALLER_DELIVERY, MaxAttachments: 4, MaxObservers: 5, DeliveryLog: true,
		MaxTitleLength: 6, MaxMessageLength: 7, MaxSigners: 2,
		RemindableStates: []signingv1.Signer_State{signingv1.Signer_STATE_INVITED, signingv1.Signer_STATE_BOUNCED},
	}
	for _, health := range []signingv1.Provider_Health{signingv1.Provider_HEALTH_UP, signingv1.Provider_HEALTH_DOWN} {
		want.Health = health
		got, err := r.provider.ListProviders(t.Context(), &signingv1.ListProvidersRequest{})
		if err != nil || len(got.GetProviders()) != 1 || !proto.Equal(got.GetProviders()[0], want) {
			t.Errorf("%v, %v, want %v", got, err, want)
		}
		for n := range 3 {
			r.accounts.Note("eu", fmt.Sprint(n), &signature.UnavailableError{Cause: errors.New("503")}, time.Now())
		}
	}
}
