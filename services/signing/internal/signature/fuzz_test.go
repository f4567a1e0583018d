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
			ID: pick(p, "", "v1", "v2", "v3"), Email: pick(p, "", "client@example.org", "SELLER@example.org", "c@example.org"),
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
	switch p.next() % 12 {
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
		return signature.NoteSigner(r, pick(p, "", "v1", "v2", "v3"), pick(p, signature.SignerBounced,
			signature.SignerIdentificationFailed, signature.SignerSigned, "purple", ""), now)
	}
	verdict := pick(p, signature.Proven, signature.AttestedByProvider, signature.Indeterminate, signature.Failed, "", "purple")
	return signature.Judge(r, verdict, p.level(), now)
}

// FuzzFacts holds what must be true whatever happens in whatever order.
func FuzzFacts(f *testing.F) {
	f.Add([]byte{1, 0, 0, 1, 0, 0, 0, 2, 1, 0, 0, 7, 1, 0, 8, 1, 0, 11, 0, 2}) // all the way
	f.Add([]byte{0, 1, 1, 5, 0, 2, 4, 2, 1, 7, 1, 0, 8, 1, 3})                 // withdrawn, then late facts
	f.Add([]byte{4, 1, 0, 2, 2, 2, 6, 8, 0})                                   // refused, then late facts
	f.Add([]byte{200, 6, 1, 0, 5, 1, 6, 2, 3})                                 // out of time before it was sent
	f.Add([]byte{1, 1, 3, 1, 1, 3, 4, 1, 2, 2, 0, 3, 2, 2, 0, 3, 3, 0})        // signers out of order
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
	r.Level, r.RequiredVerdict = pick(p, signature.SES, signature.AES, signature.QES), pick(p, signature.Proven, signature.AttestedByProvider)
	now := at(0)
	told := map[signature.Event]int{{Type: signature.EventCreated}: 1}
	for len(p.data) > 0 {
		now = now.Add(time.Duration(p.next()%100) * time.Hour / 4)
		before := clone(r)
		after, events := p.happen(r, now)
		if !slices.Equal(before.Signers, r.Signers) {
			t.Fatal("a fact changed its argument")
		}
		holdMoves(t, before, after, events)
		holdEvents(t, after, events, told)
		holdEnd(t, after, now)
		r = after
	}
}

// progress of a state; every end state is as far as any other.
func progress(s signature.State) int {
	switch s {
	case signature.Preparing:
		return 0
	case signature.OutForSignature:
		return 1
	case signature.Signed:
		return 2
	}
	return 3
}

func signerProgress(s signature.SignerState) int {
	return map[signature.SignerState]int{
		signature.SignerInvited: 1, signature.SignerBounced: 2, signature.SignerOpened: 3,
		signature.SignerIdentificationFailed: 4, signature.SignerSigned: 5, signature.SignerDeclined: 5,
		signature.SignerFailed: 5,
	}[s]
}

func holdMoves(t *testing.T, before, after signature.Request, events []signature.Event) {
	t.Helper()
	if progress(after.State) < progress(before.State) {
		t.Fatalf("%s moved back to %s", before.State, after.State)
	}
	if before.State.Ended() && after.State != before.State {
		t.Fatalf("%s was left for %s", before.State, after.State)
	}
	if before.State != after.State && len(events) == 0 {
		t.Fatalf("nobody was told of the move from %s to %s", before.State, after.State)
	}
	ids := map[string]bool{}
	for i, s := range after.Signers {
		was := before.Signers[i]
		if signerProgress(s.State) < signerProgress(was.State) || signerProgress(was.State) == 5 && s.State != was.State {
			t.Fatalf("signer %s moved from %s to %s", s.Role, was.State, s.State)
		}
		if s.ProviderID != "" && ids[s.ProviderID] || was.ProviderID != "" && s.ProviderID != was.ProviderID {
			t.Fatalf("signer %s is %q at the vendor, as is another, or was %q", s.Role, s.ProviderID, was.ProviderID)
		}
		ids[s.ProviderID] = true
	}
	if before.SignedDocument != "" && after.SignedDocument != before.SignedDocument ||
		before.AuditTrail != "" && after.AuditTrail != before.AuditTrail || before.NoAuditTrail && !after.NoAuditTrail {
		t.Fatalf("the archived document was replaced")
	}
}

// holdEvents: each fact is told once, with the state it led to, and a request ends once.
func holdEvents(t *testing.T, r signature.Request, events []signature.Event, told map[signature.Event]int) {
	t.Helper()
	for _, e := range events {
		key := signature.Event{Type: e.Type, SignerRole: e.SignerRole}
		if told[key]++; told[key] > 1 {
			t.Fatalf("%s of %q was told twice", e.Type, e.SignerRole)
		}
		if e.Request != r.ID || e.Reference != r.Reference {
			t.Fatalf("event %+v is about another request", e)
		}
	}
	if len(events) > 0 && events[len(events)-1].State != r.State {
		t.Fatalf("the last event says %s, the request is %s", events[len(events)-1].State, r.State)
	}
	ends := 0
	for _, kind := range []signature.EventType{
		signature.EventCompleted, signature.EventDeclined, signature.EventExpired, signature.EventCanceled,
		signature.EventRefused, signature.EventProofFailed,
	} {
		ends += told[signature.Event{Type: kind}]
	}
	if ended := r.State.Ended(); ended != (ends == 1) {
		t.Fatalf("%s, and %d ends were told", r.State, ends)
	}
}

// holdEnd: what completes is archived, proven and of the level asked for; what has not ended has something to be done.
func holdEnd(t *testing.T, r signature.Request, now time.Time) {
	t.Helper()
	step := signature.Next(r, now)
	if (step == signature.StepNone) != r.State.Ended() || (step.Describe() == "") != r.State.Ended() {
		t.Fatalf("%s: the next step is %s", r.State, step)
	}
	if end, _ := signature.EndUnsent(r, now); step == signature.StepEnd && !end.State.Ended() {
		t.Fatalf("the step %s does not end the request", step)
	}
	if end, _ := signature.EndUnfound(r, now); step == signature.StepFind && !end.State.Ended() {
		t.Fatalf("the step %s does not end a request that is not found", step)
	}
	unwanted := r.Withdrawal != signature.NotWithdrawn || !now.Before(r.ExpireTime)
	if unwanted && (step == signature.StepPrepare || step == signature.StepSend) {
		t.Fatalf("%s, although nobody wants it any more", step)
	}
	if r.State != signature.Completed {
		return
	}
	if r.SignedDocument == "" || r.Verdict != signature.Proven &&
		(r.Verdict != signature.AttestedByProvider || r.RequiredVerdict != signature.AttestedByProvider) {
		t.Fatalf("completed with %q and verdict %s where %s is required", r.SignedDocument, r.Verdict, r.RequiredVerdict)
	}
	if r.Verdict == signature.Proven && !r.ProvenLevel.AtLeast(r.Level) {
		t.Fatalf("completed as proven at level %q where %s was asked", r.ProvenLevel, r.Level)
	}
	for _, s := range r.Signers {
		if s.SignedLevel != "" && !s.SignedLevel.AtLeast(r.Level) {
			t.Fatalf("completed with a signature of level %s where %s was asked", s.SignedLevel, r.Level)
		}
	}
}
