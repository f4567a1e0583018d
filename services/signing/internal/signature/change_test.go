package signature_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/countersign/countersign/services/signing/internal/signature"
)

// view is the vendor's view of both signers, after a test has changed it.
func view(state signature.EnvelopeState, change func(*signature.Envelope)) signature.Envelope {
	e := envelope(state, signature.SignerInvited, signature.SignerInvited)
	if state == signature.EnvelopeSigned {
		e = envelope(state, signature.SignerSigned, signature.SignerSigned)
	}
	change(&e)
	return e
}

// TestAChangeAtTheVendorIsToldOnceAndDecidesTheEnd: another address, one more signer or one less is not what was ordered; a
// corrected name is left to the proof. Nothing of the vendor's data is told.
func TestAChangeAtTheVendorIsToldOnceAndDecidesTheEnd(t *testing.T) {
	mail := func(e *signature.Envelope) { e.Signers[0].Email = "eve@example.org" }
	for name, c := range map[string]struct {
		change func(*signature.Envelope)
		told   string // the roles; "-" is a signer whom nobody ordered
		end    signature.State
	}{
		"nothing":                {func(*signature.Envelope) {}, "", signature.Completed},
		"spelling of an address": {func(e *signature.Envelope) { e.Signers[0].Email = "Client@EXAMPLE.org" }, "", signature.Completed},
		"white space in a name":  {func(e *signature.Envelope) { e.Signers[0].FirstName = " Ada  Maria " }, "", signature.Completed},
		"nothing is said":        {func(e *signature.Envelope) { e.Signers[0].Email = "" }, "", signature.Completed},
		"a name":                 {func(e *signature.Envelope) { e.Signers[1].LastName = "Hopper" }, "seller", signature.Completed},
		"an address":             {mail, "client", signature.ProofFailed},
		"one more": {func(e *signature.Envelope) {
			e.Signers = append(e.Signers, signature.EnvelopeSigner{ID: "v3", Email: "eve@example.org", State: signature.SignerInvited})
		}, "-", signature.ProofFailed},
		"one less": {func(e *signature.Envelope) { e.Signers = e.Signers[:1] }, "seller", signature.ProofFailed},
	} {
		r := sent()
		r.Signers[0].FirstName, r.Signers[1].LastName = "Ada Maria", "Byron"
		var roles []string
		for i := range 3 {
			var events []signature.Event
			r, events = signature.Observe(r, view(signature.EnvelopeOpen, c.change), at(2+i))
			for _, e := range events {
				if e.Type != signature.EventSignerChanged || e.StateReason != "" {
					t.Errorf("%s: %+v", name, e)
				}
				roles = append(roles, map[bool]string{true: "-", false: e.SignerRole}[e.SignerRole == ""])
			}
		}
		r, _ = signature.Observe(r, view(signature.EnvelopeSigned, c.change), at(7))
		r = signature.Kept(r, "documents/s1", at(8))
		r, archived := signature.Archived(r, "", at(9))
		r, _ = signature.Judge(r, signature.Proven, signature.AES, at(10))
		want := map[bool]string{true: "", false: "SIGNERS_DIFFER"}[c.end == signature.Completed]
		if strings.Join(roles, " ") != c.told || len(archived) != 1 || r.State != c.end || r.StateReason != want ||
			strings.Contains(r.StateDetail, "@") {
			t.Errorf("%s: told %v, ended as %s (%s: %s)", name, roles, r.State, r.StateReason, r.StateDetail)
		}
	}
}

// TestAChangeThatIsTakenBackIsNone: the vendor's last word counts, and each turn is told.
func TestAChangeThatIsTakenBackIsNone(t *testing.T) {
	r, first := signature.Observe(sent(), view(signature.EnvelopeOpen, func(e *signature.Envelope) { e.Signers[0].Email = "eve@example.org" }), at(2))
	r, other := signature.Observe(r, view(signature.EnvelopeOpen, func(e *signature.Envelope) { e.Signers[0].Email = "mallory@example.org" }), at(3))
	r, back := signature.Observe(r, view(signature.EnvelopeOpen, func(*signature.Envelope) {}), at(4))
	want := []signature.EventType{signature.EventSignerChanged}
	for _, events := range [][]signature.Event{first, other, back} {
		if diff := cmp.Diff(want, kinds(events)); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
	if diff := cmp.Diff(sent().Signers, r.Signers); diff != "" {
		t.Errorf("signers (-want +got):\n%s", diff)
	}
}

// TestWhatCameBeforeTheSignersWereKnownIsNotLost: a bounce can overtake the answer of the call that made the envelope.
func TestWhatCameBeforeTheSignersWereKnownIsNotLost(t *testing.T) {
	r, events := noted(maybeSent(), "v2", signature.SignerBounced, at(1))
	r, _ = noted(r, "v2", signature.SignerBounced, at(1)) // repeated
	r, _ = noted(r, "v9", signature.SignerBounced, at(1)) // nobody of ours
	if len(events) != 0 || len(r.Early) != 2 {
		t.Fatalf("events %v, kept %v", kinds(events), r.Early)
	}
	r, events = signature.Sent(r, signature.Envelope{ID: "e1", State: signature.EnvelopeOpen}, at(2))
	if len(events) != 1 || len(r.Early) != 2 {
		t.Fatalf("without ids: events %v, kept %v", kinds(events), r.Early)
	}
	r, events = signature.Observe(r, envelope(signature.EnvelopeOpen, signature.SignerInvited, signature.SignerInvited), at(3))
	if len(events) != 1 || events[0].Type != signature.EventSignerBounced || events[0].SignerRole != "seller" || !events[0].Time.Equal(at(1)) ||
		r.Signers[1].State != signature.SignerBounced || len(r.Early) != 0 {
		t.Fatalf("events %+v, signers %+v, kept %v", events, r.Signers, r.Early)
	}
	for name, r := range map[string]signature.Request{"never sent": preparing(), "ids known": sent(), "ended": ended(signature.Expired)} {
		if got, _ := noted(r, "v9", signature.SignerBounced, at(3)); len(got.Early) != 0 {
			t.Errorf("%s: kept %v", name, got.Early)
		}
	}
	flood := maybeSent()
	for i := range 300 {
		flood, _ = noted(flood, "v"+strings.Repeat("x", i), signature.SignerBounced, at(3))
	}
	if len(flood.Early) != 200 {
		t.Errorf("%d facts are kept", len(flood.Early))
	}
}

// TestAVendorsWordsAreBounded: thousands of strangers, or endless words, are neither as many events nor as long a row.
func TestAVendorsWordsAreBounded(t *testing.T) {
	long := strings.Repeat("ä", 1<<20)
	crowd := view(signature.EnvelopeOpen, func(e *signature.Envelope) {
		e.Signers[0].Email, e.Signers[0].FirstName, e.Signers[0].LastName = long, long, long
		for n := range 5000 {
			e.Signers = append(e.Signers, signature.EnvelopeSigner{ID: fmt.Sprintf("%05d%s", n, long[:4000]), State: signature.SignerInvited})
		}
	})
	r, first := signature.Observe(sent(), crowd, at(2))
	r, second := signature.Observe(r, crowd, at(3))
	r, _ = signature.Observe(r, view(signature.EnvelopeDeclined, func(e *signature.Envelope) { e.DeclineReason = long }), at(4))
	row, err := json.Marshal(r)
	if err != nil || len(first) > 30 || len(second) > 0 || len(row) > 200_000 || !strings.HasSuffix(r.StateDetail, "ä…") {
		t.Errorf("%d events, then %d, and a row of %d bytes, %v", len(first), len(second), len(row), err)
	}
}
