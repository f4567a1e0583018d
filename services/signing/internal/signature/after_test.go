package signature_test

import (
	"testing"
	"time"

	"github.com/countersign/countersign/services/signing/internal/signature"
)

func TestWhatIsErased(t *testing.T) {
	for name, c := range map[string]struct {
		r    signature.Request
		want bool
	}{
		"declined": {ended(signature.Declined), true}, "completed": {ended(signature.Completed), true},
		"out": {sent(), false}, "archived, not proven": {archived(), false},
		"never sent":                     {func() signature.Request { r := ended(signature.Canceled); r.Envelope = ""; return r }(), false},
		"failed before it was archived":  {func() signature.Request { r := signed(); r.State = signature.ProofFailed; return r }(), false},
		"failed, the trail is not there": {func() signature.Request { r := kept(); r.State = signature.ProofFailed; return r }(), false},
		"failed, and archived":           {ended(signature.ProofFailed), true},
	} {
		if early, events := signature.Erased(c.r, at(9)); len(events) != 0 || !early.EraseTime.IsZero() {
			t.Errorf("%s: erased before that was asked for", name)
		}
		got, events := signature.Erased(signature.AskErasure(c.r, at(9)), at(10))
		if (len(events) == 1 && got.EraseTime.Equal(at(10))) != c.want || got.State != c.r.State {
			t.Errorf("%s: %s, erased at %v", name, got.State, got.EraseTime)
		}
		if _, again := signature.Erased(got, at(11)); len(again) != 0 {
			t.Errorf("%s: erased twice", name)
		}
	}
}

// TestTheNormalExpiry: 14 days, and a minute past the vendor's midnight where it ends envelopes itself, in summer as in winter.
func TestTheNormalExpiry(t *testing.T) {
	paris, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	if got := signature.NormalExpiry(signature.Capabilities{}, at(0)); !got.Equal(at(0).AddDate(0, 0, 14)) {
		t.Errorf("without a zone: %v", got)
	}
	for now, want := range map[string]string{
		"2026-01-05T12:00:00Z": "2026-01-19T23:01:00Z", // 20 January, 00:01 in Paris
		"2026-01-05T23:30:00Z": "2026-01-20T23:01:00Z", // the 6th in Paris
		"2026-03-20T12:00:00Z": "2026-04-03T22:01:00Z", // summer time by then
	} {
		at, err := time.Parse(time.RFC3339, now)
		if err != nil {
			t.Fatal(err)
		}
		if got := signature.NormalExpiry(signature.Capabilities{ExpiryZone: paris}, at).Format(time.RFC3339); got != want {
			t.Errorf("%s: %s, want %s", now, got, want)
		}
	}
}

// TestWhatWasSentIsKeptBeforeAnybodySigned, else the request cannot complete.
func TestWhatWasSentIsKeptBeforeAnybodySigned(t *testing.T) {
	for name, c := range map[string]struct {
		document string
		seen     signature.Envelope
		want     signature.State
	}{
		"in time":              {"documents/d2", envelope(signature.EnvelopeOpen, signature.SignerOpened, signature.SignerInvited), signature.Completed},
		"after a signature":    {"documents/d2", envelope(signature.EnvelopeOpen, signature.SignerSigned, signature.SignerInvited), signature.ProofFailed},
		"after all signatures": {"documents/d2", envelope(signature.EnvelopeSigned), signature.ProofFailed},
		"never":                {"", envelope(signature.EnvelopeOpen), signature.ProofFailed},
	} {
		r := sent()
		r.Source, r.Document = signature.Source{ProviderTemplate: "t1"}, ""
		r = signature.KeptSent(r, c.document, "document.pdf", c.seen, at(2))
		if again := signature.KeptSent(r, "documents/d9", "x.pdf", c.seen, at(3)); again.Document != c.document {
			t.Errorf("%s: replaced by %s", name, again.Document)
		}
		r, _ = signature.Observe(r, envelope(signature.EnvelopeSigned), at(3))
		r = signature.Kept(r, "documents/s1", at(4))
		if got, _ := signature.Judge(r, signature.Proven, signature.AES, at(5)); got.State != c.want || r.SignedDocument == "" {
			t.Errorf("%s: %s (%s)", name, got.State, got.StateDetail)
		}
	}
	ours := sent()
	ours.Source, ours.Document, ours.Signers[0].State = signature.Source{ProviderTemplate: "t1"}, "", signature.SignerSigned
	if got := signature.KeptSent(ours, "documents/d2", "document.pdf", envelope(signature.EnvelopeOpen), at(2)); !got.NoSentDocument {
		t.Error("one is known to have signed, and what was kept afterwards proves something")
	}
	both := changing()
	both.Source, both.Document = signature.Source{ProviderTemplate: "t1"}, ""
	if step := signature.Next(both, at(6)); step != signature.StepKeepSent {
		t.Errorf("%s comes before what was sent is kept", step)
	}
	unkept := signed()
	unkept.Source, unkept.Document = signature.Source{ProviderTemplate: "t1"}, ""
	if got, _ := signature.Judge(signature.Kept(unkept, "documents/s1", at(4)), signature.Proven, signature.AES, at(5)); got.State != signature.ProofFailed {
		t.Errorf("signed before anything was kept: %s", got.State)
	}
}
