package signature_test

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/countersign/countersign/services/signing/internal/signature"
)

// play turns bytes into facts: what kind, what is said, how much time passes. Every sequence of bytes is a sequence of
// facts, in any order, repeated, late, or in words that nobody knows.
type play struct{ data []byte }

func (p *play) next() byte {
	if len(p.data) == 0 {
		return 0
	}
	b := p.data[0]
	p.data = p.data[1:]
	return b
}

func pick[T any](p *play, from ...T) T { return from[int(p.next())%len(from)] }

func (p *play) level() signature.Level {
	return pick(p, "", signature.SES, signature.AES, signature.QES, "EES")
}

func (p *play) envelope() signature.Envelope {
	e := signature.Envelope{ID: "e1", State: pick(p, signature.EnvelopeOpen, signature.EnvelopeSigned,
		signature.EnvelopeDeclined, signature.EnvelopeExpired, signature.EnvelopeWithdrawn, signature.EnvelopeFailed,
		signature.EnvelopeGone, signature.EnvelopeDraft, signature.EnvelopeUnknown, "purple", "")}
	for range p.next() % 4 {
		e.Signers = append(e.Signers, signature.EnvelopeSigner{
			FirstName: pick(p, "", "", "Ada"),
			ID:        pick(p, "", "v1", "v2", "v3"), Email: pick(p, "", "client@example.org", "SELLER@example.org", "c@example.org"),
			State: pick(p, signature.SignerPending, signature.SignerInvited, signature.SignerOpened, signature.SignerSigned,
				signature.SignerDeclined, signature.SignerBounced, signature.SignerIdentificationFailed,
				signature.SignerFailed, "purple", ""),
			SignedLevel: p.level(), SignedLegislation: pick(p, "", signature.EIDAS, signature.ZERTES),
		})
	}
	return e
}

// happen applies one fact.
func (p *play) happen(r signature.Request, now time.Time) (signature.Request, []signature.Event) {
	switch p.next() % 23 {
	case 0:
		r.Document, r.SendAttempted = "documents/d1", r.SendAttempted || r.State == signature.Preparing
		return r, nil
	case 1:
		return signature.Sent(r, p.envelope(), now)
	case 2, 3:
		return signature.Observe(r, p.envelope(), now)
	case 4:
		return signature.Refuse(r, signature.Refusal{Reason: signature.ReasonProviderRejected}, now)
	case 5:
		return signature.AskWithdrawal(r, pick(p, signature.WithdrawnByCaller, signature.WithdrawnByExpiry), "why", now), nil
	case 6:
		return signature.EndUnsent(r, now)
	case 7:
		return signature.Kept(r, pick(p, "", "documents/s1", "documents/s2"), now), nil
	case 8:
		return signature.Archived(r, pick(p, "", "documents/a1", "documents/a2"), now)
	case 9:
		return signature.EndUnfound(r, now)
	case 10:
		return noted(r, pick(p, "", "v1", "v2", "v3"), pick(p, signature.SignerBounced,
			signature.SignerIdentificationFailed, signature.SignerSigned, "purple", ""), now)
	case 12:
		return signature.Packed(r, pick(p, "", "documents/e1", "documents/e2"), now), nil
	case 13, 14, 15, 16, 17:
		return p.ask(r, now)
	case 18, 19, 20, 21, 22:
		return p.after(r, now)
	}
	verdict := pick(p, signature.Proven, signature.AttestedByProvider, signature.Indeterminate, signature.Failed, "", "purple")
	return signature.Judge(r, verdict, p.level(), now)
}

