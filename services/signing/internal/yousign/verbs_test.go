package yousign_test

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/countersign/countersign/services/signing/internal/signature"
)

// sent is an order that a vendor has.
func sent(t *testing.T, v vendor, order signature.Order) (signature.Provider, signature.Order) {
	t.Helper()
	provider := newProvider(t, v.config(http.DefaultClient))
	envelope, err := provider.Send(t.Context(), order, false)
	if err != nil {
		t.Fatal(err)
	}
	order.Envelope = envelope.ID
	for i := range order.Signers {
		order.Signers[i].ProviderID = envelope.Signers[i].ID
	}
	return provider, order
}

// mailed counts the vendor's mails of a kind by address.
func (v vendor) mailed(t *testing.T, kind string) map[string]int {
	t.Helper()
	var mails []struct{ Kind, To string }
	v.call(t, http.MethodGet, "/_sim/mails", nil, &mails)
	counted := map[string]int{}
	for _, m := range mails {
		if m.Kind == kind {
			counted[m.To]++
		}
	}
	return counted
}

func wantRejected(t *testing.T, err error, want signature.RefusalReason) {
	t.Helper()
	var rejected *signature.RejectedError
	if !errors.As(err, &rejected) || rejected.Reason != want {
		t.Errorf("%v, want a rejection for %s", err, want)
	}
}

func TestRemind(t *testing.T) {
	v := newVendor(t, nil)
	provider, order := sent(t, v, fullOrder())
	zoe, anna, ben := order.Signers[0].ProviderID, order.Signers[1].ProviderID, order.Signers[2].ProviderID
	if err := provider.Remind(t.Context(), order.Envelope, []string{anna}); err != nil {
		t.Error(err)
	}
	if err := provider.Remind(t.Context(), order.Envelope, []string{anna, ben}); err != nil {
		t.Error(err)
	}
	wantRejected(t, provider.Remind(t.Context(), order.Envelope, []string{anna, zoe}), signature.ReasonReminderNotOffered)
	wantRejected(t, provider.Remind(t.Context(), order.Envelope, []string{"s-0"}), signature.ReasonReminderNotOffered)
	got := v.mailed(t, "reminder")
	if got["anna@example.org"] != 2 || got["ben@example.org"] != 1 || got["zoe@example.org"] != 0 {
		t.Errorf("reminders: %v; who cannot be reminded keeps the others from it", got)
	}
	v.act(t, order.Envelope, "expire", object{})
	wantRejected(t, provider.Remind(t.Context(), order.Envelope, []string{anna}), signature.ReasonReminderNotOffered)
}

func TestUpdateSigner(t *testing.T) {
	v := newVendor(t, nil)
	provider, order := sent(t, v, fullOrder())
	invited := v.mailed(t, "invitation")["anna@example.org"]
	anna := &order.Signers[1]
	anna.FirstName, anna.Email, anna.Language, anna.Authentication = "Annette", "annette@example.org", "fr", signature.AuthenticationSMS
	for range 2 {
		envelope, err := provider.UpdateSigner(t.Context(), order, anna.Role)
		if err != nil {
			t.Fatal(err)
		}
		if got := envelope.Signers[1]; got.ID != anna.ProviderID || got.Email != anna.Email || got.FirstName != anna.FirstName {
			t.Errorf("updated: %+v", got)
		}
	}
	if got := v.mailed(t, "invitation")["annette@example.org"]; got != 1 || invited != 1 {
		t.Errorf("the new address was invited %d times, the old one %d times", got, invited)
	}
	if held := v.holds(t, order); held[0].Signers[0] != "Annette 0 notified https://x.example/no Votre contrat" {
		t.Errorf("the text does not go with the language: %v", held[0].Signers)
	}

	anna.FirstName = "Dr. Annette"
	_, err := provider.UpdateSigner(t.Context(), order, anna.Role)
	wantRejected(t, err, signature.ReasonSignerNameInvalid)
	anna.FirstName = "Anne"
	v.act(t, order.Envelope, "sign", map[string]string{"signer": anna.ProviderID})
	_, err = provider.UpdateSigner(t.Context(), order, anna.Role)
	wantRejected(t, err, signature.ReasonProviderRejected)
	_, err = provider.UpdateSigner(t.Context(), order, "nobody")
	wantRejected(t, err, signature.ReasonProviderRejected)
}

