package signature_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/countersign/countersign/services/signing/internal/signature"
)

// expired is a request that the vendor itself let run out of time.
func expired() signature.Request {
	r, _ := signature.Observe(sent(), envelope(signature.EnvelopeExpired, signature.SignerSigned, signature.SignerInvited), expiry())
	r.RequestID, r.ContentHash, r.CallbackToken, r.Labels = "q1", "h1", "t1", map[string]string{"team": "sales"}
	r.Source.Document = "documents/d0"
	return r
}

func reissue() signature.Reissue {
	return signature.Reissue{ID: "r2", RequestID: "q2", ContentHash: "h2", CallbackToken: "t2", ExpireTime: expiry().AddDate(0, 0, 14)}
}

func reopening() signature.Capabilities {
	return signature.Capabilities{Reactivates: true, MaxExpiryDays: 365}
}

func TestWhatEndedUnsignedCanBeReissuedOnce(t *testing.T) {
	for start, r := range starts() {
		want := start == "declined" || start == "expired" || start == "canceled" || start == "refused"
		got, events := signature.Reissued(r, "r2", at(9))
		if signature.Reissuable(r) != want || (len(events) == 1) != want || (got.NextAttempt == "r2") != want || got.State != r.State {
			t.Errorf("%s: %s, next %q, events %v", start, got.State, got.NextAttempt, kinds(events))
		}
		if again, events := signature.Reissued(got, "r3", at(10)); want && (len(events) != 0 || again.NextAttempt != "r2") {
			t.Errorf("%s was reissued twice", start)
		}
	}
}

