package signature_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/countersign/countersign/services/signing/internal/signature"
)

func TestASignerMovesForwardOnlyAndIsToldOfOnce(t *testing.T) {
	const (
		pending, invited, bounced, opened = signature.SignerPending, signature.SignerInvited, signature.SignerBounced, signature.SignerOpened
		identified, did, said, broke      = signature.SignerIdentificationFailed, signature.SignerSigned, signature.SignerDeclined, signature.SignerFailed
	)
	for _, c := range []struct {
		name string
		seen []signature.SignerState
		want signature.SignerState
		told []signature.EventType
	}{
		{"in order", []signature.SignerState{invited, opened, did}, did, []signature.EventType{signature.EventSignerOpened, signature.EventSignerSigned}},
		{"repeated", []signature.SignerState{opened, opened, did, did}, did, []signature.EventType{signature.EventSignerOpened, signature.EventSignerSigned}},
		{"opened comes late", []signature.SignerState{did, opened, invited}, did, []signature.EventType{signature.EventSignerSigned}},
		{"declined after signed", []signature.SignerState{did, said, broke}, did, []signature.EventType{signature.EventSignerSigned}},
		{"signed after declined", []signature.SignerState{said, did}, said, []signature.EventType{signature.EventSignerDeclined}},
		{"bounced, then opened", []signature.SignerState{bounced, opened, bounced}, opened, []signature.EventType{signature.EventSignerBounced, signature.EventSignerOpened}},
		{"identified at the second try", []signature.SignerState{identified, opened, did}, did, []signature.EventType{signature.EventIdentificationFailed, signature.EventSignerSigned}},
		{"failed at the vendor", []signature.SignerState{broke}, broke, nil},
		{"a word nobody knows", []signature.SignerState{opened, "purple", "", pending}, opened, []signature.EventType{signature.EventSignerOpened}},
	} {
		r := sent()
		var told []signature.EventType
		for i, state := range c.seen {
			var events []signature.Event
			r, events = signature.Observe(r, envelope(signature.EnvelopeOpen, state), at(2+i))
			for _, e := range events {
				told = append(told, e.Type)
				if e.SignerRole != "client" || e.State != signature.OutForSignature {
					t.Errorf("%s: event %+v", c.name, e)
				}
			}
		}
		if diff := cmp.Diff(c.told, told); diff != "" || r.Signers[0].State != c.want {
			t.Errorf("%s: %s (-want +got):\n%s", c.name, r.Signers[0].State, diff)
		}
		if r.Signers[1].State != invited {
			t.Errorf("%s: the other signer is %s", c.name, r.Signers[1].State)
		}
	}
}

func TestAChangeOfASignerIsNotedEvenWhenNobodyIsTold(t *testing.T) {
	for name, e := range map[string]signature.Envelope{
		"failed": envelope(signature.EnvelopeOpen, signature.SignerFailed),
		"level": {ID: "e1", State: signature.EnvelopeOpen, Signers: []signature.EnvelopeSigner{
			{ID: "v1", State: signature.SignerInvited, SignedLevel: signature.SES}, {ID: "v2"},
		}},
	} {
		if r, events := signature.Observe(sent(), e, at(7)); len(events) != 0 || !r.UpdateTime.Equal(at(7)) {
			t.Errorf("%s: %v, updated at %v", name, kinds(events), r.UpdateTime)
		}
	}
	if r, _ := signature.Observe(sent(), envelope(signature.EnvelopeOpen, signature.SignerInvited), at(7)); !r.UpdateTime.Equal(at(1)) {
		t.Errorf("nothing new was noted at %v", r.UpdateTime)
	}
}

func TestTheVendorsTimeOfASignatureIsKept(t *testing.T) {
	e := envelope(signature.EnvelopeOpen, signature.SignerSigned)
	e.Signers[0].SignTime = at(2)
	r, events := signature.Observe(sent(), e, at(8))
	if !r.Signers[0].SignTime.Equal(at(2)) || !events[0].Time.Equal(at(2)) {
		t.Errorf("signed at %v, told at %v", r.Signers[0].SignTime, events[0].Time)
	}
	e.Signers[0].SignTime = at(6)
	if r, _ = signature.Observe(r, e, at(9)); !r.Signers[0].SignTime.Equal(at(2)) {
		t.Errorf("a repetition moved the time to %v", r.Signers[0].SignTime)
	}
}