func TestReactivate(t *testing.T) {
	v := newVendor(t, nil)
	provider, order := sent(t, v, anOrder(signature.SES))
	until := time.Now().AddDate(0, 2, 0)
	v.act(t, order.Envelope, "expire", object{})
	_, err := provider.Reactivate(t.Context(), order.Envelope, time.Now().AddDate(1, 0, 3))
	wantRejected(t, err, signature.ReasonExpiryInvalid)
	_, err = provider.Reactivate(t.Context(), order.Envelope, time.Now().AddDate(0, 0, -3))
	wantRejected(t, err, signature.ReasonExpiryInvalid)
	for range 2 {
		envelope, err := provider.Reactivate(t.Context(), order.Envelope, until)
		if err != nil || envelope.State != signature.EnvelopeOpen || envelope.EndTime.Before(until) || envelope.Signers[0].Email != "max@example.org" {
			t.Errorf("%+v, %v", envelope, err)
		}
	}
	v.act(t, order.Envelope, "sign", object{})
	_, err = provider.Reactivate(t.Context(), order.Envelope, until)
	wantRejected(t, err, signature.ReasonProviderRejected)
}

func TestReactivateSurvivesALostAnswer(t *testing.T) {
	for _, fault := range []string{"error_before", "error_after", "drop_after"} {
		v := newVendor(t, nil)
		_, order := sent(t, v, anOrder(signature.SES))
		v.act(t, order.Envelope, "expire", object{})
		line := &nthFault{v: v, path: "/v3/signature_requests/*/reactivate", fault: fault, left: 1}
		provider := newProvider(t, v.config(&http.Client{Transport: line}))
		_, err := provider.Reactivate(t.Context(), order.Envelope, order.ExpireTime)
		var unknown *signature.UnknownOutcomeError
		if !errors.As(err, &unknown) {
			t.Errorf("%s: %v, want unknown", fault, err)
		}
		if envelope, err := provider.Reactivate(t.Context(), order.Envelope, order.ExpireTime); err != nil || envelope.State != signature.EnvelopeOpen {
			t.Errorf("%s: %+v, %v", fault, envelope, err)
		}
		if got := v.mailed(t, "invitation")["max@example.org"]; got != 2 {
			t.Errorf("%s: invited %d times, want at first and once more", fault, got)
		}
	}
}

func TestEraseOnlyWhatHasEnded(t *testing.T) {
	v := newVendor(t, nil)
	provider, order := sent(t, v, anOrder(signature.SES))
	wantRejected(t, provider.Erase(t.Context(), order.Envelope), signature.ReasonProviderRejected)
	v.act(t, order.Envelope, "pause", object{})
	wantRejected(t, provider.Erase(t.Context(), order.Envelope), signature.ReasonProviderRejected)
	v.act(t, order.Envelope, "resume", object{})
	v.act(t, order.Envelope, "sign", object{})
	for range 2 {
		if err := provider.Erase(t.Context(), order.Envelope); err != nil {
			t.Errorf("Erase: %v", err)
		}
	}
	read, err := provider.Read(t.Context(), order.Envelope)
	if err != nil || read.State != signature.EnvelopeGone {
		t.Errorf("%+v, %v", read, err)
	}
	var all []any
	if v.call(t, http.MethodGet, "/_sim/requests", nil, &all); len(all) != 0 {
		t.Errorf("the vendor keeps %v", all)
	}
	wantRejected(t, provider.Remind(t.Context(), order.Envelope, []string{"s"}), signature.ReasonProviderRejected)
	_, err = provider.Reactivate(t.Context(), order.Envelope, order.ExpireTime)
	wantRejected(t, err, signature.ReasonProviderRejected)
	_, err = provider.UpdateSigner(t.Context(), order, "client")
	wantRejected(t, err, signature.ReasonProviderRejected)
	if _, err := provider.SigningLink(t.Context(), order, order.Signers[0].ProviderID); !errors.Is(err, signature.ErrNoLink) {
		t.Errorf("link: %v", err)
	}
	if _, err := provider.Deliveries(t.Context(), order.Envelope); !errors.Is(err, signature.ErrNotOffered) {
		t.Errorf("deliveries: %v", err)
	}
}