// TestANewAttemptHasTheContentAndNothingElse of the old one.
func TestANewAttemptHasTheContentAndNothingElse(t *testing.T) {
	old := expired()
	old.Attempt, old.Withdrawal = 3, signature.WithdrawnByExpiry
	got := signature.Successor(old, reissue(), signature.Capabilities{})
	want := signature.Request{
		ID: "r2", RequestID: "q2", ContentHash: "h2", CallbackToken: "t2", Reference: "deal-7", Provider: "eu", Level: signature.AES,
		Legislation: signature.EIDAS, RequiredVerdict: signature.Proven, ExpireTime: expiry().AddDate(0, 0, 14), Attempt: 4,
		PreviousAttempt: "r1", Labels: map[string]string{"team": "sales"}, Source: signature.Source{Document: "documents/d0"},
		Document: "documents/d1",
		Signers:  []signature.Signer{{Role: "client", Email: "client@example.org"}, {Role: "seller", Email: "seller@example.org"}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for name, c := range map[string]func(*signature.Request){
		"refused":                func(r *signature.Request) { r.State = signature.Refused },
		"of a vendor's template": func(r *signature.Request) { r.Source = signature.Source{ProviderTemplate: "t1"} },
	} {
		old := expired()
		c(&old)
		if got := signature.Successor(old, reissue(), signature.Capabilities{}); got.Document != "" {
			t.Errorf("%s: %s is sent again", name, got.Document)
		}
	}
}

// TestAnEnvelopeIsOpenedAgainOnlyWhereItIsTheSame and the vendor can.
func TestAnEnvelopeIsOpenedAgainOnlyWhereItIsTheSame(t *testing.T) {
	other := []signature.Signer{{Role: "seller", Email: "new@example.org"}, {Role: "client", Email: "client@example.org"}}
	for name, c := range map[string]struct {
		old  func(*signature.Request)
		re   func(*signature.Reissue)
		can  func(*signature.Capabilities)
		want bool
	}{
		"expired at the vendor": {want: true},
		"the last day":          {re: func(re *signature.Reissue) { re.ExpireTime = at(0).AddDate(0, 0, 365) }, want: true},
		"signers as they were":  {re: func(re *signature.Reissue) { re.Signers = expired().Signers }, want: true},
		"past the last day":     {re: func(re *signature.Reissue) { re.ExpireTime = at(1).AddDate(0, 0, 365) }},
		"too old an envelope":   {old: func(r *signature.Request) { r.EnvelopeSince = at(0).AddDate(-1, 0, 0) }},
		"other signers":         {re: func(re *signature.Reissue) { re.Signers = other }},
		"another provider":      {re: func(re *signature.Reissue) { re.Provider = "ch" }},
		"withdrawn by us":       {old: func(r *signature.Request) { r.ExpiredAtProvider = false }},
		"declined":              {old: func(r *signature.Request) { r.State = signature.Declined }},
		"being erased":          {old: func(r *signature.Request) { r.EraseAsked = true }},
		"never sent":            {old: func(r *signature.Request) { r.Envelope = "" }},
		"signers differ there":  {old: func(r *signature.Request) { r.Strangers = []string{"v3"} }},
		"not offered":           {can: func(c *signature.Capabilities) { c.Reactivates = false }},
	} {
		old, re, can := expired(), reissue(), reopening()
		if c.old != nil {
			c.old(&old)
		}
		if c.re != nil {
			c.re(&re)
		}
		if c.can != nil {
			c.can(&can)
		}
		r := signature.Successor(old, re, can)
		taken := r.Envelope == "e1" && r.Correlation() == "r1" && r.Signers[0].ProviderID == "v1" && r.EnvelopeSince.Equal(at(0))
		if r.Reactivate != c.want || taken != c.want || !c.want && (r.Envelope != "" || r.Correlation() != "r2" || r.Signers[0].ProviderID != "") {
			t.Errorf("%s: reactivate %v, envelope %q as %q, signers %+v", name, r.Reactivate, r.Envelope, r.Correlation(), r.Signers)
		}
	}
}

// TestAnotherAccountUnderTheSameNameOpensNothing again.
func TestAnotherAccountUnderTheSameNameOpensNothing(t *testing.T) {
	old, can := expired(), reopening()
	can.Name = "fake"
	for account, want := range map[string]bool{"": true, "fake": true, "fake/sandbox": false, "other": false} {
		old.Account = account
		if got := signature.Successor(old, reissue(), can); got.Reactivate != want || want && got.Account != account {
			t.Errorf("%q: reopened %t, at %q", account, got.Reactivate, got.Account)
		}
	}
}

// TestWhatTheVendorSaysOfAnEnvelopeToBeOpenedAgain decides: a new one is made only where the old one stays closed.
func TestWhatTheVendorSaysOfAnEnvelopeToBeOpenedAgain(t *testing.T) {
	r, _ := signature.Created(signature.Successor(expired(), reissue(), reopening()), expiry())
	r.SendAttempted = true
	now := expiry().Add(time.Hour)
	for name, c := range map[string]struct {
		seen    signature.Envelope
		refused bool
		state   signature.State
		renewed bool
		reason  string
	}{
		"open":                       {envelope(signature.EnvelopeOpen, signature.SignerSigned, signature.SignerInvited), false, signature.OutForSignature, false, ""},
		"refused, and open":          {envelope(signature.EnvelopeOpen, signature.SignerSigned, signature.SignerInvited), true, signature.OutForSignature, false, ""},
		"signed":                     {envelope(signature.EnvelopeSigned), true, signature.Signed, false, ""},
		"still expired":              {envelope(signature.EnvelopeExpired), true, signature.Preparing, true, ""},
		"not refused, and expired":   {envelope(signature.EnvelopeExpired), false, signature.Preparing, false, ""},
		"unclear":                    {envelope(signature.EnvelopeUnknown), true, signature.Preparing, false, ""},
		"missing for the first time": {gone(), true, signature.Preparing, false, ""},
		"withdrawn":                  {envelope(signature.EnvelopeWithdrawn), true, signature.Canceled, false, "WITHDRAWN_AT_PROVIDER"},
		"failed":                     {envelope(signature.EnvelopeFailed), true, signature.Canceled, false, "PROVIDER_FAILED"},
	} {
		got, _ := signature.Reopened(r, c.seen, c.refused, now)
		if got.State != c.state || got.Reactivate == c.renewed || (got.Envelope == "") != c.renewed || got.StateReason != c.reason {
			t.Errorf("%s: %s (%s), envelope %q", name, got.State, got.StateReason, got.Envelope)
		}
		if c.renewed && (signature.Next(got, now) != signature.StepSend || got.SendAttempted || got.Correlation() != "r2" || got.Signers[0].ProviderID != "") {
			t.Errorf("%s: next %s, %+v", name, signature.Next(got, now), got)
		}
	}
	open, events := signature.Reopened(r, envelope(signature.EnvelopeOpen, signature.SignerSigned, signature.SignerInvited), false, now)
	want := []signature.EventType{signature.EventSent, signature.EventSignerSigned}
	if diff := cmp.Diff(want, kinds(events)); diff != "" || open.Signers[1].State != signature.SignerInvited {
		t.Errorf("seller %s, events (-want +got):\n%s", open.Signers[1].State, diff)
	}
	first, _ := signature.Reopened(r, gone(), true, now)
	if second, _ := signature.Reopened(first, gone(), true, now.Add(time.Minute)); second.Reactivate || second.Envelope != "" {
		t.Error("an envelope that is gone is waited for")
	}
}

func TestSameRoles(t *testing.T) {
	for name, c := range map[string]struct {
		roles []string
		want  bool
	}{
		"same": {[]string{"seller", "client"}, true}, "one less": {[]string{"client"}, false},
		"twice": {[]string{"client", "client"}, false}, "another": {[]string{"client", "witness"}, false},
	} {
		var signers []signature.Signer
		for _, role := range c.roles {
			signers = append(signers, signature.Signer{Role: role})
		}
		if signature.SameRoles(preparing(), signers) != c.want {
			t.Error(name)
		}
	}
}