// ask is a verb of a caller, or what came of one at the vendor.
func (p *play) ask(r signature.Request, now time.Time) (signature.Request, []signature.Event) {
	role := pick(p, "", "client", "seller", "boss")
	caps := signature.Capabilities{
		RemindOne: p.next()%2 == 0, ReminderPause: time.Hour,
		SignerUpdates: pick(p, signature.UpdatesUntilSigned, signature.UpdatesUntilFirstSignature, signature.UpdatesNever),
	}
	switch p.next() % 10 {
	case 0:
		r, _ = signature.AskReminder(r, role, caps, now)
		return r, nil
	case 1:
		return signature.TryReminders(r, caps, now)
	case 2:
		return signature.Reminded(r, now)
	case 3:
		return signature.ReminderRefused(r, signature.ReasonProviderRejected, now)
	case 4:
		return signature.PostponeReminder(r, now.Add(time.Hour), now), nil
	case 5:
		r, _ = signature.PlanReminders(signature.AskDueReminder(r, role, caps, now))
		return r, nil
	case 6:
		edit := pick(p, rename("Ada"), rename("Grace"), readdress("ada@example.org"), readdress("client@example.org"))
		r, events, _ := signature.AskUpdate(r, role, edit, caps, now)
		return r, events
	case 7:
		return signature.Updated(r, role, p.envelope(), now)
	case 8:
		return signature.UpdateRefused(r, role, signature.ReasonProviderRejected, now)
	}
	return signature.PostponeUpdate(r, role, now.Add(time.Hour), now), nil
}

// after is what happens to a request when it ended, or before anybody could have signed what a template became.
func (p *play) after(r signature.Request, now time.Time) (signature.Request, []signature.Event) {
	switch p.next() % 8 {
	case 0:
		return signature.Reissued(r, pick(p, "", "r2", "r3"), now)
	case 1:
		return signature.AskErasure(r, now), nil
	case 2:
		return signature.Erased(r, now)
	case 3:
		return signature.KeptSent(r, pick(p, "", "documents/d2"), "document.pdf", p.envelope(), now), nil
	case 4:
		return signature.GiveTrailUp(r, now)
	case 5:
		return signature.SignedLate(r, now)
	case 6:
		return signature.StepRefused(r, pick(p, "", signature.StepWithdraw, signature.StepErase), now), nil
	}
	return signature.Reopened(r, p.envelope(), p.next()%2 == 0, now)
}

// FuzzFacts holds what must be true whatever happens in whatever order.
func FuzzFacts(f *testing.F) {
	f.Add([]byte{1, 0, 1, 1, 0, 1, 0, 0, 0, 2, 1, 0, 0, 7, 1, 0, 8, 1, 0, 11, 0, 2}) // all the way
	f.Add([]byte{0, 1, 1, 1, 1, 5, 0, 2, 4, 2, 1, 7, 1, 0, 8, 1, 3})                 // withdrawn, then late facts
	f.Add([]byte{4, 1, 1, 1, 0, 2, 2, 2, 6, 8, 0})                                   // refused, then late facts
	f.Add([]byte{200, 6, 1, 1, 1, 0, 5, 1, 6, 2, 3})                                 // out of time before it was sent
	f.Add([]byte{1, 1, 1, 1, 3, 1, 1, 3, 4, 1, 2, 2, 0, 3, 2, 2, 0, 3, 3, 0})        // signers out of order
	f.Fuzz(walk)
}

// TestFactsAtRandom walks where nobody fuzzes, the same way each time.
func TestFactsAtRandom(t *testing.T) {
	source := rand.New(rand.NewPCG(7, 7))
	data := make([]byte, 120)
	for range 3000 {
		for i := range data {
			data[i] = byte(source.Uint32())
		}
		walk(t, data)
	}
}

func walk(t *testing.T, data []byte) {
	p := &play{data: data}
	r := preparing()
	r.Reminders = signature.Reminders{Days: 1, Most: 3}
	r.Level, r.RequiredVerdict = pick(p, signature.SES, signature.AES, signature.QES), pick(p, signature.Proven, signature.AttestedByProvider)
	if p.next()%4 == 0 {
		r.Source = signature.Source{ProviderTemplate: "t1"}
	}
	if p.next()%4 == 0 {
		r.Reactivate, r.Envelope = true, "e1"
	}
	now := at(0)
	told := map[signature.Event]int{{Type: signature.EventCreated}: 1}
	for len(p.data) > 0 {
		now = now.Add(time.Duration(p.next()%100) * time.Hour / 4)
		before := clone(r)
		after, events := p.happen(r, now)
		if !slices.Equal(before.Signers, r.Signers) || !slices.Equal(before.Strangers, r.Strangers) || !slices.Equal(before.Early, r.Early) {
			t.Fatal("a fact changed its argument")
		}
		holdMoves(t, before, after, events)
		holdEvents(t, after, events, told)
		holdEnd(t, after, now)
		holdAsks(t, before, after, now)
		r = after
	}
}