func TestOnlyTheFirstGroupIsInvitedAtOnce(t *testing.T) {
	for _, c := range []struct {
		name   string
		orders []int
		want   []signature.SignerState
	}{
		{"all at once", []int{0, 0}, []signature.SignerState{signature.SignerInvited, signature.SignerInvited}},
		{"one after another", []int{1, 2}, []signature.SignerState{signature.SignerInvited, signature.SignerPending}},
		{"the second one first", []int{2, 1}, []signature.SignerState{signature.SignerPending, signature.SignerInvited}},
	} {
		r := preparing()
		r.Signers[0].Order, r.Signers[1].Order = c.orders[0], c.orders[1]
		r, _ = signature.Sent(r, envelope(signature.EnvelopeOpen), at(1))
		if diff := cmp.Diff(c.want, []signature.SignerState{r.Signers[0].State, r.Signers[1].State}); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

// TestSignersAreMatched: by place where the address agrees, else by address, and by the vendor's id from then on. Two of
// ours are never one of theirs.
func TestSignersAreMatched(t *testing.T) {
	const a, b = "a@example.org", "b@example.org"
	for _, c := range []struct {
		name   string
		ours   []string
		theirs []signature.EnvelopeSigner
		want   []string
	}{
		{"same order", []string{a, b}, []signature.EnvelopeSigner{{ID: "1", Email: a}, {ID: "2", Email: b}}, []string{"1", "2"}},
		{"other order", []string{a, b}, []signature.EnvelopeSigner{{ID: "1", Email: b}, {ID: "2", Email: a}}, []string{"2", "1"}},
		{"other spelling", []string{a, b}, []signature.EnvelopeSigner{{ID: "1", Email: "B@Example.org"}, {ID: "2", Email: "A@EXAMPLE.ORG"}}, []string{"2", "1"}},
		{"no addresses", []string{a, b}, []signature.EnvelopeSigner{{ID: "1"}, {ID: "2"}}, []string{"1", "2"}},
		{"one address for both", []string{a, a}, []signature.EnvelopeSigner{{ID: "1", Email: a}, {ID: "2", Email: a}}, []string{"1", "2"}},
		{"one address, shifted", []string{a, a, b}, []signature.EnvelopeSigner{{ID: "1", Email: b}, {ID: "2", Email: a}, {ID: "3", Email: a}}, []string{"2", "3", "1"}},
		{"one is missing", []string{a, b}, []signature.EnvelopeSigner{{ID: "2", Email: b}}, []string{"", "2"}},
		{"an address before a place", []string{a, b}, []signature.EnvelopeSigner{{ID: "1"}, {ID: "2", Email: a}}, []string{"2", ""}},
		{"no place where one is missing", []string{a, b, b}, []signature.EnvelopeSigner{{ID: "1"}, {ID: "2", Email: a}}, []string{"2", "", ""}},
		{"no place of a few", []string{a, b}, []signature.EnvelopeSigner{{ID: "2"}}, []string{"", ""}},
		{"nobody", []string{a, b}, nil, []string{"", ""}},
		{"a stranger", []string{a, b}, []signature.EnvelopeSigner{{ID: "9", Email: "c@example.org"}}, []string{"", ""}},
	} {
		r := preparing()
		r.Signers = nil
		for _, email := range c.ours {
			r.Signers = append(r.Signers, signature.Signer{Email: email})
		}
		r, _ = signature.Sent(r, signature.Envelope{ID: "e1", State: signature.EnvelopeOpen, Signers: c.theirs}, at(1))
		var got []string
		seen := map[string]bool{}
		for _, s := range r.Signers {
			got = append(got, s.ProviderID)
			if s.ProviderID != "" && seen[s.ProviderID] {
				t.Errorf("%s: %s stands for two signers", c.name, s.ProviderID)
			}
			seen[s.ProviderID] = true
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

// TestNoSignerTakesAnothersPlace when an envelope's signers are put into the order's order.
func TestNoSignerTakesAnothersPlace(t *testing.T) {
	ours := []signature.Signer{{Email: "a@example.org", ProviderID: "old"}, {Email: "b@example.org", ProviderID: "2"}}
	for want, theirs := range map[string][]signature.EnvelopeSigner{
		"1 2":   {{ID: "2", Email: "new@example.org"}, {ID: "1", Email: "A@example.org"}},
		"1 2 3": {{ID: "3", Email: "c@example.org"}, {ID: "2"}, {ID: "1", Email: "a@example.org"}},
		"9 1":   {{ID: "9"}, {ID: "1", Email: "a@example.org"}},
		"3 9":   {{ID: "3", Email: "c@example.org"}, {ID: "9"}},
	} {
		var got []string
		for _, s := range (signature.Envelope{Signers: theirs}).InOrderOf(signature.Order{Signers: ours}).Signers {
			got = append(got, s.ID)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%v, want %s", got, want)
		}
	}
}

func TestAKnownSignerIsFoundByTheVendorsID(t *testing.T) {
	e := envelope(signature.EnvelopeOpen, signature.SignerInvited, signature.SignerSigned)
	e.Signers[0], e.Signers[1] = e.Signers[1], e.Signers[0]
	e.Signers[0].Email, e.Signers[1].Email = "client@example.org", "" // the vendor's addresses are not believed any more
	r, _ := signature.Observe(sent(), e, at(2))
	if r.Signers[0].State != signature.SignerInvited || r.Signers[1].State != signature.SignerSigned {
		t.Fatalf("client %s, seller %s", r.Signers[0].State, r.Signers[1].State)
	}
	strangers := signature.Envelope{State: signature.EnvelopeOpen, Signers: []signature.EnvelopeSigner{
		{ID: "other", Email: "client@example.org", State: signature.SignerDeclined},
	}}
	if r, events := signature.Observe(r, strangers, at(3)); r.Signers[0].State != signature.SignerInvited ||
		slices.ContainsFunc(events, func(e signature.Event) bool { return e.Type != signature.EventSignerChanged }) {
		t.Fatalf("a signer with another id was taken for ours: %v", kinds(events))
	}
}
