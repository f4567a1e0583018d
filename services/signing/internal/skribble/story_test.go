package skribble_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/countersign/countersign/services/signing/internal/signature"
	"github.com/countersign/countersign/services/signing/internal/skribble"
)

func TestAContractFromInvitationToErasure(t *testing.T) {
	s := newStory(t, wholeOrder("whole"), none)
	read := s.read(t)
	if read.EndTime.IsZero() || read.Signers[0].FirstName != "Anna" || read.Signers[0].LastName != "Ott" || read.Signers[2].State != signature.SignerPending {
		t.Errorf("read %+v", read)
	}
	if err := s.p.Remind(t.Context(), s.order.Envelope, nil); err != nil || s.mailed(t, "reminder") != "a@example.org b@example.org" {
		t.Errorf("reminded %q, %v", s.mailed(t, "reminder"), err)
	}
	var early *signature.UnavailableError
	if err := s.p.Remind(t.Context(), s.order.Envelope, nil); !errors.As(err, &early) || early.RetryAfter != time.Hour {
		t.Errorf("reminded again: %v", err)
	}
	var rejected *signature.RejectedError
	if err := s.p.Erase(t.Context(), s.order.Envelope); !errors.As(err, &rejected) {
		t.Errorf("erasing an open request: %v", err)
	}
	for range s.order.Signers {
		s.act(t, "sign", nil)
	}
	done := s.read(t)
	if done.State != signature.EnvelopeSigned || done.Signers[2].SignedLevel != signature.AES {
		t.Errorf("signed as %+v", done)
	}
	if file, err := s.p.SignedDocument(t.Context(), s.order.Envelope); err != nil {
		t.Errorf("the signed document: %v", err)
	} else if err := file.Close(); err != nil {
		t.Error(err)
	}
	for range 2 {
		if err := s.p.Erase(t.Context(), s.order.Envelope); err != nil {
			t.Errorf("erasing: %v", err)
		}
	}
	var all []any
	s.v.control(t, http.MethodGet, "/requests", nil, &all)
	if s.read(t).State != signature.EnvelopeGone || len(all) != 0 {
		t.Errorf("after the erasure: %+v", all)
	}
}

func TestAChangedSigner(t *testing.T) {
	s := newStory(t, wholeOrder("changed"), none)
	s.order.Signers[1].Email, s.order.Signers[1].FirstName = "new@example.org", "Nina"
	for range 2 { // it may be repeated
		updated, err := s.p.UpdateSigner(t.Context(), s.order, "second")
		if err != nil {
			t.Fatal(err)
		}
		before := s.order.Signers
		same := updated.Signers[0].ID == before[0].ProviderID && updated.Signers[2].ID == before[2].ProviderID
		if !same || updated.Signers[1].FirstName != "Nina" || updated.Signers[1].Email != "new@example.org" {
			t.Errorf("updated to %+v", updated.Signers)
		}
	}
	if got := s.mailed(t, "invitation"); got != "a@example.org b@example.org new@example.org" {
		t.Errorf("invited %s", got)
	}
	updated, err := s.p.UpdateSigner(t.Context(), s.order, "second")
	if err != nil {
		t.Fatal(err)
	}
	s.adopt(updated)
	s.act(t, "sign", map[string]string{"email": "new@example.org"})
	s.order.Signers[0].LastName = "Meier"
	var rejected *signature.RejectedError
	if _, err := s.p.UpdateSigner(t.Context(), s.order, "Buyer Co. No-1"); !errors.As(err, &rejected) || !strings.Contains(rejected.Detail, "first") {
		t.Errorf("after the first signature: %v", err)
	}
}

// Each failure of each call of a change leaves either the old signer or the new one, and trying again makes it the new one.
func TestNoFailureLosesASigner(t *testing.T) {
	for nth := 1; nth <= 4; nth++ {
		for _, with := range failures() {
			line := &faultyLine{}
			s := newStory(t, wholeOrder("lost"), func(c *skribble.Config) { c.HTTPClient = &http.Client{Transport: line} })
			line.nth, line.count, line.with = nth, 0, with
			s.order.Signers[1].Email = "new@example.org"
			var updated signature.Envelope
			for try := 0; ; try++ {
				var err error
				if updated, err = s.p.UpdateSigner(t.Context(), s.order, "second"); err == nil {
					break
				}
				var rejected *signature.RejectedError
				if try == 5 || errors.As(err, &rejected) {
					t.Fatalf("call %d, %s: %v", nth, with, err)
				}
			}
			if len(updated.Signers) != 3 || updated.Signers[1].Email != "new@example.org" || s.mailed(t, "invitation") != "a@example.org b@example.org new@example.org" {
				t.Errorf("call %d, %s: %+v, invited %s", nth, with, updated.Signers, s.mailed(t, "invitation"))
			}
		}
	}
}

func TestLinksThatTheCallerDelivers(t *testing.T) {
	order := wholeOrder("links")
	order.Observers, order.CallerDelivers = nil, true
	order.Redirects = signature.Redirects{Success: "https://shop.example/done?a=1&b=2", Decline: "https://shop.example/no"}
	s := newStory(t, order, none)
	if got := s.mailed(t, "invitation"); got != "" {
		t.Errorf("Skribble invited %s", got)
	}
	if link, err := s.p.SigningLink(t.Context(), s.order, s.order.Signers[2].ProviderID); !errors.Is(err, signature.ErrNoLink) {
		t.Errorf("before the turn: %+v, %v", link, err)
	}
	link, err := s.p.SigningLink(t.Context(), s.order, s.order.Signers[0].ProviderID)
	if err != nil {
		t.Fatal(err)
	}
	if got := s.follow(t, link.URL); got != order.Redirects.Success {
		t.Errorf("after signing the browser goes to %q", got)
	}
	if first := s.read(t).Signers[0]; first.State != signature.SignerSigned {
		t.Errorf("the link made the signer %s", first.State)
	}
	s.act(t, "sign", nil)
	if link, err := s.p.SigningLink(t.Context(), s.order, s.order.Signers[2].ProviderID); err != nil || link.URL == "" {
		t.Errorf("a signer of the own company has no link: %v", err)
	}
}

func TestTheLogOfCallbacks(t *testing.T) {
	gateway := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Error(w, "unknown token "+r.URL.Path, http.StatusNotFound)
	}))
	t.Cleanup(gateway.Close)
	s := newStory(t, wholeOrder("log"), func(c *skribble.Config) { c.CallbackBase = gateway.URL })
	s.act(t, "sign", nil)
	s.v.control(t, http.MethodPost, "/clock/advance", map[string]string{"duration": "1ms"}, nil)
	var got []signature.Delivery
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline) && (len(got) == 0 || got[0].Attempts == 0); {
		var err error
		if got, err = s.p.Deliveries(t.Context(), s.order.Envelope); err != nil {
			t.Fatal(err)
		}
	}
	if len(got) != 1 || got[0].UpdateTime.IsZero() {
		t.Fatalf("%+v", got)
	}
	got[0].UpdateTime = time.Time{}
	want := []signature.Delivery{{Kind: "UPDATE", Attempts: 1, Detail: "Failed: 404 - 404 Not Found"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
