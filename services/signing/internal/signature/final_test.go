package signature_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/countersign/countersign/services/signing/internal/signature"
)

// changing is a sent request whose client shall become somebody at another address.
func changing() signature.Request {
	r, _, _ := signature.AskUpdate(sent(), "client", readdress("new@example.org"), single(), at(5))
	return r
}

// judged is what comes of a request whose envelope was signed as the vendor's last view says.
func judged(r signature.Request, e signature.Envelope) (signature.Request, []signature.Event) {
	r, events := signature.Observe(r, e, at(6))
	r = signature.Kept(r, "documents/s1", at(7))
	r, _ = signature.Archived(r, "documents/a1", at(8))
	r, _ = signature.Judge(r, signature.Proven, signature.AES, at(9))
	return r, events
}

// TestASignedViewIsComparedAlthoughAChangeWasUnderWay: whoever was ordered or asked for may have signed, and nobody else.
func TestASignedViewIsComparedAlthoughAChangeWasUnderWay(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*signature.Envelope)
		end    signature.State
		events string
		email  string
	}{
		"as ordered": {
			func(*signature.Envelope) {}, signature.Completed,
			"SIGNER_SIGNED SIGNER_SIGNED SIGNED SIGNER_UPDATE_REFUSED", "client@example.org",
		},
		"as asked for": {
			func(e *signature.Envelope) { e.Signers[0].Email = "new@example.org" }, signature.Completed,
			"SIGNER_UPDATED SIGNER_SIGNED SIGNER_SIGNED SIGNED", "new@example.org",
		},
		"as asked for, under another id": {
			func(e *signature.Envelope) { e.Signers[0].ID, e.Signers[0].Email = "w1", "New@example.org" }, signature.Completed,
			"SIGNER_UPDATED SIGNER_SIGNED SIGNER_SIGNED SIGNED", "new@example.org",
		},
		"somebody else": {
			func(e *signature.Envelope) { e.Signers[0].Email = "eve@example.org" }, signature.ProofFailed,
			"SIGNER_SIGNED SIGNER_SIGNED SIGNER_CHANGED_AT_PROVIDER SIGNED SIGNER_UPDATE_REFUSED", "client@example.org",
		},
		"another signer is somebody else": {
			func(e *signature.Envelope) { e.Signers[1].Email = "eve@example.org" }, signature.ProofFailed,
			"SIGNER_SIGNED SIGNER_SIGNED SIGNER_CHANGED_AT_PROVIDER SIGNED SIGNER_UPDATE_REFUSED", "client@example.org",
		},
		"both, the old one and the new one": {
			func(e *signature.Envelope) {
				e.Signers = append(e.Signers, signature.EnvelopeSigner{ID: "w1", Email: "new@example.org", State: signature.SignerSigned})
			}, signature.ProofFailed,
			"SIGNER_SIGNED SIGNER_SIGNED SIGNER_CHANGED_AT_PROVIDER SIGNED SIGNER_UPDATE_REFUSED", "client@example.org",
		},
	} {
		was := changing()
		r, events := judged(was, view(signature.EnvelopeSigned, c.change))
		told := make([]string, 0, len(events))
		for _, kind := range kinds(events) {
			told = append(told, string(kind))
		}
		if diff := cmp.Diff(c.events, strings.Join(told, " ")); diff != "" || r.State != c.end || r.Signers[0].Email != c.email || r.Signers[0].Update != nil {
			t.Errorf("%s: %s (%s), %s, events (-want +got):\n%s", name, r.State, r.StateReason, r.Signers[0].Email, diff)
		}
		if was.Signers[0].Update == nil || was.Signers[0].Email != "client@example.org" {
			t.Errorf("%s: the argument was changed", name)
		}
	}
}

// TestAChangeOfANameMayHaveComeThrough: a name alone shows, also where it was noted before; a phone number does not.
func TestAChangeOfANameMayHaveComeThrough(t *testing.T) {
	r, _, _ := signature.AskUpdate(sent(), "client", rename("Grace"), single(), at(5))
	grace := func(e *signature.Envelope) { e.Signers[0].FirstName = " Grace " }
	r.Signers[0].SeenFirstName = "Grace"
	got, _ := judged(r, view(signature.EnvelopeSigned, grace))
	if s := got.Signers[0]; got.State != signature.Completed || s.FirstName != "Grace" || s.SeenFirstName != "" {
		t.Errorf("%s, %+v", got.State, s)
	}
	phone, _, _ := signature.AskUpdate(sent(), "client", func(d *signature.SignerDetails) { d.Phone = "+41791234567" }, single(), at(5))
	if _, events := judged(phone, view(signature.EnvelopeSigned, func(*signature.Envelope) {})); kinds(events)[len(events)-1] != signature.EventSignerUpdateRefused {
		t.Errorf("nobody knows of the phone, and it is told: %v", kinds(events))
	}
}

// TestAnEntryWithoutAnIDMakesNobodyMissing, and an unknown word says nothing.
func TestAnEntryWithoutAnIDMakesNobodyMissing(t *testing.T) {
	r, events := signature.Observe(sent(), view(signature.EnvelopeOpen, func(e *signature.Envelope) { e.Signers[1].ID = "" }), at(5))
	if len(events) != 0 || r.Signers[0].Removed || r.Signers[1].Removed || r.Signers[1].ProviderID != "v2" {
		t.Errorf("%v, %+v", kinds(events), r.Signers)
	}
	r, events = signature.Observe(sent(), view(signature.EnvelopeOpen, func(e *signature.Envelope) {
		e.Signers[0].Email, e.Signers[1].ID = "eve@example.org", ""
	}), at(5))
	if len(events) != 1 || r.Signers[0].SeenEmail == "" {
		t.Errorf("whoever has an id is compared: %v", kinds(events))
	}
	if r, events = signature.Observe(sent(), view("purple", func(e *signature.Envelope) { e.Signers = e.Signers[:1] }), at(5)); len(events) != 0 {
		t.Errorf("an unknown word: %v, %+v", kinds(events), r.Signers)
	}
	got, _ := signature.Updated(changing(), "client", signature.Envelope{State: signature.EnvelopeOpen, Signers: []signature.EnvelopeSigner{
		{ID: "v1", Email: "new@example.org"}, {Email: "seller@example.org"},
	}}, at(6))
	if got.Signers[1].ProviderID != "v2" {
		t.Errorf("an id was forgotten: %+v", got.Signers)
	}
}

// TestWhatAChangeResets: what was noted of the vendor's data, and reminders that were used up begin anew.
func TestWhatAChangeResets(t *testing.T) {
	for used, planned := range map[int]bool{1: true, 2: false} {
		r := every(3, 2, changing())
		s := &r.Signers[0]
		s.SeenEmail, s.SeenFirstName, s.SeenLastName, s.AutoReminders, s.RemindersPlanned = "eve@example.org", "Eve", "Hopper", used, true
		r, _ = signature.Updated(r, "client", signature.Envelope{State: signature.EnvelopeOpen}, at(6))
		if got := r.Signers[0]; got.SeenEmail+got.SeenFirstName+got.SeenLastName != "" || got.RemindersPlanned != planned || got.AutoReminders != 0 {
			t.Errorf("%d reminders: %+v", used, got)
		}
	}
}
